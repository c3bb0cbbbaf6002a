"""Export and import: every field comes back, bad lines are told by number, nothing half-written stays."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import InputError, StorageError
from jarvis.contracts.memory import NewMemory, TimeRange
from tests.fakes.memory_desk import DeskWorld


def _times(last: datetime) -> st.SearchStrategy[datetime]:
    given = st.datetimes(datetime(1, 1, 2), last)
    return given.map(lambda at: at.replace(tzinfo=UTC, microsecond=at.microsecond // 1000 * 1000))


TIMES, SAID = _times(datetime(9999, 12, 30)), _times(datetime(2027, 11, 1))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40).filter(lambda text: text.strip())
ROWS = st.builds(
    NewMemory,
    text=TEXTS,
    source=st.sampled_from(("conversation", "told", "imported")),
    speaker=TEXTS,
    said_at=SAID,
    happened=st.none() | st.builds(TimeRange, start=TIMES, end=st.none() | TIMES),
    conversation_id=st.none() | TEXTS,
    message_id=st.none() | TEXTS,
    subject=TEXTS | st.just(""),
    relation=TEXTS | st.just(""),
    place=TEXTS | st.just(""),
    folder=TEXTS | st.just(""),
    privacy=st.sampled_from(("local", "cloud")),
    language=st.sampled_from(("en", "es")),
    provenance=TEXTS | st.just(""),
    importance=st.floats(0, 1),
    pinned=st.booleans(),
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    yield world
    world.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "other")
    yield world
    world.close()


def _everything(world: DeskWorld) -> list[dict[str, Any]]:
    """Every column of every row, with ids in the place of numbers."""
    with world.database.read() as connection:
        rows = connection.execute(
            "SELECT m.*, p.id AS previous, o.id AS origin, d.path, d.digest, d.state, f.path AS root FROM memories m"
            " LEFT JOIN memories p ON p.seq = m.previous_seq LEFT JOIN memories o ON o.seq = m.origin_seq"
            " LEFT JOIN memory_documents d ON d.id = m.document_id LEFT JOIN memory_folders f ON f.id = d.folder_id"
            " ORDER BY m.position"
        ).fetchall()
    numbers = ("seq", "position", "previous_seq", "origin_seq", "document_id", "worded")
    return [{name: value for name, value in dict(row).items() if name not in numbers} for row in rows]


def _forget_all(world: DeskWorld) -> None:
    with world.database.write() as connection:
        connection.execute("DELETE FROM memories")
        connection.execute("DELETE FROM memory_profile")


@settings(max_examples=40)
@given(rows=st.lists(ROWS, min_size=1, max_size=6), data=st.data())
def test_what_is_exported_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[NewMemory], data: Any
) -> None:
    folder = tmp_path_factory.mktemp("transfer")
    world = DeskWorld(folder / "home")
    stored = world.memories.add(rows)
    facts = [
        NewMemory(
            text=f"fact {n}", source="fact", origin=data.draw(st.sampled_from(stored)).id, subject="s", relation="r"
        )
        for n in range(data.draw(st.integers(0, 2)))
    ]
    stored += world.memories.add(facts)
    with world.database.write() as connection:
        for memory in stored:
            connection.execute(
                "UPDATE memories SET previous_seq = ?, valid_until = ?, superseded_by = ?, times_told = ?,"
                " last_told_at = ? WHERE seq = ?",
                (data.draw(st.none() | st.sampled_from([m.seq for m in stored if m.seq < memory.seq] or [None])), 5,
                 data.draw(st.none() | st.sampled_from([m.id for m in stored])), data.draw(st.integers(1, 9)),
                 data.draw(st.none() | st.integers(0, 10**12)), memory.seq),
            )  # fmt: skip
    before = _everything(world)
    done = world.desk.export(folder / "out.jsonl", "jsonl")
    assert done.written == len(before)
    assert world.desk.import_file(folder / "out.jsonl").known == len(before)
    _forget_all(world)
    back = world.desk.import_file(folder / "out.jsonl")
    assert (back.written, back.known, back.refused) == (len(before), 0, ())
    assert _everything(world) == before
    world.close()


def test_documents_profile_and_words_come_along(world: DeskWorld, other: DeskWorld, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.txt").write_text("The trombone lives in the attic.")
    list(world.desk.ingest(folder, watch=True, privacy="cloud"))
    world.desk.set_profile(["Likes tea", "Lives in Oviedo"])
    world.desk.export(tmp_path / "out.jsonl", "jsonl")
    for written in (1, 0):
        assert other.desk.import_file(tmp_path / "out.jsonl").written == written
    assert _everything(other) == _everything(world)
    assert [line.text for line in other.desk.profile()] == ["Likes tea", "Lives in Oviedo"]
    (memory,) = other.memories.after(0, 10)
    assert memory.path == str(folder / "a.txt")
    assert json.loads(other.said("search", "trombone", "--json"))["results"][0]["id"] == memory.id


def test_bad_lines_are_refused_by_number_and_the_rest_is_kept(world: DeskWorld, tmp_path: Path) -> None:
    good = {"id": "a", "text": "Good", "said_at": "2026-05-08T10:00:00+00:00"}
    lines: list[Any] = [
        {"kind": "jarvis memory", "format": 1},
        good,
        "no object",
        {**good, "id": "b", "said_at": "yesterday"},
        {**good, "id": "c", "said_at": "2026-05-08T10:00:00"},
        {**good, "id": ""},
        {**good, "id": "d", "text": "x" * 100_001},
        {**good, "id": "e", "importance": 7},
        {**good, "id": "f", "document": {"path": "x"}},
        {**good, "id": "g", "source": "dream"},
        {"kind": "song"},
        {**good, "id": "h", "text": "Last", "previous": "nobody", "origin": "nobody"},
    ]
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in lines) + b"\xff\xfe not text\n{\n")
    done = world.desk.import_file(path)
    assert done.written == 2 and world.texts() == ["Good", "Last"]
    assert [line.split(":")[0] for line in done.refused] == [f"Line {n}" for n in (3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14)]
    world.language = "es"
    assert "«said_at» falta o no vale" in world.desk.import_file(path).refused[1]


def test_what_is_no_export_is_refused(world: DeskWorld, tmp_path: Path) -> None:
    for name, content in (
        ("text.md", "# Nothing\n- of the kind\n"),
        ("newer.jsonl", '{"kind": "jarvis memory", "format": 2}\n'),
    ):
        (tmp_path / name).write_text(content)
        with pytest.raises(InputError):
            world.desk.import_file(tmp_path / name)
    with pytest.raises(InputError, match="cannot be read"):
        world.desk.import_file(tmp_path / "nowhere")
    (tmp_path / "empty.jsonl").write_text("")
    assert world.desk.import_file(tmp_path / "empty.jsonl").written == 0


def test_an_overlong_line_is_refused_without_reading_it_whole(
    world: DeskWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis.memory.transfer.LONGEST_LINE", 200)
    good = json.dumps({"id": "a", "text": "Good", "said_at": "2026-05-08T10:00:00+00:00"})
    (tmp_path / "in.jsonl").write_text("{" + "x" * 1000 + "}\n" + good + "\n")
    done = world.desk.import_file(tmp_path / "in.jsonl")
    assert done.written == 1 and len(done.refused) == 1


def test_markdown_reads_by_day_and_conversation(world: DeskWorld, tmp_path: Path) -> None:
    start = world.clock.now()
    talk = world.log.start_conversation("The bicycle").id
    world.add("I bought a bicycle.\nA red one.", said_at=start, conversation_id=talk, source="conversation")
    world.add("Well done.", said_at=start, conversation_id=talk, source="conversation", speaker="assistant")
    world.add("Ana likes tea.", said_at=start + timedelta(days=1), speaker="Luis", pinned=True)
    world.desk.set_profile(["Likes tea"])
    path = tmp_path / "out.md"
    assert world.desk.export(path, "markdown").written == 3
    assert path.read_text(encoding="utf-8") == (
        "# What Jarvis remembers\n\n## Profile\n\n- Likes tea\n\n## 2026-11-20, Friday\n\n### The bicycle\n\n"
        "- 18:42 **Me**: I bought a bicycle.\n  A red one.\n- 18:42 **Jarvis**: Well done.\n\n"
        "## 2026-11-21, Saturday\n\n### Told\n\n- 18:42 **Luis**: Ana likes tea. (pinned)\n"
    )
    world.language = "es"
    world.desk.export(path, "markdown", force=True)
    assert "## 2026-11-20, viernes" in path.read_text() and "**Yo**" in path.read_text()


def test_files_are_private_new_and_whole_or_not_there(
    world: DeskWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add("One")
    path = tmp_path / "out.jsonl"
    world.desk.export(path, "jsonl")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(InputError, match="exists already"):
        world.desk.export(path, "jsonl")
    with pytest.raises(InputError, match="exists already"):
        world.desk.export(tmp_path, "jsonl", force=True)
    with pytest.raises(StorageError, match="could not be written"):
        world.desk.export(tmp_path / "nowhere" / "out.jsonl", "jsonl")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="disk is full"):
        world.desk.export(path, "jsonl", force=True)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_an_export_reads_each_row_once(world: DeskWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever there is, no page looks at more rows than it has."""
    monkeypatch.setattr("jarvis.storage.memory_transfer.PAGE", 5)
    memories = world.add(*(f"Row number {number}." for number in range(23)))
    world.memories.edit(memories[3].id, "Row number 3, corrected.")
    seen: list[str] = []
    with world.database.read() as connection:
        connection.set_trace_callback(seen.append)
        world.desk.export(tmp_path / "all.jsonl", "jsonl")
        connection.set_trace_callback(None)
        pages = [sql for sql in seen if sql.startswith("\nSELECT m.*")]
        plans = [row["detail"] for sql in pages for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert len(pages) == 5 and not any(plan.startswith("SCAN m") for plan in plans)
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    texts = [row["text"] for row in rows if row["kind"] == "memory"]
    assert texts == [f"Row number {n}." if n != 3 else "Row number 3, corrected." for n in range(23)]
