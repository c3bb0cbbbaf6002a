"""`jarvis redact`, `jarvis audit`, `jarvis permissions` over the real redactor and real storage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jarvis.cli import guard_commands
from jarvis.contracts.errors import Language
from jarvis.contracts.guard import AuditLog, Permissions, Redactor
from jarvis.guard.permissions import defaults_for
from jarvis.guard.redaction import PatternRedactor
from jarvis.storage.audit import SqliteAuditLog
from jarvis.storage.database import Database
from jarvis.storage.permissions import SqlitePermissions
from tests.fakes.clock import FakeClock


class World:
    """The services that these commands use."""

    language: Language = "en"

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "jarvis.sqlite3")

    def redactor(self) -> Redactor:
        return PatternRedactor(lambda: ["Marta Ruiz"])

    def audit(self) -> AuditLog:
        return SqliteAuditLog(self.database, FakeClock())

    def permissions(self) -> Permissions:
        return SqlitePermissions(self.database, FakeClock(), defaults_for(lambda: {"timers.start": "acts"}))

    def skill_names(self) -> tuple[str, ...]:
        return ("timers.start",)

    def run(self, *arguments: str, given: str | None = None) -> Result:
        command = getattr(guard_commands, arguments[0])
        return CliRunner().invoke(command, arguments[1:], obj=self, input=given)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.database.close()


def test_redact_prints_the_text_as_it_would_leave(world: World) -> None:
    result = world.run("redact", "call", "Marta", "Ruiz", "at", "612", "345", "678")
    assert (result.exit_code, result.output) == (0, "call [NAME_1] at [PHONE_1]\n")


def test_redact_as_json(world: World) -> None:
    text = "escribe a ñandú@correo.es"
    document = json.loads(world.run("redact", "--json", text).output)
    assert document == {"text": "escribe a [EMAIL_1]", "findings": [{"kind": "email", "start": 10, "end": len(text)}]}


def test_redact_from_standard_input(world: World) -> None:
    assert world.run("redact", "-", given="12345678Z\nand\n").output == "[DNI_1]\nand\n\n"


def test_redact_of_a_file(world: World, tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    rows = [{"id": "a", "text": "IP 10.0.0.7"}, {"id": 2, "text": "set a timer"}, {"text": ""}]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    result = world.run("redact", "--batch", str(file))
    assert [json.loads(line) for line in result.output.splitlines()] == [
        {"id": "a", "text": "IP [IP_1]", "findings": [{"kind": "ip", "start": 3, "end": 11}]},
        {"id": 2, "text": "set a timer", "findings": []},
        {"id": None, "text": "", "findings": []},
    ]
    file.write_text('{"id": 1}\n')
    failed = world.run("redact", "--batch", str(file))
    assert (failed.exit_code, failed.stderr.count("\n")) == (1, 1)
    assert world.run("redact").exit_code == 2


def test_audit_list_and_verify(world: World) -> None:
    assert world.run("audit", "list").output.strip() in (
        "Nothing has been recorded yet.",
        "Todavía no hay nada registrado.",
    )
    world.audit().record("cloud_call", {"engine": "openai/gpt", "sha256": "f" * 64})
    world.audit().record("privacy", {})
    lines = world.run("audit", "list").output.splitlines()
    assert len(lines) == 2
    assert "privacy" in lines[0]
    assert lines[1].endswith("cloud_call  engine=openai/gpt")
    [entry] = json.loads(world.run("audit", "list", "--json", "-n", "1").output)
    assert (entry["seq"], entry["kind"], entry["facts"], len(entry["digest"])) == (2, "privacy", {}, 64)
    [entry] = json.loads(world.run("audit", "list", "--json", "--kind", "cloud_call").output)
    assert entry["facts"]["sha256"] == "f" * 64
    assert "2 entries" in world.run("audit", "verify").output
    document = json.loads(world.run("audit", "verify", "--json").output)
    assert (document["ok"], document["entries"], document["broken_at"]) == (True, 2, None)


def test_audit_verify_of_a_broken_chain(world: World) -> None:
    world.audit().record("privacy", {})
    with world.database.write() as connection:
        connection.execute("DROP TRIGGER audit_stays")
        connection.execute("UPDATE audit SET facts = '{\"a\":1}'")
    told = world.run("audit", "verify")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "entry 1 of 1" in told.stderr
    world.language = "es"
    document = world.run("audit", "verify", "--json")
    assert document.exit_code == 1
    assert json.loads(document.stdout)["broken_at"] == 1
    assert "manipulado" in json.loads(document.stdout)["sentence"]


def test_permissions_are_set_reset_and_recorded(world: World) -> None:
    assert json.loads(world.run("permissions", "list", "--json").output) == []
    assert world.run("permissions", "set", "mcp.notes.search", "allow").exit_code == 0
    assert world.run("permissions", "set", "timers.start", "never").output.startswith("timers.start  never")
    assert json.loads(world.run("permissions", "list", "--json").output) == [
        {"name": "mcp.notes.search", "level": "allow"},
        {"name": "timers.start", "level": "never"},
    ]
    assert "mcp.notes.search  allow" in world.run("permissions", "list").output
    assert world.run("permissions", "reset", "timers.start").output.startswith("timers.start  allow")
    assert world.run("permissions", "set", "timers.start", "sometimes").exit_code == 2
    facts = [dict(entry.facts) for entry in world.audit().entries(kind="permission")]
    assert facts == [
        {"name": "timers.start", "before": "never", "after": "allow", "door": "cli"},
        {"name": "timers.start", "before": "allow", "after": "never", "door": "cli"},
        {"name": "mcp.notes.search", "before": "ask", "after": "allow", "door": "cli"},
    ]


def test_a_skill_that_there_is_not_gets_no_permission(world: World) -> None:
    done = world.run("permissions", "set", "timers.strat", "never")
    assert done.exit_code == 1 and "no skill timers.strat" in done.stderr
    assert world.permissions().explicit() == {}
