"""The outcome of one validation: results, counts, and the forms in which it is published.

Published reports hold no blank node: a result's address is a skolem IRI (RDF 1.1, section 3.5) made of the hash of
its content, so equal results have equal addresses and equal data give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import SH, XSD
from shapes.files import SEVERITIES, short

_HEADINGS = {
    "es": {
        "Violation": "Violación", "Warning": "Advertencia", "Info": "Información",
        "none": "Sin resultados.", "rule": "regla",
    },
    "en": {"Violation": "Violation", "Warning": "Warning", "Info": "Info", "none": "No results.", "rule": "rule"},
}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """One failed constraint at one focus node.

    `path` is a SPARQL property path (None for a rule about the node itself); `value` the offending value, where there
    is one; `messages` holds 'es' and 'en' with placeholders filled; `component` the SHACL component that failed.
    """

    focus: Node
    path: str | None
    value: Node | None
    shape: URIRef
    component: URIRef
    severity: str
    messages: Mapping[str, str] = field(compare=False, hash=False)
    label: str | None = field(default=None, compare=False, hash=False)

    def sort_key(self) -> tuple[int, str, str, str, str]:
        return (
            SEVERITIES.index(self.severity), str(self.shape), _text(self.focus), _text(self.value), self.messages["en"],
        )  # fmt: skip

    def digest(self) -> str:
        """32 hex digits of the SHA-256 of the content."""
        content = [_text(self.focus), self.path or "", _text(self.value), str(self.shape), self.messages["en"]]
        return hashlib.sha256("\n".join(content).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Report:
    """All results of one validation, sorted: violations first, then by shape, focus node and value."""

    profile: str
    results: Sequence[Result]

    @property
    def violations(self) -> list[Result]:
        return [result for result in self.results if result.severity == "Violation"]

    @property
    def conforms(self) -> bool:
        """No violation. Warnings and infos are published in the quality report and stop nothing."""
        return not self.violations

    @property
    def counts(self) -> dict[str, int]:
        """Severity -> number of results, all three severities always present."""
        return {s: sum(result.severity == s for result in self.results) for s in SEVERITIES}

    def to_json(self) -> str:
        """The report as JSON text (UTF-8, keys sorted, two-space indentation, final newline)."""
        results = [
            {
                "severity": r.severity,
                "shape": str(r.shape),
                "focus": _text(r.focus),
                "label": r.label,
                "path": r.path,
                "value": None if r.value is None else _text(r.value),
                "messages": dict(r.messages),
            }
            for r in self.results
        ]
        document = {"profile": self.profile, "conforms": self.conforms, "counts": self.counts, "results": results}
        return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"

    def to_turtle(self, base: str) -> str:
        """A SHACL validation report as sorted Turtle below `base`, without blank nodes.

        `sh:conforms` follows SHACL (no result at all); the gate is the number of violations.
        """
        genid = f"{base}.well-known/genid/"
        digests = sorted({result.digest() for result in self.results})
        whole = hashlib.sha256("\n".join([self.profile, *digests]).encode()).hexdigest()[:32]
        lines = [
            f"@prefix sh: <{SH}> .\n@prefix xsd: <{XSD}> .\n",
            f"<{genid}{whole}> a sh:ValidationReport ;",
            f"    sh:conforms {'false' if self.results else 'true'} " + (";" if digests else "."),
        ]
        if digests:
            lines.append("    sh:result\n" + ",\n".join(f"        <{genid}{d}>" for d in digests) + " .")
        blocks = {result.digest(): _turtle(result, f"{genid}{result.digest()}") for result in self.results}
        return "\n".join(lines) + "\n" + "".join(f"\n{blocks[d]}" for d in digests)

    def to_text(self, lang: str = "en") -> str:
        """The report for people: counts, then one line per result. `lang` is 'es' or 'en'."""
        words = _HEADINGS[lang]
        lines = [", ".join(f"{words[s]}: {n}" for s, n in self.counts.items())]
        for r in self.results:
            name = f" «{r.label}»" if r.label else ""
            lines.append(f"{words[r.severity]}: {r.messages[lang]}{name} [{words['rule']} {short(r.shape)}]")
        if not self.results:
            lines.append(words["none"])
        return "\n".join(lines) + "\n"


def fill(template: str, bindings: Mapping[str, Node]) -> str:
    """A message with `{$this}` and `{?variable}` replaced; an unbound one stays as it is."""

    def replace(match: re.Match[str]) -> str:
        term = bindings.get(match.group(1))
        return match.group(0) if term is None else _for_people(term)

    return re.sub(r"\{[$?](\w+)\}", replace, template)


def _for_people(term: Node) -> str:
    if isinstance(term, Literal):
        if term.language:
            return f'"{term}"@{term.language}'
        if term.datatype in (XSD.integer, XSD.decimal, XSD.boolean):
            return str(term)
        return f'"{term}"' if term.datatype in (None, XSD.string) else f'"{term}" ({short(term.datatype)})'
    return short(str(term)) if isinstance(term, URIRef) else f"_:{term}"


def _text(term: Node | None) -> str:
    if term is None:
        return ""
    return term.n3() if isinstance(term, Literal | BNode) else str(term)


def _turtle(result: Result, iri: str) -> str:
    lines = [
        f"<{iri}> a sh:ValidationResult ;",
        f"    sh:focusNode {_term(result.focus)} ;",
        f"    sh:sourceShape <{result.shape}> ;",
        f"    sh:sourceConstraintComponent <{result.component}> ;",
        f"    sh:resultSeverity sh:{result.severity} ;",
    ]
    if result.value is not None:
        lines.append(f"    sh:value {_term(result.value)} ;")
    messages = ", ".join(f"{Literal(text, lang=lang).n3()}" for lang, text in sorted(result.messages.items()))
    lines.append(f"    sh:resultMessage {messages} .")
    return "\n".join(lines) + "\n"


def _term(term: Node) -> str:
    # A stranger's blank node has no address; its label within the report is all that can be said of it.
    return Literal(f"_:{term}").n3() if isinstance(term, BNode) else term.n3()
