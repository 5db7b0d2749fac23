"""Areas by name and by OGP's code: every name that OGP's files use means one area, and nothing is guessed."""

from __future__ import annotations

import csv

import pytest

from ingest.mappings import reference
from ingest.places import Places
from tests.conftest import ROOT, needs_shared


class Peeked:
    """A row as the first pass sees it: cells to look at."""

    def __init__(self, cells: dict[str, str]):
        self.cells = cells

    def peek(self, name: str) -> str:
        return self.cells.get(name, "")


class Context:
    """What the first pass of the reference tables writes to."""

    def __init__(self) -> None:
        self.build = self
        self.area_names: dict[str, set[str]] = {}
        self.places = Places()


def table(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def places() -> Places:
    context = Context()
    for name in ("countries", "mx-entities", "ogp-locals"):
        for cells in table(name):
            reference.FIRST_PASS[name](context, Peeked(cells))  # type: ignore[arg-type]
    assert "inglaterra" in context.area_names["GB"]
    return context.places


def test_every_country_name_of_both_editions_means_its_country(places: Places) -> None:
    with needs_shared("data/ref/ogp_countries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [(row[column], row["iso2"]) for row in rows for column in ("iso_name", "name_in_2016_db", "name_in_2024_export") if row[column]]
    assert len(names) > 180
    assert [(name, iso2) for name, iso2 in names if places.country(name) != iso2] == []


@pytest.mark.parametrize(("file", "header", "column"), [("ogp_irm_2016_live__founding8.csv", 1, "Country"), ("ogp_commitments_2024__sample.csv", 0, "Country/Locality")])
def test_every_place_of_the_files_is_known(places: Places, file: str, header: int, column: str) -> None:
    with needs_shared(f"data/ship/{file}").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    at = rows[header].index(column)
    code = rows[header].index("Code") if "Code" in rows[header] else None
    found = {(row[at], row[code] if code is not None else "") for row in rows[header + 1 :]}
    assert {place for place in found if places.country(place[0]) is None and places.local(place[0]) is None} == set()
    # OGP's code means the same area as the name.
    for name, given in found:
        assert not given or places.by_code(given) in (places.country(name), places.local(name)), (name, given)


def test_every_name_of_the_tables_means_its_own_area(places: Places) -> None:
    countries = {row["iso2"]: row for row in table("countries")}
    for iso2, row in countries.items():
        for name in (row["name_en"], row["name_es"], *row["also_written_en"].split(";")):
            assert not name.strip() or places.country(name) == iso2, name
    for row in table("ogp-locals"):
        assert row["area"].startswith(f"{row['country']}-")
        for name in (row["name_en"], row["name_es"], *filter(None, row["also_written_en"].split(";"))):
            for country in (countries[row["country"]]["name_en"], *filter(None, countries[row["country"]]["also_written_en"].split(";"))):
                assert places.local(f"{name}, {country}") == row["area"], (name, country)


@pytest.mark.parametrize(
    ("code", "area"),
    [
        ("MO", "MA"),
        ("MAR", "MA"),
        ("MA", None),
        ("UK", "GB"),
        ("GB", None),
        ("XKX", "XK"),
        ("PNG", "PG"),
        ("ARBA", "AR-C"),
        ("BUE", "AR-C"),
        ("jal", "MX-JAL"),
        ("", None),
    ],
)
def test_codes_are_those_of_ogp(places: Places, code: str, area: str | None) -> None:
    assert places.by_code(code) == area


def test_no_code_means_two_areas(places: Places) -> None:
    given = [code for name in ("countries", "ogp-locals") for row in table(name) for code in (row.get("iso3"), row.get("ogp_code"), row["ogp_prefix"]) if code]
    assert [code for code in set(given) if places.by_code(code) is None] == []


def test_a_local_area_is_found_by_name_and_country(places: Places) -> None:
    assert places.local("Jalisco, Mexico") == places.local("Jalisco") == "MX-JAL"
    assert places.local("Seoul, Korea, Republic of") == "KR-11"
    assert places.local("México, Mexico") == "MX-MEX"  # the state; "Mexico" alone is the country


@pytest.mark.parametrize(
    "name",
    [
        "Jalisco, Spain",  # no such place in that country
        "Mexico",  # the country, though a state has the name
        "Jalisc",
        ", Mexico",
        "",
    ],
)
def test_nothing_is_guessed(places: Places, name: str) -> None:
    assert places.local(name) is None


def test_a_name_that_two_areas_bear_needs_its_country() -> None:
    found = Places()
    for key, name in (("AR", "Argentina"), ("ES", "Spain")):
        found.add_country(key, [name])
        found.add_local(f"{key}-x-cordoba", key, ["Córdoba"], ["XX"])
    assert found.local("Cordoba") is None and found.by_code("XX") is None
    assert found.local("Cordoba, Spain") == "ES-x-cordoba"


def test_of_many_commas_only_the_last_can_part_a_name_from_its_country(monkeypatch: pytest.MonkeyPatch) -> None:
    found, asked = Places(), []
    found.add_country("KR", ["South Korea", "Korea, Republic of"])
    found.add_country("BO", ["Bolivia, Plurinational State of"])
    assert found.parted("Seoul, the city, Korea, Republic of") == ("Seoul, the city", "KR")
    assert found.parted("A, B, C, D, E, F, South Korea") == ("A, B, C, D, E, F", "KR")
    monkeypatch.setattr(Places, "country", lambda places, name: asked.append(name))
    assert found.parted("," * 50_000) == ("," * 50_000, None) and len(asked) == 4
