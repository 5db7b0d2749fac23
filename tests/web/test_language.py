"""Spanish and English: negotiation, the switch in the address, and translations that say the same things."""

from __future__ import annotations

import json
import re
from html import unescape
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


CONTENT_PAGES = ["/", "/doc/commitment/MX-4-01", "/doc/org/mx-sfp", "/doc/org/mx-sfp?incoming=ogcm:actor", "/doc/plan/MX-4", "/doc/org",
                 "/doc/source/deck-2021-05-31", "/graph/deck-2021-05-31.html", "/def", "/code", "/shapes", "/catalog.html", "/releases/",
                 "/dumps/", "/sparql?query=SELECT%20%3Fs%20%7B%20%3Fs%20a%20%3Fc%20%7D"]  # fmt: skip


def pages_linked(service: Service, page: str) -> list[str]:
    """Where the links of a page lead below BASE, without those to files and to other languages."""
    content = re.sub(r'<nav class="languages".*?</nav>', "", page, flags=re.DOTALL)
    found = [unescape(address) for address in re.findall(r'<a [^>]*?href="([^"]*)"', content)]
    return [address for address in found if re.match(r"/(?!dumps/.|releases/[^/]+/[^/?]|static/|openapi)", address)
            and not re.search(r"\.(ttl|rdf|nt|jsonld)(\?|$)", address) and "&format=" not in address]  # fmt: skip


@pytest.mark.parametrize("path", CONTENT_PAGES)
def test_every_link_keeps_the_language_that_the_address_chose(service: Service, path: str) -> None:
    browser = [("Accept-Language", "es")]
    page = service.get(f"{path}{'&' if '?' in path else '?'}lang=en", "text/html", headers=browser)
    assert page.status_code == 200 and page.headers["content-language"] == "en"
    followed = pages_linked(service, page.text)
    assert len(followed) > 5
    assert [address for address in followed if "lang=en" not in address.partition("#")[0]] == []
    for address in dict.fromkeys(followed):
        answer = service.get(address.partition("#")[0], "text/html", headers=browser)
        while answer.status_code in (301, 303):
            answer = service.get(answer.headers["location"], "text/html", headers=browser)
        assert answer.headers.get("content-language") == "en", address
    assert "lang=" not in "".join(pages_linked(service, service.get(path, "text/html", headers=browser).text))


@pytest.mark.parametrize("path", ["/doc/plan/MX-04", "/doc/plan/nope", "/sparql?query=SELECT", "/nothing"])
def test_an_error_page_keeps_the_language_that_the_address_chose(service: Service, path: str) -> None:
    page = service.get(f"{path}{'&' if '?' in path else '?'}lang=en", "text/html", headers=[("Accept-Language", "es")])
    assert page.status_code in (400, 404) and page.headers["content-language"] == "en"
    followed = pages_linked(service, page.text)
    assert len(followed) > 5
    assert [address for address in followed if "lang=en" not in address.partition("#")[0]] == []


def test_what_is_copied_stays_the_plain_address(service: Service) -> None:
    page = service.get("/doc/commitment/MX-4-01?lang=en", "text/html").text
    shown = re.sub(r'(href|hreflang)="[^"]*"', "", re.sub(r'<script type="application/ld\+json">.*?</script>', "", page, flags=re.DOTALL))
    assert "lang=en" not in shown and f"{service.base}id/commitment/MX-4-01</code>" in shown
    plain = service.get("/doc/commitment/MX-4-01", "text/html", headers=[("Accept-Language", "en")]).text
    block = re.compile(r'<script type="application/ld\+json">.*?</script>', re.DOTALL)
    assert block.findall(page) == block.findall(plain) != []
