"""A private D-Bus session bus and programs on it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parents[1] / "programs"


def end(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()
    process.stdout.close()


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
            [sys.executable, PROGRAMS / program, *arguments],
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
