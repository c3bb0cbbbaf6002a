"""The tables that the benchmark prints, each figure beside its limit. Knows only finished figures."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.voice.rival import Side
from benchmarks.voice.running import STAGES, Row, spread, stages_of
from benchmarks.voice.timing import AnswerTimes

OWN_LIMIT = 0.03
"""What the pipeline may cost besides models, waiting for the end of the turn, and the sound card."""


def machine() -> dict[str, object]:
    """Return what the figures were measured on."""
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory) / 2**20, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        "packages": {name: _version(name) for name in ("onnxruntime", "faster-whisper", "pocketsphinx", "livekit")},
    }


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as a Markdown table; None becomes an empty cell."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "-|" * len(heads)]
    lines += ["| " + " | ".join("" if cell is None else str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def scenario_table(rows: Sequence[Row]) -> str:
    """Return the scenarios: runs, right ones, how often one came out other than most, and milliseconds."""
    heads = ["scenario", "language", "runs", "right", "flake %", "ms p50 / p95", "limit", "own", "what went wrong"]
    lines: list[list[object]] = []
    for row in rows:
        told, figures = row.to_json(), row.figures()
        wrong = [outcome.why.partition(";")[0] for outcome in row.outcomes if outcome.why]
        lines.append(
            [
                row.scenario.name,
                row.language,
                len(row.outcomes),
                row.right,
                round(100 * row.flake_rate),
                _shown(figures),
                told["limit_milliseconds"],
                _shown(row.stages().get("own")),
                "; ".join(dict.fromkeys(wrong)) or None,
            ]
        )
    return table(heads, lines)


def stage_table(rows: Sequence[Row]) -> str:
    """Return p50 / p95 of every stage in milliseconds, of each scenario that is answered and of all with a limit."""
    lines: list[list[object]] = []
    groups: list[tuple[str, str, list[AnswerTimes]]] = [(row.scenario.name, row.language, row.answers) for row in rows]
    groups += [("all skills", "", _answers(rows, model=False)), ("all models", "", _answers(rows, model=True))]
    for name, language, answers in groups:
        if answers:
            stages = stages_of(answers)
            whole = spread([times.total for times in answers])
            lines.append([name, language, *(_shown(stages[stage]) for stage in (*STAGES, "own")), _shown(whole)])
    return table(["ms p50 / p95", "language", *STAGES, "own", "in all"], lines)


def totals(rows: Sequence[Row]) -> dict[str, object]:
    """Return the figures that have limits, over all scenarios."""
    skills, models = _answers(rows, model=False), _answers(rows, model=True)
    runs = sum(len(row.outcomes) for row in rows)
    return {
        "scenarios": len({row.scenario.name for row in rows}),
        "runs": runs,
        "right": sum(row.right for row in rows),
        "flaky_rows": sum(row.flaky for row in rows),
        "flake_rate": round(sum(row.flake_rate * len(row.outcomes) for row in rows) / runs, 3) if runs else 0.0,
        "own_milliseconds": _spread([times.own for times in skills + models], OWN_LIMIT),
        "skill_milliseconds": _spread([times.total for times in skills], 0.3),
        "model_milliseconds": _spread([times.total for times in models], 1.0),
    }


def rival_table(sides: Sequence[Side]) -> str:
    """Return the comparison, in milliseconds from the end of speech to the first audible sample."""
    heads = [
        "questions",
        "side",
        "answered",
        "p50",
        "p95",
        *STAGES,
        "own",
        "wrong",
    ]
    lines: list[list[object]] = []
    for side in sides:
        told = side.to_json()
        asked = len(side.answers) + len(side.wrong)
        figures = [told.get(head) for head in heads[3:-1]]
        wrong = "; ".join(side.wrong)[:160] or None
        lines.append([side.group, side.side, f"{len(side.answers)}/{asked}", *figures, wrong])
    return table(heads, lines)


def demo_table(found: Mapping[str, Any]) -> str:
    """Return the demonstration's stages in milliseconds since the decision that the person has finished."""
    rows = [[stage, *values.values()] for stage, values in found["milliseconds"].items()]
    return table([f"demo, {found['runs']} runs", "median ms", "least", "most"], rows)


def lines_of(name: str, figures: Mapping[str, Any], indent: str = "") -> list[str]:
    """Return nested figures as indented lines."""
    lines = [f"{indent}{name}:"]
    for key, value in figures.items():
        if isinstance(value, Mapping):
            lines += lines_of(str(key), value, indent + "  ")
        else:
            shown = f"{value:.4g}" if isinstance(value, float) else value
            lines.append(f"{indent}  {str(key).replace('_', ' ')}: {shown}")
    return lines


def _answers(rows: Sequence[Row], *, model: bool) -> list[AnswerTimes]:
    return [
        times
        for row in rows
        if row.scenario.limit_seconds is not None
        for times in row.answers
        if (row.scenario.limit_seconds > 0.5) == model
    ]


def _spread(seconds: Sequence[float], limit: float) -> dict[str, object]:
    figures: dict[str, object] = {**spread(seconds)} if seconds else {"p50": None, "p95": None}
    return {**figures, "limit": round(1000 * limit)}


def _shown(figures: Mapping[str, float] | None) -> str | None:
    return f"{figures['p50']} / {figures['p95']}" if figures else None


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
