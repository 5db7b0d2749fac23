"""The contract of a source: what its tables hold, how they are read, and what the source itself is.

One schema for every source (deck, web pages, reference and curated tables, exports of the OGP database). The JSON
Schema in `contract.schema.json` is generated from these models (`python -m ingest.contract`) and kept equal by a test.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator
from decimal import Decimal
from functools import cached_property
from itertools import takewhile
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ingest import languages
from ingest.formats.headers import is_placed
from ingest.institutions import InstitutionRules

CONTRACT_FILE = "contract.yml"
SCHEMA_FILE = "contract.schema.json"

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Tag = Annotated[str, Field(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{1,8})*)?$")]
LanguageText = dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], str]

Kind = Literal["verbatim", "recased", "curated", "locator", "reference"]
Type = Literal[
    "text", "number-token", "integer", "decimal", "date", "partial-date", "date-as-written", "code", "key",
    "iri", "institutions", "boolean", "sha256", "slug", "list",
]  # fmt: skip
Absence = Literal["notReviewed", "noData", "notApplicable", "notSpecified", "noneSpecified", "unclear"]
# What a column of an export is, where it is more than one property of the commitment (see `ingest/mappings/ogp_export/`).
Means = Literal[
    "jurisdiction", "jurisdiction-code", "plan-number", "plan-id", "commitment-id", "number", "title", "short-title", "text",
    "start-date", "end-date", "submitted", "plan-end", "page", "lead-institution", "supporting-institution", "report-year",
]  # fmt: skip
# What tells which promise a row is: an export without one of these columns would be another list of commitments.
_IDENTIFYING = frozenset({"jurisdiction", "plan-number", "number", "title"})


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Document(Model):
    """The document behind the tables: held (then its SHA-256) or not held (then why)."""

    status: Literal["held", "not-held"]
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    reason: LanguageText | None = None

    @model_validator(mode="after")
    def _complete(self) -> Document:
        if self.status == "held" and self.sha256 is None and self.reason is None:
            raise ValueError("a held document needs sha256 (or a reason why there is no single file)")
        if self.status == "not-held" and not self.reason:
            raise ValueError("a document that is not held needs a reason")
        return self


class Column(Model):
    """One column: what its text is (`kind`), how it is read (`type`), and what counts as a fault."""

    kind: Kind
    type: Type = "text"
    required: bool = False
    language: Tag | None = None  # BCP 47 tag of verbatim text, "" = none; None = the contract's own language
    scheme: str | None = None  # for type code: slug under code/, or of a deployment scheme
    key_kind: str | None = None  # for type key: the kind of our identifiers
    values: tuple[str, ...] | None = None  # closed list of what the cell may say
    pattern: str | None = None  # whole-cell regular expression
    separators: tuple[str, ...] = ()  # for institutions and list: what parts the cell
    role: str | None = None  # for institutions: code/role
    as_written: str | None = None  # for recased: the column that keeps the literal
    absence: dict[str, Absence] | None = None  # overrides the contract's absence codes
    on_error: Literal["stop", "quarantine"] = "stop"
    means: Means | None = None  # of an export: what the column is
    property: str | None = None  # of an export: CURIE of the commitment's property that the cell is
    detect_language: bool = False  # of an export: the language of each text is found out, not declared
    report: str | None = None  # for means report-year: code/report-type whose year it is
    note: str | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    @model_validator(mode="after")
    def _fits(self) -> Column:
        if self.type == "code" and not (self.scheme or self.values):
            raise ValueError("a column of type code needs scheme (or values)")
        if self.kind == "recased" and not self.as_written:
            raise ValueError("a recased column needs as_written: the column that keeps the literal")
        if (self.means == "report-year") != (self.report is not None):
            raise ValueError("a column that means report-year, and only such a column, names its report")
        if self.means and self.property:
            raise ValueError("a column has means or property, not both")
        return self


class Flags(Model):
    """Columns of an export that say 1 or 0 to a concept each: 1 is a statement, 0 is none, an absence code is kept as such."""

    scheme: Slug
    property: str = "dct:subject"
    columns: dict[str, Slug]  # header -> code of the scheme


class Rating(Model):
    """A column of an export that holds the label of a rating, mapped by that label and never by its number."""

    number: str | None = None  # the column with the number that goes with the label; it is only compared
    dimension: Slug
    schemes: tuple[Slug, ...] = Field(min_length=1)  # in the order in which they are asked for the label's code
    labels: dict[str, Slug]  # label as written -> code; compared without case
    numbers: dict[Slug, str] = {}  # code -> number that goes with it
    absent: dict[str, str] = {}  # absence code in this column -> number that goes with it
    method: str | None = None  # code/method; None = by the table's `methods`
    report: str | None = None  # code/report-type of the report that gives the rating, where the header says it

    @model_validator(mode="after")
    def _fits(self) -> Rating:
        unknown = sorted(set(self.numbers) - set(self.labels.values()))
        if unknown:
            raise ValueError(f"numbers of codes that no label has: {', '.join(unknown)}")
        return self


class MethodRule(Model):
    """Evidence for the IRM method of a row: the column `when` holds a rating in it."""

    when: str
    method: Slug


class SumRows(Model):
    """How a row that adds up others is known: one of these texts in one of these columns."""

    columns: tuple[str, ...]
    values: tuple[str, ...]


class Expectation(Model):
    """How many rows the table holds, and how many cells of a column are filled; a breach stops the build."""

    rows: int | None = None
    min_rows: int | None = None
    max_rows: int | None = None
    filled: dict[str, int] = {}  # column that may be empty -> least number of filled cells, so that a blanked one is found


class Record(Model):
    """Declarative mapping: each row of the table describes one resource (see `ingest/declarative.py`)."""

    kind: str  # a kind of identifiers, `concept`, or `iri` (the key is then a whole IRI)
    key: str  # template over the columns, e.g. "{iso2}" or "MX-4-{numero:0>2}"
    classes: tuple[str, ...]  # CURIEs
    scheme: str | None = None  # for concepts: slug of the scheme below concept/
    properties: dict[str, str | list[str]] = {}  # column -> CURIE(s)
    constants: dict[str, str] = {}  # CURIE -> CURIE or IRI
    label: dict[Tag, str] = {}  # language, "" = of none -> template; one whose cells are all empty gives no label


class Table(Model):
    title: LanguageText = {}
    file: str | None = None
    header_row: int = 1
    row_key: str | list[str] = "fila"
    place: str | None = None
    unique: tuple[tuple[str, ...], ...] = ()
    expect: Expectation = Expectation()
    columns: dict[str, Column]
    ignored: dict[str, str] = {}
    derived: dict[str, str] = {}
    record: Record | None = None
    mode: Literal["strict", "export"] = "strict"  # export: a faulty row or cell is set aside, a faulty file stops the build
    sheet: str | None = None  # of a workbook with several sheets
    flags: tuple[Flags, ...] = ()
    ratings: dict[str, Rating] = {}  # column -> rating
    methods: tuple[MethodRule, ...] = ()  # the first that applies to a row
    sum_rows: SumRows | None = None
    institutions: InstitutionRules | None = None

    @model_validator(mode="after")
    def _refers_to_columns(self) -> Table:
        named = [self.place] if self.place else []
        named += [column for group in self.unique for column in group]
        named += [key for key in self.row_keys if key != "hash"]
        named += [column.as_written for column in self.columns.values() if column.as_written]
        named += list(self.expect.filled)
        unknown = {name for name in named if name not in self.columns}
        unknown |= {rule.when for rule in self.methods if rule.when not in self.ratings}
        unknown |= {name for name in (self.sum_rows.columns if self.sum_rows else ()) if name not in self.known_columns}
        if unknown:
            raise ValueError(f"names columns that it does not declare: {', '.join(sorted(unknown))}")
        declared = Counter(self._declared())
        twice = sorted(name for name, times in declared.items() if times > 1)
        if twice:
            raise ValueError(f"declares columns twice: {', '.join(twice)}")
        return self

    def _declared(self) -> Iterator[str]:
        yield from self.columns
        yield from self.ignored
        yield from self.derived
        for flags in self.flags:
            yield from flags.columns
        for column, rating in self.ratings.items():
            yield column
            if rating.number:
                yield rating.number

    @cached_property
    def known_columns(self) -> frozenset[str]:
        """Every header that the contract says something about."""
        return frozenset(self._declared())

    @cached_property
    def number_columns(self) -> frozenset[str]:
        """Columns with the numbers of ratings: derived from the labels, compared with them, not published."""
        return frozenset(rating.number for rating in self.ratings.values() if rating.number)

    @property
    def known_by_place(self) -> frozenset[str]:
        """Columns that are read and have no header of their own: "(5)" and "Plan (2)" mean something only where the other columns are the known ones."""
        return frozenset(name for name in self.known_columns - set(self.ignored) - set(self.derived) if is_placed(name))

    @property
    def indispensable(self) -> frozenset[str]:
        """Columns without which the rows cannot be read at all: required ones, those that identify a commitment, and what other fields refer to."""
        found = {name for name, column in self.columns.items() if column.required or column.means in _IDENTIFYING}
        found |= {column.as_written for column in self.columns.values() if column.as_written}
        found |= {name for group in self.unique for name in group} | {key for key in self.row_keys if key != "hash"} | set(self.expect.filled)
        return frozenset(found | ({self.place} if self.place else set())) & self.known_columns

    def without(self, missing: Collection[str]) -> Table:
        """The table of a file that lacks these columns, and with them what rests on them.

        The number of a rating means nothing without its label. Rules for the method are tried in their order, so those after one that
        can no longer be tried would give a row of the newer method the older one: they go, too.
        """
        ratings = {
            name: rating.model_copy(update={"number": None}) if rating.number in missing else rating
            for name, rating in self.ratings.items()
            if name not in missing
        }
        flags = [flags.model_copy(update={"columns": {name: code for name, code in flags.columns.items() if name not in missing}}) for flags in self.flags]
        sums = tuple(name for name in self.sum_rows.columns if name not in missing) if self.sum_rows else ()
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        fields |= {
            "columns": {name: column for name, column in self.columns.items() if name not in missing},
            "ratings": ratings,
            "flags": tuple(entry for entry in flags if entry.columns),
            "methods": tuple(takewhile(lambda rule: rule.when not in missing, self.methods)),
            "sum_rows": self.sum_rows.model_copy(update={"columns": sums}) if self.sum_rows and sums else None,
        }
        return Table(**fields)

    def means(self, what: Means) -> str | None:
        """The column that is this, or None."""
        return next((name for name, column in self.columns.items() if column.means == what), None)

    @property
    def row_keys(self) -> list[str]:
        return [self.row_key] if isinstance(self.row_key, str) else list(self.row_key)

    def file_name(self, slug: str) -> str:
        return self.file or f"{slug}.csv"


class Contract(Model):
    """`contract.yml` of one source."""

    contract_version: Literal["1.0"]
    key: Slug
    series: Slug
    title: LanguageText
    publisher: str = "not-stated"
    issued: dt.date | Literal["not-stated"] = "not-stated"
    language: str = Field(default="not-stated", pattern=r"^([a-z]{3}|not-stated)$")  # ISO 639-3, or not-stated: then its texts have no tag
    licence: str = "not-stated"  # an IRI, or not-stated
    source_type: Literal["plan-document", "tracker", "ogp-database", "presentation", "reference", "curation"]
    document: Document
    homepage: str | None = None
    encoding: Literal["utf-8"] = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    date_order: Literal["dmy", "mdy", "ymd", "by-evidence", "none"] = "none"
    absence: dict[str, Absence] = {}
    tables: dict[Slug, Table]
    revision_of: str | None = None  # key of the snapshot this one follows
    layout: Slug | None = None  # what ingest/layouts/ or data/layouts/ says of the tables; fields of this contract win
    mapping: str | None = None  # module below ingest/mappings/ that maps the tables; default: the folder's name
    assessor: str | None = None  # org key of who gives the ratings of an export
    other_columns: Literal["stop", "accept"] = "stop"  # of an export: whether a file is read whose columns are not exactly those declared
    initiative: str = "ogp"  # whose plans an export lists
    language_confidence: Decimal = Decimal("0.90")  # least confidence of a detected language that becomes a tag
    coverage: str | None = None  # file that walks the document's blocks; not a table of facts
    coverage_reasons: dict[str, LanguageText] = {}

    @model_validator(mode="after")
    def _accepts(self) -> Contract:
        if self.other_columns == "accept" and any(table.mode != "export" for table in self.tables.values()):
            raise ValueError("other_columns: accept is for tables of mode export")
        return self

    @property
    def is_edition(self) -> bool:
        """Whether it is an edition of a database: an export of a program, of which a newer one may come. Its series names the database."""
        return any(table.mode == "export" for table in self.tables.values())

    @property
    def language_tag(self) -> str | None:
        """BCP 47 tag of the declared language, or None."""
        return None if self.language == "not-stated" else languages.bcp47(self.language)

    @property
    def own_title(self) -> tuple[str, str]:
        """The title that passages are called by, with the tag of what is composed of it: that of the source's language where the title is in it, else none."""
        tag = self.language_tag or ""
        return (self.title[tag], tag) if tag in self.title else (next(iter(self.title.values())), "")

    @property
    def age(self) -> int:
        """Greater for a newer edition: by the day, month or year at the end of its key (`ogp-2024`), else by the day it was issued, else 0.

        A day of issue within the month or year of the key is more exact than this. It only orders editions; that one was issued on a
        day is never concluded from a month or year.
        """
        issued = self.issued if isinstance(self.issued, dt.date) else None
        named = _DATED.search(self.key) if self.is_edition else None
        if named is None:
            return issued.toordinal() if issued else 0
        if named[3]:
            return dt.date.fromisoformat(named[0].lstrip("-")).toordinal()  # a day that no calendar has is refused with the contract
        year, month = int(named[1]), int(named[2]) if named[2] else None
        if issued is not None and issued.year == year and month in (None, issued.month):
            return issued.toordinal()
        return dt.date(year, month or 1, 1).toordinal()


# A date at the end of an edition's key: its year, perhaps its month and day.
_DATED = re.compile(r"(?:^|-)(20[0-3]\d)(?:-(0[1-9]|1[0-2])(?:-(\d{2}))?)?$")


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a contract."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Contract.model_json_schema()}


if __name__ == "__main__":
    import json

    print(json.dumps(schema(), indent=2, ensure_ascii=False))
