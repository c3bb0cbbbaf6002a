"""After forgetting, no file of Jarvis' folder holds a byte of it: all are read, after every kind of forgetting."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, StorageError
from jarvis.contracts.memory import ForgetPreview, ForgetTarget, TimeRange
from tests.fakes.memory_desk import DeskWorld
from tests.fakes.memory_life import KEPT, SECRETS, lived, traces


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    yield world
    world.close()


def _ids(life: dict[str, Any]) -> ForgetTarget:
    return ForgetTarget(kind="found", ids=tuple(memory.id for memory in life["told"]))


KINDS: dict[str, Callable[[DeskWorld, dict[str, Any]], list[ForgetTarget]]] = {
    "found": lambda world, life: [_ids(life)],
    "one by one": lambda world, life: [ForgetTarget(kind="one", ids=(memory.id,)) for memory in life["told"]],
    "conversation": lambda world, life: [ForgetTarget(kind="conversation", conversation_id=life["talk"])],
    "everything": lambda world, life: [ForgetTarget(kind="everything")],
    "span": lambda world, life: [
        ForgetTarget(
            kind="span",
            said=TimeRange(start=world.clock.now() - timedelta(days=1), end=world.clock.now() + timedelta(days=1)),
        )
    ],
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_byte_is_left(world: DeskWorld, kind: str) -> None:
    life = lived(world)
    assert len({trace.split(": ")[0] for trace in traces(world)}) >= 3
    for target in KINDS[kind](world, life):
        world.desk.forget(target)
    assert traces(world) == []
    assert world.memories.forgotten() == []
    if kind in ("found", "one by one", "conversation"):
        assert KEPT in world.texts() and "And then it closed." in world.texts()
        drafts = json.loads((world.folders.home / "desktop.json").read_text())["drafts"]
        assert drafts == {"": ["Hi", ""]}
        assert '"started"' in (world.folders.logs / "jarvis.log").read_text()
        kept = world.memories.by_seq(world.memories.all_seqs())
        with sqlite3.connect(next((world.folders.home / "memory").glob("*/vectors.sqlite3"))) as vectors:
            stored = {row[0] for row in vectors.execute("SELECT seq FROM vectors")}
        vectors.close()
        assert stored <= kept.keys()


def test_no_byte_of_a_folder_is_left_but_in_the_folder_itself(world: DeskWorld, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for number, secret in enumerate(SECRETS):
        (folder / f"{number}.txt").write_text(secret)
    list(world.desk.ingest(folder, watch=True, privacy="local"))
    world.add(KEPT)
    world.desk.catch_up()
    assert traces(world)
    target = ForgetTarget(kind="folder", folder=str(folder))
    assert world.desk.preview(target).by_source == {"document": 2}
    assert world.desk.forget(target) == 2
    assert traces(world) == []
    assert (folder / "0.txt").read_text() == SECRETS[0]
    assert world.texts() == [KEPT]


def test_no_byte_is_left_in_chromadb(tmp_path: Path) -> None:
    world = DeskWorld(tmp_path / "home", index_from=1)
    try:
        life = lived(world)
        world.keeper.start()
        _wait_for_index(world)
        assert list((world.folders.home / "memory").glob("*/chroma-*"))
        world.desk.forget(_ids(life))
        assert traces(world) == []
        assert world.memories.forgotten() == []
        _wait_for_index(world)
        assert traces(world) == []
        nearest = world.keeper.nearest(SECRETS[0], 100)
        assert nearest and {seq for seq, _ in nearest.hits} == set(world.memories.all_seqs())
    finally:
        world.close()


def _wait_for_index(world: DeskWorld) -> None:
    until = time.monotonic() + 60
    while True:
        now = world.keeper.progress("en")
        if now.indexed == now.total == now.done:
            return
        assert time.monotonic() < until, now
        time.sleep(0.05)


def test_a_preview_says_what_goes_and_changes_nothing(world: DeskWorld) -> None:
    life = lived(world)
    before = [(path, path.read_bytes()) for path in world.folders.home.rglob("*.json")]
    preview = world.desk.preview(_ids(life))
    assert preview.by_source == {"conversation": 4, "fact": 2} and preview.memories == 6
    assert (preview.messages, preview.answers, preview.conversations) == (2, 2, 0)
    assert {memory.text for memory in preview.examples} == set(SECRETS)
    assert all(path.read_bytes() == content for path, content in before)
    assert world.desk.preview(_ids(life)) == preview
    assert world.desk.forget(_ids(life)) == 6
    assert world.desk.preview(ForgetTarget(kind="found", ids=())) == ForgetPreview(
        memories=0, by_source={}, messages=0, answers=0, examples=()
    )


def test_what_a_restore_put_aside_goes_too_and_is_named_before(world: DeskWorld) -> None:
    aside = world.folders.home / "before-restore-20260101-000000"
    aside.mkdir()
    (aside / "jarvis.sqlite3").write_text(SECRETS[0])
    (memory,) = world.add(SECRETS[0])
    target = ForgetTarget(kind="one", ids=(memory.id,))
    assert world.desk.preview(target).aside == (aside.name,)
    world.desk.forget(target)
    assert traces(world) == [] and not aside.exists()


def test_what_a_backup_that_was_killed_left_behind_goes_too_and_that_of_a_living_one_stays(world: DeskWorld) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for pid in (ended.pid, os.getpid()):
        scratch = world.folders.home / f".backup-{pid}-x"
        scratch.mkdir()
        (scratch / "jarvis.sqlite3").write_text(SECRETS[0] if pid == ended.pid else KEPT)
    (memory,) = world.add(SECRETS[0])
    world.desk.forget(ForgetTarget(kind="one", ids=(memory.id,)))
    assert traces(world) == []
    assert [folder.name for folder in world.folders.home.glob(".backup-*")] == [f".backup-{os.getpid()}-x"]


def test_files_of_json_lose_their_words_and_can_be_read_on(world: DeskWorld) -> None:
    run, cache = world.folders.run / "state.json", world.folders.cache / "answers"
    cache.mkdir()
    run.write_text(json.dumps({"state": {"asked": [SECRETS[1], "Hi"], SECRETS[0]: 1}, "pid": 7}))
    inner = json.dumps({"said": SECRETS[1]})
    for name, text in {"a.json": inner, "b.jsonl": f"{inner}\n", "c.txt": SECRETS[0], "d.json": '{"a": "Hi"}'}.items():
        (cache / name).write_text(text)
    with (world.folders.logs / "jarvis.log").open("a", encoding="utf-8") as log:
        log.write(json.dumps({"message": inner}) + "\n" + json.dumps({"message": "listening"}) + "\n")
    told = world.add(*SECRETS)
    assert {trace.split(": ")[0] for trace in traces(world)} >= {"state.json", "a.json", "b.jsonl", "jarvis.log"}
    world.desk.forget(ForgetTarget(kind="found", ids=tuple(memory.id for memory in told)))
    assert traces(world) == []
    assert json.loads(run.read_text()) == {"state": {"asked": ["", "Hi"]}, "pid": 7}
    assert [path.name for path in cache.iterdir()] == ["d.json"]
    assert "listening" in (world.folders.logs / "jarvis.log").read_text()


def test_everything_takes_every_text_of_the_cache_and_leaves_the_list_of_children(world: DeskWorld) -> None:
    children = world.folders.run / "children"
    children.mkdir(exist_ok=True)
    (children / "1.json").write_text('{"pid": 1}')
    for folder in (world.folders.cache, world.folders.run, world.folders.logs):
        for suffix in ("json", "jsonl", "txt", "log"):
            (folder / f"said.{suffix}").write_text(json.dumps(SECRETS))
    world.add(*SECRETS)
    world.desk.forget(ForgetTarget(kind="everything"))
    assert traces(world) == []
    assert [path.name for path in children.iterdir()] == ["1.json"]


def test_what_an_export_that_was_killed_left_behind_goes_and_that_of_a_living_one_stays(world: DeskWorld) -> None:
    """An export inside Jarvis' folder is cleaned by forgetting, one elsewhere by the next export there."""
    begin = "import os, sys, pathlib\nfrom jarvis.memory.new_file import new_file\n"
    begin += "with new_file(pathlib.Path(sys.argv[1]), force=False) as file:\n"
    begin += "    file.write(sys.argv[2].encode())\n    file.flush()\n    os._exit(9)\n"
    inside, outside = world.folders.home / "exports", world.folders.home.parent / "elsewhere"
    for folder in (inside, outside):
        folder.mkdir()
        subprocess.run([sys.executable, "-c", begin, str(folder / "all.jsonl"), SECRETS[0]], check=False)
        assert len(list(folder.iterdir())) == 1
    living = inside / f".all.jsonl-{os.getpid()}-0123abcd.jarvis-part"
    living.write_text(KEPT)
    (memory,) = world.add(SECRETS[0])
    world.desk.forget(ForgetTarget(kind="one", ids=(memory.id,)))
    assert traces(world) == [] and list(inside.iterdir()) == [living]
    world.desk.export(outside / "more.jsonl", "jsonl")
    assert [path.name for path in outside.iterdir()] == ["more.jsonl"]


def test_a_log_that_goes_meanwhile_is_no_trouble(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    log = world.folders.logs / "child.log"
    log.write_text("started")
    is_file = Path.is_file

    def and_then_it_goes(path: Path) -> bool:
        found = is_file(path)
        if path == log:
            path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Path, "is_file", and_then_it_goes)
    (memory,) = world.add(SECRETS[0])
    assert world.desk.forget(ForgetTarget(kind="one", ids=(memory.id,))) == 1


@pytest.mark.parametrize("kind", ["conversation", "span"])
def test_what_was_typed_in_a_conversation_goes_with_it_whatever_it_says(world: DeskWorld, kind: str) -> None:
    talk, other = (world.log.start_conversation(title).id for title in ("one", "another"))
    world.turn(talk, SECRETS[0])
    drafts = world.folders.home / "desktop.json"
    reworded = f"{talk}/{uuid.uuid4().hex}"
    unsent = {talk: ["Something else", "pasted"], reworded: ["Put so", ""], other: ["Buy milk", ""], "": ["Hi", ""]}
    drafts.write_text(json.dumps({"drafts": unsent}), encoding="utf-8")
    target = (
        ForgetTarget(kind="conversation", conversation_id=talk) if kind == "conversation" else KINDS[kind](world, {})[0]
    )
    world.desk.forget(target)
    assert world.log.conversation(talk) is None and world.log.conversation(other) is not None
    del unsent[talk], unsent[reworded]
    assert json.loads(drafts.read_text(encoding="utf-8"))["drafts"] == unsent


REWORDED: dict[str, Callable[[DeskWorld, str], ForgetTarget]] = {
    "span": lambda world, memory: KINDS["span"](world, {})[0],
    "one": lambda world, memory: ForgetTarget(kind="one", ids=(memory,)),
    "found": lambda world, memory: ForgetTarget(kind="found", ids=(memory,)),
}


@pytest.mark.parametrize("kind", REWORDED)
def test_the_other_words_of_a_question_go_with_it_though_its_conversation_stays(world: DeskWorld, kind: str) -> None:
    talk = world.log.start_conversation("Begun before").id
    early, _ = world.turn(talk, KEPT)
    world.clock.advance(3 * 86_400)
    asked, memory = world.turn(talk, SECRETS[0])
    drafts = world.folders.home / "desktop.json"
    stay = {talk: ["Not sent yet", ""], f"{talk}/{early}": ["Bea plays on Fridays", ""], "": ["Hi", ""]}
    unsent = {**stay, f"{talk}/{asked}": ["What is it that Quillivant opens?", ""]}
    drafts.write_text(json.dumps({"drafts": unsent}), encoding="utf-8")
    target = REWORDED[kind](world, memory.id)
    world.desk.preview(target)
    assert json.loads(drafts.read_text(encoding="utf-8"))["drafts"] == unsent
    world.desk.forget(target)
    assert traces(world) == []
    assert json.loads(drafts.read_text(encoding="utf-8"))["drafts"] == stay
    assert world.log.message(early).text == KEPT  # type: ignore[union-attr]


def test_given_up_before_anything_is_gone_everything_stays(world: DeskWorld) -> None:
    life = lived(world)
    before, cancel = traces(world), CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        world.desk.forget(_ids(life), cancel=cancel)
    assert traces(world) == before and world.memories.forgotten() == []


def test_given_up_once_the_rows_are_gone_the_rest_is_wiped_at_the_next_start(world: DeskWorld) -> None:
    life = lived(world)
    cancel = CancelToken()
    world.memories.words_catch_up = cancel.cancel  # type: ignore[method-assign, assignment]
    assert world.desk.forget(_ids(life), cancel=cancel) == 6
    assert not set(SECRETS) & set(world.texts()) and world.memories.forgotten() != [] and traces(world) != []
    world.close()
    world.open()
    assert world.desk.finish()
    assert traces(world) == [] and world.memories.forgotten() == []


def test_where_a_file_cannot_be_cleaned_everything_stays(world: DeskWorld) -> None:
    (memory,) = world.add(SECRETS[0])
    drafts = world.folders.home / "desktop.json"
    drafts.mkdir()
    with pytest.raises(StorageError, match="nothing was forgotten yet"):
        world.desk.forget(ForgetTarget(kind="one", ids=(memory.id,)))
    assert world.texts() == [SECRETS[0]] and world.memories.forgotten() == []
    drafts.rmdir()
    world.desk.forget(ForgetTarget(kind="one", ids=(memory.id,)))
    assert world.texts() == []


def test_what_is_not_wiped_yet_is_not_acknowledged(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    (memory,) = world.add(SECRETS[0])
    world.desk.catch_up()
    reader = sqlite3.connect(world.folders.database)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM memories").fetchone()
    monkeypatch.setattr("jarvis.storage.database.BUSY_SECONDS", 0.05)
    monkeypatch.setattr("jarvis.memory.forget.BUSY_SECONDS", 0.05)
    monkeypatch.setattr("jarvis.memory.forget._PATIENCE_SECONDS", -1.0)
    with world.database.read() as connection:
        connection.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(StorageError, match=r"(?i)forgotten"):
        world.desk.forget(ForgetTarget(kind="one", ids=(memory.id,)))
    assert world.texts() == []
    reader.close()
    world.close()
    world.open()
    world.desk.finish()
    assert traces(world) == []


PROGRAMS = Path(__file__).parents[1] / "programs"


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
@pytest.mark.parametrize("kind", ["found", "everything"])
def test_killed_anywhere_it_is_whole_or_gone_and_finished_at_the_next_start(tmp_path: Path, kind: str) -> None:
    """A process is killed at statements of the database spread over the whole of a forgetting."""
    done = subprocess.run(
        [sys.executable, str(PROGRAMS / "forget_and_die.py"), str(tmp_path), kind],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    ends = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(ends) >= 15 and ends[-1]["acknowledged"]
    for end in ends:
        assert end["whole"] or end["traces"] == [], end
        assert not (end["acknowledged"] and end["whole"]), end
        assert end["pending"] == [], end
    assert {end["whole"] for end in ends} == {True, False}
