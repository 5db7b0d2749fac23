"""Cells that a spreadsheet program would run instead of showing them: an apostrophe before such a cell makes it a text.

Only files for people are written so (copies for Excel, the review of institutions); tables, dumps and results hold exact values.
"""

from __future__ import annotations

RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide forms are read as the plain ones in some locales


def quoted(text: str) -> str:
    """The text as a cell that no program runs; `unquoted` gives it back, apostrophes of its own included.

    >>> [quoted(text) for text in ("=1+1", "'=1", "a-b", "'t Zand")]
    ["'=1+1", "''=1", 'a-b', "'t Zand"]
    """
    return f"'{text}" if text.lstrip("'").startswith(RUN) else text


def unquoted(cell: str) -> str:
    """The text of a cell as `quoted` wrote it.

    >>> [unquoted(quoted(text)) for text in ("=1+1", "'=1", "a-b", "'t Zand")]
    ['=1+1', "'=1", 'a-b', "'t Zand"]
    """
    return cell[1:] if cell.startswith("'") and quoted(cell) != cell else cell
