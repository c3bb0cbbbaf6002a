"""Real servers as children: called, cancelled, crashed, started again, and ended with everything below them."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, InputError, JarvisError
from jarvis.mcp_servers.connection import Limits, ServerConnection
from jarvis.mcp_servers.results import MOST_CHARACTERS
from jarvis.processes.registry import ChildRegistry
from tests.fakes.clock import FakeClock
from tests.fakes.processes import gone, program, until
from tests.mcp_servers.bench import configured, naughty, shop

QUICK_GRACE = Limits(start=120.0, call=120.0, grace=0.2)


def called(connection: ServerConnection, tool: str, **arguments: object) -> tuple[bool, str]:
    answered = connection.call(tool, arguments, "en", CancelToken())
    return answered.ok, answered.text


def pids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()]


def test_a_real_server_is_called(tmp_path: Path) -> None:
    secret = {"mcp-till": "t0ken"}.get
    with configured(tmp_path, {"shop": shop(TOKEN="keyring:mcp-till")}, secret=secret) as servers:
        connection = servers.connection("shop")
        assert connection.status().state == "off" and connection.status().tools == ()
        status = connection.ensure_ready()
        assert status.state == "ready" and {"add", "read_page", "crash"} <= {tool.tool for tool in status.tools}
        assert [tool.tool for tool in status.tools if tool.destroys] == ["delete_everything"]
        assert called(connection, "add", first=19, second=23) == (True, "42")
        assert not called(connection, "fail")[0]
        ok, text = called(connection, "huge")
        assert ok and text.startswith("x" * MOST_CHARACTERS + "\n[Cut here: 80000 more")
        assert called(connection, "picture") == (True, "Here it is:\n[a picture, image/png, 304 B: not included]")
        ok, text = called(connection, "no_such_tool")
        assert not ok and "no_such_tool" in text
        assert called(connection, "add", first=1, second=1) == (True, "2")


def test_a_server_is_given_little_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_KEY_OPENAI", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with configured(tmp_path, {"shop": shop(TOKEN="keyring:mcp-till")}, secret=lambda name: f"<{name}>") as servers:
        found = json.loads(called(servers.connection("shop"), "keys")[1])
    assert found["TOKEN"] == "<mcp-till>"
    assert {"PATH", "HOME"} <= set(found["names"])
    assert not {"JARVIS_KEY_OPENAI", "AWS_SECRET_ACCESS_KEY"} & set(found["names"])


def test_stopping_tells_the_server(tmp_path: Path) -> None:
    deeds = tmp_path / "deeds"
    with configured(tmp_path, {"shop": shop(DEEDS=str(deeds))}) as servers:
        connection = servers.connection("shop")
        connection.ensure_ready()
        cancel, raised = CancelToken(), list[BaseException]()

        def call() -> None:
            try:
                connection.call("slow_count", {}, "en", cancel)
            except Cancelled as error:
                raised.append(error)

        caller = threading.Thread(target=call)
        caller.start()
        until(lambda: "slow_count began" in deeds.read_text(), "the tool began")
        cancel.cancel()
        caller.join()
        assert len(raised) == 1
        until(lambda: "slow_count stopped" in deeds.read_text(), "the server heard of it")
        assert called(connection, "add", first=1, second=2) == (True, "3"), "the connection goes on"


def test_a_tool_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    deeds = tmp_path / "deeds"
    limits = Limits(start=120.0, call=0.2, grace=60.0)
    with configured(tmp_path, {"shop": shop(DEEDS=str(deeds))}, limits=limits) as servers:
        connection = servers.connection("shop")
        with pytest.raises(JarvisError) as caught:
            called(connection, "slow_count")
        assert caught.value.code == "mcp.call_timeout" and "slow_count" in caught.value.sentence("es")
        assert connection.status().state == "ready"
        until(lambda: "slow_count stopped" in deeds.read_text() or "began" not in deeds.read_text(), "it was told")


def test_a_crash_is_told_and_the_server_started_again(tmp_path: Path) -> None:
    clock = FakeClock()
    with configured(tmp_path, {"shop": shop()}, clock=clock) as servers:
        connection = servers.connection("shop")
        for _ in range(2):
            with pytest.raises(JarvisError, match="the till is on fire") as caught:
                called(connection, "crash")
            assert caught.value.code == "mcp.ended"
        with pytest.raises(JarvisError) as caught:
            called(connection, "add", first=1, second=2)
        assert caught.value.code == "mcp.resting", "two crashes in a row: it rests a second"
        clock.advance(1.0)
        assert called(connection, "add", first=1, second=2) == (True, "3")
        with pytest.raises(JarvisError, match="on fire"):
            called(connection, "crash")
        assert called(connection, "add", first=1, second=2) == (True, "3"), "a success counts the failures anew"


def test_a_message_beyond_all_bounds_ends_the_server(tmp_path: Path) -> None:
    with configured(tmp_path, {"shop": shop(), "flood": naughty("flood")}) as servers:
        with pytest.raises(JarvisError, match="a message of more than 8 MiB"):
            called(servers.connection("shop"), "beyond")
        with pytest.raises(JarvisError, match="a message of more than 8 MiB"):
            servers.connection("flood").ensure_ready()


def test_changed_tools_are_listed_again(tmp_path: Path) -> None:
    with configured(tmp_path, {"shop": shop()}) as servers:
        connection = servers.connection("shop")
        before = {tool.tool for tool in connection.ensure_ready().tools}
        assert called(connection, "grow") == (True, "grown")
        until(lambda: {tool.tool for tool in connection.status().tools} == before | {"shrink"}, "the list is new")
        called(connection, "grow")
        until(lambda: {tool.tool for tool in connection.status().tools} == before, "the list is as before")


def test_garbage_around_messages_is_put_up_with(tmp_path: Path) -> None:
    with configured(tmp_path, {"odd": naughty("garbage")}) as servers:
        connection = servers.connection("odd")
        assert [tool.tool for tool in connection.ensure_ready().tools] == ["tree"]
        assert called(connection, "tree") == (True, "called tree")
    assert "Starting up..." in (tmp_path / "logs" / "mcp-odd.log").read_text()


def test_bad_tools_do_not_spoil_the_good_ones(tmp_path: Path) -> None:
    with configured(tmp_path, {"odd": naughty("bad_tools")}) as servers:
        connection = servers.connection("odd")
        status = connection.ensure_ready()
        assert [tool.tool for tool in status.tools][:3] == ["tree", "pages.read", "pages/read"]
        assert len(status.left_out) == 8
        assert called(connection, "pages/read") == (True, "called pages/read")


@pytest.mark.parametrize("how", ["silent", "only_garbage"])
def test_a_server_that_never_answers_is_ended(tmp_path: Path, how: str) -> None:
    note = tmp_path / "pids"
    limits = Limits(start=0.5, call=1.0, grace=0.2)
    with configured(tmp_path, {"mute": naughty(how, str(note))}, limits=limits) as servers:
        with pytest.raises(JarvisError) as caught:
            servers.connection("mute").ensure_ready()
        assert caught.value.code == "mcp.start_timeout" and "mute" in caught.value.sentence("es")
        until(lambda: all(map(gone, pids(note) if note.exists() else [])), "it is gone")


def test_a_server_that_dies_at_start_says_why(tmp_path: Path) -> None:
    with configured(tmp_path, {"dead": naughty("dies")}) as servers, pytest.raises(JarvisError) as caught:
        servers.connection("dead").ensure_ready()
    assert caught.value.code == "mcp.ended_early" and "licence expired" in caught.value.sentence("es")


def test_what_cannot_be_started_is_a_sentence(tmp_path: Path) -> None:
    servers = {
        "absent": {"command": "no-such-program-anywhere"},
        "lost": {**shop(), "cwd": str(tmp_path / "nowhere")},
        "locked": shop(TOKEN="keyring:mcp-till"),
        "off": {**shop(), "disabled": True},
        "refused": {"url": "http://127.0.0.1:9/mcp"},
    }
    codes = {}
    with configured(tmp_path, servers) as made:
        for connection in made.connections():
            with pytest.raises(JarvisError) as caught:
                connection.ensure_ready()
            assert caught.value.sentence("en") != caught.value.sentence("es")
            codes[connection.entry.name] = caught.value.code
        with pytest.raises(InputError, match="no server other"):
            made.connection("other")
    assert codes == {
        "absent": "mcp.program",
        "lost": "mcp.spawn",
        "locked": "mcp.secret",
        "off": "mcp.off",
        "refused": "mcp.unreachable",
    }


def test_a_broken_keyring_costs_one_server(tmp_path: Path) -> None:
    def broken(name: str) -> str | None:
        raise RuntimeError(name)

    servers = {"locked": shop(TOKEN="keyring:mcp-till"), "odd": naughty("garbage")}
    with configured(tmp_path, servers, secret=broken) as made:
        with pytest.raises(JarvisError, match="RuntimeError"):
            made.connection("locked").ensure_ready()
        assert made.connection("odd").ensure_ready().state == "ready"


def test_waiting_for_a_start_can_be_stopped(tmp_path: Path) -> None:
    with configured(tmp_path, {"mute": naughty("silent")}, limits=QUICK_GRACE) as servers:
        connection = servers.connection("mute")
        cancel = CancelToken()
        connection.wake()
        cancel.cancel()
        with pytest.raises(Cancelled):
            connection.ensure_ready(cancel)
        assert connection.status().state == "starting", "the start goes on for others"
    assert connection.status().state == "off"


def test_closing_ends_a_stubborn_server_and_its_children(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    with configured(tmp_path, {"ox": naughty("stubborn", str(note))}, limits=QUICK_GRACE) as servers:
        assert called(servers.connection("ox"), "tree") == (True, "called tree")
        assert len(pids(note)) == 2 and not any(map(gone, pids(note)))
        assert len(list((tmp_path / "run" / "children").glob("*.json"))) == 1
    until(lambda: all(map(gone, pids(note))), "both are gone")
    assert list((tmp_path / "run" / "children").glob("*.json")) == []


def test_a_stubborn_server_dies_with_jarvis(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    with program("tests.programs.mcp_parent", str(tmp_path), "stubborn", str(note)) as parent:
        assert parent.stdout is not None and parent.stdout.readline() == "ready\n"
        assert not any(map(gone, pids(note)))
        parent.kill()
        parent.wait()
        until(lambda: all(map(gone, pids(note))), "nobody is left")
    ChildRegistry(tmp_path / "run").kill_orphans()
    assert list((tmp_path / "run" / "children").glob("*.json")) == []


@pytest.mark.parametrize("how", ["endless", "compressed", "page", "never"])
def test_what_answers_at_an_address_may_be_no_server(tmp_path: Path, how: str) -> None:
    with program("tests.programs.mcp_naughty", "web", how) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        limits = Limits(start=0.5 if how == "never" else 120.0, call=1.0, grace=0.2)
        with configured(tmp_path, {"odd": {"url": f"http://127.0.0.1:{port}/mcp"}}, limits=limits) as servers:
            with pytest.raises(JarvisError) as caught:
                servers.connection("odd").ensure_ready()
            assert "odd" in caught.value.sentence("es") and len(caught.value.sentence("en")) < 400
