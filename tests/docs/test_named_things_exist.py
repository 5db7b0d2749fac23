"""What README and CONTRIBUTING name exists: paths, links, make targets, commands and options, settings, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import httpx
import pytest

from commitments.__main__ import cli
from tests.conftest import ROOT
from tests.docs.documents import DOCUMENTS, code, code_spans, links, text_of

PATH = re.compile(r"^[\w.-]+/[\w./*{}<>-]*$|^[\w-]+\.(?:md|py|toml|lock|yml|ttl|csv)$|^Makefile$|^LICENSE$")
PLACEHOLDER = re.compile(r"<[^>]+>|\{[^}]+\}|s26-")
# Written by a build or an installation, so absent from a fresh checkout.
MADE = {
    "data/releases/", "data/identifiers/", "data/stores", "identifiers/", "data/layouts/",
    "reports/quality.en.txt", "reports/quarantine.csv", "reports/institutions-review.csv",
}  # fmt: skip
BELOW_DATA = {"sources/", "reference/", "curated/"}


def named_paths(document: str) -> Iterator[str]:
    for span in code_spans(document):
        if PATH.match(span) and not PLACEHOLDER.search(span) and span not in MADE:
            yield f"data/{span}" if span in BELOW_DATA else span


@pytest.mark.parametrize("document", DOCUMENTS)
def test_paths_exist(document: str) -> None:
    paths = list(named_paths(document))
    assert len(paths) > 5
    missing = [path for path in paths if not (ROOT / path).exists() and not (document == "README.md" and path == "LEEME.md")]
    missing = [path for path in missing if not list((ROOT / "ingest" / "starter" / "template").glob(f"**/{path}"))]
    assert not missing


def test_the_tree_lists_every_folder() -> None:
    made = {"build", "dist", "node_modules"}
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")} - made
    tree = text_of("README.md").partition("## The tree")[2]
    assert folders == set(re.findall(r"^\| `(\w+)/`", tree, re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    inside = [target for target in links(document) if not target.startswith(("http://", "https://", "#"))]
    assert inside
    assert not [target for target in inside if not (ROOT / target.partition("#")[0]).exists()]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_make_targets_exist(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+)(?: [a-z-]+)*:(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b", code(document)))
    assert named
    assert named <= targets


def commands_named(document: str) -> list[list[str]]:
    """The words after `commitments` in code, up to a comment."""
    lines = re.findall(r"(?<![\w/.-])commitments((?: +[^\s`|]+)+)", code(document))
    return [line.split() for line in lines]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_and_their_options_exist(document: str) -> None:
    known = {option for parameter in cli.params for option in parameter.opts}
    found = 0
    for words in commands_named(document):
        verb = next((word for word in words if word in cli.commands), None)
        command: click.Command = cli.commands[verb] if verb else cli
        options = known | {option for parameter in command.params for option in parameter.opts}
        for word in words:
            if word.startswith("--"):
                assert word.partition("=")[0] in options, f"{document}: commitments {' '.join(words)}"
        found += verb is not None
    assert found


def test_every_verb_is_in_the_readme() -> None:
    named = {verb for words in commands_named("README.md") for verb in words if verb in cli.commands}
    assert named == set(cli.commands)


def settings_known() -> set[str]:
    from ingest.settings import BuildSettings
    from sparql_api.settings import Settings

    fields = {*BuildSettings.model_fields, *Settings.model_fields, "base", "lang"}
    return {f"COMMITMENTS_{name.upper()}" for name in fields}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_settings_exist(document: str) -> None:
    assert set(re.findall(r"\bCOMMITMENTS_(?!TEST_)[A-Z_]*[A-Z]\b", text_of(document))) <= settings_known()


def test_every_setting_is_in_the_readme() -> None:
    assert settings_known() <= set(re.findall(r"\bCOMMITMENTS_[A-Z_]*[A-Z]\b", text_of("README.md")))


# One value for each place of an address in the README.
VALUES = {"kind": "commitment", "key": "MX-4-01", "name": "deck-2021-05-31"}
SCHEMES = {"/concept/": ("mx-tema", "corrupcion"), "/code/": ("origin", "co-created")}


def addresses() -> list[str]:
    """Addresses in code spans of the README that start with "/", with their places filled; `{id}` of a release is left."""
    found = []
    for span in code_spans("README.md"):
        if re.fullmatch(r"/[\w./{}-]*", span):
            scheme, concept = next((values for start, values in SCHEMES.items() if span.startswith(start)), ("", ""))
            found.append(span.format_map({**VALUES, "scheme": scheme, "code": concept, "id": "{id}"}))
    return sorted(set(found))


@pytest.mark.parametrize("address", addresses())
def test_addresses_answer(server: str, release, address: str) -> None:
    path = address.replace("{id}", release.id).removeprefix("/")
    answer = httpx.get(server + path, follow_redirects=True, timeout=30)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"


def test_no_address_of_a_machine() -> None:
    """Documents name public namespaces, localhost and example hosts only."""
    allowed = re.compile(r"https?://(localhost:\d+|w3id\.org|data\.example\.org|your\.address|purl\.org|www\.w3\.org)(?![\w.])")
    for document in DOCUMENTS:
        others = [url for url in re.findall(r"https?://[^\s)\"'`>]+", text_of(document)) if not allowed.match(url)]
        assert not others, document
