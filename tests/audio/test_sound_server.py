"""What a real sound server says of its default devices, and what is known without one."""

import os
import socket
import subprocess
import sys

import pytest

from jarvis.audio.device_choice import DeviceNews
from jarvis.audio.portaudio import AudioDevice
from jarvis.audio.sound_server import RECONNECT_SECONDS, SoundServer
from tests.fakes.processes import PATIENCE_SECONDS, until
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


class Library:
    """libpulse with some of its functions replaced by `others`."""

    def __init__(self, server, **others):
        self._lib = server._lib
        self.__dict__.update(others)

    def __getattr__(self, name):
        return getattr(self._lib, name)


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
        until(lambda: server.look() == "" and server._context is None, "it is known to be gone")
        audio.start_server()
        audio.add_speaker("headphones", "Big Headphones")
        audio.make_default("headphones")
        now[0] += RECONNECT_SECONDS - 1
        assert server.look() == "" and server._context is None
        now[0] += 1
        until(lambda: server.look() == "Big Headphones", "it was found again")
    finally:
        server.close()


def test_a_device_that_is_opened_after_a_restart_is_told_by_its_new_name_at_once(audio):
    server = SoundServer("output", lambda: 100.0)
    try:
        until(lambda: server.look() == "Null Output", "it was told")
        audio.kill_server()
        audio.start_server()
        audio.add_speaker("headphones", "Big Headphones")
        audio.make_default("headphones")
        assert server.look(SECONDS) == "Big Headphones"
        audio.kill_server()
        assert server.look(SECONDS) == "" and server._context is None
    finally:
        server.close()
    assert server.name == ""


def test_what_was_told_before_closing_is_forgotten(audio):
    server = SoundServer("input")
    assert server.look(SECONDS) != ""
    server.close()
    assert (server.name, server._identity) == ("", b"")
    assert server.look(SECONDS) == "Remapped Monitor of Null Output"
    server.close()


def test_a_default_that_cannot_be_asked_after_has_no_name_until_it_is_asked_again(audio):
    server = SoundServer("output")
    ask, names = server._lib.pa_context_get_sink_info_by_name, [b"no such speaker"]
    server._lib = Library(
        server,
        pa_context_get_sink_info_by_name=lambda context, name, *rest: ask(context, names[0] if names else name, *rest),
    )
    try:
        assert server.look(SECONDS) == "" and server._identity == b""
        names.clear()
        assert server.look(SECONDS) == "Null Output"
        names.append(b"no such speaker")
        audio.add_speaker("headphones", "Big Headphones")
        audio.make_default("headphones")
        until(lambda: server.look() == "" and server._identity == b"", "the old name does not stand for the new one")
        names.clear()
        audio.make_default("vspk")
        until(lambda: server.look() == "Null Output", "the next change asks again")
    finally:
        server.close()


def test_a_change_while_the_one_before_is_asked_after_is_not_missed(audio):
    server = SoundServer("output")
    ask, spoken = server._lib.pa_context_get_sink_info_by_name, []

    def slowly(context, name, told, data):
        # The next change is announced before the answer.
        if not spoken:
            spoken.append(name)
            audio.add_speaker("headphones", "Big Headphones")
            audio.make_default("headphones")
            server._changed(None, 0, 0, None)
        return ask(context, name, told, data)

    server._lib = Library(server, pa_context_get_sink_info_by_name=slowly)
    try:
        server._lib.pa_context_subscribe = lambda *_: None
        assert server.look(SECONDS) == "Big Headphones"
        assert spoken == [b"vspk"]
    finally:
        server.close()


def test_after_closing_only_another_device_is_asked_after(audio):
    device = AudioDevice(name="default", direction="output", is_default=True, sample_rate=48_000, channels=2, index=0)
    news = DeviceNews("output", None)
    try:
        assert news.known_as(device).name == "Null Output"
        news.close()
        assert news.follow(device) is False and news._server._context is None
        assert news.known_as(device).name == "Null Output"
        audio.add_speaker("headphones", "Big Headphones")
        audio.make_default("headphones")
        until(lambda: news.follow(device), "it follows again")
    finally:
        news.close()


@pytest.fixture
def silent_server(monkeypatch):
    """Takes connections over TCP and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("PULSE_SERVER", f"tcp:127.0.0.1:{server.getsockname()[1]}")
        yield server


def test_a_server_that_did_not_answer_is_not_waited_for_again_for_a_while(silent_server):
    now, waits = [100.0], []
    server = SoundServer("output", lambda: now[0])

    poll = server._lib.pa_mainloop_poll

    def counted(loop):
        waits.append(now[0])
        now[0] += 0.125
        return poll(loop)

    server._lib = Library(server, pa_mainloop_poll=counted)
    assert server.look(0.3) == "" and len(waits) == 3
    for _ in range(3):
        assert server.look(0.3) == ""
        server.close()
    assert len(waits) == 3
    now[0] += RECONNECT_SECONDS
    assert server.look(0.3) == "" and len(waits) == 6
    server.close()


OUT_OF_FILES = """
import os, resource, sys
from jarvis.audio.sound_server import SoundServer
limit = resource.getrlimit(resource.RLIMIT_NOFILE)
server = SoundServer("output")
free = os.dup(0)
os.close(free)
for more in range(12):
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + more, limit[1]))
    server.look(0.2)
    server.close()
resource.setrlimit(resource.RLIMIT_NOFILE, limit)
print(server.look(10.0))
server.close()
"""


def test_without_files_to_open_the_server_is_not_there_and_later_it_is(audio):
    done = subprocess.run(
        [sys.executable, "-c", OUT_OF_FILES], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (done.returncode, done.stdout) == (0, "Null Output\n"), done.stderr


@pytest.mark.parametrize("missing", ["pa_mainloop_new", "pa_context_new"])
def test_what_libpulse_cannot_make_is_not_handed_back_to_it(missing, tmp_path, monkeypatch):
    monkeypatch.setenv("PULSE_RUNTIME_PATH", str(tmp_path))
    server = SoundServer("input")
    taken, lib = [], server._lib
    nothing = {missing: lambda *_: None}
    handed = {
        name: lambda *given, name=name: taken.append((name, given[0])) or getattr(lib, name)(*given)
        for name in ("pa_mainloop_get_api", "pa_context_connect", "pa_context_unref", "pa_mainloop_free")
    }
    server._lib = Library(server, **{**handed, **nothing})
    assert server.look(SECONDS) == "" and server._context is server._loop is None
    assert all(first is not None for _, first in taken)
    assert [name for name, _ in taken] == (
        [] if missing == "pa_mainloop_new" else ["pa_mainloop_get_api", "pa_mainloop_free"]
    )


@pytest.mark.parametrize("failing", ["pa_mainloop_prepare", "pa_mainloop_poll", "pa_mainloop_dispatch"])
def test_a_loop_that_fails_is_given_up_and_the_next_one_asked(failing, audio):
    server = SoundServer("output")
    lib = server._lib
    server._lib = Library(server, **{failing: lambda *_: -1})
    assert server.look(SECONDS) == "" and server._context is None
    server._lib = lib
    assert server.look(SECONDS) == "Null Output"
    server.close()


def test_without_a_server_nothing_is_known_and_nobody_waits(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PULSE_RUNTIME_PATH", str(tmp_path))
    assert "PULSE_SERVER" not in os.environ
    server = SoundServer("input", lambda: 0.0)
    # Whoever waited by this clock would wait for ever.
    assert server.look(SECONDS) == ""
    server.close()
