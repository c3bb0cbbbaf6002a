"""Memories as rows: ids, numbers, neighbours, pages and filters, on a real database."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import MemoryFilter, NewMemory, TimeRange
from jarvis.storage.memory_rows import MOST_CHARACTERS
from tests.fakes.clock import FakeClock
from tests.fakes.memory_talk import DAY, talk


def texts(memories) -> list[str]:
    return [memory.text for memory in memories]


def test_what_was_added_is_there_as_it_was_returned(memories):
    rows = memories.add(
        [
            NewMemory(text="mañana llueve", happened=TimeRange(start=DAY, end=None), importance=0.9, pinned=True),
            NewMemory(id="mine", text="it rained", speaker="Ana", said_at=DAY, folder="/a", place="p. 3"),
        ]
    )
    assert [memories.get(row.id) for row in rows] == rows
    assert [row.language for row in rows] == ["es", "en"]
    assert rows[0].said_at == FakeClock().now()
    assert (rows[1].id, rows[1].said_at) == ("mine", DAY)
    assert memories.by_seq([1, 2, 3]) == {row.seq: row for row in rows}
    assert memories.get("other") is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (NewMemory(text=" \n"), "memory.empty"),
        (NewMemory(text="x" * (MOST_CHARACTERS + 1)), "memory.too_long"),
        (NewMemory(text="x", importance=1.5), "memory.invalid"),
        (NewMemory(text="x", said_at=datetime(2024, 1, 1)), "memory.invalid"),
        (NewMemory(text="\ud800"), "memory.invalid"),
        (NewMemory(text="x", origin="nobody"), "memory.unknown_origin"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_of_the_call_is_stored(memories, row, code):
    with pytest.raises(InputError) as error:
        memories.add([NewMemory(text="good"), row])
    assert error.value.code == code
    assert memories.count() == 0


def test_an_unknown_previous_is_ignored_and_an_earlier_one_of_the_call_is_found(memories):
    first, second = memories.add([NewMemory(text="a", previous="nobody"), NewMemory(id="b", text="b")])
    assert first.previous_seq is None
    (third,) = memories.add([NewMemory(text="c", previous="b")])
    assert third.previous_seq == second.seq


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    calls=st.lists(
        st.lists(
            st.builds(
                NewMemory,
                text=st.sampled_from(["one", "two", "three"]),
                id=st.sampled_from([None, "x", "y", "z"]),
            ),
            max_size=5,
        ),
        max_size=6,
    )
)
def test_ids_are_one_to_one_with_texts_and_numbers_only_grow(memories, calls):
    memories.delete(memories.all_seqs())
    begin, known = memories.last_seq(), {}
    for call in calls:
        rows = memories.add(call)
        for wanted, row in zip(call, rows, strict=True):
            assert row.text == wanted.text
            if wanted.id is not None and wanted.id not in known:
                assert row.id == wanted.id
            if row.id in known:
                assert row == known[row.id]
            else:
                assert row.seq > max((each.seq for each in known.values()), default=begin)
            known[row.id] = row
        # Brought in once more, whatever has an id is there already.
        named = [wanted for wanted in call if wanted.id]
        assert memories.add(named) == [row for wanted, row in zip(call, rows, strict=True) if wanted.id]
    assert memories.after(begin, 1000) == sorted(known.values(), key=lambda row: row.seq)
    assert list(memories.all_seqs()) == sorted(row.seq for row in known.values())


def test_a_number_is_never_used_again(memories):
    first, second = memories.add([NewMemory(text="a"), NewMemory(text="b")])
    memories.delete([second.seq])
    (third,) = memories.add([NewMemory(text="c")])
    changed = memories.edit(third.id, "d")
    memories.delete([changed.seq])
    (fourth,) = memories.add([NewMemory(text="e")])
    assert [first.seq, second.seq, third.seq, changed.seq, fourth.seq] == [1, 2, 3, 4, 5]
    assert memories.forgotten() == [2, 3, 4]
    memories.forgotten_done([2, 3])
    assert memories.forgotten() == [4]


def test_pages_are_newest_first_and_each_memory_is_on_one(memories):
    talk(memories, 25)
    memories.add([NewMemory(text=f"old {n}", said_at=DAY - timedelta(days=1), source="imported") for n in range(5)])
    where = MemoryFilter(sources=("imported", "conversation"))
    seen, before = [], None
    while True:
        page = memories.page(where, limit=7, before=before)
        assert page.total == 30
        seen += page.memories
        before = page.next_before
        if before is None:
            break
    assert texts(seen) == [f"turn number {n} of c" for n in reversed(range(25))] + [f"old {n}" for n in (4, 3, 2, 1, 0)]
    # The last one seen may be gone by then.
    page = memories.page(where, limit=7)
    memories.delete([page.next_before])
    assert memories.page(where, limit=7, before=page.next_before).memories == tuple(seen[7:14])


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (MemoryFilter(), {"a", "b", "c", "d"}),
        (MemoryFilter(sources=("told", "fact")), {"a", "c"}),
        (MemoryFilter(said=TimeRange(start=DAY)), {"b", "c", "d"}),
        (MemoryFilter(said=TimeRange(start=DAY, end=DAY + timedelta(days=1))), {"b"}),
        (MemoryFilter(conversation_id="k"), {"b"}),
        (MemoryFilter(folder="/docs"), {"d"}),
        (MemoryFilter(folder=""), {"a", "b", "c"}),
        (MemoryFilter(speaker="Ana"), {"b"}),
        (MemoryFilter(privacy="cloud"), {"c"}),
        (MemoryFilter(pinned=True), {"a"}),
        (MemoryFilter(pinned=False), {"b", "c", "d"}),
        (MemoryFilter(text="CAFE con"), {"b", "d"}),
        (MemoryFilter(text="café", sources=("document",)), {"d"}),
        (MemoryFilter(text="50%"), set()),
        (MemoryFilter(current=True), {"a", "b", "d"}),
    ],
)
def test_filters(memories, where, expected):
    memories.add(
        [
            NewMemory(id="a", text="tea", pinned=True, said_at=DAY - timedelta(seconds=1)),
            NewMemory(
                id="b", text="Café con  leche", source="conversation", speaker="Ana", conversation_id="k", said_at=DAY
            ),
            NewMemory(id="c", text="she drinks tea", source="fact", origin="b", privacy="cloud"),
            NewMemory(id="d", text="a cafe con hielo", source="document", folder="/docs"),
        ]
    )
    memories.supersede("c", None, DAY)
    assert {memory.id for memory in memories.page(where).memories} == expected
    assert memories.count(where) == len(expected) == memories.page(where).total
    assert {memory.id for memory in memories.by_seq(memories.seqs(where)).values()} == expected


def test_around_stays_in_order_after_a_correction(memories):
    talk(memories, 9)
    memories.edit("c4", "another text")
    assert [memory.id for memory in memories.around("c4", 2)] == ["c2", "c3", "c4", "c5", "c6"]
    assert [memory.id for memory in memories.around("c5", 2)] == ["c3", "c4", "c5", "c6", "c7"]
    assert [memory.id for memory in memories.around("c0", 2)] == ["c0", "c1", "c2"]
    memories.delete([memories.get("c5").seq])
    assert [memory.id for memory in memories.around("c4", 1)] == ["c3", "c4", "c6"]


def test_around_without_a_conversation_follows_what_was_said_before(memories):
    memories.add([NewMemory(id=str(n), text=f"t{n}", previous=str(n - 1)) for n in range(5)])
    memories.add([NewMemory(id="fact", text="f", source="fact", origin="2"), NewMemory(id="alone", text="x")])
    assert [memory.id for memory in memories.around("2", 1)] == ["1", "2", "3"]
    assert [memory.id for memory in memories.around("fact", 1)] == ["1", "2", "fact", "3"]
    assert [memory.id for memory in memories.around("alone")] == ["alone"]
    assert memories.around("nobody") == []


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("SELECT * FROM memories m WHERE m.id = 'x'", "sqlite_autoindex_memories_1"),
        ("SELECT * FROM memories m WHERE m.source = 'told' ORDER BY m.said_at DESC, m.seq DESC", "memories_by_source"),
        ("SELECT * FROM memories m WHERE (m.said_at, m.seq) < (1, 2) ORDER BY m.said_at DESC, m.seq DESC", "by_time"),
        ("SELECT * FROM memories m WHERE m.speaker = 'A' ORDER BY m.said_at DESC, m.seq DESC", "memories_by_speaker"),
        ("SELECT count(*) FROM memories m WHERE m.privacy = 'cloud'", "COVERING INDEX memories_by_privacy"),
        ("SELECT * FROM memories m WHERE m.folder <> '' AND m.folder = 'A' ORDER BY m.said_at DESC", "by_folder"),
        ("SELECT * FROM memories m WHERE m.pinned = 1 ORDER BY m.said_at DESC, m.seq DESC", "memories_pinned"),
        (
            "SELECT * FROM memories m WHERE m.conversation_id = 'c' AND m.position < 5 ORDER BY m.position",
            "by_conversa",
        ),
        ("SELECT * FROM memories m WHERE m.previous_seq = 5", "memories_by_previous"),
        ("SELECT * FROM memories m WHERE m.origin_seq IN (SELECT value FROM json_each('[1]'))", "memories_by_origin"),
        ("SELECT * FROM memories m WHERE m.message_id = 'x' ORDER BY m.part, m.seq", "memories_by_message"),
        ("SELECT * FROM memories m WHERE m.superseded_by = 'x'", "memories_by_successor"),
        ("SELECT * FROM memories m WHERE m.text_key = 5 ORDER BY m.seq", "memories_by_words"),
        ("SELECT * FROM memories m WHERE m.worded = 0 ORDER BY m.seq LIMIT 5", "memories_unworded"),
    ],
)
def test_each_question_has_its_index_and_needs_no_sorting(database, sql, index):
    with database.read() as connection:
        plan = " | ".join(row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}"))
    assert index in plan
    assert "TEMP B-TREE" not in plan
