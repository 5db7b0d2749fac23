"""The source deck as tests see it: folded text, and the blocks that the coverage table must name.

Folding takes off what is form and not content (issue 2, point 4): HTML tags and Markdown marks, backslashes before an
underscore, white space, blanks before punctuation. The same folding is applied to the deck and to every cell compared
with it, so that a comparison never depends on line breaks or emphasis.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DECK = "seed/000_5fe9481459ea41e1.txt"

# Tags are named, so that the Markdown autolink <https://...> is not taken for one.
_TAG = re.compile(r"</?(?:b|br|i|em|strong|sup|sub|u|p|span|div)\s*/?>", re.IGNORECASE)
_AUTOLINK = re.compile(r"<(https?://[^>\s]+)>")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]*)\)")
_LINE_MARK = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|[-•][ \t]*(?=\S))", re.MULTILINE)
_TABLE_RULE = re.compile(r"^\|(?:[ \t]*:?-{2,}:?[ \t]*\|)+[ \t]*$", re.MULTILINE)
_BEFORE_PUNCTUATION = re.compile(r"\s+([,.;:!?)])")


def fold(text: str) -> str:
    """The text without tags and Markdown marks, `\\_` unescaped, white space folded, no blank before punctuation."""
    text = _TABLE_RULE.sub(" ", text)
    text = _LINE_MARK.sub("", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _LINK.sub(r"\1 \2", text)
    text = _TAG.sub(" ", text)
    text = text.replace("**", "").replace("|", " ")
    text = re.sub(r"\\+_", "_", text)
    text = " ".join(text.split())
    return _BEFORE_PUNCTUATION.sub(r"\1", text)


@dataclass(frozen=True)
class Block:
    """One block of the deck: `number` counts from 1, `slide` is the folded heading of level 1 above it."""

    number: int
    kind: str  # heading, list-item, table-row, paragraph, link
    level: int  # of a heading; 0 for the rest
    text: str  # folded
    slide: str


def blocks(source: str) -> list[Block]:
    """Split the deck: headings, list items, table rows, links standing alone, and paragraphs of consecutive lines."""
    found: list[Block] = []
    slide = ""
    for lines in _raw_blocks(source):
        raw = "\n".join(lines)
        kind, level = _kind(raw)
        text = fold(raw)
        if not text:  # an empty row of a table
            continue
        if level == 1:
            slide = text
        found.append(Block(len(found) + 1, kind, level, text, slide))
    return found


def _raw_blocks(source: str) -> list[list[str]]:
    """Groups of raw lines. Every line with text is in exactly one group, save the rules below table headers."""
    groups: list[list[str]] = []
    open_paragraph = False
    for line in source.split("\n"):
        if not line.strip() or _TABLE_RULE.fullmatch(line):
            open_paragraph = False
        elif _stands_alone(line):
            groups.append([line])
            open_paragraph = False
        elif open_paragraph:
            groups[-1].append(line)
        else:
            groups.append([line])
            open_paragraph = True
    return groups


def _stands_alone(line: str) -> bool:
    return bool(line.startswith("|") or _LINE_MARK.match(line))


def _kind(raw: str) -> tuple[str, int]:
    if raw.startswith("#"):
        return "heading", len(raw) - len(raw.lstrip("#"))
    if raw.startswith("|"):
        return "table-row", 0
    if _LINE_MARK.match(raw):
        return "list-item", 0
    if _AUTOLINK.fullmatch(raw.strip()) or _LINK.fullmatch(raw.strip()):
        return "link", 0
    return "paragraph", 0


def read_blocks(path: Path) -> list[Block]:
    return blocks(path.read_text(encoding="utf-8"))
