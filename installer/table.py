"""The short table of what was found and what will be installed."""

from __future__ import annotations

import platform

from installer.facts import Facts
from installer.plan import Plan
from installer.words import Screen


def show(screen: Screen, facts: Facts, plan: Plan, torch_version: str) -> None:
    """Write the two parts of the table."""
    screen.text("")
    _block(screen, "found", found_rows(screen, facts, plan))
    _block(screen, "will", plan_rows(screen, plan, torch_version))


def found_rows(screen: Screen, facts: Facts, plan: Plan) -> list[tuple[str, str]]:
    """Return what was found as (name, value) sentences."""
    word = screen.sentence
    gpus = "; ".join(f"{gpu.name}{f' {gpu.vram_mib / 1024:.0f} GiB' if gpu.vram_mib else ''}" for gpu in facts.gpus)
    if facts.nvidia:
        gpus += f" ({word('gpu_driver', driver=facts.driver, cuda=facts.cuda or '?')})"
    names = ", ".join(facts.missing_libraries)
    return [
        ("row_system", f"{_system_name()}, {facts.machine}"),
        ("row_python", facts.python),
        ("row_memory", word("cores", cores=facts.cores, gib=round(facts.ram_mib / 1024))),
        ("row_disk", word("disk_free", free=facts.disk_free_mib // 1024, need=f"{plan.disk_mib / 1024:.1f}")),
        ("row_gpu", gpus or word("gpu_none")),
        ("row_display", word("yes" if facts.display else "no")),
        ("row_sound", word("yes" if facts.sound else "sound_no")),
        ("row_libraries", word("libraries_missing", names=names) if names else word("libraries_ok")),
    ]


def plan_rows(screen: Screen, plan: Plan, torch_version: str) -> list[tuple[str, str]]:
    """Return what will be installed as (name, value) sentences."""
    word = screen.sentence
    rows = [("row_core", word("parts", extras=", ".join(plan.extras)))]
    if plan.why_desktop:
        rows.append(("", word(plan.why_desktop)))
    rows.append(("row_llama", word(plan.why_flavour or f"llama_{plan.flavour}")))
    if plan.torch:
        rows.append(("row_torch", word("torch_gpu" if plan.torch_cuda else "torch_cpu", version=torch_version)))
    if plan.vllm != "no":
        rows.append(("row_vllm", word(f"vllm_{plan.vllm}")))
    return rows


def _block(screen: Screen, title: str, rows: list[tuple[str, str]]) -> None:
    screen.text(screen.sentence(title))
    for name, value in rows:
        screen.text(f"  {screen.sentence(name) if name else '':<12} {value}")
    screen.text("")


def _system_name() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        return f"{platform.system()} {platform.release()}"
