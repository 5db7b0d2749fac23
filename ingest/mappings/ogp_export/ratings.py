"""Ratings of the IRM: one Assessment per target, dimension, method and report, by the label of its cell.

The number that stands beside a label means one thing in one column and another in the next, so it decides nothing: it is
compared with what the contract says goes with the label, and a difference is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import ontology
from ingest import terms, uris
from ingest.cleaning.persons import redacted
from ingest.context import Reference, SourceContext
from ingest.contract import Rating, Table
from ingest.formats.headers import folded
from ingest.mappings.ogp_export.codes import check_codes
from ingest.mappings.ogp_export.texts import written
from ingest.quarantine import shown
from ingest.readers import Row
from ingest.readers.columns import meaning, spellings_of
from ingest.remembering import remembering
from ontology.namespaces import CODE, OGCM


@cache
def methods_of_schemes() -> dict[str, frozenset[str]]:
    """Scheme slug -> codes of the methods that use it, from the vocabulary."""
    found: dict[str, set[str]] = {}
    for scheme, method in ontology.vocabulary().subject_objects(OGCM.forMethod):
        found.setdefault(str(scheme).removeprefix(str(CODE)), set()).add(str(method).rsplit("/", 1)[-1])
    return {scheme: frozenset(methods) for scheme, methods in found.items()}


@dataclass(frozen=True)
class Verdict:
    """A rating of one row: codes, not terms. `method` is None where the row does not tell it."""

    scheme: str
    code: str
    method: str | None


@dataclass(frozen=True)
class _Compiled:
    column: str
    rating: Rating
    codes: dict[str, str]  # label as written, or in lower case, blanks folded -> code
    loose: dict[str, str]  # label as `_loose` compares them -> code, where that is one
    allowed: str  # the labels, for messages
    absent: dict[str, str]  # absence codes in their spellings -> number that goes with them


def _named(context: SourceContext, table: Table) -> Iterator[tuple[str, str, str]]:
    """Every code that the rating columns of a layout name; that of a label may stand in any of the column's lists."""
    for rule in table.methods:
        yield f"methods.{rule.when}", "method", rule.method
    for column, rating in table.ratings.items():
        field = f"ratings.{column}"
        yield field, "dimension", rating.dimension
        if rating.method is not None:
            yield field, "method", rating.method
        if rating.report is not None:
            yield field, "report-type", rating.report
        for code in sorted(set(rating.labels.values())):
            if not any(code in context.build.list_of(scheme) for scheme in rating.schemes):
                yield field, rating.schemes[0], code


class Ratings:
    """The rating columns of a table, ready to be read row by row."""

    def __init__(self, context: SourceContext, table: Table):
        check_codes(context, _named(context, table))
        if table.ratings and context.contract.assessor:
            layout = f"{context.contract.layout or context.contract.key}.yml"
            context.build.references.append(Reference("org", context.contract.assessor, layout, 0, "assessor"))  # known only when all tables are read
        self._context = context
        self._table = table
        self._rules = [(rule.when, rule.method) for rule in table.methods]
        self._compiled = [_compiled(column, rating) for column, rating in table.ratings.items()]
        # As many as there are labels and methods.
        self._verdict, self._statements = cache(self._found), cache(self._prepared)
        self._space = f"<{context.build.addresses.space('assessment')}"
        self._by_column = {entry.column: entry for entry in self._compiled}
        self._code = remembering(1024)(self._other_spelling)

    def method_of(self, row: Row) -> str | None:
        """The method of the row's ratings by the contract's evidence, or None."""
        for column, method in self._rules:
            if row.peek(column):
                return method
        return None

    def read(self, row: Row) -> Iterator[tuple[str, Rating, Verdict, str]]:
        """(column, rating, verdict, cell) of each rating of a row; unknown labels and other numbers are reported."""
        method: str | None = None
        asked = False
        for entry in self._compiled:
            cell = row.text(entry.column)
            if not cell:
                self._number_without_label(row, entry)
                continue
            code = entry.codes.get(cell) or entry.codes.get(_spelled(cell)) or self._code(cell, entry.column)
            if code is None:
                row.quarantine(entry.column, "unknown-label", cell, f"uno de: {entry.allowed}", f"one of: {entry.allowed}")
                self._number_without_label(row, entry)
                continue
            if not asked and entry.rating.method is None:
                method, asked = self.method_of(row), True
            self._compare(row, entry, code, cell)
            yield entry.column, entry.rating, self._verdict(entry.column, code, entry.rating.method or method), cell

    def _other_spelling(self, cell: str, column: str) -> str | None:
        """The code of a label in a spelling that is no other label's: hyphens, blanks around the dot of "c. high", characters without width;
        with a number before or behind it only where this is the label's own."""
        entry = self._by_column[column]
        text = folded(cell)
        if (code := entry.loose.get(_loose(text))) is not None:
            return code
        numbered = _NUMBER_BEHIND.fullmatch(text) or _NUMBER_BEFORE.fullmatch(text)
        if numbered is None:
            return None
        code = entry.loose.get(_loose(numbered["label"]))
        return code if code is not None and entry.rating.numbers.get(code) == numbered["number"] else None

    def _found(self, column: str, code: str, method: str | None) -> Verdict:
        """The first scheme of the rating that the method uses and that has the code; else the first that has it, method unsaid."""
        rating = self._table.ratings[column]
        build = self._context.build
        schemes = [scheme for scheme in rating.schemes if code in build.list_of(scheme)]
        for scheme in schemes:
            if method is not None and (method in methods_of_schemes().get(scheme, ()) or method == build.list_methods.get(scheme)):
                return Verdict(scheme, code, method)
        return Verdict(schemes[0], code, None)

    def _compare(self, row: Row, entry: _Compiled, code: str, cell: str) -> None:
        column = entry.rating.number
        if column is None:
            return
        found, expected = row.peek(column).strip(), entry.rating.numbers.get(code)
        if expected is not None and found and _spelled(found) != expected:
            said = shown(found, lambda text: redacted(text, row.region or None).text)
            self._context.build.quality.source(self._context.contract.key).disagreements[entry.column, written(cell), said, expected] += 1
            es, en = f"{expected}, el número de «{cell}»; vale la etiqueta", f'{expected}, the number of "{cell}"; the label holds'
            row.quarantine(column, "label-and-number", found, es, en)

    def _number_without_label(self, row: Row, entry: _Compiled) -> None:
        """A number whose label is missing, unknown or an absence code says something that nobody can read."""
        column = entry.rating.number
        if column is not None and (number := row.peek(column).strip()) and _spelled(number) != meaning(entry.absent, row.cells[entry.column]):
            es, en = f"ninguno sin etiqueta en «{entry.column}»", f'none without a label in "{entry.column}"'
            row.quarantine(column, "number-without-label", number, es, en)

    # -- statements -----------------------------------------------------------------------------------------------

    def lines(self, commitment_key: str, commitment: str, named: dict[str, str], plan_key: str, passage: str, rating: Rating, verdict: Verdict, cell: str) -> str:
        """The Assessment as N-Triples lines; `named` is what labels in es and en call the commitment, escaped."""
        assessor = self._context.contract.assessor
        key = uris.assessment("commitment", commitment_key, assessor, rating.report, rating.dimension, verdict.method)
        key = self._context.build.registry.use("assessment", key, date=self._context.date)  # after merges
        head, es, en = self._statements(rating.dimension, verdict.scheme, verdict.code, verdict.method, rating.report)
        node = f"{self._space}{key}>"
        report = ""
        if rating.report and assessor:
            report = f"{node} {_P['report']} {self._context.thing('report', uris.report(assessor, plan_key, rating.report))} .\n"
        return (
            f"{node} {_P['type']} {_P['Assessment']} .\n"
            f'{node} {_P["label"]} "{named["en"]}: {en}"@en .\n'
            f'{node} {_P["label"]} "{named["es"]}: {es}"@es .\n'
            f"{node} {_P['target']} {commitment} .\n"
            f"{node} {_P['asWritten']} {_literal(cell)} .\n"
            f"{node} {_P['statedIn']} {passage} .\n"
            f"{report}{head.replace(_NODE, node)}"
        )

    def _prepared(self, dimension: str, scheme: str, code: str, method: str | None, report: str | None) -> tuple[str, str, str]:
        """Lines that do not depend on the target, with a place for the node; the words of its label in es and en.

        Reports rate the same dimension at different times, so the label says which one did.
        """
        context = self._context
        pairs = [("dimension", context.concept("dimension", dimension)), ("verdict", context.concept(scheme, code))]
        if method:
            pairs.append(("method", context.concept("method", method)))
        if context.contract.assessor:
            pairs.append(("assessor", context.thing("org", context.contract.assessor)))
        codes = context.build.codes
        names, shown, reports = codes["dimension"][dimension], context.build.list_of(scheme)[code], codes["report-type"][report] if report else {}
        words = {}
        for language in ("es", "en"):
            which = f" ({reports.get(language, report)})" if report else ""
            words[language] = terms.escaped(f"{names.get(language, dimension)}{which}, {shown.get(language, code)}")
        return "".join(f"{_NODE} {_P[name]} {value} .\n" for name, value in pairs), words["es"], words["en"]


@remembering(1024)
def _spelled(cell: str) -> str:
    """A label or number as they are compared: without case, blanks single; a spreadsheet program's 1.0 is 1."""
    text = " ".join(cell.lower().split())
    whole, point, zeros = text.partition(".")
    return whole if point and whole.isdecimal() and zeros and not zeros.strip("0") else text


_LETTER = re.compile(r"([^\W\d_])\s?\.\s?(?=[^\W\d_])")  # in front of a label: "c.high", "c . high"
_HYPHEN = re.compile(r"(?<=[^\W_])\s?[-_\u2010-\u2015\u2212]\s?(?=[^\W_])")
_NUMBER_BEHIND = re.compile(r"(?P<label>.*\S)\s?\((?P<number>\d{1,2})\)")
_NUMBER_BEFORE = re.compile(r"(?P<number>\d{1,2})\s?[-\u2010-\u2015\u2212]\s?(?P<label>\D.*)")


def _loose(text: str) -> str:
    """A folded label as those are compared that are spelled a little otherwise: "not-started" is "not started", "c.high" is "c. high"."""
    found = _LETTER.match(text)
    return _HYPHEN.sub(" ", f"{found[1]}. {text[found.end():]}" if found else text)


@remembering(1024)
def _literal(cell: str) -> str:
    return terms.text(written(cell))


_NODE = "\x00"
_P = {
    name: terms.curie(curie)
    for name, curie in {
        "type": "rdf:type", "label": "rdfs:label", "Assessment": "ogcm:Assessment", "target": "ogcm:target", "dimension": "ogcm:dimension",
        "verdict": "ogcm:verdict", "method": "ogcm:methodVersion", "assessor": "ogcm:assessor", "report": "ogcm:report",
        "asWritten": "ogcm:ratingAsWritten", "statedIn": "ogcm:statedIn",
    }.items()
}  # fmt: skip


def _compiled(column: str, rating: Rating) -> _Compiled:
    codes = {" ".join(label.lower().split()): code for label, code in rating.labels.items()}
    loose: dict[str, set[str]] = {}
    for label, code in rating.labels.items():
        loose.setdefault(_loose(folded(label)), set()).add(code)
    certain = {label: found.pop() for label, found in loose.items() if len(found) == 1}
    return _Compiled(column, rating, codes | rating.labels, certain, ", ".join(rating.labels), spellings_of(rating.absent))
