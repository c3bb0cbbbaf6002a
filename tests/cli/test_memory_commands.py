"""`jarvis memory`: what is printed and what programs read, in both languages, over real rows, words and vectors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.memory import MemoryFilter
from tests.fakes.memory_desk import DeskWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path / "home")
    yield world
    world.close()


def _lines(world: DeskWorld, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in world.said(*arguments).splitlines()]


def _file(folder: Path, *rows: dict[str, Any]) -> str:
    path = folder / "rows.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return str(path)


def test_what_was_added_is_found_with_its_time_and_source(world: DeskWorld) -> None:
    added = json.loads(
        world.said("add", "Ana's birthday is on 5 May.", "--when", "2026-03-01T10:00:00+01:00", "--json")
    )
    assert "Remembered as" in world.said("add", "The car needs new tyres.")
    found = json.loads(world.said("search", "When is Ana's birthday?", "-k", "1", "--json"))
    (row,) = found["results"]
    assert row["id"] == added["id"] and row["text"] == "Ana's birthday is on 5 May."
    assert datetime.fromisoformat(row["when"]) == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert (row["source"], row["speaker"]) == ("told", "user") and 0 < row["score"] <= 1
    assert found["matched"] is True and found["searched_by"] == "words and meaning" and found["notice"] == ""
    assert "Ana's birthday" in world.said("search", "Ana's birthday")


def test_the_same_in_spanish(world: DeskWorld) -> None:
    assert "Recordado como" in world.said("add", "El cumpleaños de Ana es el 5 de mayo.", language="es")
    assert "cumpleaños de Ana" in world.said("search", "¿Cuándo cumple años Ana?", language="es")
    assert "Nada encajó bien" in world.said("search", "zanahoria", language="es")
    assert "No se recuerda nada así" in world.said("list", "--text", "zanahoria", language="es")


def test_what_cannot_have_been_said_yet_is_refused(world: DeskWorld, tmp_path: Path) -> None:
    told = {"en": "is more than a year ahead", "es": "queda a más de un año"}
    for language, words in told.items():
        for more in ((), ("--speaker", "Ana")):
            refused = world.run("add", "Hello.", "--when", "9999-12-31T23:59:59.999999", *more, language=language)
            assert refused.exit_code == 1 and words in refused.stderr and refused.stderr.count("\n") == 1
        rows = _file(tmp_path, {"text": "First."}, {"text": "Second.", "when": "9999-12-31"}, {"text": "Third."})
        refused = world.run("add", "--batch", rows, language=language)
        assert refused.exit_code == 1 and words in refused.stderr and "2: 9999-12-31" in refused.stderr
    assert world.texts() == ["First."]
    assert "First." in world.said("list", "--until", "9999-12-31")
    for now, found in (("3000-12-31", 0), ("9999-12-31", 1), ("0999-12-31", 1)):
        asked = _file(tmp_path, {"text": "What was on next week, a month ago, in ten years?", "now": now})
        result = world.run("search", "--since", "1000-01-01", "--until", "9999-12-31", "--batch", asked)
        assert result.exit_code == found and result.stderr.startswith("“now” is" if found else ""), result.output


def test_a_batch_echoes_ids_and_makes_neighbours_of_what_was_said_together(world: DeskWorld, tmp_path: Path) -> None:
    rows = _file(
        tmp_path,
        {"id": "a", "text": "I bought a bicycle.", "when": "2026-05-08T10:00", "speaker": "Ana"},
        {"id": "b", "text": "Which colour?", "when": "2026-05-08T10:01", "speaker": "Luis"},
        {"id": "c", "text": "It rained.", "when": "2026-05-08T18:00", "speaker": "Ana"},
        {"id": 7, "text": "A lot.", "speaker": "Luis"},
        {"text": "No id here", "when": "2026-05-08"},
    )
    echoed = _lines(world, "add", "--batch", rows)
    assert [row["id"] for row in echoed] == ["a", "b", "c", 7, None]
    stored = [world.memories.get(row["memory"]) for row in echoed]
    seqs = {memory.seq: memory.id for memory in stored if memory}
    assert [seqs.get(memory.previous_seq or 0) for memory in stored if memory] == [None, "a", None, "c", None]
    conversations = [memory.conversation_id for memory in stored if memory]
    assert conversations[0] == conversations[1] != conversations[2] == conversations[3] != conversations[4]
    assert [memory.source for memory in stored if memory] == ["imported"] * 4 + ["told"]
    assert stored[0] and stored[0].said_at == datetime(2026, 5, 8, 10).astimezone()
    assert stored[4] and stored[4].said_at == datetime(2026, 5, 8).astimezone()
    assert _lines(world, "add", "--batch", rows) == echoed
    assert world.memories.count() == 5
    assert world.learned[:2] == ["I bought a bicycle.", "Which colour?"] and len(world.learned) == 5
    found = _lines(
        world, "search", "-k", "2", "--batch", _file(tmp_path, {"id": "q1", "text": "bicycle"}, {"text": "rain"})
    )
    assert [row["id"] for row in found] == ["q1", None]
    assert found[0]["results"][0]["id"] == "a" and found[1]["results"][0]["id"] == "c"


def test_rows_of_a_named_conversation_follow_one_another(world: DeskWorld, tmp_path: Path) -> None:
    rows = _file(
        tmp_path,
        {"id": "a", "text": "One of first.", "conversation": "first", "when": "2026-05-08T10:00"},
        {"id": "x", "text": "One of second.", "conversation": "second", "when": "2026-05-08T10:00"},
        {"id": "b", "text": "Two of first.", "conversation": "first", "when": "2026-05-08T11:00"},
        {"id": "y", "text": "Two of second.", "conversation": "second", "previous": "a", "when": "2026-05-08T10:00"},
        {"id": "c", "text": "Three of first.", "conversation": "first", "when": "2026-05-09T10:00"},
    )
    _lines(world, "add", "--batch", rows)
    previous = {name: world.memories.get(name) for name in "abxyc"}
    seq = {name: memory.seq for name, memory in previous.items() if memory}
    assert {name: memory.previous_seq for name, memory in previous.items() if memory} == {
        "a": None,
        "b": seq["a"],
        "x": None,
        "y": seq["a"],
        "c": None,
    }


def test_an_id_that_means_another_text_is_still_followed(world: DeskWorld, tmp_path: Path) -> None:
    world.said("add", "--batch", _file(tmp_path, {"id": "1", "text": "Old one."}))
    echoed = _lines(
        world, "add", "--batch", _file(tmp_path, {"id": "1", "text": "New one."}, {"id": "2", "text": "Next."})
    )
    assert echoed[0]["id"] == "1" != echoed[0]["memory"]
    assert world.texts() == ["Old one.", "New one.", "Next."]


@pytest.mark.parametrize(
    "bad",
    [
        {"id": "b", "text": "when", "when": "yesterday"},
        {"id": "b", "text": "number", "when": 5},
        {"id": "b", "text": "source", "source": "dream"},
        {"id": "b", "text": "privacy", "privacy": "public"},
        {"id": "b", "text": "speaker", "speaker": 5},
        {"id": "b", "text": "  "},
        {"id": "b"},
        "no object",
    ],
)
def test_a_bad_row_is_one_sentence_and_what_came_before_is_kept(world: DeskWorld, tmp_path: Path, bad: Any) -> None:
    result = world.run(
        "add", "--batch", _file(tmp_path, {"id": "a", "text": "Good."}, bad, {"id": "c", "text": "Late."})
    )
    assert result.exit_code == 1 and result.stderr.count("\n") == 1
    assert json.loads(result.stdout) == {"id": "a", "memory": "a"}
    assert world.texts() == ["Good."]


def test_what_is_no_text_is_one_sentence(world: DeskWorld, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xff\xfe{"text": "x"}')
    for command in ("add", "search"):
        result = world.run(command, "--batch", str(path))
        assert result.exit_code == 1 and "UTF-8" in result.stderr and result.stderr.count("\n") == 1
    assert world.run("search", "x", "--until", "9999-12-31").exit_code == 0


def test_rows_added_one_by_one_with_a_speaker_follow_within_half_an_hour(world: DeskWorld) -> None:
    for text, when in (("One", "2026-05-08T10:00"), ("Two", "2026-05-08T10:00"), ("Three", "2026-05-08T10:31")):
        world.said("add", text, "--speaker", "Ana", "--when", when)
    one, two, three = world.memories.after(0, 10)
    assert (one.previous_seq, two.previous_seq, three.previous_seq) == (None, one.seq, None)


def test_searching_can_be_narrowed(world: DeskWorld, tmp_path: Path) -> None:
    world.said(
        "add",
        "--batch",
        _file(
            tmp_path,
            {"id": "a", "text": "Tea with Ana", "when": "2026-05-08", "speaker": "Ana", "folder": "f"},
            {"id": "b", "text": "Tea with Bea", "when": "2026-05-10", "speaker": "Bea"},
        ),
    )

    def ids(*narrowed: str) -> list[str]:
        return [row["id"] for row in json.loads(world.said("search", "tea", "--json", *narrowed))["results"]]

    assert sorted(ids()) == ["a", "b"]
    assert ids("--speaker", "Bea") == ids("--since", "2026-05-09") == ["b"]
    assert ids("--folder", "f") == ids("--until", "2026-05-08") == ["a"]
    assert ids("--source", "fact") == []
    refused = world.run("search", "tea", "--since", "2026-05-09", "--until", "2026-05-01")
    assert refused.exit_code == 1 and refused.stderr.count("\n") == 1


def test_listing_showing_correcting_pinning(world: DeskWorld, tmp_path: Path) -> None:
    world.said("add", "--batch", _file(tmp_path, *({"id": f"m{n}", "text": f"Turn {n}"} for n in range(5))))
    page = json.loads(world.said("list", "-n", "2", "--json"))
    assert page["total"] == 5 and [row["text"] for row in page["memories"]] == ["Turn 4", "Turn 3"]
    older = json.loads(world.said("list", "-n", "2", "--before", "m3", "--json"))
    assert [row["id"] for row in older["memories"]] == ["m2", "m1"]
    shown = json.loads(world.said("show", "m2", "--json"))
    assert [row["id"] for row in shown["around"]] == ["m0", "m1", "m2", "m3", "m4"] and len(shown["history"]) == 1
    assert "> m2" in world.said("show", "m2")
    assert json.loads(world.said("edit", "m2", "Turn two", "--json"))["text"] == "Turn two"
    assert "Pinned" in world.said("pin", "m2") and "Ya no está fijado" in world.said("unpin", "m2", language="es")
    world.said("pin", "m1")
    assert [memory.id for memory in world.desk.page(MemoryFilter(pinned=True)).memories] == ["m1"]
    world.said("privacy", "m1", "cloud")
    assert json.loads(world.said("show", "m1", "--json"))["privacy"] == "cloud"
    for command in (
        ("show", "x"),
        ("edit", "x", "y"),
        ("pin", "x"),
        ("privacy", "x", "local"),
        ("list", "--before", "x"),
    ):
        result = world.run(*command)
        assert result.exit_code == 1 and "x" in result.stderr and result.stderr.count("\n") == 1


def test_profile_and_what_the_last_answer_drew_on(world: DeskWorld) -> None:
    assert "empty" in world.said("profile")
    assert "profile:1  local  Likes tea" in world.said("profile", "--set", "Likes tea", "--set", "Lives in Oviedo")
    assert json.loads(world.said("profile", "--json"))[1]["text"] == "Lives in Oviedo"
    assert "vacío" in world.said("profile", "--clear", language="es")
    assert "No answer" in world.said("used")
    talk = world.log.start_conversation("x").id
    memory = world.add("Ana likes tea.")[0]
    answer = world.log.add_message(talk, "assistant", "Tea.")
    world.memories.record_use(answer.id, [(memory.seq, 0.8)])
    assert json.loads(world.said("used", "--json"))["results"][0]["text"] == "Ana likes tea."
    assert "Ana likes tea." in world.said("used", answer.id)


def test_usage_mistakes_are_told_by_the_usage(world: DeskWorld, tmp_path: Path) -> None:
    rows = _file(tmp_path, {"id": "a", "text": "x"})
    for command in (
        ("add",),
        ("search",),
        ("search", "x", "--batch", rows),
        ("add", "x", "--batch", rows),
        ("forget",),
    ):
        assert world.run(*command).exit_code == 2, command


def test_stats_and_reindex(world: DeskWorld) -> None:
    world.said("add", "Tea")
    stats = json.loads(world.said("stats", "--json"))
    assert stats["memories"] == 1 and stats["by_source"] == {"told": 1} and stats["index"]["done"] == 1
    assert "Memories: 1" in world.said("stats") and "Recuerdos: 1" in world.said("stats", language="es")
    assert json.loads(world.said("reindex", "--afresh", "--json"))["done"] == 1


def test_a_search_says_when_only_words_were_compared(world: DeskWorld) -> None:
    world.said("add", "Tea with Ana")
    world.embedder.missing = "There is no embedder here."
    result = world.run("search", "tea")
    assert "Tea with Ana" in result.stdout and "no embedder" in result.stderr


def test_a_search_says_how_many_only_words_can_find_yet(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.add(*(f"Tea number {number}" for number in range(5)))
    monkeypatch.setattr("jarvis.cli.memory_commands.CATCH_UP", 2)
    assert "3 memories are not compared" in world.run("search", "tea").stderr
    assert "1 recuerdos aún no" in world.run("search", "tea", language="es").stderr
    assert world.run("search", "tea").stderr == ""


def test_a_file_that_windows_saved_begins_with_its_first_row(world: DeskWorld, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "a", "text": "The ladder is in the shed."}\r\n{"text": "second"}\r\n')
    assert [row["id"] for row in _lines(world, "add", "--batch", str(path))] == ["a", None]


def test_what_is_no_text_is_refused_in_a_sentence(world: DeskWorld) -> None:
    for language, told in (("en", "no text"), ("es", "no son texto")):
        result = world.run("show", "\udcff", language=language)
        assert result.exit_code == 1
        assert told in result.output
    for language, told in (("en", "no words to look for"), ("es", "No hay palabras que buscar")):
        result = world.run("search", "  ", language=language)
        assert result.exit_code == 1
        assert told in result.output


def test_a_memory_cannot_steer_the_terminal(world: DeskWorld) -> None:
    world.said("add", "bell\x07 and \x1b[31mred \u202eback")
    shown = world.said("list")
    assert "red" in shown
    assert not {"\x07", "\x1b", "\u202e"} & set(shown)


def test_figures_have_the_marks_of_their_language(world: DeskWorld) -> None:
    world.add(*(f"row {number}" for number in range(1001)))
    assert "Memories: 1,001" in world.said("stats")
    assert "Recuerdos: 1.001" in world.said("stats", language="es")
