"""Typed values of cells, keys and addresses."""

from __future__ import annotations

import doctest
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import terms, uris, values
from ingest.values import PartialDate
from sparql_api.formats import DOCUMENT_FORMATS


def test_doctests_of_the_address_policy() -> None:
    assert doctest.testmod(uris).failed == 0
    assert doctest.testmod(uris).attempted >= 7


@pytest.mark.parametrize(
    ("text", "lexical", "datatype", "first", "last"),
    [
        ("2019", "2019", "gYear", "2019-01-01", "2019-12-31"),
        ("2019-02", "2019-02", "gYearMonth", "2019-02-01", "2019-02-28"),
        ("2020-02", "2020-02", "gYearMonth", "2020-02-01", "2020-02-29"),
        ("2019-12", "2019-12", "gYearMonth", "2019-12-01", "2019-12-31"),
        ("2021-08-31", "2021-08-31", "date", "2021-08-31", "2021-08-31"),
    ],
)
def test_partial_dates_keep_their_precision(text: str, lexical: str, datatype: str, first: str, last: str) -> None:
    date = values.partial_date(text)
    assert (date.text, date.datatype, date.earliest.isoformat(), date.latest.isoformat()) == (lexical, datatype, first, last)


@pytest.mark.parametrize("text", ["dic-19", "24-may-19", "24/05/2019", "43609", "2019-13", "2019-02-30", "19", "mayo", "2019-5"])
def test_what_is_no_date_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(ValueError) as error:
        values.partial_date(text)
    assert len(error.value.args) == 2


@pytest.mark.parametrize("text", ["dic-19", "24/05/2019", "43609"])
def test_dates_rewritten_by_a_spreadsheet_program_are_called_that(text: str) -> None:
    with pytest.raises(ValueError) as error:
        values.partial_date(text)
    assert "hoja de cálculo" in error.value.args[0] and "spreadsheet" in error.value.args[1]


@pytest.mark.parametrize(
    ("printed", "value", "allowed"),
    [
        ("24/may/19", "2019-05-24", True),
        ("24/may/19", "2020-05-24", False),
        ("Mie/21/ago", "2019-08-21", True),
        ("Mie/21/ago", "2020-08-21", False),  # a Friday
        ("Vie/13/sept", "2019-09-13", True),
        ("24 mayo", "2019-05-24", True),
        ("05 julio", "2019-07-05", True),
        ("Lu/02/sept", "2019-09-02", True),
        ("Ma/27/ago", "2019-08-27", True),
    ],
)
def test_a_date_repeats_what_is_printed(printed: str, value: str, allowed: bool) -> None:
    assert values.written_date(printed).allows(values.full_date(value)) is allowed


@pytest.mark.parametrize("text", ["10th July 2014", "24/05/2019", "dic-19", "Xyz/21/ago", "soon"])
def test_what_is_not_printed_so_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        values.written_date(text)


def test_agreement_is_at_the_coarser_precision() -> None:
    month, day, year = PartialDate(2019, 12), PartialDate(2019, 12, 5), PartialDate(2019)
    assert month.agrees_with(day) and year.agrees_with(month) and not month.agrees_with(PartialDate(2019, 11))


@pytest.mark.parametrize("text", ["1.000", "1,000", "07", "7.0", "", "+7", "VII"])
def test_integers_are_plain_digits(text: str) -> None:
    with pytest.raises(ValueError):
        values.integer(text)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1234567890123456789012345678901.5", "1234567890123456789012345678901.5"), ("0." + "0" * 30 + "10", "0." + "0" * 30 + "1"),
        ("95.0", "95"), ("100", "100"), ("1E+2", "100"), ("-0.0", "0"), ("-0", "0"), ("0.00", "0"), ("-12.50", "-12.5"), ("007.5", "7.5"),
    ],
)  # fmt: skip
def test_canonical_decimals_keep_every_digit(number: str, text: str) -> None:
    assert values.canonical_decimal(Decimal(number)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
def test_canonical_decimals_are_fixed_points(number) -> None:
    text = values.canonical_decimal(number)
    assert values.canonical_decimal(Decimal(text)) == text
    assert Decimal(text) == number and "E" not in text and not (("." in text) and text.endswith("0"))


@given(st.text(max_size=60))
def test_literals_read_back_as_written(text: str) -> None:
    import pyoxigraph

    text = "".join(char for char in text if not 0xD800 <= ord(char) <= 0xDFFF)
    line = f"<http://e.org/s> <http://e.org/p> {terms.text(text, 'es')} ."
    (quad,) = pyoxigraph.parse(input=line.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert quad.object.value == text
    assert line == f"{quad.triple} ."


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://a b", "//x", "http://x/<y>", "ftp://x", "http://", "http://x\\y"])
def test_addresses_that_are_refused(address: str) -> None:
    with pytest.raises(ValueError):
        values.iri(address)


@pytest.mark.parametrize("key", ["MX-4-01", "MX-4_eje1-1", "commitment_MX-JAL-2-03_peritos", "x", "2.1-a"])
def test_keys_of_the_grammar(key: str) -> None:
    assert uris.check_key(key) == key


@pytest.mark.parametrize("key", ["", "a__b", "-a", "a-", "a..b", "á", "a b", "a/b", "x.ttl", "a" * 201, "a.json"])
def test_keys_outside_the_grammar(key: str) -> None:
    with pytest.raises(ValueError):
        uris.check_key(key)


def test_the_shapes_and_the_service_know_the_same_keys(root: Path) -> None:
    rules = (root / "shapes/graph.ttl").read_text(encoding="utf-8")
    (grammar,) = re.findall(r'STRAFTER\(\?path, "/"\), "\^(.*)\$"', rules)
    assert grammar.replace("[.]", r"\.") == uris.KEY_PATTERN.pattern.replace("(?:", "(")
    (suffixes,) = re.findall(r'REGEX\(\?path, "\[\.\]\(([a-z|]+)\)\$", "i"\)', rules)
    for suffix in {*suffixes.split("|"), *(row.suffix for row in DOCUMENT_FORMATS)}:
        assert suffix in suffixes.split("|")
        with pytest.raises(ValueError):
            uris.check_key(f"x.{suffix}")
    assert uris.without_suffix("x.xml") == "x.xml"


@given(st.text(min_size=1, max_size=30))
def test_passage_parts_are_always_of_the_grammar(text: str) -> None:
    uris.check_key(uris.passage_part(text))
