"""What each column of an export speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from ingest import terms
from ingest.context import SourceContext
from ingest.contract import Column, Table
from ingest.scopes import Rated, Scope

# Each end of the period by itself (`ingest.consolidation.periods`).
_BY_MEANING = {
    "number": ("ogcm:numberAsWritten",),
    "title": ("ogcm:titleAsWritten",),
    "short-title": ("ogcm:shortTitle", "ogcm:shortTitleAsWritten"),
    "text": ("dct:description", "ogcm:descriptionAsWritten"),
    "page": ("foaf:page",),
    "start-date": ("ogcm:startDateAsWritten", "ogcm:possibleStartDate", "dcat:startDate"),
    "end-date": ("ogcm:endDateAsWritten", "ogcm:possibleEndDate", "dcat:endDate"),
    "lead-institution": ("ogcm:leadInstitutionText", "ogcm:leadInstitutionAsWritten"),
    "supporting-institution": ("ogcm:supportingInstitutionText", "ogcm:supportingInstitutionAsWritten"),
}


def columns_of(context: SourceContext, table: Table, originals: dict[str, str]) -> dict[str, Scope]:
    """Scope of each column that speaks of a commitment; `originals`: property -> term of the one that keeps what a source wrote."""
    found = {name: Scope(properties=frozenset(_properties(column, originals)), roles=_roles(table, column)) for name, column in table.columns.items()}
    for flags in table.flags:
        for name, code in flags.columns.items():
            found[name] = Scope(values=frozenset({(terms.curie(flags.property), context.concept(flags.scheme, code))}))
    for name, rating in table.ratings.items():
        found[name] = Scope(ratings=frozenset({Rated(rating.dimension, rating.report, rating.method)}))
    return {name: scope for name, scope in found.items() if scope != Scope()}


def _properties(column: Column, originals: dict[str, str]) -> Iterator[str]:
    if column.property:
        yield terms.curie(column.property)
        if column.property in originals:
            yield originals[column.property]
    for name in _BY_MEANING.get(column.means or "", ()):
        yield terms.curie(name)


def _roles(table: Table, column: Column) -> frozenset[str]:
    """The column's own role and those that headings inside its cells may assign."""
    if column.means not in ("lead-institution", "supporting-institution"):
        return frozenset()
    named = table.institutions.roles.values() if table.institutions else ()
    return frozenset({column.role or "lead", *(role for role in named if role)})
