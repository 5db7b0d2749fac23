"""Header lines: how headers are compared, and how those that occur twice or are empty get a name."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from ingest.formats.faults import FormatFault

# Header of the one extra column of the copies for Excel (ingest/publication/for_excel.py): such a copy is never an input.
FOR_EXCEL = "copia para Excel, no se lee como fuente / copy for Excel, not read as a source"

LONGEST = 300  # characters of a header that are compared; a line of data may hold cells of megabytes
_TELLING = frozenset("%#&@_‰")  # punctuation to Unicode, part of the name here


def folded(header: str) -> str:
    """A header for comparison: white space (also no-break) single, none around, without case and invisible characters.

    >>> folded(" Start\\u00a0 Date\\n") == folded("start date")
    True
    """
    if header.isascii():
        return " ".join(header.split()).casefold()
    visible = "".join(letter for letter in unicodedata.normalize("NFKC", header) if unicodedata.category(letter) != "Cf")
    return " ".join(visible.split()).casefold()


def unpunctuated(header: str) -> str:
    """A header without the signs that editions change freely: what is left are words, and signs that say something (%, #, &, @, _).

    >>> unpunctuated("Comm. No.") == unpunctuated("Comm No"), unpunctuated("_Specificity") == unpunctuated("Specificity")
    (True, False)
    """
    kept = "".join(" " if letter not in _TELLING and unicodedata.category(letter).startswith("P") else letter for letter in folded(header))
    return " ".join(kept.split())


def named(header: Sequence[str], known: Iterable[str] = (), *, fold: bool = True) -> list[str]:
    """One name per column: the contract's spelling where it knows the header; "X (2)" for the second X; "(50)" for an empty
    header in column 50 (counted from 1).

    A header that differs from one known header in punctuation alone is that one, unless another has either's words, too.

    >>> named(["Plan", "", "plan "], ["Plan"])
    ['Plan', '(2)', 'Plan (2)']
    >>> named(["Comm. No.", "Start-Date?", "Start Date:"], ["Comm No", "Start Date"])
    ['Comm No', 'Start-Date?', 'Start Date:']
    """
    spelled = _spelled(header, list(known)) if fold else {}
    taken: Counter[str] = Counter()
    names = []
    for position, text in enumerate(header, start=1):
        key = folded(text) if fold else text
        name = spelled.get(key, " ".join(text.split()) if fold else text)
        if not (key and name.strip()):  # nor is one of characters without width a header
            names.append(f"({position})")
            continue
        taken[name] += 1
        names.append(name if taken[name] == 1 else f"{name} ({taken[name]})")
    return names


def _spelled(header: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """Folded header -> the known one that it is."""
    spelled = {folded(name): name for name in known}
    present = set(map(folded, header))
    strange = {key for key in present if 0 < len(key) <= LONGEST and key not in spelled}
    if not strange:
        return spelled
    absent = [key for key, name in spelled.items() if key not in present and not is_placed(name)]
    # Those that are there count too: words of two known headers, or of two strange ones, tell nothing.
    times = Counter(map(unpunctuated, (*spelled, *strange)))
    by_words = {words: spelled[key] for key in absent if (words := unpunctuated(key)) and times[words] == 2}
    return spelled | {key: by_words[words] for key in strange if (words := unpunctuated(key)) in by_words}


def is_placed(name: str) -> bool:
    """Whether `named` gave this name by the column's place: to a header without text, or to one that had occurred before."""
    return is_repetition(name) or is_unnamed(name)


def is_unnamed(name: str) -> bool:
    """Whether `named` gave this name to a header without text."""
    return name.startswith("(") and name.endswith(")") and name[1:-1].isdigit()


def last_unnamed(names: Iterable[str]) -> int:
    """The greatest column whose header `named` found empty, 0 = none.

    >>> last_unnamed(["Plan", "(2)", "Plan (9)", "(7)"])
    7
    """
    return max((int(name[1:-1]) for name in names if is_unnamed(name)), default=0)


def is_repetition(name: str) -> bool:
    """Whether `named` gave this name to a header that had occurred before."""
    base, _, number = name.rpartition(" (")
    return bool(base) and number.endswith(")") and number[:-1].isdigit()


def refuse_copy(cells: Sequence[str], row: int) -> None:
    """Raise FormatFault for the header line of one of our copies for Excel, whose cells are altered."""
    if FOR_EXCEL in cells:
        es, en = "las tablas de la publicación (tables/*.csv), no su copia para Excel", "the tables of the release (tables/*.csv), not their copy for Excel"
        raise FormatFault(row, "for-excel", FOR_EXCEL, es, en)


def is_number_line(cells: Sequence[str]) -> bool:
    """Whether a line counts its columns: 0, 1, 2 … or 1, 2, 3 …"""
    first = cells[0].strip() if cells else ""
    if len(cells) < 3 or first not in {"0", "1"}:
        return False
    return all(cell.strip() == str(number) for number, cell in enumerate(cells, start=int(first)))
