"""The core profile as facts come, change and go."""

import pytest

from tests.fakes.memory_facts import talking


@pytest.fixture
def world(tmp_path):
    with talking(tmp_path) as world:
        yield world


def lines(world):
    return [line.text for line in world.profile.lines()]


def test_it_holds_the_firmest_facts_in_order(world):
    for text in (
        "I like jazz",
        "My sister is called Ana",
        "I'm allergic to nuts",
        "I live in Bilbao",
        "My name is Marta",
    ):
        world.say(text)
    assert lines(world) == [
        "My name is Marta.",
        "I live in Bilbao.",
        "I am allergic to nuts.",
        "My sister's name is Ana.",
    ]


def test_it_never_has_more_than_twelve_lines(world):
    for text in (
        "My name is Marta", "Call me Tita", "I live in Bilbao", "I'm a nurse", "I work at Osakidetza", "I'm vegan",
        "I'm allergic to nuts", "I'm allergic to cats", "I'm allergic to dust", "I'm allergic to eggs",
        "I speak Basque",
        "I'm from Vigo", "My birthday is on 4 May", "My wife is called Clara", "My sister is called Ana",
    ):  # fmt: skip
        world.say(text)
    assert len(lines(world)) == 12
    assert "I am allergic to nuts." not in lines(world)
    assert "I am allergic to eggs." in lines(world)


def test_a_line_follows_its_fact(world):
    world.say("I live in Madrid")
    world.say("I moved to Bilbao")
    assert lines(world) == ["I live in Bilbao."]
    world.say("I no longer live in Bilbao")
    assert lines(world) == []


def test_an_edited_profile_follows_too_but_takes_nothing_new(world):
    world.say("I live in Madrid")
    world.say("I work at Google")
    world.profile.replace(["I am a night owl", "I live in Madrid.", "I work at Google."])
    world.say("Me he mudado a Bilbao", "es")
    world.say("I quit my job")
    world.say("My name is Marta")
    assert lines(world) == ["I am a night owl", "Vivo en Bilbao."]


def test_what_a_line_may_do_is_what_its_fact_may(world):
    world.say("I live in Madrid", privacy="cloud")
    world.say("I'm allergic to nuts")
    assert [line.privacy for line in world.profile.lines()] == ["cloud", "local"]
