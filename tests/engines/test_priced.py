"""Costs at the end of answers: in the one item that ends them, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from jarvis.catalog.entries import Price
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError, Language
from jarvis.contracts.messages import ChatMessage, Usage
from jarvis.contracts.ports import EngineDone, EngineItem, EngineStatus, EngineText, GenerationOptions
from jarvis.engines.priced import PricedEngine

PRICE = Price(input_usd=2.0, output_usd=8.0, cached_input_usd=0.5, on=date(2026, 11, 1), source="https://example.org")
DONE = EngineDone(
    usage=Usage(prompt_tokens=1_000_000, completion_tokens=250_000, cached_tokens=400_000), finish_reason="stop"
)


class Engine:
    """Yields what it is told to, or raises it."""

    def __init__(self, *items: EngineItem | Exception) -> None:
        self.items = items
        self.asked: list[tuple[object, ...]] = []
        self.closed = False

    @property
    def id(self) -> str:
        return "openai/gpt"

    def status(self, language: Language = "en") -> EngineStatus:
        sentence = "listo" if language == "es" else "ready"
        return EngineStatus(id=self.id, model="gpt", where="cloud", state="ready", sentence=sentence)

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        self.asked.append((messages, options, cancel))
        for item in self.items:
            if isinstance(item, Exception):
                raise item
            yield item

    def close(self) -> None:
        self.closed = True


def _asked(engine: PricedEngine) -> list[EngineItem]:
    return list(engine.stream([ChatMessage(role="user", text="hi")], GenerationOptions(), CancelToken()))


def test_the_cost_is_in_the_end_and_nowhere_else() -> None:
    text, done = _asked(PricedEngine(Engine(EngineText(text="a"), DONE), PRICE))
    assert text == EngineText(text="a")
    assert isinstance(done, EngineDone) and done.cost_usd == pytest.approx(1.2 + 0.2 + 2.0)
    assert (done.usage, done.finish_reason) == (DONE.usage, "stop")


def test_without_a_price_the_cost_stays_unknown() -> None:
    (done,) = _asked(PricedEngine(Engine(DONE), None))
    assert done == DONE and isinstance(done, EngineDone) and done.cost_usd is None


def test_everything_else_is_the_engine_s_own() -> None:
    inner = Engine(DONE)
    priced = PricedEngine(inner, PRICE)
    assert (priced.id, priced.status("es").sentence) == ("openai/gpt", "listo")
    messages, options, cancel = [ChatMessage(role="user", text="hi")], GenerationOptions(max_tokens=3), CancelToken()
    list(priced.stream(messages, options, cancel))
    assert inner.asked == [(messages, options, cancel)]
    priced.close()
    assert inner.closed


@pytest.mark.parametrize("trouble", [EngineError("engine.cut_off", en="Cut.", es="Cortado."), Cancelled("enough")])
def test_an_answer_that_breaks_off_keeps_its_text_and_its_reason(trouble: Exception) -> None:
    answer = PricedEngine(Engine(EngineText(text="a"), trouble), PRICE).stream([], GenerationOptions(), CancelToken())
    assert next(answer) == EngineText(text="a")
    with pytest.raises(type(trouble)) as caught:
        next(answer)
    assert caught.value is trouble
