"""The tools of real servers as models see them: which are offered, which ask, what is checked and recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, StorageError
from jarvis.contracts.messages import Request, ToolCall
from jarvis.contracts.tools import Toolbox, ToolResult
from jarvis.mcp_servers.servers import ConfiguredServers
from jarvis.mcp_servers.toolbox import READ_BACK_CHARACTERS, SPECS_CHARACTERS, McpToolbox
from jarvis.storage.audit import SqliteAuditLog
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock
from tests.fakes.processes import program, until
from tests.mcp_servers.bench import configured, naughty, shop
from tests.mcp_servers.permits import Permits


def wants(tool: str, **arguments: object) -> ToolCall:
    return ToolCall(id="1", name=tool, arguments=arguments)


class World:
    """A toolbox over real servers, with real records."""

    def __init__(self, servers: ConfiguredServers, database: Database, levels: dict[str, Any], **options: Any) -> None:
        self.servers = servers
        self.permits = Permits(**levels)
        self.audit = SqliteAuditLog(database, FakeClock())
        self.box = McpToolbox(servers, self.permits, self.audit, first_wait_seconds=120.0, **options)

    def offered(self, question: str, limit: int = 8) -> list[str]:
        return [spec.name for spec in self.box.specs(question, "en", limit)]

    def run(self, tool: str, cancel: CancelToken | None = None, privacy: Any = None, **arguments: object) -> ToolResult:
        request = Request(text="x", privacy=privacy)
        return self.box.run(wants(tool, **arguments), request, "en", cancel or CancelToken())

    def recorded(self) -> list[dict[str, object]]:
        return [dict(entry.facts) for entry in reversed(self.audit.entries(100, "tool_call"))]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., World]]:
    with ExitStack() as stack:

        def make(servers: dict[str, object] | None = None, **levels: Any) -> World:
            options = {"stays": levels.pop("stays")} if "stays" in levels else {}
            database = Database(tmp_path / "jarvis.sqlite3")
            stack.callback(database.close)
            found = stack.enter_context(configured(tmp_path, servers or {"shop": shop(DEEDS=str(tmp_path / "deeds"))}))
            return World(found, database, levels, **options)

        yield make


def test_what_bears_on_the_question_is_offered(made: Callable[..., World]) -> None:
    world = made(huge="never")
    toolbox: Toolbox = world.box
    (spec,) = toolbox.specs("suma dos números", "es", limit=1)
    assert spec.name == "mcp_shop_add" and spec.description == "[shop] Add two numbers."
    assert spec.parameters["required"] == ["first", "second"]
    assert "mcp_shop_read_page" in world.offered("read me that page")
    assert world.offered("a huge book") == ["mcp_shop_beyond"], "what is never allowed is not offered"
    assert world.offered("tell me a joke") == []
    assert not spec.private
    world.servers.file.write_text(json.dumps({"mcpServers": {"shop": {**shop(), "private": True}}}))
    assert world.box.specs("add two numbers", "en")[0].private, "only for models here"


def test_many_and_long_tools_do_not_fill_the_prompt(made: Callable[..., World]) -> None:
    world = made({"odd": naughty("many_tools")})
    specs = world.box.specs("walk over the pages", "en", limit=50)
    assert 2 <= len(specs) < 50
    assert sum(len(json.dumps([s.name, s.description, s.parameters])) for s in specs) <= SPECS_CHARACTERS


def test_by_default_everything_asks_and_what_runs_commands_never(made: Callable[..., World]) -> None:
    world = made({"odd": naughty("bad_tools")})
    assert world.box.permission(wants("mcp_odd_tree"), tainted=False) == "ask"
    runs = next(tool for tool in world.servers.connection("odd").ensure_ready().tools if "run_command" in tool.tool)
    assert world.box.permission(wants(runs.model_name), tainted=False) == "never"
    assert world.box.permission(wants("timers"), tainted=False) == "never", "no tool of a server"


def test_what_is_allowed_still_asks_after_text_from_elsewhere(made: Callable[..., World]) -> None:
    world = made(add="allow", slow_count="allow", delete_everything="allow", crash="never")
    world.servers.connection("shop").ensure_ready()
    assert world.box.permission(wants("mcp_shop_add"), tainted=False) == "allow"
    assert world.box.permission(wants("mcp_shop_add"), tainted=True) == "ask"
    assert world.box.permission(wants("mcp_shop_slow_count"), tainted=True) == "ask", (
        "that it only reads is not believed"
    )
    assert world.box.permission(wants("mcp_shop_delete_everything"), tainted=False) == "ask", "it says that it destroys"
    assert world.box.permission(wants("mcp_shop_crash"), tainted=True) == "never"


def test_a_tool_that_describes_itself_anew_asks_again(made: Callable[..., World]) -> None:
    world = made({"odd": naughty("turns")})
    world.permits.set("mcp.odd.tree", "allow")
    assert world.offered("walk a tree") == ["mcp_odd_tree"]
    assert world.box.permission(wants("mcp_odd_tree"), tainted=False) == "allow"
    assert world.run("mcp_odd_tree").ok
    connection = world.servers.connection("odd")
    until(lambda: "all your keys" in connection.status().tools[0].description, "it describes itself anew")
    assert world.box.permission(wants("mcp_odd_tree"), tainted=False) == "ask"


def test_the_question_says_what_would_be_done_and_where(made: Callable[..., World]) -> None:
    world = made({"shop": shop(), "far": {"url": "https://mcp.example.com/x"}})
    world.servers.connection("shop").ensure_ready()
    add = wants("mcp_shop_add", first=1, second=2)
    assert world.box.read_back(add, "en") == "May I use “add” of the server “shop” with first 1, second 2?"
    assert world.box.read_back(add, "es") == "¿Puedo usar «add» del servidor «shop» con first 1, second 2?"
    delete = world.box.read_back(wants("mcp_shop_delete_everything", reason="a\u202e\nb" * 999), "es")
    assert "puede destruir" in delete and "a b" in delete and len(delete) < READ_BACK_CHARACTERS + 200
    assert "caracteres más" in delete, "what is not shown is counted"
    assert "which is at mcp.example.com" in world.box.read_back(wants("mcp_far_post"), "en")
    assert "{x}" in world.box.read_back(wants("mcp_shop_add", first="{x}"), "en")


def test_a_call_is_checked_made_and_recorded_without_its_words(made: Callable[..., World]) -> None:
    world = made()
    assert world.run("mcp_shop_add", first=20, second=22) == ToolResult(text="42", ok=True, trusted=False)
    misfit = world.run("mcp_shop_add", first="twenty")
    assert not misfit.ok and "Nothing was done" in misfit.text and "twenty" not in misfit.text
    page = world.run("mcp_shop_read_page", address="secret.example")
    assert page.ok and not page.trusted and "IGNORE PREVIOUS" in page.text
    assert not world.run("mcp_shop_fail").ok
    crashed = world.run("mcp_shop_crash")
    assert not crashed.ok and "the till is on fire" in crashed.text
    entries = world.recorded()
    assert [(entry["tool"], entry["stage"]) for entry in entries] == [
        ("add", "called"),
        ("add", "answered"),
        ("read_page", "called"),
        ("read_page", "answered"),
        ("fail", "called"),
        ("fail", "refused"),
        ("crash", "called"),
        ("crash", "failed"),
    ]
    assert entries[0]["arguments_characters"] == len('{"first": 20, "second": 22}')
    assert entries[1]["result_characters"] == 2
    assert "secret" not in json.dumps(entries) and world.audit.verify().broken_at is None


def test_what_may_not_be_or_is_not_there_does_nothing(made: Callable[..., World], tmp_path: Path) -> None:
    world = made(add="never")
    for tool in ("mcp_shop_add", "mcp_shop_other", "mcp_other_add", "add"):
        result = world.run(tool, first=1, second=2)
        assert not result.ok and "nothing was done" in result.text
    assert world.recorded() == []
    assert "add" not in (tmp_path / "deeds").read_text().split()


def test_what_cannot_be_recorded_is_not_done(made: Callable[..., World], tmp_path: Path) -> None:
    world = made()

    class Full:
        def record(self, kind: object, facts: object) -> None:
            raise StorageError("full", en="The disk is full.", es="El disco está lleno.")

    box = McpToolbox(world.servers, world.permits, Full())  # type: ignore[arg-type]
    result = box.run(wants("mcp_shop_add", first=1, second=2), Request(text="x"), "es", CancelToken())
    assert not result.ok and "no se pudo registrar" in result.text
    assert "add" not in (tmp_path / "deeds").read_text().split()


def test_a_stopped_call_raises_and_is_recorded(made: Callable[..., World], tmp_path: Path) -> None:
    world = made()
    stopped = CancelToken()
    stopped.cancel()
    with pytest.raises(Cancelled):
        world.run("mcp_shop_slow_count", stopped)
    assert world.recorded() == []


def test_a_file_that_cannot_be_used_costs_only_its_tools(made: Callable[..., World]) -> None:
    world = made()
    world.servers.file.write_text("{")
    assert world.offered("add two numbers") == []
    assert not world.run("mcp_shop_add", first=1, second=2).ok


def test_a_server_over_http_and_nothing_leaves_when_it_may_not(made: Callable[..., World]) -> None:
    with program("tests.programs.mcp_server", "http") as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        stays = [True]
        servers: dict[str, object] = {"shop": {"url": f"http://127.0.0.1:{port}/mcp"}}
        servers["far"] = {"url": "https://mcp.invalid/x"}
        world = made(servers, stays=lambda: stays[0])
        assert world.offered("add two numbers", limit=1) == ["mcp_shop_add"]
        assert world.run("mcp_shop_add", first=2, second=3).text == "5"
        assert "may not leave" in world.run("mcp_far_add").text
        stays[0] = False
        assert "may not leave" in world.run("mcp_far_add", privacy="local").text
        ok = world.run("mcp_shop_read_page", address="x")
        assert ok.ok and "IGNORE" in ok.text
        process.kill()
        process.wait()
        gone = world.run("mcp_shop_add", first=2, second=3)
        assert not gone.ok and "shop" in gone.text


def test_known_tools_are_offered_before_anything_is_started(made: Callable[..., World], tmp_path: Path) -> None:
    world = made(delete_everything="allow")
    before = world.offered("delete the numbers")
    world.servers.close()
    assert world.offered("delete the numbers") == [], "closed is closed"
    started = (tmp_path / "deeds").read_text().count("pid")
    again = made()
    again.permits.set("mcp.shop.delete_everything", "allow")
    assert again.offered("delete the numbers") == before
    assert again.box.permission(wants("mcp_shop_delete_everything"), tainted=False) == "ask"
    assert "may destroy" in again.box.read_back(wants("mcp_shop_delete_everything", reason="x"), "en")
    assert (tmp_path / "deeds").read_text().count("pid") == started
    assert again.run("mcp_shop_add", first=1, second=2).text == "3"
    assert (tmp_path / "deeds").read_text().count("pid") == started + 1


@pytest.mark.parametrize("kept", ["{", "[]", '{"shop": 1}', '{"shop": {"what": "x", "tools": [1]}}', "[" * 100_000])
def test_a_damaged_memory_is_made_anew(made: Callable[..., World], tmp_path: Path, kept: str) -> None:
    memory = tmp_path / "cache" / "tools.json"
    memory.parent.mkdir()
    memory.write_text(kept)
    world = made({"shop": naughty("garbage")})
    assert world.offered("walk a tree") == ["mcp_shop_tree"]
    assert json.loads(memory.read_text())["shop"]["tools"][0]["name"] == "tree"
    world.servers.file.write_text(json.dumps({"mcpServers": {"shop": {"command": "another-program"}}}))
    assert world.offered("walk a tree") == [], "another program has other tools"


def test_a_tool_that_became_another_since_it_was_last_connected_asks_first(
    made: Callable[..., World], tmp_path: Path
) -> None:
    world = made({"odd": naughty("turns")})
    assert world.offered("walk a tree") == ["mcp_odd_tree"]
    world.servers.close()
    memory = tmp_path / "cache" / "tools.json"
    memory.write_text(memory.read_text().replace("Walk a tree.", "Look at a tree."))
    world = made({"odd": naughty("turns")})
    world.permits.set("mcp.odd.tree", "allow")
    tree = wants("mcp_odd_tree")
    assert world.offered("look at a tree") == ["mcp_odd_tree"]
    assert world.box.permission(tree, tainted=False) == "allow", "nothing is started to be asked what it is now"
    refused = world.run("mcp_odd_tree")
    assert not refused.ok and "describes itself differently" in refused.text and world.recorded() == []
    assert world.box.permission(tree, tainted=False) == "ask"
    assert not world.run("mcp_odd_tree").ok, "nobody was asked yet"
    assert "tree" in world.box.read_back(tree, "es")
    assert world.run("mcp_odd_tree").text == "called tree"
