"""The audit log against changes, cuts, many processes at once and a sudden death."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.errors import StorageError
from jarvis.storage.audit import SqliteAuditLog
from jarvis.storage.audit_chain import GENESIS, ChainCheck, Head, Link, canonical, check, digest_of
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock

_WRITER = """
import sys
from pathlib import Path
from jarvis.storage.audit import SqliteAuditLog
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock
log = SqliteAuditLog(Database(Path(sys.argv[1])), FakeClock())
count = int(sys.argv[2])
number = 0
while count < 0 or number < count:
    print(log.record("tool_call", {"writer": sys.argv[3], "number": number}).seq, flush=True)
    number += 1
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jarvis.sqlite3"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path)
    yield database
    database.close()


@pytest.fixture
def log(database: Database) -> SqliteAuditLog:
    return SqliteAuditLog(database, FakeClock())


def _filled(log: SqliteAuditLog, count: int = 5) -> None:
    for number in range(count):
        log.record("cloud_call", {"number": number, "model": "ñ"})


def _behind_its_back(path: Path, *statements: str) -> None:
    """Change the file as somebody would who has dropped the triggers."""
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    assert len(triggers) >= 6
    for trigger in triggers:
        connection.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_entries_follow_each_other(log: SqliteAuditLog) -> None:
    assert log.verify().broken_at is None
    first = log.record("privacy", {"b": 1, "a": [None, True, 1.5, "ñ"]})
    second = log.record("permission", {"name": "timers.start"})
    assert (first.seq, second.seq) == (1, 2)
    assert first.digest == digest_of(
        GENESIS, seq=1, at_ms=round(first.at.timestamp() * 1000), kind="privacy", facts=canonical(first.facts)
    )
    assert list(log.entries()) == [second, first]
    assert list(log.entries(1)) == [second]
    assert list(log.entries(kind="privacy")) == [first]
    verdict = log.verify()
    assert (verdict.entries, verdict.broken_at) == (2, None)
    assert "2 entries" in verdict.sentence("en")
    assert "2 entradas" in verdict.sentence("es")


@pytest.mark.parametrize("facts", [{"x": float("nan")}, {"x": object()}, {"x": b"1"}])
def test_what_is_not_json_is_not_recorded(log: SqliteAuditLog, facts: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        log.record("privacy", facts)
    assert log.entries() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET facts = '{}' WHERE seq = 2",
        "UPDATE audit SET seq = 9 WHERE seq = 5",
        "DELETE FROM audit WHERE seq = 5",
        "DELETE FROM audit",
        "INSERT INTO audit VALUES (9, 1, 'start', '{}', printf('%064d', 0))",
        "INSERT OR REPLACE INTO audit VALUES (2, 1, 'start', '{}', printf('%064d', 0))",
        "UPDATE audit_head SET entries = 3",
        "UPDATE audit_head SET entries = 6, digest = printf('%064d', 0)",
        "DELETE FROM audit_head",
        "INSERT OR REPLACE INTO audit_head VALUES (1, 0, printf('%064d', 0))",
    ],
)
def test_sqlite_itself_refuses_changes(log: SqliteAuditLog, database: Database, statement: str) -> None:
    _filled(log)
    with pytest.raises(StorageError), database.write() as connection:
        connection.execute(statement)
    verdict = log.verify()
    assert (verdict.entries, verdict.broken_at) == (5, None)


@pytest.mark.parametrize(
    ("statements", "broken_at"),
    [
        (["UPDATE audit SET facts = '{\"number\":7}' WHERE seq = 3"], 3),
        (["UPDATE audit SET kind = 'start' WHERE seq = 1"], 1),
        (["UPDATE audit SET at = at + 1 WHERE seq = 5"], 5),
        (["UPDATE audit SET digest = replace(digest, substr(digest, 1, 1), 'x') WHERE seq = 4"], 4),
        (["DELETE FROM audit WHERE seq = 2"], 2),
        (["DELETE FROM audit WHERE seq = 1"], 1),
        (["DELETE FROM audit WHERE seq >= 4"], 4),
        (["DELETE FROM audit"], 1),
        (["UPDATE audit SET seq = 99 WHERE seq = 3"], 3),
        (["UPDATE audit_head SET entries = 0"], 1),
        (["UPDATE audit_head SET digest = printf('%064d', 0)"], 5),
        (["INSERT INTO audit VALUES (6, 1, 'start', '{}', printf('%064d', 0))"], 6),
        (
            [
                "DELETE FROM audit WHERE seq >= 4",
                "UPDATE audit_head SET entries = 3, digest = (SELECT digest FROM audit WHERE seq = 3)",
            ],
            4,
        ),
    ],
)
def test_changes_around_it_are_named(
    log: SqliteAuditLog, database: Database, path: Path, statements: list[str], broken_at: int
) -> None:
    _filled(log)
    database.close()
    _behind_its_back(path, *statements)
    again = Database(path)
    verdict = SqliteAuditLog(again, FakeClock()).verify()
    again.close()
    assert verdict.broken_at == broken_at
    assert str(broken_at if "tampered" in verdict.sentence("en") else broken_at - 1) in verdict.sentence("es")


def test_a_rewritten_chain_does_not_fit_the_noted_head(log: SqliteAuditLog, database: Database, path: Path) -> None:
    _filled(log, 2)
    database.close()
    head = path.with_name(path.name + ".audit-head")
    kept = head.read_text()
    path.unlink()
    other = Database(path)
    forged = SqliteAuditLog(other, FakeClock())
    forged.record("privacy", {})
    forged.record("privacy", {})
    head.write_text(kept)
    verdict = forged.verify()
    other.close()
    assert (verdict.entries, verdict.broken_at) == (2, 2)


def test_a_damaged_note_of_the_head_is_told(log: SqliteAuditLog, path: Path) -> None:
    _filled(log, 1)
    path.with_name(path.name + ".audit-head").write_text("{")
    with pytest.raises(StorageError) as caught:
        log.verify()
    assert caught.value.code == "storage.audit_head"
    log.record("privacy", {})
    assert log.verify().broken_at is None


def test_a_removed_row_of_the_head_is_told(log: SqliteAuditLog, database: Database, path: Path) -> None:
    _filled(log, 2)
    database.close()
    _behind_its_back(path, "DELETE FROM audit_head")
    again = Database(path)
    headless = SqliteAuditLog(again, FakeClock())
    for asked in (headless.verify, lambda: headless.record("privacy", {})):
        with pytest.raises(StorageError) as caught:
            asked()
        assert caught.value.code == "storage.audit_head_row"
    assert len(headless.entries()) == 2
    again.close()


def test_an_older_note_of_the_head_is_no_alarm(log: SqliteAuditLog, path: Path) -> None:
    _filled(log, 2)
    head = path.with_name(path.name + ".audit-head")
    older = head.read_text()
    _filled(log, 2)
    head.write_text(older)
    assert log.verify().broken_at is None
    head.unlink()
    assert log.verify().broken_at is None


def _writer(path: Path, count: int, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), str(count), name], stdout=subprocess.PIPE, text=True
    )


def test_several_processes_write_one_chain(log: SqliteAuditLog, path: Path) -> None:
    writers = [_writer(path, 20, name) for name in "abc"]
    for _ in range(10):
        log.record("privacy", {})
    for writer in writers:
        out, _ = writer.communicate()
        assert writer.returncode == 0
        assert len(out.split()) == 20
    verdict = log.verify()
    assert (verdict.entries, verdict.broken_at) == (70, None)
    numbers = [(e.facts["writer"], e.facts["number"]) for e in log.entries(-1, "tool_call")]
    assert sorted(numbers) == [(name, number) for name in "abc" for number in range(20)]


def test_one_entry_is_not_called_entries(log: SqliteAuditLog, path: Path) -> None:
    for count, english, spanish in ((0, "no entry", "aún no tiene"), (1, "has one entry", "tiene una entrada")):
        verdict = log.verify()
        assert verdict.entries == count and english in verdict.sentence_en and spanish in verdict.sentence_es
        _filled(log, 1)
    assert "2 entries" in log.verify().sentence_en and "2 entradas" in log.verify().sentence_es


def test_a_killed_process_leaves_a_whole_chain(log: SqliteAuditLog, path: Path) -> None:
    writer = _writer(path, -1, "a")
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(5)]
    writer.send_signal(signal.SIGKILL)
    told += [int(line) for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    writer.stdout.close()
    verdict = log.verify()
    assert verdict.broken_at is None
    assert verdict.entries >= told[-1]
    log.record("privacy", {})
    assert log.verify().broken_at is None


def _chain(count: int) -> list[Link]:
    links, before = [], GENESIS
    for seq in range(1, count + 1):
        facts = canonical({"n": seq})
        before = digest_of(before, seq=seq, at_ms=seq, kind="privacy", facts=facts)
        links.append(Link(seq=seq, at_ms=seq, kind="privacy", facts=facts, digest=before))
    return links


_DAMAGE: list[Callable[[Link], Link]] = [
    lambda link: Link(seq=link.seq, at_ms=link.at_ms + 1, kind=link.kind, facts=link.facts, digest=link.digest),
    lambda link: Link(seq=link.seq, at_ms=link.at_ms, kind="mcp_server", facts=link.facts, digest=link.digest),
    lambda link: Link(seq=link.seq, at_ms=link.at_ms, kind=link.kind, facts="{}", digest=link.digest),
    lambda link: Link(seq=link.seq, at_ms=link.at_ms, kind=link.kind, facts=link.facts, digest="f" * 64),
    lambda link: Link(seq=link.seq + 1, at_ms=link.at_ms, kind=link.kind, facts=link.facts, digest=link.digest),
]


@given(st.integers(1, 12), st.data())
def test_any_damage_is_found_where_it_is(count: int, data: st.DataObject) -> None:
    links = _chain(count)
    head = Head(entries=count, digest=links[-1].digest)
    assert check(links, [head]) == ChainCheck(entries=count, broken_at=None)
    at = data.draw(st.integers(0, count - 1))
    damaged = [*links]
    damaged[at] = data.draw(st.sampled_from(_DAMAGE))(links[at])
    assert check(damaged, [head]).broken_at == at + 1
    assert check(links[:at], [head]) == ChainCheck(entries=at, broken_at=at + 1, missing_tail=count - at)
    if at < count - 1:
        assert check([*links[:at], *links[at + 1 :]], [head]).broken_at == at + 1


def test_facts_read_the_same_whatever_their_order(log: SqliteAuditLog) -> None:
    assert canonical({"b": 1, "a": "ñ"}) == canonical({"a": "ñ", "b": 1}) == '{"a":"\\u00f1","b":1}'
    assert json.loads(canonical(log.record("privacy", {"a": [1]}).facts)) == {"a": [1]}
