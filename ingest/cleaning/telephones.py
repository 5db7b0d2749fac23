"""Telephone numbers in free text.

They are taken in five ways, from strong to weak: after a word that introduces them (Tel., Teléfono, Fax,
WhatsApp ...), with a leading +, with a leading 00 where the numbering plan knows the rest, in a written form that only telephone
numbers have ((202) 555-0123), and, where the region is known, by the numbering plan of `phonenumbers` (9.0), whose "valid" alone is far too
generous for texts that are full of laws, budgets and years: 2018-2020 is a valid number in Costa Rica. So what reads as a year range,
amount, law, date, code or part of an address is left, whatever the numbering plan says.

A line break ends a number, unless what stands before it is none yet and makes one with the next line, which is no list item, year or
amount. Where a numbering plan allows numbers of many lengths (+49, +43), the first line may already be one: the rest then stays.

Numbers of the emergency kind (911, fewer than MIN_DIGITS digits) are nobody's contact and stay. So do, as they may as well be something
else: 00 and figures without any sign between them (an id); a national number without word, bracket or hyphen that a break cuts in
two, unless it has ten digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import islice

import phonenumbers

from ingest.cleaning.seen import ROUNDS, View

TELEPHONE = "[redacted: telephone]"
MIN_DIGITS = 6

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
# Right behind a letter (Oficina+52 55 …), too, where the numbering plan knows it.
_PLUS = re.compile(r"(?:(?<![\w+])\(?\+\s{0,5}\(?|(?<=[^\W\d_])\+)[1-9][0-9()\s./‐-―\-]{6,28}")
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
SPLIT_NUMBER = re.compile(r"[0-9()+][^\w\x00-\x7f]+[0-9()+]")
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


def may_hold_telephones(text: str) -> bool:
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
    inside, closed, behind = match[0].partition(")")
    if closed and inside.startswith("(") and _valid(_international(inside), None):
        return f"({TELEPHONE}){behind}"  # what follows the bracket is no part of the number
    number, rest = _whole(match.string, match.start(), match[0], _of_region(None), _of_length)
    opened, number = _opened(number)
    compact = _international(number)
    if not _valid(compact, None):
        # Old and invented numbers: as long as a telephone number, of a country that exists, and no amount.
        start = match.start() + len(opened)
        counts = _reads_otherwise(number) or _YEARS.search(number) or _counts_something(match.string, start, start + len(number))
        behind_letter = match[0].startswith("+") and match.string[max(0, start - 1) : start].isalpha()
        if len(compact) < 11 or counts or behind_letter or not _named(compact):
            number, after = _beginning(number)
            if not number:
                return match[0]
            rest = after + rest
    return f"{opened}{TELEPHONE}{rest}"


def _beginning(number: str) -> tuple[str, str]:
    """The longest beginning up to a blank that is in use as a number ("" = none), and what follows it."""
    ends = [blank.start() for blank in re.finditer(r"\s+", number)]
    end = next((end for end in reversed(ends) if _valid(_international(number[:end]), None)), 0)
    return number[:end], number[end:]


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


def take_telephones(view: View, region: str | None) -> int:
    """Replace the numbers that are seen; gives how many. `region` is the ISO 3166-1 alpha-2 code of the country whose national numbers are known."""
    if not may_hold_telephones(view.text):
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
