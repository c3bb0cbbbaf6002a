"""Fillers are said by the clock while nothing happens, and never once text has begun."""

import threading

from jarvis.contracts.events import AskStarted, EngineNoticed, TextDelta
from jarvis.voice.fillers import Fillers
from jarvis.voice.filling import Filling
from jarvis.voice.options import VoiceOptions
from tests.fakes.voice import PATIENCE_SECONDS, FakeAssistant, FakeClock, FakeSpeechToText, model_answer
from tests.fakes.voice_world import COMMAND, live

NOTICE = EngineNoticed(ask_id="a", code="test", sentence="")


def watched() -> tuple[Filling, FakeClock, list[str], threading.Event]:
    clock, said, heard = FakeClock(), [], threading.Event()

    def say(words: str) -> None:
        said.append(words)
        heard.set()

    return Filling(Fillers("a", "en", 0.0), clock.monotonic, say), clock, said, heard


def test_a_word_comes_when_its_time_has_come_and_once():
    filling, clock, said, heard = watched()
    filling.heed(NOTICE)
    assert said == []
    clock.seconds = 2.0
    filling.heed(NOTICE)
    assert heard.wait(PATIENCE_SECONDS)
    filling.heed(NOTICE)
    filling.end()
    filling._thread.join(PATIENCE_SECONDS)
    assert len(said) == 1


def test_no_word_comes_once_text_has_begun_or_the_answer_is_over():
    filling, clock, said, _ = watched()
    filling.heed(TextDelta(ask_id="a", text="Here"))
    clock.seconds = 30.0
    filling.heed(NOTICE)
    filling.end()
    filling._thread.join(PATIENCE_SECONDS)
    assert not filling._thread.is_alive()
    assert said == []


def test_a_slow_answer_is_bridged_and_not_remembered_as_said():
    gate = threading.Event()
    begun = AskStarted(ask_id="a", conversation_id="c1", message_id="m", text="q", language="es")

    class Slow(FakeAssistant):
        def ask(self, request, cancel):
            self.requests.append(request)
            yield begun
            world.clock.seconds += 2.0
            yield NOTICE
            assert gate.wait(PATIENCE_SECONDS)
            yield from model_answer("La una.", language="es")[1:]

    world, microphone = live(stt=FakeSpeechToText("qué hora es"), assistant=Slow(), options=VoiceOptions(fillers=True))
    try:
        microphone.add(COMMAND)
        assert world.speaker.sounding.wait(PATIENCE_SECONDS)
        gate.set()
        world.log.wait_for(lambda events: any(type(event).__name__ == "TurnFinished" for event in events))
    finally:
        world.loop.close()
    first, second = world.said()
    assert first in {"Déjame pensar.", "Un momento.", "Mmm, a ver."}
    assert second == "La una."
    (turn,) = world.turns()
    assert turn.text == "La una."
