"""The memory benchmarks measure what they say: recall of known orders, tables, and the rows of the scale benchmark."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks.memory import scale_parts
from benchmarks.memory.lives import Life, Question, Turn
from benchmarks.memory.own import after, asker, opened, remember
from benchmarks.memory.recall import OURS, OURS_WORDS, _ask, _count, report
from benchmarks.memory.recall import Found as FoundBy
from benchmarks.memory.rivals import Bm25, line, plain, stems
from benchmarks.memory.scale import row
from benchmarks.memory.scale_parts import fill_fts5, main, search_fts5
from benchmarks.memory.scale_world import WIDTH, ClusteredEmbedder, World

SAID = ("My sister bakes bread in Porto.", "The dog ate a candle.", "We sailed to the island.", "Rain again, sorry.")
FIRST = datetime(2024, 5, 8, 10, tzinfo=UTC)
LIFE = Life(
    name="tiny",
    language="en",
    held_out=False,
    speakers=("Ana", "Leo"),
    turns=tuple(
        Turn(id=f"t{n}", session=1, when=FIRST + timedelta(minutes=n), speaker=("Ana", "Leo")[n % 2], text=text)
        for n, text in enumerate(SAID)
    ),
    questions=(
        Question(id="q0", kind="single", text="What did the dog eat?", evidence=("t1",), language="en"),
        Question(id="q1", kind="multi", text="Who bakes and who sailed?", evidence=("t0", "t2"), language="en"),
        Question(id="q2", kind="none", text="Which zebra invoiced Brazil?", evidence=(), language="en"),
    ),
)


def test_recall_is_the_share_of_the_evidence_among_the_first() -> None:
    found = FoundBy()
    for question in LIFE.questions:
        _count(found, LIFE, question, lambda _, count: [*(["no"] * 5), "t1", *(["no"] * 4), "t0"][:count])
    assert found.recall["en"] == [("single", (0.0, 1.0, 1.0)), ("multi", (0.0, 0.0, 0.5))]


def test_the_alternatives_read_turns_with_their_day_and_find_words() -> None:
    lines = [line(turn, "en") for turn in LIFE.turns]
    assert lines[1] == "[8 May 2024] Leo: The dog ate a candle."
    assert int(np.argmax(Bm25([plain(text) for text in lines]).scores(plain("whose dog")))) == 1
    assert stems("The dogs were baking", "en") == ["dog", "bake"]


def test_jarvis_own_search_is_asked_and_its_abstaining_counted(tmp_path: Path) -> None:
    found = {OURS: FoundBy(), OURS_WORDS: FoundBy()}
    with opened(tmp_path, after(LIFE), ClusteredEmbedder()) as own:
        remember(own, LIFE)
        assert own.keeper.progress().done == len(SAID)
        for name, search in ((OURS, own.search), (OURS_WORDS, own.words_only)):
            for question in LIFE.questions:
                _ask(found[name], LIFE, question, asker(search, "en"))
    assert found[OURS_WORDS].recall["en"] == [("single", (1.0, 1.0, 1.0)), ("multi", (1.0, 1.0, 1.0))]
    assert found[OURS_WORDS].unanswerable["en"] == [True]
    assert found[OURS_WORDS].answerable["en"][0] is False
    table = report([LIFE], found)
    assert "| Jarvis, words only | 1.000 | 1.000 | 1.000 | 1.000 | 1.000 | – | – | – | – |" in table
    assert "tiny; 4 turns, 3 questions" in table


def test_rows_follow_zipf_and_are_the_same_every_time() -> None:
    rows = [row for batch in World().rows(2000) for row in batch]
    assert rows == [row for batch in World().rows(2000) for row in batch]
    words = " ".join(row.text for row in rows).split()
    assert 10 < len(words) / len(rows) < 25
    assert words.count("the") > 3 * words.count("is") > 0
    assert rows[20].previous is None
    assert rows[21].previous == "r20"
    assert all(
        earlier.said_at < later.said_at for earlier, later in pairwise(rows) if earlier.said_at and later.said_at
    )


def test_vectors_are_unit_and_in_clusters() -> None:
    texts = World().texts(0)[:4000]
    vectors = ClusteredEmbedder().vectors(texts)
    assert vectors.shape == (4000, WIDTH)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    nearest = np.sort(vectors @ vectors[0])[::-1]
    assert abs(float(np.median(nearest))) < 0.1
    cosines = np.sort((vectors[:400] @ vectors.T), axis=1)[:, -2]
    assert 0.5 < float(np.median(cosines)) < 0.8


def test_questions_name_words_of_some_row() -> None:
    world = World()
    everything = set(" ".join(world.texts(0)[:1000]).split())
    for question in world.questions(1000, 20):
        assert set(question.removeprefix("what did they say about ").rstrip("?").split()) <= everything


@pytest.mark.parametrize("store", ["jarvis", "fts5"])
def test_a_store_is_filled_and_searched(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = {}
    monkeypatch.setattr(scale_parts, "QUESTIONS", 25)
    monkeypatch.setattr(scale_parts, "WARM_UP", 2)
    for step in ("fill", "search"):
        monkeypatch.setattr("sys.argv", ["scale_parts", step, store, "200", str(tmp_path)])
        main()
        figures[step] = json.loads(capsys.readouterr().out)
    assert all(seconds > 0 for seconds in figures["fill"].values())
    assert set(figures["search"]) >= {"cold", "p50", "p95", "ram", "disk"}
    assert figures["search"]["p50"] <= figures["search"]["p95"]
    assert "| 200 |" in row(store, 200, figures["fill"], figures["search"])


def test_the_plain_table_holds_every_row(tmp_path: Path) -> None:
    fill_fts5(2000, tmp_path)
    (tmp_path / "questions.txt").write_text("\n".join(World().questions(2000, 60)), encoding="utf-8")
    assert search_fts5(tmp_path)["disk"] > 0.05
