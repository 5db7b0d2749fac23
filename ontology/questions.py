"""The competency questions: one `.rq` each, whose leading comments name it and say it in both languages.

    # S01
    # es: ¿Qué compromisos forman el 4.º plan?
    # en: Which commitments form the 4th plan?
    PREFIX …
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable

from ontology.files import listing

_IDENTIFIER = re.compile(r"#\s*([A-Z]\d+)\s*$")
_FIELD = re.compile(r"#\s*([a-z]+):\s*(.+?)\s*$")


@dataclass(frozen=True)
class Question:
    """`id` as in the competency list (S01), `slug` the file name without `.rq`, `es` and `en` the question in words,
    `query` the whole file: its leading comments are SPARQL comments, so it runs as it stands."""

    id: str
    slug: str
    es: str
    en: str
    query: str

    def text(self, language: str) -> str:
        """The question in `es` or `en`; English for any other language."""
        return self.es if language == "es" else self.en


def read_question(name: str, query: str) -> Question:
    """Raises ValueError, naming the file, when the id or one of the two languages is missing."""
    lines = query.splitlines()
    identifier = _IDENTIFIER.match(lines[0]) if lines else None
    fields: dict[str, str] = {}
    for line in lines[1:]:
        if not line.startswith("#"):
            break
        if found := _FIELD.match(line):
            fields.setdefault(found[1], found[2])
    if identifier is None or not {"es", "en"} <= fields.keys():
        raise ValueError(f"{name}: found no `# S01`, `# es: …`, `# en: …` at the start, expected all three")
    return Question(identifier[1], name.removesuffix(".rq"), fields["es"], fields["en"], query)


@cache
def questions() -> tuple[Question, ...]:
    """All questions in the order of their ids."""
    found = [_read(entry) for entry in listing("questions", ".rq")]
    return tuple(sorted(found, key=lambda question: (question.id, question.slug)))


def _read(entry: Traversable) -> Question:
    return read_question(entry.name, entry.read_text(encoding="utf-8"))
