"""Content negotiation as nginx `map` blocks: weights, wildcards and order of Accept and Accept-Language (RFC 9110, 12.5).

nginx cannot compare numbers, but its regular expressions can: each candidate's weight is brought to four digits behind a
letter for how it was named (`n` itself, `t` by `type/*`, `w` by a wildcard), all are joined in one text, and the highest
weight is found digit by digit with back-references. What differs from `sparql_api.negotiation` stands in docs/static-site.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NOTHING = "x0000"


def map_block(source: str, variable: str, rows: Iterable[tuple[str, str]], default: str | None = '""') -> str:
    """One `map`: `rows` are (pattern as written in nginx, value)."""
    lines = [f"  {pattern} {value};" for pattern, value in rows]
    lines += [f"  default {default};"] if default is not None else []
    return "\n".join([f"map {source} ${variable} {{", *lines, "}"])


def quoted(text: str) -> str:
    """A word of an nginx configuration; variables in it are kept."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _pattern(expression: str) -> str:
    return quoted(f"~*{expression}")


def _weight_map(header: str, variable: str, element: str, letter: str, default: str) -> str:
    """The map that reads the weight of an element of a list header; the element is a regular expression."""
    start = rf"(?:^|,)\s*{element}\s*(?:;[^,]*?)?;\s*q="
    rows = []
    for digits in (3, 2, 1):
        name = f"{variable}_{digits}"
        rows.append((_pattern(rf"{start}0\.(?<{name}>\d{{{digits}}})\s*(?:[,;]|$)"), f"{letter}0${{{name}}}{'0' * (3 - digits)}"))
    rows.append((_pattern(rf"{start}0\.?\s*(?:[,;]|$)"), f"{letter}0000"))
    rows.append((_pattern(rf"(?:^|,)\s*{element}\s*(?:[,;]|$)"), f"{letter}1000"))  # 1 is also what no number means
    return map_block(header, variable, rows, default)


def _highest(source: str, variable: str) -> list[str]:
    """Maps that find the highest weight, as four digits, among tokens such as `n0850` in `source`."""
    first, second = f"{variable}_a", f"{variable}_b"
    maps = [map_block(source, first, [("~=[ntw]1000", "1000"), *((f"~=[ntw]0{digit}", f"0{digit}") for digit in range(9, -1, -1))], "0000")]
    for before, after in ((first, second), (second, variable)):
        name = after  # PCRE allows 32 characters
        rows = [(f"~^(?<{name}_{d}>0\\d+):.*=[ntw]\\k<{name}_{d}>{d}", f"${{{name}_{d}}}{d}") for d in range(9, -1, -1)]
        maps.append(map_block(f'"${before}:{source.strip(chr(34))}"', after, [('"~^1000:"', "1000"), *((quoted(p), v) for p, v in rows)], "0000"))
    return maps


def weight_maps(offers: Sequence[tuple[str, str]]) -> str:
    """Maps from `$http_accept` to the weight of each offer, (name, media type), in `$oc_weight_{name}`."""
    blocks = [_weight_map("$http_accept", "oc_any", r"(?:\*/\*|\*)", "w", _NOTHING)]
    kinds = dict.fromkeys(media_type.partition("/")[0] for _, media_type in offers)
    blocks += [_weight_map("$http_accept", f"oc_any_{kind}", rf"{kind}/\*", "t", "$oc_any") for kind in kinds]
    for name, media_type in offers:
        kind = media_type.partition("/")[0]
        blocks.append(_weight_map("$http_accept", f"oc_weight_{name}", re.escape(media_type), "n", f"$oc_any_{kind}"))
    readable = [(_pattern(r"(?:^|,)\s*(?:\*|[^\s,;/]+/[^\s,;/]+)\s*(?:[,;]|$)"), "read")]
    blocks.append(map_block("$http_accept", "oc_accept", readable, "absent"))
    return "\n".join(blocks)


def choice_maps(names: Sequence[str], default: str, variable: str) -> str:
    """Maps from the weights to the chosen one of some offers in `$variable`, or `none` when nothing is acceptable.

    names     of offers, in the order of the server's preference
    default   the one that a client without a preference gets, or the nginx variable that holds its name
    """
    blocks = [map_block(default, f"{variable}_default_weight", [(name, f"$oc_weight_{name}") for name in names], _NOTHING)]
    tokens = " ".join([f"default=${variable}_default_weight", *(f"{name}=$oc_weight_{name}" for name in names)])
    blocks += _highest(f'"{tokens}"', f"{variable}_highest")
    rows = [('"~^absent"', default), ('"~^read:0000"', "none")]
    for letter in "ntw":
        for number, (name, chosen) in enumerate([("default", default), *((name, name) for name in names)]):
            group = f"{variable}_{letter}{number}"
            rows.append((quoted(f"~^read:(?<{group}>\\d{{4}}):(?:.* )?{name}={letter}\\k<{group}>(?: |$)"), chosen))
    blocks.append(map_block(f'"$oc_accept:${variable}_highest:{tokens}"', variable, rows, "none"))
    return "\n".join(blocks)


def language_maps(languages: Sequence[str], default: str, variable: str) -> str:
    """Maps from `$http_accept_language` to one of two languages in `$variable`; a tie goes to the one named first."""
    blocks = [_weight_map("$http_accept_language", "oc_any_language", r"\*", "w", "w0000")]
    for language in languages:
        element = rf"{language}(?:-[a-z0-9-]+)?"
        blocks.append(_weight_map("$http_accept_language", f"oc_weight_{language}", element, "n", "$oc_any_language"))
    first = "oc_first_named"
    choices = "|".join(languages)
    blocks.append(map_block("$http_accept_language", "oc_first", [(_pattern(rf"(?:^|,)\s*(?<{first}>{choices})\b"), f"${first}")]))
    ordered = (default, *(language for language in languages if language != default))
    tokens = "first=$oc_first " + " ".join(f"{language}=$oc_weight_{language}" for language in ordered)
    blocks += _highest(f'"{tokens}"', "oc_highest_language")
    rows = [
        # What was named is unwanted: what was not named is left.
        (quoted(f"~^0000:.*{ordered[0]}=n0000 {ordered[1]}=w"), ordered[1]),
        ('"~^0000:"', default),
        (quoted(rf"~*^(\d{{4}}):first=(?<{variable}_first>{choices}) .*\b\2=n\1"), f"${variable}_first"),
    ]
    rows += [(quoted(rf"~^(\d{{4}}):.* {language}={letter}\1"), language) for letter in "nw" for language in ordered]
    blocks.append(map_block(f'"$oc_highest_language:{tokens}"', variable, rows, default))
    return "\n".join(blocks)
