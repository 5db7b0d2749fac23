"""README and CONTRIBUTING as data: their code blocks, recipes, and everything they name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.conftest import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md")
_RECIPE = re.compile(r"<!-- recipe: (?P<question>s\d\d) -->\n```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Recipe:
    """One copy-paste recipe of the README: the question it answers (s03), its language, its text."""

    question: str
    language: str
    text: str


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def recipes() -> list[Recipe]:
    return [Recipe(match["question"], match["language"], match["text"]) for match in _RECIPE.finditer(text_of("README.md"))]


def code_spans(name: str) -> list[str]:
    """Every `code span` outside code blocks."""
    return _CODE.findall(_BLOCK.sub("", text_of(name)))


def code_blocks(name: str) -> list[str]:
    """Fenced and indented blocks."""
    text = text_of(name)
    return _BLOCK.findall(text) + _INDENTED.findall(_BLOCK.sub("", text))


def links(name: str) -> list[str]:
    """Targets of Markdown links."""
    return _LINK.findall(text_of(name))


def code(name: str) -> str:
    """All code of a document, spans and blocks."""
    return "\n".join([*code_spans(name), *code_blocks(name)])
