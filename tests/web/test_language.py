"""Spanish and English: negotiation, the switch in the address, and translations that say the same things."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from sparql_api import i18n
from sparql_api.problems import SLUGS
from tests.web.conftest import Service


def messages(language: str) -> dict[str, set[str]]:
    """Message id -> variables in it, over all files of a language."""
    found = {}
    for entry in files("sparql_api").joinpath("translations", language).iterdir():
        for line in entry.read_text(encoding="utf-8").splitlines():
            match = re.match(r"([a-zA-Z][\w-]*) = (.+)", line)
            if match:
                assert match[1] not in found, f"{match[1]} twice"
                found[match[1]] = set(re.findall(r"\{ \$(\w+) \}", match[2]))
    return found


def test_both_languages_have_the_same_messages() -> None:
    assert messages("es") == messages("en")


def test_every_message_that_code_and_templates_name_exists() -> None:
    known = messages("es")
    root = files("sparql_api")
    sources = [entry for entry in root.iterdir() if entry.name.endswith(".py")]
    sources += list(root.joinpath("templates").iterdir()) + list(root.joinpath("routes").iterdir())
    used = set()
    for entry in sources:
        if entry.name.endswith((".py", ".html")):
            text = entry.read_text(encoding="utf-8")
            used |= set(re.findall(r"""\bt\("([a-z-]+)"[,)]""", text))
            used |= set(re.findall(r"""i18n\.text\([\w.]+, "([a-z-]+)"[,)]""", text))
    assert len(used) > 80
    assert used <= known.keys()
    assert {f"problem-{slug}" for slug in SLUGS} | {f"problem-{slug}-about" for slug in SLUGS} <= known.keys()


def test_missing_messages_and_arguments_are_errors() -> None:
    with pytest.raises(KeyError):
        i18n.text("es", "no-such-message")
    with pytest.raises(ValueError):
        i18n.text("es", "pager-position", page=1)


@pytest.mark.parametrize(
    ("accept_language", "query", "language"),
    [("es-MX,es;q=0.9", "", "es"), ("en-GB", "", "en"), ("fr", "", "es"), ("en", "?lang=es", "es"), ("es", "?lang=en", "en"),
     ("en", "?lang=xx", "en"), ("en", "?lang=", "en")],
)  # fmt: skip
def test_choice_of_language(service: Service, accept_language: str, query: str, language: str) -> None:
    answer = service.get(f"/doc/commitment/MX-4-01{query}", "text/html", headers=[("Accept-Language", accept_language)])
    assert answer.headers["content-language"] == language
    expected = {"es": "Gasto abierto y responsable", "en": "Citizen Oversight of Social Program Spending"}[language]
    assert f"<h1>{expected}" in answer.text
    assert "set-cookie" not in answer.headers


def test_the_switch_keeps_to_the_chosen_language(service: Service) -> None:
    page = service.get("/doc/commitment/MX-4-01?lang=en", accept="text/html").text
    assert 'href="/doc/plan?lang=en"' in page and 'href="/doc/commitment/MX-4-01?lang=es"' in page
    assert f'hreflang="es" href="{service.base}doc/commitment/MX-4-01?lang=es"' in page
    assert f'<link rel="canonical" href="{service.base}doc/commitment/MX-4-01">' in page


def test_rdf_does_not_depend_on_the_language(service: Service) -> None:
    one = service.get("/doc/plan/MX-4", "text/turtle", headers=[("Accept-Language", "es")])
    two = service.get("/doc/plan/MX-4", "text/turtle", headers=[("Accept-Language", "en")])
    assert one.content == two.content and "content-language" not in one.headers


def test_labels_fall_back(service: Service) -> None:
    english = service.get("/doc/org/mx-sfp", "text/html", headers=[("Accept-Language", "en")]).text
    assert '<h1 lang="es">Secretaría de la Función Pública</h1>' in english  # no English label: Spanish, marked
    assert "http://localhost:8000/id/org/mx-sfp</a>" not in english


@pytest.mark.parametrize(("language", "title"), [("es", "No encontrado"), ("en", "Not found")])
def test_errors_speak_both_languages(service: Service, language: str, title: str) -> None:
    header = [("Accept-Language", language)]
    assert json.loads(service.get("/nothing", headers=header).content)["title"] == title
    page = service.get("/nothing", "text/html", headers=header)
    assert f"<h1>{title}</h1>" in page.text and page.headers["content-language"] == language
