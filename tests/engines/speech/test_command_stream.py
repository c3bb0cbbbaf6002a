"""What basic recognition does with sound that is no command: ten minutes of talk, clipping, a shifted zero, silence."""

from __future__ import annotations

import numpy as np
import pytest

from jarvis.engines.children import pocketsphinx_commands
from jarvis.engines.children.command_gate import Evidence
from jarvis.engines.children.command_stream import LONGEST_SECONDS, CommandStream
from jarvis.engines.children.heard import HeardSpeech, PartialSpeech, Request
from jarvis.engines.children.noise_reduction import NoiseReduction
from jarvis.engines.children.pocketsphinx_commands import CommandRecogniser, HeardCommand
from jarvis.engines.speech.wyoming_connection import import_wyoming
from tests.fakes.speech import pink_noise, silence, synthetic_speech, with_noise

SURE = Evidence(score=0.9, trigram_distance=0.0, phone_distance=0.0)
SPEECH = b"\x00\x20\x00\xe0" * 8000


class Taking:
    """A recogniser that takes everything for the same command and counts what it was given in one piece."""

    def __init__(self) -> None:
        self.bytes = self.most = self.begun = 0

    def start(self) -> None:
        self.bytes = 0
        self.begun += 1

    def feed(self, pcm: bytes) -> None:
        self.bytes += len(pcm)
        self.most = max(self.most, self.bytes)

    def finish(self) -> HeardCommand:
        return HeardCommand(text="stop", accepted=True, evidence=SURE, grammar_text="stop", trigram_text="stop")


class Told:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[HeardSpeech] = []

    def partial(self, request: Request, heard: PartialSpeech) -> None:
        raise AssertionError("commands have no partial words")

    def settled(self, request: Request, number: int, heard: HeardSpeech) -> None:
        self.heard.append(heard)

    def finished(self, request: Request, heard: HeardSpeech) -> None:
        self.heard.append(heard)


def test_ten_minutes_of_speech_are_heard_in_bounded_pieces_and_are_no_command() -> None:
    recogniser, told = Taking(), Told()
    stream = CommandStream(recogniser, told)  # type: ignore[arg-type]
    stream.begin(Request(partials=False))
    for _ in range(600):
        stream.feed(SPEECH)
    stream.finish()
    (heard,) = told.heard
    assert not heard.accepted and heard.segments[0].end_seconds == 600.0
    assert recogniser.most <= 32_000 * LONGEST_SECONDS and recogniser.begun == 30
    stream.begin(Request(partials=False))
    stream.feed(SPEECH)
    stream.finish()
    assert told.heard[-1].accepted


def test_after_ten_minutes_with_pauses_only_the_end_is_heard_again() -> None:
    recogniser, told = Taking(), Told()
    stream = CommandStream(recogniser, told)  # type: ignore[arg-type]
    stream.begin(Request(partials=False))
    for second in range(600):
        stream.feed(SPEECH)
        if second % 60 == 59:
            stream.settle(second)
    assert recogniser.most <= 32_000 * LONGEST_SECONDS
    assert [heard.accepted for heard in told.heard] == [False] * 10


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> CommandRecogniser:
    import_wyoming()
    from jarvis.app.command_listener import listening_files

    return CommandRecogniser(listening_files(tmp_path_factory.mktemp("cache")))


def heard_of(recogniser: CommandRecogniser, pcm: bytes) -> HeardSpeech:
    told = Told()
    stream = CommandStream(recogniser, told)
    stream.begin(Request(partials=False))
    for start in range(0, len(pcm), 1024):
        stream.feed(pcm[start : start + 1024])
    stream.finish()
    return told.heard[0]


def shaped(gain: float, offset: float) -> bytes:
    said = silence(0.3) + synthetic_speech("set a timer for ten minutes", "en-us+adam", 150) + silence(0.35)
    sound = np.frombuffer(said, "<i2").astype(np.float64)
    sound = sound / np.abs(sound).max() * 32767 * gain + offset
    return np.clip(sound, -32768, 32767).astype("<i2").tobytes()


@pytest.mark.parametrize(("gain", "offset"), [(2.0, 0.0), (0.1, 0.0), (0.5, 6000.0), (0.5, -6000.0)])
def test_clipped_soft_and_shifted_speech_is_understood(
    recogniser: CommandRecogniser, gain: float, offset: float
) -> None:
    heard = heard_of(recogniser, shaped(gain, offset))
    assert (heard.text, heard.accepted) == ("set a timer for ten minutes", True)


@pytest.mark.parametrize("gain", [4.0, 16.0])
def test_speech_that_is_clipped_beyond_recognition_is_rejected(recogniser: CommandRecogniser, gain: float) -> None:
    assert not heard_of(recogniser, shaped(gain, 0.0)).accepted


@pytest.mark.parametrize("level", [0, 1, 32767, -32768])
def test_silence_and_a_stuck_converter_are_no_command(recogniser: CommandRecogniser, level: int) -> None:
    assert not heard_of(recogniser, np.full(32_000, level, "<i2").tobytes()).accepted


def test_in_a_quiet_room_nothing_is_taken_for_noise(
    recogniser: CommandRecogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned = []

    class Noted(NoiseReduction):
        def __init__(self, first: bytes) -> None:
            learned.append(len(first))
            super().__init__(first)

    monkeypatch.setattr(pocketsphinx_commands, "NoiseReduction", Noted)
    quiet = shaped(0.5, 0.0)
    # As a microphone hisses, 50 dB below a voice.
    hiss = np.random.default_rng(2).normal(0.0, 8.0, len(quiet) // 2)
    hissing = (np.frombuffer(quiet, "<i2") + hiss).astype("<i2").tobytes()
    for pcm in (quiet, hissing):
        assert heard_of(recogniser, pcm).text == "set a timer for ten minutes"
    assert learned == []
    assert heard_of(recogniser, with_noise(quiet, pink_noise(4), 20)).text == "set a timer for ten minutes"
    assert len(learned) == 1
