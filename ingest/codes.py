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
    "quarantine": {  # why cells of exports are kept out of the graph
        "boolean": ("ni 1 ni 0", "neither 1 nor 0"),
        "date": ("no es una fecha", "not a date"),
        "flag": ("marca que no es 1 ni 0", "mark that is neither 1 nor 0"),
        "id-of-another-country": ("identificador de otro país", "id of another country"),
        "id-of-no-country": ("identificador con un prefijo que ningún lugar tiene", "id with a prefix that no area has"),
        "id-and-title": ("identificador de un compromiso, número y título de otro", "id of one commitment, number and title of another"),
        "id-of-another-commitment": ("identificador de otro compromiso", "id of another commitment"),
        "id-of-another-plan": ("identificador de otro plan", "id of another plan"),
        "iri": ("no es una dirección web", "not a web address"),
        "label-and-number": ("el número no es el de la etiqueta", "number other than its label's"),
        "length": ("texto demasiado largo", "text too long"),
        "not-in-list": ("valor fuera de la lista", "value that is not in the list"),
        "number": ("no es el número de un compromiso", "not the number of a commitment"),
        "number-without-label": ("número sin etiqueta", "number without a label"),
        "ogp-id": ("no es un identificador de OGP", "not an OGP id"),
        "pattern": ("otra forma que la declarada", "other form than declared"),
        "person": ("nombra a una persona", "names a person"),
        "place-and-code": ("el código es de otro lugar", "code of another place"),
        "plan-fact": ("no es un año o identificador del plan", "not a year or id of the plan"),
        "plan-number": ("no es el número de un plan", "not the number of a plan"),
        "repeated-header": ("encabezados repetidos", "headers repeated"),
        "repeated-id": ("identificador repetido", "id repeated"),
        "required": ("falta un valor obligatorio", "required value missing"),
        "rest-of-row": ("resto de una fila apartada", "rest of a row set aside"),
        "row-length": ("fila con otro número de celdas", "row with another number of cells"),
        "rows-disagree": ("las filas del plan se contradicen", "rows of the plan disagree"),
        "says-nothing": ("signo que no dice nada", "sign that says nothing"),
        "spreadsheet-error": ("error de hoja de cálculo", "error of a spreadsheet program"),
        "sum-row": ("fila de sumas", "row of sums"),
        "undeclared-column": ("columna no declarada", "column not declared"),
        "unknown-label": ("etiqueta desconocida", "unknown label"),
        "unknown-place": ("lugar desconocido", "unknown place"),
        "unmappable": ("fila que no se puede representar", "row that cannot be mapped"),
        "formula-without-value": ("fórmula sin valor guardado", "formula without a stored value"),
    },
}


def name(group: str, code: str, lang: str) -> str:
    """The name of a code in "es" or "en"; a code without one, which a test forbids, is shown as it is rather than not at all."""
    return NAMES[group].get(code, (code, code))[LANGUAGES.index(lang)]
