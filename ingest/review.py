"""What a curator has to decide: the names that no source could be matched for, by frequency, with the closest known bodies.

The file `institutions-review.csv` of a release; a row copied to `data/curated/institutions.csv` with a decision is used by
the next build.
"""

from __future__ import annotations

import csv
import io
from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from ingest import uris
from ingest.authority import Authority, Body
from ingest.formats.spreadsheets import quoted
from ingest.institutions import CellReading, Unresolved, odd_letters, shown

REVIEW_FILE = "institutions-review.csv"
SUGGESTIONS = 3
PASSAGES = 3
LEAST = 60.0  # rapidfuzz points below which a body is no suggestion
_CONTAINED = 90.0  # for a text that may hold several names: how well a body's name must stand in it
_SHORT = 3  # a folded name of so few letters stands in every text

# Kind of problem -> what the curator reads, in Spanish and English.
PROBLEMS = {
    "unknown-name": ("nombre que nadie tiene en la tabla", "name that nobody has in the table"),
    "several-bodies": ("¿varios organismos?, no dividido", "several bodies?, not split"),
    "national-name": ("nombre de un organismo nacional en un plan local", "name of a national body in a local plan"),
    "homoglyph": ("mezcla letras de dos alfabetos", "mixes letters of two alphabets"),
    "person": ("persona: retenido, sin su nombre", "person: withheld, without the name"),
}  # fmt: skip
COLUMNS = [
    "country", "as_written", "kind", "problem_es", "problem_en", "roles", "count", "passages",
    *(f"suggestion_{number}_{part}" for number in range(1, SUGGESTIONS + 1) for part in ("key", "name", "score")),
]  # fmt: skip


@dataclass(slots=True)
class _Entry:
    count: int = 0
    roles: set[str] = field(default_factory=set)
    passages: list[str] = field(default_factory=list)  # the first ones in the order of their keys, so that rows may move


@dataclass(frozen=True)
class Suggestion:
    """A known body that a text may mean. `score` is from 0 to 1; 1 says that the names are spelt alike, not that it is so."""

    key: str
    name: str
    score: float


class Review:
    """Collects what cells leave open. Memory is bounded by `limit` different texts; what comes after is counted, not listed.

    `redact` takes personal data out of a text; texts that were redacted before pass unchanged.
    """

    def __init__(self, authority: Authority, *, redact: Callable[[str], str] = lambda text: text, limit: int = 100_000):
        self.authority = authority
        self.redact = redact
        self.limit = limit
        self.cells: Counter[str] = Counter()  # read, resolved, partly, text, withheld
        self.mentions = 0
        self.decided = 0
        self.cut: Counter[str] = Counter()  # kind -> occurrences that found no room
        self._entries: dict[tuple[str, str, str], _Entry] = {}
        self._names: dict[str, tuple[list[str], list[Body]]] = {}

    def add(self, reading: CellReading, area: str, passage: str) -> None:
        """Book one cell: `area` is the key under which it was read, `passage` the key of its row's passage."""
        if not reading.whole_text:
            return
        self.cells["read"] += 1
        self.cells["withheld" if reading.withheld else "resolved" if not reading.unresolved else "partly" if reading.mentions else "text"] += 1
        self.mentions += len(reading.mentions)
        self.decided += len(reading.unresolved) - len(reading.open)
        for item in reading.open:
            self._book(item, area, passage)

    def _book(self, item: Unresolved, area: str, passage: str) -> None:
        text = "" if item.kind == "person" else shown(self.redact(item.text))
        key = (area, text, item.kind)
        entry = self._entries.get(key)
        if entry is None:
            if len(self._entries) >= self.limit:
                self.cut[item.kind] += 1
                return
            entry = self._entries[key] = _Entry()
        entry.count += 1
        entry.roles.add(item.role)
        if passage not in entry.passages and (len(entry.passages) < PASSAGES or passage < entry.passages[-1]):
            insort(entry.passages, passage)
            del entry.passages[PASSAGES:]

    def summary(self) -> dict[str, int]:
        """Counts for the quality report: cells by outcome, mentions, and per kind its different texts and occurrences."""
        counts = {f"cells-{name}": self.cells[name] for name in ("read", "resolved", "partly", "text", "withheld")}
        counts |= {"mentions": self.mentions, "decided-as-text": self.decided, "occurrences-not-listed": self.cut.total()}
        texts: Counter[str] = Counter()
        occurrences = Counter(self.cut)
        for (_, _, kind), entry in self._entries.items():
            texts[kind] += 1
            occurrences[kind] += entry.count
        for kind in PROBLEMS:
            counts |= {f"{kind}-texts": texts[kind], f"{kind}-occurrences": occurrences[kind]}
        return counts

    def rows(self) -> Iterator[list[str]]:
        """The rows below COLUMNS, most frequent first; a last row says what found no room."""
        for (area, text, kind), entry in sorted(self._entries.items(), key=lambda item: (-item[1].count, item[0])):
            close = [] if kind == "person" else self.suggestions(text, area, kind)
            cells = [cell for item in close for cell in (item.key, item.name, f"{item.score:.2f}")]
            cells += [""] * (3 * (SUGGESTIONS - len(close)))
            seen = f": {odd_letters(text)}" if kind == "homoglyph" else ""
            problem = [f"{words}{seen}" for words in PROBLEMS[kind]]
            yield [area, text, kind, *problem, " ".join(sorted(entry.roles)), str(entry.count), " ".join(entry.passages), *cells]
        for kind, count in sorted(self.cut.items()):
            es, en = f"otros textos, sin lugar en la lista de {self.limit}", f"further texts, no room in the list of {self.limit}"
            yield ["", "", kind, es, en, "", str(count), "", *([""] * (3 * SUGGESTIONS))]

    def suggestions(self, text: str, area: str, kind: str = "unknown-name") -> list[Suggestion]:
        """Up to SUGGESTIONS bodies of the area, of its country or international ones, the closest first."""
        if area not in self._names:
            # No decision can name an initiative, so none is suggested.
            named = {(name, body.key): body for name, body in self.authority.names(area) if body.kind == "org"}
            pairs = sorted(named.items(), key=lambda item: item[0])
            self._names[area] = ([name for (name, _), _ in pairs], [body for _, body in pairs])
        names, bodies = self._names[area]
        wanted = uris.folded(text)
        best: dict[str, tuple[float, Body]] = {}
        for _, score, index in process.extract(wanted, names, scorer=fuzz.token_sort_ratio, score_cutoff=LEAST, limit=4 * SUGGESTIONS):
            if score > best.get(bodies[index].key, (0.0, bodies[index]))[0]:
                best[bodies[index].key] = (score, bodies[index])
        if kind == "several-bodies":
            for name, body in zip(names, bodies, strict=True):
                if len(name) > _SHORT and (score := fuzz.partial_ratio(name, wanted, score_cutoff=_CONTAINED)) > best.get(body.key, (0.0, body))[0]:
                    best[body.key] = (score, body)
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))[:SUGGESTIONS]
        return [Suggestion(key, body.name, round(score / 100, 2)) for key, (score, body) in ranked]

    def to_csv(self) -> bytes:
        """The review file: UTF-8, one header row. A text that a spreadsheet program would run has an apostrophe before it, which
        a decision on it may keep (`ingest.formats.spreadsheets`)."""
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(quoted, row) for row in self.rows())
        return stream.getvalue().encode()
