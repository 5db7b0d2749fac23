"""The data-quality report of a build: what was read with doubt, repaired, hidden or told apart, by source.

Counts, never contents: the cells themselves stand in the quarantine and the review, where they are shortened and redacted.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, NamedTuple

from ingest import codes

_FREQUENT = 10  # columns and labels in the report's sentences
LISTED = 200  # single findings of one kind that are listed; more are only counted


class UnmetDecision(NamedTuple):
    """A decision on an institution's name that no cell of the build holds: row of the file, the number in its column `row`, area."""

    row: int
    number: str
    area: str


@dataclass
class Languages:
    """Texts of one column: by tag, without tag by the best guess, and by tenths of confidence."""

    tagged: Counter[str] = field(default_factory=Counter)
    untagged: Counter[str] = field(default_factory=Counter)
    confidence: Counter[str] = field(default_factory=Counter)


@dataclass
class SourceQuality:
    """What the mapping of one source noticed."""

    identity: Counter[str] = field(default_factory=Counter)  # rule by which a row found its commitment -> rows
    dates: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # country, status, basis or code -> cells
    languages: dict[str, Languages] = field(default_factory=lambda: defaultdict(Languages))  # column -> texts
    long_texts: Counter[str] = field(default_factory=Counter)  # tag -> long texts, of at most a hundred, that say what to expect of the short ones
    redactions: Counter[tuple[str, str]] = field(default_factory=Counter)  # column, kind -> places
    repairs: Counter[str] = field(default_factory=Counter)  # kind of repair -> texts
    repeated_numbers: list[tuple[str, str, int]] = field(default_factory=list)  # plan, number token, rows
    disagreements: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)  # label column, label, number, expected -> rows
    places: Counter[str] = field(default_factory=Counter)  # area key -> rows
    undeclared: Counter[str] = field(default_factory=Counter)  # column that the layout does not declare -> filled cells, all quarantined
    missing: list[str] = field(default_factory=list)  # columns of the layout that the file lacks
    suggested: dict[str, str] = field(default_factory=dict)  # undeclared column -> the missing one that it may be
    withheld: Counter[str] = field(default_factory=Counter)  # column -> cells that name persons and stay out whole
    lost: Counter[str] = field(default_factory=Counter)  # column -> characters that the source lost (U+FFFD), in texts as published
    quarantined: Counter[tuple[str, str]] = field(default_factory=Counter)  # reason, column ("" = a row) -> cells
    unknown_labels: Counter[tuple[str, str]] = field(default_factory=Counter)  # column, text that the layout does not know -> cells
    rows_aside: Counter[str] = field(default_factory=Counter)  # reason -> rows set aside whole

    def add(self, other: SourceQuality) -> None:
        """Count what another one noticed, too."""
        for name in _COUNTERS:
            if counts := getattr(other, name):
                getattr(self, name).update(counts)
        for column, entry in other.languages.items():
            mine = self.languages[column]
            mine.tagged.update(entry.tagged)
            mine.untagged.update(entry.untagged)
            mine.confidence.update(entry.confidence)
        self.repeated_numbers += other.repeated_numbers
        self.missing += other.missing
        self.suggested |= other.suggested

    def clear(self) -> None:
        for name in (*_COUNTERS, "languages", "repeated_numbers", "missing", "suggested"):
            getattr(self, name).clear()

    def language(self, column: str, best: str | None, tag: str | None, confidence: Decimal) -> None:
        entry = self.languages[column]
        if tag is not None:
            entry.tagged[tag] += 1
        else:
            entry.untagged[best or "und"] += 1
        entry.confidence[f"{int(confidence * 10) / 10:.1f}"] += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "identity": _sorted(self.identity),
            "dates": [{"country": country, "status": status, "basis": basis, "cells": count} for (country, status, basis), count in sorted(self.dates.items())],
            "languages": {
                column: {"tagged": _sorted(entry.tagged), "untagged": _sorted(entry.untagged), "confidence": _sorted(entry.confidence)}
                for column, entry in sorted(self.languages.items())
            },
            "languages_of_long_texts": _sorted(self.long_texts),
            "redactions": [{"column": column, "kind": kind, "places": count} for (column, kind), count in sorted(self.redactions.items())],
            "repairs": _sorted(self.repairs),
            "repeated_numbers": [{"plan": plan, "number": number, "rows": rows} for plan, number, rows in sorted(self.repeated_numbers)[:LISTED]],
            "repeated_numbers_in_all": len(self.repeated_numbers),
            "labels_and_numbers": [
                {"column": column, "label": label, "number": number, "expected": expected, "rows": rows}
                for (column, label, number, expected), rows in sorted(self.disagreements.items())[:LISTED]
            ],
            "rows_by_place": _sorted(self.places),
            "rows_set_aside": _sorted(self.rows_aside),
            "cells_quarantined": {
                "by_reason": dict(_frequent(_by(self.quarantined, 0))), "by_column": dict(_frequent(_by(self.quarantined, 1))),
                "by_reason_and_column": [{"reason": code, "column": column, "cells": cells} for (code, column), cells in _frequent(self.quarantined)[:LISTED]],
            },
            "unknown_labels": [{"label": label, "column": column, "cells": cells} for (column, label), cells in _frequent(self.unknown_labels)[:LISTED]],
            "unknown_labels_in_all": len(self.unknown_labels),
            "cells_withheld": _sorted(self.withheld),
            "characters_lost": _sorted(self.lost),
            "unread_columns": [{"column": name, "cells": count, "perhaps": self.suggested.get(name)} for name, count in self.undeclared.items()],
            "missing_columns": list(self.missing),
        }


_COUNTERS = tuple(one.name for one in fields(SourceQuality) if one.default_factory is Counter)


class Quality:
    """The qualities of all sources of a build; a source appears once its mapping asks for it."""

    def __init__(self) -> None:
        self._sources: dict[str, SourceQuality] = {}
        self._at_hand: dict[str, SourceQuality] = {}  # of the row that is being mapped
        self.editions: list[dict[str, Any]] = []  # differences between editions of one database, see `ingest.editions`
        self.unmet: list[UnmetDecision] = []
        self.candidates: Counter[str] = Counter(open=0, rejected=0)  # pairs found to be alike: proposed, or left out since a curator says they are two

    def source(self, key: str) -> SourceQuality:
        """Where the mapping of a source notices things; they count once `keep` is called, or the report is written."""
        self._sources.setdefault(key, SourceQuality())
        return self._at_hand.setdefault(key, SourceQuality())

    def keep(self, key: str) -> None:
        """What was noticed since the last call counts."""
        if (noticed := self._at_hand.get(key)) is not None:
            self._sources[key].add(noticed)
            noticed.clear()

    def drop(self, key: str) -> None:
        """What was noticed since the last `keep` does not count: the row is set aside."""
        if key in self._at_hand:
            self._at_hand[key].clear()

    def _counted(self) -> list[tuple[str, SourceQuality]]:
        """All sources by key, with all that they noticed."""
        for key in self._at_hand:
            self.keep(key)
        return sorted(self._sources.items())

    def keys(self) -> list[str]:
        """Keys of the sources that noticed anything."""
        return sorted(self._sources)

    def __bool__(self) -> bool:
        return bool(self._sources)

    def to_json(self, accounting: list[dict[str, str | int]]) -> bytes:
        """The report as JSON (UTF-8); `accounting` are the rows of `ingest.accounting.Accounting.as_rows`, of which a source gets those of all its tables."""
        report = {
            "sources": {key: {"account": [row for row in accounting if row["source"] == key], **quality.as_json()} for key, quality in self._counted()},
            "editions": self.editions,
            "candidates": _sorted(self.candidates),
            "decisions_without_cell": [{"row": row, "number": number, "country": area} for row, number, area in self.unmet[:LISTED]],
            "decisions_without_cell_in_all": len(self.unmet),
        }
        return (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode()

    def to_text(self, lang: str, accounting: list[dict[str, str | int]]) -> bytes:
        """The report in sentences of Spanish or English."""
        words = _WORDS[lang]
        lines = [words["title"], ""]
        for key, quality in self._counted():
            lines += [f"{key}", "-" * len(key)]
            for row in accounting:
                if row["source"] == key:
                    lines.append("  " + words["account"].format(**row))
            lines += [f"  {line}" for line in _sentences(quality, words, lang)]
            lines.append("")
        for edition in self.editions:
            lines.append(words["editions"].format(**edition))
        lines.append(words["candidates"].format(**self.candidates))
        if self.unmet:
            listed = [words["unmet-row"].format(**item._asdict()) for item in self.unmet[:LISTED]]
            rows = ", ".join([*listed, *(["…"] if len(self.unmet) > LISTED else [])])
            lines.append(words["unmet"].format(count=len(self.unmet), rows=rows))
        return ("\n".join(lines).rstrip() + "\n").encode()


def _sentences(quality: SourceQuality, words: dict[str, str], lang: str) -> list[str]:
    dates: Counter[str] = Counter()
    for (_, status, _), count in quality.dates.items():
        dates[status] += count
    tagged = sum(sum(entry.tagged.values()) for entry in quality.languages.values())
    untagged = sum(sum(entry.untagged.values()) for entry in quality.languages.values())
    redactions: Counter[str] = Counter()
    for (_, kind), count in quality.redactions.items():
        redactions[kind] += count
    aside = f" ({_listed('quarantine', quality.rows_aside, lang)})" if quality.rows_aside else ""
    sentences = [
        words["rows-aside"].format(count=quality.rows_aside.total(), list=aside),
        words["places"].format(places=len(quality.places), rows=sum(quality.places.values())),
        words["identity"].format(list=_listed("identity", quality.identity, lang)),
        words["dates"].format(list=_listed("dates", dates, lang)),
        words["languages"].format(tagged=tagged, untagged=untagged),
        words["redactions"].format(list=_listed("redactions", redactions, lang), withheld=quality.withheld.total()),
        words["repairs"].format(list=_listed("repairs", quality.repairs, lang)),
        words["lost"].format(count=quality.lost.total()),
        words["repeated"].format(count=len(quality.repeated_numbers)),
        words["disagreements"].format(count=sum(quality.disagreements.values())),
    ]
    if quality.quarantined:
        reasons = ", ".join(f"{codes.name('quarantine', code, lang)} {cells}" for code, cells in _frequent(_by(quality.quarantined, 0)))
        sentences.append(words["quarantine-reasons"].format(list=reasons))
        columns = _frequent(_by(quality.quarantined, 1))
        listed = [f"{words['column'].format(name) if name else words['rows']} {cells}" for name, cells in columns[:_FREQUENT]]
        sentences.append(words["quarantine-columns"].format(list=", ".join([*listed, *(["…"] if len(columns) > _FREQUENT else [])])))
    if quality.unknown_labels:
        labels = _frequent(quality.unknown_labels)
        listed = [words["label"].format(label=label, cells=cells, column=column) for (column, label), cells in labels[:_FREQUENT]]
        sentences.append(words["unknown-labels"].format(list=", ".join([*listed, *(["…"] if len(labels) > _FREQUENT else [])])))
    if quality.undeclared:
        listed = [_unread(name, count, quality.suggested.get(name), words) for name, count in quality.undeclared.items()]
        sentences.append(words["unread-columns"].format(list=", ".join(listed)))
    if quality.missing:
        sentences.append(words["missing-columns"].format(list=", ".join(words["column"].format(name) for name in quality.missing)))
    return sentences


def _unread(name: str, count: int, perhaps: str | None, words: dict[str, str]) -> str:
    said = f"{words['column'].format(name)} {count}"
    return f"{said} {words['perhaps'].format(perhaps)}" if perhaps else said


def _listed(group: str, counts: Counter[str], lang: str) -> str:
    """Codes by their names, in the order of the codes, so that the two languages stand side by side."""
    return ", ".join(f"{codes.name(group, code, lang)} {count}" for code, count in sorted(counts.items())) or "0"


def _by(counts: Counter[tuple[str, str]], part: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for key, count in counts.items():
        found[key[part]] += count
    return found


def _frequent(counts: Counter[Any]) -> list[tuple[Any, int]]:
    """The most frequent first, those of one frequency by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


_WORDS = {
    "es": {
        "title": "Calidad de los datos",
        "account": "tabla {table}: {rows} filas y {rows_quarantined} apartadas, "
        "{cells} celdas = {empty} vacías + {mapped} leídas + {absence} códigos de ausencia + {ignored} "
        "omitidas por contrato + {derived} derivadas + {quarantined} en cuarentena",
        "places": "jurisdicciones: {places}; filas asignadas a una: {rows}",
        "identity": "compromisos por regla de identidad: {list}",
        "dates": "celdas de fecha: {list}",
        "languages": "idioma detectado en {tagged} textos; {untagged} quedan sin etiqueta por falta de certeza",
        "rows-aside": "filas apartadas: {count}{list}",
        "redactions": "datos de personas ocultados: {list}; celdas que nombran personas, retenidas enteras: {withheld}",
        "repairs": "textos reparados: {list}",
        "lost": "caracteres perdidos en la fuente, que quedan así: {count}",
        "repeated": "números repetidos dentro de un plan: {count}",
        "disagreements": "etiquetas cuyo número dice otra cosa: {count}",
        "unread-columns": "columnas que no se leen (el formato no las declara, o falta la que les da sentido), con sus celdas en cuarentena, sin su valor: {list}",
        "missing-columns": "columnas del formato que faltan en el archivo: {list}",
        "quarantine-reasons": "celdas en cuarentena por motivo: {list}",
        "quarantine-columns": "celdas en cuarentena por columna: {list}",
        "rows": "filas enteras",
        "unknown-labels": "valores desconocidos más frecuentes (si son códigos de ausencia, se declaran en absence: de un contrato): {list}",
        "label": "«{label}» ×{cells} en «{column}»",
        "column": "«{}»",
        "perhaps": "(¿es «{}»?)",
        "editions": "{newer} respecto de {older}: {both} compromisos en ambas ediciones, {added} solo en la nueva, {missing} solo en la anterior, {changed} con cambios",
        "candidates": "candidatos a ser lo mismo: {open}; rechazados por una persona: {rejected}",
        "unmet": "decisiones de data/curated/institutions.csv sobre un texto que ninguna celda de esta construcción trae: {count}; filas del archivo {rows}",
        "unmet-row": "{row} (número {number}, {area})",
    },
    "en": {
        "title": "Quality of the data",
        "account": "table {table}: {rows} rows and {rows_quarantined} set aside, {cells} cells = {empty} empty + {mapped} mapped + {absence} absence codes + {ignored} "
        "ignored by contract + {derived} derived + {quarantined} quarantined",
        "places": "jurisdictions: {places}; rows that belong to one: {rows}",
        "identity": "commitments by rule of identity: {list}",
        "dates": "cells with dates: {list}",
        "languages": "language detected in {tagged} texts; {untagged} stay without a tag for want of certainty",
        "rows-aside": "rows set aside: {count}{list}",
        "redactions": "data of persons hidden: {list}; cells that name persons, withheld whole: {withheld}",
        "repairs": "texts repaired: {list}",
        "lost": "characters lost in the source, left: {count}",
        "repeated": "numbers repeated within a plan: {count}",
        "disagreements": "labels whose number says something else: {count}",
        "unread-columns": "columns not read (the layout does not declare them, or lacks what gives them sense), with their cells, quarantined without values: {list}",
        "missing-columns": "columns of the layout that the file lacks: {list}",
        "quarantine-reasons": "quarantined cells by reason: {list}",
        "quarantine-columns": "quarantined cells by column: {list}",
        "rows": "whole rows",
        "unknown-labels": "most frequent unknown values (if they are absence codes, absence: of a contract declares them): {list}",
        "label": '"{label}" ×{cells} in "{column}"',
        "column": '"{}"',
        "perhaps": '(is it "{}"?)',
        "editions": "{newer} against {older}: {both} commitments in both editions, {added} only in the newer, {missing} only in the older, {changed} changed",
        "candidates": "candidates for being the same: {open}; rejected by a curator: {rejected}",
        "unmet": "decisions of data/curated/institutions.csv on a text that no cell of this build holds: {count}; rows of the file {rows}",
        "unmet-row": "{row} (number {number}, {area})",
    },
}  # fmt: skip
