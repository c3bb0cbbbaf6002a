"""`jarvis mcp`: servers listed, added, tried and removed, as a person and as a program sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jarvis.cli.mcp_commands import mcp
from jarvis.contracts.errors import Language
from jarvis.contracts.mcp_desk import McpDesk
from jarvis.mcp_servers.desk import ServerDesk
from jarvis.storage.audit import SqliteAuditLog
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock
from tests.mcp_servers.bench import configured, naughty, shop
from tests.mcp_servers.permits import Permits


class World:
    """A real desk over a real file behind the commands."""

    def __init__(self, folder: Path, servers: McpDesk, file: Path, permits: Permits, audit: SqliteAuditLog) -> None:
        self.folder = folder
        self.desk = servers
        self.file = file
        self.permits = permits
        self.audit = audit
        self.language: Language = "en"

    def mcp(self) -> McpDesk:
        return self.desk

    def run(self, *arguments: str, language: Language = "en") -> Result:
        self.language = language
        return CliRunner().invoke(mcp, arguments, obj=self)

    def said(self, *arguments: str, language: Language = "en") -> str:
        result = self.run(*arguments, language=language)
        assert result.exit_code == 0, result.output
        return result.output

    def add(self, name: str, entry: dict[str, Any]) -> None:
        env = [part for pair in entry["env"].items() for part in ("--env", "=".join(pair))]
        self.said("add", *env, name, "--", entry["command"], *entry["args"])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    database = Database(tmp_path / "jarvis.sqlite3")
    with configured(tmp_path, {}) as servers:
        permits, audit = Permits(add="allow"), SqliteAuditLog(database, FakeClock())
        yield World(tmp_path, ServerDesk(servers, permits, audit), servers.file, permits, audit)
    database.close()


def test_nothing_configured_says_how_to_begin(world: World) -> None:
    world.file.unlink()
    assert "jarvis mcp add" in world.said("list")
    assert json.loads(world.said("list", "--json")) == []


def test_a_server_is_added_tried_listed_and_removed(world: World) -> None:
    world.add("shop", shop(TOKEN="keyring:mcp-absent"))
    failed = world.run("test", "shop", language="es")
    assert failed.exit_code == 1 and "jarvis keys set mcp-absent" in failed.output and "Traceback" not in failed.output
    world.said("remove", "shop")
    world.permits.set("mcp.shop.add", "allow")
    world.add("shop", shop())
    assert "not connected" in world.said("list", "--no-connect")
    tried = world.said("test", "shop")
    assert "shop  ready  " in tried and "11 tools." in tried
    assert "without asking  [mcp.shop.add]" in tried
    assert "asks first  [mcp.shop.delete_everything]  (may destroy)" in tried
    (row,) = json.loads(world.said("list", "--json"))
    assert (row["name"], row["kind"], row["state"], row["sentence"]) == ("shop", "program", "ready", "")
    tools = {tool["name"]: tool for tool in row["tools"]}
    assert tools["add"]["permission"] == "allow" and tools["add"]["permission_name"] == "mcp.shop.add"
    assert tools["delete_everything"]["destroys"]
    assert json.loads(world.said("test", "shop", "--json"))["seconds"] >= 0
    world.said("remove", "shop")
    assert json.loads(world.said("list", "--json")) == []
    assert world.permits.explicit() == {}, "who comes later under this name starts without its permissions"
    assert [(entry.facts["what"], entry.facts["server"]) for entry in world.audit.entries(9, "mcp_server")] == [
        ("removed", "shop"),
        ("added", "shop"),
    ] * 2


def test_a_server_is_switched_off_and_on_again(world: World) -> None:
    world.add("shop", shop())
    world.permits.set("mcp.shop.add", "never")
    assert world.said("disable", "shop") == "shop is switched off.\n"
    assert json.loads(world.file.read_text())["mcpServers"]["shop"]["disabled"] is True
    assert "shop  switched off" in world.said("list")
    assert world.permits.explicit() == {"mcp.shop.add": "never"}, "it stays its server"
    assert world.said("enable", "shop", language="es") == "shop está activado.\n"
    assert "disabled" not in json.loads(world.file.read_text())["mcpServers"]["shop"]
    assert "11 tools." in world.said("test", "shop")
    assert [entry.facts["what"] for entry in world.audit.entries(3, "mcp_server")] == ["enabled", "disabled", "added"]
    unknown = world.run("disable", "none")
    assert unknown.exit_code == 1 and "no server none" in unknown.output


def test_one_that_fails_does_not_hide_the_others(world: World) -> None:
    world.file.write_text(
        json.dumps(
            {
                "mcpServers": {
                    "dead": naughty("dies"),
                    "odd": naughty("bad_tools"),
                    "off": {"command": "x", "disabled": True},
                    "far": {"url": "http://127.0.0.1:9/mcp?key=secret"},
                }
            }
        )
    )
    rows = {row["name"]: row for row in json.loads(world.said("list", "--json", language="es"))}
    assert [row["state"] for row in rows.values()] == ["failed", "ready", "off", "failed"]
    assert "licence expired" in rows["dead"]["sentence"] and "terminó" in rows["dead"]["sentence"]
    assert len(rows["odd"]["left_out"]) == 8
    assert rows["odd"]["left_out"][4] == {"name": "laughing", "why": "sus parámetros son demasiado grandes"}
    assert rows["far"]["target"] == "http://127.0.0.1:9/mcp"
    said = world.said("list")
    assert "laughing is left out: its parameters are too big" in said and "off  switched off  x" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("add", "shop"), 2, "either -- COMMAND or --url"),
        (("add", "shop", "--url", "https://x.y", "--", "npx"), 2, "either -- COMMAND or --url"),
        (("add", "shop", "--env", "TOKEN", "--", "npx"), 2, "NAME=VALUE"),
        (("add", "my_shop", "--", "npx"), 1, "cannot name a server"),
        (("add", "shop", "--url", "ftp://x.y"), 1, "https address"),
        (("remove", "shop"), 1, "no server shop"),
        (("test", "shop"), 1, "no server shop"),
    ],
)
def test_mistakes_are_one_sentence(world: World, arguments: tuple[str, ...], code: int, says: str) -> None:
    before = world.file.read_text()
    result = world.run(*arguments)
    assert result.exit_code == code and says in result.output and "Traceback" not in result.output
    assert world.file.read_text() == before


def test_an_address_with_its_header(world: World) -> None:
    world.said(
        "add", "far", "--url", "https://mcp.example.com/x", "--header", "Authorization=keyring:mcp-far", "--private"
    )
    (row,) = json.loads(world.said("list", "--json", "--no-connect"))
    assert (row["kind"], row["target"], row["state"]) == ("address", "https://mcp.example.com/x", "off")
    assert json.loads(world.file.read_text())["mcpServers"]["far"]["headers"] == {"Authorization": "keyring:mcp-far"}
    assert json.loads(world.file.read_text())["mcpServers"]["far"]["private"] is True


def test_a_file_that_cannot_be_used_is_named(world: World) -> None:
    world.file.write_text('{"mcpServers": {"a": {"command": 7}}}')
    result = world.run("list", language="es")
    assert result.exit_code == 1 and "mcpServers.a.command" in result.output and "texto" in result.output
