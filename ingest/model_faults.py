"""What pydantic finds wrong with what people wrote, in words of Spanish and English."""

from __future__ import annotations

from typing import Any

# pydantic says in English, and not always in a sentence, what is wrong; these are the faults that people make, by its stable error
# types: what is expected in Spanish and in English.
_EXPECTED = {
    "missing": ("este campo, que es obligatorio", "this field, which is required"),
    "extra_forbidden": ("solo los campos del contrato", "only the fields of a contract"),
    "literal_error": ("uno de: {expected}", "one of: {expected}"),
    "string_pattern_mismatch": ("un texto de la forma {pattern}", "a text of the form {pattern}"),
    "string_type": ("un texto; entre comillas lo que YAML toma por otra cosa, como «\"1\"»", "a text; in quotes where YAML takes it for something else, such as \"1\""),
    "bool_parsing": ("true o false", "true or false"),
    "int_parsing": ("un entero", "an integer"),
    "dict_type": ("campos con nombre", "fields with names"),
    "model_type": ("campos con nombre", "fields with names"),
    "list_type": ("una lista", "a list"),
    "tuple_type": ("una lista", "a list"),
    "date_from_datetime_parsing": ("una fecha AAAA-MM-DD", "a date YYYY-MM-DD"),
}


def expected(item: Any) -> tuple[str, str]:
    """What is expected, in Spanish and English, of an entry of `ValidationError.errors()`: as a validator of ours says it where it says
    it in both; its other texts, and rare types of pydantic's, stay as they are."""
    context = item.get("ctx", {})
    told = getattr(context.get("error"), "args", ())
    if len(told) == 2:
        return told
    es, en = _EXPECTED.get(item["type"], ("", ""))
    values = {"expected": "", "pattern": "", **context}
    return es.format_map(values) or item["msg"], en.format_map(values) or item["msg"]


def found(item: Any) -> str:
    return "" if item["type"] == "missing" else str(item.get("input", ""))[:80]
