"""What is known of embedding models by the name that a server gives them: languages, and what questions begin with.

From the models' own cards; a name that is not here is taken for a model of both languages without such words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jarvis.contracts.errors import LANGUAGES, Language


@dataclass(frozen=True, kw_only=True, slots=True)
class ServedModel:
    """What stands before a question and before a text, and the languages in which meaning is understood."""

    query_prefix: str = ""
    text_prefix: str = ""
    languages: tuple[Language, ...] = LANGUAGES


_ENGLISH: tuple[Language, ...] = ("en",)
_SEARCH = "Represent this sentence for searching relevant passages: "
_TASK = "Instruct: Given a question, retrieve passages that answer it\nQuery: "

_BY_NAME: tuple[tuple[str, ServedModel], ...] = (
    (r"multilingual-e5|e5.*multilingual", ServedModel(query_prefix="query: ", text_prefix="passage: ")),
    (r"\be5-", ServedModel(query_prefix="query: ", text_prefix="passage: ", languages=_ENGLISH)),
    (r"qwen3-embedding", ServedModel(query_prefix=_TASK)),
    (
        r"nomic-embed-text-v2|nomic-embed-text.*moe",
        ServedModel(query_prefix="search_query: ", text_prefix="search_document: "),
    ),
    (
        r"nomic-embed-text",
        ServedModel(query_prefix="search_query: ", text_prefix="search_document: ", languages=_ENGLISH),
    ),
    (
        r"embeddinggemma",
        ServedModel(query_prefix="task: search result | query: ", text_prefix="title: none | text: "),
    ),
    (r"arctic-embed.*2", ServedModel(query_prefix="query: ")),
    (
        r"mxbai-embed-large|arctic-embed|bge-(?:small|base|large)-en",
        ServedModel(query_prefix=_SEARCH, languages=_ENGLISH),
    ),
    (r"multilingual", ServedModel()),
    (r"all-minilm|all-mpnet|gte-(?:small|base|large)\b|ada-002|-en\b", ServedModel(languages=_ENGLISH)),
)


def served_model(name: str) -> ServedModel:
    """Return what is known of the model that a server calls `name`."""
    plain = name.lower().replace("_", "-").replace(" ", "-")
    return next((found for pattern, found in _BY_NAME if re.search(pattern, plain)), ServedModel())
