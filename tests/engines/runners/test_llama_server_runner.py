"""llama-server as a child: with a stand-in that misbehaves in every way, and with the real one where it is built."""

from __future__ import annotations

import json
import os
import signal
import stat
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.engines.runners.http_child import HttpModelProcess, get, unused_port
from jarvis.engines.runners.llama_server import (
    LlamaServerProcess,
    llama_server_arguments,
    llama_server_launcher,
    log_name,
)
from jarvis.engines.running import ModelToRun
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders
from tests.fakes.processes import PATIENCE_SECONDS, gone, program, until
from tests.fakes.servers import executable, placed, real_llama_server

REAL = real_llama_server()
needs_real = pytest.mark.skipif(REAL is None, reason="no llama-server is built (JARVIS_LLAMA_SERVER names one)")
MODEL = ModelToRun(id="stand:q4_k_m", path=Path("/models/stand.gguf"), runner="llama-server", threads=1)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Any]:
    """Yield a maker of processes around the stand-in; all end with the test."""
    processes: list[HttpModelProcess] = []

    def make(mode: str = "", *, model: ModelToRun = MODEL, binary: Path | None = None, **changes: Any) -> Any:
        os.environ["STAND_IN"], os.environ["STAND_IN_FILE"] = mode, str(tmp_path / "flag")
        given = {
            "placement": placed(model.id, cpu_layers=2),
            "binary": binary or executable(tmp_path, "llama_server_stand_in.py", "llama-server"),
            "run_folder": tmp_path / "run",
            "log": tmp_path / "server.log",
            "registry": ChildRegistry(tmp_path),
            "start_seconds": PATIENCE_SECONDS,
            "grace_seconds": PATIENCE_SECONDS,
        }
        processes.append(LlamaServerProcess(model=model, **{**given, **changes}))
        return processes[-1]

    try:
        yield make
    finally:
        for process in processes:
            process.kill()
        os.environ.pop("STAND_IN", None)
        os.environ.pop("STAND_IN_FILE", None)


def _chat(endpoint: Any, content: str, **changes: Any) -> dict[str, Any]:
    body = {"model": endpoint.model, "messages": [{"role": "user", "content": content}], **changes}
    request = urllib.request.Request(
        f"{endpoint.base_url}/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {endpoint.key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as reply:
        answer: dict[str, Any] = json.loads(reply.read())
        return answer


def test_it_starts_answers_and_ends(made: Any, tmp_path: Path) -> None:
    process = made()
    assert not process.running() and not process.healthy(0.1) and process.ending(0) == ""
    endpoint = process.start()
    assert endpoint.model == "stand:q4_k_m" and endpoint.pid and process.running() and process.healthy(PATIENCE_SECONDS)
    assert endpoint.document["context_tokens"] == 2048 and endpoint.document["device"] == "cpu"
    assert process.start() == endpoint, "a second call joins"
    assert _chat(endpoint, "hi")["choices"][0]["message"]["content"] == "Stand-in."
    assert process.ending(0) == ""
    process.stop()
    assert gone(endpoint.pid) and not process.running() and not process.healthy(0.1)
    assert "exit code 0" in process.ending(PATIENCE_SECONDS)
    again = process.start()
    assert (again.pid, again.key) != (endpoint.pid, endpoint.key)


def test_the_key_is_on_no_command_line_and_in_no_file(made: Any, tmp_path: Path) -> None:
    seen: list[int] = []

    class Watched(LlamaServerProcess):
        def _launch(self, port: int, key: str) -> Any:
            launch = super()._launch(port, key)
            seen.append(stat.S_IMODE(launch.secret_file.stat().st_mode))  # type: ignore[union-attr]
            return launch

    template = made()
    process = Watched(
        model=MODEL,
        placement=template._placement,
        binary=template._binary,
        run_folder=tmp_path / "run",
        log=tmp_path / "log",
        registry=ChildRegistry(tmp_path),
    )
    try:
        endpoint = process.start()
        assert seen == [0o600]
        family = [psutil.Process(endpoint.pid), *psutil.Process(endpoint.pid).children(recursive=True)]
        assert endpoint.key not in " ".join(" ".join(one.cmdline()) for one in family)
        assert list((tmp_path / "run").glob("server-key-*")) == []
        assert get(int(endpoint.base_url.split(":")[2].split("/")[0]), "/props", "wrong", PATIENCE_SECONDS)[0] == 401
    finally:
        process.kill()


def test_its_cards_and_nothing_of_our_python_are_in_its_environment(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2,3")
    process = made(placement=placed(MODEL.id, (1, 10, 900.0), (3, 20, 1800.0)))
    endpoint = process.start()
    port = int(endpoint.base_url.split(":")[2].split("/")[0])
    assert get(port, "/props", endpoint.key, PATIENCE_SECONDS)[1]["seen"] == {
        "CUDA_VISIBLE_DEVICES": "1,3",
        "PYTHONPATH": None,
    }
    assert endpoint.document["device"] == "gpu"


def test_a_start_that_runs_out_of_memory_says_so(made: Any) -> None:
    with pytest.raises(EngineError) as caught:
        made("oom").start()
    assert caught.value.code == "engine.out_of_memory" and caught.value.retryable
    assert "cudaMalloc failed: out of memory" in caught.value.sentence("es")


def test_memory_that_runs_out_in_an_answer_is_in_its_ending(made: Any) -> None:
    process = made("oom_later")
    endpoint = process.start()
    with pytest.raises(OSError):
        _chat(endpoint, "hi")
    assert process.ending(PATIENCE_SECONDS) == "SIGABRT: CUDA error: out of memory"


def test_a_port_that_was_taken_meanwhile_is_replaced(made: Any, tmp_path: Path) -> None:
    ports: list[int] = []

    def free_port() -> int:
        ports.append(unused_port())
        return ports[-1]

    endpoint = made("taken", free_port=free_port).start()
    assert len(ports) == 2 and f":{ports[1]}/" in endpoint.base_url
    assert (tmp_path / "flag").read_text() == str(ports[0])
    assert list((tmp_path / "run").glob("server-key-*")) == []


def test_a_stranger_on_the_port_is_not_taken_for_it(made: Any) -> None:
    with pytest.raises(EngineError) as caught:
        made("stranger", start_seconds=1.0).start()
    assert caught.value.code == "child.start_timeout"


def test_a_cancelled_wait_leaves_the_start_going_on(made: Any, tmp_path: Path) -> None:
    process, cancel = made("slow"), CancelToken()
    threading.Timer(0.2, cancel.cancel).start()
    with pytest.raises(Cancelled):
        process.start(cancel)
    assert process.running()
    (tmp_path / "flag").touch()
    assert process.start().pid


def test_one_that_ignores_the_request_to_end_is_killed(made: Any) -> None:
    process = made("deaf", grace_seconds=0.3)
    pid = process.start().pid
    process.stop()
    assert gone(pid) and process.ending(PATIENCE_SECONDS).startswith("SIGKILL")


def test_one_that_hangs_is_not_healthy_and_can_be_killed(made: Any, tmp_path: Path) -> None:
    process = made("hangs")
    pid = process.start().pid
    (tmp_path / "flag").touch()
    assert not process.healthy(0.2)
    assert process.running()
    process.kill()
    assert gone(pid) and not process.running()


def test_one_that_is_killed_from_outside_is_noticed(made: Any) -> None:
    process = made()
    os.kill(process.start().pid, signal.SIGKILL)
    assert process.ending(PATIENCE_SECONDS).startswith("SIGKILL")
    assert not process.running()


def test_an_argument_that_the_server_does_not_know_is_named(made: Any) -> None:
    with pytest.raises(EngineError, match="invalid argument: -m"):
        made("unknown_flag").start()


def test_killing_jarvis_ends_the_server(tmp_path: Path) -> None:
    binary = executable(tmp_path, "llama_server_stand_in.py", "llama-server")
    with program("tests.programs.parent_of_server", str(tmp_path), str(binary)) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        assert not gone(server)
        parent.kill()
        until(lambda: gone(server), "the server followed its parent")


def test_a_program_that_is_not_there_fails_with_a_sentence(made: Any, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        made(binary=tmp_path / "gone").start()
    assert caught.value.code == "child.spawn"
    launcher = llama_server_launcher(
        binary=lambda: None, folders=Folders(home=tmp_path), registry=ChildRegistry(tmp_path)
    )
    with pytest.raises(EngineError) as caught:
        launcher(MODEL, placed(MODEL.id))
    assert caught.value.code == "engine.llama_server_missing"


@pytest.mark.parametrize(
    ("shares", "changes", "there"),
    [
        ((), {}, "-b 128 -ub 128|--device none -ngl 0"),
        (((1, 32, 5000.0),), {}, "-b 512 -ub 512|-ngl 33 -sm none -mg 0"),
        (((0, 20, 5000.0), (1, 12, 3000.0)), {"kv_type": "q8_0"}, "-ctk q8_0 -ctv q8_0|-sm layer -mg 0 -ts 19.5,13.5"),
        (((0, 20, 5000.0),), {"cpu_layers": 12}, "-b 128 -ub 128|-ngl 21"),
        (((0, 3, 5000.0),), {"expert_cpu_layers": 2}, r"-ot blk\.(0|1)\.ffn_(up|down|gate|gate_up)_(ch|)exps=CPU"),
    ],
)
def test_the_placement_is_in_the_arguments(shares: Any, changes: Any, there: str) -> None:
    words = " ".join(llama_server_arguments(MODEL, placed(MODEL.id, *shares, **changes), name="n"))
    for part in there.split("|-"):
        assert part in words, words
    assert "-c 2048 -np 1" in words and "--fit off" in words and "-fa on" in words


def test_names_that_could_mislead(tmp_path: Path) -> None:
    model = ModelToRun(id="../ev il,two:q4", path=Path("m.gguf"), runner="llama-server")
    assert log_name(model) == "model-.._ev_il_two_q4.log"
    process = LlamaServerProcess(
        model=model,
        placement=placed(model.id),
        binary=Path("x"),
        run_folder=tmp_path,
        log=tmp_path / "l",
        registry=ChildRegistry(tmp_path),
    )
    assert process.served_name == "../ev il_two:q4"


@needs_real
@pytest.mark.parametrize("kv_type", ["f16", "q8_0", "q4_0"])
def test_the_real_server_takes_every_flag_and_answers(made: Any, home_model: Path, kv_type: str) -> None:
    model = ModelToRun(id="home-facts", path=home_model, runner="llama-server", threads=1)
    process = made(model=model, binary=REAL, placement=placed(model.id, cpu_layers=2, kv_type=kv_type))
    endpoint = process.start()
    assert endpoint.document["context_tokens"] == 2048 and process.healthy(PATIENCE_SECONDS)
    answer = _chat(endpoint, "hi", max_tokens=8, temperature=0)
    assert answer["choices"][0]["message"]["content"].strip()
    process.stop()
    assert gone(endpoint.pid) and "exit code 0" in process.ending(PATIENCE_SECONDS)


@needs_real
def test_the_real_server_knows_the_flags_of_cards_and_experts(made: Any, home_model: Path) -> None:
    """Without a card they are ignored with a warning; an unknown one would end it."""
    model = ModelToRun(id="home-facts", path=home_model, runner="llama-server", threads=1)
    place = placed(model.id, (0, 1, 10.0), (1, 1, 10.0), expert_cpu_layers=1)
    assert made(model=model, binary=REAL, placement=place).start().pid


@needs_real
def test_the_real_server_names_a_damaged_file(made: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"cheese" * 1000)
    model = ModelToRun(id="broken", path=broken, runner="llama-server", threads=1)
    with pytest.raises(EngineError) as caught:
        made(model=model, binary=REAL).start()
    assert caught.value.code == "child.exited"
