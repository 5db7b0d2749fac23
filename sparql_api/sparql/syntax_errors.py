"""What is wrong with a query, in words, in both languages, at the line and column of the token that is wrong."""

from __future__ import annotations

import difflib
import re

from sparql_api.sparql import tokens as t
from sparql_api.sparql.cursor import Fault
from sparql_api.sparql.tokens import Token, TokenStream

Words = dict[str, str]  # one text in "es" and "en"


class QuerySyntaxError(Exception):
    """The text is not a SPARQL 1.1 query.

    `code` is stable; `line` and `column` count characters from 1 in the text as sent and lie on the token `found`
    (empty at the end of the text); `expected` lists keywords, marks and kinds of terms that could stand there; `opened`
    is the place of the bracket that was left open, if that is the fault. `detail` and `hint` are in `es` and `en`.
    """

    def __init__(
        self, code: str, place: tuple[int, int], found: str, detail: Words, *,
        hint: Words | None = None, expected: tuple[str, ...] = (), opened: tuple[int, int] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(f"{place[0]}:{place[1]}: {detail['en']}")
        self.code = code
        self.line, self.column = place
        self.found = found
        self.detail = detail
        self.hint = hint
        self.expected = expected
        self.opened = opened


# What can be expected besides keywords and marks.
THINGS: dict[str, Words] = {
    "variable": {"es": "una variable (?x)", "en": "a variable (?x)"},
    "iri": {"es": "una IRI (<…> o prefijo:nombre)", "en": "an IRI (<…> or prefix:name)"},
    "iri-in-brackets": {"es": "una IRI entre < y >", "en": "an IRI between < and >"},
    "term": {"es": "el sujeto de una tripleta", "en": "the subject of a triple"},
    "predicate": {"es": "un predicado (una IRI, «a», una variable o una ruta)", "en": "a predicate (an IRI, “a”, a variable or a path)"},
    "object": {"es": "el objeto de la tripleta", "en": "the object of the triple"},
    "expression": {"es": "una expresión", "en": "an expression"},
    "operator": {"es": "un operador", "en": "an operator"},
    "string": {"es": "un texto entre comillas", "en": "a string in quotes"},
    "literal": {"es": "un literal", "en": "a literal"},
    "whole-number": {"es": "un número entero sin signo", "en": "a whole number without a sign"},
    "prefix-name": {"es": "el nombre del prefijo seguido de dos puntos (foaf:)", "en": "the name of the prefix and a colon (foaf:)"},
}  # fmt: skip

MESSAGES: dict[str, Words] = {
    "unexpected": {
        "es": "Se encontró {found} donde se esperaba {expected}.",
        "en": "Found {found} where {expected} was expected.",
    },
    "unknown-word": {
        "es": "La palabra {found} no significa nada aquí; se esperaba {expected}.",
        "en": "The word {found} means nothing here; expected {expected}.",
    },
    "trailing": {
        "es": "La consulta ya había terminado y sigue {found}.",
        "en": "The query had ended already, and {found} follows.",
    },
    "unclosed": {
        "es": "La consulta termina sin cerrar {bracket}, abierto en la línea {line}, columna {column}: falta {closing}.",
        "en": "The query ends without closing {bracket}, opened at line {line}, column {column}: {closing} is missing.",
    },
    "stray-bracket": {
        "es": "Sobra {found}: aquí no hay nada abierto que cerrar.",
        "en": "{found} is one too many: nothing is open here to be closed.",
    },
    "wrong-bracket": {
        "es": "Se encontró {found}, pero lo último abierto es {bracket} (línea {line}, columna {column}): antes falta {closing}.",
        "en": "Found {found}, but what was opened last is {bracket} (line {line}, column {column}): {closing} is missing before it.",
    },
    "unclosed-string": {
        "es": "Este texto empieza con comillas y no las cierra.",
        "en": "This string starts with a quote and does not close it.",
    },
    "bad-escape": {
        "es": "Este texto contiene la secuencia {escape}, que no es un escape de SPARQL.",
        "en": "This string holds the sequence {escape}, which is no escape of SPARQL.",
    },
    "bad-iri": {
        "es": "{found} no es una IRI válida.",
        "en": "{found} is not a valid IRI.",
    },
    "bad-character": {
        "es": "El carácter {found} no puede estar aquí.",
        "en": "The character {found} cannot stand here.",
    },
    "bad-language": {
        "es": "Después de «@» falta el código de un idioma.",
        "en": "After “@” the code of a language is missing.",
    },
    "double-equals": {
        "es": "SPARQL compara con un solo signo «=», no con {found}.",
        "en": "SPARQL compares with a single “=”, not with {found}.",
    },
    "missing-object": {
        "es": "A la tripleta le falta el objeto: se encontró {found}.",
        "en": "The triple has no object: found {found}.",
    },
    "missing-predicate": {
        "es": "A la tripleta le falta el predicado: se encontró {found}.",
        "en": "The triple has no predicate: found {found}.",
    },
    "missing-dot": {
        "es": "Falta un punto (o «;» o «,») antes de {found}: la tripleta anterior ya está completa.",
        "en": "A dot (or “;” or “,”) is missing before {found}: the triple before it is complete.",
    },
    "missing-expression": {
        "es": "Se encontró {found} donde se esperaba una expresión.",
        "en": "Found {found} where an expression was expected.",
    },
    "missing-variable": {
        "es": "A SELECT le falta qué devolver: se encontró {found} donde se esperaba una variable, «*» o «(expresión AS ?x)».",
        "en": "SELECT has nothing to return: found {found} where a variable, “*” or “(expression AS ?x)” was expected.",
    },
    "missing-as": {
        "es": "A la expresión le falta «AS ?nombre»: se encontró {found}.",
        "en": "The expression lacks “AS ?name”: found {found}.",
    },
    "bare-expression": {
        "es": "En SELECT una expresión va entre paréntesis y con nombre: ({found}(…) AS ?x).",
        "en": "In SELECT an expression stands in brackets and with a name: ({found}(…) AS ?x).",
    },
    "comma-in-select": {
        "es": "Las variables de SELECT se separan con espacios, no con comas.",
        "en": "The variables of SELECT are separated by spaces, not by commas.",
    },
    "filter-brackets": {
        "es": "La condición debe ir entre paréntesis o ser una función: se encontró {found}.",
        "en": "The condition must stand in brackets or be a function: found {found}.",
    },
    "undeclared-prefix": {
        "es": "El prefijo «{prefix}:» no está declarado.",
        "en": "The prefix “{prefix}:” is not declared.",
    },
    "prefix-name": {
        "es": "PREFIX lleva un nombre terminado en dos puntos y una IRI; se encontró {found}.",
        "en": "PREFIX takes a name that ends in a colon and an IRI; found {found}.",
    },
    "prefix-iri": {
        "es": "La dirección de un prefijo va entre < y >; se encontró {found}.",
        "en": "The address of a prefix stands between < and >; found {found}.",
    },
    "whole-number": {
        "es": "LIMIT y OFFSET llevan un número entero sin signo; se encontró {found}.",
        "en": "LIMIT and OFFSET take a whole number without a sign; found {found}.",
    },
    "variable-in-scope": {
        "es": "La variable {name} ya tiene valor aquí; después de AS va una nueva.",
        "en": "The variable {name} has a value here already; a new one must follow AS.",
    },
    "not-grouped": {
        "es": "{name} se devuelve sin agrupar: debe estar en GROUP BY o dentro de un agregado.",
        "en": "{name} is returned without being grouped: it must be in GROUP BY or inside an aggregate.",
    },
    "star-with-group": {
        "es": "«SELECT *» no puede agrupar: nombre las variables.",
        "en": "“SELECT *” cannot group: name the variables.",
    },
    "aggregate-here": {
        "es": "El agregado {name} no puede estar aquí: solo en SELECT, HAVING u ORDER BY, y no dentro de otro.",
        "en": "The aggregate {name} cannot stand here: only in SELECT, HAVING or ORDER BY, and not inside another.",
    },
    "too-many-arguments": {
        "es": "La función {name} lleva como máximo {most} argumentos.",
        "en": "The function {name} takes at most {most} arguments.",
    },
    "too-few-arguments": {
        "es": "A la función {name} le faltan argumentos: lleva al menos {least}.",
        "en": "The function {name} lacks arguments: it takes at least {least}.",
    },
    "blank-reused": {
        "es": "El nodo en blanco {name} ya se usó en otro patrón; use una variable.",
        "en": "The blank node {name} was used in another pattern already; use a variable.",
    },
    "row-length": {
        "es": "Esta fila de VALUES tiene {found_values} valores y hay {wanted} variables.",
        "en": "This row of VALUES has {found_values} values and there are {wanted} variables.",
    },
    "data-value": {
        "es": "VALUES solo admite IRIs, literales y UNDEF; se encontró {found}.",
        "en": "VALUES takes only IRIs, literals and UNDEF; found {found}.",
    },
    "unknown-function": {
        "es": "La función {found} no existe en el espacio de nombres de XML Schema.",
        "en": "The function {found} does not exist in the namespace of XML Schema.",
    },
    "engine": {
        "es": "El motor no acepta la consulta aquí. Dice: {message}",
        "en": "The engine does not accept the query here. It says: {message}",
    },
}  # fmt: skip

# Words of other languages that people write by habit, and the SPARQL for them.
HABITS: dict[str, Words] = {
    "AND": {"es": "En un FILTER se escribe «&&».", "en": "In a FILTER write “&&”."},
    "OR": {"es": "En un FILTER se escribe «||».", "en": "In a FILTER write “||”."},
    "LIKE": {"es": "Use CONTAINS(?x, \"…\") o REGEX(?x, \"…\").", "en": "Use CONTAINS(?x, \"…\") or REGEX(?x, \"…\")."},
    "TOP": {"es": "Use LIMIT al final de la consulta.", "en": "Use LIMIT at the end of the query."},
    "JOIN": {"es": "Basta escribir las dos tripletas seguidas.", "en": "Just write the two triples one after the other."},
    "<>": {"es": "«Distinto de» se escribe «!=».", "en": "“Not equal” is written “!=”."},
    "^": {"es": "El tipo de un literal se escribe con dos signos: \"…\"^^xsd:date.", "en": "The type of a literal takes two signs: \"…\"^^xsd:date."},
}  # fmt: skip
HINTS: dict[str, Words] = {
    "undeclared-prefix": {
        "es": "Añada al principio: PREFIX {prefix}: <…>",
        "en": "Add at the beginning: PREFIX {prefix}: <…>",
    },
    "bad-iri": {
        "es": "Una IRI no lleva espacios, comillas ni llaves; el espacio se escribe %20.",
        "en": "An IRI has no spaces, quotes or braces; a space is written %20.",
    },
    "unclosed-string": {
        "es": "Un texto de varias líneas va entre tres comillas: \"\"\"…\"\"\".",
        "en": "A string of several lines stands between three quotes: \"\"\"…\"\"\".",
    },
    "bad-escape": {"es": "Una barra inversa se escribe \\\\.", "en": "A backslash is written \\\\."},
    "double-equals": {"es": "Escriba «=».", "en": "Write “=”."},
    "filter-brackets": {"es": "Por ejemplo: FILTER(?x > 3)", "en": "For example: FILTER(?x > 3)"},
    "missing-as": {"es": "Por ejemplo: (COUNT(?x) AS ?n)", "en": "For example: (COUNT(?x) AS ?n)"},
}
_VERB_A: Words = {"es": "«a» (rdf:type) se escribe en minúscula.", "en": "“a” (rdf:type) is written in lower case."}
_BAD_ESCAPE = re.compile(r"\\(?:[tbnrf\\\"']|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})|(?P<bad>\\(?:[uU][0-9A-Fa-f]{0,8}|.?))", re.DOTALL)
_SURROGATE = re.compile(r"\\(?:u|U0000)[dD][89a-fA-F][0-9A-Fa-f]{2}")
SHOWN = 60  # characters of a token in a message


def describe(fault: Fault, stream: TokenStream) -> QuerySyntaxError:
    """The error that a fault of the recogniser means to a person."""
    code, values = fault.code, dict(fault.values)
    bracket = values.pop("bracket", None)
    opened = None
    if isinstance(bracket, Token):
        opened = stream.place(bracket.start)
        closing = {"{": "}", "(": ")", "[": "]"}[bracket.text]
        values |= {"bracket": f"«{bracket.text}»", "closing": f"«{closing}»", "line": opened[0], "column": opened[1]}
    if code == "unclosed-string":
        escape = _first_bad_escape(fault.token.text)
        if escape:
            code, values = "bad-escape", {"escape": escape}
    if "found" in values:
        values["found_values"] = values.pop("found")
    values = {name: _short(value) if isinstance(value, str) else value for name, value in values.items()}
    detail = {}
    for language in ("es", "en"):
        found = _found(fault.token, language) if code != "bare-expression" else _short(fault.token.text)
        expected = _list(fault.expected, language)
        detail[language] = MESSAGES[code][language].format(**{"found": found, "expected": expected, **values})
    return QuerySyntaxError(
        code, stream.place(fault.token.start), fault.token.text, detail,
        hint=_hint(code, fault, values), expected=fault.expected, opened=opened,
    )  # fmt: skip


def _first_bad_escape(text: str) -> str | None:
    surrogate = _SURROGATE.search(text)
    if surrogate:
        return surrogate.group()
    return next((match["bad"] for match in _BAD_ESCAPE.finditer(text) if match["bad"]), None)


def _found(token: Token, language: str) -> str:
    if token.kind == t.END:
        return {"es": "el final de la consulta", "en": "the end of the query"}[language]
    return {"es": "«{}»", "en": "“{}”"}[language].format(_short(token.text))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def _list(expected: tuple[str, ...], language: str) -> str:
    """The first few of what was expected, as an enumeration."""
    names = [THINGS[item][language] if item in THINGS else f"«{item}»" for item in expected[:6]]
    if language == "en":
        names = [name.replace("«", "“").replace("»", "”") for name in names]
    last = {"es": " o ", "en": " or "}[language]
    return last.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _hint(code: str, fault: Fault, values: dict[str, object]) -> Words | None:
    token = fault.token
    if token.upper == "A" and "a" in fault.expected:
        return _VERB_A
    habit = HABITS.get(token.upper or token.text)
    if habit and code in ("unexpected", "unknown-word", "wrong-bracket", "missing-expression", "missing-dot"):
        return habit
    if token.kind == t.WORD:
        keywords = [word for item in fault.expected for word in item.split() if item not in THINGS and word.isalpha()]
        close = difflib.get_close_matches(token.upper, keywords, n=1, cutoff=0.6)
        if close:
            return {"es": f"¿Quiso decir {close[0]}?", "en": f"Did you mean {close[0]}?"}
    if code in HINTS:
        return {language: text.format(**values) for language, text in HINTS[code].items()}
    return None


_ENGINE_PLACE = re.compile(r"^error at (\d+):(\d+): (?P<message>.*)$", re.DOTALL)


def from_engine(message: str, stream: TokenStream) -> QuerySyntaxError:
    """What only the engine's parser refuses. Its place is where it stopped reading: the token there, or before."""
    match = _ENGINE_PLACE.match(message)
    place, said = ((int(match[1]), int(match[2])), match["message"]) if match else ((1, 1), message)
    token = max(
        (item for item in stream.tokens if stream.place(item.start) <= place), key=lambda item: item.start, default=None
    )
    said = _short(said)
    detail = {language: MESSAGES["engine"][language].format(message=said) for language in ("es", "en")}
    if token is None:
        return QuerySyntaxError("engine", place, "", detail)
    return QuerySyntaxError("engine", stream.place(token.start), token.text, detail)
