"""Server programs that stand in for the real ones, and where a real llama-server is, if one is here."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jarvis.contracts.placement import DeviceShare, Placement

PROGRAMS = Path(__file__).parents[1] / "programs"


def executable(folder: Path, program: str, name: str) -> Path:
    """Write a file `name` that runs a program of tests/programs, whatever environment it is started in."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{PROGRAMS / program}" "$@"\n', encoding="utf-8")
    file.chmod(0o755)
    return file


def real_llama_server() -> Path | None:
    """Return a real llama-server: JARVIS_LLAMA_SERVER names one, or the test cache keeps one of this version."""
    if named := os.environ.get("JARVIS_LLAMA_SERVER"):
        return Path(named)
    from jarvis.engines.llama_server_build import binary_in

    cache = os.environ.get("JARVIS_TEST_CACHE")
    kept = binary_in(Path(cache)) if cache else None
    return kept if kept is not None and kept.exists() else None


def placed(model: str, *shares: tuple[int, int, float], cpu_layers: int = 0, **changes: object) -> Placement:
    """Return a placement with (GPU, layers, MiB) shares, on the processor without any."""
    given: dict[str, object] = {
        "model": model,
        "how": "cpu" if not shares else "one_gpu" if len(shares) == 1 else "split",
        "devices": tuple(DeviceShare(gpu=gpu, layers=layers, mib=mib) for gpu, layers, mib in shares),
        "cpu_layers": cpu_layers,
        "ram_mib": 100.0,
        "context_tokens": 2048,
        "kv_type": "f16",
        "tokens_per_second": 10.0,
        "load_seconds": 1.0,
        "reason_en": "",
        "reason_es": "",
    }
    return Placement(**{**given, **changes})  # type: ignore[arg-type]
