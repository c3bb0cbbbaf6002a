"""llama.cpp's own server: where its program is, and its building from the source that llama-cpp-python ships.

The source archive of exactly the installed llama-cpp-python holds the same llama.cpp that this Jarvis runs models
with. Building it needs cmake and a C++ compiler, no rights, and some minutes; an interrupted build goes on where it
ended. State and log lie beside the program. Knows nothing about running models.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError, Language
from jarvis.engines.unpacking import unpack
from jarvis.hardware.gpus import NvidiaGpus

_LOG = logging.getLogger(__name__)

PACKAGE = "llama-cpp-python"
ENVIRONMENT = "JARVIS_LLAMA_SERVER"
"""Names a llama-server to use instead of the built one."""

STATE_FILE = "build.json"
LOG_FILE = "build.log"

FLAGS = ("--api-key-file", "--cache-ram", "--fit", "--no-webui", "--offline", "--override-tensor", "--device")
"""What a llama-server that somebody else installed must know."""

BuildName = Literal["built", "elsewhere", "building", "failed", "interrupted", "absent"]

_SENTENCES: dict[BuildName, tuple[str, str]] = {
    "built": ("llama-server is built ({how}).", "llama-server está compilado ({how})."),
    "elsewhere": ("llama-server was found at {path}.", "llama-server se encontró en {path}."),
    "building": (
        "llama-server is being built: {percent} % after {minutes} min. Everything else works meanwhile.",
        "llama-server se está compilando: {percent} % tras {minutes} min. Lo demás funciona mientras tanto.",
    ),
    "failed": (
        "llama-server could not be built: “{last}”. Models run without it. The whole log is {log}.",
        "llama-server no se pudo compilar: «{last}». Los modelos funcionan sin él. El registro completo es {log}.",
    ),
    "interrupted": (
        "The build of llama-server was interrupted at {percent} %; building again goes on from there.",
        "La compilación de llama-server se interrumpió al {percent} %; al repetirla continúa desde ahí.",
    ),
    "absent": (
        "llama-server is not built; models run without it.",
        "llama-server no está compilado; los modelos funcionan sin él.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerBuild:
    """The build now. `percent` 0..100, `seconds` it has run; `how` is "CPU" or "CUDA"; `last` the line of a failure."""

    state: BuildName
    path: Path | None = None
    percent: int = 0
    seconds: float = 0.0
    how: str = ""
    last: str = ""
    log: Path | None = None

    def sentence(self, language: Language = "en") -> str:
        """Return one sentence for people."""
        return _SENTENCES[self.state][language == "es"].format(
            how=self.how,
            path=self.path,
            percent=self.percent,
            minutes=round(self.seconds / 60),
            last=self.last or "?",
            log=self.log,
        )


def installed_version() -> str:
    """Return the version of the installed llama-cpp-python, "" without one; nothing is imported."""
    try:
        return importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return ""


def server_folder(data: Path, version: str | None = None) -> Path:
    """Return the folder of the build for `version` (the installed one by default) below the data folder."""
    return data / "llama-server" / (installed_version() if version is None else version)


def binary_in(data: Path, version: str | None = None) -> Path:
    """Return where the program is once it is built."""
    return server_folder(data, version) / ("llama-server.exe" if sys.platform == "win32" else "llama-server")


def found_binary(data: Path, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the llama-server to use: the named one, the built one, else one on PATH that knows `FLAGS`."""
    if named := environment.get(ENVIRONMENT):
        return Path(named)
    built = binary_in(data)
    if built.exists():
        return built
    there = shutil.which("llama-server", path=environment.get("PATH", ""))
    return Path(there) if there and not lacking_flags(Path(there)) else None


def lacking_flags(binary: Path, seconds: float = 20.0) -> tuple[str, ...]:
    """Return which of `FLAGS` the help of `binary` does not name; all of them when it does not run."""
    try:
        done = subprocess.run([binary, "--help"], capture_output=True, text=True, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        _LOG.warning("%s does not run: %s", binary, error)
        return FLAGS
    words = set(re.findall(r"--[a-z][a-z-]*", done.stdout + done.stderr))
    return tuple(flag for flag in FLAGS if flag not in words)


def state(data: Path, environment: Mapping[str, str] = os.environ) -> ServerBuild:
    """Return how llama-server stands; starts nothing but, of one on PATH, its help."""
    folder = server_folder(data)
    note = _note(folder)
    if binary_in(data).exists():
        return ServerBuild(state="built", path=binary_in(data), percent=100, how=str(note.get("how", "CPU")))
    found = found_binary(data, environment)
    if found is not None:
        return ServerBuild(state="elsewhere", path=found, percent=100)
    if not note:
        return ServerBuild(state="absent")
    name: BuildName = "failed" if note.get("state") == "failed" else "interrupted"
    if note.get("state") == "building" and _runs(note):
        name = "building"
    begun, until = float(note.get("started", 0)), float(note.get("at", 0))
    return ServerBuild(
        state=name,
        percent=int(note.get("percent", 0)),
        seconds=max(0.0, (time.time() if name == "building" else until) - begun),
        how=str(note.get("how", "")),
        last=str(note.get("last", "")),
        log=folder / LOG_FILE,
    )


def cmake_arguments(source: Path, objects: Path, *, cuda: bool) -> list[str]:
    """Return how the build is configured: one program without shared libraries, without page, network and tests."""
    off = ("BUILD_SHARED_LIBS", "LLAMA_BUILD_UI", "LLAMA_USE_PREBUILT_UI", "LLAMA_BUILD_TESTS", "LLAMA_BUILD_EXAMPLES")
    switches = {**dict.fromkeys((*off, "LLAMA_OPENSSL"), "OFF"), "LLAMA_BUILD_SERVER": "ON", "GGML_NATIVE": "ON"}
    switches["GGML_CUDA"] = "ON" if cuda else "OFF"
    words = ["cmake", "-S", str(source / "vendor" / "llama.cpp"), "-B", str(objects), "-DCMAKE_BUILD_TYPE=Release"]
    return [*words, *(f"-D{name}={value}" for name, value in switches.items())]


def builds_for_cuda() -> bool:
    """True where CUDA's compiler is at hand and an NVIDIA card answers: the build is made for that very card."""
    compiler = shutil.which("nvcc") is not None or Path("/usr/local/cuda/bin/nvcc").exists()
    return compiler and bool(NvidiaGpus().facts())


class ServerBuilder:
    """Builds llama-server into `data`; one build at a time per folder.

    `cuda` None asks `builds_for_cuda`; `pip` None is this interpreter's own;
    `jobs` 0 takes one compiler per core with 1.5 GiB of memory for each.
    """

    def __init__(
        self,
        data: Path,
        *,
        version: str | None = None,
        cuda: bool | None = None,
        jobs: int = 0,
        pip: Sequence[str] | None = None,
        cmake: Sequence[str] = ("cmake",),
    ) -> None:
        self._version = installed_version() if version is None else version
        self._folder = server_folder(data, self._version)
        self._target = binary_in(data, self._version)
        self._cuda = builds_for_cuda() if cuda is None else cuda
        self._jobs = jobs or _jobs()
        self._pip = list(pip or (sys.executable, "-m", "pip"))
        self._cmake = list(cmake)
        self._last: deque[str] = deque(maxlen=15)
        self._percent = 0
        self._started = time.time()

    def build(self, progress: Callable[[int, str], None] | None = None, cancel: CancelToken | None = None) -> Path:
        """Build it unless it is there and return the program; `progress` gets 0..100 and the newest line.

        Blocks for minutes. Raises `EngineError` when it cannot be built, and `Cancelled`; what was compiled stays.
        """
        if self._target.exists():
            return self._target
        self._check_tools()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._only_one():
            self._started = time.time()
            self._write("building")
            try:
                self._make(progress or (lambda *_: None), cancel or CancelToken())
            except (_StepFailed, OSError) as error:
                if isinstance(error, OSError):
                    self._last.append(str(error))
                self._write("failed")
                raise _failed(self._last[-1] if self._last else "?", self._folder / LOG_FILE) from error
            except Cancelled:
                self._write("interrupted")
                raise
            self._write("built")
        return self._target

    def _make(self, progress: Callable[[int, str], None], cancel: CancelToken) -> None:
        source = self._source(progress, cancel)
        objects = self._folder / ("objects-cuda" if self._cuda else "objects")
        configure = cmake_arguments(source, objects, cuda=self._cuda)
        self._run([*self._cmake, *configure[1:]], progress, cancel)
        words = ["--build", str(objects), "--config", "Release", "--target", "llama-server", "-j", str(self._jobs)]
        self._run([*self._cmake, *words], progress, cancel)
        made = next((path for path in sorted(objects.rglob(self._target.name)) if path.is_file()), None)
        if made is None:
            self._last.append("cmake made no llama-server")
            raise _StepFailed
        part = self._target.with_name(f".{self._target.name}.part")
        shutil.copy2(made, part)
        if missing := lacking_flags(part):
            self._last.append(f"the built program lacks {', '.join(missing)}")
            raise _StepFailed
        part.replace(self._target)
        shutil.rmtree(objects, ignore_errors=True)
        shutil.rmtree(self._folder / "source", ignore_errors=True)

    def _source(self, progress: Callable[[int, str], None], cancel: CancelToken) -> Path:
        """Return the unpacked source, fetched once. pip compares it with the hash that the index tells."""
        whole = self._folder / "source"
        if not whole.exists():
            work = self._folder / "fetched"
            shutil.rmtree(work, ignore_errors=True)
            words = ["download", "--no-deps", "--no-binary", PACKAGE, "--no-input", "--dest", str(work)]
            self._run([*self._pip, *words, f"{PACKAGE}=={self._version}"], progress, cancel)
            archive = next(work.glob("*.tar.gz"), None)
            if archive is None:
                self._last.append(f"pip fetched no source of {PACKAGE} {self._version}")
                raise _StepFailed
            unpack(archive, work / "unpacked")
            (work / "unpacked").rename(whole)
            shutil.rmtree(work, ignore_errors=True)
        return next(path for path in sorted(whole.iterdir()) if path.is_dir())

    def _run(self, command: Sequence[str], progress: Callable[[int, str], None], cancel: CancelToken) -> None:
        """Run one step with the lowest priority, following its output; `_StepFailed` when it ends badly."""
        cancel.raise_if_cancelled()
        nice = ["nice", "-n", "19"] if shutil.which("nice") else []
        with (self._folder / LOG_FILE).open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n")
            with subprocess.Popen(
                [*nice, *command],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                text=True,
                errors="replace",
                cwd=self._folder,
                start_new_session=sys.platform != "win32",
            ) as process:
                unregister = cancel.on_cancel(lambda: _end(process))
                try:
                    assert process.stdout is not None
                    for line in process.stdout:
                        log.write(line)
                        self._follow(line, progress)
                finally:
                    unregister()
            cancel.raise_if_cancelled()
            if process.returncode != 0:
                raise _StepFailed

    def _follow(self, line: str, progress: Callable[[int, str], None]) -> None:
        if line.strip():
            self._last.append(line.strip()[:300])
        percent = percent_in(line)
        if percent is not None and percent > self._percent:
            self._percent = percent
            self._write("building")
        progress(self._percent, line.strip())

    def _write(self, name: str) -> None:
        note = {
            "state": name,
            "percent": 100 if name == "built" else self._percent,
            "started": self._started,
            "at": time.time(),
            "pid": os.getpid(),
            "pid_started": psutil.Process().create_time(),
            "how": "CUDA" if self._cuda else "CPU",
            "last": self._last[-1] if name == "failed" and self._last else "",
        }
        part = self._folder / f".{STATE_FILE}.{os.getpid()}.{threading.get_ident()}"
        part.write_text(json.dumps(note), encoding="utf-8")
        part.replace(self._folder / STATE_FILE)

    def _check_tools(self) -> None:
        tools = {self._cmake[0]: [self._cmake[0]], "c++": ["c++", "g++", "clang++", "cl"]}
        missing = [name for name, any_of in tools.items() if not any(map(shutil.which, any_of))]
        if not self._version:
            missing.append(PACKAGE)
        if missing:
            raise EngineError(
                "engine.server_build_tools",
                en="llama-server cannot be built here: {missing} is missing. Install it and try again; models run "
                "without llama-server too.",
                es="llama-server no se puede compilar aquí: falta {missing}. Instálalo e inténtalo de nuevo; los "
                "modelos también funcionan sin llama-server.",
                retryable=False,
                missing=", ".join(missing),
            )

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        note = _note(self._folder)
        if note.get("state") == "building" and _runs(note):
            raise EngineError(
                "engine.server_building",
                en="llama-server is being built already ({percent} %). Wait for that to end.",
                es="llama-server ya se está compilando ({percent} %). Espera a que termine.",
                percent=note.get("percent", 0),
            )
        yield


class _StepFailed(Exception):
    """A step ended badly; its output is in the log."""


def percent_in(line: str) -> int | None:
    """Read make's `[ 42%]` or ninja's `[12/206]` at the start of a line, 0..99; None when it has neither."""
    make = re.match(r"\s*\[\s*(\d+)%\]", line)
    ninja = re.match(r"\s*\[(\d+)/(\d+)\]", line)
    if make:
        return min(99, int(make[1]))
    return min(99, 100 * int(ninja[1]) // int(ninja[2])) if ninja and int(ninja[2]) else None


def _jobs() -> int:
    return max(1, min(psutil.cpu_count() or 1, psutil.virtual_memory().available // (1536 << 20)))


def _note(folder: Path) -> dict[str, Any]:
    try:
        document = json.loads((folder / STATE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _runs(note: Mapping[str, Any]) -> bool:
    """True if the process that wrote `note` lives: one of the same number that began at another time is not it."""
    try:
        process = psutil.Process(int(note["pid"]))
        return abs(process.create_time() - float(note["pid_started"])) < 1
    except (psutil.NoSuchProcess, psutil.AccessDenied, KeyError, ValueError, TypeError):
        return False


def _end(process: subprocess.Popen[str]) -> None:
    """End a step and the compilers that it started."""
    if sys.platform == "win32":
        process.terminate()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _failed(last: str, log: Path) -> EngineError:
    return EngineError(
        "engine.server_build",
        en="llama-server could not be built (“{last}”); models run without it. The whole log is {log}.",
        es="llama-server no se pudo compilar («{last}»); los modelos funcionan sin él. El registro completo es {log}.",
        last=last,
        log=log,
    )
