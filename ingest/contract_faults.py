"""What is wrong with a contract that no model of a single field sees: columns that are missing or mean the same, roles and terms that
nobody knows, addresses and keys that cannot be written out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

from rapidfuzz import process

from ingest import languages, uris, values
from ontology import code_schemes, vocabulary
from ontology.namespaces import KINDS, PREFIXES

if TYPE_CHECKING:
    from ingest.contract import Contract, Means, Record

EXPORT_MAPPING = "ogp_export"  # the module below ingest/mappings/ that reads rows by what their columns mean
# What every row of an export must say, so that it has a place: a layout without one of these columns says nothing of any row.
_PLACING: tuple[Means, ...] = ("jurisdiction", "plan-number")
NO_SUCH_DAY = ("una fecha que exista al final del nombre de la edición", "a date that exists at the end of the edition's name")
NOT_MINTED = ("concept", "iri")  # what a record may be besides the kinds of our identifiers
_CURIE = re.compile(r"([a-z][a-z0-9-]*):([^\W\d][\w.-]*)")

Place = tuple[str | int, ...]  # the way to a field from the top of a contract
Fault = tuple[Place, str, str, str]  # field, found, expected in Spanish, expected in English


def faults(contract: Contract) -> Iterator[Fault]:
    """Every such fault, in the order of the tables."""
    if contract.language != "not-stated":
        try:
            languages.bcp47(contract.language)
        except ValueError as error:
            yield ("language",), contract.language, *error.args
    if contract.is_edition:
        try:
            contract.age  # noqa: B018 - which a day that no calendar has does not give
        except ValueError:
            yield ("key",), contract.key, *NO_SUCH_DAY
    if not contract.title:
        yield ("title",), "", "un título, con su idioma: {es: …}", "a title with its language: {en: …}"  # passages are called by it
    for name in ("licence", "homepage"):
        address = getattr(contract, name)
        if address is not None and (name, address) != ("licence", "not-stated"):
            yield from _address_fault((name,), address)
    for name in ("revision_of", "assessor", "initiative"):
        if (key := getattr(contract, name)) is not None:
            yield from _key_fault((name,), key)
    for slug, table in contract.tables.items():
        at: Place = ("tables", slug)
        for what in _PLACING if contract.mapping == EXPORT_MAPPING else ():
            if table.means(what) is None:
                yield (*at, "columns"), "", f"una columna con means: {what}", f"a column with means: {what}"
        meant = Counter(column.means for column in table.columns.values() if column.means and column.means != "report-year")
        for what, times in meant.items():
            if times > 1 and contract.mapping == EXPORT_MAPPING and what not in ("lead-institution", "supporting-institution"):
                yield (*at, "columns"), f"means: {what} ×{times}", "una sola columna con ese means", "one column with that means"
        for name, column in table.columns.items():
            if column.role is not None:
                yield from _role_fault((*at, "columns", name, "role"), column.role)
            if column.property is not None:
                yield from _curie_fault((*at, "columns", name, "property"), column.property)
            if column.key_kind is not None and column.key_kind not in KINDS:
                listed = ", ".join(KINDS)
                yield (*at, "columns", name, "key_kind"), column.key_kind, f"uno de: {listed}", f"one of: {listed}"
        for heading, role in (table.institutions.roles.items() if table.institutions else ()):
            if role is not None:
                yield from _role_fault((*at, "institutions", "roles", heading), role)
        for index, flags in enumerate(table.flags):
            yield from _curie_fault((*at, "flags", index, "property"), flags.property)
        if table.record is not None:
            yield from _faults_of_record((*at, "record"), table.record, tuple(table.columns))


def _faults_of_record(at: Place, record: Record, columns: tuple[str, ...]) -> Iterator[Fault]:
    if record.kind not in (*KINDS, *NOT_MINTED):
        listed = ", ".join((*NOT_MINTED, *KINDS))
        yield (*at, "kind"), record.kind, f"uno de: {listed}", f"one of: {listed}"
    yield from _template_fault((*at, "key"), record.key, columns)
    for language, template in record.label.items():
        yield from _template_fault((*at, "label", language), template, columns)
    for column in record.properties:
        if column not in columns:
            listed = ", ".join(columns)
            yield (*at, "properties"), column, f"una columna de la tabla: {listed}", f"a column of the table: {listed}"
    for name in record.classes:
        yield from _curie_fault((*at, "classes"), name)
    for column, names in record.properties.items():
        for name in [names] if isinstance(names, str) else names:
            yield from _curie_fault((*at, "properties", column), name)
    for name, constant in record.constants.items():
        yield from _curie_fault((*at, "constants"), name)
        yield from (_address_fault if "://" in constant else _curie_fault)((*at, "constants", name), constant)


def _template_fault(field: Place, template: str, columns: tuple[str, ...]) -> Iterator[Fault]:
    """A template that no row can fill: it names something else than a column, or a format that no text has, which empty cells tell as well."""
    try:
        template.format_map(dict.fromkeys(columns, ""))
        fits = all(name in columns for _, name, _, _ in Formatter().parse(template) if name is not None)
    except (LookupError, ValueError, AttributeError):
        fits = False
    if not fits:
        listed = ", ".join(f"{{{name}}}" for name in columns)
        es, en = f"un texto con {listed}, cada cual con o sin formato de Python", f"a text with {listed}, each with or without a Python format"
        yield field, template, es, en


def _address_fault(field: Place, address: str) -> Iterator[Fault]:
    try:
        values.iri(address)
    except ValueError as error:
        yield field, address, *error.args


def _key_fault(field: Place, key: str) -> Iterator[Fault]:
    """Of a key only the form is known here; whether anything has it, only when all sources are read."""
    try:
        uris.check_key(key)
    except ValueError:
        yield field, key, "una clave como ogp o int-irm", "a key such as ogp or int-irm"


def _role_fault(field: Place, role: str) -> Iterator[Fault]:
    known = code_schemes()["role"]
    if role not in known:
        listed = ", ".join(known)
        yield field, role, f"uno de: {listed}", f"one of: {listed}"


def _curie_fault(field: Place, name: str) -> Iterator[Fault]:
    if (expected := instead_of_curie(name)) is not None:
        yield field, name, *expected


def instead_of_curie(name: str) -> tuple[str, str] | None:
    """What is expected, in Spanish and English, for a name that cannot be written out, or that our own vocabulary should have and has not."""
    found = _CURIE.fullmatch(name)
    if found is None or found[1] not in PREFIXES:
        listed = ", ".join(sorted(PREFIXES))
        return f"prefijo:nombre, con un prefijo de: {listed}", f"prefix:name, with a prefix of: {listed}"
    if found[1] == "ogcm" and name not in _own_terms():
        near = ", ".join(match for match, *_ in process.extract(name, _own_terms(), limit=3))
        return f"un término del vocabulario, como {near}", f"a term of the vocabulary, such as {near}"
    return None


@cache
def _own_terms() -> tuple[str, ...]:
    """Classes and properties of our vocabulary as CURIEs."""
    start = PREFIXES["ogcm"]
    return tuple(sorted({f"ogcm:{iri.removeprefix(start)}" for subject in vocabulary().subjects() if (iri := str(subject)).startswith(start)}))
