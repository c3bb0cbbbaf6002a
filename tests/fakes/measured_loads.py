"""Loads a model in llama.cpp, in a child, and reads off its log what it took."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jarvis.contracts.placement import KvType

PROGRAM = Path(__file__).parent.parent / "programs" / "load_and_tell.py"
Case = tuple[int, KvType, bool]
"""Context, type of cache, and whether the file is mapped."""


@dataclass(frozen=True, kw_only=True)
class Logged:
    """MiB that llama.cpp says it took, how much its process grew, and the seconds of the load.

    `plain` are the weights as the file has them, mapped or read.
    """

    repacked: float
    plain: float
    kv: float
    compute: float
    grown: float
    seconds: float


def loads(model: Path, cases: tuple[Case, ...]) -> list[Logged]:
    """Load `model` once per case in a child; returns what was logged."""
    arguments = [f"{context}:{kind}{'' if mmap else ':no-mmap'}" for context, kind, mmap in cases]
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(model), *arguments],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    parts = done.stderr.split("\nLOAD ")[1:]
    assert len(parts) == len(cases)
    return [
        Logged(
            repacked=_sum(r"(?:AMX|CPU_REPACK) model buffer size =\s+([\d.]+) MiB", text),
            plain=_sum(r" (?:CPU_Mapped|CPU) model buffer size =\s+([\d.]+) MiB", text),
            kv=_sum(r"CPU (?:KV|RS) buffer size =\s+([\d.]+) MiB", text),
            compute=_sum(r"CPU compute buffer size =\s+([\d.]+) MiB", text),
            grown=_sum(r"RSS (\d+)", text) / 2**20,
            seconds=_sum(r"SECONDS ([\d.]+)", text),
        )
        for text in parts
    ]


def _sum(pattern: str, text: str) -> float:
    return sum(float(found) for found in re.findall(pattern, text))
