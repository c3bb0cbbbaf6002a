"""A sound server of its own with a virtual microphone and a virtual speaker, for tests of the real audio path.

PulseAudio with null sinks. `norewinds=1` is essential: without it an idle sink delivers nothing for about a second.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

RECORDED_RATE = 16_000
PATIENCE_SECONDS = 60.0
"""Bound of every wait; only a failing test uses it up."""

_SERVER = "load-module module-native-protocol-unix"
_DEVICES = """
load-module module-null-sink norewinds=1 sink_name=vspk rate=48000
load-module module-null-sink norewinds=1 sink_name=vmic_sink rate=48000 channels=1
load-module module-remap-source master=vmic_sink.monitor source_name=vmic
set-default-sink vspk
set-default-source vmic
"""


def missing_parts() -> str:
    """Return which part of the virtual devices is not installed, empty when all is there."""
    programs = [name for name in ("pulseaudio", "pactl", "paplay", "parec") if shutil.which(name) is None]
    plugins = list(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so"))
    return ", ".join([*programs, *([] if plugins else ["libasound2-plugins"])])


class VirtualAudio:
    """The server; `environment` is what its clients need. Unless `plugged` it has no device until `plug_in`."""

    def __init__(self, folder: Path, *, plugged: bool = True) -> None:
        folder.chmod(0o700)
        self._plugged = plugged
        self.folder = folder
        self.environment = {"XDG_RUNTIME_DIR": str(folder), "PULSE_RUNTIME_PATH": str(folder / "pulse")}
        (folder / "setup.pa").write_text(_SERVER + (_DEVICES if plugged else "\n"))
        self._children: list[subprocess.Popen[bytes]] = []
        self._server = self._serving()

    def plug_in(self) -> None:
        """Plug the microphone and the speaker into a server that has none."""
        for line in _DEVICES.split("\n"):
            if line:
                self._asked(*line.split())
        self._until(lambda: "Default Source: vmic" in self._asked("info"), self._server)

    def say(self, path: Path) -> None:
        """Play a sound file into the microphone; returns when it is over."""
        command = ["paplay", "--device=vmic_sink", str(path)]
        subprocess.run(command, env=self._env(), check=True, timeout=PATIENCE_SECONDS)

    def listeners(self) -> int:
        """Return how many streams record from the microphone now."""
        return self._asked("list", "short", "source-outputs").count("\n")

    def players(self, sink: str = "vspk") -> int:
        """Return how many streams play to a speaker now."""
        sinks = dict(reversed(line.split("\t")[:2]) for line in self._asked("list", "short", "sinks").splitlines())
        inputs = [line.split("\t") for line in self._asked("list", "short", "sink-inputs").splitlines()]
        return sum(columns[1] == sinks.get(sink) for columns in inputs)

    def add_speaker(self, name: str, description: str = "Null Output") -> str:
        """Plug in another speaker, `description` to people; returns what `remove_speaker` takes.

        What it plays can be heard at a microphone called `name`.monitor.
        """
        settings = [f"sink_name={name}", f"sink_properties='device.description=\"{description}\"'", "rate=44100"]
        return self._asked("load-module", "module-null-sink", "norewinds=1", *settings).strip()

    def remove_speaker(self, module: str) -> None:
        """Pull a speaker out."""
        self._asked("unload-module", module)

    def make_default(self, sink: str) -> None:
        """Choose the default speaker, as a person does in the system's settings."""
        self._asked("set-default-sink", sink)

    def make_default_microphone(self, source: str) -> None:
        """Choose the default microphone, as a person does in the system's settings."""
        self._asked("set-default-source", source)

    def heard_from(self) -> list[str]:
        """Return the microphone of every stream that records now, but for the virtual microphone's own."""
        sources = dict(line.split("\t")[:2] for line in self._asked("list", "short", "sources").splitlines())
        return [sources[source] for _, source in self._recording()]

    def tie(self, source: str) -> None:
        """Tie every stream that records to `source`, as a person does in a mixer: the server moves it no more."""
        for stream, _ in self._recording():
            self._asked("move-source-output", stream, source)

    def record(self, path: Path, sink: str = "vspk") -> subprocess.Popen[bytes]:
        """Begin to record what the speaker plays, as raw 16 kHz int16 mono; returns once sound comes in."""
        recorder = self._started(
            "parec",
            f"--device={sink}.monitor",
            f"--rate={RECORDED_RATE}",
            "--channels=1",
            "--format=s16le",
            "--latency-msec=20",
            output=path,
        )
        self._until(lambda: bool(path.stat().st_size), self._server)
        return recorder

    def end(self, child: subprocess.Popen[bytes]) -> None:
        """End a child and wait for it."""
        child.terminate()
        child.wait(PATIENCE_SECONDS)

    def kill_server(self) -> None:
        """Take the devices away, as pulling a plug does."""
        self._server.kill()
        self._server.wait(PATIENCE_SECONDS)

    def start_server(self) -> None:
        """Start it again after `kill_server`, as a system does."""
        shutil.rmtree(self.folder / "pulse", ignore_errors=True)
        self._server = self._serving()

    def close(self) -> None:
        """End everything that was started."""
        for child in reversed(self._children):
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(5)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()

    def _serving(self) -> subprocess.Popen[bytes]:
        script = str(self.folder / "setup.pa")
        server = self._started("pulseaudio", "-n", "-F", script, "--daemonize=no", "--exit-idle-time=-1")
        ready = "Default Source: vmic" if self._plugged else "Server Name: "
        self._until(lambda: ready in self._asked("info"), server)
        return server

    def _started(self, *command: str, output: Path | None = None) -> subprocess.Popen[bytes]:
        target = output.open("wb") if output is not None else subprocess.DEVNULL
        try:
            # A session bus is where a second server would find the name of the first one taken, and give up.
            environment = {k: v for k, v in self._env().items() if k not in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY")}
            child = subprocess.Popen(command, env=environment, stdout=target, stderr=subprocess.DEVNULL)
        finally:
            if output is not None:
                target.close()  # type: ignore[union-attr]
        self._children.append(child)
        return child

    def _until(self, holds: Callable[[], bool], server: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            if server.poll() is not None or time.monotonic() > end:
                self.close()
                raise RuntimeError("the sound server does not work")
            time.sleep(0.02)

    def _recording(self) -> list[tuple[str, str]]:
        outputs = [line.split("\t") for line in self._asked("list", "short", "source-outputs").splitlines()]
        return [(columns[0], columns[1]) for columns in outputs if columns[2] != "-"]

    def _asked(self, *question: str) -> str:
        environment = {**self._env(), "LC_ALL": "C"}
        return subprocess.run(
            ["pactl", *question], env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        ).stdout

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}


def samples(path: Path) -> np.ndarray:
    """Return what `VirtualAudio.record` has written so far."""
    raw = path.read_bytes()
    return np.frombuffer(raw[: len(raw) // 2 * 2], "<i2")
