"""E-mail addresses and telephone numbers in free text are replaced before anything is written.

`redact` goes over a text before it is mapped, quarantined or logged; `holds_email` is the last check over every line of
every output. What `holds_email` finds `redact` has always removed, so a hit in an output is a path that went round it.
Both look at a text as it is seen (`ingest.cleaning.seen`): without markup and unseen characters, figures and signs of full width
as plain ones.

Telephone numbers are taken in five ways, from strong to weak: after a word that introduces them (Tel., Teléfono, Fax,
WhatsApp ...), with a leading +, with a leading 00 where the numbering plan knows the rest, in a written form that only telephone
numbers have ((202) 555-0123), and, where the region is known, by the numbering plan of `phonenumbers` (9.0), whose "valid" alone is far too
generous for texts that are full of laws, budgets and years: 2018-2020 is a valid number in Costa Rica. So what reads as a year range,
amount, law, date, code or part of an address is left, whatever the numbering plan says.

A line break ends a number, unless what stands before it is none yet and makes one with the next line, which is no list item, year or
amount. Where a numbering plan allows numbers of many lengths (+49, +43), the first line may already be one: the rest then stays.

Numbers of the emergency kind (911, fewer than MIN_DIGITS digits) are nobody's contact and stay. So do, as they may as well be something
else: 00 and figures without any sign between them (an id); a national number without word, bracket or hyphen that a break cuts in
two, unless it has ten digits; `x-at-example.org` (a host); `x (a) example.org` (a list item); `x at example.org` (prose: "look at
opengov.org") unless the word before is first.last, or a label (E-mail:) stands before it, or line or bracket hold nothing else and it has
a figure; what a break without a hyphen cut from the front of a local part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import phonenumbers

from ingest.cleaning.seen import View, as_seen, has_bullets, is_plain

EMAIL = "[redacted: e-mail]"
TELEPHONE = "[redacted: telephone]"
MIN_DIGITS = 6
ROUNDS = 5  # a replacement can bring what stood around it together, at most a few times


_NOTHING: Mapping[str, int] = {}  # never changed


class Redacted(NamedTuple):
    """The text without addresses and numbers, and how many of each (`e-mail`, `telephone`) were taken out."""

    text: str
    counts: Mapping[str, int] = _NOTHING


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

# What an address without an at sign ends with.
_ENDING = rf"{_DOT}(?:{_GENERIC}|{_COUNTRY})(?![\w@-]|{_DOT}\w)"
_NAMED_DOMAIN = rf"(?!www\.){_LABEL}(?:{_DOT}{_LABEL}){{0,4}}?{_ENDING}"
_BREAK = r"[ \t\u00a0]{0,2}\n[ \t\u00a0]{0,2}"
_HYPHEN = r"-[ \t\u00a0]{0,2}[\n ][ \t\u00a0]{0,2}"  # in a domain; a text that was put on one line has a blank for its break
_PIECE = r"[^\W_][\w-]{0,62}"

_PLAIN_EMAIL = re.compile(rf"(?:mailto:\s?)?{_LOCAL}{_AT_SIGN}{{1,3}}(?:{_DOMAIN}|\[[0-9a-fA-F:.]{{3,45}}\])")
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
# Cut by a line break: with a hyphen before or after the sign, or without one in a domain that has no dot before it (not tod@s).
_CUT_EMAIL = re.compile(
    rf"(?:(?<![\w.+])[\w+][\w.+]{{0,63}}-{_BREAK})?{_LOCAL}{_AT_SIGN}(?:{_LABEL}{_DOT}){{0,4}}?{_PIECE}{_HYPHEN}{_PIECE}(?:{_DOT}{_LABEL}){{1,4}}"
    rf"|(?<![\w.+])[\w+][\w.+]{{0,63}}-{_BREAK}{_LOCAL}{_AT_SIGN}{_DOMAIN}"
    rf"|{_LOCAL}{_AT_SIGN}(?!(?:[oa]?s|www)\b)[^\W_][\w-]{{0,62}}?{_BREAK}{_NAMED_DOMAIN}",
    re.IGNORECASE,
)
# A comma for the dot, or for one of them.
_COMMA_EMAIL = re.compile(
    rf"{_LOCAL}{_AT_SIGN}(?!s,){_LABEL}(?:[.,]{_LABEL}){{0,3}}?,(?:com|org|net|gov|gob|gub|gouv|edu|int|info)(?:[.,]{_COUNTRY})?(?![\w@-])", re.IGNORECASE
)
_DASHED_EMAIL = re.compile(rf"{_LOCAL}\s[-–—_*|]{{1,2}}\s?(?:at|arroba)\s?[-–—_*|]{{1,2}}\s{_NAMED_DOMAIN}|{_LOCAL}\s?\[a\]\s?{_NAMED_DOMAIN}", re.IGNORECASE)
_PROSE_EMAIL = re.compile(rf"(?<![\w.+@/'-])(?P<local>[a-z0-9][\w.+'-]{{0,63}})\sat\s{_NAMED_DOMAIN}(?!/)", re.IGNORECASE)
_PROSE_HINT = re.compile(r" at (?=[\w-]+(?:\.[\w-]+)*\.[a-z])")
_PERSON_LIKE = re.compile(rf"[a-z]+[0-9]{{0,4}}[._](?!(?:{_GENERIC}|{_COUNTRY}|html?|pdf|csv|xlsx|docx|json|xml|php|zip|txt)$)[a-z]{{2,}}[0-9]{{0,4}}")
_WITH_FIGURE = re.compile(r"(?=.{0,62}[0-9])[a-z][a-z0-9]{2,}")
_INTRODUCED = re.compile(r"\b(?:e-?mails?|mails?|correos?(?: electr[oó]nicos?)?|courriel|contact(?:o|s)?|address|direcci[oó]n)\s?:\s{0,3}$", re.IGNORECASE)
# What stands before "at" and a web site in prose, even behind "Contact:".
_PROSE = frozenset({
    "us", "me", "him", "her", "them", "you", "it", "is", "are", "was", "be", "available", "visit", "visible", "found", "find", "online", "published",
    "publicly", "hosted", "located", "look", "looks", "see", "seen", "information", "info", "more", "details", "page", "portal", "site", "website",
    "web", "data", "accessible", "accessed", "posted", "read", "contact", "form", "here", "live", "register", "registered", "subscribe", "download",
    "downloaded",
})  # fmt: skip

_WORDED: tuple[re.Pattern[str], ...] = (_WORDED_EMAIL, _DASHED_EMAIL)
_SIGNED: tuple[re.Pattern[str], ...] = (_CUT_EMAIL, _PLAIN_EMAIL, _SPACED_EMAIL, _COMMA_EMAIL, *_WORDED)
_AT_HINT = re.compile(r"[\[({<;]\s?(?:at|ät|@)\s?[\])}>&]", re.IGNORECASE)
_A_HINT = re.compile(r"(?<=\w)[\[(]a[\])]\w|\[a\]")
_DASH_HINT = re.compile(r"[-–—_*|]\s?at\s?[-–—_*|]")
_DOT_WORDS = (" dot ", "dot]", "dot)", "dot}")

# The last check. A letter or figure, the sign, two labels with a dot; in a line of N-Triples or JSON the letter before the
# sign may be the end of an escape (\n), which is no address.
_HELD = re.compile(r"[\w+%'’](?<!\\[nrtbf])(?<!\\u[0-9A-Fa-f]{4})@[^\W_](?:[\w-]{0,62}[^\W_])?\.[^\W_]")
_REMAINING = re.compile(rf"[\w.+%'’-]{{0,64}}[\w+%'’](?<!\\[nrtbf])(?<!\\u[0-9A-Fa-f]{{4}})@{_DOMAIN}")
_SIGN_IN_LINE = re.compile(rb'(?<!")@')  # not that of a language tag


def _signs(text: str) -> bool:
    """Whether the text has an at sign; its other writings are read as one. Plain searches: this runs over every text."""
    return "@" in text or "%40" in text


def _at_words(text: str) -> bool:
    """Whether the text may write the at sign as a word: [at], (at), arroba, or at together with dot or before a domain."""
    lower = text.lower()
    if "at" in lower:
        if " at " in lower and (any(word in lower for word in _DOT_WORDS) or _PROSE_HINT.search(lower) is not None):
            return True
        if ("at-" in lower or "at –" in lower or "at_" in lower) and _DASH_HINT.search(lower) is not None:
            return True
    if "rob" in lower and ("arroba" in lower or "arobase" in lower):
        return True
    if "(" in lower or "[" in lower or "{" in lower or "<" in lower or ";" in lower:
        return _AT_HINT.search(lower) is not None or (("(a)" in lower or "[a]" in lower) and _A_HINT.search(lower) is not None)
    return False


def holds_email(text: str | bytes) -> bool:
    """Whether a text, or a line of an output as it is written, still has an e-mail address, as it is written or as it is seen."""
    if isinstance(text, bytes):
        return b"@" in text and _SIGN_IN_LINE.search(text) is not None and holds_email(text.decode("utf-8", "surrogateescape"))
    return "@" in text and (_HELD.search(text) is not None or (not is_plain(text) and _HELD.search(as_seen(text)) is not None))


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
_RUN = r"(?:\(?\+\s{0,5}|00)?\({0,2}[0-9][0-9()\s./‐-―\-]{4,40}"
_LABELLED = re.compile(
    rf"(?<![^\W_])(?P<label>(?:{_STRONG})(?:\s?[/,y&]\s?(?:{_STRONG}))?)(?P<sign>\.?\s?(?:\([a-z. ]{{1,15}}\)|n[oº°]s?\.?|n[úu]m(?:ero|bers?|\.)?|numbers?|#)?"
    r"\s?[.:=\-–]{0,2}\s{0,3})"
    rf"(?P<number>{_RUN})",
    re.IGNORECASE,
)
# One letter is a label only with its sign, and before nothing that may be an amount.
_LETTER = re.compile(rf"(?<![\w.'’&/-])(?P<label>T)(?P<sign>\s?[:.]{{1,2}}\s{{0,3}})(?P<number>{_RUN})")
_EXTENSION = r"(?:[\s,;]{0,3}(?:\(|\[)?(?:ext|extn|extension|extensi[oó]n|anexo|ramal|int|poste|x)\b\.?:?\s?[0-9]{1,6}(?:\)|\])?)?"
_AFTER = re.compile(_EXTENSION, re.IGNORECASE)
# A further number after one that was taken out: / 555 1234, y 555-1234.
_FURTHER = re.compile(
    rf"(?P<before>{re.escape(TELEPHONE)}{_EXTENSION}\s?(?:/|,|;|\||y|e|o|ou|and|or|et|und)?\s?(?:[FMT]\s?[:.]\s?)?)(?P<number>\(?\+?\(?[0-9][0-9()\s.\-]{{4,25}})",
    re.IGNORECASE,
)
_PLUS = re.compile(r"(?<![\w+])\(?\+\s{0,5}\(?[1-9][0-9()\s./‐-―\-]{6,28}")
# 0044 20 7946 0958, 00 44 (0)20 …: only where the numbering plan knows it, and with a sign inside.
_ABROAD = re.compile(r"(?<![\w.,/\-+=&?#%])(?<![0-9]\s)\(?00[\s.\-]?\(?[1-9][0-9()\s./‐-―\-]{6,30}")
_SHAPED = re.compile(
    r"(?<![\w.,/\-+])(?:"
    r"\(\s{0,3}[0-9]{2,5}\s{0,3}\)\s{0,3}[0-9]{3,4}(?:[\s.\-‐-―]|[ .\-‐-―]?[ ]?\n[ ]{0,2})?[0-9]{3,4}"  # (202) 555-0123, (01) 234 5678
    r"|[0-9]{3}([\-.‐-―])\n?[0-9]{3}\1\n?[0-9]{4}"  # 202-555-0123
    r"|0?1[\s-]800[\s-]\n?[0-9]{3}[\s-]\n?[0-9]{2}[\s-]?[0-9]{2}"  # 01 800 123 4567
    r")(?![\w]|[\-/.,][0-9])"
)
_NATIONAL = re.compile(r"(?<![\w.,/\-+=&?#%])\(?[0-9](?:[0-9()\s\-‐-―]|\.(?!\s)){5,60}[0-9](?![\w]|[\-/.,][0-9]|\s?%)")
_DIGIT_RUN = re.compile(r"[0-9](?:[^0-9A-Za-z]{0,6}[0-9]){5}")
# MIN_DIGITS digits with only signs between them that a number is written with: nothing else is ever taken out, unless a + begins it.
_WRITTEN_AS_NUMBER = re.compile(r"[0-9](?:[()\s./‐-―\-]*+[0-9]){5}")
# A bullet or the like in a number: it is looked at without, too.
_SPLIT_NUMBER = re.compile(r"[0-9()+][^\w\x00-\x7f]+[0-9()+]")
_NUMBERISH = re.compile(rf"{_WRITTEN_AS_NUMBER.pattern}|\+")
_END = re.compile(r"[\s()./‐-―\-]+$")

_GAP_IN_NUMBER = re.compile(r"[\r\n\t]|\s{3,}")
# A single line break, with the hyphen of a number before it or without.
_LINE_BREAK = re.compile(r"[ \u00a0]{0,2}\n[ \u00a0]{0,2}")
_MOST_BREAKS = 3
# What begins the next line is no rest of a number: an item of a list, a part of something longer.
_NO_REST = re.compile(r"\w|[\-/.,][0-9]|\s?%|/")
_ITEM = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2}){0,3}\.?(?:[.)](?:\s|$)|[\-–]\s|\s[-–•]\s)")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
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


@lru_cache(maxsize=4096)
def _length_fits(number: str) -> bool:
    """Has as many digits as the numbers of the country that its + names."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE


def _international(number: str) -> str:
    """+ and digits; the trunk zero in brackets, as in +44 (0)20, is not dialled."""
    digits = "".join(char for char in number.replace("(0)", "") if char.isdigit())
    return f"+{digits[2:]}" if "+" not in number and digits.startswith("00") else f"+{digits}"


def _cut(number: str) -> tuple[str, str]:
    """The number up to its last digit, and the rest of the run; a line break or wide gap ends a number."""
    end = len(_END.sub("", _GAP_IN_NUMBER.split(number, maxsplit=1)[0]))
    return number[:end], number[end:]


def _longer(text: str, start: int, run: str) -> list[str]:
    """The number at the beginning of the run, and what it may be together with one, two … of the next lines."""
    found = [_cut(run)[0]]
    if "\n" not in run:
        return found
    for line in islice(_LINE_BREAK.finditer(run), _MOST_BREAKS):
        if _GAP_IN_NUMBER.search(_LINE_BREAK.sub(" ", run[: line.start()])):
            break  # a wide gap, a tab: what follows is something else
        rest = _cut(run[line.end() :])[0]
        end = start + line.end() + len(rest)
        before = run[: line.start()]
        item = before.count("(") <= before.count(")") and _ITEM.match(text, start + line.end())
        if not rest or not (_digits(before) or "+" in before) or item or _NO_REST.match(text, end) or _COUNTED_AFTER.match(text, end):
            break
        found.append(run[: line.end() + len(rest)])
    return found


def _in_brackets(text: str, start: int, number: str) -> bool:
    """Whether a bracket that is closed right after the number was opened before it, or in it."""
    before = text[max(0, start - 40) : start] + number
    return text.startswith((")", "]"), start + len(number)) and max(before.rfind("("), before.rfind("[")) > max(before.rfind(")"), before.rfind("]"))


def _whole(text: str, start: int, run: str, complete: Callable[[str], bool], likely: Callable[[str], bool] = lambda number: False) -> tuple[str, str]:
    """As `_cut`, but a number that a line break cuts in two is taken whole.

    `complete` says what is a number for certain, `likely` what has the form of one.
    """
    candidates = _longer(text, start, run)
    first, longer = candidates[0], candidates[1:]
    number = first
    if longer and not complete(first):
        sure = [candidate for candidate in longer if complete(candidate)]
        if sure:
            number = sure[0]
        elif not likely(first):
            number = next((candidate for candidate in longer if likely(candidate)), first)
    if number == first:
        # The bracket ends where the next line does: a year there is no part of a number that is one already.
        for candidate in longer:
            rest = candidate[len(first) :].strip(" \n-")
            if _in_brackets(text, start, candidate) and _digits(candidate) <= 15 and not (_YEAR.fullmatch(rest) and _digits(first) >= MIN_DIGITS and complete(first)):
                number = candidate
                break
    return number, run[len(number) :]


def _opened(number: str) -> tuple[str, str]:
    """A bracket that stands before the number and is closed after it, and the number without it."""
    return ("(", number[1:]) if number.startswith("(") and number.count("(") > number.count(")") else ("", number)


def _is_abroad(number: str) -> bool:
    return number.lstrip("( ").startswith(("00", "+"))


def _of_region(region: str | None) -> Callable[[str], bool]:
    """What is a number for certain in a text of the region; whatever names its country is looked up there."""
    return lambda number: _valid(_international(number), None) if _is_abroad(number) else region is not None and _valid(" ".join(number.split()), region)


def _of_length(number: str) -> bool:
    """Has the form of a number behind a word that introduces it."""
    if _is_abroad(number):
        return _length_fits(_international(number))
    return 7 <= _digits(number) <= 12 and not _YEARS.search(number)


def _labelled(match: re.Match[str], region: str | None) -> str:
    text, start = match.string, match.start("number")
    number, rest = _whole(text, start, match["number"], _of_region(region), _of_length)
    introduced = any(char in match["sign"] for char in ".:#=") or "n" in match["sign"].lower()
    if "\n" in number and not introduced and not _is_abroad(number) and not _of_region(region)(number) and not _in_brackets(text, start, number):
        number, rest = _cut(match["number"])
    # Years or a date after the number end it. Before it, they are what the word is about: "telephone 2014-2016".
    other = _YEARS.search(number) or _DATE.search(number)
    if other and _digits(number[: other.start()]) >= MIN_DIGITS:
        before, gap = _cut(number[: other.start()])
        number, rest = before, gap + number[other.start() :] + rest
    elif other and other.start() == 0 and not (introduced and _YEARS.fullmatch(number)):
        return match[0]
    end = start + len(number)
    if _digits(number) < MIN_DIGITS or _GOES_ON.match(text, end):
        return match[0]
    abroad = _is_abroad(number)  # no amount begins so
    if not introduced and not abroad and (_THOUSANDS.fullmatch(number) or _COUNTED_AFTER.match(text, end)):
        return match[0]
    opened, _ = _opened(number)
    return f"{match['label']}{match['sign']}{opened}{TELEPHONE}{rest}"


def _lettered(match: re.Match[str], region: str | None) -> str:
    start = match.start("number")
    number, rest = _whole(match.string, start, match["number"], _of_region(region), _of_length)
    end = start + len(number)
    otherwise = (
        _reads_otherwise(number) or _YEARS.search(number) or number.endswith("000") or _COUNTED_AFTER.match(match.string, end) or _GOES_ON.match(match.string, end)
    )
    if not 7 <= _digits(number) <= 15 or otherwise:
        return match[0]
    opened, _ = _opened(number)
    return f"{match['label']}{match['sign']}{opened}{TELEPHONE}{rest}"


def _further(match: re.Match[str], region: str | None) -> str:
    start = match.start("number")
    number, rest = _whole(match.string, start, match["number"], _of_region(region))
    if not MIN_DIGITS <= _digits(number) <= 15 or _reads_otherwise(number) or _COUNTED_AFTER.match(match.string, start + len(number)):
        return match[0]
    opened, _ = _opened(number)
    return f"{match['before']}{opened}{TELEPHONE}{rest}"


def _plus(match: re.Match[str]) -> str:
    number, rest = _whole(match.string, match.start(), match[0], _of_region(None), _of_length)
    opened, number = _opened(number)
    compact = _international(number)
    if not _valid(compact, None):
        # Old and invented numbers: as long as a telephone number, of a country that exists, and no amount.
        start = match.start() + len(opened)
        counts = _reads_otherwise(number) or _YEARS.search(number) or _counts_something(match.string, start, start + len(number))
        if len(compact) < 11 or counts or not _named(compact):
            return match[0]
    return f"{opened}{TELEPHONE}{rest}"


def _abroad(match: re.Match[str]) -> str:
    whole, rest = _whole(match.string, match.start(), match[0], _of_region(None))
    opened, number = _opened(whole)
    start = match.start() + len(opened)
    if number.isdigit() or not _valid(_international(number), None) or _counts_something(match.string, start, start + len(number)):
        return match[0]
    return match[0] if _NO_REST.match(match.string, start + len(number)) else f"{opened}{TELEPHONE}{rest}"


def _shaped(match: re.Match[str]) -> str:
    number = match[0]
    if _YEAR_IN_BRACKETS.match(number) or _YEARS.search(number) or _counts_something(match.string, match.start(), match.end()):
        return number
    return TELEPHONE


def _national(match: re.Match[str], region: str) -> str:
    """The run line by line; a line may go on in the next."""
    run, start, done = match[0], match.start(), []
    while run:
        whole, _ = _whole(match.string, start, run, lambda number: _is_national(_opened(number)[1], region))
        if "\n" in whole and not _is_cut_national(match.string, start, whole, region):
            whole, _ = _cut(run)
        line = _national_line(match.string, start, whole, region)
        if line == whole and "(" in whole[1:]:
            line = whole = whole[: whole.index("(", 1)]  # 45 (55 5123-4527): what a bracket opens may be one
        done.append(line)
        next_digit = next((at for at in range(max(1, len(whole)), len(run)) if run[at].isdigit() or run[at] == "("), len(run))
        done.append(run[len(whole) : next_digit])
        run, start = run[next_digit:], start + next_digit
    return "".join(done)


def _is_cut_national(text: str, start: int, number: str, region: str) -> bool:
    """Whether a national number in two lines is one: figures below figures are mostly two things."""
    opened, bare = _opened(number)
    if not _is_national(bare, region):
        return False
    if opened or _in_brackets(text, start, number) or re.search(r"[\-‐-―][ \u00a0]?\n", number):
        return True
    groups = re.findall(r"[0-9]+", bare)
    return _digits(bare) >= 10 and any(len(group) != 3 for group in groups[1:]) and not any(_YEAR.fullmatch(group) for group in groups)


def _national_line(text: str, start: int, whole: str, region: str) -> str:
    opened, number = _opened(whole)
    start += len(opened)
    if _counts_something(text, start, start + len(number)):
        return whole
    if _is_national(number, region):
        return f"{opened}{TELEPHONE}"
    # Several numbers in a row: each must have a sign of its own inside, as in 2222-3333 2222-4444.
    pieces = re.split(r"(\s+)", whole)
    return "".join(TELEPHONE if re.search(r"[0-9][\-.)][0-9]", piece) and _is_national(piece, region) else piece for piece in pieces)


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
    return _valid(" ".join(number.split()), region)


# --- both -------------------------------------------------------------------------------------------------------


def redact(text: str, region: str | None = None) -> Redacted:
    """Replace addresses and numbers. `region` is the ISO 3166-1 alpha-2 code of the country whose national numbers are known."""
    if is_plain(text):
        if not (_signs(text) or _at_words(text) or _numbers(text)):
            return Redacted(text)
        view = View(text)
        emails, telephones = _take_emails(view), _take_telephones(view, region)
        return Redacted(view.text, _counted(emails, telephones)) if emails or telephones else Redacted(text)
    emails = telephones = 0
    for _ in range(ROUNDS):
        found = emails + telephones
        # A bullet in an address parts no words; between figures it may part two numbers.
        view = View(text, "")
        emails += _take_emails(view)
        if _numbers(view.text):
            bullets = has_bullets(view.written)
            if not bullets or _SPLIT_NUMBER.search(view.written) is not None:
                telephones += _take_telephones(view, region)
            if bullets:
                view = View(view.written, " ")
                telephones += _take_telephones(view, region)
        text = view.written
        if "@" in text:  # the last check looks at a text as it is written, too
            view = View(text)
            emails += _take_emails(view)
            text = view.text
        if emails + telephones == found:
            break
    return Redacted(text, _counted(emails, telephones)) if emails or telephones else Redacted(text)


def _counted(emails: int, telephones: int) -> dict[str, int]:
    return {name: count for name, count in (("e-mail", emails), ("telephone", telephones)) if count}


def _take_emails(view: View) -> int:
    patterns = _SIGNED if _signs(view.text) else _WORDED if _at_words(view.text) else ()
    if not patterns:
        return 0
    emails = 0
    for _ in range(ROUNDS):
        found = sum(view.sub(pattern, EMAIL) for pattern in patterns)
        before = view.text.count(EMAIL)
        view.sub(_PROSE_EMAIL, _in_prose)
        found += view.text.count(EMAIL) - before
        emails += found
        if not found:
            break
    while "@" in view.text and _HELD.search(view.text):  # pragma: no cover - the patterns above take all; the promise must hold in any case
        emails += view.sub(_REMAINING, EMAIL)
    return emails


def _in_prose(match: re.Match[str]) -> str:
    """`x at example.org`, which is mostly no address: what the word before and what stands around must say it."""
    local, text = match["local"], match.string
    if local.lower() in _PROSE:
        return match[0]
    before = text[max(0, match.start() - 40) : match.start()]
    if _INTRODUCED.search(before) or _PERSON_LIKE.fullmatch(local):
        return EMAIL
    alone = before.rstrip(" ")[-1:] in ("", "\n", "(", "[", "<") and text[match.end() :].lstrip(" ")[:1] in ("", "\n", ")", "]", ">")
    return EMAIL if alone and _WITH_FIGURE.fullmatch(local) else match[0]


def _take_telephones(view: View, region: str | None) -> int:
    if not _numbers(view.text):
        return 0
    telephones = 0
    for _ in range(ROUNDS):
        before = view.text.count(TELEPHONE)
        view.sub(_LABELLED, lambda match: _labelled(match, region), _NUMBERISH)
        if "T:" in view.text or "T." in view.text or "T :" in view.text:
            view.sub(_LETTER, lambda match: _lettered(match, region), _NUMBERISH)
        view.sub(_PLUS, _plus, _NUMBERISH)
        if "00" in view.text:
            view.sub(_ABROAD, _abroad, _NUMBERISH)
        if region:
            view.sub(_NATIONAL, lambda match: _national(match, region), _NUMBERISH)
        view.sub(_SHAPED, _shaped, _NUMBERISH)
        if TELEPHONE in view.text:
            view.sub(_FURTHER, lambda match: _further(match, region), _NUMBERISH)
        found = view.text.count(TELEPHONE) - before
        telephones += found
        if not found:
            break
    return telephones
