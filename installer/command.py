"""The program behind install_upgrade.sh: reads the command, sets up, and starts what was asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from installer import llama, llama_worker, system_packages
from installer.arguments import Arguments, UsageError, parse
from installer.checks import run_checks
from installer.environment import AlreadyInstalling, Environment, only_one
from installer.facts import gather
from installer.pip_runs import PipFailed
from installer.setup import Setup, Stopped
from installer.table import show
from installer.words import Screen, language_of


def main(words: Sequence[str]) -> int:
    """Carry out the command line `words`; returns the exit status."""
    if words[:1] == ["build-llama"]:
        return llama_worker.run(json.loads(words[1]))
    screen = Screen(language_of(os.environ))
    try:
        arguments = parse(words)
    except UsageError as error:
        screen.say("unknown" if str(error) else "no_command", word=error)
        screen.say("usage")
        return 2
    if arguments.command == "help":
        screen.say("usage")
        return 0
    if os.name != "posix":
        screen.say("system_other")
        return 1
    try:
        return _carry_out(arguments, screen)
    except Stopped:
        return 1
    except AlreadyInstalling as error:
        screen.say("already", pid=error)
        return 1
    except PipFailed as error:
        _say_pip_failed(screen, error)
        return 1
    except KeyboardInterrupt:
        screen.text("")
        screen.say("interrupted")
        return 130


def _carry_out(arguments: Arguments, screen: Screen) -> int:
    root = Path(__file__).resolve().parent.parent
    began = _began()
    needs = (system_packages.PORTAUDIO, *system_packages.DESKTOP)
    facts = gather(root, system_packages.libraries(needs))
    setup = Setup(root, arguments, screen, facts, began=began)
    if arguments.command == "doctor":
        return _doctor(setup)
    setup.places.create()
    with only_one(setup.places):
        environment = setup.run()
        if not setup.changed:
            screen.say("ready", seconds=f"{setup.seconds:.1f}")
        if arguments.command == "test":
            return run_checks(
                environment, root, screen, lambda: _llama_there(setup, environment), arguments.words or ()
            )
    if arguments.command == "install":
        screen.say("installed")
        return 0
    return _start(setup, root)


def _start(setup: Setup, root: Path) -> int:
    """Become Jarvis; without a display, the demonstration of a spoken turn."""
    words = setup.arguments.words
    if words is None and not (setup.facts.display and "desktop" in setup.plan.extras):
        setup.screen.say("no_display" if not setup.facts.display else "no_window")
        words = ("demo",)
    setup.screen.say("starting")
    sys.stdout.flush()
    jarvis = root / ".venv" / "bin" / "jarvis"
    os.execv(jarvis, [str(jarvis), *(words or ())])


def _doctor(setup: Setup) -> int:
    show(setup.screen, setup.facts, setup.plan, setup.pins["torch"])
    current = setup.places.current()
    if current is None:
        setup.screen.say("not_installed")
        return 1
    return subprocess.run([current / "bin" / "jarvis", "doctor"], check=False).returncode


def _llama_there(setup: Setup, environment: Environment) -> bool:
    if setup.llama_ready(environment):
        return True
    return llama.wait_for_build(environment, setup.screen)


def _say_pip_failed(screen: Screen, error: PipFailed) -> None:
    screen.say(f"pip_{error.trouble}", log=error.log)
    if error.trouble == "failed":
        for line in error.last_lines:
            screen.text(f"    {line}")


def _began() -> float:
    """Return when the shell script was started, in epoch seconds."""
    text = os.environ.pop("JARVIS_INSTALL_BEGAN", "").replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return time.time()
