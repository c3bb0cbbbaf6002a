"""With the real child: nobody waits for it when it is slow, frozen or gone, and what can be heard then is heard."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE, WakeHit
from jarvis.engines.small_models.life import ModelsLife
from jarvis.engines.small_models.link import CALM_LIFE_SECONDS, STOPPED, Model, SmallModels
from jarvis.engines.small_models.listening import (
    AWAY_FRAMES,
    KEPT_SECONDS,
    ChildLook,
    ChildVoiceDetector,
    ChildWakeDetector,
    ChildWordSpotter,
)
from jarvis.processes.child import Child, Wire
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.keyword_spotter import KeywordSpotter
from jarvis.voice.wake import wake_detector
from tests.fakes.processes import PATIENCE_SECONDS, gone, until
from tests.fakes.small_models import CALL, FRAME, FRAME_BYTES, World, frames
from tests.fakes.speech import WAKING_VOICE, silence, synthetic_speech

AT_ONCE = 0.05
"""Seconds that ears wait here."""


@contextmanager
def frozen(child: Child) -> Iterator[None]:
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(child.pid, signal.SIGCONT)


def wires_of(child: Child, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list that gets the process of every wire that is asked for."""
    pids: list[int] = []
    wire = child.wire

    def asked(cancel: CancelToken | None = None) -> Wire:
        found = wire(cancel)
        pids.append(found.pid)
        return found

    monkeypatch.setattr(child, "wire", asked)
    return pids


def dying_when_opened(world: World, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Kill the child the first `times` times that a model is opened in it."""
    opened = world.models._open
    left = [times]

    def killed(life: ModelsLife, model: Model) -> None:
        if left[0]:
            left[0] -= 1
            assert world.child.pid is not None
            os.kill(world.child.pid, signal.SIGKILL)
        opened(life, model)

    monkeypatch.setattr(world.models, "_open", killed)


def test_a_child_that_is_killed_is_started_again_and_told_of_once(world: World) -> None:
    wake = ChildWakeDetector(world.models, threshold=0.97)
    voice = ChildVoiceDetector(world.models)
    words = ChildWordSpotter(world.models)
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
    assert [word.word for frame in said for word in words.process(frame) if not word.early] == ["cancel"]


def test_ears_go_on_while_the_child_is_frozen_and_hear_again_after_that(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.models = SmallModels(world.child, on_trouble=world.troubles.append, at_once_seconds=AT_ONCE)
    try:
        wake, voice = ChildWakeDetector(world.models, threshold=0.97), ChildVoiceDetector(world.models)
        speech = frames(synthetic_speech("hey jarvis", WAKING_VOICE))
        until(lambda: voice.probability(speech[10]) > 0.5, "voice is heard")
        latest = voice.probability(speech[10])
        assert world.child.pid is not None
        os.kill(world.child.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            assert [voice.probability(FRAME) for _ in range(AWAY_FRAMES)] == [latest] * AWAY_FRAMES
            assert voice.probability(FRAME) == 0.0
            assert [hit for frame in frames(CALL) for hit in wake.process(frame)] == []
            assert time.monotonic() - began < AWAY_FRAMES * AT_ONCE / 4
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


def test_a_child_that_dies_while_a_model_is_opened_is_started_again_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = wires_of(world.child, monkeypatch)
    dying_when_opened(world, monkeypatch, times=1)
    voice = ChildVoiceDetector(world.models)
    assert voice.probability(FRAME) == SileroVoiceDetector().probability(FRAME)
    assert len(set(pids)) == len(pids) == 2
    assert pids[-1] == world.child.pid
    # Nobody listened yet.
    assert world.troubles == []


def test_one_that_dies_again_while_a_model_is_opened_says_so_and_is_there_for_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying_when_opened(world, monkeypatch, times=2)
    with pytest.raises(EngineError) as told:
        ChildVoiceDetector(world.models)
    assert told.value.code == STOPPED
    assert told.value.retryable
    assert ChildVoiceDetector(world.models).probability(FRAME) == SileroVoiceDetector().probability(FRAME)


def test_the_first_try_after_a_death_begins_a_new_life(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # Were the first try given the pipes of the dead, the second one would come too late.
    monkeypatch.setattr("jarvis.engines.small_models.link.PAUSES_SECONDS", (0.0, 10 * PATIENCE_SECONDS))
    voice = ChildVoiceDetector(world.models)
    pids = wires_of(world.child, monkeypatch)
    for _ in range(3):
        pids.clear()
        before = world.child.pid
        world.killed()
        assert pids == [world.child.pid]
        assert pids != [before]
    assert voice.probability(FRAME) == SileroVoiceDetector().probability(FRAME)


def test_an_end_is_told_again_after_a_calm_minute(world: World) -> None:
    voice = ChildVoiceDetector(world.models)
    for after_seconds, told in ((CALM_LIFE_SECONDS, 1), (CALM_LIFE_SECONDS - 1, 1), (CALM_LIFE_SECONDS, 2)):
        world.killed(after_seconds)
        until(lambda told=told: len(world.troubles) >= told, "it is told")  # type: ignore[misc]
        assert [trouble.code for trouble in world.troubles] == [STOPPED] * told
    assert voice.probability(FRAME) >= 0.0


def test_only_one_frame_waits_while_looks_are_stuck_in_the_pipe(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.models = SmallModels(world.child, at_once_seconds=AT_ONCE)
    try:
        voice, look = ChildVoiceDetector(world.models), ChildLook(world.models, "keyword look")
        until(lambda: voice.probability(FRAME) > 0.0, "it answers")
        life = world.models._life
        assert life is not None

        def ask() -> None:
            with suppress(EngineError):
                look.score(silence(2))

        with frozen(world.child):
            asking = [threading.Thread(target=ask) for _ in range(3)]
            for thread in asking:
                thread.start()
            until(lambda: len(life._waiting) >= len(asking), "they ask")
            began = time.monotonic()
            for _ in range(AWAY_FRAMES):
                voice.probability(FRAME)
            assert time.monotonic() - began < AWAY_FRAMES * AT_ONCE / 4
        for thread in asking:
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive()
        until(lambda: voice.probability(FRAME) > 0.0 and not voice._away, "it answers again")
    finally:
        world.models.close()
        world.factory.stop()


def test_words_are_heard_when_the_answer_is_late(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.models = SmallModels(world.child, at_once_seconds=AT_ONCE)
    try:
        said = silence(1) + synthetic_speech("cancel", "en-us") + silence(1)
        wake, words = ChildWakeDetector(world.models, threshold=0.97), ChildWordSpotter(world.models)
        for sound, there, here in ((CALL, wake, wake_detector()), (said, words, KeywordSpotter())):
            expected = [found for frame in frames(sound) for found in here.process(frame)]
            assert {one.word for one in expected} == ({"hey jarvis"} if sound is CALL else {"cancel"})
            found = []
            # In the middle of the word it stands still for half a second.
            before, during, after = frames(sound)[:40], frames(sound)[40:56], frames(sound)[56:]
            for frame in before:
                found += there.process(frame)
            until(lambda there=there: not _waits(there), "it has heard the beginning")  # type: ignore[misc]
            with frozen(world.child):
                assert [hit for frame in during for hit in there.process(frame)] == []
                assert there._stream.waits
            while there._stream.waits:
                found += there.process(b"")
            for frame in after:
                found += there.process(frame)
            while there._stream.waits:
                found += there.process(b"")
            assert [(hit.word, hit.sure) for hit in found] == [(hit.word, hit.sure) for hit in expected]
            assert [hit.at_seconds for hit in found] == pytest.approx([hit.at_seconds for hit in expected])
    finally:
        world.models.close()
        world.factory.stop()


def test_of_more_than_two_seconds_the_latest_is_heard_anew(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.models = SmallModels(world.child, at_once_seconds=AT_ONCE)
    try:
        wake = ChildWakeDetector(world.models, threshold=0.97)
        call = synthetic_speech("hey jarvis", WAKING_VOICE)
        sound = silence(6) + call + silence(0.5)
        here = wake_detector()
        (expected,) = [hit for frame in frames(sound) for hit in here.process(frame)]
        with frozen(world.child):
            assert [hit for frame in frames(sound) for hit in wake.process(frame)] == []
            assert len(wake._stream._kept) == 2 * KEPT_SECONDS * SAMPLE_RATE
        found: list[WakeHit] = []
        while wake._stream.waits:
            found += wake.process(b"")
        assert [hit.at_seconds for hit in found] == [pytest.approx(expected.at_seconds, abs=0.1)]
    finally:
        world.models.close()
        world.factory.stop()


def test_what_a_child_was_asked_when_it_died_the_next_one_hears(world: World) -> None:
    wake = ChildWakeDetector(world.models, threshold=0.97)
    sound = silence(0.5) + synthetic_speech("hey jarvis", WAKING_VOICE) + silence(0.5)
    here = wake_detector()
    (expected,) = [hit for frame in frames(sound) for hit in here.process(frame)]
    assert world.child.pid is not None
    os.kill(world.child.pid, signal.SIGSTOP)
    world.models.at_once_seconds = AT_ONCE
    assert wake.process(sound[:FRAME_BYTES]) == wake.process(sound[FRAME_BYTES:]) == []
    assert wake._stream.waits
    world.killed()
    world.models.at_once_seconds = PATIENCE_SECONDS
    (hit,) = wake.process(b"")
    assert hit.at_seconds == pytest.approx(expected.at_seconds, abs=0.05)


def test_a_reset_makes_a_late_answer_void(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.models = SmallModels(world.child, at_once_seconds=AT_ONCE)
    try:
        wake = ChildWakeDetector(world.models, threshold=0.97)
        with frozen(world.child):
            assert wake.process(CALL[:FRAME_BYTES]) == wake.process(CALL[FRAME_BYTES:]) == []
            assert wake._stream.waits
            wake.reset()
        life = world.models._life
        assert life is not None
        until(lambda: not life._waiting, "it has answered")
        assert [hit for frame in frames(silence(1)) for hit in wake.process(frame)] == []
    finally:
        world.models.close()
        world.factory.stop()


def _waits(there: ChildWakeDetector | ChildWordSpotter) -> bool:
    """Tell whether an answer is still late; what it brings is nothing yet."""
    assert there.process(b"") == []
    return there._stream.waits
