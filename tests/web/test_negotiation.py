"""RFC 9110 section 12.5: which representation a client gets. Each row is one header as clients really send it."""

from __future__ import annotations

import pytest

from sparql_api.formats import DOCUMENT_FORMATS, GRAPH_FORMATS, RESULT_FORMATS, by_media_type, by_suffix, offers
from sparql_api.negotiation import choose, choose_coding, choose_language, parse_accept

HTML, TTL, JSONLD, RDFXML, NT = "text/html", "text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"
JSON, XML, TEXT_XML, PLAIN = "application/json", "application/xml", "text/xml", "text/plain"
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
RDFLIB = "application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1"
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"

# Accept lines -> media type on a document (default HTML); None is 406
DOCUMENTS: list[tuple[list[str], str | None]] = [
    ([], HTML), (["*/*"], HTML), ([""], HTML), (["  "], HTML), (["*"], HTML),
    ([HTML], HTML), ([TTL], TTL), ([JSONLD], JSONLD), ([RDFXML], RDFXML), ([NT], NT),
    ([JSON], JSON), ([XML], XML), ([TEXT_XML], TEXT_XML), ([PLAIN], PLAIN),
    (["TEXT/TURTLE"], TTL), (["Text/Turtle; Q=0.5"], TTL),
    ([CHROME], HTML), ([FIREFOX], HTML), ([RDFLIB], RDFXML), ([JENA], TTL),
    (["text/html;q=0.5, text/turtle;q=0.4"], HTML), (["text/html;q=0.4, text/turtle;q=0.5"], TTL),
    (["text/turtle;q=0.001, text/html;q=0"], TTL), (["text/html;q=0, */*"], TTL), (["text/html;q=0, */*;q=0.1"], TTL),
    (["text/turtle;q=0, */*"], HTML), (["text/turtle;q=0"], None), (["*/*;q=0"], None), (["text/*;q=0, */*"], JSONLD),
    (["text/*"], HTML), (["text/*, text/html;q=0.1"], TTL), (["application/*"], JSONLD), (["application/*;q=0.9, text/html;q=0.8"], JSONLD),
    (["text/turtle, */*"], TTL), (["*/*, text/turtle"], TTL), (["text/turtle, text/html"], HTML), (["application/ld+json, text/turtle"], TTL),
    (["application/rdf+xml;q=0.9, text/turtle;q=0.9"], TTL), (["application/n-triples, application/rdf+xml"], RDFXML),
    (["application/json, application/ld+json"], JSONLD), (["application/json, */*;q=0.1"], JSON),
    (["text/html;q=0.2", "text/turtle"], TTL), (["text/turtle;q=0.1", "application/ld+json;q=0.2"], JSONLD), ([TTL, "*/*;q=0.5"], TTL),
    (["text/turtle;charset=utf-8"], TTL), (['text/turtle;charset="UTF-8"'], TTL), (["text/turtle;charset=latin-1, text/html;q=0.5"], HTML),
    (['application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"'], JSONLD),
    (['application/ld+json;profile="http://a.example/,text/html;q=1", text/turtle;q=0.5'], JSONLD),
    (["text/turtle;version=1.2"], TTL), (["text/html;level=1"], HTML), (["text/html;level=2;q=0.4, text/turtle;q=0.3"], TTL),
    (["text/turtle;q=0.5;ext=1"], TTL), (["text/turtle ; q=0.7 , text/html ; q=0.6"], TTL), (["text/turtle;q=.8, text/html;q=.2"], TTL),
    (["image/png"], None), (["image/*"], None), (["application/pdf, image/png;q=0.5"], None), (["application/xhtml+xml"], None),
    (["image/png, */*;q=0.01"], HTML), (["text/csv"], None), (["application/sparql-results+json"], None),
    (["garbage"], HTML), (["garbage, text/turtle"], TTL), ([";;;,,,"], HTML), (["text/"], HTML), (["/turtle"], HTML), (["*/turtle"], HTML),
    (["text/turtle;q=banana"], TTL), (["text/turtle;q=1.5, text/html"], HTML), (["text/turtle;q=-1, text/html"], HTML), (["text/turtle;q="], TTL),
    (["text/turtle;q=nan, text/html;q=0.9"], TTL), (["text/turtle,"], TTL), (["\"text/turtle"], HTML), (["text/turtle;q=0.5, text/turtle;q=0.9, text/html;q=0.7"], TTL),
    (["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"], HTML), (["text/turtle" + ", a/b" * 2000], TTL),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), DOCUMENTS)
def test_choice_on_documents(lines: list[str], expected: str | None) -> None:
    assert choose(lines, offers(DOCUMENT_FORMATS), HTML) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [([], TTL), (["*/*"], TTL), ([FIREFOX], HTML), ([JSON], JSON), (["text/*"], TTL), (["application/*"], JSONLD)],
)
def test_choice_on_graphs_prefers_turtle(lines: list[str], expected: str) -> None:
    assert choose(lines, offers(DOCUMENT_FORMATS), TTL) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], "application/sparql-results+json"),
        (["*/*"], "application/sparql-results+json"),
        ([JSON], JSON),
        ([TEXT_XML], TEXT_XML),
        (["text/csv"], "text/csv"),
        ([PLAIN], PLAIN),
        (["text/turtle"], None),
    ],
)
def test_choice_on_results(lines: list[str], expected: str | None) -> None:
    assert choose(lines, offers(RESULT_FORMATS), "application/sparql-results+json") == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], "es"), (["es"], "es"), (["en"], "en"), (["en-US,en;q=0.9,es;q=0.8"], "en"), (["es-MX,es;q=0.9,en;q=0.8"], "es"),
        (["EN-gb"], "en"), (["fr"], "es"), (["fr, en;q=0.2"], "en"), (["*"], "es"), (["es;q=0"], "en"), (["es;q=0, *"], "en"),
        (["en;q=0"], "es"), (["en;q=0.5, *;q=0.9"], "es"), (["fr;q=1, es;q=0.1, en;q=0.2"], "en"), (["de", "en;q=0.3"], "en"),
        (["en, es"], "en"), (["es, en"], "es"), (["@@@"], "es"), (["en;q=oops"], "en"), ([""], "es"), (["es;q=0,en;q=0"], "es"),
    ],
)  # fmt: skip
def test_language(lines: list[str], expected: str) -> None:
    assert choose_language(lines, ("es", "en"), "es") == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], "identity"), (["gzip"], "gzip"), (["x-gzip"], "gzip"), (["gzip, deflate, br"], "br"), (["br;q=0.5, gzip"], "gzip"),
        (["*"], "br"), (["br;q=0, *"], "gzip"), (["gzip;q=0"], "identity"), (["identity"], "identity"), (["deflate"], "identity"),
        (["identity;q=1, gzip;q=0.5"], "identity"), (["*;q=0"], "identity"), (["identity;q=0"], "identity"), (["gzip", "br"], "br"),
    ],
)  # fmt: skip
def test_coding(lines: list[str], expected: str) -> None:
    assert choose_coding(lines) == expected


def test_every_media_type_means_one_format() -> None:
    for formats in (DOCUMENT_FORMATS, RESULT_FORMATS):
        names = offers(formats)
        assert len(names) == len(set(names))
        for name in names:
            assert name in by_media_type(formats, name).media_types
    assert by_suffix(GRAPH_FORMATS, "ttl") is not None
    assert by_suffix(GRAPH_FORMATS, "exe") is None


def test_what_follows_the_weight_is_ignored() -> None:
    (found,) = parse_accept(["text/turtle;a=b;q=0.25;c=d"])
    assert (found.weight, found.parameters) == (0.25, (("a", "b"),))


@pytest.mark.parametrize(("lines", "expected"), [row for row in DOCUMENTS if row[0]])
def test_choice_over_http(service, lines: list[str], expected: str | None) -> None:
    answer = service.get("/doc/plan/MX-4", headers=[("Accept", line) for line in lines])
    if expected is None:
        assert answer.status_code == 406
        assert answer.headers["content-type"] in ("application/problem+json", "text/html; charset=utf-8")
    else:
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == expected
    assert {"accept", "accept-language"} <= {part.strip().lower() for part in answer.headers["vary"].split(",")}
