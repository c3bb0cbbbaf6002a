"""Children: one start shared by all, every kind of bad end, nothing left behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.processes.child import Child
from jarvis.processes.exits import ChildExit
from jarvis.processes.registry import ChildRegistry
from tests.fakes.processes import PATIENCE_SECONDS, gone, naughty, program, until


def test_a_good_child_announces_itself_and_stops(tmp_path: Path) -> None:
    with naughty(tmp_path, "good", environment={"TOKEN": "secret"}) as child:
        assert child.state == "new"
        document = child.ensure_ready()
        assert document == {"pid": child.pid, "token": "secret"}
        assert child.state == "ready"
        child.stop()
        assert child.state == "exited"
        assert child.last_exit is not None and child.last_exit.wanted
        assert gone(document["pid"])


def test_a_child_neither_imports_from_the_current_folder_nor_gets_the_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stray_module_of_the_current_folder.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JARVIS_KEY_OPENAI", "sk-secret")
    with naughty(tmp_path, "imports_a_stranger") as child:
        assert child.ensure_ready() == {"found": "nothing", "keys": []}


def test_stopping_what_never_started_does_nothing(tmp_path: Path) -> None:
    with naughty(tmp_path, "good") as child:
        child.stop()
        assert child.state == "new"
        assert child.wait_exit(0) is None


def test_callers_at_the_same_time_share_one_start(tmp_path: Path) -> None:
    release, starts = tmp_path / "release", tmp_path / "starts"
    found: list[int] = []
    with naughty(tmp_path, "waits_for_file", str(release), str(starts)) as child:
        threads = [threading.Thread(target=lambda: found.append(child.ensure_ready()["pid"])) for _ in range(5)]
        for thread in threads:
            thread.start()
        until(starts.exists, "the child began")
        assert child.state == "starting"
        release.touch()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        assert found == [child.pid] * 5
        assert starts.read_text(encoding="utf-8") == "start\n"


def test_a_stopped_child_starts_again(tmp_path: Path) -> None:
    with naughty(tmp_path, "good") as child:
        first = child.ensure_ready()["pid"]
        child.stop()
        assert child.ensure_ready()["pid"] != first


def test_waiting_can_be_cancelled_and_the_start_goes_on(tmp_path: Path) -> None:
    release, starts = tmp_path / "release", tmp_path / "starts"
    with naughty(tmp_path, "waits_for_file", str(release), str(starts)) as child:
        cancel = CancelToken()
        threading.Thread(target=lambda: (until(starts.exists, "start"), cancel.cancel())).start()
        with pytest.raises(Cancelled):
            child.ensure_ready(cancel)
        release.touch()
        assert child.ensure_ready()["pid"] == child.pid
        assert starts.read_text(encoding="utf-8") == "start\n"


def test_a_child_that_is_never_ready_is_killed_and_says_its_last_line(tmp_path: Path) -> None:
    with naughty(tmp_path, "never_ready") as child:

        def run_out_of_time() -> None:
            until(lambda: "still loading" in child.last_lines(), "the child said something")
            assert child._life is not None
            child._life.deadline = time.monotonic()
            child._wake()

        threading.Thread(target=run_out_of_time).start()
        with pytest.raises(EngineError) as caught:
            child.ensure_ready()
        assert caught.value.code == "child.start_timeout"
        assert "still loading" in caught.value.sentence("es")
        assert child.state == "exited"


def test_a_child_that_dies_at_start_says_why(tmp_path: Path) -> None:
    with naughty(tmp_path, "dies_at_start") as child:
        with pytest.raises(EngineError) as caught:
            child.ensure_ready()
        assert caught.value.code == "child.exited"
        assert "exit code 3" in str(caught.value) and "made of cheese" in caught.value.sentence("es")


def test_a_child_can_say_in_both_languages_why_it_cannot_work(tmp_path: Path) -> None:
    with naughty(tmp_path, "announces_failure") as child:
        with pytest.raises(EngineError) as caught:
            child.ensure_ready()
        assert caught.value.code == "engine.cheese"
        assert caught.value.sentence("en") == "The {model} is cheese."
        assert caught.value.sentence("es") == "El {modelo} es queso."
        assert not caught.value.retryable


def test_a_module_that_does_not_exist_fails_with_a_sentence(tmp_path: Path) -> None:
    child = Child(name="ghost", module="tests.programs.ghost", log=tmp_path / "g.log", registry=ChildRegistry(tmp_path))
    with pytest.raises(EngineError, match="No module named"):
        child.ensure_ready()


def test_the_end_is_noticed_with_its_signal(tmp_path: Path) -> None:
    ends: list[ChildExit] = []
    with naughty(tmp_path, "good", on_exit=ends.append) as child:
        os.kill(child.ensure_ready()["pid"], signal.SIGKILL)
        how = child.wait_exit(PATIENCE_SECONDS)
        assert how is not None and how.signal == "SIGKILL" and not how.wanted
        until(lambda: ends == [how], "on_exit was called")
        assert child.ensure_ready()["pid"] == child.pid


def test_one_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    with naughty(tmp_path, "ignores_sigterm", grace_seconds=0.3) as child:
        pid = child.ensure_ready()["pid"]
        child.stop()
        assert gone(pid)
        assert child.last_exit is not None and child.last_exit.signal == "SIGKILL"


def test_garbage_before_and_after_the_announcement_goes_to_the_log(tmp_path: Path) -> None:
    with naughty(tmp_path, "garbage") as child:
        assert child.ensure_ready() == {"pid": child.pid}
        log = tmp_path / "logs" / "naughty.log"
        until(lambda: b"done with the noise" in log.read_bytes(), "the child was never blocked on its output")


@pytest.mark.parametrize("detached", [(), ("detached",)], ids=["same group", "own session"])
def test_stopping_takes_grandchildren_along(tmp_path: Path, detached: tuple[str, ...]) -> None:
    with naughty(tmp_path, "grandchild", *detached, grace_seconds=0.5) as child:
        document = child.ensure_ready()
        child.kill()
        until(lambda: gone(document["grandchild"]), "the grandchild ended")
        assert child.state == "exited"


def test_a_killed_child_leaves_no_grandchild(tmp_path: Path) -> None:
    with naughty(tmp_path, "grandchild") as child:
        document = child.ensure_ready()
        os.kill(document["pid"], signal.SIGKILL)
        assert child.wait_exit(PATIENCE_SECONDS) is not None
        until(lambda: gone(document["grandchild"]), "the grandchild ended")


def test_a_flood_of_errors_neither_blocks_the_child_nor_fills_the_disk(tmp_path: Path) -> None:
    with naughty(tmp_path, "fills_stderr") as child:
        child.ensure_ready()
        child.stop()
        sizes = [file.stat().st_size for file in (tmp_path / "logs").iterdir()]
        assert 1_000_000 < sum(sizes) <= 2_100_000
        assert child.last_exit is not None and child.last_exit.last_lines[-1].startswith("line 39999 ")


def test_pipes_are_a_clean_wire(tmp_path: Path) -> None:
    with naughty(tmp_path, "echo", mode="pipes") as child:
        wire = child.wire()
        wire.to_child.write(b"hola\n")
        wire.to_child.flush()
        assert wire.from_child.readline() == b"HOLA\n"
        log = tmp_path / "logs" / "naughty.log"
        until(lambda: log.exists() and b"a library prints" in log.read_bytes(), "prints go to the log")
        child.stop()
        assert wire.from_child.read() == b""
        wire.close()


def test_a_death_in_the_middle_of_the_wire_is_seen_and_mended(tmp_path: Path) -> None:
    with naughty(tmp_path, "echo", mode="pipes") as child:
        first = child.wire()
        first.to_child.write(b"die\n")
        first.to_child.flush()
        assert first.from_child.read() == b"half an ans"
        how = child.wait_exit(PATIENCE_SECONDS)
        assert how is not None and how.signal == "SIGKILL"
        first.close()
        second = child.wire()
        assert second.pid != first.pid
        second.to_child.write(b"si\n")
        second.to_child.flush()
        assert second.from_child.readline() == b"SI\n"
        child.stop()
        second.close()


@pytest.mark.parametrize(("mode", "behaviour"), [("announce", "busy_in_threads"), ("pipes", "echo")])
def test_killing_the_parent_ends_the_child(tmp_path: Path, mode: str, behaviour: str) -> None:
    arguments = (str(tmp_path), mode, "tests.programs.naughty_child", behaviour)
    with program("tests.programs.parent_of_child", *arguments) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline().split('"child": ')[1].strip("}\n"))
        assert not gone(child)
        parent.kill()
        until(lambda: gone(child), "the child followed its parent")


def test_the_next_start_ends_what_a_killed_parent_left(tmp_path: Path) -> None:
    arguments = (str(tmp_path), "announce", "tests.programs.naughty_child", "ignores_sigterm")
    with program("tests.programs.parent_of_child", *arguments) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline().split('"child": ')[1].strip("}\n"))
        assert ChildRegistry(tmp_path).kill_orphans() == [], "the parent still lives"
        parent.kill()
        parent.wait()
        assert not gone(child), "this one does not watch its parent"
        assert ChildRegistry(tmp_path).kill_orphans() == ["test child"]
        until(lambda: gone(child), "the orphan was killed")
        assert ChildRegistry(tmp_path).kill_orphans() == []


def _server(folder: Path, code: str, ready: Callable[[], dict[str, Any] | None], **options: Any) -> Child:
    return Child(
        name="server",
        command=[sys.executable, "-c", code],
        mode="http",
        probe=ready,
        log=folder / "server.log",
        registry=ChildRegistry(folder),
        grace_seconds=options.pop("grace_seconds", PATIENCE_SECONDS),
        start_seconds=options.pop("start_seconds", PATIENCE_SECONDS),
        **options,
    )


def test_a_program_is_ready_when_its_probe_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("JARVIS_KEY_OPENAI", "sk-secret")
    asked: list[int] = []

    def probe() -> dict[str, Any] | None:
        asked.append(1)
        log = tmp_path / "server.log"
        said = log.read_text(encoding="utf-8") if log.exists() else ""
        return {"said": said} if "to err" in said and "to out" in said and len(asked) > 2 else None

    code = (
        "import os, sys, time; print('to out', [n for n in os.environ if n in ('PYTHONPATH', 'JARVIS_KEY_OPENAI')], "
        "flush=True); print('to err', os.getpid(), sys.stdin.read(), file=sys.stderr, flush=True); time.sleep(600)"
    )
    child = _server(tmp_path, code, probe)
    try:
        said = child.ensure_ready()["said"]
        assert "to out []" in said
        assert f"to err {child.pid}" in said, "the program has the child's own number, and nothing to read"
        pid = child.pid
        child.stop()
        assert pid is not None and gone(pid)
        assert child.last_exit is not None and child.last_exit.signal == "SIGTERM", "asked, not forced"
    finally:
        child.kill()


def test_a_program_that_ends_before_it_is_ready_says_its_lines(tmp_path: Path) -> None:
    code = "import sys; [print('line', n, file=sys.stderr) for n in range(60)]; sys.exit(4)"
    child = _server(tmp_path, code, lambda: None, kept_lines=50)
    with pytest.raises(EngineError, match="exit code 4: line 59"):
        child.ensure_ready()
    assert child.last_exit is not None
    assert child.last_exit.last_lines == tuple(f"line {number}" for number in range(10, 60)) == child.last_lines()


def test_output_and_errors_are_not_mixed_within_a_line(tmp_path: Path) -> None:
    pieces = "os.write(1, b'said '); os.write(2, b'went '); os.write(1, b'so\\n'); os.write(2, b'wrong\\n')"
    child = _server(tmp_path, f"import os\nfor _ in range(2000): {pieces}", lambda: None)
    with pytest.raises(EngineError):
        child.ensure_ready()
    lines = (tmp_path / "server.log").read_text(encoding="utf-8").splitlines()
    assert sorted(set(lines)) == ["said so", "went wrong"] and len(lines) == 4000


def test_a_program_that_is_never_ready_is_killed(tmp_path: Path) -> None:
    child = _server(tmp_path, "import time; time.sleep(600)", lambda: None, start_seconds=0.5)
    with pytest.raises(EngineError) as caught:
        child.ensure_ready()
    assert caught.value.code == "child.start_timeout" and child.state == "exited"


def test_a_child_is_either_a_module_or_a_program_with_a_probe(tmp_path: Path) -> None:
    registry = ChildRegistry(tmp_path)
    for options in (
        {},
        {"module": "x", "command": ["y"]},
        {"command": ["y"]},
        {"command": ["y"], "mode": "http"},
        {"module": "x", "mode": "http", "probe": dict},
    ):
        with pytest.raises(ValueError, match="a module, or a command"):
            Child(name="wrong", log=tmp_path / "l", registry=registry, **options)  # type: ignore[arg-type]
