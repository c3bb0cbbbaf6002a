"""vLLM in an environment of its own, `.venvs/vllm`: its packages and Jarvis' would not go together.

uv does the installing: vLLM pins a newer certifi than some package indexes carry, which pip cannot be told to overlook
and uv can. certifi is a list of certificates without an interface that changes, so any recent one does.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from installer import environment as environments
from installer.environment import Environment, Places
from installer.facts import Facts
from installer.pip_runs import Pip, PipFailed
from installer.words import Screen

VERSION = "0.33.0"
"""The release whose flags and routes `jarvis.engines.runners.vllm` was written for."""

UV_VERSION = "0.13.8"

OVERRIDES = "certifi>=2025.1.31\n"

STEP = "vllm"
UV_STEP = "uv"


class VllmSetup:
    """Installs, goes on with or upgrades vLLM for the clone of `places`.

    `pip_command` and `uv_command` None are the environment's own programs.
    """

    def __init__(
        self,
        places: Places,
        screen: Screen,
        facts: Facts,
        *,
        pip_command: tuple[str, ...] | None = None,
        uv_command: tuple[str, ...] | None = None,
    ) -> None:
        self._places = places
        self._screen = screen
        self._facts = facts
        self._pip_command = pip_command
        self._uv_command = uv_command

    def run(self) -> bool:
        """Do what is missing; True if anything was changed. What cannot be done is said, and the rest goes on."""
        environment = Environment.load(self._places.environments / "vllm")
        if environment.steps.get(STEP) == VERSION and environment.works():
            return False
        self._screen.say("step_vllm")
        tag = ".".join(self._facts.python.split(".")[:2])
        try:
            if environment.steps.get("venv") != tag or not environment.works():
                environments.create_environment(environment, tag, self._facts.python_home)
            self._install(environment)
        except PipFailed as error:
            self._screen.say("part_failed", extra="vLLM", log=error.log)
            return True
        except (OSError, subprocess.CalledProcessError) as error:
            self._screen.say("venv_failed", why=error)
            return True
        if why := self._trouble(environment):
            self._screen.say("vllm_broken", why=why, log=self._log)
            return True
        environment.finished(STEP, VERSION)
        self._screen.say("vllm_done", version=VERSION)
        return True

    @property
    def _log(self) -> Path:
        return self._places.logs / "vllm.log"

    def _install(self, environment: Environment) -> None:
        """Get uv with pip, then vLLM with uv, which keeps what it has fetched for the next attempt."""
        if environment.steps.get(UV_STEP) != UV_VERSION:
            command = self._pip_command or (str(environment.python), "-m", "pip")
            self._runner(environment, command).install(f"uv=={UV_VERSION}")
            environment.finished(UV_STEP, UV_VERSION)
        overrides = environment.folder / "overrides.txt"
        overrides.write_text(OVERRIDES, encoding="ascii")
        uv = self._uv_command or (str(environment.folder / "bin" / "uv"), "pip")
        words = ["--python", str(environment.python), "--overrides", str(overrides), f"vllm=={VERSION}"]
        self._runner(environment, uv, uv=True).install(*words)

    def _runner(self, environment: Environment, command: tuple[str, ...], *, uv: bool = False) -> Pip:
        return Pip(folder=environment.folder, command=command, log=self._log, screen=self._screen, uv=uv)

    @staticmethod
    def _trouble(environment: Environment) -> str:
        """Return why the installed vLLM cannot be used, "" if it can; it is not imported, which takes half a minute."""
        if environment.installed().get("vllm") != VERSION:
            return f"vllm {VERSION} is not there"
        return "" if (environment.folder / "bin" / "vllm").exists() else "bin/vllm is not there"
