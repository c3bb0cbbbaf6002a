"""Whether the tokens that a provider reports can be true, and which are charged.

Bounds come from the characters that were sent and that came back. A report outside of them is not believed, and the
larger of it and an estimate is charged: a budget errs on the dear side. Knows no price.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from jarvis.contracts.messages import ChatMessage, Usage
from jarvis.contracts.ports import EngineItem, EngineText, EngineThought, EngineToolCall, GenerationOptions
from jarvis.engines.token_bounds import (
    fewest_prompt_tokens,
    fewest_tokens,
    likely_prompt_tokens,
    likely_tokens,
    most_prompt_tokens,
    most_tokens,
)

_SLACK_TOKENS = 32
"""What ends an answer and begins a tool call, and what an answer may have more than was allowed."""

_FACTS: dict[str, tuple[str, str]] = {
    "read_more": (
        "{told} tokens read where at most {bound} were sent",
        "{told} tokens leídos cuando se enviaron como mucho {bound}",
    ),
    "read_fewer": (
        "{told} tokens read where at least {bound} were sent",
        "{told} tokens leídos cuando se enviaron al menos {bound}",
    ),
    "wrote_more": (
        "{told} tokens written where at most {bound} can be",
        "{told} tokens escritos cuando pueden ser como mucho {bound}",
    ),
    "wrote_fewer": (
        "{told} tokens written where at least {bound} came",
        "{told} tokens escritos cuando llegaron al menos {bound}",
    ),
    "cached_more": ("{told} of {bound} tokens read from a cache", "{told} de {bound} tokens leídos de una caché"),
}


@dataclass(kw_only=True)
class Exchange:
    """What was sent and what has come back so far. `may_think` means that it writes thoughts that are not shown."""

    messages: Sequence[ChatMessage]
    options: GenerationOptions
    model: str
    may_think: bool = False
    _said: list[str] = field(default_factory=list)
    _thought: list[str] = field(default_factory=list)
    _calls: int = 0

    @property
    def began(self) -> bool:
        """True once something of an answer came."""
        return bool(self._said or self._thought)

    def see(self, item: EngineItem) -> None:
        """Take one item of the answer."""
        if isinstance(item, EngineText):
            self._said.append(item.text)
        elif isinstance(item, EngineThought):
            self._thought.append(item.text)
        elif isinstance(item, EngineToolCall):
            self._calls += 1
            self._said.append(item.call.name + json.dumps(item.call.arguments))

    def most(self) -> Usage:
        """Return the most that it can come to; before anything was sent."""
        return Usage(prompt_tokens=self._most_read, completion_tokens=self.options.max_tokens)

    def likely(self) -> Usage:
        """Return what it probably came to, with as much of the answer as is here."""
        return Usage(
            prompt_tokens=self._likely_read,
            completion_tokens=likely_tokens("".join([*self._thought, *self._said])),
        )

    @cached_property
    def _most_read(self) -> int:
        return most_prompt_tokens(self.messages, self.options.tools, self.options.json_schema, self.model)

    @cached_property
    def _likely_read(self) -> int:
        return likely_prompt_tokens(self.messages, self.options.tools, self.options.json_schema)

    def bounds_of_writing(self) -> tuple[int, int]:
        """Return how many tokens can have been written, at least and at most."""
        shown = most_tokens("".join([*self._thought, *self._said])) + _SLACK_TOKENS * (1 + self._calls)
        if self._thought or self.may_think:
            shown = max(shown, self.options.max_tokens + _SLACK_TOKENS)
        return fewest_tokens("".join(self._said)), shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The usage to charge; `en` and `es` say why the reported one is not believed, else are empty."""

    usage: Usage
    estimated: bool = False
    en: str = ""
    es: str = ""


def verdict_on(reported: Usage, exchange: Exchange, engine: str, *, check: bool) -> Verdict:
    """Judge what `engine` reported. Nothing reported at all is estimated; `check` False believes everything else."""
    if not (reported.prompt_tokens or reported.completion_tokens):
        return Verdict(usage=exchange.likely(), estimated=True)
    if not check:
        return Verdict(usage=reported)
    fewest_read, most_read = fewest_prompt_tokens(exchange.messages), exchange.most().prompt_tokens
    fewest_written, most_written = exchange.bounds_of_writing()
    read, written, cached = reported.prompt_tokens, reported.completion_tokens, reported.cached_tokens
    wrong = [
        (fact, told, bound)
        for fact, told, bound, holds in (
            ("read_more", read, most_read, read <= most_read),
            ("read_fewer", read, fewest_read, read >= fewest_read),
            ("wrote_more", written, most_written, written <= most_written),
            ("wrote_fewer", written, fewest_written, written >= fewest_written),
            ("cached_more", cached, read, cached <= read),
        )
        if not holds
    ]
    if not wrong:
        return Verdict(usage=reported)
    likely = exchange.likely()
    charged = replace(
        reported,
        prompt_tokens=max(read, likely.prompt_tokens),
        completion_tokens=max(written, likely.completion_tokens),
        # Who miscounts is given no discount.
        cached_tokens=0,
    )
    facts = [
        ", ".join(_FACTS[fact][each].format(told=told, bound=bound) for fact, told, bound in wrong) for each in (0, 1)
    ]
    return Verdict(
        usage=charged,
        en=f"The usage that {engine} reports does not fit: {facts[0]}. The larger count is charged; "
        "compare with the provider's bill.",
        es=f"El consumo que comunica {engine} no cuadra: {facts[1]}. Se cuenta la cifra mayor; "
        "compáralo con la factura del proveedor.",
    )
