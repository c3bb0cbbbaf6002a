"""An embedder, or a Chroma server, that is not at home: what it is handed, and what it never is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import Language
from jarvis.contracts.memory import MemoryPrivacy, MemoryQuery, NewMemory
from jarvis.memory.search import MemorySearch
from jarvis.storage.memory_words import SqliteMemoryWords
from tests.fakes.clock import FakeClock
from tests.fakes.memory import AwayEmbedder, HashedEmbedder, MemoryWorld

SECRET = "the vault opens with parsley"
OPEN = "the library closes on Mondays"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MemoryWorld]:
    found = MemoryWorld(tmp_path)
    found.embedder = AwayEmbedder()
    yield found
    found.close()


def add(world: MemoryWorld, *rows: tuple[str, MemoryPrivacy]) -> list[str]:
    return [row.id for row in world.memories.add([NewMemory(text=text, privacy=privacy) for text, privacy in rows])]


def search_over(world: MemoryWorld) -> MemorySearch:
    return MemorySearch(
        world.memories, SqliteMemoryWords(world.database), world.keeper, FakeClock(), reranker=lambda: None
    )


def compared(world: MemoryWorld, question: str) -> list[str]:
    near = world.keeper.nearest(question, 10)
    if near is None:
        return []
    rows = world.memories.by_seq([seq for seq, _ in near.hits])
    return [rows[seq].text for seq, _ in near.hits]


def test_what_stays_has_no_vector_and_is_found_by_its_words(world: MemoryWorld) -> None:
    add(world, (SECRET, "local"), (OPEN, "cloud"))
    progress = world.keeper.catch_up()
    assert (progress.state, progress.done, progress.total) == ("ready", 1, 1)
    assert "1 more stay on this computer" in progress.sentence
    assert "Otros 1 se quedan en este equipo" in world.keeper.progress("es").sentence
    assert not any("parsley" in text for text in world.embedder.texts)
    assert compared(world, "vault parsley library") == [OPEN]
    result = search_over(world).search(MemoryQuery(text="what opens the vault?"), "en")
    assert result.found[0].memory.text == SECRET and result.matched and result.searched_by == "words and meaning"


def test_a_change_of_mind_is_followed_both_ways(world: MemoryWorld) -> None:
    secret, _ = add(world, (SECRET, "local"), (OPEN, "cloud"))
    world.keeper.catch_up()
    world.memories.set_privacy(secret, "cloud")
    assert world.keeper.catch_up().done == 2 and SECRET in compared(world, "vault parsley")
    world.memories.set_privacy(secret, "local")
    assert world.keeper.catch_up().done == 1 and compared(world, "vault parsley") == [OPEN]
    world.keeper.check()
    assert world.keeper.catch_up().done == 1 and compared(world, "vault parsley") == [OPEN]


@pytest.mark.parametrize(("language", "words"), [("en", "do not let questions leave"), ("es", "no dejan salir")])
def test_nothing_at_all_leaves_where_the_settings_say_so(world: MemoryWorld, language: Language, words: str) -> None:
    world.may_leave = False
    add(world, (SECRET, "local"), (OPEN, "cloud"))
    assert world.keeper.catch_up().state == "off"
    result = search_over(world).search(MemoryQuery(text="when does the library close?"), language)
    assert result.found[0].memory.text == OPEN and result.searched_by == "words" and words in result.notice
    assert words in world.keeper.progress(language).sentence
    assert world.embedder.texts == []
    world.may_leave = True
    assert world.keeper.catch_up().state == "ready" and compared(world, "library") == [OPEN]


def test_no_question_leaves_where_everything_stays(world: MemoryWorld) -> None:
    add(world, (SECRET, "local"))
    world.keeper.catch_up()
    result = search_over(world).search(MemoryQuery(text="what opens the vault?"), "en")
    assert result.found[0].memory.text == SECRET and "no memory is marked to leave" in result.notice
    assert "ningún recuerdo está marcado" in world.keeper.progress("es").sentence
    assert world.embedder.texts == []


def test_what_was_said_before_a_question_is_not_sent_along(world: MemoryWorld) -> None:
    add(world, (OPEN, "cloud"))
    world.keeper.catch_up()
    question = MemoryQuery(text="And on Tuesdays?", before=SECRET)
    search_over(world).search(question, "en")
    assert "And on Tuesdays?" in world.embedder.texts and not any("parsley" in text for text in world.embedder.texts)
    world.embedder = HashedEmbedder()
    world.keeper.catch_up()
    search_over(world).search(question, "en")
    assert any("parsley" in text for text in world.embedder.texts), "at home it helps"


def test_an_embedder_at_home_reads_everything_whatever_the_settings_say(world: MemoryWorld) -> None:
    world.embedder = HashedEmbedder()
    world.may_leave = False
    add(world, (SECRET, "local"), (OPEN, "cloud"))
    progress = world.keeper.catch_up()
    assert (progress.state, progress.done) == ("ready", 2) and "stay" not in progress.sentence
    assert compared(world, "vault parsley")[0] == SECRET


def test_shards_follow_what_may_leave(world: MemoryWorld) -> None:
    world.index_from = 1
    ids = add(world, (SECRET, "local"), *((f"note {n} on the garden", "cloud") for n in range(5)))
    world.keeper.catch_up()
    world.keeper.start()
    world.settled()
    world.memories.set_privacy(ids[0], "cloud")
    world.keeper.catch_up()
    assert compared(world, "vault parsley")[0] == SECRET
    world.memories.set_privacy(ids[0], "local")
    world.keeper.catch_up()
    assert SECRET not in compared(world, "vault parsley") and len(compared(world, "garden")) == 5


@pytest.mark.parametrize(("language", "words"), [("en", "it is given nothing"), ("es", "no se le da nada")])
def test_a_chroma_server_elsewhere_is_given_nothing(world: MemoryWorld, language: Language, words: str) -> None:
    world.embedder, world.index_from = HashedEmbedder(), 1
    world.chroma_url, world.at_home = "https://chroma.example.com", False
    add(world, (SECRET, "local"), (OPEN, "cloud"))
    for _ in world.keeper.reindex():
        pass
    progress = world.keeper.progress(language)
    assert progress.state == "failed" and words in progress.sentence and "chroma.example.com" in progress.sentence
    assert world.keeper.index_pid() is None
    assert compared(world, "vault parsley")[0] == SECRET


ROWS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=6)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(("privacy", "may_leave", "edit", "catch_up", "search", "check", "add", "delete", "lost")),
        st.integers(0, 9),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, may_leave=st.booleans(), acts=ACTS)
def test_no_text_that_stays_is_ever_handed_out(
    rows: list[tuple[bool, bool]], may_leave: bool, acts: list[tuple[str, int, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = MemoryWorld(Path(folder))

        def handed(text: str) -> None:
            assert world.may_leave
            staying = {row.text for row in world.memories.after(0, 1000) if row.privacy == "local"}
            leaked.extend(own for own in staying if own in text)

        leaked: list[str] = []
        world.embedder, world.may_leave = AwayEmbedder(handed), may_leave
        search = search_over(world)
        try:
            for number, (leaves, short) in enumerate(rows):
                _add(world, number, leaves, short)
            for at, (act, number, yes) in enumerate(acts):
                _act(world, search, act, number, yes, at + len(rows))
                assert leaked == []
            world.keeper.catch_up()
            assert leaked == []
            vectors = {text for text in world.embedder.texts if "thing" in text}
            cloud = {row.text for row in world.memories.after(0, 1000) if row.privacy == "cloud"}
            assert not world.may_leave or all(any(own in text for text in vectors) for own in cloud)
        finally:
            world.close()


def _add(world: MemoryWorld, number: int, leaves: bool, short: bool) -> None:
    before = world.memories.after(0, 1000)
    # A short text takes what was said before it into its vector.
    text = f"thing{number}end" if short else f"the long story of thing{number}end and its five cousins"
    world.memories.add(
        [NewMemory(text=text, privacy="cloud" if leaves else "local", previous=before[-1].id if before else None)]
    )


def _act(world: MemoryWorld, search: MemorySearch, act: str, number: int, yes: bool, fresh: int) -> None:
    rows = world.memories.after(0, 1000)
    chosen = rows[number % len(rows)] if rows else None
    if act == "may_leave":
        world.may_leave = yes
    elif act == "catch_up":
        world.keeper.catch_up(1 if yes else None)
    elif act == "check":
        world.keeper.check()
    elif act == "add":
        _add(world, fresh, yes, number > 4)
    elif chosen is None:
        return
    elif act == "privacy":
        world.memories.set_privacy(chosen.id, "cloud" if yes else "local")
    elif act == "edit":
        world.memories.edit(chosen.id, f"thing{fresh}end")
    elif act == "delete":
        world.memories.delete([chosen.seq])
        world.keeper.purge()
    elif act == "lost":
        for path in (world.home / "memory").glob("*/vectors.sqlite3"):
            path.write_bytes(b"damaged")
    else:
        search.search(MemoryQuery(text="And what then?", before=chosen.text, leaving=yes), "en")
