"""Reading of the question files: header in both languages, the query runnable as it stands."""

from __future__ import annotations

import pytest

from ontology import questions
from ontology.questions import read_question

HEADER = "# S01\n# es: ¿Qué compromisos?\n# en: Which commitments?\n# users: D\n# A note.\nSELECT * WHERE {}\n"


def test_a_question_has_id_slug_words_and_query() -> None:
    question = read_question("s01-commitments.rq", HEADER)
    assert (question.id, question.slug) == ("S01", "s01-commitments")
    assert (question.text("es"), question.text("en"), question.text("fr")) == (
        "¿Qué compromisos?", "Which commitments?", "Which commitments?",
    )  # fmt: skip
    assert question.query == HEADER


@pytest.mark.parametrize("missing", ["# S01", "# es:", "# en:"])
def test_a_header_without_a_part_is_refused_by_name(missing: str) -> None:
    damaged = "".join(line for line in HEADER.splitlines(keepends=True) if not line.startswith(missing))
    with pytest.raises(ValueError, match=r"s01\.rq: found no"):
        read_question("s01.rq", damaged)


def test_all_questions_come_in_order_and_once() -> None:
    ids = [question.id for question in questions()]
    assert ids == sorted(set(ids)) and len(ids) >= 25
