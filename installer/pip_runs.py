"""Runs pip inside an environment: kept log, passing progress, patience with a lost network.

pip's own configuration (files and PIP_* variables) is honoured as it is.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from installer.environment import pip_lock
from installer.words import Screen

PAUSES_SECONDS = (5, 15, 45)
"""Waits between attempts while the network does not answer."""

Trouble = Literal["network", "disk", "failed"]

_NETWORK = re.compile(
    r"Retrying \(Retry|NewConnectionError|NameResolutionError|Temporary failure in name resolution|"
    r"Read timed out|ConnectTimeout|ConnectionResetError|Connection aborted|IncompleteRead|ProxyError|"
    r"Network is unreachable|error sending request|Failed to fetch|dns error|operation timed out"
)


class PipFailed(Exception):
    """pip gave up: why, its last lines, and where the whole log is."""

    def __init__(self, trouble: Trouble, last_lines: Sequence[str], log: Path) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble
        self.last_lines = tuple(last_lines)
        self.log = log


def trouble_in(lines: Sequence[str]) -> Trouble:
    """Tell from pip's output what went wrong."""
    text = "\n".join(lines)
    if "No space left on device" in text:
        return "disk"
    return "network" if _NETWORK.search(text) else "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pip:
    """pip of the environment in `folder`; `command` starts it, `pause` waits between attempts. `uv` if it is uv's."""

    folder: Path
    command: tuple[str, ...]
    log: Path
    screen: Screen
    pause: Callable[[float], None] = time.sleep
    uv: bool = False

    def install(self, *words: str) -> None:
        """Run `pip install WORDS`; `PipFailed` when it does not succeed, after retries if the network is at fault."""
        for attempt, seconds in enumerate((*PAUSES_SECONDS, 0), start=1):
            quiet = ["--no-progress"] if self.uv else ["--no-input", "--progress-bar", "off"]
            code, lines = self._run(["install", *quiet, *words])
            if code == 0:
                return
            trouble = trouble_in(lines)
            if trouble != "network" or not seconds:
                raise PipFailed(trouble, list(lines)[-15:], self.log)
            self.screen.say("pip_retry", seconds=seconds, left=len(PAUSES_SECONDS) - attempt + 1)
            self.pause(seconds)

    def output(self, *words: str) -> str:
        """Return what a quick `pip WORDS` prints; empty when it fails."""
        done = subprocess.run([*self.command, *words], capture_output=True, text=True, timeout=60, check=False)
        return done.stdout if done.returncode == 0 else ""

    def _run(self, words: list[str]) -> tuple[int, deque[str]]:
        lines: deque[str] = deque(maxlen=200)
        command = [*self.command, *words, *(() if self.uv else ("--disable-pip-version-check",))]
        with pip_lock(self.folder), self.log.open("a", encoding="utf-8") as log:
            log.write(f"\n$ {' '.join(command)}\n")
            log.flush()
            with subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                text=True,
                errors="replace",
            ) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    log.write(line)
                    lines.append(line.rstrip())
                    if re.match(r"\s*(Collecting|Download(ing|ed)|Processing|Installing|Building|Prepared)\b", line):
                        self.screen.progress(line.strip())
                return process.wait(), lines
