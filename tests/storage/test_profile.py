"""The core profile: filled from facts, edited by the person, never pointing to what is gone."""

from pathlib import Path

import pytest

from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import NewMemory
from jarvis.storage.database import Database
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.profile import MOST_CHARACTERS, MOST_LINES, LearnedLine, SqliteProfile
from tests.fakes.clock import FakeClock


@pytest.fixture
def database(tmp_path: Path):
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def profile(database):
    return SqliteProfile(database)


@pytest.fixture
def memories(database):
    return SqliteMemories(database, FakeClock(), lambda text: "en")


def learned(memories, *texts):
    rows = memories.add([NewMemory(text=text, source="fact", privacy="cloud") for text in texts])
    return [LearnedLine(text=row.text, seq=row.seq, privacy=row.privacy) for row in rows]


def texts(profile):
    return [line.text for line in profile.lines()]


def test_it_is_empty_at_first(profile):
    assert profile.lines() == []
    assert not profile.edited()


def test_learned_lines_point_to_their_facts(profile, memories):
    line = learned(memories, "I live in Bilbao.")[0]
    assert profile.fill([line])
    shown = profile.lines()[0]
    assert (shown.text, shown.memory_id, shown.privacy) == (
        "I live in Bilbao.",
        memories.by_seq([line.seq])[line.seq].id,
        "cloud",
    )
    assert not profile.fill([line])


def test_a_line_goes_with_its_fact(profile, memories):
    lines = learned(memories, "I live in Bilbao.", "My name is Marta.")
    profile.fill(lines)
    memories.delete([lines[0].seq])
    assert texts(profile) == ["My name is Marta."]
    profile.fill(lines)
    assert texts(profile) == ["My name is Marta."]


def test_what_the_person_wrote_stays(profile, memories):
    profile.fill(learned(memories, "I live in Bilbao."))
    written = profile.replace(["  I am  a night owl ", "", "I live in Bilbao.", "I am a night owl"])
    assert [line.text for line in written] == ["I am a night owl", "I live in Bilbao."]
    assert [line.memory_id is None for line in written] == [True, False]
    assert [line.privacy for line in written] == ["local", "cloud"]
    assert not profile.fill(learned(memories, "My name is Marta."))
    assert texts(profile) == ["I am a night owl", "I live in Bilbao."]


def test_lines_brought_in_from_elsewhere_are_the_persons(profile, memories, database):
    with database.write() as connection:
        connection.execute("INSERT INTO memory_profile (place, text, privacy) VALUES (1, 'I am tall', 'local')")
    assert profile.edited()
    assert not profile.fill(learned(memories, "My name is Marta."))
    assert texts(profile) == ["I am tall"]


def test_an_emptied_profile_stays_empty(profile, memories):
    profile.replace([])
    profile.fill(learned(memories, "My name is Marta."))
    assert profile.lines() == []


@pytest.mark.parametrize("lines", [[f"line {n}" for n in range(MOST_LINES + 1)], ["x" * (MOST_CHARACTERS + 1)]])
def test_too_much_is_refused_and_changes_nothing(profile, lines):
    profile.replace(["I am here"])
    with pytest.raises(InputError) as refused:
        profile.replace(lines)
    assert "12" in refused.value.sentence("es")
    assert texts(profile) == ["I am here"]


def test_the_most_is_allowed(profile):
    assert len(profile.replace([f"{n:0{MOST_CHARACTERS}}" for n in range(MOST_LINES)])) == MOST_LINES


def test_lines_follow_or_leave(profile, memories):
    old, new = learned(memories, "I live in Madrid.", "I live in Bilbao.")
    profile.fill([old])
    line = profile.lines()[0]
    profile.follow(line.id, new)
    assert texts(profile) == ["I live in Bilbao."]
    assert profile.learned() == {line.id: new.seq}
    profile.follow(line.id, None)
    assert profile.lines() == []


def test_privacy_is_per_line(profile):
    _, second = profile.replace(["one", "two"])
    profile.set_privacy(second.id, "cloud")
    assert [(line.text, line.privacy) for line in profile.lines()] == [("one", "local"), ("two", "cloud")]


def test_every_change_changes_the_version(profile, memories):
    versions = [memories.lasting_version()]
    line = profile.replace(["one"])[0]
    versions.append(memories.lasting_version())
    profile.set_privacy(line.id, "cloud")
    versions.append(memories.lasting_version())
    profile.follow(line.id, None)
    versions.append(memories.lasting_version())
    assert len(set(versions)) == 4


def test_how_far_was_looked_never_goes_back(profile):
    profile.reach("rules", 7)
    profile.reach("rules", 3)
    profile.reach("model", 2)
    assert (profile.reached("rules"), profile.reached("model")) == (7, 2)
