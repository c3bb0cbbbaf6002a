"""Every runner is given only the GPUs that it can use as it is installed here."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.app.placing import Placing, devices_of, usable_machine
from jarvis.contracts.hardware import GpuDevice, GpuVendor, Machine
from jarvis.contracts.placement import Placement, Refusal
from jarvis.engines.running import ModelToRun, RunnerKind
from jarvis.placement.place import ShapePlacer
from tests.placement.known_shapes import LLAMA_8B, RIG


def placing(**vendors: frozenset[GpuVendor]) -> Placing:
    known: dict[RunnerKind, frozenset[GpuVendor]] = {
        "llama": vendors.get("llama", frozenset()),
        "llama-server": vendors.get("server", frozenset()),
        "vllm": frozenset(("nvidia",)),
    }
    return Placing(ShapePlacer(lambda _: LLAMA_8B, lambda _: []), known.__getitem__)


def model(runner: RunnerKind) -> ModelToRun:
    return ModelToRun(id="8b", path=Path("8b.gguf"), runner=runner, context_tokens=8192)


@pytest.mark.parametrize(
    ("runner", "vendors", "how"),
    [
        ("llama", {}, "cpu"),
        ("llama", {"llama": frozenset(("nvidia",))}, "one_gpu"),
        ("llama", {"llama": frozenset(("amd",))}, "cpu"),
        ("llama-server", {"llama": frozenset(("nvidia",))}, "cpu"),
        ("llama-server", {"server": frozenset(("nvidia",))}, "one_gpu"),
        ("vllm", {}, "one_gpu"),
    ],
)
def test_a_runner_gets_the_gpus_that_it_was_built_for(
    runner: RunnerKind, vendors: dict[str, frozenset[GpuVendor]], how: str
) -> None:
    outcome = placing(**vendors)(model(runner), RIG)
    assert isinstance(outcome, Placement), outcome
    assert outcome.how == how


def test_vllm_takes_nothing_that_does_not_fit_on_gpus_whole() -> None:
    small = Machine(
        ram_mib=65536,
        ram_free_mib=60000,
        ram_bandwidth_gbs=80,
        cores=8,
        gpus=(GpuDevice(index=0, name="RTX 3050", total_mib=4096, free_mib=3900, bandwidth_gbs=224),),
    )
    outcome = placing()(model("vllm"), small)
    assert isinstance(outcome, Refusal)
    assert outcome.missing_mib > 0 and "vLLM" in outcome.why("en") and "vLLM" in outcome.why("es")


def test_gpus_of_other_makers_are_left_out() -> None:
    assert usable_machine(RIG, frozenset()).gpus == ()
    assert usable_machine(RIG, frozenset(("nvidia",))) == RIG


@pytest.mark.parametrize(
    ("listed", "vendors"),
    [
        ("Available devices:\n  CUDA0: NVIDIA GeForce RTX 2060 (6144 MiB, 5734 MiB free)\n", {"nvidia"}),
        ("Available devices:\n  ROCm0: Radeon (16368 MiB)\n", {"amd"}),
        ("Available devices:\n  (none)\n", set()),
        ("Available devices:\n  Vulkan0: NVIDIA GeForce RTX 2060 (6144 MiB)\n", set()),
    ],
)
def test_a_server_says_itself_which_devices_it_has(tmp_path: Path, listed: str, vendors: set[str]) -> None:
    binary = tmp_path / "llama-server"
    binary.write_text(f"#!/bin/sh\n[ \"$1\" = --list-devices ] && cat <<'END'\n{listed}END\n")
    binary.chmod(0o755)
    assert devices_of(binary, binary.stat().st_mtime_ns) == vendors
    assert devices_of(tmp_path / "missing", 0) == frozenset()
