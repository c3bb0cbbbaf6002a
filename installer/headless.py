"""A desktop that nobody sees, for the checks: display, window manager, tray, sound server, session bus, keyring.

Everything lives in a temporary folder and is ended afterwards, so that the person's own desktop, sound and keyring
are never touched. What is not installed is left out and named.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SOUND = """load-module module-native-protocol-unix
load-module module-null-sink norewinds=1 sink_name=vspk rate=48000 sink_properties=device.description=VirtualSpeaker
load-module module-null-sink norewinds=1 sink_name=vmic_sink rate=48000 channels=1
load-module module-remap-source master=vmic_sink.monitor source_name=vmic source_properties=device.description=Mic
set-default-sink vspk
set-default-source vmic
"""
"""Null sinks deliver nothing for about a second after idling unless `norewinds=1`."""

SCREEN = "1600x1000x24"


@contextlib.contextmanager
def headless_desktop() -> Iterator[tuple[dict[str, str], list[str]]]:
    """Yield the variables to run a program with inside the invisible desktop, and the names of what is missing."""
    with tempfile.TemporaryDirectory(prefix="jarvis-checks-") as name, contextlib.ExitStack() as running:
        folder = Path(name)
        variables = {**os.environ, "XDG_RUNTIME_DIR": name}
        variables.setdefault("QT_QPA_PLATFORM", "offscreen")
        for own in ("WAYLAND_DISPLAY", "DISPLAY", "PULSE_SERVER", "DBUS_SESSION_BUS_ADDRESS"):
            variables.pop(own, None)
        missing = [
            program
            for program, start in (
                ("Xvfb", _display),
                ("dbus-daemon", _bus),
                ("gnome-keyring-daemon", _keyring),
                ("pulseaudio", _sound),
            )
            if not (shutil.which(program) and start(running, variables, folder))
        ]
        yield variables, missing


def _start(
    running: contextlib.ExitStack, command: list[str], variables: dict[str, str], **streams: int
) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command, env=variables, **{"stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL, **streams}
    )  # type: ignore[call-overload]
    running.callback(_end, process)
    return process  # type: ignore[no-any-return]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _display(running: contextlib.ExitStack, variables: dict[str, str], _folder: Path) -> bool:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    process = subprocess.Popen(command, env=variables, pass_fds=(writer,), stderr=subprocess.DEVNULL)
    running.callback(_end, process)
    os.close(writer)
    with os.fdopen(reader) as number:
        variables["DISPLAY"] = f":{number.readline().strip()}"
    if variables["DISPLAY"] == ":":
        del variables["DISPLAY"]
        return False
    for program in (["openbox"], ["trayer", "--edge", "bottom"]):
        if shutil.which(program[0]):
            _start(running, program, variables, stdout=subprocess.DEVNULL)
    return True


def _bus(running: contextlib.ExitStack, variables: dict[str, str], _folder: Path) -> bool:
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
    process = _start(running, command, variables, stdout=subprocess.PIPE)
    assert process.stdout is not None
    running.callback(process.stdout.close)
    address = process.stdout.readline().decode().strip()
    if address:
        variables["DBUS_SESSION_BUS_ADDRESS"] = address
    return bool(address)


def _keyring(running: contextlib.ExitStack, variables: dict[str, str], folder: Path) -> bool:
    if "DBUS_SESSION_BUS_ADDRESS" not in variables:
        return False
    own = {**variables, "XDG_DATA_HOME": str(folder / "keyring"), "HOME": str(folder)}
    command = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
    process = _start(running, command, own, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    process.stdin.write(b"checks\n")
    process.stdin.close()
    return process.poll() is None


def _sound(running: contextlib.ExitStack, variables: dict[str, str], folder: Path) -> bool:
    script = folder / "sound.pa"
    script.write_text(SOUND)
    own = {**variables, "HOME": str(folder)}
    command = ["pulseaudio", "-n", "-F", str(script), "--daemonize=no", "--exit-idle-time=-1", "--log-target=stderr"]
    process = _start(running, command, own, stdout=subprocess.DEVNULL)
    for _ in range(100):
        if (folder / "pulse" / "native").exists():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.1)
    return False
