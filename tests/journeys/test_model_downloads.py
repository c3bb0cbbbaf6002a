"""`jarvis models download A B C`: several at once, by the real program from a stand-in for the hub."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.hub import Hub
from tests.fakes.processes import until
from tests.journeys.program import Program, rest_of
from tests.journeys.test_models import own_list

NAMES = ("one", "two", "three")


@pytest.fixture
def hub(home_model: Path) -> Iterator[Hub]:
    content = home_model.read_bytes()
    hub = Hub({f"somebody/{name}-gguf/{name}.gguf": content for name in NAMES})
    yield hub
    hub.close()


@pytest.fixture
def jarvis(tmp_path: Path, hub: Hub, home_model: Path) -> Program:
    program = Program(tmp_path / "home", {"HF_ENDPOINT": hub.url})
    program.home.mkdir()
    entries = []
    for name in NAMES:
        own_list(program, home_model.read_bytes(), id=name)
        (entry,) = json.loads((program.home / "models.json").read_text(encoding="utf-8"))["models"]
        variant = entry["variants"][0]
        variant["repository"], variant["files"][0]["name"] = f"somebody/{name}-gguf", f"{name}.gguf"
        entries.append(entry)
    text = json.dumps({"schema_version": 1, "models": entries})
    (program.home / "models.json").write_text(text, encoding="utf-8")
    assert program.run("config", "set", "ollama.url", "").returncode == 0
    return program


def states(jarvis: Program) -> dict[str, str]:
    named = {row["id"].partition(":")[0]: row["state"] for row in jarvis.json("models", "list")}
    return {name: named[name] for name in NAMES}


def test_several_are_fetched_and_told_in_the_order_asked(jarvis: Program) -> None:
    done = jarvis.run("models", "download", *NAMES)
    assert done.returncode == 0 and done.stdout.splitlines() == [f"{name}:f16 is installed." for name in NAMES]
    assert sorted(line for line in done.stderr.splitlines() if "done" in line) == sorted(
        f"{name}:f16  done" for name in NAMES
    )
    assert "\x1b" not in done.stderr
    told = jarvis.run("models", "download", *NAMES, "--json")
    assert [row["id"] for row in json.loads(told.stdout)] == [f"{name}:f16" for name in NAMES] and told.stderr == ""


def test_one_that_fails_stops_no_other_and_the_exit_status_says_so(jarvis: Program, hub: Hub) -> None:
    hub.files.pop("somebody/two-gguf/two.gguf")
    done = jarvis.run("models", "download", "one", "no-such-model", "two", "three")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stdout.splitlines() == ["one:f16 is installed.", "three:f16 is installed."]
    unknown, missing = done.stderr.splitlines()[-2:]
    assert "no-such-model" in unknown and "two:f16" in missing
    assert states(jarvis) == {"one": "installed", "two": "failed", "three": "installed"}
    told = jarvis.run("models", "download", "one", "two", "--json")
    assert told.returncode == 1
    assert [(row["id"], row["state"]) for row in json.loads(told.stdout)] == [
        ("one:f16", "installed"),
        ("two:f16", "failed"),
    ]


def test_interrupted_all_of_them_pause_and_go_on_with_the_same_command(jarvis: Program, hub: Hub) -> None:
    hub.gate = threading.Event()
    process = jarvis.start("models", "download", *NAMES)
    until(lambda: len(set(hub.gets)) == 2, "two are being sent")
    assert hub.half_sent.wait(60)
    parts = jarvis.home / "models" / ".partial"
    until(lambda: len([path for path in parts.rglob("*.part") if path.stat().st_size]) == 2, "both have begun")
    process.send_signal(signal.SIGINT)
    out, error, code = rest_of(process)
    assert code == 130 and out == "" and "Traceback" not in error
    assert "Paused; what arrived is kept" in error.splitlines()[-1]
    hub.gate.set()
    hub.gate = None
    assert states(jarvis) == {"one": "failed", "two": "failed", "three": "available"}
    hub.ranges.clear()
    assert [row["state"] for row in jarvis.json("models", "download", *NAMES)] == ["installed"] * 3
    assert len([each for each in hub.ranges if each]) == 2, "what was there was not fetched again"


def test_a_terminal_shows_a_line_for_each(jarvis: Program) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "jarvis", "models", "download", *NAMES]
    process = subprocess.Popen(command, env=jarvis.environ(), stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            # Linux says so when the other end is closed.
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert process.wait(60) == 0
    last = shown.decode().rpartition("\x1b[3A")[2]
    assert [line.rpartition("\x1b[K")[2].rstrip() for line in last.rstrip().split("\n")] == [
        f"{name}:f16{' ' * (5 - len(name))}  done" for name in NAMES
    ]
