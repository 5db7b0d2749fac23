"""Plans and reports: what all rows of a plan agree on is said once, of the plan."""

from __future__ import annotations

import re
from typing import Any

from ingest import patterns, terms, uris
from ingest.cleaning.dates import FIRST, LAST
from ingest.context import SourceContext
from ingest.mappings.ogp_export import names
from ingest.mappings.ogp_export.observation import Observed, PlanFacts
from ingest.mappings.ogp_export.places import Place, PlanOfRow
from ingest.readers import Row
from ingest.values import PartialDate

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
        self._journal = context.build.journal
        # (plan key, column) -> smallest passage of a row that says what all agree on: nothing is said that only rows set aside say.
        self._confirmed: dict[tuple[str, str], str] = {}
        self._areas: dict[str, str] = {}  # area that no table knows -> smallest passage of a row that names it
        self._stated_in = terms.curie("ogcm:statedIn")
        # (plan key, report type) -> smallest passage of a row that names the report: which row comes first must not matter.
        self._reports: dict[tuple[str, str], str] = {}

    def key(self, plan: PlanOfRow, passage: str) -> str:
        """The plan's key; its statements are written when it is seen first, and every row's passage states it."""
        where = (plan.place.area, plan.number)
        key = self._keys.get(where)
        if plan.place.own_word:
            self._smallest(self._areas, plan.place.area, passage)
        if key is None:
            self._journal.note(self._keys, where)
            key = self._keys[where] = self._first(plan)
        self._context.emit(f"{self._context.thing('plan', key)} {self._stated_in} {passage} .\n")
        return key

    def years(self, plan: PlanOfRow) -> tuple[int, int] | None:
        """First and last year that the rows give the plan, for reading its dates; None when they give none."""
        facts = self._observed.plans.get((plan.place.area, plan.number))
        if facts is None:
            return None
        submitted, end = (names.year(facts.agreed(self._columns[what])) for what in ("submitted", "plan-end"))
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
            said_here = names.year_of(text)
            if column == self._columns["plan-id"]:
                if not names.PLAN_ID.fullmatch(said_here):
                    row.problem(column, "plan-fact", text, f"la forma {names.PLAN_ID.pattern}", f"the form {names.PLAN_ID.pattern}")
                    continue
                owner = self._owner(said_here)
                if owner is not None and owner != plan_key:
                    es, en = f"un identificador que no sea de {owner or 'otro plan'}", f"an id that is not {owner or 'another plan'}'s"
                    row.problem(column, "id-of-another-plan", text, es, en)
                    continue
            elif names.year(said_here) is None:
                row.problem(column, "plan-fact", text, f"un año de {FIRST} a {LAST}", f"a year from {FIRST} to {LAST}")
                continue
            if facts.agreed(column) == said_here:
                self._smallest(self._confirmed, (plan_key, column), passage)
                if column in self._report_of:
                    self.names_report(plan_key, self._report_of[column], passage)
            else:
                said = facts.said(column)
                row.problem(column, "rows-disagree", text, f"lo que dicen las demás filas del plan ({said})", f"what the other rows of the plan say ({said})")

    def _owner(self, outside_id: str) -> str | None:
        """The plan that a curator, an earlier build or this edition gives an id to; as `_holder` where only the rows tell."""
        build = self._context.build
        known = build.identities.get(("ogp", outside_id)) or build.registry.alias("plan", outside_id)
        return build.registry.survivor("plan", known) if known else self._holder(outside_id)

    def _holder(self, outside_id: str) -> str | None:
        """The plan that an id belongs to: the only one whose rows agree on it, else the only one of these in the area that the id names.

        "" where it cannot be told, None where the rows of no plan agree on it.
        """
        plans = self._observed.plan_ids.get(outside_id)
        if plans is None:
            return None
        if len(plans) > 1:
            area = self._context.build.places.by_code(outside_id.partition("_")[2].rstrip("0123456789"))
            plans = {plan for plan in plans if plan[0] == area}
        return self._proposal(*next(iter(plans))) if len(plans) == 1 else ""

    def _first(self, plan: PlanOfRow) -> str:
        context = self._context
        initiative = context.contract.initiative
        where = (initiative, plan.place.area, plan.number)
        key = self._proposal(plan.place.area, plan.number)
        self._journal.note(context.build.plans, where)
        context.build.plans[where] = key
        elsewhere = context.build.labels.get(context.thing("plan", key)) if context.build.registry.used("plan", key) else None
        self._area(plan.place)
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
        self._journal.note(self._facts, key)
        self._facts[key] = self._observed.plans[plan.place.area, plan.number]
        return key

    def _proposal(self, area: str, number: str) -> str:
        """The key under which a plan is described, or the one of a plan that no other source describes: `{area}-{ordinal}`, with the initiative
        where that is another's plan."""
        context, initiative = self._context, self._context.contract.initiative
        known = self._keys.get((area, number)) or context.build.plans.get((initiative, area, number))
        if known is not None:
            return known
        registry = context.build.registry
        ordinal = uris.without_suffix(number if re.fullmatch(r"[0-9A-Za-z]+(\.[0-9A-Za-z]+)*", number) else names.token(number))
        # A build of before may have spelled the key in small letters. Sources that list plans are mapped before exports, so a key in use is another initiative's.
        proposal = registry.spelled("plan", f"{area}-{ordinal}")
        return registry.spelled("plan", f"{area}-{initiative}-{ordinal}") if registry.used("plan", proposal) else proposal

    def _fact(self, plan_key: str, column: str | None) -> str | None:
        """What all rows of the plan agree on, and one that is kept says."""
        return self._facts[plan_key].agreed(column) if column and (plan_key, column) in self._confirmed else None

    def _dated(self, plan_key: str, subject: str) -> None:
        submitted, end = (names.year(self._fact(plan_key, self._columns[what])) for what in ("submitted", "plan-end"))
        if submitted is not None:
            self._context.add(subject, "dct:dateSubmitted", terms.date(PartialDate(submitted)))
        if end is not None:
            self._context.add(subject, "dct:temporal", patterns.period(self._context, None, PartialDate(end)))

    def _identified(self, plan_key: str, subject: str) -> None:
        column = self._columns["plan-id"]
        outside = self._fact(plan_key, column)
        if column and outside:
            self._context.build.registry.add_alias("plan", plan_key, outside, self._context.date)
            patterns.identifier(self._context, subject, "ogp", outside, "ogp-plan", self._confirmed[plan_key, column])

    def _area(self, place: Place) -> None:
        """A local member that the reference tables do not know, but whose country the row names, is described by the row."""
        context = self._context
        if not place.own_word:
            return
        word = self._observed.own_words[place.area]
        subject = context.mint("area", place.area)
        context.describe(subject, ["ogcm:LocalArea"], {"": word}, None)
        context.add(subject, "skos:prefLabel", terms.text(word))
        context.add(subject, "skos:notation", terms.text(place.area))
        context.add(subject, "dct:isPartOf", context.thing("area", place.country))
        own = place.country in context.build.settings.own_jurisdictions
        context.add(subject, "ogcm:authority", context.concept("authority", "own" if own else "reference"))

    # -- reports ------------------------------------------------------------------------------------------------------

    def names_report(self, plan_key: str, report_type: str, passage: str) -> None:
        """A row has a rating of the report, or the year in which it came out."""
        self._smallest(self._reports, (plan_key, report_type), passage)

    def _smallest(self, passages: dict[Any, str], key: Any, passage: str) -> None:
        """Which row comes first must not matter."""
        known = passages.get(key)
        if known is None or passage < known:
            self._journal.note(passages, key)
            passages[key] = passage

    def finish(self) -> None:
        """Write what the rows of each plan agree on, and the reports that rows name."""
        context = self._context
        for area, passage in self._areas.items():
            context.stated(context.thing("area", area), passage)
        for plan_key in self._facts:
            subject = context.thing("plan", plan_key)
            self._dated(plan_key, subject)
            self._identified(plan_key, subject)
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
            year = names.year(self._fact(plan_key, column))
            if year is not None:
                context.add(subject, "dct:issued", terms.date(PartialDate(year)))
