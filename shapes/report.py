"""The outcome of one validation: results, counts, and the forms in which it is published.

Published reports hold no blank node: a result's address is a skolem IRI (RDF 1.1, section 3.5) made of the hash of
its content, so equal results have equal addresses and equal data give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import RDFS, SH, XSD
from shapes.files import SEVERITIES, Constraint, short

_HEADINGS = {
    "es": {
        "Violation": "Violación", "Warning": "Advertencia", "Info": "Información",
        "none": "Sin resultados.", "rule": "regla", "unlisted": "{n} más, contados y no listados",
        "reference": "El motor de referencia (pySHACL) evaluó {subjects} de {of_subjects} recursos "
        "({triples} de {of_triples} tripletas) y encontró lo mismo que el motor rápido.",
    },
    "en": {
        "Violation": "Violation", "Warning": "Warning", "Info": "Info",
        "none": "No results.", "rule": "rule", "unlisted": "{n} more, counted and not listed",
        "reference": "The reference engine (pySHACL) judged {subjects} of {of_subjects} resources "
        "({triples} of {of_triples} triples) and found the same as the fast engine.",
    },
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
            SEVERITIES.index(self.severity), str(self.shape), text(self.focus), text(self.value), self.messages["en"],
        )  # fmt: skip

    def digest(self) -> str:
        """32 hex digits of the SHA-256 of the content."""
        content = [text(self.focus), self.path or "", text(self.value), str(self.shape), self.messages["en"]]
        return hashlib.sha256("\n".join(content).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class ReferenceShare:
    """How much of a graph the reference engine judged beside the fast one, which judged everything."""

    subjects: int
    of_subjects: int
    triples: int
    of_triples: int

    @property
    def whole(self) -> bool:
        return self.subjects == self.of_subjects


@dataclass(frozen=True)
class Report:
    """All results of one validation, sorted: violations first, then by shape, focus node and value.

    Of a large graph not every result is listed: `unlisted` counts those left out, by (shape, severity). `reference`:
    what pySHACL judged of a graph that the fast engine judged whole; None where pySHACL alone did everything.
    """

    profile: str
    results: Sequence[Result]
    unlisted: Mapping[tuple[URIRef, str], int] = field(default_factory=dict)
    reference: ReferenceShare | None = None

    @property
    def violations(self) -> list[Result]:
        return [result for result in self.results if result.severity == "Violation"]

    @property
    def conforms(self) -> bool:
        """No violation. Warnings and infos are published in the quality report and stop nothing."""
        return not self.violations

    @property
    def counts(self) -> dict[str, int]:
        """Severity -> number of results, listed or not, all three severities always present."""
        found = dict.fromkeys(SEVERITIES, 0)
        for (_, severity), number in self.totals.items():
            found[severity] += number
        return found

    @property
    def totals(self) -> dict[tuple[URIRef, str], int]:
        """(shape, severity) -> number of results, listed or not."""
        found = dict(self.unlisted)
        for result in self.results:
            key = (result.shape, result.severity)
            found[key] = found.get(key, 0) + 1
        return found

    @property
    def _left_out(self) -> list[tuple[URIRef, str, int]]:
        ordered = sorted(self.unlisted.items(), key=lambda item: (SEVERITIES.index(item[0][1]), item[0][0]))
        return [(shape, severity, number) for (shape, severity), number in ordered]

    @property
    def _partly_judged(self) -> ReferenceShare | None:
        return None if self.reference is None or self.reference.whole else self.reference

    def to_json(self) -> str:
        """The report as JSON text (UTF-8, keys sorted, two-space indentation, final newline)."""
        results = [
            {
                "severity": r.severity,
                "shape": str(r.shape),
                "focus": text(r.focus),
                "label": r.label,
                "path": r.path,
                "value": None if r.value is None else text(r.value),
                "messages": dict(r.messages),
            }
            for r in self.results
        ]
        document = {"profile": self.profile, "conforms": self.conforms, "counts": self.counts, "results": results}
        if self.unlisted:
            document["unlisted"] = [{"severity": severity, "shape": str(shape), "count": number} for shape, severity, number in self._left_out]
        if self._partly_judged:
            document["reference"] = asdict(self._partly_judged)
        return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"

    def to_turtle(self, base: str) -> str:
        """A SHACL validation report as sorted Turtle below `base`, without blank nodes.

        `sh:conforms` follows SHACL (no result at all); the gate is the number of violations.
        """
        genid = f"{base}.well-known/genid/"
        digests = sorted({result.digest() for result in self.results})
        comments = self._comments()
        whole = hashlib.sha256("\n".join([self.profile, *digests, *comments]).encode()).hexdigest()[:32]
        prefixes = f"@prefix sh: <{SH}> .\n@prefix xsd: <{XSD}> .\n"
        lines = [
            f"@prefix rdfs: <{RDFS}> .\n{prefixes}" if comments else prefixes,
            f"<{genid}{whole}> a sh:ValidationReport ;",
            *(f"    rdfs:comment {comment} ;" for comment in comments),
            f"    sh:conforms {'false' if self.results else 'true'} " + (";" if digests else "."),
        ]
        if digests:
            lines.append("    sh:result\n" + ",\n".join(f"        <{genid}{d}>" for d in digests) + " .")
        blocks = {result.digest(): _turtle(result, f"{genid}{result.digest()}") for result in self.results}
        return "\n".join(lines) + "\n" + "".join(f"\n{blocks[d]}" for d in digests)

    def _comments(self) -> list[str]:
        """What the results themselves do not say, as literals in Turtle."""
        found = []
        for lang, words in sorted(_HEADINGS.items()):
            sentences = [f"{words[severity]}, {short(shape)}: {words['unlisted'].format(n=number)}." for shape, severity, number in self._left_out]
            if self._partly_judged:
                sentences.append(words["reference"].format(**asdict(self._partly_judged)))
            found += [Literal(sentence, lang=lang).n3() for sentence in sentences]
        return found

    def to_text(self, lang: str = "en") -> str:
        """The report for people: counts, then one line per result. `lang` is 'es' or 'en'."""
        words = _HEADINGS[lang]
        lines = [", ".join(f"{words[s]}: {n}" for s, n in self.counts.items())]
        for r in self.results:
            name = f" «{r.label}»" if r.label else ""
            lines.append(f"{words[r.severity]}: {r.messages[lang]}{name} [{words['rule']} {short(r.shape)}]")
        for shape, severity, number in self._left_out:
            lines.append(f"{words[severity]}: {words['unlisted'].format(n=number)} [{words['rule']} {short(shape)}]")
        if not self.results:
            lines.append(words["none"])
        if self._partly_judged:
            lines.append(words["reference"].format(**asdict(self._partly_judged)))
        return "\n".join(lines) + "\n"


def result_of(constraint: Constraint, component: URIRef, focus: Node, bindings: Mapping[str, Node], labels: Iterable[Node]) -> Result:
    """A failure with its messages filled in. `labels`: of the focus node, or of the value where a rule is about all."""
    filled = {"this": focus, **bindings}
    return Result(
        focus=focus,
        path=constraint.path,
        value=bindings.get("value"),
        shape=constraint.shape,
        component=component,
        severity=constraint.severity,
        messages={lang: fill(text, filled) for lang, text in constraint.messages.items()},
        label=_label(labels),
    )


def _label(labels: Iterable[Node]) -> str | None:
    found = sorted((str(label.language or ""), str(label)) for label in labels if isinstance(label, Literal))
    by_language = dict(reversed(found))
    return by_language.get("es") or by_language.get("en") or (found[0][1] if found else None)


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


def text(term: Node | None) -> str:
    """A term for a report: an IRI as it is, anything else as in N-Triples, none as nothing."""
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
