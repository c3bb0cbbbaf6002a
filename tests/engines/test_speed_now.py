"""The speed of the answers that are being written is that of the last two seconds, whoever writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.messages import Usage
from jarvis.contracts.ports import EngineDone, EngineNotice, EngineText, EngineThought
from jarvis.engines.speed_now import LEAST_SECONDS, WINDOW_SECONDS, SpeedNow
from tests.engines.test_metered import OPTIONS, QUESTION
from tests.fakes.clock import FakeClock
from tests.fakes.metering import Bench, ScriptedEngine


def test_it_follows_what_is_written_and_ends_with_it() -> None:
    clock = FakeClock()
    speed = SpeedNow(clock)
    assert speed.tokens_per_second() == 0.0
    speed.saw(EngineText(text="one"))
    assert speed.tokens_per_second() == 1 / LEAST_SECONDS, "a first piece is no record"
    for _ in range(100):
        clock.advance(0.05)
        speed.saw(EngineText(text=" two"))
    assert speed.tokens_per_second() == pytest.approx(20, rel=0.1)
    clock.advance(WINDOW_SECONDS / 2)
    assert 0 < speed.tokens_per_second() < 15
    clock.advance(WINDOW_SECONDS)
    assert speed.tokens_per_second() == 0.0


def test_thinking_counts_and_what_is_no_writing_does_not() -> None:
    speed = SpeedNow(FakeClock())
    speed.saw(EngineNotice(code="engine.queue", en="Wait.", es="Espera."))
    speed.saw(EngineDone(usage=Usage(prompt_tokens=1, completion_tokens=9)))
    assert speed.tokens_per_second() == 0.0
    speed.saw(EngineThought(text="hm"))
    assert speed.tokens_per_second() > 0


def test_every_metered_answer_is_counted(tmp_path: Path) -> None:
    bench = Bench(tmp_path, day=1.0)
    done = EngineDone(usage=Usage(prompt_tokens=1, completion_tokens=4))
    seen: list[float] = []
    inner = ScriptedEngine(EngineText(text="a few words "), lambda: seen.append(speed.tokens_per_second()), done)
    speed = SpeedNow(bench.clock)
    list(bench.metered(inner, speed=speed).stream(QUESTION, OPTIONS, CancelToken()))
    assert seen[0] > 0
    bench.database.close()
