"""How many tokens a text can be, told from its characters: at most, at least, and probably.

No provider gives away all of its tokenizers, and loading one costs seconds; a budget and a check of reported usage
need bounds only. The shares were measured with seventeen published tokenizers (Llama 2 and 3, Qwen 2 and 3.5, Gemma 4,
Command R, DeepSeek, Phi 3, GPT-2 and -NeoX, StarCoder, Falcon, MPT and others) on prose in English and Spanish, six
other scripts, source code, JSON, digits, base64, emoji and nonsense. The upper bound holds for every one of them on
English and Spanish, and for the vocabularies of 128,000 tokens and more, which the providers have now, on all.
Knows no model and no language: scripts and classes of characters decide, so that a mixture is treated rightly too.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from jarvis.contracts.messages import ChatMessage, ToolSpec

MESSAGE_TOKENS = 12
"""What a chat template puts around one message, at most."""

PROMPT_TOKENS = 60
"""What it puts around all of them: the beginning, the date, the role of who answers."""

TOOL_PREAMBLE_TOKENS = 700
"""What providers explain to a model that has tools; Anthropic publishes 313 to 530 for its models."""

MOST_IMAGE_TOKENS = 6_000
"""The most that a picture counts as: 765 to 1,445 at OpenAI, up to about 4,800 at Anthropic, 258 a tile at Google."""

MOST_IMAGE_TOKENS_OF = {"gpt-4o-mini": 48_169}
"""Models that count pictures in another unit: 2,833 and 5,667 for each of up to 8 tiles, by OpenAI's documentation."""

LIKELY_IMAGE_TOKENS = 1_000

_UNBROKEN = re.compile(r"\S{24,}")
_MIXED = re.compile(r"[a-z][A-Z]|[A-Za-z][0-9]|[0-9][A-Za-z]")
_REPEATED = re.compile(r"(.)\1{2,}|(\s)\s+", re.DOTALL)
_LEAST_SHARE = 0.12
"""Tokens per character that no natural text stays under: prose has 0.20 and more, whatever the language."""


def most_tokens(text: str) -> int:
    """Return how many tokens `text` is at most: 2 to 3 times as many as prose really is."""
    known = sum(_most_of(character) * count for character, count in Counter(text).items())
    # Keys, paths and encoded bytes fall apart into pieces of one or two characters.
    unbroken = sum(0.3 * len(run) for run in _UNBROKEN.findall(text)) + 0.6 * len(_MIXED.findall(text))
    return min(math.ceil(known + unbroken), len(text.encode("utf-8", "replace")))


def fewest_tokens(text: str) -> int:
    """Return how many tokens `text` is at least; repeated characters and white space count once, as tokens do."""
    return int(len(_REPEATED.sub(lambda run: run[1] or run[2], text)) * _LEAST_SHARE)


def likely_tokens(text: str) -> int:
    """Return how many tokens `text` probably is: within a third for prose in English or Spanish."""
    return math.ceil(sum(_likely_of(character) * count for character, count in Counter(text).items()))


def most_prompt_tokens(messages: Sequence[ChatMessage], tools: Iterable[ToolSpec], schema: object, model: str) -> int:
    """Return how many tokens a prompt is at most, with pictures, tools and a JSON schema (None: none) for `model`."""
    asked = list(tools)
    image = next((most for name, most in MOST_IMAGE_TOKENS_OF.items() if name in model), MOST_IMAGE_TOKENS)
    return (
        sum(most_tokens(text) for text in _texts(messages, asked, schema))
        + MESSAGE_TOKENS * len(messages)
        + PROMPT_TOKENS
        + (TOOL_PREAMBLE_TOKENS if asked else 0)
        + image * sum(len(message.images) for message in messages)
    )


def fewest_prompt_tokens(messages: Sequence[ChatMessage]) -> int:
    """Return how many tokens a prompt is at least; tools, schema and pictures do not count, they are sent in ways of
    each provider's own."""
    return sum(fewest_tokens(message.text) for message in messages)


def likely_prompt_tokens(messages: Sequence[ChatMessage], tools: Iterable[ToolSpec], schema: object) -> int:
    """Return how many tokens a prompt probably is."""
    return (
        sum(likely_tokens(text) for text in _texts(messages, list(tools), schema))
        + 5 * len(messages)
        + LIKELY_IMAGE_TOKENS * sum(len(message.images) for message in messages)
    )


def _texts(messages: Sequence[ChatMessage], tools: Sequence[ToolSpec], schema: object) -> Iterable[str]:
    for message in messages:
        yield message.text
        for call in message.tool_calls:
            yield call.name + json.dumps(call.arguments)
    for tool in tools:
        yield f"{tool.name} {tool.description} {json.dumps(tool.parameters)}"
    if schema is not None:
        yield json.dumps(schema)


@lru_cache(maxsize=4096)
def _most_of(character: str) -> float:
    if character == " ":
        return 0.3
    if character.isascii():
        return 0.7 if character.isalpha() else 1.0
    if character <= "\u024f":
        return 1.0
    # The encoded bytes bound everything; letters of living scripts stay under two.
    return 2.0 if character.isalpha() and character <= "\uffff" else len(character.encode("utf-8", "replace"))


@lru_cache(maxsize=4096)
def _likely_of(character: str) -> float:
    if character == " ":
        return 0.05
    if character.isascii():
        return 0.27 if character.isalpha() else 0.7
    if character <= "\u024f":
        return 0.7
    return 0.6 if character.isalpha() and character <= "\uffff" else 2.0
