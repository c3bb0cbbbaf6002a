"""Models from the command line: fetched, taken over, switched, planned, removed, by real processes."""

from __future__ import annotations

import json
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gguf import GGUFReader

from tests.fakes.home_facts import FACTS
from tests.fakes.home_list import REPOSITORY, home_list
from tests.fakes.hub import Hub
from tests.fakes.ollama import Ollama
from tests.journeys.program import Program, failed_plainly, rest_of, same_environment

QUESTION, ANSWER = FACTS[0]
RIG = {
    "disk_gbs": 3.0,
    "gpus": [
        {"name": "NVIDIA GeForce RTX 5070 Ti", "total_mib": 16303, "free_mib": 15300, "bandwidth_gbs": 896},
        {"name": "NVIDIA GeForce RTX 2060", "total_mib": 6144, "free_mib": 5700, "bandwidth_gbs": 336},
    ],
    "ram_mib": 64000,
    "ram_bandwidth_gbs": 60,
    "cores": 16,
}
UNEQUAL = {
    **RIG,
    "gpus": [
        {"name": "A", "total_mib": 24576, "free_mib": 23500, "bandwidth_gbs": 936},
        {"name": "B", "total_mib": 12288, "free_mib": 11700, "bandwidth_gbs": 360},
    ],
}
LAPTOP = {
    "gpus": [{"name": "L", "total_mib": 6144, "free_mib": 5500, "bandwidth_gbs": 192}],
    "ram_mib": 16000,
    "ram_bandwidth_gbs": 40,
    "cores": 8,
}
NO_GPU = {"gpus": [], "ram_mib": 16000, "ram_bandwidth_gbs": 40, "cores": 8}


@pytest.fixture
def jarvis(tmp_path: Path) -> Program:
    program = Program(tmp_path / "home")
    program.home.mkdir()
    assert program.run("config", "set", "ollama.url", "").returncode == 0
    return program


def folder(jarvis: Program) -> Path:
    models = jarvis.home / "models"
    models.mkdir(exist_ok=True)
    return models


def spanish(jarvis: Program) -> Program:
    return same_environment(jarvis, {"LANG": "es_ES.UTF-8"})


def own_list(jarvis: Program, content: bytes, **changed: Any) -> None:
    """Write the person's own list of models: one that `REPOSITORY` has."""
    (jarvis.home / "models.json").write_text(home_list(content, **changed), encoding="utf-8")


@pytest.fixture
def hub(home_model: Path) -> Iterator[Hub]:
    hub = Hub({f"{REPOSITORY}/h.gguf": home_model.read_bytes()})
    yield hub
    hub.close()


def test_a_model_is_fetched_answers_and_is_removed(jarvis: Program, hub: Hub, home_model: Path) -> None:
    own_list(jarvis, home_model.read_bytes())
    online = same_environment(jarvis, {"HF_ENDPOINT": hub.url})
    fetched = online.json("models", "download", "home")
    assert (fetched["id"], fetched["state"]) == ("home:f16", "installed")
    answer = jarvis.json("ask", QUESTION)
    assert (answer["text"], answer["model"]) == (ANSWER, "home:f16")
    (row,) = [row for row in jarvis.json("models", "status") if row["kind"] == "text"]
    assert row["device"] is row["vram_mib"] is row["url"] is None and row["engine"] == "llama.cpp"
    asked = jarvis.run("models", "remove", "home", stdin="n\n")
    assert asked.returncode == 1 and "home:f16 would be deleted" in asked.stderr and Path(row["path"]).exists()
    assert jarvis.json("models", "remove", "home", "--yes") == {
        "id": "home:f16",
        "freed_bytes": home_model.stat().st_size,
    }
    assert not Path(row["path"]).exists()


def test_a_killed_download_goes_on_where_it_was(jarvis: Program, hub: Hub, home_model: Path) -> None:
    own_list(jarvis, home_model.read_bytes())
    online = same_environment(jarvis, {"HF_ENDPOINT": hub.url})
    hub.gate = threading.Event()
    process = online.start("models", "download", "home")
    assert hub.half_sent.wait(60)
    process.send_signal(signal.SIGKILL)
    rest_of(process)
    hub.gate.set()
    hub.gate = None
    (row,) = [row for row in online.json("models", "list") if row["id"] == "home:f16"]
    assert row["state"] in {"failed", "available"}
    assert online.json("models", "download", "home")["state"] == "installed"
    assert jarvis.json("ask", QUESTION)["text"] == ANSWER


def test_a_file_from_elsewhere_is_used_in_place_and_switched_on_and_off(
    jarvis: Program, home_model: Path, slow_model: Path
) -> None:
    shutil.copy(slow_model, folder(jarvis) / "big.gguf")
    taken = jarvis.json("models", "import", str(home_model), "--id", "casa")
    assert (taken["id"], taken["source"], taken["path"]) == ("casa", "import", str(home_model))
    assert jarvis.json("models", "activate", "casa")["state"] == "active"
    answer = jarvis.json("ask", QUESTION)
    assert (answer["model"], answer["text"]) == ("casa", ANSWER)
    done = spanish(jarvis).run("models", "deactivate", "casa")
    assert done.stdout.strip() == "casa está desactivado."
    jarvis.run("models", "deactivate", "big")
    nobody = jarvis.json("ask", "who invented the thermostat")
    assert nobody["source"] == "none" and nobody["model"] is None
    gone = jarvis.run("models", "remove", "casa", "--yes")
    assert gone.stdout.strip() == "casa is off the list." and home_model.exists()


def test_a_model_in_the_cloud_says_that_the_cloud_is_off(jarvis: Program) -> None:
    assert "cloud.enabled" in jarvis.run("models", "activate", "gpt-4o-mini").stdout
    assert "Nada sale de este equipo" in spanish(jarvis).run("models", "activate", "gpt-4o-mini").stdout
    jarvis.run("config", "set", "cloud.enabled", "true")
    assert jarvis.run("models", "activate", "gpt-4o-mini").stdout == "openai/gpt-4o-mini is in service.\n"
    failed_plainly(jarvis.run("models", "pin", "gpt-4o-mini"), "cannot be kept in memory")


def test_the_models_of_an_ollama_are_listed_and_answer(jarvis: Program) -> None:
    daemon = Ollama()
    try:
        jarvis.run("config", "set", "ollama.url", daemon.url)
        (row,) = [row for row in jarvis.json("models", "status") if row["source"] == "ollama"]
        assert (row["id"], row["engine"], row["state"]) == ("ollama/llama3.2:3b", "ollama", "installed")
        assert jarvis.json("ask", "Why is the sky blue?")["text"] == "Hello"
        assert "llama3.2:3b" in jarvis.run("doctor").stdout
    finally:
        daemon.close()


def test_a_wrong_list_of_ones_own_is_named_with_line_and_field(jarvis: Program) -> None:
    own_list(jarvis, b"x", context_tokens="many")
    failed_plainly(jarvis.run("models", "list"), "models.json", "line", "context_tokens")
    failed_plainly(spanish(jarvis).run("models", "list"), "models.json", "línea", "context_tokens")


def test_a_truncated_file_is_listed_with_the_reason(jarvis: Program, home_model: Path) -> None:
    (folder(jarvis) / "half.gguf").write_bytes(home_model.read_bytes()[:200_000])
    (row,) = [row for row in jarvis.json("models", "status") if row["kind"] == "text"]
    assert row["state"] == "failed" and row["failure"]
    assert row["failure"] in jarvis.run("models", "list", "--here").stdout
    failed_plainly(jarvis.run("models", "estimate", str(folder(jarvis) / "half.gguf")), "half.gguf")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("activate", "nope"), ("nope",)),
        (("remove", "nope", "--yes"), ("nope",)),
        (("activate", "qwen2.5-7b"), ("jarvis models download qwen2.5-7b",)),
        (("pin", "qwen2.5-7b"), ("cannot be kept",)),
        (("import", "/nowhere/x.gguf"), ("/nowhere/x.gguf",)),
        (("estimate", "x.gguf"), ("x.gguf",)),
        (("estimate", "gpt-4o"), ("elsewhere",)),
        (("plan", "--model", "nope"), ("nope",)),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    jarvis: Program, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = jarvis.run("models", *arguments)
    failed_plainly(done, *words)
    assert "Nearest: -" not in done.stderr
    assert spanish(jarvis).run("models", *arguments).stderr != done.stderr


def test_an_estimate_counts_the_bytes_of_the_tensors(jarvis: Program, home_model: Path) -> None:
    tensors = sum(int(tensor.n_bytes) for tensor in GGUFReader(str(home_model)).tensors)
    found = jarvis.json("models", "estimate", str(home_model), "--on", "cpu")
    assert set(found) == {"weights_mib", "kv_mib", "compute_mib", "overhead_mib", "total_mib"}
    assert found["weights_mib"] == pytest.approx(tensors / 2**20, rel=0.02)
    parts = [value for name, value in found.items() if name != "total_mib"]
    assert found["total_mib"] == pytest.approx(sum(parts), abs=0.05)


def planned(jarvis: Program, rig: dict[str, Any], *models: str) -> dict[str, Any]:
    file = jarvis.home / "rig.json"
    file.write_text(json.dumps(rig), encoding="utf-8")
    chosen = [word for model in models for word in ("--model", model)]
    found: dict[str, Any] = jarvis.json("models", "plan", "--hardware", str(file), *chosen)
    return found


def places(found: dict[str, Any]) -> dict[str, list[int]]:
    return {each["model"]: [share["gpu"] for share in each["devices"]] for each in found["placements"]}


def test_the_plan_of_the_reference_rig(jarvis: Program) -> None:
    found = planned(jarvis, RIG, "whisper-large-v3-turbo", "llama-3.1-8b", "qwen2.5-14b")
    together = {each["model"]: each for each in found["placements"]}
    hearing = together["whisper-large-v3-turbo:f16"]
    assert [share["gpu"] for share in hearing["devices"]] == [1] and 1700 < hearing["devices"][0]["mib"] < 1850
    assert (hearing["compute_type"], hearing["beam"]) == ("int8_float16", 5)
    assert hearing["why"].endswith("computing in int8_float16, beam 5.")
    small = together["llama-3.1-8b:q4_k_m"]
    assert (small["compute_type"], small["beam"]) == (None, None)
    assert [share["gpu"] for share in small["devices"]] == [0] and small["cpu_layers"] == 0 and small["fits"]
    assert {gpu for gpus in places(found).values() for gpu in gpus} == {0, 1}
    found = planned(jarvis, RIG)
    (refused,) = [each for each in found["refused"] if "70b" in each["model"]]
    assert refused["missing_mib"] > 0 and any(letter.isdigit() for letter in refused["why"])
    (alone,) = [each for each in found["alone"]["placements"] if "70b" in each["model"]]
    assert not alone["fits"] and alone["cpu_layers"] > 0 and len(alone["devices"]) == 2


def test_other_machines_use_what_they_have(jarvis: Program) -> None:
    two = places(planned(jarvis, UNEQUAL, "qwen2.5-32b", "llama-3.1-8b"))
    assert two == {"qwen2.5-32b:q4_k_m": [0], "llama-3.1-8b:q4_k_m": [1]}
    laptop = planned(jarvis, LAPTOP, "qwen2.5-3b", "llama-3.3-70b")
    assert places(laptop) == {"qwen2.5-3b:q4_k_m": [0]}
    assert [each["model"] for each in laptop["refused"]] == ["llama-3.3-70b:q4_k_m"]
    bare = planned(jarvis, NO_GPU, "qwen2.5-7b")
    assert places(bare) == {"qwen2.5-7b:q4_k_m": []} and bare["placements"][0]["cpu_layers"] == 28


def test_a_broken_description_of_a_machine_is_one_sentence(jarvis: Program) -> None:
    file = jarvis.home / "rig.json"
    for text in ("{", '{"ram_mib": "much"}', "[]"):
        file.write_text(text, encoding="utf-8")
        failed_plainly(jarvis.run("models", "plan", "--hardware", str(file)), "rig.json")
    failed_plainly(jarvis.run("models", "plan", "--hardware", str(jarvis.home / "none.json")), "none.json")


def test_the_gpus_are_kept_free_until_told_otherwise(jarvis: Program) -> None:
    assert jarvis.json("free") == {"freed_mib": 0, "seconds": pytest.approx(0, abs=9), "models": []}
    assert "jarvis free --end" in jarvis.run("models", "status").stdout
    assert "se mantienen libres" in spanish(jarvis).run("doctor").stdout
    assert jarvis.run("free", "--end").stdout == "The GPUs are used again.\n"
    assert "free --end" not in jarvis.run("models", "status").stdout


def test_what_is_recommended_can_be_fetched_in_one_go(jarvis: Program) -> None:
    def missing() -> list[str]:
        return [model["id"] for model in jarvis.json("models", "recommend")["models"] if not model["installed"]]

    # What is recommended follows the free memory, which other programs change between two looks.
    for _ in range(10):
        before, text, after = missing(), jarvis.run("models", "recommend").stdout, missing()
        if before == after:
            break
    command = text.strip().splitlines()[-1].split()
    assert command[:3] == ["jarvis", "models", "download"]
    assert command[3:] == before == after
