"""Where in a JSON text a value stands, so that a complaint about a field can name its line.

Knows nothing about what the values mean.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the 1-based line where the value at `path` begins; a part that is not there gives its parent's line.

    `text` must be valid JSON.
    """
    position = _skip(text, 0)
    for part in path:
        found = _member(text, position, part) if isinstance(part, str) else _item(text, position, part)
        if found is None:
            break
        position = found
    return text.count("\n", 0, position) + 1


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACE:
        position += 1
    return position


def _after(text: str, position: int) -> int:
    """Return where the first sign behind the value at `position` is."""
    return _skip(text, _DECODER.raw_decode(text, position)[1])


def _member(text: str, position: int, name: str) -> int | None:
    if text[position] != "{":
        return None
    position = _skip(text, position + 1)
    found = None
    while text[position] == '"':
        key, position = _DECODER.raw_decode(text, position)
        position = _skip(text, _skip(text, position) + 1)
        if key == name:
            found = position  # the last of equal names counts, as it does for the reader
        position = _after(text, position)
        if text[position] == ",":
            position = _skip(text, position + 1)
    return found


def _item(text: str, position: int, index: int) -> int | None:
    if text[position] != "[":
        return None
    position = _skip(text, position + 1)
    while text[position] != "]":
        if index == 0:
            return position
        index -= 1
        position = _after(text, position)
        if text[position] == ",":
            position = _skip(text, position + 1)
    return None
