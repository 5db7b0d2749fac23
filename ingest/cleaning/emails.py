"""E-mail addresses in free text: `take_emails` replaces them, `holds_email` is the last check over every line of every output.

What `holds_email` finds `take_emails` has always removed, so a hit in an output is a path that went round it.

These stay, as they may as well be something else: `x-at-example.org` (a host); `x (a) example.org` (a list item);
`x at example.org` (prose: "look at opengov.org") unless the word before is first.last, or a label (E-mail:) stands before it, or line or
bracket hold nothing else and it has a figure; what a break without a hyphen cut from the front of a local part.
"""

from __future__ import annotations

import re
from pathlib import Path

from ingest.cleaning.seen import ROUNDS, View, as_seen, is_plain

EMAIL = "[redacted: e-mail]"
_BLOCK = 1 << 22  # bytes

# What is not seen between the parts of an address: white space, zero-width characters, soft hyphens; in the original of a
# text also breaks of HTML and the signs that stand for control characters.
_GAP = r"(?:[\s\u200b-\u200f\u2060\ufeff\u00ad\u2400-\u2421]|<br ?/?>)"
_LABEL = r"[^\W_](?:[\w\u00ad\u200b-\u200d\u2060\ufeff-]{0,62}[^\W_])?"
_DOT = r"[.\u3002\uff0e\uff61]"
# A price, an hour, a date behind the sign (`@ 3.50`, `@10.30am`) is no domain, though `163.com` and four numbers of an IP address are.
_NO_NUMBER = rf"(?!(?:\d{{1,9}}(?:{_DOT}\d{{1,9}}){{1,2}}[^\W\d_]{{0,3}}|\d{{1,2}}{_DOT}[apAP][mM])(?![\w-]|{_DOT}\w))"
_DOMAIN = rf"{_NO_NUMBER}{_LABEL}(?:{_DOT}{_LABEL})+"
# Each stretch of a local part begins with a letter or figure, so that quotes and brackets around an address stay. Bounded:
# a cell of 10 MB without a space is read in one pass.
_LOCAL = r"(?:\{[^{}@\n]{1,100}\}|\"[^\"@\n]{1,64}\"|(?<![\w.])\.{0,3}[\w+](?:[\w.+%&'’=!#$*?^`{|}~/-]{0,100}[\w+%'’=!#$*?^`|~-])?)"
# Also with the backslash of a program that escapes, and escaped once more (%2540).
_AT_SIGN = r"(?:\\{0,2}(?:[@\uff20\ufe6b]|%(?:25){0,2}40|&(?:#0*64|#[xX]0*40|commat);))"
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
# Cut, or with a dot too many, at the end of a domain: gob .mx, gob. mx, gob..mx. A gap behind the dot only where nothing but gob or org stands before
# it, which is no domain yet: "ana@example.org. It" is an address and the next sentence.
_SPLIT_EMAIL = re.compile(
    rf"(?:mailto:\s?)?{_LOCAL}{_AT_SIGN}(?:{_GENERIC}(?:{_GAP}{{0,3}}{_DOT}){{1,3}}{_GAP}{{0,3}}{_COUNTRY}"
    rf"|(?:{_LABEL}{_DOT}{{1,3}}){{0,4}}{_GENERIC}(?:{_GAP}{{1,3}}{_DOT}{{1,3}}|{_DOT}{{2,3}}){_COUNTRY}"
    rf"|(?!(?:[oa]?s|www)\b){_NO_NUMBER}{_LABEL}(?:{_DOT}{{1,3}}{_LABEL}){{0,3}}?(?:{_GAP}{{1,3}}{_DOT}|{_DOT}{{2,3}})(?:{_GENERIC}(?:{_DOT}{_COUNTRY})?|{_COUNTRY}))(?![\w@]|{_DOT}\w)",
    re.IGNORECASE,
)
# With gaps around the sign the domain must end as one does in practice: "síguenos en Twitter @gobierno" stays.
_SPACED_EMAIL = re.compile(
    rf"(?:mailto:\s?)?{_LOCAL}(?:{_GAP}{{0,3}}{_AT_SIGN}{_GAP}{{0,3}})(?:{_LABEL}(?:{_GAP}?{_DOT}{_GAP}?)){{1,4}}{_GENERIC}(?:{_GAP}?{_DOT}{_GAP}?{_COUNTRY})?(?![\w@])"
    rf"|(?:mailto:\s?)?{_LOCAL}(?:{_GAP}{{0,3}}{_AT_SIGN}{_GAP}{{0,3}}){_LABEL}(?:{_DOT}{_LABEL}){{0,4}}{_DOT}{_COUNTRY}(?![\w@])"
    rf"|(?:mailto:\s?)?{_LOCAL}(?:{_GAP}{{0,3}}{_AT_SIGN}{_GAP}{{0,3}}){_GENERIC}{_DOT}{_COUNTRY}(?![\w@])",
    re.IGNORECASE,
)
_WORDED_EMAIL = re.compile(
    rf"(?:mailto:\s?)?{_LOCAL}\s?(?:{_AT_WORD}|{_AT_SIGN})\s?{_NO_NUMBER}{_LABEL}(?:(?:{_DOT_WORD}|\s(?:dot|punto|ponto|point)\s|{_DOT}){_LABEL})+"
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
    rf"{_LOCAL}{_AT_SIGN}(?!s,){_LABEL}(?:[.,]{_LABEL}){{0,3}}?,(?:com|org|net|gov|gob|gub|gouv|edu|int|info)(?:[.,]{_COUNTRY})?(?![\w@-])"
    rf"|{_LOCAL}{_AT_SIGN}(?:{_LABEL}[.,]){{0,3}}(?:com|org|net|gov|gob|gub|gouv|govt|edu|go|gc|ac|co),{_COUNTRY}(?![\w@-])",
    re.IGNORECASE,
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
_SIGNED: tuple[re.Pattern[str], ...] = (_CUT_EMAIL, _SPLIT_EMAIL, _PLAIN_EMAIL, _SPACED_EMAIL, _COMMA_EMAIL, *_WORDED)
_AT_HINT = re.compile(r"[\[({<;]\s?(?:at|ät|@)\s?[\])}>&]", re.IGNORECASE)
_A_HINT = re.compile(r"(?<=\w)[\[(]a[\])]\w|\[a\]")
_DASH_HINT = re.compile(r"[-–—_*|]\s?at\s?[-–—_*|]")
_DOT_WORDS = (" dot ", "dot]", "dot)", "dot}")

# The last check. A letter or figure, the sign, two labels with a dot; in a line of N-Triples or JSON the letter before the
# sign may be the end of an escape (\n), which is no address.
_HELD = re.compile(r"[\w+%'’](?<!\\[nrtbf])(?<!\\u[0-9A-Fa-f]{4})@" + _NO_NUMBER + r"[^\W_](?:[\w-]{0,62}[^\W_])?\.[^\W_]")
_REMAINING = re.compile(rf"[\w.+%'’-]{{0,64}}[\w+%'’](?<!\\[nrtbf])(?<!\\u[0-9A-Fa-f]{{4}})@{_DOMAIN}")
_SIGN_IN_LINE = re.compile(rb'(?<!")@')  # not that of a language tag


def may_hold_emails(text: str) -> bool:
    """Whether it is worth looking."""
    return _signs(text) or _at_words(text)


def _signs(text: str) -> bool:
    """Whether the text has an at sign; its other writings are read as one. Plain searches: this runs over every text."""
    return "@" in text or "%40" in text or "%2540" in text or "%252540" in text


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


def take_emails(view: View) -> int:
    """Replace the addresses that are seen; gives their number."""
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
