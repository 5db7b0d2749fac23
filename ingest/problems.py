"""What can be wrong with an input: one Problem per line `file:row:column: found … expected …`, all listed in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from commitments.plain import plain, visible
from ingest.quarantine import shown

_WORDS = {"es": ("se encontró", "se esperaba"), "en": ("found", "expected")}


@dataclass(frozen=True, order=True)
class Problem:
    """One fault of one input.

    `file` is relative to the data folder; `row` is the row as a spreadsheet program numbers it (header = its own
    row, 0 = the whole file); `column` is the column's header ("" = the whole row). `expected` is said in both languages.
    """

    file: str
    row: int
    column: str
    code: str
    found: str
    expected_es: str
    expected_en: str

    def message(self, lang: str) -> str:
        found_word, expected_word = _WORDS["es" if lang == "es" else "en"]
        expected = self.expected_es if lang == "es" else self.expected_en
        place = f"{self.file}:{self.row or ''}:{self.column}".rstrip(":")
        return plain(f"{place}: {found_word} {_shown(self.found)}, {expected_word} {expected} [{self.code}]")

    def __str__(self) -> str:
        return self.message("en")


def _shown(text: str, limit: int = 120) -> str:
    """The text quoted on one line, so that a report stays one line per problem; what nobody sees of it is written out."""
    folded = visible(plain(text.replace("\\", "\\\\")))
    if len(folded) > limit:
        folded = folded[: limit - 1] + "…"
    return f'"{folded}"'


@dataclass(frozen=True)
class Note:
    """Something accepted but worth saying, e.g. a byte order mark."""

    file: str
    es: str
    en: str

    def message(self, lang: str) -> str:
        return plain(f"{self.file}: {self.es if lang == 'es' else self.en}")


class SourceProblems(Exception):
    """The inputs cannot be published. Iterating yields every Problem, sorted by file, row and column."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.problems)


class ProblemList:
    """Collects problems during reading and mapping; raises them together at the end of a stage.

    What was found is kept short, and without the personal data that `redact` knows: a cell may hold 10 MB or an address.
    """

    def __init__(self, redact: Callable[[str], str] | None = None) -> None:
        self.problems: list[Problem] = []
        self._notes: dict[Note, None] = {}
        self.redact = redact

    def add(self, problem: Problem) -> None:
        found = shown(problem.found, self.redact)
        self.problems.append(problem if found == problem.found else replace(problem, found=found))

    def note(self, note: Note) -> None:
        """Said once, however often it is met."""
        self._notes.setdefault(note)

    @property
    def notes(self) -> list[Note]:
        return list(self._notes)

    def raise_if_any(self) -> None:
        if self.problems:
            raise SourceProblems(self.problems)
