"""The redirect rules kept for w3id.org lead every address of the vocabulary to the path that a deployment serves."""

from __future__ import annotations

import re

import pytest

import ontology
from ontology.namespaces import CODE
from tests.conftest import ROOT

SITE = "https://REPLACE-BEFORE-REGISTERING.invalid/"
RULE = re.compile(r"^RewriteRule (\S+) %\{ENV:OGCM_SITE\}(\S+) \[R=303,L\]$", re.MULTILINE)


def redirected(path: str) -> str | None:
    """Where mod_rewrite sends a path below w3id.org/ogcm/; None when no rule fits (404). In a folder's .htaccess the
    pattern is matched against the path without its leading slash."""
    rules = (ROOT / "deploy" / "w3id" / ".htaccess").read_text(encoding="utf-8")
    for pattern, target in RULE.findall(rules):
        if found := re.search(pattern, path):
            return SITE + re.sub(r"\$(\d)", lambda group: found[int(group[1])], target)
    return None


def test_the_site_stands_in_one_line() -> None:
    rules = (ROOT / "deploy" / "w3id" / ".htaccess").read_text(encoding="utf-8")
    assert re.findall(r"E=OGCM_SITE:(\S+)\]", rules) == [SITE]
    assert len(RULE.findall(rules)) == rules.count("\nRewriteRule ") - 1


def test_every_code_and_scheme_is_led_to_its_own_path() -> None:
    for scheme, codes in ontology.code_schemes().items():
        for path in (f"code/{scheme}", *(f"code/{scheme}/{code}" for code in codes)):
            assert redirected(path) == SITE + path, f"{CODE}{path}"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("def", "def"), ("def/", "def"), ("", "def"), ("shapes", "shapes"),
        (f"def/{ontology.VERSION}", f"def/{ontology.VERSION}"), ("def/10.2.33", "def/10.2.33"), ("shapes/1.0.0", "shapes/1.0.0"),
    ],
)  # fmt: skip
def test_documents_are_led_to_their_path(path: str, target: str) -> None:
    assert redirected(path) == SITE + target


@pytest.mark.parametrize(
    "path", ["code", "code/", "code/Role", "code/role/a/b", "code/role/../x", "def/latest", "defs", "id/plan/MX-4", "code//x"]
)
def test_nothing_else_is_redirected(path: str) -> None:
    assert redirected(path) is None
