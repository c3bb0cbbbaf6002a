"""What the memory outlives: kill -9, several writers, an older database, and another way of making words."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis.contracts.memory import MemoryFilter, NewMemory
from jarvis.storage import memory_wording
from jarvis.storage.database import MIGRATIONS, Database, _statements
from jarvis.storage.facts import SqliteFactBook
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_words import SqliteMemoryWords
from tests.fakes.clock import FakeClock

ADDING = """
import sys
from pathlib import Path
from jarvis.contracts.memory import NewMemory
from jarvis.storage.database import Database
from jarvis.storage.memories import SqliteMemories
from tests.fakes.clock import FakeClock

memories = SqliteMemories(Database(Path(sys.argv[1])), FakeClock(), lambda text: "en")
name, batch, batches = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
for number in range(batches):
    rows = [f"{name}{number * batch + n}" for n in range(batch)]
    pairs = zip([None, *rows], rows)
    memories.add([NewMemory(id=row, text=f"word{row} said", previous=before) for before, row in pairs])
    print(rows[-1], flush=True)
"""


def adding(path: Path, name: str, batch: int, batches: int) -> subprocess.Popen[str]:
    given = [sys.executable, "-c", ADDING, str(path), name, str(batch), str(batches)]
    return subprocess.Popen(given, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def check_words(database: Database) -> None:
    """Every row has its words and no word is without its row."""
    with database.read() as connection:
        rows = {row["seq"]: row["id"] for row in connection.execute("SELECT seq, id FROM memories")}
        own = {row["rowid"]: row["own"] for row in connection.execute("SELECT rowid, own FROM memory_words")}
        connection.execute("INSERT INTO memory_words (memory_words) VALUES ('integrity-check')")
        assert [row[0] for row in connection.execute("PRAGMA integrity_check")] == ["ok"]
    assert own.keys() == rows.keys()
    assert all(f"word{identity}" in own[seq] for seq, identity in rows.items())


@pytest.mark.parametrize("after", [1, 4, 9])
def test_every_acknowledged_row_outlives_kill_9_with_its_words(tmp_path, after):
    path = tmp_path / "jarvis.sqlite3"
    Database(path).close()
    with adding(path, "a", 7, 100_000) as child:
        assert child.stdout
        shown = [child.stdout.readline().strip() for _ in range(after)]
        child.send_signal(signal.SIGKILL)
        shown += child.stdout.read().split()
    database = Database(path)
    memories = SqliteMemories(database, FakeClock(), lambda _text: "en")
    assert len(shown) >= after
    acknowledged = int(shown[-1][1:]) + 1
    # A batch is there as a whole or not at all.
    assert acknowledged <= memories.count() and memories.count() % 7 == 0
    assert memories.get(shown[-1]) is not None
    check_words(database)
    words = SqliteMemoryWords(database)
    for number in random.Random(1).sample(range(acknowledged), 5):
        own = [seq for seq, _ in words.search([f"worda{number}"], before_weight=0.0)]
        assert own == [memories.get(f"a{number}").seq]
    database.close()


def test_several_processes_add_at_once(tmp_path):
    path = tmp_path / "jarvis.sqlite3"
    database = Database(path)
    children = [adding(path, name, 5, 20) for name in "ab"]
    memories = SqliteMemories(database, FakeClock(), lambda _text: "en")
    for number in range(20):
        memories.add([NewMemory(id=f"c{number}", text=f"wordc{number}")])
    for child in children:
        with child:
            child.communicate()
        assert child.returncode == 0
    assert memories.count() == 220
    assert list(memories.all_seqs()) == list(range(1, 221))
    assert memories.revision() == 60
    check_words(database)
    database.close()


def old_database(path: Path) -> None:
    """Make a file of version 10 with facts, by the migrations of then."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    for file in sorted(MIGRATIONS.glob("*.sql"))[:10]:
        for statement in _statements(file.read_text(encoding="utf-8")):
            connection.execute(statement)
    connection.execute("PRAGMA user_version = 10")
    connection.executemany(
        "INSERT INTO facts (text, folded, language, created_at) VALUES (?, ?, ?, ?)",
        [
            ("My locker opens with 1234", "my locker opens with 1234", "en", 1_700_000_000_000),
            ("Las llaves están en el cajón", "las llaves estan en el cajon", "es", 1_700_000_001_000),
        ],
    )
    connection.execute("INSERT INTO conversations VALUES ('c', 'talk', 1, 1, NULL)")
    connection.execute(
        "INSERT INTO messages (id, conversation_id, role, text, state, created_at)"
        " VALUES ('m', 'c', 'user', 'hello there', 'complete', 1)"
    )
    connection.commit()
    connection.close()


def test_an_older_database_keeps_its_facts(tmp_path):
    path = tmp_path / "jarvis.sqlite3"
    old_database(path)
    database = Database(path)
    memories = SqliteMemories(database, FakeClock(), lambda _text: "en")
    kept = memories.after(0, 10)
    assert [(row.text, row.language, row.source, row.privacy) for row in kept] == [
        ("My locker opens with 1234", "en", "told", "local"),
        ("Las llaves están en el cajón", "es", "told", "local"),
    ]
    assert [row.said_at.timestamp() for row in kept] == [1_700_000_000, 1_700_000_001]
    facts = SqliteFactBook(memories, database, FakeClock())
    assert facts.search("where is the key to my locker")[0].text == kept[0].text
    # The words come after; telling it again finds the fact of then.
    words = SqliteMemoryWords(database)
    assert memories.words_catch_up(1) == 1
    assert [memories.words_catch_up(1) for _ in range(2)] == [1, 0]
    assert [seq for seq, _ in words.search(["locker"])] == [1]
    assert facts.remember("my LOCKER opens with 1234.", "en").id == 1
    assert memories.get(kept[0].id).times_told == 2
    (new,) = memories.add([NewMemory(text="new")])
    assert new.seq == 3
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'facts'").fetchone()[0] == 0
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    database.close()


def test_telling_an_old_fact_again_needs_no_words_first(tmp_path):
    path = tmp_path / "jarvis.sqlite3"
    old_database(path)
    database = Database(path)
    memories = SqliteMemories(database, FakeClock(), lambda _text: "en")
    assert SqliteFactBook(memories, database, FakeClock()).remember("my locker opens with 1234", "en").id == 1
    assert memories.count(MemoryFilter(sources=("told",))) == 2
    database.close()


def test_another_way_of_making_words_reaches_every_row_bit_by_bit(tmp_path, monkeypatch):
    database = Database(tmp_path / "jarvis.sqlite3")
    memories = SqliteMemories(database, FakeClock(), lambda _text: "en")
    memories.add([NewMemory(text=f"cats {number}") for number in range(25)])
    assert memories.words_catch_up(10) == 0
    monkeypatch.setattr(memory_wording, "WORDS_VERSION", "next")
    monkeypatch.setattr(memory_wording, "index_stems", lambda text, _language: [f"new{w}" for w in text.split()])
    words = SqliteMemoryWords(database)
    assert memories.words_catch_up(10) == 10
    assert len(words.search(["newcats"])) == 10
    # Interrupted by yet another way, it begins again.
    monkeypatch.setattr(memory_wording, "WORDS_VERSION", "last")
    memories.delete([3])
    memories.add([NewMemory(text="cats 99")])
    assert [memories.words_catch_up(10) for _ in range(4)] == [10, 10, 5, 0]
    assert len(words.search(["newcats"])) == 25
    assert words.search(["cat"]) == []
    assert memories.words_catch_up(10) == 0
    database.close()


def test_a_failed_add_leaves_nothing_behind(tmp_path, monkeypatch):
    database = Database(tmp_path / "jarvis.sqlite3")
    memories = SqliteMemories(database, FakeClock(), lambda _text: "en")
    memories.add([NewMemory(id="a", text="worda")])

    def broken(*_given: object) -> list[str]:
        raise RuntimeError("no words today")

    with monkeypatch.context() as patch:
        patch.setattr(memory_wording, "index_stems", broken)
        with pytest.raises(RuntimeError):
            memories.add([NewMemory(text="wordb")])
    assert (memories.count(), memories.revision(), memories.last_seq()) == (1, 1, 1)
    check_words(database)
    database.close()
