"""What is wrong with a JSON file and what is allowed, in English and Spanish, from the reader's and pydantic's words.

Knows nothing about files; every type of complaint that the catalogue's types can raise is here.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_KINDS = {
    "string_type": ("text in quotes", "texto entre comillas"),
    "int_type": ("a whole number", "un número entero"),
    "int_from_float": ("a whole number", "un número entero"),
    "int_parsing": ("a whole number", "un número entero"),
    "float_type": ("a number", "un número"),
    "float_parsing": ("a number", "un número"),
    "finite_number": ("a finite number", "un número finito"),
    "int_parsing_size": ("a smaller whole number", "un número entero menor"),
    "bool_type": ("true or false", "true o false"),
    "bool_parsing": ("true or false", "true o false"),
    "tuple_type": ("a list in [ ]", "una lista entre [ ]"),
    "model_type": ("an object in { }", "un objeto entre { }"),
    "date_type": ('a day like "2026-11-05"', 'un día como "2026-11-05"'),
    "date_parsing": ('a day like "2026-11-05"', 'un día como "2026-11-05"'),
    "date_from_datetime_parsing": ('a day like "2026-11-05"', 'un día como "2026-11-05"'),
    "date_from_datetime_inexact": ('a day like "2026-11-05"', 'un día como "2026-11-05"'),
}


_JSON = (
    ("Expecting property name", "a name in double quotes is expected", "se espera un nombre entre comillas dobles"),
    ("Illegal trailing comma", "there is a comma before a closing bracket", "hay una coma antes de un cierre"),
    ("Expecting ',' delimiter", "a comma is expected", "se espera una coma"),
    ("Expecting ':' delimiter", "a colon is expected", "se esperan dos puntos"),
    ("Expecting value", "a value is expected", "se espera un valor"),
    ("Unterminated string", "a text has no closing quotes", "a un texto le faltan las comillas finales"),
    ("Invalid control character", "a text has a line break or tab in it", "un texto contiene un salto o un tabulador"),
    ("Invalid \\", "a text has a wrong backslash", "un texto tiene una barra invertida incorrecta"),
    ("Extra data", "something follows the end", "hay algo después del final"),
)
_PLACE = re.compile(r"line (\d+) column (\d+)")


def json_complaint(error: json.JSONDecodeError) -> tuple[str, str]:
    """Return what is wrong with a text that is no JSON as half-sentences with the column, English first."""
    known = next((row for row in _JSON if error.msg.startswith(row[0])), None)
    en, es = known[1:] if known else ("something else is expected", "se espera otra cosa")
    return f"it is not valid JSON at column {error.colno}: {en}", f"no es JSON válido en la columna {error.colno}: {es}"


def json_line(error: ErrorDetails) -> int | None:
    """Return the line of a complaint about the text itself, which has no field; None for any other."""
    if error["type"] != "json_invalid":
        return None
    found = _PLACE.search(str(error.get("ctx", {}).get("error", "")))
    return int(found[1]) if found else 1


def complaint(error: ErrorDetails) -> tuple[str, str]:
    """Return the half-sentences, English first."""
    kind, limits = error["type"], error.get("ctx", {})
    given = _shown(error["input"])
    if kind == "json_invalid":
        return (
            "a text has a character that does not exist, such as half of a pair in \\ud800",
            "un texto tiene un carácter que no existe, como la mitad de una pareja en \\ud800",
        )
    if kind == "missing":
        return "this field is missing and needed", "falta este campo y es necesario"
    if kind == "extra_forbidden":
        return "there is no such field; mind its spelling or take it out", "no existe ese campo; revísalo o quítalo"
    if kind == "literal_error":
        allowed = str(limits["expected"])
        choices = allowed.replace("'", '"')
        return f"{given} is not allowed; choose {choices}", f"{given} no vale; elige {choices.replace(' or ', ' o ')}"
    if kind == "string_pattern_mismatch":
        pattern = limits["pattern"]
        return f"{given} does not have the form {pattern}", f"{given} no tiene la forma {pattern}"
    if kind in {"greater_than", "greater_than_equal"}:
        least = limits.get("gt", limits.get("ge"))
        sign = ">" if kind == "greater_than" else "≥"
        return f"{given} is too small; it must be {sign} {least}", f"{given} es muy poco; debe ser {sign} {least}"
    if kind in {"less_than", "less_than_equal"}:
        most = limits.get("lt", limits.get("le"))
        sign = "<" if kind == "less_than" else "≤"
        return f"{given} is too much; it must be {sign} {most}", f"{given} es demasiado; debe ser {sign} {most}"
    if kind == "too_long":
        most = limits["max_length"]
        return f"it has too many entries; at most {most} may be there", f"tiene demasiadas entradas; caben {most}"
    if kind == "string_too_long":
        most = limits["max_length"]
        return f"it is too long; at most {most} characters", f"es demasiado largo; como mucho {most} caracteres"
    if kind in {"string_too_short", "too_short"}:
        return "it must not be empty", "no puede estar vacío"
    if kind == "value_error":
        cause = limits["error"]
        return str(cause.args[0]), str(cause.args[-1])
    if kind in _KINDS:
        en, es = _KINDS[kind]
        return f"{given} is not what belongs here; it must be {en}", f"{given} no es lo que va aquí; debe ser {es}"
    return f"{given} is not allowed here", f"{given} no vale aquí"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
