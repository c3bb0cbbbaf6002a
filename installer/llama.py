"""llama-cpp-python: finds a wheel that is already here, else has one built by a detached process.

The built wheel is kept in a cache folder of the user, so that another clone does not compile again.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from installer.environment import Environment
from installer.pip_runs import Pip, PipFailed
from installer.plan import LLAMA, Flavour, cpu_fingerprint
from installer.words import Screen

STATE = "llama_build.json"
"""File inside the environment that tells how far the build is; `jarvis.engines.llama_build` reads it."""

LOG = "llama_build.log"


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildState:
    """What the state file says; `alive` is whether the building process still runs."""

    state: str
    percent: int
    seconds: float
    alive: bool
    mark: str
    last_lines: tuple[str, ...]


def wheel_cache() -> Path:
    """Return the folder where built wheels are kept: below JARVIS_HOME if set, else the user's cache folder."""
    home = os.environ.get("JARVIS_HOME")
    if home:
        return Path(home).expanduser() / "cache" / "wheels"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "jarvis" / "wheels"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jarvis" / "wheels"


def wheel_folder(version: str, flavour: Flavour) -> Path:
    """Return where the wheel of `version` for this processor is kept."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text() if cpuinfo.exists() else ""
    return wheel_cache() / f"{LLAMA}-{version}-{flavour}-{cpu_fingerprint(platform.machine(), text)}"


def wheel_is_cuda(wheel: Path) -> bool:
    """True if the wheel holds a CUDA library."""
    with zipfile.ZipFile(wheel) as archive:
        return any(re.search(r"ggml-cuda[^/]*\.(so|dll|dylib)", name) for name in archive.namelist())


def fitting_wheel(paths: Iterable[Path], version: str, flavour: Flavour) -> Path | None:
    """Return the first readable wheel among `paths` of that version and flavour."""
    for path in paths:
        if re.match(rf"llama_cpp_python-{re.escape(version)}-.*\.whl$", path.name):
            try:
                if wheel_is_cuda(path) == (flavour == "cuda"):
                    return path
            except (OSError, zipfile.BadZipFile):
                continue
    return None


def wheel_at_hand(pip: Pip, version: str, flavour: Flavour) -> Path | None:
    """Return a wheel that needs neither network nor compiler: ours, or one that pip built and cached before."""
    ours = fitting_wheel(sorted(wheel_folder(version, flavour).glob("*.whl")), version, flavour)
    if ours:
        return ours
    listed = pip.output("cache", "list", "llama_cpp_python", "--format=abspath")
    return fitting_wheel((Path(line.strip()) for line in listed.splitlines()), version, flavour)


def mark_for(version: str, flavour: Flavour) -> str:
    """Return what the step is recorded under."""
    return f"{version}-{flavour}"


def install_at_hand(environment: Environment, pip: Pip, wheel: Path, mark: str, constraints: Path) -> bool:
    """Install `wheel` and see whether it loads; False (and removed again) when it was built for another machine."""
    try:
        pip.install("--force-reinstall", "--no-deps", str(wheel))
        pip.install(str(wheel), "-c", str(constraints))
    except PipFailed:
        return False
    if loads(environment.python):
        environment.finished("llama", mark)
        return True
    subprocess.run([*pip.command, "uninstall", "-y", LLAMA], capture_output=True, check=False)
    return False


def loads(python: Path) -> bool:
    """True if the native library starts in a child; a wheel built for another processor kills it."""
    code = "import llama_cpp; llama_cpp.llama_supports_gpu_offload()"
    return subprocess.run([python, "-c", code], capture_output=True, timeout=120, check=False).returncode == 0


def read_state(environment: Path) -> BuildState | None:
    """Return what the build in `environment` says of itself; None when there never was one."""
    try:
        document = json.loads((environment / STATE).read_text(encoding="utf-8"))
        alive = document["state"] == "building" and process_runs(document["pid"], document["pid_started"])
        return BuildState(
            state=document["state"],
            percent=document["percent"],
            seconds=(time.time() - document["started"]) if alive else document["seconds"],
            alive=alive,
            mark=document["mark"],
            last_lines=tuple(document["last_lines"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def process_runs(pid: int, started: str) -> bool:
    """True if process `pid` is the one that began at `started` (`process_start`)."""
    return process_start(pid) == started != ""


def process_start(pid: int) -> str:
    """Return a text that no other process with this id will have; empty when there is none."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if after_name[0] == "Z" else after_name[19]
    except (OSError, IndexError):
        if Path("/proc/self/stat").exists():
            return ""
    done = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def start_build(environment: Environment, *, version: str, flavour: Flavour, jobs: int, root: Path, nice: int) -> None:
    """Start the detached build unless one is running; it outlives this process and Ctrl-C."""
    state = read_state(environment.folder)
    if state and state.alive:
        return
    job = {
        "environment": str(environment.folder),
        "pip": [str(environment.python), "-m", "pip"],
        "version": version,
        "flavour": flavour,
        "mark": mark_for(version, flavour),
        "jobs": jobs,
        "nice": nice,
        "wheels": str(wheel_folder(version, flavour)),
        "constraints": str(root / "constraints.txt"),
    }
    with (environment.folder / LOG).open("ab") as log:
        process = subprocess.Popen(
            [str(environment.python), str(root / "installer"), "build-llama", json.dumps(job)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=environment.folder,
        )
    _wait_for_first_state(environment.folder, process)


def wait_for_build(environment: Environment, screen: Screen, every_seconds: float = 30.0) -> bool:
    """Block until the build ends, saying every `every_seconds` how far it is; True if it succeeded."""
    said = time.monotonic()
    while (state := read_state(environment.folder)) is not None and state.alive:
        if time.monotonic() - said >= every_seconds:
            said = time.monotonic()
            screen.say("llama_wait", percent=state.percent, seconds=round(state.seconds))
        time.sleep(0.5)
    log = environment.folder / LOG
    if state is None or state.state != "done":
        screen.say("llama_failed" if state and state.state == "failed" else "llama_interrupted", log=log)
        for line in state.last_lines if state else ():
            screen.text(f"    {line}")
        return False
    screen.say("llama_done", seconds=round(state.seconds))
    environment.finished("llama", state.mark)
    return True


def _wait_for_first_state(folder: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        state = read_state(folder)
        if process.poll() is not None or (state is not None and state.alive):
            return
        time.sleep(0.05)
