"""What only the whole file says: the order of its dates, which numbers repeat, what the rows of a plan agree on."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Literal

from ingest import uris
from ingest.cleaning.dates import DateEvidence
from ingest.cleaning.persons import as_shown
from ingest.context import SourceContext
from ingest.contract import Contract, Table
from ingest.mappings.ogp_export import names
from ingest.mappings.ogp_export.places import PlaceOfRow, PlanOfRow
from ingest.quarantine import shown
from ingest.readers import Row

PlanId = tuple[str, str]  # area key, number as printed
PLAN_FACTS = ("submitted", "plan-end", "plan-id")
_SHOWN, _VALUES = 20, 6  # characters of a value, and values, that messages show


def _declared(contract: Contract) -> Literal["dmy", "mdy"] | None:
    """The order of day and month that a contract states; a year in front leaves no doubt about them."""
    return contract.date_order if contract.date_order in ("dmy", "mdy") else None  # type: ignore[return-value]


class PlanFacts:
    """What the rows say of one plan, by column: value -> number of rows that say it.

    Every row of the plan asks what they agree on, so that is worked out once for each column: a column that never says the same
    thing twice would cost the square of the rows otherwise.
    """

    def __init__(self) -> None:
        self._values: dict[str, Counter[str]] = defaultdict(Counter)
        self._agreed: dict[str, str | None] = {}
        self._said: dict[str, str] = {}

    def count(self, column: str, value: str) -> None:
        self._values[column][value] += 1
        if self._agreed or self._said:
            self._agreed.clear()
            self._said.clear()

    def agreed(self, column: str | None) -> str | None:
        """The value that at least nine of ten rows with a value give, else None: a slip in one row unsays nothing."""
        if column is None or column not in self._values:
            return None
        if column not in self._agreed:
            found = self._values[column]
            value, rows = found.most_common(1)[0]
            self._agreed[column] = value if 10 * rows >= 9 * found.total() else None
        return self._agreed[column]

    def said(self, column: str) -> str:
        """The most frequent values with their numbers of rows, for messages."""
        if column not in self._said:
            frequent = sorted(self._values[column].items(), key=lambda item: (-item[1], item[0]))
            listed = [f"{shown(value, as_shown)[:_SHOWN]} ×{count}" for value, count in frequent[:_VALUES]]
            self._said[column] = ", ".join(listed if len(frequent) <= _VALUES else [*listed, "…"])
        return self._said[column]


@dataclass
class Observed:
    """The closed evidence of one file."""

    contract: Contract
    table: Table
    dates: DateEvidence
    plans: dict[PlanId, PlanFacts]
    plan_columns: tuple[str, ...]
    tokens: Counter[tuple[str, str, str]]  # area, plan number, token in lower case: keys may not differ by case alone
    titled: Counter[tuple[str, str, str, str]]  # … and digest of the title
    texts: Counter[bytes]  # digest of those and the full text
    by_title: Counter[tuple[str, str, str]]  # area, plan number, digest of the title
    ids: Counter[str]
    named: dict[str, tuple[str, str, str, str]]  # id -> area, plan number, token and digest of the title of a row that has it
    own_words: dict[str, str]  # area that no table knows -> its name, the first in the order of letters of all its spellings
    plan_ids: dict[str, set[PlanId]]  # OGP's id of a plan -> plans whose rows agree on it


class Observation:
    """Sees each row once; constant memory per row (a few counters)."""

    def __init__(self, context: SourceContext, table: Table):
        self._places = context.build.places
        self._place = PlaceOfRow(self._places, table)
        dates = [column for column in (table.means("start-date"), table.means("end-date")) if column]
        self._dates = tuple(dates)
        facts = [column for what in PLAN_FACTS if (column := table.means(what))]  # type: ignore[arg-type]
        facts += [name for name, column in table.columns.items() if column.means == "report-year"]
        self._observed = Observed(
            context.contract, table, DateEvidence(declared=_declared(context.contract)), defaultdict(PlanFacts), tuple(facts),
            Counter(), Counter(), Counter(), Counter(), Counter(), {}, {}, {},
        )  # fmt: skip
        self._number, self._plan_id = table.means("number"), table.means("plan-id")
        self._title, self._text, self._id = table.means("title"), table.means("text"), table.means("commitment-id")

    def see(self, row: Row) -> None:
        plan = self._place.of(row, report=False)
        if plan is None:
            return
        observed = self._observed
        # First what may fail: a row that cannot be looked at is counted nowhere.
        token, title = token_of(row, self._number, plan.place.country), title_of(row, self._title)
        digest = text_digest(plan, token, title, row.peek(self._text) if self._text else "")
        word = plan.place.own_word
        if word:
            observed.own_words[plan.place.area] = min(word, observed.own_words.get(plan.place.area, word))
        observed.dates.typed = row.file.types_dates
        for column in self._dates:
            if text := row.peek(column):
                observed.dates.observe(plan.place.country, uris.trimmed(text), plan.number)
        facts = observed.plans[plan.place.area, plan.number]
        for column in observed.plan_columns:
            said = names.year_of(row.peek(column))
            # A cell that is set aside for what it is contradicts no other row.
            if names.PLAN_ID.fullmatch(said) if column == self._plan_id else names.year(said) is not None:
                facts.count(column, said)
        where = (plan.place.area, plan.number)
        observed.tokens[(*where, token.lower())] += 1
        observed.titled[(*where, token.lower(), title)] += 1
        observed.by_title[(*where, title)] += 1
        observed.texts[digest] += 1
        # An id that another country's rows may have is no id of this row, so it is not theirs twice.
        if self._id and (outside := uris.trimmed(row.peek(self._id))) and not names.of_another_country(self._places, outside, plan.place.country):
            observed.ids[outside] += 1
            observed.named[outside] = (*where, token, title)

    def closed(self) -> Observed:
        column = self._plan_id
        for plan, facts in self._observed.plans.items() if column else ():
            if outside := facts.agreed(column):
                self._observed.plan_ids.setdefault(outside, set()).add(plan)
        return self._observed


def token_of(row: Row, column: str | None, region: str) -> str:
    """Token of the row's number; "x" where it has none. `region` is the country that telephone numbers are read by."""
    cell = row.peek(column) if column else ""
    return names.token(names.repaired_number(cell)) if cell and names.is_number(cell, region) else "x"


def title_of(row: Row, column: str | None) -> str:
    return names.title_digest(row.peek(column)) if column else ""


def text_digest(plan: PlanOfRow, token: str, title: str, text: str) -> bytes:
    """Of what tells rows of a plan apart without looking at all their cells; letter case, accents and punctuation do not, as in keys."""
    joined = "\x1f".join((plan.place.area, plan.number, token.lower(), title, uris.folded(text)))
    return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=12).digest()
