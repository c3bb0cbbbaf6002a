"""The detached process that builds llama-cpp-python and writes down how far it is.

Survives the installer, the terminal and Ctrl-C; what an earlier one left behind is ended before it begins.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from installer.environment import pip_lock, write_json
from installer.llama import LOG, STATE, fitting_wheel, loads, process_start
from installer.plan import LLAMA, Flavour

WHEEL_SEARCH_SECONDS = 120


class BuildFailed(Exception):
    """A stage of the build ended badly; its output is in the log."""


def percent_in(line: str) -> int | None:
    """Read ninja's `[123/456]` or make's `[ 42%]` at the start of a line of build output; None when it has neither."""
    ninja = re.match(r"\s*\[(\d+)/(\d+)\]", line)
    if ninja and int(ninja[2]) > 0:
        return min(99, 100 * int(ninja[1]) // int(ninja[2]))
    make = re.match(r"\s*\[\s*(\d+)%\]", line)
    return min(99, int(make[1])) if make else None


@dataclass(slots=True)
class Build:
    """One build. `job` is what `start_build` wrote; `last` the newest lines of output."""

    job: dict[str, Any]
    started: float = field(default_factory=time.time)
    percent: int = 0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=15))

    @property
    def environment(self) -> Path:
        """The environment that the wheel goes into."""
        return Path(self.job["environment"])

    def write(self, state: str) -> None:
        """Write the state file atomically."""
        document = {
            "state": state,
            "percent": 100 if state == "done" else self.percent,
            "started": self.started,
            "seconds": round(time.time() - self.started, 1),
            "log": str(self.environment / LOG),
            "pid": os.getpid(),
            "pid_started": process_start(os.getpid()),
            "mark": self.job["mark"],
            "flavour": self.job["flavour"],
            "last_lines": list(self.last) if state == "failed" else [],
        }
        write_json(self.environment / STATE, document)

    def pip(self, *words: str, seconds: float | None = None) -> None:
        """Run pip, following its output; `BuildFailed` when it fails or takes longer than `seconds`."""
        command = [*self.job["pip"], *words, "--no-input", "--disable-pip-version-check"]
        sys.stdout.write(f"$ {' '.join(command)}\n")
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=self._variables(),
        ) as process:
            assert process.stdout is not None
            limit = threading.Timer(seconds or threading.TIMEOUT_MAX, process.kill)
            limit.daemon = True
            limit.start()
            for line in process.stdout:
                self._follow(line)
            limit.cancel()
            if process.wait() != 0:
                raise BuildFailed

    def _follow(self, line: str) -> None:
        sys.stdout.write(line)
        sys.stdout.flush()
        if line.strip():
            self.last.append(line.rstrip()[:300])
        percent = percent_in(line)
        if percent is not None and percent > self.percent:
            self.percent = percent
            self.write("building")

    def _variables(self) -> dict[str, str]:
        variables = {**os.environ, "CMAKE_BUILD_PARALLEL_LEVEL": str(self.job["jobs"])}
        if self.job["flavour"] == "cuda":
            variables["CMAKE_ARGS"] = f"{variables.get('CMAKE_ARGS', '')} -DGGML_CUDA=on".strip()
        return variables


def run(job: dict[str, Any]) -> int:
    """Build, keep and install the wheel that `job` describes; 0 on success."""
    end_leftovers(Path(job["environment"]))
    if os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    os.nice(job["nice"])
    build = Build(job=job)
    build.write("building")
    try:
        wheel = make_wheel(build)
        with pip_lock(build.environment):
            build.pip("install", "--force-reinstall", "--no-deps", str(wheel))
            build.pip("install", str(wheel), "-c", job["constraints"])
        if not loads(Path(sys.executable)):
            build.last.append("The built library does not load.")
            raise BuildFailed
    except (BuildFailed, OSError) as error:
        if not isinstance(error, BuildFailed):
            build.last.append(str(error))
        build.write("failed")
        return 1
    build.write("done")
    return 0


def make_wheel(build: Build) -> Path:
    """Return the wheel: the kept one, a ready-made one that pip can get, or one compiled now."""
    folder, version, flavour = Path(build.job["wheels"]), build.job["version"], build.job["flavour"]
    folder.mkdir(parents=True, exist_ok=True)
    with _folder_lock(folder):
        kept = fitting_wheel(sorted(folder.glob("*.whl")), version, flavour)
        return kept or _new_wheel(build, folder, version, flavour)


def _new_wheel(build: Build, folder: Path, version: str, flavour: Flavour) -> Path:
    requirement = f"{LLAMA}=={version}"
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        target = ["--wheel-dir", temporary, "--no-deps", requirement]
        with contextlib.suppress(BuildFailed):
            build.pip("wheel", "--only-binary", ":all:", *target, seconds=WHEEL_SEARCH_SECONDS)
        if (wheel := fitting_wheel(sorted(Path(temporary).glob("*.whl")), version, flavour)) is None:
            _compile(build, folder, requirement, temporary)
            wheel = fitting_wheel(sorted(Path(temporary).glob("*.whl")), version, flavour)
        if wheel is None:
            build.last.append(f"pip made no {flavour} wheel of {requirement}.")
            raise BuildFailed
        final = folder / wheel.name
        shutil.move(wheel, final)
    shutil.rmtree(folder / "work", ignore_errors=True)
    return final


def _compile(build: Build, folder: Path, requirement: str, wheel_dir: str) -> None:
    """Compile in folders that stay, so that an interrupted build goes on with the files that are still missing."""
    work = folder / "work"
    source, objects, unpacked = work / "source", work / "objects", work / "unpacked"
    if not unpacked.exists():
        shutil.rmtree(work, ignore_errors=True)
        source.mkdir(parents=True)
        build.pip("download", "--no-deps", "--no-binary", LLAMA, "--dest", str(work), requirement)
        shutil.unpack_archive(next(work.glob("*.tar.gz")), source)
        unpacked.touch()
    words = ["--verbose", "--no-deps", "--config-settings", f"build-dir={objects}", "--wheel-dir", wheel_dir]
    try:
        build.pip("wheel", *words, str(next(source.iterdir())))
    except BuildFailed:
        if build.percent == 0:
            shutil.rmtree(work, ignore_errors=True)
        raise


def end_leftovers(environment: Path) -> None:
    """End the compilers of a build whose leading process is gone, so that two never work on the same thing."""
    try:
        document = json.loads((environment / STATE).read_text(encoding="utf-8"))
        group, state = int(document["pid"]), document["state"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if state == "building" and group != os.getpid() and not process_start(group):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


@contextlib.contextmanager
def _folder_lock(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
