"""Changing over to the basic recogniser, and back."""

import threading
import time
from collections.abc import Callable

import pytest

from jarvis.app.window_notes import told_for_window
from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SpeechServiceInfo
from jarvis.engines.speech.children import speech_to_text
from jarvis.engines.speech.fallback import (
    FIRST_RETRY_SECONDS,
    HURRIED_SECONDS,
    LONGEST_RETRY_SECONDS,
    SpeechToTextWithFallback,
)
from tests.fakes.clock import FakeClock
from tests.fakes.recognition import hear, listener
from tests.fakes.speech import silence
from tests.fakes.speech_children import WyomingServer

PATIENCE_SECONDS = 20.0


class Starting:
    """The part of a recogniser that a change-over uses: it starts, unless it `fails`; `gate` holds it up meanwhile."""

    def __init__(self, fails: EngineError | None = None, languages=("en", "es")) -> None:
        self.fails = fails
        self.languages = languages
        self.gate: threading.Event | None = None
        self.started = self.opened = self.closed = 0
        self.starting = threading.Event()

    def info(self, language="en"):
        return SpeechServiceInfo(engine="fake", model="fake", quality="full", languages=self.languages)

    def warm(self):
        self.started += 1
        self.starting.set()
        if self.gate is not None:
            assert self.gate.wait(PATIENCE_SECONDS)
        if self.fails is not None:
            raise self.fails

    def open(self, language=None, hints=None):
        self.opened += 1
        return self

    def free(self):
        pass

    def close(self):
        self.closed += 1


def gone(*, retryable: bool = True) -> EngineError:
    return EngineError("test.gone", en="It is gone.", es="No está.", retryable=retryable)


def until(done: Callable[[], bool]) -> None:
    """Wait for what happens by itself on another thread."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def changed_over(clock):
    """Make a recogniser that has changed over for an error; both are closed at the end."""
    made = []

    def make(error: EngineError) -> tuple[SpeechToTextWithFallback, Starting, Starting]:
        preferred, basic = Starting(error), Starting(languages=("en",))
        made.append(SpeechToTextWithFallback(preferred, basic, clock.monotonic))
        made[-1].warm()
        assert made[-1].trouble is error and preferred.started == 1
        return made[-1], preferred, basic

    yield make
    for recogniser in made:
        recogniser.close()


def test_a_network_service_that_comes_back_is_used_again(clock, start_child, tmp_path):
    server = WyomingServer()
    server.close()
    recogniser = speech_to_text(
        start_child=start_child,
        commands=listener(tmp_path / "cache"),
        address=server.address,
        monotonic=clock.monotonic,
    )
    assert hear(recogniser, silence(0.5)).engine == "pocketsphinx"
    for language, again in (
        ("en", "Meanwhile Jarvis keeps trying by itself."),
        ("es", "Mientras tanto, Jarvis lo sigue intentando"),
    ):
        note = told_for_window(recogniser.info(language), language).note
        assert again in note and server.address in note and {"en": "“Models”", "es": "«Modelos»"}[language] in note
    server = WyomingServer("qué hora es", "es", port=server.port)
    clock.advance(FIRST_RETRY_SECONDS - 0.1)
    recogniser.look()
    assert server.requests == [] and recogniser.info().quality == "basic"
    clock.advance(0.1)
    until(lambda: recogniser.trouble is None)
    assert (recogniser.info().engine, recogniser.info().note) == ("wyoming", "")
    assert hear(recogniser, silence(0.5), "es").text == "qué hora es"
    recogniser.close()
    server.close()


def test_it_is_tried_again_after_longer_and_longer_pauses(clock, changed_over):
    recogniser, preferred, _ = changed_over(gone())
    pause = FIRST_RETRY_SECONDS
    for tries in range(2, 10):
        clock.advance(pause - 0.01)
        recogniser.look()
        assert preferred.started == tries - 1
        clock.advance(0.01)
        recogniser.look()
        assert preferred.started == tries
        pause = min(2 * pause, LONGEST_RETRY_SECONDS)
    assert pause == LONGEST_RETRY_SECONDS
    preferred.fails = None
    clock.advance(pause)
    recogniser.look()
    assert recogniser.trouble is None and recogniser.info().quality == "full"
    preferred.fails = gone()
    recogniser.warm()
    clock.advance(FIRST_RETRY_SECONDS)
    before = preferred.started
    recogniser.look()
    assert preferred.started == before + 1, "the pauses begin anew"


def test_what_no_other_try_can_mend_is_not_tried(clock, changed_over):
    recogniser, preferred, basic = changed_over(gone(retryable=False))
    clock.advance(10 * LONGEST_RETRY_SECONDS)
    recogniser.look()
    recogniser.open()
    assert (preferred.started, basic.opened) == (1, 1)
    assert "again" not in recogniser.info("en").note and "intentar" not in recogniser.info("es").note


def test_later_trouble_that_no_other_try_can_mend_ends_the_tries(clock, changed_over):
    recogniser, preferred, _ = changed_over(gone())
    preferred.fails = gone(retryable=False)
    clock.advance(FIRST_RETRY_SECONDS)
    recogniser.look()
    assert recogniser.trouble is preferred.fails and preferred.started == 2
    clock.advance(10 * LONGEST_RETRY_SECONDS)
    recogniser.look()
    assert preferred.started == 2


def test_nobody_who_speaks_or_leaves_waits_for_a_try(clock, changed_over):
    recogniser, preferred, basic = changed_over(gone())
    preferred.gate = threading.Event()
    preferred.starting.clear()
    clock.advance(FIRST_RETRY_SECONDS)
    assert preferred.starting.wait(PATIENCE_SECONDS)
    recogniser.open("en")
    assert basic.opened == 1
    closed = preferred.closed
    recogniser.free()
    recogniser.close()
    assert preferred.closed == closed and basic.closed == 1
    preferred.fails = None
    preferred.gate.set()
    until(lambda: preferred.closed == closed + 1)


def test_whoever_speaks_a_language_that_the_basic_one_does_not_know_gets_a_try_at_once(changed_over):
    recogniser, preferred, basic = changed_over(gone())
    recogniser.open("es")
    assert (preferred.started, basic.opened) == (2, 1)
    recogniser.open("en")
    assert preferred.started == 2
    preferred.fails = None
    recogniser.open("es")
    assert (preferred.started, preferred.opened, recogniser.trouble) == (3, 1, None)


def test_a_try_at_once_is_waited_for_a_moment_only(changed_over, monkeypatch):
    assert HURRIED_SECONDS <= 5.0
    monkeypatch.setattr("jarvis.engines.speech.fallback.HURRIED_SECONDS", 0.01)
    recogniser, preferred, basic = changed_over(gone())
    preferred.gate = threading.Event()
    for _ in range(3):
        recogniser.open("es")
    assert (basic.opened, preferred.started) == (3, 2)
    preferred.gate.set()
    for thread in threading.enumerate():
        if thread.name == "recognition-hurry":
            thread.join(PATIENCE_SECONDS)
    assert preferred.started == 2, "who waited for the same try asks for no other"
