"""Plans and reports: what all rows of a plan agree on is said once, of the plan."""

from __future__ import annotations

import re
from collections import defaultdict

from ingest import patterns, terms, uris
from ingest.cleaning.dates import FIRST, LAST
from ingest.context import SourceContext
from ingest.mappings.ogp_export.observation import Observed, PlanFacts
from ingest.mappings.ogp_export.places import Place, PlanOfRow
from ingest.readers import Row
from ingest.values import PartialDate

PLAN_ID = re.compile(r"AP_[A-Z]{2,5}\d{2}")
_REPORT_WORDS = {
    "irm-progress": ("Informe de avance del MRI", "IRM progress report"),
    "irm-end-of-term": ("Informe de fin de término del MRI", "IRM end-of-term report"),
    "irm-design": ("Informe de diseño del MRI", "IRM design report"),
    "irm-results": ("Informe de resultados del MRI", "IRM results report"),
}


class Plans:
    """The plans of one edition: keys, and statements written on first sight or, for reports, at the end."""

    def __init__(self, context: SourceContext, observed: Observed):
        self._context = context
        self._observed = observed
        table = observed.table
        self._columns = {what: table.means(what) for what in ("submitted", "plan-end", "plan-id")}  # type: ignore[arg-type]
        self._report_columns = {column.report or "": name for name, column in table.columns.items() if column.means == "report-year"}
        self._report_of = {name: report for report, name in self._report_columns.items()}
        self._keys: dict[tuple[str, str], str] = {}
        self._facts: dict[str, PlanFacts] = {}
        self._areas: set[str] = set()
        self._stated_in = terms.curie("ogcm:statedIn")
        # (plan key, report type) -> smallest passage of a row that names the report: which row comes first must not matter.
        self._reports: dict[tuple[str, str], str] = {}
        self._rated: dict[str, set[str]] = defaultdict(set)

    def key(self, plan: PlanOfRow, passage: str) -> str:
        """The plan's key; its statements are written when it is seen first, and every row's passage states it."""
        where = (plan.place.area, plan.number)
        key = self._keys.get(where)
        if key is None:
            key = self._keys[where] = self._first(plan, passage)
        self._context.emit(f"{self._context.thing('plan', key)} {self._stated_in} {passage} .\n")
        return key

    def years(self, plan: PlanOfRow) -> tuple[int, int] | None:
        """First and last year that the rows give the plan, for reading its dates; None when they give none."""
        facts = self._observed.plans.get((plan.place.area, plan.number))
        if facts is None:
            return None
        submitted, end = (_year(facts.agreed(self._columns[what])) for what in ("submitted", "plan-end"))
        # A plan runs two to four years from its submission; where one of its ends is not stated, no more than that is believed.
        first, final = submitted or (end - 2 if end else None), end or (submitted + 2 if submitted else None)
        return (min(first, final), max(first, final)) if first and final else None

    def check(self, row: Row, plan: PlanOfRow, plan_key: str, passage: str) -> None:
        """Book the columns that speak of the plan; cells of a plan whose rows contradict each other are set aside.

        The year of a report names the report, even where none of its ratings is given.
        """
        facts = self._observed.plans[plan.place.area, plan.number]
        for column in self._observed.plan_columns:
            text = row.text(column)
            if not text:
                continue
            said_here = " ".join(text.split())
            if column == self._columns["plan-id"]:
                if not PLAN_ID.fullmatch(said_here):
                    row.problem(column, "plan-fact", text, f"la forma {PLAN_ID.pattern}", f"the form {PLAN_ID.pattern}")
                    continue
                owner = self._context.build.registry.alias("plan", said_here)
                if owner is not None and owner != plan_key:
                    row.problem(column, "id-of-another-plan", text, f"un identificador que no sea ya de {owner}", f"an id that is not {owner}'s already")
                    continue
            elif _year(said_here) is None:
                row.problem(column, "plan-fact", text, f"un año de {FIRST} a {LAST}", f"a year from {FIRST} to {LAST}")
                continue
            if facts.agreed(column) == said_here:
                if column in self._report_of:
                    self.names_report(plan_key, self._report_of[column], passage)
            else:
                said = facts.said(column)
                row.problem(column, "rows-disagree", text, f"lo que dicen las demás filas del plan ({said})", f"what the other rows of the plan say ({said})")

    def _first(self, plan: PlanOfRow, passage: str) -> str:
        context = self._context
        initiative = context.contract.initiative
        known = context.build.plans.get((initiative, plan.place.area, plan.number))
        key = known or self._unused(plan, initiative)
        context.build.plans[initiative, plan.place.area, plan.number] = key
        elsewhere = context.build.labels.get(context.thing("plan", key)) if context.build.registry.used("plan", key) else None
        self._area(plan.place, passage)
        subject = context.mint("plan", key)
        place = context.thing("area", plan.place.area)
        labels = patterns.both(context, "Plan de acción {number} ({place})", "Action plan {number} ({place})", number=plan.number, place=place)
        # A plan that another source describes has a title there; ours is only composed. Another edition composes the same.
        context.describe(subject, ["ogcm:ActionPlan"], labels if elsewhere in (None, labels) else {}, None)
        context.add(subject, "ogcm:number", terms.text(plan.number))
        if plan.number.isdigit():
            context.add(subject, "ogcm:position", terms.integer(int(plan.number)))
        context.add(subject, "ogcm:jurisdiction", place)
        context.add(subject, "ogcm:underInitiative", context.thing("initiative", initiative))
        facts = self._facts[key] = self._observed.plans[plan.place.area, plan.number]
        self._dated(subject, facts)
        outside = facts.agreed(self._columns["plan-id"])
        if outside and PLAN_ID.fullmatch(outside) and context.build.registry.alias("plan", outside) in (None, key):
            context.build.registry.add_alias("plan", key, outside, context.date)
            patterns.identifier(context, subject, "ogp", outside, "ogp-plan", passage)
        return key

    def _unused(self, plan: PlanOfRow, initiative: str) -> str:
        """Key of a plan that no other source describes: `{area}-{ordinal}`, with the initiative where that is another's plan."""
        ordinal = plan.number if re.fullmatch(r"[0-9A-Za-z]+(\.[0-9A-Za-z]+)*", plan.number) else plan.token
        proposal = f"{plan.place.area}-{ordinal}"
        # Sources that list plans are mapped before exports, so a key in use is another initiative's.
        return f"{plan.place.area}-{initiative}-{ordinal}" if self._context.build.registry.used("plan", proposal) else proposal

    def _dated(self, subject: str, facts: PlanFacts) -> None:
        submitted, end = (_year(facts.agreed(self._columns[what])) for what in ("submitted", "plan-end"))
        if submitted is not None:
            self._context.add(subject, "dct:dateSubmitted", terms.date(PartialDate(submitted)))
        if end is not None:
            self._context.add(subject, "dct:temporal", patterns.period(self._context, None, PartialDate(end)))

    def _area(self, place: Place, passage: str) -> None:
        """A local member that the reference tables do not know, but whose country the row names, is described by the row."""
        context = self._context
        if place.area in self._areas or not place.own_word:
            return
        self._areas.add(place.area)
        subject = context.mint("area", place.area)
        context.describe(subject, ["ogcm:LocalArea"], {"": place.own_word}, passage)
        context.add(subject, "skos:prefLabel", terms.text(place.own_word))
        context.add(subject, "skos:notation", terms.text(place.area))
        context.add(subject, "dct:isPartOf", context.thing("area", place.country))
        own = place.country in context.build.settings.own_jurisdictions
        context.add(subject, "ogcm:authority", context.concept("authority", "own" if own else "reference"))

    # -- reports ------------------------------------------------------------------------------------------------------

    def names_report(self, plan_key: str, report_type: str, passage: str) -> None:
        """A row has a rating of the report, or the year in which it came out."""
        known = self._reports.get((plan_key, report_type))
        if known is None or passage < known:
            self._reports[plan_key, report_type] = passage

    def finish(self) -> None:
        """Write the reports that rows name."""
        context = self._context
        assessor = context.contract.assessor
        if assessor is None:
            return
        for (plan_key, report_type), passage in sorted(self._reports.items()):
            plan = context.thing("plan", plan_key)
            subject = context.mint("report", uris.report(assessor, plan_key, report_type))
            es, en = _REPORT_WORDS.get(report_type, (report_type, report_type))
            labels = patterns.both(context, "{es}: {plan}", "{en}: {plan}", es=es, en=en, plan=plan)
            context.describe(subject, ["ogcm:AssessmentReport"], labels, passage, remember=False)
            context.add(subject, "ogcm:assessor", context.thing("org", assessor))
            context.add(subject, "ogcm:forPlan", plan)
            context.add(subject, "ogcm:reportType", context.concept("report-type", report_type))
            column = self._report_columns.get(report_type)
            year = _year(self._facts[plan_key].agreed(column)) if column else None
            if year is not None:
                context.add(subject, "dct:issued", terms.date(PartialDate(year)))


def _year(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{4}", text) and FIRST <= int(text) <= LAST else None
