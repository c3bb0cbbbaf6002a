"""The llama.cpp child at a place: its command line, the GPUs that it sees, and one real life on the CPU."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.placement import DeviceShare, How, Placement
from jarvis.engines.runners.llama_child import LlamaChildLauncher, child_arguments, gpu_environment
from jarvis.engines.running import Launcher, ModelToRun
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders
from tests.fakes.processes import PATIENCE_SECONDS
from tests.fakes.tiny_projector import tiny_projector


def _placed(
    how: How, shares: Sequence[tuple[int, int]] = (), *, cpu_layers: int = 0, experts: int = 0, context: int = 1024
) -> Placement:
    return Placement(
        model="m",
        how=how,
        devices=tuple(DeviceShare(gpu=gpu, layers=layers, mib=1.0) for gpu, layers in shares),
        cpu_layers=cpu_layers,
        ram_mib=100.0,
        context_tokens=context,
        kv_type="q8_0",
        tokens_per_second=1.0,
        load_seconds=1.0,
        reason_en="",
        reason_es="",
        expert_cpu_layers=experts,
    )


MODEL = ModelToRun(id="m", path=Path("m.gguf"), threads=2)


def test_a_place_on_the_cpu_sees_no_gpu() -> None:
    placement = _placed("cpu", cpu_layers=32)
    assert gpu_environment(placement) == {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": "-1"}
    assert child_arguments(MODEL, placement) == (
        "m.gguf", "--context=1024", "--threads=2", "--gpu-layers=0", "--kv-type=q8_0", "--batch=512", "--no-mmap"
    )  # fmt: skip


def test_one_gpu_is_seen_alone_and_needs_no_split() -> None:
    placement = _placed("one_gpu", [(1, 32)])
    assert gpu_environment(placement)["CUDA_VISIBLE_DEVICES"] == "1"
    arguments = child_arguments(MODEL, placement)
    assert "--gpu-layers=33" in arguments
    assert not any(argument.startswith("--tensor-split") for argument in arguments)


@pytest.mark.parametrize(
    "shares", [[(0, 22), (1, 10)], [(1, 9), (3, 23)], [(0, 1), (2, 30), (5, 1)], [(0, 31), (1, 1)]]
)
def test_a_split_gives_each_gpu_exactly_its_layers(shares: list[tuple[int, int]]) -> None:
    """Split as llama.cpp does: a layer goes to the first GPU whose cumulative share lies above its own."""
    placement = _placed("split", shares)
    assert gpu_environment(placement)["CUDA_VISIBLE_DEVICES"] == ",".join(str(gpu) for gpu, _ in shares)
    arguments = dict(a.split("=", 1) for a in child_arguments(MODEL, placement)[1:] if "=" in a)
    split = [float(share) for share in arguments["--tensor-split"].split(",")]
    count = int(arguments["--gpu-layers"])
    ends = [sum(split[: index + 1]) / sum(split) for index in range(len(split))]
    owners = [next(i for i, end in enumerate(ends) if end > layer / count) for layer in range(count)]
    layers = [owners.count(index) for index in range(len(split))]
    layers[-1] -= 1
    assert layers == [wanted for _, wanted in shares]


def test_experts_of_the_first_gpu_layers_stay_in_ram() -> None:
    arguments = child_arguments(MODEL, _placed("partial", [(0, 10)], cpu_layers=2, experts=3))
    assert r"--expert-override=blk\.(2|3|4)\.ffn_(up|down|gate|gate_up)_(ch|)exps" in arguments


@pytest.mark.parametrize(
    ("placement", "mapped"),
    [
        (_placed("cpu", cpu_layers=32), False),
        (_placed("partial", [(0, 10)], cpu_layers=22), False),
        (_placed("partial", [(0, 32)], experts=5), False),
        (_placed("one_gpu", [(0, 32)]), True),
        (_placed("split", [(0, 20), (1, 12)]), True),
    ],
)
def test_the_file_is_mapped_only_where_nothing_of_it_is_kept_in_ram(placement: Placement, mapped: bool) -> None:
    arguments = child_arguments(MODEL, placement)
    assert ("--mmap" in arguments, "--no-mmap" in arguments) == (mapped, not mapped)


def test_one_life_on_the_cpu(home_model: Path, tmp_path: Path) -> None:
    launcher: Launcher = LlamaChildLauncher(
        Folders(home=tmp_path), ChildRegistry(tmp_path), start_seconds=PATIENCE_SECONDS
    )
    projector = tiny_projector(tmp_path / "mmproj.gguf", model_width=128)
    model = ModelToRun(id="home", path=home_model, threads=1, projector=projector)
    process = launcher(model, _placed("cpu", cpu_layers=2, context=512))
    assert (process.running(), process.healthy(1), process.ending(0)) == (False, False, "")
    endpoint = process.start()
    try:
        document = endpoint.document
        assert process.running() and process.healthy(PATIENCE_SECONDS)
        assert psutil.Process(endpoint.pid).environ()["CUDA_VISIBLE_DEVICES"] == "-1"
        assert (endpoint.model, document["kv_type"], document["context_tokens"]) == (home_model.stem, "q8_0", 512)
        assert (document["device"], document["gpu_layers"], document["vision"]) == ("cpu", 0, True)
        assert sum(document["layers"].values()) == 3, "two layers and the output"
        assert {"model", "kv", "compute"} <= {buffer["kind"] for buffer in document["buffers"]}
        assert document["ram_mib"] > 20 and document["load_seconds"] > 0
    finally:
        process.stop()
    assert not process.running() and process.ending(0)


def test_a_killed_child_says_how_it_ended(home_model: Path, tmp_path: Path) -> None:
    launcher: Launcher = LlamaChildLauncher(
        Folders(home=tmp_path), ChildRegistry(tmp_path), start_seconds=PATIENCE_SECONDS
    )
    process = launcher(ModelToRun(id="home", path=home_model, threads=1), _placed("cpu", cpu_layers=2))
    endpoint = process.start()
    os.kill(endpoint.pid, signal.SIGKILL)
    assert "SIGKILL" in process.ending(PATIENCE_SECONDS)
    assert not process.healthy(1)


def test_a_damaged_file_is_refused_in_the_childs_words(home_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "half.gguf"
    file.write_bytes(home_model.read_bytes()[:3000])
    launcher: Launcher = LlamaChildLauncher(
        Folders(home=tmp_path), ChildRegistry(tmp_path), start_seconds=PATIENCE_SECONDS
    )
    with pytest.raises(EngineError) as caught:
        launcher(ModelToRun(id="half", path=file), _placed("cpu")).start()
    assert caught.value.code.startswith("model.")


def test_a_missing_vision_file_is_named(home_model: Path, tmp_path: Path) -> None:
    launcher = LlamaChildLauncher(Folders(home=tmp_path), ChildRegistry(tmp_path))
    model = ModelToRun(id="home", path=home_model, projector=tmp_path / "none.gguf")
    with pytest.raises(EngineError) as caught:
        launcher(model, _placed("cpu"))
    assert "none.gguf" in caught.value.sentence("es")
