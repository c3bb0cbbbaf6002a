"""The devices of a real sound server, in a program of its own: PortAudio never recovers a stream whose server died."""

import contextlib
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.fakes.processes import PATIENCE_SECONDS, until
from tests.fakes.virtual_audio import VirtualAudio, missing_parts, samples

pytestmark = pytest.mark.skipif(bool(missing_parts()), reason=f"not installed: {missing_parts()}")


@pytest.fixture
def audio(tmp_path):
    (tmp_path / "pulse").mkdir()
    server = VirtualAudio(tmp_path / "pulse")
    try:
        yield server
    finally:
        server.close()


class Talker:
    """`tests.programs.hear_and_talk` at the virtual devices, and the lines that it has written so far."""

    def __init__(self, audio: VirtualAudio) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.programs.hear_and_talk"],
            env={**os.environ, **audio.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def until(self, *wanted: str) -> list[str]:
        """Read on until every one of `wanted` begins a new line; returns the new lines."""
        assert self.process.stdout is not None
        begin = len(self.lines)
        while not all(any(line.startswith(wish) for line in self.lines[begin:]) for wish in wanted):
            line = self.process.stdout.readline()
            assert line, f"it ended: {self.lines}"
            self.lines.append(line.strip())
        return self.lines[begin:]

    def end(self) -> None:
        """Let it finish; all that it was to say has sounded."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        _, sounded, _, said = self.until("said", "end")[0].split()
        assert sounded == said
        assert self.process.wait(PATIENCE_SECONDS) == 0


@contextlib.contextmanager
def talking(audio: VirtualAudio):
    talker = Talker(audio)
    try:
        talker.until("heard", "talking")
        yield talker
    finally:
        talker.process.kill()
        talker.process.wait(PATIENCE_SECONDS)
        for pipe in (talker.process.stdin, talker.process.stdout):
            assert pipe is not None
            pipe.close()


def test_a_sound_server_that_restarts_in_mid_sentence_is_survived(audio):
    with talking(audio) as talker:
        audio.kill_server()
        audio.start_server()
        lines = talker.until("input", "output", "heard")
        # Which of the server's two names is the default may have changed meanwhile.
        assert {line.split()[-1] for line in lines} >= {"audio.microphone_again", "audio.speaker_again"}
        until(lambda: audio.players() == 1, "it plays to the new server")
        talker.end()


def loud(path) -> bool:
    return bool((np.abs(samples(path).astype(int)) > 2000).sum() > 1600)


def test_the_sentence_moves_to_another_speaker_when_the_default_changes_and_back_when_it_is_pulled_out(audio, tmp_path):
    with talking(audio) as talker:
        other = audio.add_speaker("headphones")
        recorder = audio.record(tmp_path / "headphones.raw", "headphones")
        audio.make_default("headphones")
        until(lambda: loud(tmp_path / "headphones.raw"), "it sounds in the headphones")
        audio.end(recorder)
        recorder = audio.record(tmp_path / "speaker.raw")
        assert not loud(tmp_path / "speaker.raw")
        audio.remove_speaker(other)
        until(lambda: loud(tmp_path / "speaker.raw"), "it sounds in the speaker again")
        audio.end(recorder)
        talker.end()


def test_another_default_microphone_is_told_by_its_name_while_jarvis_talks(audio):
    with talking(audio) as talker:
        assert "input Remapped Monitor of Null Output" in talker.lines
        assert audio.heard_from() == ["vmic"]
        audio.add_speaker("headset", "Blue Headset")
        audio.make_default_microphone("headset.monitor")
        (told,) = [line for line in talker.until("input", "heard") if line.startswith("input")]
        assert told == "input Monitor of Blue Headset audio.default_microphone"
        assert audio.heard_from() == ["headset.monitor"]
        talker.end()


def test_another_default_speaker_is_told_by_its_name_while_the_sentence_goes_on_there(audio):
    with talking(audio) as talker:
        assert "output Null Output" in talker.lines
        audio.add_speaker("headphones", "Big Headphones")
        audio.make_default("headphones")
        assert talker.until("output") == ["output Big Headphones audio.default_speaker"]
        assert (audio.players("headphones"), audio.players()) == (1, 0)
        talker.end()
