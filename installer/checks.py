"""Runs every check: format, lint, types, import contracts, scripts, and at the very end the tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from installer.environment import Environment
from installer.headless import headless_desktop
from installer.words import Screen

CODE = ("jarvis", "installer", "tests", "benchmarks")


def checks(python: Path, root: Path) -> list[tuple[str, list[str]]]:
    """Return name and command of every check but the tests."""
    code = [name for name in CODE if any((root / name).rglob("*.py"))]
    run = [str(python), "-m"]
    shell = ["install_upgrade.sh", ".ci/run"]
    shellcheck = shutil.which("shellcheck", path=f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}")
    return [
        ("ruff format", [*run, "ruff", "format", "--check", *code]),
        ("ruff check", [*run, "ruff", "check", *code]),
        ("mypy", [*run, "mypy", "-p", "jarvis", "-p", "installer"]),
        ("import-linter", [str(python.with_name("lint-imports"))]),
        ("shell", [shellcheck, *shell] if shellcheck else ["bash", "-n", *shell[:1]]),
    ]


def run_checks(
    environment: Environment, root: Path, screen: Screen, wait_for_llama: Callable[[], bool], words: Sequence[str] = ()
) -> int:
    """Run all checks, then wait for llama.cpp, then run the tests; 0 only if everything passed."""
    failed = [name for name, command in checks(environment.python, root) if not passed(name, command, root, screen)]
    if not wait_for_llama():
        failed.append("llama.cpp")
    if failed:
        screen.say("checks_failed", names=", ".join(failed))
    with headless_desktop() as (variables, missing):
        if missing:
            screen.say("headless_missing", names=", ".join(missing))
        tests = subprocess.Popen([str(environment.python), "-m", "pytest", *words], cwd=root, env=variables)
        code = _wait(tests)
    return code or (1 if failed else 0)


def passed(name: str, command: list[str], root: Path, screen: Screen) -> bool:
    """Run one check; its output is shown only when it fails."""
    began = time.monotonic()
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        code, output = done.returncode, done.stdout + done.stderr
    except OSError as error:
        code, output = 127, str(error)
    screen.say("check_failed" if code else "check_ok", check=name, seconds=f"{time.monotonic() - began:.1f}")
    if code:
        screen.text(output.rstrip())
    return code == 0


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait through Ctrl-C, which reaches the tests too, so that they can tidy up."""
    try:
        return process.wait()
    except KeyboardInterrupt:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        raise
