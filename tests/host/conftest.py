"""A private D-Bus session bus and programs on it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jarvis.host import launcher, notify, session_bus, shortcuts_portal, volume
from tests.fakes.processes import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait long for every program and service: on a busy machine all of them are slow, and none here is to hang."""
    monkeypatch.setattr(session_bus, "CALL_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(notify, "ACTIVATION_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(shortcuts_portal, "PORTAL_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(volume, "PROGRAM_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(launcher, "APPLICATION_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(launcher, "OPENER_SECONDS", PATIENCE_SECONDS)


def end(process: subprocess.Popen) -> None:
    process.kill()
    process.communicate()


@pytest.fixture(scope="session")
def bus_address() -> Iterator[str]:
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("dbus-daemon is not installed: media players and notifications need a desktop's session bus")
    process = subprocess.Popen(
        [daemon, "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, text=True
    )
    yield process.stdout.readline().strip()
    end(process)


@pytest.fixture
def on_bus(bus_address: str) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start a test program on the bus; returns once it said that it is ready."""
    started: list[subprocess.Popen] = []

    def start(program: str, *arguments: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", f"tests.programs.{program}", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus_address},
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        end(process)
