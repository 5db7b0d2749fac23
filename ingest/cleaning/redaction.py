"""E-mail addresses and telephone numbers in free text are replaced before anything is written.

`redact` goes over a text before it is mapped, quarantined or logged; `holds_email` is the last check over every line of
every output. What `holds_email` finds `redact` has always removed, so a hit in an output is a path that went round it.

Telephone numbers are taken in four ways, from strong to weak: after a word that introduces them (Tel., Teléfono, Fax,
WhatsApp ...), with a leading +, in a written form that only telephone numbers have ((202) 555-0123), and, where the region is known, by
the numbering plan of `phonenumbers` (9.0), whose "valid" alone is far too generous for texts that are full of laws, budgets and
years: 2018-2020 is a valid number in Costa Rica. So what reads as a year range, amount, law, date, code or part of an
address is left, whatever the numbering plan says.

Numbers of the emergency kind (911, fewer than MIN_DIGITS digits) are nobody's contact and stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import phonenumbers

EMAIL = "[redacted: e-mail]"
TELEPHONE = "[redacted: telephone]"
MIN_DIGITS = 6
ROUNDS = 5  # a replacement can bring what stood around it together, at most a few times


@dataclass(frozen=True)
class Redacted:
    """The text without addresses and numbers, and how many of each (`e-mail`, `telephone`) were taken out."""

    text: str
    counts: dict[str, int] = field(default_factory=dict)


# --- e-mail -----------------------------------------------------------------------------------------------------

# What is not seen between the parts of an address: white space, zero-width characters, soft hyphens; in the original of a
# text also breaks of HTML and the signs that stand for control characters.
_GAP = r"(?:[\s\u200b-\u200f\u2060\ufeff\u00ad\u2400-\u2421]|<br ?/?>)"
_LABEL = r"[^\W_](?:[\w\u00ad\u200b-\u200d\u2060\ufeff-]{0,62}[^\W_])?"
_DOT = r"[.\u3002\uff0e\uff61]"
_DOMAIN = rf"{_LABEL}(?:{_DOT}{_LABEL})+"
# Each stretch of a local part begins with a letter or figure, so that quotes and brackets around an address stay. Bounded:
# a cell of 10 MB without a space is read in one pass.
_LOCAL = r"(?:\{[^{}@\n]{1,100}\}|\"[^\"@\n]{1,64}\"|(?<![\w.])\.{0,3}[\w+](?:[\w.+%&'’=!#$*?^`{|}~/-]{0,100}[\w+%'’=!#$*?^`|~-])?)"
_AT_SIGN = r"(?:[@\uff20\ufe6b]|%40|&(?:#0*64|#[xX]0*40|commat);)"
_AT_WORD = r"(?:\[|\(|\{|<|&lt;)\s?(?:at|ät|arroba|arobase|arrobase|@)\s?(?:\]|\)|\}|>|&gt;)"
_DOT_WORD = r"\s?(?:\[|\(|\{|<)\s?(?:dot|punto|ponto|point|\.)\s?(?:\]|\)|\}|>)\s?"
_COUNTRY = r"(?:[a-z]{2})"
_GENERIC = r"(?:com|org|net|gov|gob|gouv|gub|govt|edu|int|mil|info|biz|eu|go|gc|ac|co|or|nom|ong|coop|museum|xyz|online|site)"

_PLAIN_EMAIL = re.compile(rf"(?:mailto:\s?)?{_LOCAL}{_AT_SIGN}(?:{_DOMAIN}|\[[0-9a-fA-F:.]{{3,45}}\])")
# With gaps around the sign the domain must end as one does in practice: "síguenos en Twitter @gobierno" stays.
_SPACED_EMAIL = re.compile(
    rf"(?:mailto:\s?)?{_LOCAL}(?:{_GAP}{{0,3}}{_AT_SIGN}{_GAP}{{0,3}})(?:{_LABEL}(?:{_GAP}?{_DOT}{_GAP}?)){{1,4}}{_GENERIC}(?:{_GAP}?{_DOT}{_GAP}?{_COUNTRY})?(?![\w@])"
    rf"|(?:mailto:\s?)?{_LOCAL}(?:{_GAP}{{0,3}}{_AT_SIGN}{_GAP}{{0,3}}){_LABEL}(?:{_DOT}{_LABEL}){{0,4}}{_DOT}{_COUNTRY}(?![\w@])"
    rf"|(?:mailto:\s?)?{_LOCAL}(?:{_GAP}{{0,3}}{_AT_SIGN}{_GAP}{{0,3}}){_GENERIC}{_DOT}{_COUNTRY}(?![\w@])",
    re.IGNORECASE,
)
_WORDED_EMAIL = re.compile(
    rf"(?:mailto:\s?)?{_LOCAL}\s?(?:{_AT_WORD}|{_AT_SIGN})\s?{_LABEL}(?:(?:{_DOT_WORD}|\s(?:dot|punto|ponto|point)\s|{_DOT}){_LABEL})+"
    rf"|{_LOCAL}[\[(]a[\])]{_LABEL}(?:{_DOT}{_LABEL})*{_DOT}(?:{_GENERIC}|{_COUNTRY})(?!\w)"
    rf"|{_LOCAL}\s(?:at|arroba|arobase)\s{_LABEL}(?:(?:{_DOT_WORD}|\s(?:dot|punto|ponto|point)\s){_LABEL})+"
    rf"|{_LOCAL}\s(?:arroba|arobase)\s{_DOMAIN}",
    re.IGNORECASE,
)
_AT_HINT = re.compile(r"[\[({<;]\s?(?:at|ät|@)\s?[\])}>&]", re.IGNORECASE)
_A_HINT = re.compile(r"(?<=\w)[\[(]a[\])]\w")
_DOT_WORDS = (" dot ", "dot]", "dot)", "dot}")

# The last check. A letter or figure, the sign, two labels with a dot; in a line of N-Triples or JSON the letter before the
# sign may be the end of an escape (\n), which is no address.
_HELD = re.compile(r"[\w+%'’](?<!\\[nrtbf])@[^\W_](?:[\w-]{0,62}[^\W_])?\.[^\W_]")
_REMAINING = re.compile(rf"[\w.+%'’-]{{0,64}}[\w+%'’](?<!\\[nrtbf])@{_DOMAIN}")
_HELD_BYTES = re.compile(rb"[\w+%'\x80-\xff](?<!\\[nrtbf])@[A-Za-z0-9\x80-\xff](?:[\w\x80-\xff-]{0,200}[A-Za-z0-9\x80-\xff])?\.[A-Za-z0-9\x80-\xff]")


def _signs(text: str) -> bool:
    """Whether the text has an at sign in any of its writings. Plain searches: this runs over every text."""
    return "@" in text or "%40" in text or ("&" in text and re.search(_AT_SIGN, text) is not None) or (not text.isascii() and ("\uff20" in text or "\ufe6b" in text))


def _at_words(text: str) -> bool:
    """Whether the text may write the at sign as a word: [at], (at), arroba, or at together with dot."""
    lower = text.lower()
    if "arroba" in lower or "arobase" in lower or "arrobase" in lower:
        return True
    if " at " in lower and any(word in lower for word in _DOT_WORDS):
        return True
    if ("(a)" in lower or "[a]" in lower) and _A_HINT.search(lower):
        return True
    return any(bracket in text for bracket in "[({<;") and _AT_HINT.search(text) is not None


def holds_email(text: str | bytes) -> bool:
    """Whether a text, or a line of an output as it is written, still has an e-mail address."""
    if isinstance(text, bytes):
        return b"@" in text and _HELD_BYTES.search(text) is not None
    return "@" in text and _HELD.search(text) is not None


def first_held(path: Path) -> int:
    """The number of the first line of an N-Triples file in which an e-mail address stands, 0 for none. Fast on files of any size.

    Nearly every at sign there begins a language tag behind a closing quote; only blocks that have others are looked at line by line.
    """
    import numpy as np  # only exports are looked through, and their languages need it too

    number = 0
    with path.open("rb", buffering=0) as stream:
        while block := stream.read(_BLOCK):
            block += stream.readline()  # to the end of its last line
            octets = np.frombuffer(block, dtype=np.uint8)
            signs = np.flatnonzero(octets == ord("@"))
            if (octets[signs - 1] != ord('"')).any():
                for offset, line in enumerate(block.split(b"\n"), start=1):
                    if holds_email(line):
                        return number + offset
            number += np.count_nonzero(octets == ord("\n"))
    return 0


_BLOCK = 1 << 22  # bytes

# --- telephone --------------------------------------------------------------------------------------------------

# Words that introduce a number; those that also mean something else (phone, cell) need a sign or "no." after them.
_STRONG = (
    r"tel[eé]fonos?|tel[eé]fonico|tel[eé]fones?|t[eé]l[eé]phones?|telephones?|telefons?|telefonnummer|telefoni|telefoon|telefax|telefaks|phones?|"
    r"tels?|tél|telf|telef|tlf|tfno|tfn|ph|fax(?:es)?|faks|celular(?:es)?|cel|cell(?:phone)?|m[oó]vil(?:es)?|mobiles?|mob|movil|whats ?app|gsm|hotline|conmutador|"
    r"contacto?\s(?:n[oº°]\.?|numbers?|n[úu]mero)|portable|handy|hp|puhelin|numero verde|l[ií]nea(?: gratuita)?|call|puh|"
    r"телефони?|тел|факс|моб|мобільний|мобильный|τηλ|τηλέφωνο|φαξ|κιν|هاتف|تلفن|تلفون|فاكس|الهاتف|"
    r"טלפון|טל|פקס|전화|휴대폰|팩스|утас|ტელ|ტელეფონი|հեռ"
)
_RUN = r"(?:\(?\+|00)?\(?[0-9][0-9()\s./‐-―\-]{4,40}"
_LABELLED = re.compile(
    rf"(?<![^\W_])(?P<label>(?:{_STRONG})(?:\s?[/,y&]\s?(?:{_STRONG}))?)(?P<sign>\.?\s?(?:\([a-z. ]{{1,15}}\)|n[oº°]s?\.?|n[úu]m(?:ero|bers?|\.)?|numbers?|#)?"
    r"\s?[.:=\-–]{0,2}\s{0,3})"
    rf"(?P<number>{_RUN})",
    re.IGNORECASE,
)
_EXTENSION = r"(?:[\s,;]{0,3}(?:\(|\[)?(?:ext|extn|extension|extensi[oó]n|anexo|ramal|int|poste|x)\b\.?:?\s?[0-9]{1,6}(?:\)|\])?)?"
_AFTER = re.compile(_EXTENSION, re.IGNORECASE)
# A further number after one that was taken out: / 555 1234, y 555-1234.
_FURTHER = re.compile(
    rf"(?P<before>{re.escape(TELEPHONE)}{_EXTENSION}\s?(?:/|,|;|\||y|e|o|ou|and|or|et|und)?\s?)(?P<number>\(?\+?\(?[0-9][0-9()\s.\-]{{4,25}})", re.IGNORECASE
)
_PLUS = re.compile(r"(?<![\w+])\(?\+\s?\(?[1-9][0-9()\s./‐-―\-]{6,28}")
_SHAPED = re.compile(
    r"(?<![\w(.,/\-+])(?:"
    r"\([0-9]{2,5}\)\s?[0-9]{3,4}[\s.\-‐-―]?[0-9]{3,4}"  # (202) 555-0123, (01) 234 5678
    r"|[0-9]{3}([\-.‐-―])[0-9]{3}\1[0-9]{4}"  # 202-555-0123
    r"|0?1[\s-]800[\s-][0-9]{3}[\s-][0-9]{2}[\s-]?[0-9]{2}"  # 01 800 123 4567
    r")(?![\w]|[\-/.,][0-9])"
)
_NATIONAL = re.compile(r"(?<![\w.,/\-+=&?#%])\(?[0-9](?:[0-9()\s\-‐-―]|\.(?!\s)){5,60}[0-9](?![\w]|[\-/.,][0-9]|\s?%)")
_DIGIT_RUN = re.compile(r"[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){5}")
# MIN_DIGITS digits with only signs between them that a number is written with: nothing else is ever taken out, unless a + begins it.
_WRITTEN_AS_NUMBER = re.compile(r"[0-9](?:[()\s./‐-―\-]*+[0-9]){5}")
_END = re.compile(r"[\s()./‐-―\-]+$")

_GAP_IN_NUMBER = re.compile(r"[\r\n\t]|\s{3,}")
_GOES_ON = re.compile(r",?[0-9]")
_YEAR_IN_BRACKETS = re.compile(r"\((?:19|20)[0-9]{2}\)")

_YEARS = re.compile(r"(?:19|20)[0-9]{2}\s?[-‐-―/.\s]\s?(?:19|20)[0-9]{2}")
_DATE = re.compile(r"[0-9]{1,2}\s?[./\-‐-―]\s?[0-9]{1,2}\s?[./\-‐-―]\s?(?:19|20)?[0-9]{2}|(?:19|20)[0-9]{2}[./\-‐-―][0-9]{1,2}[./\-‐-―][0-9]{1,2}")
_THOUSANDS = re.compile(r"\+?[0-9]{1,3}(?:([\s.\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*")
_COUNTED_BEFORE = re.compile(
    r"(?:\b(?:no|nos|n|nr|nro|núm|num|número|numero|numéro|number|ley(?:es)?|law|laws|act|lei|loi|decreto?s?|decree|decr[eé]t|decreto-ley|resoluci[oó]n|resolution|"
    r"resoluç[aã]o|regulation|reglamento|ordenanza|ordinance|acuerdo|acordo|agreement|bolet[ií]n|bulletin|art|arts|art[ií]culo|artigo|article|section|expediente|"
    r"file|exp|folio|isbn|issn|doi|id|ids|code|c[oó]digo|ref|reference|referencia|contrato|contract|proyecto|project|projeto|bill|directive|directiva|circular|order|"
    r"uu|pp|perpres|inpres|permen|nuc|ruc|rut|rfc|nit|cnpj|cpf|cuit|version|versi[oó]n|v|page|p|pp|pag|vol|gazette|gaceta|supplement|legislative|"
    r"period[oos]?|years?|a[ñn]os?|anos|ann[eé]es?|usd|eur|mxn|cop|clp|ars|brl|gbp|idr|php|zar|nok|us|rs|rp|r|q|s|bs|gs|ksh|ghs|ghc)\b[.:º°]{0,2}|[$€£¥₡₱₲₵₦₹₴₽#№º°§])\s{0,2}[\-–(]?\s?$",
    re.IGNORECASE,
)
_COUNTED_AFTER = re.compile(
    r"\s{0,2}(?:%|[$€£¥₡₱₲₵₦₹₴₽]|(?:percent|por ciento|mil|mill(?:i[oó]n|iones|ions?|ones)|milh(?:[aã]o|[oõ]es)|"
    r"bill(?:i[oó]n|ions?|ones)|thousand|pesos|d[oó]lares|dollars|euros?|"
    r"reais|usd|eur|people|persons|personas|"
    r"pessoas|citizens|ciudadan[oa]s|households|users|usuarios|habitantes|inhabitants|beneficiari[oe]s|beneficiaries|registros|records|"
    r"km2?|kg|hectares|hect[aá]reas|has|rupiah|rand|kroner)\b)",
    re.IGNORECASE,
)


def _numbers(text: str) -> bool:
    """Whether the text may hold a telephone number. A figure, a year and a comma after another, as most texts have them, are none."""
    return ("+" in text or _WRITTEN_AS_NUMBER.search(text) is not None) and _DIGIT_RUN.search(text) is not None


def _digits(number: str) -> int:
    return sum(char.isdigit() for char in number)


def _counts_something(text: str, start: int, end: int) -> bool:
    """Whether what stands around the number says that it is an amount, a law, a code."""
    return _COUNTED_BEFORE.search(text, max(0, start - 24), start) is not None or _COUNTED_AFTER.match(text, end) is not None


def _reads_otherwise(number: str) -> bool:
    """Whether the number by itself is a range of years, a date or thousands in groups."""
    bare = number.strip(" ()")
    return bool(_YEARS.search(bare) or _DATE.fullmatch(bare) or _THOUSANDS.fullmatch(bare))


@lru_cache(maxsize=4096)
def _valid(number: str, region: str | None) -> bool:
    """In use according to the numbering plan of its region, or of the country that its + names."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed)


@lru_cache(maxsize=4096)
def _named(number: str) -> bool:
    """Begins with the code of a country."""
    try:
        return phonenumbers.parse(number, None).country_code is not None
    except phonenumbers.NumberParseException:
        return False


def _cut(number: str) -> tuple[str, str]:
    """The number up to its last digit, and the rest of the run; a line break or wide gap ends a number."""
    end = len(_END.sub("", _GAP_IN_NUMBER.split(number, maxsplit=1)[0]))
    return number[:end], number[end:]


def _opened(number: str) -> tuple[str, str]:
    """A bracket that stands before the number and is closed after it, and the number without it."""
    return ("(", number[1:]) if number.startswith("(") and number.count("(") > number.count(")") else ("", number)


def _labelled(match: re.Match[str]) -> str:
    number, rest = _cut(match["number"])
    introduced = any(char in match["sign"] for char in ".:#=") or "n" in match["sign"].lower()
    # Years or a date after the number end it. Before it, they are what the word is about: "telephone 2014-2016".
    other = _YEARS.search(number) or _DATE.search(number)
    if other and _digits(number[: other.start()]) >= MIN_DIGITS:
        before, gap = _cut(number[: other.start()])
        number, rest = before, gap + number[other.start() :] + rest
    elif other and other.start() == 0 and not (introduced and _YEARS.fullmatch(number)):
        return match[0]
    end = match.start("number") + len(number)
    if _digits(number) < MIN_DIGITS or _GOES_ON.match(match.string, end):
        return match[0]
    abroad = number.lstrip("( ").startswith(("00", "+"))  # no amount begins so
    if not introduced and not abroad and (_THOUSANDS.fullmatch(number) or _COUNTED_AFTER.match(match.string, end)):
        return match[0]
    opened, _ = _opened(number)
    return f"{match['label']}{match['sign']}{opened}{TELEPHONE}{rest}"


def _further(match: re.Match[str]) -> str:
    number, rest = _cut(match["number"])
    if not MIN_DIGITS <= _digits(number) <= 15 or _reads_otherwise(number) or _COUNTED_AFTER.match(match.string, match.start("number") + len(number)):
        return match[0]
    opened, _ = _opened(number)
    return f"{match['before']}{opened}{TELEPHONE}{rest}"


def _plus(match: re.Match[str]) -> str:
    number, rest = _cut(match[0])
    opened, number = _opened(number)
    compact = "+" + "".join(char for char in number if char.isdigit())
    if not _valid(compact, None):
        # Old and invented numbers: as long as a telephone number, of a country that exists, and no amount.
        start = match.start() + len(opened)
        counts = _reads_otherwise(number) or _YEARS.search(number) or _counts_something(match.string, start, start + len(number))
        if len(compact) < 11 or counts or not _named(compact):
            return match[0]
    return f"{opened}{TELEPHONE}{rest}"


def _shaped(match: re.Match[str]) -> str:
    number = match[0]
    if _YEAR_IN_BRACKETS.match(number) or _YEARS.search(number) or _counts_something(match.string, match.start(), match.end()):
        return number
    return TELEPHONE


def _national(match: re.Match[str], region: str) -> str:
    whole, rest = _cut(match[0])
    opened, number = _opened(whole)
    start = match.start() + len(opened)
    if _counts_something(match.string, start, start + len(number)):
        return match[0]
    if _is_national(number, region):
        return f"{opened}{TELEPHONE}{rest}"
    # Several numbers in a row: each must have a sign of its own inside, as in 2222-3333 2222-4444.
    pieces = re.split(r"(\s+)", whole)
    found = [TELEPHONE if re.search(r"[0-9][\-.)][0-9]", piece) and _is_national(piece, region) else piece for piece in pieces]
    return f"{''.join(found)}{rest}"


def _is_national(number: str, region: str) -> bool:
    digits = _digits(number)
    if not 7 <= digits <= 13 or _reads_otherwise(number) or _YEARS.search(number) or number.count("(") != number.count(")"):
        return False
    # Without any sign inside, only as many digits as a number with its area code has, and none that is rounded.
    if number.isdigit() and (digits < 10 or number.endswith("000")):
        return False
    groups = re.findall(r"[0-9]+", number)
    if len(groups) > 6 or (len(groups) > 1 and max(map(len, groups[1:])) < 2):
        return False
    return _valid(number, region)


# --- both -------------------------------------------------------------------------------------------------------


def redact(text: str, region: str | None = None) -> Redacted:
    """Replace addresses and numbers. `region` is the ISO 3166-1 alpha-2 code of the country whose national numbers are known."""
    emails = telephones = 0
    patterns = (_PLAIN_EMAIL, _SPACED_EMAIL, _WORDED_EMAIL) if _signs(text) else (_WORDED_EMAIL,) if _at_words(text) else ()
    if patterns:
        for _ in range(ROUNDS):
            found = 0
            for pattern in patterns:
                text, number = pattern.subn(EMAIL, text)
                found += number
            emails += found
            if not found:
                break
        while holds_email(text):  # pragma: no cover - the patterns above take all; the promise must hold in any case
            text = _REMAINING.sub(EMAIL, text)
            emails += 1
    if _numbers(text):
        for _ in range(ROUNDS):
            before = text.count(TELEPHONE)
            text = _LABELLED.sub(_labelled, text)
            text = _PLUS.sub(_plus, text)
            text = _SHAPED.sub(_shaped, text)
            if region:
                text = _NATIONAL.sub(lambda match: _national(match, region), text)
            if TELEPHONE in text:
                text = _FURTHER.sub(_further, text)
            found = text.count(TELEPHONE) - before
            telephones += found
            if not found:
                break
    counts = {name: count for name, count in (("e-mail", emails), ("telephone", telephones)) if count}
    return Redacted(text, counts)
