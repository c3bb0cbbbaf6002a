"""Holds the arguments of a call against the plain schema of its tool, before the server sees them. Pure.

Names the field and the rule, never what stood there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from jarvis.mcp_servers.schemas import without_words

MOST_CHARACTERS = 100_000
"""Characters of the arguments of one call as JSON; more is refused."""


def complaint_about(arguments: dict[str, object], schema: dict[str, Any]) -> str:
    """Return which field misses which rule, such as "page (type)"; empty where all is well."""
    import fastjsonschema

    try:
        written = json.dumps(arguments, allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        return "$ (JSON)"
    if len(written) > MOST_CHARACTERS:
        return "$ (size)"
    try:
        _check(json.dumps(without_words(schema), sort_keys=True))(arguments)
    except fastjsonschema.JsonSchemaValueException as error:
        return f"{'.'.join(map(str, error.path[1:])) or '$'} ({error.rule})"
    except fastjsonschema.JsonSchemaDefinitionException:
        return "$ (schema)"
    return ""


@lru_cache(maxsize=64)
def _check(schema: str) -> Callable[[object], object]:
    """Return the check of a plain schema, which has no pattern and no reference that could take long."""
    import fastjsonschema

    made: Callable[[object], object] = fastjsonschema.compile(json.loads(schema), use_default=False)
    return made
