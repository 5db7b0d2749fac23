"""The words of date columns in the languages of the exports, and what a text without a full date is."""

from __future__ import annotations

import re
import unicodedata

from ingest.cleaning.dates.cells import Status

_ALIKE = {ord(char): "-" for char in "‐‑‒–—―−"} | {ord("º"): "o", ord("’"): "'"}


def plain(cell: str) -> str:
    """One line in lower case without accents, dashes alike, spaces single."""
    text = cell if cell.isascii() else bare(cell.translate(_ALIKE))
    return " ".join(text.casefold().split())


def bare(text: str) -> str:
    """Lower case without accents: août and aout, março and marco are one. Raised figures stay what they are: notes, not digits."""
    return "".join(char for char in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(char))


_MONTH_NAMES = {
    "en": "january february march april may june july august september october november december",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_MONTH_SHORT = {
    "en": "jan feb mar apr may jun jul aug sep oct nov dec",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
}
MONTHS: dict[str, int] = {bare(name): number for names in (_MONTH_NAMES, _MONTH_SHORT) for line in names.values() for number, name in enumerate(line.split(), 1)}
MONTHS |= {"setiembre": 9, "sept": 9, "set": 9}
ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "primer": 1, "primero": 1, "1er": 1, "1o": 1, "segundo": 2, "2do": 2, "2o": 2, "tercer": 3, "tercero": 3, "3er": 3, "3o": 3,
    "cuarto": 4, "4to": 4, "4o": 4, "primeiro": 1, "terceiro": 3, "quarto": 4,
    "premier": 1, "deuxieme": 2, "2e": 2, "2eme": 2, "troisieme": 3, "3e": 3, "3eme": 3, "quatrieme": 4, "4e": 4, "4eme": 4,
    "1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4,
}  # fmt: skip
# Facts about the course of things, known to stand in date columns.
_STATUS_WORDS = {
    "ongoing", "on going", "on-going", "underway", "under way", "continuous", "continuing", "continual", "permanent", "tbd", "tbc",
    "to be determined", "to be decided", "to be confirmed", "to be defined", "immediate", "immediately", "completed", "complete", "finished",
    "not started", "new", "in progress", "in process", "annual", "annually", "monthly", "quarterly", "various", "en curso", "en proceso",
    "en ejecucion", "continuo", "continua", "permanente", "por definir", "por determinar", "inmediato", "finalizado", "concluido", "em andamento",
    "em curso", "a definir", "imediato", "en cours", "continu", "a determiner", "immediat", "acheve",
}  # fmt: skip
_DURATION = re.compile(
    r"(?:within |in |dentro de |en |em |dans )?[0-9]{1,3}(?: ?(?:-|to|a) ?[0-9]{1,3})?[ -]?"
    r"(?:days?|weeks?|months?|years?|dias?|semanas?|mes(?:es)?|anos?|jours?|semaines?|mois|ans?|annees?)"
)
# Spring and autumn lie in one year in both halves of the Earth; summer in the southern and winter in the northern do not.
SEASON_IN_YEAR = {"spring", "autumn", "fall", "primavera", "otono", "outono", "printemps", "automne"}
SEASON_OVER_YEARS = {"summer", "winter", "verano", "invierno", "verao", "inverno", "ete", "hiver"}
_SPREADSHEET_ERROR = re.compile(r"#(?:name\?|ref!|value!|n/a|null!|num!|div/0!|error!|#+)|#+")


def without_date(text: str) -> tuple[Status, str] | None:
    """What a text without a full date is: a fact in words, an error of the spreadsheet program, a date without year."""
    if text in _STATUS_WORDS or text.rstrip(".") in _STATUS_WORDS:
        return "text", "status-word"
    if text[0] == "#" and _SPREADSHEET_ERROR.fullmatch(text):
        return "unreadable", "spreadsheet-error"
    if text in MONTHS:
        return "unreadable", "no-year"
    if _DURATION.fullmatch(text):
        return "text", "duration"
    if not any(char.isnumeric() for char in text):
        return "text", "words"
    return None
