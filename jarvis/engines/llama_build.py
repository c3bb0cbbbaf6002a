"""How far the background build of llama-cpp-python is, as install_upgrade.sh writes it down.

Only reads: it knows nothing about how the build is done and cannot start one.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jarvis.contracts.errors import Language

STATE_FILE = "llama_build.json"
"""Name of the state file inside the environment; `installer.llama.STATE` is the same."""

LlamaBuildName = Literal["installed", "building", "failed", "interrupted", "absent"]

_SENTENCES: dict[LlamaBuildName, tuple[str, str]] = {
    "installed": ("llama.cpp is installed.", "llama.cpp está instalado."),
    "building": (
        "llama.cpp is being built: {percent} % after {minutes} min{left}. Everything else works meanwhile.",
        "llama.cpp se está compilando: {percent} % tras {minutes} min{left}. Lo demás funciona mientras tanto.",
    ),
    "failed": (
        "llama.cpp could not be built: “{last}”. Everything else works. "
        "Run ./install_upgrade.sh run to try again; the whole log is {log}.",
        "llama.cpp no se pudo compilar: «{last}». Lo demás funciona. "
        "Ejecuta ./install_upgrade.sh run para reintentarlo; el registro completo es {log}.",
    ),
    "interrupted": (
        "The build of llama.cpp was interrupted at {percent} %. Run ./install_upgrade.sh run to resume it.",
        "La compilación de llama.cpp se interrumpió al {percent} %. Ejecuta ./install_upgrade.sh run para retomarla.",
    ),
    "absent": (
        "llama.cpp is not installed, so no local model can run. Run ./install_upgrade.sh run to install it.",
        "llama.cpp no está instalado, así que no puede haber modelo local. "
        "Ejecuta ./install_upgrade.sh run para instalarlo.",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LlamaBuild:
    """The build now. `percent` 0..100; `seconds` it has run or ran; `last_lines` only after a failure."""

    state: LlamaBuildName
    percent: int = 0
    seconds: float = 0.0
    log: Path | None = None
    last_lines: tuple[str, ...] = ()

    @property
    def seconds_left(self) -> float | None:
        """A straight-line guess, None before a twentieth of the work is done or when nothing is being built."""
        if self.state != "building" or self.percent < 5:
            return None
        return self.seconds * (100 - self.percent) / self.percent

    def sentence(self, language: Language = "en") -> str:
        """Return one sentence for people: what is, and what to do where something is to be done."""
        spanish = language == "es"
        left = self.seconds_left
        about = "" if left is None else (", faltan unos {} min" if spanish else ", about {} min left")
        return _SENTENCES[self.state][spanish].format(
            percent=self.percent,
            minutes=round(self.seconds / 60),
            left=about.format(max(1, round(left / 60)) if left is not None else 0),
            last=self.last_lines[-1] if self.last_lines else "?",
            log=self.log,
        )


def build_state(environment: Path | None = None, *, installed: bool | None = None) -> LlamaBuild:
    """Return how llama-cpp-python stands in `environment` (this interpreter's own by default).

    `installed` None looks whether the package is there; it is not imported. A state file that cannot be read
    counts as absent.
    """
    document = _document((environment or Path(sys.prefix)) / STATE_FILE)
    there = importlib.util.find_spec("llama_cpp") is not None if installed is None else installed
    if document is not None and document["state"] == "building":
        build = _running(document)
        if build.state == "building" or not there:
            return build
    if there:
        return LlamaBuild(state="installed", percent=100)
    if document is None or document["state"] != "failed":
        return LlamaBuild(state="absent")
    return LlamaBuild(
        state="failed",
        percent=int(document["percent"]),
        seconds=float(document["seconds"]),
        log=Path(document["log"]),
        last_lines=tuple(str(line) for line in document["last_lines"]),
    )


def _running(document: dict[str, Any]) -> LlamaBuild:
    alive = _process_runs(int(document["pid"]), float(document["started"]))
    return LlamaBuild(
        state="building" if alive else "interrupted",
        percent=int(document["percent"]),
        seconds=time.time() - float(document["started"]) if alive else float(document["seconds"]),
        log=Path(document["log"]),
    )


def _document(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    needed = {"state", "percent", "started", "seconds", "log", "pid", "last_lines"}
    return document if isinstance(document, dict) and needed <= document.keys() else None


def _process_runs(pid: int, wrote_first: float) -> bool:
    """True if `pid` lives and began before it first wrote, in epoch seconds: a later one merely got its number."""
    import psutil

    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= wrote_first + 2
    except psutil.NoSuchProcess:
        return False
