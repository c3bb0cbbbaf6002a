"""What a real sound server says of its default devices, and what is known without one."""

import os

import pytest

from jarvis.audio.sound_server import RECONNECT_SECONDS, SoundServer
from tests.fakes.processes import until
from tests.fakes.virtual_audio import VirtualAudio, missing_parts

pytestmark = pytest.mark.skipif(bool(missing_parts()), reason=f"not installed: {missing_parts()}")

SECONDS = 10.0
"""Bound of a wait for the server; only a failing test uses it up."""


@pytest.fixture
def audio(tmp_path, monkeypatch):
    (tmp_path / "pulse").mkdir()
    server = VirtualAudio(tmp_path / "pulse")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    try:
        yield server
    finally:
        server.close()


@pytest.mark.parametrize(
    ("direction", "first", "then"),
    [
        ("input", "Remapped Monitor of Null Output", "Monitor of Big Headphones"),
        ("output", "Null Output", "Big Headphones"),
    ],
)
def test_it_says_which_device_is_the_default_and_which_is_then(audio, direction, first, then):
    server = SoundServer(direction)
    try:
        assert server.look(SECONDS) == first
        audio.add_speaker("headphones", "Big Headphones")
        assert server.look() == first
        if direction == "input":
            audio.make_default_microphone("headphones.monitor")
        else:
            audio.make_default("headphones")
        until(lambda: server.look() == then, "it was told")
    finally:
        server.close()


def test_a_server_that_went_is_looked_for_now_and_then(audio):
    now = [100.0]
    server = SoundServer("output", lambda: now[0])
    try:
        until(lambda: server.look() == "Null Output", "it was told")
        audio.kill_server()
        until(lambda: server.look() == "Null Output" and server._context is None, "it is known to be gone")
        audio.start_server()
        audio.add_speaker("headphones", "Big Headphones")
        audio.make_default("headphones")
        now[0] += RECONNECT_SECONDS - 1
        assert server.look() == "Null Output" and server._context is None
        now[0] += 1
        until(lambda: server.look() == "Big Headphones", "it was found again")
    finally:
        server.close()


def test_without_a_server_nothing_is_known_and_nobody_waits(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PULSE_RUNTIME_PATH", str(tmp_path))
    assert "PULSE_SERVER" not in os.environ
    server = SoundServer("input", lambda: 0.0)
    # Whoever waited by this clock would wait for ever.
    assert server.look(SECONDS) == ""
    server.close()
