"""The file of servers: what it may say, what it says when it may not, keys from the keyring, changes from outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jarvis.contracts.errors import InputError, JarvisError
from jarvis.mcp_servers.configuration import (
    ServerEntry,
    add_server,
    read_servers,
    remove_server,
    resolved,
)
from tests.mcp_servers.bench import configured


def written(folder: Path, text: str) -> Path:
    file = folder / "mcp.json"
    file.write_text(text, encoding="utf-8")
    return file


def test_no_file_means_no_servers(tmp_path: Path) -> None:
    assert read_servers(tmp_path / "mcp.json") == ()
    assert read_servers(written(tmp_path, "  ")) == ()
    assert read_servers(written(tmp_path, "{}")) == ()


def test_the_well_known_shape(tmp_path: Path) -> None:
    servers = {
        "files": {"command": "npx", "args": ["-y", "x"], "env": {"A": "b"}, "cwd": "/", "type": "stdio"},
        "far": {"url": "https://u:p@example.com/mcp?key=1", "headers": {"Authorization": "keyring:mcp-far"}},
        "near": {"url": "http://localhost:9/mcp", "disabled": True},
    }
    files, far, near = read_servers(written(tmp_path, json.dumps({"mcpServers": servers, "theme": "dark"})))
    assert (files.command, files.args, dict(files.env), files.cwd, files.host) == (
        "npx",
        ("-y", "x"),
        {"A": "b"},
        "/",
        "",
    )
    assert (far.host, far.target) == ("example.com", "https://example.com/mcp")
    assert near.disabled and near.host == ""
    assert "keyring" not in repr(far) and "'b'" not in repr(files)


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("[]", "mcp.config_shape", "the file"),
        ("{", "mcp.config_json", "line 1"),
        ("[" * 100_000, "mcp.config_unreadable", "too deep"),
        ('{"mcpServers": []}', "mcp.config_shape", "mcpServers"),
        ('{"mcpServers": {"a": 1}}', "mcp.config_shape", "mcpServers.a"),
        ('{"mcpServers": {"a": {}}}', "mcp.config_shape", "command"),
        ('{"mcpServers": {"a": {"command": "x", "url": "https://x.y"}}}', "mcp.config_shape", "either"),
        ('{"mcpServers": {"a": {"command": "x", "args": "y"}}}', "mcp.config_shape", "a.args"),
        ('{"mcpServers": {"a": {"command": "x", "args": ["\\u0000"]}}}', "mcp.config_shape", "a.args"),
        ('{"mcpServers": {"a": {"command": "x", "env": {"A": 1}}}}', "mcp.config_shape", "a.env"),
        ('{"mcpServers": {"a": {"command": "x", "env": {"A=B": "1"}}}}', "mcp.config_shape", "a.env"),
        ('{"mcpServers": {"a": {"command": "x", "disabled": "no"}}}', "mcp.config_shape", "a.disabled"),
        ('{"mcpServers": {"a": {"command": "x", "private": 1}}}', "mcp.config_shape", "a.private"),
        (
            '{"mcpServers": {"a": {"command": "x", "env": {"A": "keyring:openai"}}}}',
            "mcp.config_shape",
            "keyring:mcp-NAME",
        ),
        (
            '{"mcpServers": {"a": {"url": "https://x.y", "headers": {"A": "Bearer keyring:openai"}}}}',
            "mcp.config_shape",
            "mcp-",
        ),
        ('{"mcpServers": {"a": {"url": "http://example.com/mcp"}}}', "mcp.config_shape", "a.url"),
        ('{"mcpServers": {"a": {"url": "file:///etc/passwd"}}}', "mcp.config_shape", "a.url"),
        ('{"mcpServers": {"a": {"url": "https://[::1"}}}', "mcp.config_shape", "a.url"),
        (
            '{"mcpServers": {"a": {"url": "https://x.y", "headers": {"A": "b\\r\\nC: d"}}}}',
            "mcp.config_shape",
            "headers",
        ),
        ('{"mcpServers": {"brave_search": {"command": "x"}}}', "mcp.config_name", "brave_search"),
        ('{"mcpServers": {"a": {"command": "x"}, "A": {"command": "y"}}}', "mcp.config_name", "A"),
        ('{"mcpServers": {"año": {"command": "x"}}}', "mcp.config_name", "año"),
    ],
)
def test_what_it_may_not_say_is_named_with_its_place(tmp_path: Path, text: str, code: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_servers(written(tmp_path, text))
    assert caught.value.code == code
    assert says in caught.value.sentence("en")
    assert caught.value.sentence("es") != caught.value.sentence("en")


def test_adding_and_removing_keep_the_rest(tmp_path: Path) -> None:
    file = written(tmp_path, '{"theme": "dark", "mcpServers": {"old": {"command": "x", "own": 7}}}')
    add_server(file, ServerEntry(name="new", command="uvx", args=("a b",), env={"KEY": "keyring:mcp-new"}))
    assert file.stat().st_mode & 0o077 == 0, "keys may stand in it"
    document = json.loads(file.read_text())
    assert document["theme"] == "dark" and document["mcpServers"]["old"]["own"] == 7
    assert read_servers(file)[1].args == ("a b",)
    with pytest.raises(InputError, match="already"):
        add_server(file, ServerEntry(name="NEW", url="https://x.y"))
    before = file.read_text()
    for wrong, said in (
        (ServerEntry(name="new2", url="ftp://x.y"), "the address (--url) must be an https"),
        (ServerEntry(name="new2", command="x", args=("\0",)), "the arguments (after “--”)"),
        (ServerEntry(name="new2", command="x", env={"A": "keyring:openai"}), "the environment (--env)"),
        (ServerEntry(name="new2", url="https://x.y", headers={"A B": "c"}), "the headers (--header)"),
        (ServerEntry(name="new2"), "the program (after “--”)"),
    ):
        with pytest.raises(InputError) as caught:
            add_server(file, wrong)
        english, spanish = caught.value.sentence("en"), caught.value.sentence("es")
        assert said in english and "add the server again" in english and str(file) not in english
        assert "vuelve a añadir" in spanish and str(file) not in spanish and "new2" in spanish
    assert file.read_text() == before
    remove_server(file, "new")
    assert [entry.name for entry in read_servers(file)] == ["old"]
    with pytest.raises(InputError, match="no server new"):
        remove_server(file, "new")


def test_keys_come_from_the_keyring_only_when_they_are_needed() -> None:
    asked: list[str] = []

    def secret(name: str) -> str | None:
        asked.append(name)
        return {"mcp-github": "s3cret"}.get(name)

    values = {"TOKEN": "keyring:mcp-github", "PLAIN": "x", "Authorization": "Bearer keyring:mcp-github"}
    assert resolved(values, "hub", secret) == {"TOKEN": "s3cret", "PLAIN": "x", "Authorization": "Bearer s3cret"}
    assert asked == ["mcp-github", "mcp-github"]
    with pytest.raises(JarvisError, match="jarvis keys set mcp-other") as caught:
        resolved({"TOKEN": "keyring:mcp-other"}, "hub", secret)
    assert caught.value.code == "mcp.secret"


def test_a_change_of_the_file_is_noticed_and_what_stayed_is_kept(tmp_path: Path) -> None:
    with configured(tmp_path, {"a": {"command": "x"}, "b": {"command": "y"}}) as servers:
        first = servers.connections()
        assert servers.connections() == first
        servers.file.write_text('{"mcpServers": {"b": {"command": "y"}, "c": {"command": "zzz"}}}')
        second = servers.connections()
        assert [each.entry.name for each in second] == ["b", "c"] and second[0] is first[1]
        with pytest.raises(JarvisError, match="closed"):
            first[0].ensure_ready()
        servers.file.write_text("{")
        for _ in range(2):
            with pytest.raises(InputError, match="JSON"):
                servers.connections()
        servers.start()
        servers.file.unlink()
        assert servers.connections() == ()
