"""Runs the real `jarvis` program in a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]


@dataclass
class Program:
    """`jarvis` with `JARVIS_HOME` at `home`; English unless `environment` says otherwise."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def environ(self) -> dict[str, str]:
        keep = {
            k: v for k, v in os.environ.items() if not k.startswith(("JARVIS_", "LC_", "LANG", "DISPLAY", "WAYLAND"))
        }
        return {
            **keep,
            "JARVIS_HOME": str(self.home),
            "LANG": "en_US.UTF-8",
            "PYTHONPATH": str(REPOSITORY),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            **self.environment,
        }

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "jarvis", *arguments],
            env=self.environ(),
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run(self, *arguments: str, stdin: str = "", seconds: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "jarvis", *arguments],
            env=self.environ(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def failed_plainly(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Check that the program failed with one plain sentence that holds `words`."""
    assert done.returncode not in {0, 2, -9}, done.stdout
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


def same_environment(program: Program, more: Mapping[str, str]) -> Program:
    """Return the program with more environment."""
    return Program(program.home, {**program.environment, **more})


def rest_of(process: subprocess.Popen[str], seconds: float = 60) -> tuple[str, str, int]:
    """Wait for the end; return what was left of output and errors, and the exit code; it is killed after `seconds`."""
    assert process.stdout and process.stderr
    too_long = threading.Timer(seconds, process.kill)
    too_long.start()
    try:
        with process.stdout as output, process.stderr as errors:
            return output.read(), errors.read(), process.wait()
    finally:
        too_long.cancel()
