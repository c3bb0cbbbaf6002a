"""The timings of `jarvis demo --json`, run anew each time: one whole spoken turn as a new installation has it."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STAGES = ("transcript", "first_text", "first_clause", "pipeline", "end_of_speech_to_first_audio")


def demos(times: int) -> dict[str, object]:
    """Return median, least and most of every stage in milliseconds; RuntimeError when the demonstration fails."""
    found: list[dict[str, float]] = []
    for _ in range(times):
        command = [sys.executable, "-m", "jarvis", "demo", "--json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"jarvis demo failed: {done.stderr.strip()[-300:]}")
        found.append(json.loads(done.stdout)["timings"])
    return {"runs": times, "milliseconds": {stage: spread([one[stage] for one in found]) for stage in STAGES}}


def spread(seconds: list[float]) -> dict[str, int]:
    """Return median, least and most in milliseconds."""
    values = {"median": statistics.median(seconds), "least": min(seconds), "most": max(seconds)}
    return {name: round(1000 * value) for name, value in values.items()}
