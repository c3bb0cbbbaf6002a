"""Own wake words are found in recordings, although their spotter is never waited for when sound is live."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.wake_files import WakeInStep
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.speech import TurnFinished, WakeHit
from jarvis.settings.folders import Folders
from tests.fakes.speech import silence, synthetic_speech, write_wav


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.settings.set("ollama.url", "")
    jarvis.settings.set("voice.wake_words", "computer, oye ordenador")
    # The second look is made for people and agrees to few voices of eSpeak.
    jarvis.settings.set("voice.wake_second_look", False)
    yield jarvis
    jarvis.close()


VOICE = "en-us+adam"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    word = synthetic_speech("computer", VOICE, 140)
    sound = silence(1.0) + word + silence(1.2) + synthetic_speech("what time is it", VOICE, 150) + silence(1.0)
    return write_wav(tmp_path / "computer.wav", sound)


def test_an_own_word_is_found_where_it_is_said(jarvis: Jarvis, recording: Path) -> None:
    (hit,) = jarvis.wake_hits(recording)
    assert hit.word == "computer" and 1.2 < hit.at_seconds < 2.6


def test_the_question_after_an_own_word_is_answered(jarvis: Jarvis, recording: Path, tmp_path: Path) -> None:
    events = jarvis.listen(source=recording, output=tmp_path / "out.wav", once=True, cancel=CancelToken())
    (turn,) = [event for event in events if isinstance(event, TurnFinished)]
    assert turn.transcript is not None and turn.transcript.text == "what time is it" and turn.text


def test_other_words_call_nobody(jarvis: Jarvis, tmp_path: Path) -> None:
    sound = silence(0.5) + synthetic_speech("the weather is nice this morning", VOICE, 150) + silence(0.5)
    assert list(jarvis.wake_hits(write_wav(tmp_path / "talk.wav", sound))) == []


def test_what_the_child_says_late_is_waited_for_every_tenth_of_a_second() -> None:
    waiting: list[WakeHit] = []

    class Late:
        score = 0.5
        resets = 0

        def process(self, pcm: bytes) -> list[WakeHit]:
            found = waiting.copy()
            waiting.clear()
            return found

        def reset(self) -> None:
            self.resets += 1

    waits: list[int] = []

    def wait() -> None:
        waits.append(len(waits))
        waiting.append(WakeHit(at_seconds=0.1, score=1.0))

    late = Late()
    detector = WakeInStep(late, wait)
    hits = [hit for _ in range(10) for hit in detector.process(bytes(1024))]
    assert len(waits) == len(hits) == 2 and not waiting
    detector.reset()
    assert late.resets == 1 and detector.score == 0.5
