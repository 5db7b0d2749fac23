"""`deployment.yml`: what an operator writes is taken as it stands, or refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.problems import SourceProblems
from ingest.settings import load_settings, normal_base


@pytest.mark.parametrize(
    ("text", "row", "says"),
    [
        ("- publisher: x\n", 0, "settings by name"),
        ("publisher", 0, "settings by name"),
        ("publisher: a\nlicence: https://example.org/\npublisher: b\n", 3, "repeated key 'publisher'"),
        ("publisher: [a\nb: c\n", 2, "valid YAML"),
        ("publisher: 2021-13-45\n", 0, "month must be in 1..12"),
        ("? [a]\n: b\n", 1, "unhashable"),
        ("1: b\n", 0, "one of: publisher"),
        ("surprise: b\n", 0, "surprise"),
        ("publisher: " + "[" * 20_000, 0, "fewer levels"),
        ("contact: data@example.org\n", 0, "a mailto: address"),
        ("contact: 'mailto:data @example.org'\n", 0, "a mailto: address"),
        ("publisher_iri: our council\n", 0, "a full http(s) address"),
        ("licence: https://a b\n", 0, "a full http(s) address"),
        ("own_jurisdictions: MX\n", 0, "a list"),
    ],
    ids=[
        "list", "text", "repeated", "broken", "no-day", "list-as-key", "number-as-key", "unknown", "deep", "bare-address", "blank-in-address", "no-iri",
        "no-licence", "no-list",
    ],
)
def test_what_is_no_setting_is_named(tmp_path: Path, text: str, row: int, says: str) -> None:
    (tmp_path / "deployment.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SourceProblems) as refused:
        load_settings(tmp_path)
    (problem,) = refused.value
    assert (problem.file, problem.row, problem.code) == ("deployment.yml", row, "settings")
    assert says in problem.message("en") and problem.message("es") != problem.message("en")


@pytest.mark.parametrize("text", ["", "# nothing decided yet\n", "publisher: A council\n"])
def test_settings_may_be_few(tmp_path: Path, text: str) -> None:
    (tmp_path / "deployment.yml").write_text(text, encoding="utf-8")
    assert load_settings(tmp_path).publisher == ("A council" if "publisher" in text else "")


@pytest.mark.parametrize(("name", "text"), [("COMMITMENTS_CONTACT", "data@example.org"), ("COMMITMENTS_OWN_JURISDICTIONS", "MX")])
def test_what_is_none_of_the_environment_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(SourceProblems) as refused:
        load_settings(tmp_path)
    assert [(problem.file, problem.found, problem.code) for problem in refused.value] == [(name, text, "settings")]


@pytest.mark.parametrize("base", ["http://x/y", "http://x/?q=/", "ftp://x/"])
def test_what_is_wrong_with_an_address_is_said_in_two_languages(base: str) -> None:
    with pytest.raises(ValueError) as refused:
        normal_base(base)
    es, en = refused.value.args
    assert es.startswith("una dirección") and en.startswith(("a full", "an address"))


@pytest.mark.parametrize("contact", ["", "https://example.org/contact", "mailto:data@example.org"])
def test_a_contact_is_a_page_or_a_mail_address(tmp_path: Path, contact: str) -> None:
    (tmp_path / "deployment.yml").write_text(f'contact: "{contact}"\n', encoding="utf-8")
    assert load_settings(tmp_path).contact == contact
