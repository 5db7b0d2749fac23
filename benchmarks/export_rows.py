"""Made-up exports of the OGP database in its 2016 layout, of any size: the input of the ingest benchmarks.

Phrases, countries and columns are real in kind (benchmarks/phrases.toml, data/reference, ingest/layouts), the rows are not. The
dirt of real exports is in them at about its real rate: dates in three orders and precisions, absence codes, line breaks as
markup, several bodies in a cell, addresses of persons, numbers that repeat.
"""

from __future__ import annotations

import csv
import random
import tomllib
from pathlib import Path
from typing import Any

import yaml

from ingest import layouts

LAYOUT = "ogp-2016"
PER_PLAN = 22  # commitments of a plan, about the mean of the database
_HERE = Path(__file__).resolve().parent


def write(path: Path, rows: int, data: Path, seed: int = 20161130) -> None:
    """Write an export with `rows` commitments; `data` is a data folder with reference/countries.csv."""
    layout = layouts.find(LAYOUT)
    assert layout is not None
    table = yaml.safe_load(layout.read_text(encoding="utf-8"))["tables"]["commitments"]
    headers = _headers(table)
    generator = _Rows(table, random.Random(seed), data)
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(range(len(headers)))
        out.writerow("" if header.startswith("(") else header for header in headers)
        for number in range(rows):
            cells = generator.row(number)
            out.writerow(cells.get(header, "") for header in headers)


def _headers(table: dict[str, Any]) -> list[str]:
    names = [*table["columns"], *(name for flags in table["flags"] for name in flags["columns"])]
    for name, rating in table["ratings"].items():
        names += [name, rating["number"]] if "number" in rating else [name]
    names += [*table["derived"], *(name for name in table["ignored"] if not name.startswith("("))]
    # Columns without header are named by their place, so they come last, as in the real file.
    return names + [f"({place})" for place in range(len(names) + 1, len(names) + 1 + sum(name.startswith("(") for name in table["ignored"]))]


class _Rows:
    def __init__(self, table: dict[str, Any], rng: random.Random, data: Path):
        self._table, self._rng = table, rng
        self._phrases = tomllib.loads((_HERE / "phrases.toml").read_text(encoding="utf-8"))
        with (data / "reference" / "countries.csv").open(encoding="utf-8", newline="") as stream:
            self._countries = [row["name_en"] for row in csv.DictReader(stream)]

    def row(self, number: int) -> dict[str, str]:
        rng = self._rng
        plan, place = divmod(number // PER_PLAN, len(self._countries))
        year = 2011 + plan % 14
        cells = {
            "Country": self._countries[place], "Action Plan Number": str(plan + 1), "Comm No": str(number % PER_PLAN + 1) if rng.random() > 0.02 else "1",
            "Comm Dummy": "1", "Year of submission": str(year), "Report publication year (progress report)": str(year + 2),
            "Start Date": self._date(year), "End Date": self._date(year + 2), "IRM Assessed (Y/N)?": "1", "Compound": rng.choice(("0", "1", "NR")),
            "Theme": rng.choice(("NA", "Increasing public integrity", "Improving public services")), "Cluster": rng.choice(("NR", "None", "Public money")),
        }  # fmt: skip
        language = rng.choice(("es", "en", "en"))
        title = self._title(language)
        cells |= {"Commitment Title": title, "Short Title": title, "Full Text": self._text(language, year, number)}
        cells |= {"Lead Institution": self._bodies("ministries", language), "Supporting Institution(s)": self._bodies("organisations", language)}
        cells |= {name: rng.choice(("Ana Ejemplo", "NR")) for name in self._table["ignored"] if name.startswith("Contact")}
        for flags in self._table["flags"]:
            cells |= {name: "1" if rng.random() < 0.06 else "0" if rng.random() < 0.9 else "NR" for name in flags["columns"]}
        for name, rating in self._table["ratings"].items():
            label = rng.choice(list(rating["labels"])) if rng.random() < 0.8 else rng.choice(("NR", "ND"))
            cells[name] = label
            if "number" in rating:
                cells[rating["number"]] = rating.get("numbers", {}).get(rating["labels"].get(label), label if label in ("NR", "ND") else "")
        return cells

    def _date(self, year: int) -> str:
        rng = self._rng
        month, day = rng.randint(1, 12), rng.randint(1, 28)
        return rng.choice((f"{day}/{month}/{year}", f"28/{month}/{year}", str(year), "Not Specified", "NR", f"Q{rng.randint(1, 4)} {year}"))

    def _subject(self, language: str) -> str:
        return str(self._rng.choice(self._phrases["subjects"])[language])

    def _title(self, language: str) -> str:
        return str(self._rng.choice(self._phrases["actions"])[language]).format(subject=self._subject(language))

    def _text(self, language: str, year: int, number: int) -> str:
        sentences = []
        for _ in range(self._rng.randint(3, 14)):
            phrase = str(self._rng.choice(self._phrases["actions"])[language]).format(subject=self._subject(language))
            sentences.append(f"{phrase} ({year}, {self._rng.randint(1, 9999)})")
        text = self._rng.choice((". ", ".<br/>", ".\n")).join(sentences)
        return f"{text}. contact{number}@example.org" if self._rng.random() < 0.03 else text

    def _bodies(self, kind: str, language: str) -> str:
        rng = self._rng
        names = [str(body[language]) for body in rng.sample(self._phrases[kind], rng.randint(1, 3))]
        return rng.choice(("; ", ", ", "\n")).join(names) if rng.random() > 0.2 else rng.choice(("None Specified", "Unclear", "NR"))
