"""vLLM as a child, with a stand-in that has its flags, routes and last words."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.hardware import GpuDevice, Machine
from jarvis.engines.runners.http_child import HttpModelProcess, get
from jarvis.engines.runners.vllm import (
    VllmProcess,
    memory_share,
    placed_gpus,
    vllm_arguments,
    vllm_environment,
    vllm_launcher,
    vllm_program,
)
from jarvis.engines.running import ModelToRun
from jarvis.engines.vllm_install import vllm_state
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders
from tests.fakes.processes import PATIENCE_SECONDS, gone
from tests.fakes.servers import executable, placed


def _card(index: int = 0, total: int = 16000, free: int = 15000, **changes: Any) -> GpuDevice:
    given = {"name": f"NVIDIA card of {total}", "bandwidth_gbs": 500.0, "compute_capability": "8.9", **changes}
    return GpuDevice(index=index, total_mib=total, free_mib=free, **given)


def _machine(*gpus: GpuDevice) -> Machine:
    return Machine(ram_mib=32000, ram_free_mib=30000, ram_bandwidth_gbs=30.0, cores=8, gpus=gpus)


@pytest.fixture
def model(tmp_path: Path) -> ModelToRun:
    folder = tmp_path / "qwen-awq"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "qwen2"}')
    return ModelToRun(id="qwen2.5-7b:awq", path=folder, runner="vllm")


@pytest.fixture
def made(tmp_path: Path, model: ModelToRun, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a maker of processes around the stand-in; all end with the test."""
    processes: list[HttpModelProcess] = []

    def make(mode: str = "", **changes: Any) -> VllmProcess:
        monkeypatch.setenv("STAND_IN", mode)
        monkeypatch.setenv("STAND_IN_FILE", str(tmp_path / "flag"))
        given = {
            "placement": placed(model.id, (0, 28, 8000.0)),
            "program": executable(tmp_path, "vllm_stand_in.py", "vllm"),
            "machine": lambda: _machine(_card()),
            "log": tmp_path / "vllm.log",
            "registry": ChildRegistry(tmp_path),
            "start_seconds": PATIENCE_SECONDS,
        }
        processes.append(VllmProcess(model=model, **{**given, **changes}))
        return processes[-1]  # type: ignore[return-value]

    yield make
    for process in processes:
        process.kill()


def _post(endpoint: Any, **body: Any) -> str:
    request = urllib.request.Request(
        f"{endpoint.base_url}/chat/completions",
        data=json.dumps({"model": endpoint.model, "messages": [], **body}).encode(),
        headers={"Authorization": f"Bearer {endpoint.key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as reply:
        return str(reply.read().decode())


def test_it_starts_streams_and_ends(made: Any, tmp_path: Path) -> None:
    process = made()
    endpoint = process.start()
    assert endpoint.model == "qwen2.5-7b:awq" and process.healthy(PATIENCE_SECONDS)
    assert endpoint.document["context_tokens"] == 2048 and endpoint.document["vllm"] == "0.33.0"
    lines = [line for line in _post(endpoint, stream=True).splitlines() if line]
    assert lines[-1] == "data: [DONE]"
    deltas = [json.loads(line.removeprefix("data: "))["choices"][0]["delta"] for line in lines[:-1]]
    assert "".join(delta["content"] for delta in deltas) == "Stand-in."
    with pytest.raises(urllib.error.HTTPError) as caught:
        _post(endpoint, max_tokens=9999)
    with caught.value:
        assert json.loads(caught.value.read())["error"]["type"] == "BadRequestError"
    process.stop()
    assert gone(endpoint.pid) and process.ending(PATIENCE_SECONDS)
    assert '"CUDA_VISIBLE_DEVICES": "0"' in (tmp_path / "vllm.log").read_text()


def test_only_who_has_the_key_is_let_in(made: Any) -> None:
    endpoint = made().start()
    port = int(endpoint.base_url.split(":")[2].split("/")[0])
    assert get(port, "/v1/models", "wrong", PATIENCE_SECONDS) == (401, {"error": "Unauthorized"})
    assert get(port, "/v1/models", endpoint.key, PATIENCE_SECONDS)[0] == 200


@pytest.mark.parametrize(("mode", "words"), [("oom", "Free memory on device"), ("kv", "No available memory")])
def test_too_little_memory_is_found_above_a_long_traceback(made: Any, mode: str, words: str) -> None:
    with pytest.raises(EngineError) as caught:
        made(mode).start()
    assert caught.value.code == "engine.out_of_memory"
    assert words in caught.value.sentence("es")


def test_a_port_that_was_taken_meanwhile_is_replaced(made: Any, tmp_path: Path) -> None:
    assert made("taken").start().pid
    assert (tmp_path / "flag").exists()


def test_a_dead_engine_behind_a_living_server_is_not_healthy(made: Any, tmp_path: Path) -> None:
    process = made("dead")
    process.start()
    assert process.healthy(PATIENCE_SECONDS)
    (tmp_path / "flag").touch()
    assert not process.healthy(PATIENCE_SECONDS)


def test_what_is_installed_and_what_is_not(tmp_path: Path, model: ModelToRun) -> None:
    environments = tmp_path / ".venvs"
    assert vllm_state(environments).state == "absent" and vllm_program(environments) is None
    (environments / "vllm" / "bin").mkdir(parents=True)
    assert vllm_state(environments).state == "unfinished"
    assert "--with-vllm" in vllm_state(environments).sentence("es")
    (environments / "vllm" / "jarvis-environment.json").write_text('{"steps": {"vllm": "0.33.0 abc"}}')
    assert vllm_state(environments).state == "unfinished", "the program itself is missing"
    (environments / "vllm" / "bin" / "vllm").touch()
    assert vllm_state(environments).sentence("en") == "vLLM 0.33.0 is installed."
    assert vllm_program(environments) == environments / "vllm" / "bin" / "vllm"
    launcher = vllm_launcher(
        program=lambda: None,
        machine=lambda: _machine(_card()),
        folders=Folders(home=tmp_path),
        registry=ChildRegistry(tmp_path),
    )
    with pytest.raises(EngineError) as caught:
        launcher(model, placed(model.id))
    assert caught.value.code == "engine.vllm_missing"
    assert "install_upgrade.sh install --with-vllm" in caught.value.sentence("es")


def test_equal_cards_share_every_layer(model: ModelToRun) -> None:
    gpus = (_card(0), _card(1, free=12000))
    place = placed(model.id, (0, 14, 8000.0), (1, 14, 8000.0))
    words = " ".join(vllm_arguments(model, place, gpus, name="n"))
    assert "--tensor-parallel-size 2" in words and "--pipeline" not in words
    assert "--gpu-memory-utilization 0.500" in words and "--tool-call-parser hermes" in words
    assert "VLLM_PP_LAYER_PARTITION" not in vllm_environment(place, gpus)


def test_unequal_cards_get_the_layers_of_their_placement(model: ModelToRun) -> None:
    gpus = (_card(0), _card(2, total=6000, free=5500))
    place = placed(model.id, (2, 8, 4500.0), (0, 20, 9000.0), kv_type="q8_0")
    words = " ".join(vllm_arguments(model, place, gpus, name="n"))
    assert "--pipeline-parallel-size 2" in words and "--tensor" not in words and "--kv-cache-dtype fp8" in words
    environment = vllm_environment(place, gpus)
    assert environment["VLLM_PP_LAYER_PARTITION"] == "20,8" and environment["CUDA_VISIBLE_DEVICES"] == "0,2"
    assert environment["VLLM_NO_USAGE_STATS"] == "1"


@pytest.mark.parametrize(
    ("mib", "free", "share"), [(8000.0, 15000, 0.5), (15900.0, 12000, 0.75), (1000.0, 16000, 0.062)]
)
def test_no_more_is_taken_than_asked_for_and_than_is_free(mib: float, free: int, share: float) -> None:
    assert memory_share(placed("m", (0, 1, mib)).devices, (_card(free=free),)) == share


def test_where_vllm_cannot_work(model: ModelToRun) -> None:
    for place, gpus, code in (
        (placed(model.id), (_card(),), "engine.vllm_needs_gpu"),
        (placed(model.id, (0, 20, 9.0), cpu_layers=8), (_card(),), "engine.vllm_needs_gpu"),
        (placed(model.id, (1, 28, 9.0)), (_card(),), "engine.vllm_needs_gpu"),
        (placed(model.id, (0, 28, 9.0)), (_card(compute_capability="7.0"),), "engine.vllm_old_gpu"),
        (placed(model.id, (0, 28, 9.0)), (_card(compute_capability=""),), "engine.vllm_old_gpu"),
        (placed(model.id, (0, 28, 9.0)), (_card(vendor="amd"),), "engine.vllm_old_gpu"),
    ):
        with pytest.raises(EngineError) as caught:
            placed_gpus(model, place, _machine(*gpus))
        assert caught.value.code == code
        assert caught.value.sentence("es")
    assert placed_gpus(model, placed(model.id, (0, 28, 9.0)), _machine(_card(compute_capability="12.0")))


@pytest.mark.parametrize("text", ["", "[1]", '{"model_type": "cheese"}'])
def test_a_model_of_unknown_kind_gets_no_tool_parser(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    model = ModelToRun(id="m", path=tmp_path, runner="vllm")
    assert "--tool-call-parser" not in vllm_arguments(model, placed("m", (0, 1, 9.0)), (_card(),), name="m")
