"""Strangers' RDF is read without following anything in it, and errors name file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import BNode, Literal, URIRef

import shapes
from ontology.namespaces import XSD

TRIPLE = (URIRef("https://e.org/s"), URIRef("https://e.org/p"), Literal("ñ", lang="es"))
WRITTEN = {
    "a.ttl": '<https://e.org/s> <https://e.org/p> "ñ"@es .',
    "a.nt": '<https://e.org/s> <https://e.org/p> "ñ"@es .',
    "a.nq": '<https://e.org/s> <https://e.org/p> "ñ"@es <https://e.org/g> .',
    "a.trig": '<https://e.org/g> { <https://e.org/s> <https://e.org/p> "ñ"@es }',
    "a.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://e.org/">'
    '<rdf:Description rdf:about="https://e.org/s"><e:p xml:lang="es">ñ</e:p></rdf:Description></rdf:RDF>',
    "a.jsonld": '{"@id": "https://e.org/s", "https://e.org/p": {"@value": "ñ", "@language": "es"}}',
}


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", WRITTEN)
def test_every_format_is_read(tmp_path: Path, name: str) -> None:
    assert set(shapes.load_rdf(write(tmp_path, name, WRITTEN[name]))) == {TRIPLE}


def test_the_default_graph_is_taken_where_there_is_one(tmp_path: Path) -> None:
    named = "<https://e.org/x> <https://e.org/p> <https://e.org/y> <https://e.org/g> ."
    path = write(tmp_path, "a.nq", f"{WRITTEN['a.nt']}\n{named}\n")
    assert set(shapes.load_rdf(path)) == {TRIPLE}


def test_lexical_forms_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ttl", f'<https://e.org/s> <https://e.org/p> "01"^^<{XSD.integer}>, [] .')
    objects = set(shapes.load_rdf(path).objects())
    assert {str(o) for o in objects if isinstance(o, Literal)} == {"01"}
    assert any(isinstance(o, BNode) for o in objects)


def test_a_syntax_error_names_file_line_and_column(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ttl", "@prefix e: <https://e.org/> .\ne:s e:p e:o .\ne:s e:p .\n")
    with pytest.raises(shapes.UnreadableRdf) as caught:
        shapes.load_rdf(path)
    assert caught.value.line == 3
    assert str(caught.value).startswith(f"{path}:3:")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.xlsx", "", "unknown suffix"),
        ("a.ttl", "<https://e.org/s> <http://www.w3.org/2002/07/owl#imports> <https://e.org/o> .", "owl:imports"),
        ("a.jsonld", '{"@context": "https://e.org/context.jsonld", "p": "x"}', "context"),
        ("a.ttl", "<https://e.org/s> <https://e.org/p> <https://e.org/o> ." * 9, "over the limit"),
    ],
)
def test_what_is_refused(tmp_path: Path, name: str, text: str, reason: str) -> None:
    with pytest.raises(shapes.UnreadableRdf, match=reason):
        shapes.load_rdf(write(tmp_path, name, text), max_bytes=300)


def test_a_missing_file_is_an_error_of_the_same_kind(tmp_path: Path) -> None:
    with pytest.raises(shapes.UnreadableRdf, match="No such file"):
        shapes.load_rdf(tmp_path / "absent.ttl")


ENTITY_XML = (
    '<!DOCTYPE r [{declarations}]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://e.org/">'
    '<rdf:Description rdf:about="https://e.org/s"><e:p xml:lang="es">{text}</e:p></rdf:Description></rdf:RDF>'
)
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


def test_an_entity_that_abbreviates_is_read(tmp_path: Path) -> None:
    text = ENTITY_XML.format(declarations='<!ENTITY enye "ñ">', text="&enye;")
    assert set(shapes.load_rdf(write(tmp_path, "a.rdf", text))) == {TRIPLE}


@pytest.mark.parametrize(
    ("declarations", "text", "reason"),
    [
        (f'<!ENTITY a0 "ha">{LAUGHS}', "&a11;", "a1 is nested"),
        ('<!ENTITY f SYSTEM "file:///etc/passwd">', "&f;", "f is nested or external"),
        ('<!ENTITY % p "x">', "", "nested or external"),
        (f'<!ENTITY big "{"x" * 1000}">', "&big;" * 1000, "expand to"),
    ],
)
def test_entities_neither_explode_nor_read_files(tmp_path: Path, declarations: str, text: str, reason: str) -> None:
    path = write(tmp_path, "a.rdf", ENTITY_XML.format(declarations=declarations, text=text))
    with pytest.raises(shapes.UnreadableRdf, match=reason):
        shapes.load_rdf(path, max_bytes=100_000)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ttl", "<https://e.org/s> <https://e.org/p> " + "[ <https://e.org/p> " * 100_000),
        ("a.jsonld", "[" * 100_000),
    ],
)
def test_deep_nesting_is_an_error_not_a_crash(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(shapes.UnreadableRdf):
        shapes.load_rdf(write(tmp_path, name, text))
