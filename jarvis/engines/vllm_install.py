"""Whether vLLM is installed in its own environment, as install_upgrade.sh writes it down.

Only reads: it knows nothing about how vLLM is installed and runs nothing of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jarvis.contracts.errors import Language

RECORD = "jarvis-environment.json"
"""The installer's record of finished steps; `installer.environment.RECORD` is the same."""

VllmStateName = Literal["installed", "unfinished", "absent"]

_SENTENCES: dict[VllmStateName, tuple[str, str]] = {
    "installed": ("vLLM {version} is installed.", "vLLM {version} está instalado."),
    "unfinished": (
        "The installation of vLLM is not finished. Run ./install_upgrade.sh install --with-vllm to go on with it.",
        "La instalación de vLLM no ha terminado. Ejecuta ./install_upgrade.sh install --with-vllm para continuarla.",
    ),
    "absent": (
        "vLLM is not installed, which only models in its formats need. Run ./install_upgrade.sh install --with-vllm "
        "to add it (NVIDIA card, about 10 GB).",
        "vLLM no está instalado; solo lo necesitan los modelos en sus formatos. Ejecuta ./install_upgrade.sh install "
        "--with-vllm para añadirlo (tarjeta NVIDIA, unos 10 GB).",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class VllmState:
    """The environment now; `version` and `program` only when it is installed."""

    state: VllmStateName
    version: str = ""
    program: Path | None = None

    def sentence(self, language: Language = "en") -> str:
        """Return one sentence for people: what is, and what to do where something is to be done."""
        return _SENTENCES[self.state][language == "es"].format(version=self.version)


def vllm_state(environments: Path) -> VllmState:
    """Return how vLLM stands below the installer's folder of environments (`.venvs` of the clone)."""
    folder = environments / "vllm"
    try:
        document = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        mark = str(document["steps"].get("vllm", ""))
    except FileNotFoundError:
        return VllmState(state="unfinished" if folder.exists() else "absent")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return VllmState(state="unfinished")
    program = folder / "bin" / "vllm"
    if not mark or not program.exists():
        return VllmState(state="unfinished")
    return VllmState(state="installed", version=mark.split(maxsplit=1)[0], program=program)
