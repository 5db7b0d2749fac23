"""The question files themselves: names, headers, one table of expected rows each, and no answer written into a query."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from ontology import questions
from tests.questions.answers import QUESTIONS, ROOT, Question, Table, smuggled_answers

each_question = pytest.mark.parametrize("item", QUESTIONS, ids=lambda item: item.name)


def test_all_25_questions_are_here_with_their_rows() -> None:
    assert [item.name[:3] for item in QUESTIONS if item.name.startswith("s")] == [f"s{number:02d}" for number in range(1, 26)]
    tables = sorted(path.stem for path in (ROOT / "tests" / "questions").glob("*.csv"))
    assert tables == [item.name for item in QUESTIONS]


def test_the_vocabulary_package_offers_the_same_questions() -> None:
    offered = [(found.slug, found.id, found.text("es"), found.text("en"), found.query) for found in questions()]
    assert offered == [(item.name, item.name[:3].upper(), item.text("es"), item.text("en"), item.query) for item in QUESTIONS]


@each_question
def test_header_says_code_question_and_users(item: Question) -> None:
    code, spanish, english, users = item.header[:4]
    assert code == item.name[:3].upper()
    assert spanish.startswith("es: ")
    assert english.startswith("en: ")
    assert re.fullmatch(r"users: [DGR](, [DGR])*", users)


@each_question
def test_query_is_ordered_and_free_of_deployment_addresses(item: Question) -> None:
    assert "ORDER BY" in item.body
    assert not re.search(r"localhost|example\.org|/id/", item.query)
    # GRAPH only where the question asks what one source says.
    assert ("GRAPH" in item.body) == (item.name.startswith("s12"))


@each_question
def test_query_holds_no_answer(item: Question) -> None:
    assert smuggled_answers(item) == []


@dataclass(frozen=True)
class Written(Question):
    """A question whose text and rows are given here, to try the check above."""

    source: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def query(self) -> str:
        return self.source

    @property
    def expected(self) -> Table:
        return ("cell",), list(self.rows)


@pytest.mark.parametrize(
    ("body", "given_away"),
    [
        ('?c ogcm:number "10" .', []),
        ('?c ogcm:number "11" .', ["11"]),
        ('FILTER(CONTAINS(?title, "bosques"))', ["bosques"]),
        ("FILTER(?count >= 34)", ["34"]),
        ('FILTER(LANG(?title) = "es")', []),
        ('FILTER(STRENDS(STR(?scheme), "/concept/mx-tema"))', []),
    ],
)
def test_the_check_finds_answers_written_into_a_query(body: str, given_away: list[str]) -> None:
    source = f"# X01\n# es: ¿Quién responde por el 10?\n# en: Who answers for 10?\nSELECT * WHERE {{\n{body}\n}}\n"
    item = Written(ROOT / "x01.rq", source, (("10",), ("11",), ("Gestión de bosques",), ("34",), ("es",)))
    assert smuggled_answers(item) == given_away
