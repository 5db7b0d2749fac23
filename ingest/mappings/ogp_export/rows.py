"""The statements of one row: its passage, its commitment, who answers for it, and what the IRM found."""

from __future__ import annotations

from functools import partial

from ingest import patterns, terms, uris, values
from ingest.cleaning.language import Expected
from ingest.context import SourceContext
from ingest.contract import Column
from ingest.institutions import CellReading, InstitutionReader, InstitutionRules
from ingest.mappings.ogp_export import names as names_of
from ingest.mappings.ogp_export.dates import Dates
from ingest.mappings.ogp_export.flags import Flags
from ingest.mappings.ogp_export.identity import Identity
from ingest.mappings.ogp_export.observation import Observed
from ingest.mappings.ogp_export.places import PlaceOfRow, PlanOfRow
from ingest.mappings.ogp_export.plans import Plans
from ingest.mappings.ogp_export.ratings import Ratings
from ingest.mappings.ogp_export.scope import columns_of
from ingest.mappings.ogp_export.texts import Find, Text, Texts, written
from ingest.matching import TEXT_START, CommitmentFacts
from ingest.readers import Row

_TEXT_PROPERTIES = {"lead-institution": "ogcm:leadInstitutionText", "supporting-institution": "ogcm:supportingInstitutionText"}
_AS_WRITTEN = {
    "lead-institution": terms.curie("ogcm:leadInstitutionAsWritten"), "supporting-institution": terms.curie("ogcm:supportingInstitutionAsWritten"),
}  # fmt: skip
_P = {
    name: terms.curie(curie)
    for name, curie in {
        "type": "rdf:type", "label": "rdfs:label", "Commitment": "ogcm:Commitment", "Passage": "ogcm:Passage", "partOf": "dct:isPartOf", "locator": "ogcm:locator",
        "statedIn": "ogcm:statedIn", "title": "dct:title", "short": "ogcm:shortTitle", "text": "dct:description",
        "number": "ogcm:number", "numberAsWritten": "ogcm:numberAsWritten", "position": "ogcm:position", "page": "foaf:page",
    }.items()
}  # fmt: skip
# Property of a text -> property of what the source wrote, where that was repaired; any other text has the general one.
_ORIGINALS = {
    name: terms.curie(f"ogcm:{name.partition(':')[2]}AsWritten")
    for name in ("dct:title", "ogcm:shortTitle", "dct:description", "ogcm:themeText", "ogcm:clusterText", "ogcm:recommendedNextSteps")
}
# What stands beside a statement as the source wrote it.
_AS_THE_SOURCE_WROTE = frozenset({_P["numberAsWritten"], terms.curie("ogcm:textAsWritten"), *_ORIGINALS.values()})
LOST = "\ufffd"  # stands where a program before us lost a character
_TEXTS = {"title": "dct:title", "short-title": "ogcm:shortTitle", "text": "dct:description"}  # what a column means -> property of its text


def _original(name: str) -> str:
    return _ORIGINALS.get(name) or terms.curie("ogcm:textAsWritten")


class RowMapping:
    """Maps the rows of one edition; `finish` once at the end."""

    def __init__(self, context: SourceContext, observed: Observed, find: Find, expected: Expected):
        self._context = context
        self._observed = observed
        table = observed.table
        self._table = table
        self._place = PlaceOfRow(context.build.places, table)
        self._plans = Plans(context, observed)
        self._identity = Identity(context, observed)
        self._texts = Texts(context, find, expected)
        self._expected = expected
        self._dates = Dates(context, observed, self._texts)
        self._journal = context.build.journal
        self.at_work: str | None = None  # the column that the mapping was last at
        self._ratings = Ratings(context, table)
        self._flags = Flags(context, table)
        self._institutions = InstitutionReader(context.build.authority, table.institutions or InstitutionRules())
        self._review = context.build.review
        self._quality = context.build.quality.source(context.contract.key)
        self._passages: dict[str, int] = {}
        self._plan_names: dict[tuple[str, str], dict[str, str]] = {}  # area and number as printed -> language -> how labels name the plan
        self._columns = {what: table.means(what) for what in ("number", "title", "short-title", "text", "page")}  # type: ignore[arg-type]
        self._places = [(name, column) for name, column in table.columns.items() if column.means in _TEXT_PROPERTIES]
        self._simple = [
            (name, column, terms.curie(column.property), _original(column.property)) for name, column in table.columns.items() if column.property
        ]
        self._speaking = columns_of(context, table, _ORIGINALS)
        context.build.scopes.declare(context.contract.key, self._speaking)
        self._structural = [name for what in ("jurisdiction", "jurisdiction-code", "plan-number", "commitment-id") if (name := table.means(what))]  # type: ignore[arg-type]
        self._plan_column = table.means("plan-number")
        self._passage_head = f"<{context.build.addresses.space('passage')}"
        self._title, language = context.contract.own_title
        self._title_tag = f"@{language}" if language else ""
        self._tag = f"@{context.contract.language_tag}" if context.contract.language_tag else ""

    def map(self, row: Row) -> None:
        unread = frozenset(row.aside)  # an error of a spreadsheet program, a bare sign: as silent as an empty cell
        self.at_work = self._structural[0]
        plan = self._place.of(row, report=True)
        if plan is None:
            return
        passage = self._passage_term(row)
        self.at_work = self._plan_column
        plan_key = self._plans.key(plan, passage)
        self._context.build.registry.use("passage", passage.rsplit("/", 1)[1][:-1], date=self._context.date)
        outside_id = self._identity.outside_id(row, plan, plan_key)
        self.at_work = self._columns["number"] or self._columns["title"]
        key = self._identity.key(row, plan, plan_key, outside_id)
        row.take(self._structural)
        self._quality.places[plan.place.area] += 1
        subject = self._context.mint("commitment", key)
        self._plans.check(row, plan, plan_key, passage)
        names: list[str] = []
        number = self._number(row, subject, plan, names)
        titles, text = self._names(row, subject, plan, plan_key, number, names)
        self._simple_properties(row, subject, plan, names)
        dates, read = self._dates.lines(row, subject, plan, self._plans.years(plan))
        flags = self._flags.lines(row, subject)
        assessments, verdicts = self._assess(row, key, subject, self._called(plan, number, key), plan_key, passage)
        self._context.emit(
            f"{subject} {_P['type']} {_P['Commitment']} .\n{subject} {_P['partOf']} {self._context.thing('plan', plan_key)} .\n"
            f"{subject} {_P['statedIn']} {passage} .\n{''.join(names)}{dates}{flags}{assessments}"
        )
        if outside_id is not None:
            patterns.identifier(self._context, subject, "ogp", outside_id, "ogp-commitment", passage, remember=False)
        institutions, readings = self._answering(row, key, subject, plan, passage)
        self._passage(row, passage, plan, number or outside_id or "")
        facts = CommitmentFacts(key, plan_key, names_of.token(number), titles, text, self._context.contract.key, passage)
        silent = frozenset(name for name in self._speaking if name in unread or not row.cells.get(name))
        self._journal.later(partial(self._remember, facts, (_without_originals(names), read, flags, verdicts, institutions), silent, plan.place.area, readings))

    def _remember(self, facts: CommitmentFacts, parts: tuple[str, ...], silent: frozenset[str], area: str, readings: list[CellReading]) -> None:
        """What is known of a row that is kept, for comparing editions, finding candidates and the curator."""
        build = self._context.build
        build.scopes.note(self._context.contract.key, facts.key, silent)
        build.editions.add(self._context.contract, facts.key, parts)
        build.facts.append(facts)
        for reading in readings:
            self._review.add(reading, area, facts.passage.rsplit("/", 1)[1][:-1])

    def undone(self) -> None:
        """The row mapped last was set aside: periods that it was the first to have are described by the next row that has them."""
        self._dates = Dates(self._context, self._observed, self._texts)

    def finish(self) -> None:
        self._plans.finish()
        self._quality.identity.update(self._identity.rules)
        repeated = sorted((f"{area} {number}", token, rows) for (area, number, token), rows in self._observed.tokens.items() if rows > 1 and token != "x")
        self._quality.repeated_numbers += repeated
        self._quality.long_texts.update(dict(self._expected.texts))

    # -- the passage --------------------------------------------------------------------------------------------------

    def _passage_term(self, row: Row) -> str:
        """Of an export: `{source}_{12 hex of the cells}`; equal rows are counted (ontology_design section 8). Merges are followed."""
        digest = row.digest()
        self._journal.note(self._passages, digest)
        times = self._passages[digest] = self._passages.get(digest, 0) + 1
        key = uris.passage_of_export(self._context.contract.key, digest, times)
        return f"{self._passage_head}{self._context.build.registry.survivor('passage', key)}>"

    def _passage(self, row: Row, passage: str, plan: PlanOfRow, number: str) -> None:
        """What and where the row is; not its position, which may change without the row changing. Absence codes stand on it."""
        name = row.peek(self._structural[0])
        place = terms.escaped(f"{written(name)}, plan {plan.number}" + (f", {number}" if number else ""))
        lines = [
            f'{passage} {_P["type"]} {_P["Passage"]} .\n{passage} {_P["label"]} "{terms.escaped(self._title)}: {place}"{self._title_tag} .\n'
            f'{passage} {_P["partOf"]} {self._context.source} .\n{passage} {_P["locator"]} "{place}"{self._tag} .\n'
        ]
        lines += [f"{passage} {terms.curie(f'ogcm:{absence}')} {terms.text(column)} .\n" for column, absence in row.absent.items()]
        self._context.emit("".join(lines))

    # -- the commitment -----------------------------------------------------------------------------------------------

    def _number(self, row: Row, subject: str, plan: PlanOfRow, parts: list[str]) -> str:
        column = self._columns["number"]
        cell = row.text(column) if column else ""
        if not cell:
            return ""
        if self._texts.holds_person(column or "", cell, plan.place.country) or not names_of.is_number(cell, plan.place.country):
            row.quarantine(column or "", "number", cell, "el número de un compromiso", "the number of a commitment")
            return ""
        number = written(names_of.repaired_number(cell))
        self.at_work = column
        if LOST in number:
            self._quality.lost[column or ""] += number.count(LOST)
        parts.append(f"{subject} {_P['number']} {terms.text(number)} .\n")
        if number != cell:
            parts.append(f"{subject} {_P['numberAsWritten']} {terms.text(written(cell))} .\n")
        if number.isascii() and number.isdigit() and len(number) < 6:
            parts.append(f"{subject} {_P['position']} {terms.integer(int(number))} .\n")
        return number

    def _names(self, row: Row, subject: str, plan: PlanOfRow, plan_key: str, number: str, parts: list[str]) -> tuple[tuple[str, ...], str]:
        """Titles and text; returns the titles, and how the text begins."""
        found: dict[str, Text] = {}
        for what, name in _TEXTS.items():
            column = self._columns[what]
            cell = row.text(column) if column else ""
            if not cell:
                continue
            self.at_work = column
            text = found[what] = self._clean(column or "", cell, plan, detected=self._table.columns[column or ""].detect_language)
            if text.original is not None:
                parts.append(f"{subject} {_ORIGINALS[name]} {terms.text(text.original)} .\n")
        title, short = found.get("title"), found.get("short-title")
        # Of a cell with nothing but markup only the original is left.
        if title is not None and title.value.strip():
            parts.append(f"{subject} {_P['title']} {_literal(title)} .\n")
        if short is not None and short.value.strip():
            parts.append(f"{subject} {_P['short']} {_literal(short)} .\n")
        if "text" in found and found["text"].value.strip():
            parts.append(f"{subject} {_P['text']} {terms.text(found['text'].value, found['text'].language)} .\n")
        self._page(row, subject, plan, parts)
        shown = next((text for text in (short, title) if text is not None and text.value.strip()), None)
        titles = tuple(" ".join(text.value.split())[:500] for text in (title, short) if text is not None)
        beginning = found["text"].value[:TEXT_START] if "text" in found else ""
        if shown is not None:
            line = terms.escaped(" ".join(shown.value.split()))
            parts.append(f'{subject} {_P["label"]} "{line}"{f"@{shown.language}" if shown.language else ""} .\n')
            return titles, beginning
        for language, word in (("es", "Compromiso"), ("en", "Commitment")):
            label = terms.escaped(f"{word} {number} ({plan_key})" if number else f"{word} ({plan_key})")
            parts.append(f'{subject} {_P["label"]} "{label}"@{language} .\n')
        return titles, beginning

    def _called(self, plan: PlanOfRow, number: str, key: str) -> dict[str, str]:
        """What labels of other things call the row's commitment, escaped, in es and en: by its number where it has one of its own, else by its key.

        Never by its title: that is in one language, or in none that is stated.
        """
        where = (plan.place.area, plan.number)
        own = number and self._observed.tokens[(*where, names_of.token(number).lower())] == 1
        if where not in self._plan_names:
            place = self._context.thing("area", plan.place.area)
            self._plan_names[where] = {language: f"{self._context.label(place, language)}, plan {plan.number}" for language in ("es", "en")}
        named = self._plan_names[where]
        return {language: terms.escaped(f"{named[language]}, {word} {number if own else key}") for language, word in (("es", "compromiso"), ("en", "commitment"))}

    def _clean(self, column: str, cell: str, plan: PlanOfRow, *, detected: bool = False) -> Text:
        """The text of a cell; characters of it that the source lost for good are counted."""
        text = self._texts.clean(column, cell, plan.place.country, detected=detected)
        if LOST in text.value:
            self._quality.lost[column] += text.value.count(LOST)
        return text

    def _page(self, row: Row, subject: str, plan: PlanOfRow, parts: list[str]) -> None:
        column = self._columns["page"]
        if column and (address := self._context.value(row, column, _address)):
            if self._texts.holds_person(column, address, plan.place.country):
                row.quarantine(column, "iri", address, "una dirección web sin datos de una persona", "a web address without data of a person")
                return
            parts.append(f"{subject} {_P['page']} {terms.iri(address)} .\n")

    def _simple_properties(self, row: Row, subject: str, plan: PlanOfRow, parts: list[str]) -> None:
        for name, column, predicate, original in self._simple:
            cell = row.text(name)
            if not cell:
                continue
            if column.type == "boolean":
                value = values.truth(uris.trimmed(cell))
                if value is None:
                    row.problem(name, "boolean", cell, "1 o 0", "1 or 0")
                    continue
                parts.append(f"{subject} {predicate} {terms.boolean(value)} .\n")
                continue
            self.at_work = name
            text = self._clean(name, cell, plan)
            line = " ".join(text.value.split())
            if line:
                parts.append(f"{subject} {predicate} {terms.text(line, column.language)} .\n")
            if text.original is not None:
                parts.append(f"{subject} {original} {terms.text(text.original)} .\n")

    def _assess(self, row: Row, key: str, subject: str, named: dict[str, str], plan_key: str, passage: str) -> tuple[str, str]:
        """The assessments' statements, and the verdicts alone for comparing editions."""
        parts, verdicts = [], []
        for _, rating, verdict, cell in self._ratings.read(row):
            if rating.report:
                self._plans.names_report(plan_key, rating.report, passage)
            parts.append(self._ratings.lines(key, subject, named, plan_key, passage, rating, verdict, cell))
            verdicts.append(f"{rating.dimension} {rating.report} {verdict.method} {verdict.code}")
        return "".join(parts), "\n".join(sorted(verdicts))

    # -- who answers --------------------------------------------------------------------------------------------------

    def _answering(self, row: Row, key: str, subject: str, plan: PlanOfRow, passage: str) -> tuple[str, list[CellReading]]:
        """Statements about who answers; returns the cells' texts for comparing editions, and how they were read."""
        positions: dict[str, int] = {}
        named: set[tuple[str, str]] = set()  # a body that two cells name in one role answers once
        texts, readings = [], []
        for name, column in self._places:
            cell = row.text(name)
            if not cell:
                continue
            self.at_work = name
            text = self._clean(name, cell, plan)
            texts.append(" ".join(text.value.split()))
            reading = self._institutions.read(text.value, plan.place.area, column.role or "lead")
            for role, mention in reading.mentions:
                if (role, mention.body.key) in named:
                    continue
                named.add((role, mention.body.key))
                positions[role] = positions.get(role, 0) + 1
                patterns.responsibility(self._context, key, role, mention, positions[role], passage, None)
            self._unresolved(row, name, column, reading, subject)
            readings.append(reading)
            if not reading.withheld and (source := text.value if text.original is None else text.original) != reading.literal:
                # What was split, or folded into one line, stands nowhere else as the source wrote it.
                self._context.emit(f"{subject} {_AS_WRITTEN[column.means or '']} {terms.text(source)} .\n")
        return "\n".join(texts), readings

    def _unresolved(self, row: Row, name: str, column: Column, reading: CellReading, subject: str) -> None:
        if reading.literal is not None:
            predicate = terms.curie(_TEXT_PROPERTIES[column.means or ""])
            self._context.emit(f"{subject} {predicate} {terms.text(reading.literal)} .\n")
        if reading.withheld:
            self._quality.withheld[name] += 1
        for code, found, es, en in reading.quarantine():
            (row.quarantine if reading.withheld else row.report)(name, code, found, es, en)


def _without_originals(parts: list[str]) -> str:
    """Statements without what stands beside a repaired text as the source wrote it: two editions may write the same in two ways."""
    return "".join(part for part in parts if part.split(" ", 2)[1] not in _AS_THE_SOURCE_WROTE)


def _address(cell: str) -> str:
    """A web address; blanks around it are none of it."""
    return values.iri(uris.trimmed(cell))


def _literal(text: Text) -> str:
    return terms.text(" ".join(text.value.split()), text.language)
