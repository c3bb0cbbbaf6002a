"""What a tool gave back, as bounded text: pictures, sounds and files are named, not included.

Knows no connection.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import mcp_types as types

from jarvis.contracts.errors import Language

MOST_CHARACTERS = 20_000
"""Characters of a result that reach a model: about 5,000 tokens."""

_CUT: dict[Language, str] = {
    "en": "\n[Cut here: {left} more characters are not shown.]",
    "es": "\n[Cortado aquí: no se muestran {left} caracteres más.]",
}
_NOT_INCLUDED: dict[Language, str] = {
    "en": "[{what}: not included]",
    "es": "[{what}: no se incluye]",
}
_NOTHING: dict[Language, str] = {"en": "[The tool gave nothing back.]", "es": "[La herramienta no devolvió nada.]"}
_KINDS: dict[str, dict[Language, str]] = {
    "image": {"en": "a picture", "es": "una imagen"},
    "audio": {"en": "a sound", "es": "un sonido"},
    "resource": {"en": "a file", "es": "un fichero"},
}


def result_text(result: types.CallToolResult, language: Language) -> str:
    """Return the text of `result`, at most `MOST_CHARACTERS` long and a note where there was more."""
    text = "\n".join(_parts(result, language)).strip()
    if not text and result.structured_content is not None:
        text = json.dumps(result.structured_content, ensure_ascii=False)
    if not text:
        return _NOTHING[language]
    return bounded(text, language)


def bounded(text: str, language: Language) -> str:
    """Return `text`, cut with a note where it is too long."""
    left = len(text) - MOST_CHARACTERS
    return text if left <= 0 else text[:MOST_CHARACTERS] + _CUT[language].format(left=left)


def _parts(result: types.CallToolResult, language: Language) -> Iterator[str]:
    for block in result.content:
        if isinstance(block, types.TextContent):
            yield block.text
        elif isinstance(block, types.ImageContent | types.AudioContent):
            kind = "image" if isinstance(block, types.ImageContent) else "audio"
            size = len(block.data) * 3 // 4 - block.data[-2:].count("=")
            yield _named(kind, f"{block.mime_type}, {size} B", language)
        elif isinstance(block, types.EmbeddedResource):
            resource = block.resource
            if isinstance(resource, types.TextResourceContents):
                yield resource.text
            else:
                yield _named("resource", str(resource.uri), language)
        else:
            yield _named("resource", str(block.uri), language)


def _named(kind: str, detail: str, language: Language) -> str:
    return _NOT_INCLUDED[language].format(what=f"{_KINDS[kind][language]}, {detail[:200]}")
