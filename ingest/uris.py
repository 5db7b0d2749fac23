"""The address policy (ontology_design section 8): how keys and addresses of resources are built.

What an export's commitment is called also depends on what is taken already, so `mappings/ogp_export/identity.py` lengthens those
keys itself; keys of the catalogue stand where it is described. What a key says, it says to people, and code asks the data
instead, but for what section 8 promises of every key of a kind: the country of an area (`country_of`), the plan that a
process's key begins with, the source of a passage's, and the type that the key of an assessor's report ends with.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from ingest.remembering import remembering
from ontology.namespaces import CODE, KINDS

KEY_PATTERN = re.compile(
    r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*(?:-[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)*"
    r"(?:_[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*(?:-[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)*)*"
)
_SERVED_SUFFIX = re.compile(r"\.(html|ttl|jsonld|rdf|nt|trig|nq|json|csv)$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_PLAIN = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))  # what `_WORD` finds in ASCII, far faster
_LONGEST = 200


def check_key(key: str) -> str:
    """The key itself; raises ValueError when the grammar of section 8 does not allow it."""
    if len(key) > _LONGEST or not KEY_PATTERN.fullmatch(key) or ("." in key and _SERVED_SUFFIX.search(key)):
        raise ValueError(f"not a key: {key!r}")
    return key


@remembering(16_384)
def folded(value: str) -> str:
    """Normalised text (section 8): NFKD, no accents, lower case, letters and digits only, single spaces.

    >>> folded("Secretaría  de Educación")
    'secretaria de educacion'
    """
    if value.isascii():  # the plain letters, most texts of an export, have nothing to drop
        return " ".join(value.translate(_PLAIN).split())
    value = "".join(char for char in unicodedata.normalize("NFKD", value) if not unicodedata.combining(char))
    return " ".join(_WORD.findall(value.lower()))


# Blanks, and what has no width: characters that stand around a cell and are none of it.
_AROUND = "".join(map(chr, (0x200B, 0x200C, 0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF)))
_AROUND += "".join(character for character in map(chr, range(0x3001)) if character.isspace())


def trimmed(cell: str) -> str:
    """A cell without blanks of any kind, ends of lines and characters without width around it.

    >>> trimmed("\\u200bCL0906\\xa0\\n"), trimmed("CL 0907 ")
    ('CL0906', 'CL 0907')
    """
    return cell.strip() if cell.isascii() else cell.strip(_AROUND)


def slug(value: str) -> str:
    """ASCII slug (section 8).

    >>> slug("Compromisos (cocreados)")
    'compromisos-cocreados'
    """
    ascii_only = folded(value).encode("ascii", "ignore").decode()
    return "-".join(ascii_only.split())


def digest(value: str, length: int) -> str:
    """The first hex digits of the SHA-256 of the text."""
    return hashlib.sha256(value.encode()).hexdigest()[:length]


def number_token(printed: str) -> str:
    """Token of a printed number (section 8).

    >>> [number_token(n) for n in ("1", "13", "2.2999999999999998", "1:a", "1(a)", "")]
    ['01', '13', '2.3', '1.a', '1.a', 'x']
    """
    value = printed.strip()
    if re.fullmatch(r"\d+\.\d{10,}", value):
        value = repr(round(float(value), 10)).rstrip("0").rstrip(".")
    value = re.sub(r"[:()/ ]", ".", value)
    value = re.sub(r"\.+", ".", value).strip(".")
    if not value:
        return "x"
    return value.zfill(2) if value.isdigit() else value


def plan_number(printed: str) -> str:
    """A plan's number as plans of one area are told apart by it: neither letter case nor leading zeros of a whole number count.

    >>> plan_number("1a"), plan_number("01"), plan_number("0"), plan_number("1.01")
    ('1A', '1', '0', '1.01')
    """
    value = printed.strip().upper()
    return (value.lstrip("0") or "0") if value.isascii() and value.isdigit() else value


def without_suffix(token: str) -> str:
    """A token at whose end no key looks like the name of a file, which the service would answer in that format.

    >>> without_suffix("1.ttl"), without_suffix("1.a")
    ('1-ttl', '1.a')
    """
    return _SERVED_SUFFIX.sub(r"-\1", token)


@dataclass(frozen=True)
class Addresses:
    """IRIs below one BASE."""

    base: str

    def thing(self, kind: str, key: str) -> str:
        return f"{self.space(kind)}{key}"

    def space(self, kind: str) -> str:
        """What the addresses of all things of a kind begin with."""
        if kind not in KINDS:
            raise ValueError(f"not a kind: {kind}")
        return f"{self.base}id/{kind}/"

    def concept(self, scheme: str, code: str | None = None) -> str:
        return f"{self.base}concept/{scheme}" + (f"/{code}" if code else "")

    def graph(self, name: str) -> str:
        return f"{self.base}graph/{name}"

    @staticmethod
    def code(scheme: str, code: str) -> str:
        return f"{CODE}{scheme}/{code}"


# -- keys, one function per kind whose key is composed ---------------------------------------------------------


def country_of(area: str) -> str:
    """The country of an area by its key; a country is its own.

    >>> country_of("MX-JAL"), country_of("MX")
    ('MX', 'MX')
    """
    return area.partition("-")[0]


def local_area(country: str, name: str) -> str:
    """A local area that no table has, by its name.

    >>> local_area("US", "Austin")
    'US-x-austin'
    """
    return f"{country}-x-{slug(name)}"


def commitment(plan: str, number: str) -> str:
    """
    >>> commitment("MX-4", "1")
    'MX-4-01'
    """
    return f"{plan}-{number_token(number)}"


def commitment_without_number(plan: str, title: str, full_text: str, number: str = "") -> str:
    """Missing or repeated number: the token and 6 hex digits of the normalised title and full text."""
    return f"{plan}-{number_token(number)}-{digest(folded(title + ' ' + full_text), 6)}"


def responsibility(commitment_key: str, role: str, org: str, series: str) -> str:
    return f"{commitment_key}_{role}_{org}_{series}"


def membership(organization: str, member_kind: str, member: str) -> str:
    return f"{organization}_{member_kind}_{member}"


def assessment(target_kind: str, target: str, assessor: str | None, report_type: str | None, dimension: str, method: str | None) -> str:
    return "_".join([target_kind, target, assessor or "x", report_type or "x", dimension, method or "x"])


def status(target_kind: str, target: str, series: str, date: str | None, cells: str) -> str:
    """The date, else `x-` and 6 hex digits of the cells."""
    return "_".join([target_kind, target, series, date or f"x-{digest(cells, 6)}"])


def figure(subject_kind: str, subject: str, measure: str, as_of: str | None, source: str) -> str:
    return "_".join([subject_kind, subject, measure, as_of or source])


def period(start: str | None, end: str | None) -> str:
    """
    >>> period("2019-12", "2021-08-31"), period(None, "2017")
    ('2019-12_2021-08-31', 'x_2017')
    """
    return f"{start or 'x'}_{end or 'x'}"


def passage(source: str, table: str, row: str) -> str:
    return f"{source}_{table}_{passage_part(row)}"


def passage_of_export(source: str, digest: str, times: int) -> str:
    """Passage of a row of an export: its cells' hash, since its position may change; equal rows are counted.

    >>> passage_of_export("ogp-2016", "1a2b3c4d5e6f", 1), passage_of_export("ogp-2016", "1a2b3c4d5e6f", 2)
    ('ogp-2016_1a2b3c4d5e6f', 'ogp-2016_1a2b3c4d5e6f-2')
    """
    return f"{source}_{digest}" + (f"-{times}" if times > 1 else "")


def report(assessor: str, plan: str, report_type: str) -> str:
    return f"{assessor}_{plan}_{report_type}"


def passage_part(row: str) -> str:
    """A row's own number or code as part of a key; what the grammar does not allow becomes "-"."""
    kept = re.sub(r"[^A-Za-z0-9_.]+", "-", unicodedata.normalize("NFKD", row).encode("ascii", "ignore").decode())
    kept = re.sub(r"[-_.]*_[-_.]*", "_", kept)
    kept = re.sub(r"\.{2,}", ".", kept)
    kept = re.sub(r"-?\.-|-\.-?", "-", kept)
    return without_suffix(kept.strip("-._")) or "x"


def identifier(authority: str, outside_id: str) -> str:
    """
    >>> identifier("ogp", "AP_MXJL02")
    'ogp_AP-MXJL02'
    """
    return f"{authority}_{outside_id.replace('_', '-')}"


def discrepancy(kind: str, key: str, name: str) -> str:
    return f"{kind}_{key}_{name}"


def claim(discrepancy_key: str, series: str) -> str:
    return f"{discrepancy_key}_{series}"


def link(kind: str, key: str, relation: str, target: str) -> str:
    """Hex over "relation kind/key of b", or over the IRI if b is not ours.

    >>> link("topic", "MX-4_eje1-1", "ledTo", "commitment/MX-4-01")
    'topic_MX-4_eje1-1_e566cc53'
    """
    return f"{kind}_{key}_{digest(f'{relation} {target}', 8)}"


def run(source: str, inputs_sha256: str) -> str:
    """The ingest of a source from inputs of this digest."""
    return f"{source}_{inputs_sha256[:8]}"
