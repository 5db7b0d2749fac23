"""Every sentence of the command exists in Spanish and English, with the same places to fill, and is used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message, VariableReference
from fluent.syntax.visitor import Visitor

from commitments.__main__ import cli
from commitments.messages import LANGUAGES, Messages, language_of
from commitments.plain import plain, visible
from tests.conftest import ROOT

SAYING = {"say", "failure", "messages", "has"}


class Places(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:
        self.names.add(node.id.name)


def entries(language: str) -> dict[str, set[str]]:
    """Message -> names of its places."""
    text = (ROOT / "commitments" / "locale" / f"{language}.ftl").read_text(encoding="utf-8")
    found = {}
    for entry in FluentParser().parse(text).body:
        assert entry.__class__.__name__ != "Junk", entry.content
        if isinstance(entry, Message):
            assert entry.id.name not in found, f"{entry.id.name} twice in {language}.ftl"
            places = Places()
            places.visit(entry)
            found[entry.id.name] = places.names
    return found


def test_both_languages_say_the_same() -> None:
    assert entries("es") == entries("en")


def calls() -> list[tuple[str, set[str] | None]]:
    """(message, names given to it) of every call in the program that names a message; None = names are computed."""
    found = []
    for path in sorted((ROOT / "commitments").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in SAYING:
                continue
            given = None if any(keyword.arg is None for keyword in node.keywords) else {str(keyword.arg) for keyword in node.keywords}
            for argument in node.args:
                found += [(text, given) for text in _identifiers(argument)]
    return found


def _identifiers(expression: ast.expr) -> list[str]:
    """Texts in the expression that look like the name of a message."""
    texts = [node.value for node in ast.walk(expression) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in texts if re.fullmatch(r"[a-z]+(-[a-z_]+)+", text)]


def test_what_the_program_says_exists_and_gets_its_places_filled() -> None:
    known = entries("en")
    named = calls()
    assert len(named) > 15
    for identifier, given in named:
        assert identifier in known
        if given is not None:
            assert given == known[identifier], identifier


def test_no_message_is_unused() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "commitments").rglob("*.py"))
    prefixes = ("help-", "option-", "step-")
    unused = [name for name in entries("en") if f'"{name}"' not in texts and not name.startswith(prefixes)]
    assert not unused
    helps = {name.split("-")[1] for name in entries("en") if name.startswith("help-")}
    assert helps - {"usage", "options", "verbs", "example", "codes", "commitments"} == set(cli.commands)
    options = {parameter.name for command in [cli, *cli.commands.values()] for parameter in command.params}
    assert {name.split("-")[-1] for name in entries("en") if name.startswith("option-")} <= options
    from ingest.pipeline import STEPS
    from sparql_api import pushing

    assert {name.removeprefix("step-") for name in entries("en") if name.startswith("step-")} == {*STEPS, *pushing.STEPS}


def test_an_unknown_message_or_an_unfilled_place_is_a_fault() -> None:
    messages = Messages("en")
    with pytest.raises(KeyError):
        messages("no-such-message")
    with pytest.raises(ValueError, match="no-data"):
        messages("no-data")
    with pytest.raises(ValueError, match="no texts"):
        Messages("fr")


def test_texts_of_others_stay_on_one_line_and_change_nothing_on_a_terminal() -> None:
    assert plain("a\nb\rc\td\x00\x1b[31m\x7f\x9b\u2028\u202e\udcff\ud800") == r"a\nb\rc\td\x00\x1b[31m\x7f\x9b\u2028\u202e\xff\ud800"
    assert plain("añadió 中文 «…» C:\\datos") == "añadió 中文 «…» C:\\datos"
    assert plain("a\nb\a", keep="\n") == "a\nb\\x07"
    assert r"a\nb\x07" in Messages("en")("input-missing", path="a\nb\a")
    assert visible("añadió 中文") == "añadió 中文" and visible("a\u200b\ud800\udc80") == r"a\u200b\ud800\udc80"


def test_numbers_and_paths_stand_as_they_are() -> None:
    assert Messages("en")("no-data", folder="x" * 5_000).count("x") > 2_000  # a path, an event of the registry: Fluent itself refuses longer ones
    said = Messages("es")("init-done", folder=Path("mis datos"), files=12345)
    assert "12345" in said and "mis datos" in said
    assert said.isprintable()


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_MX.UTF-8"}, "es"),
        ({"LANG": "es"}, "es"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "es_ES.UTF-8"}, "es"),
        ({"LANG": "es_MX.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "es_MX.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "es_MX.UTF-8", "LC_ALL": ""}, "es"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "es_MX.UTF-8"}, "es"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "fr:es:en"}, "es"),
        ({"LANG": "es_MX.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANG": "C", "LANGUAGE": "es"}, "en"),
        ({"LC_ALL": "C", "COMMITMENTS_LANG": "es"}, "es"),
    ],
)
def test_the_language_follows_the_locale(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_there_are_two_languages() -> None:
    assert set(LANGUAGES) == {"en", "es"} == {path.stem for path in (ROOT / "commitments" / "locale").glob("*.ftl")}
