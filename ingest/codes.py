"""What the codes of the quality report mean to people, in Spanish and English: one table, so that no report shows a code.

Codes themselves are stable and stand in `reports/quality.json` and `reports/quarantine.csv`; the reports in sentences show these names.
"""

from __future__ import annotations

from ingest.cleaning.text import CHANGES

LANGUAGES = ("es", "en")

# What is counted -> code -> name in the order of LANGUAGES.
NAMES: dict[str, dict[str, tuple[str, str]]] = {
    "identity": {  # rules of ingest/mappings/ogp_export/identity.py
        "ogp-id": ("por su identificador de OGP", "by its OGP id"),
        "edition": ("por plan, número y título en otra edición", "by plan, number and title in another edition"),
        "new": ("nuevos", "new"),
    },
    "dates": {  # ingest.cleaning.dates.Status, and what two cells say together
        "certain": ("ciertas", "certain"),
        "inferred": ("deducidas de lo que está fuera de la celda", "inferred from outside the cell"),
        "ambiguous": ("con dos lecturas posibles", "with two possible readings"),
        "text": ("con palabras en vez de fecha", "with words instead of a date"),
        "impossible": ("con una fecha imposible", "with an impossible date"),
        "unreadable": ("ilegibles", "unreadable"),
        "empty": ("vacías", "empty"),
        "reversed": ("pares con el comienzo después del final", "pairs with the start after the end"),
    },
    "redactions": {  # kinds of ingest.cleaning.redaction.Redacted.counts
        "e-mail": ("direcciones de correo", "e-mail addresses"),
        "telephone": ("números de teléfono", "telephone numbers"),
    },
    "repairs": CHANGES,
}


def name(group: str, code: str, lang: str) -> str:
    """The name of a code in "es" or "en"; a code without one, which a test forbids, is shown as it is rather than not at all."""
    return NAMES[group].get(code, (code, code))[LANGUAGES.index(lang)]
