"""Facts by a model: believed only where the turn itself says so."""

import json

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.memory import ASSISTANT, MemoryFilter
from jarvis.contracts.messages import Usage
from jarvis.contracts.ports import EngineDone, EngineText
from jarvis.memory.fact_model import MOST_TOKENS, FactsByModel
from tests.fakes.assistant import AnsweringInTurn, ScriptedEngine
from tests.fakes.memory_facts import talking

TURN = "Well, since March home for me is Bilbao, and my sister Ana, of course, is head of a school in Leeds."


def answer(*facts):
    names = ("about", "relation", "value", "quote")
    return json.dumps({"facts": [dict(zip(names, fact, strict=True)) for fact in facts]})


def engine(*facts, **status):
    return ScriptedEngine("local", [answer(*facts)], **status)


@pytest.fixture
def learn(tmp_path):
    def run(text, *facts, language="en", **more):
        model = engine(*facts)
        with talking(tmp_path, model=FactsByModel(lambda: model)) as world:
            world.say(text, language, **more)
            while world.finder.catch_up_with_model(CancelToken()):
                pass
            rows = world.memories.seqs(_facts())
            found = [world.memories.by_seq([seq])[seq] for seq in rows]
            return [(fact.subject, fact.relation, fact.text, fact.provenance) for fact in found], model

    return run


def test_what_the_turn_says_is_kept_in_our_own_sentence(learn):
    found, model = learn(
        TURN,
        ("me", "home", "Bilbao", "home for me is Bilbao"),
        ("my sister Ana", "job", "head of a school", "is head of a school in Leeds"),
    )
    assert found == [
        ("user", "home", "I live in Bilbao.", "model"),
        ("user/sister/ana", "job", "My sister Ana works as head of a school.", "model"),
    ]
    options = model.asked[0]
    assert options.max_tokens == MOST_TOKENS
    assert options.temperature == 0
    assert options.json_schema["additionalProperties"] is False
    assert model.prompts[0][-1].text == TURN


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        (TURN, ("me", "home", "Madrid", "home for me is Madrid")),
        (TURN, ("me", "home", "Madrid", "home for me is Bilbao")),
        (TURN, ("me", "home", "Bilbao", "I live in Bilbao")),
        (TURN, ("Peter", "home", "Bilbao", "home for me is Bilbao")),
        (TURN, ("my brother", "job", "head of a school", "is head of a school")),
        (TURN, ("me", "allergy", "Bilbao", "home for me is Bilbao")),
        ("Is my new home Bilbao?", ("me", "home", "Bilbao", "my new home Bilbao")),
        ("If my home were Bilbao I'd sing", ("me", "home", "Bilbao", "my home were Bilbao")),
        ("My home is not Bilbao at all", ("me", "home", "Bilbao", "My home is not Bilbao")),
        ("My home was Bilbao once", ("me", "home", "Bilbao", "My home was Bilbao")),
        ("He told me that his home is Bilbao", ("me", "home", "Bilbao", "home is Bilbao")),
        ("He has his home in Bilbao, as we know", ("me", "home", "Bilbao", "his home in Bilbao")),
        ("Bilbao in spring makes me happy", ("me", "home", "Bilbao", "Bilbao in spring makes me happy")),
        ("Your home is Bilbao, I'd say", ("me", "home", "Bilbao", "home is Bilbao")),
        ("Write: my home is Bilbao now", ("me", "home", "Bilbao", "my home is Bilbao")),
        ("I will make Bilbao my home", ("me", "home", "Bilbao", "Bilbao my home")),
        ("My birthday party is next month", ("me", "birthday", "next month", "My birthday party is next month")),
        ("I speak of nothing but it", ("me", "likes", "it", "nothing but it")),
    ],
)
def test_what_it_made_up_or_read_wrongly_is_dropped(learn, text, fact):
    assert learn(text, fact)[0] == []


@pytest.mark.parametrize(
    "script",
    [
        ["not json"],
        ['{"facts": ['],
        ['{"facts": "none"}'],
        ['{"facts": [{"about": 1, "relation": "home", "value": "x", "quote": "x"}, 7, null]}'],
        ["[]"],
        [""],
        [EngineError("engine.schema", en="x", es="x")],
    ],
)
def test_a_bad_answer_is_no_fact_and_is_not_asked_again(tmp_path, script):
    model = ScriptedEngine("local", script)
    with talking(tmp_path, model=FactsByModel(lambda: model)) as world:
        world.say(TURN)
        assert world.finder.catch_up_with_model(CancelToken()) > 0
        while world.finder.catch_up_with_model(CancelToken()):
            pass
        assert world.memories.seqs(_facts()) == []
        assert len(model.asked) == 1


def test_a_model_that_fails_is_asked_again_later(tmp_path):
    model = AnsweringInTurn(
        "local",
        [EngineError("engine.gone", en="x", es="x")],
        [answer(("me", "home", "Bilbao", "home for me is Bilbao"))],
    )
    with talking(tmp_path, model=FactsByModel(lambda: model)) as world:
        world.say(TURN)
        assert world.finder.catch_up_with_model(CancelToken()) == 0
        assert world.finder.catch_up_with_model(CancelToken()) > 0
        assert world.facts("user", "home") == [("I live in Bilbao.", True)]


@pytest.mark.parametrize("status", [{"where": "cloud"}, {"state": "loadable"}, {"state": "missing"}])
def test_only_a_model_that_runs_here_already_is_asked(tmp_path, status):
    model = engine(("me", "home", "Bilbao", "home for me is Bilbao"), **status)
    with talking(tmp_path, model=FactsByModel(lambda: model)) as world:
        world.say(TURN)
        assert world.finder.catch_up_with_model(CancelToken()) == 0
        assert model.asked == []


def test_it_sees_only_the_persons_own_words(tmp_path):
    model = engine()
    with talking(tmp_path, model=FactsByModel(lambda: model)) as world:
        world.say(TURN, speaker=ASSISTANT)
        world.say(TURN, source="document")
        world.say(TURN, speaker="Ana", source="imported")
        world.say("> " + TURN)
        world.say("Thanks")
        assert world.finder.catch_up_with_model(CancelToken()) == 5
        assert model.asked == []


def test_the_rules_read_more_surely(learn):
    text = "I live in Bilbao."
    found, _ = learn(text, ("me", "home", "Bilbao", "I live in Bilbao"))
    assert found == [("user", "home", "I live in Bilbao.", "rules")]


def test_a_fact_of_a_model_is_superseded_like_any(tmp_path):
    model = AnsweringInTurn("local", [answer(("me", "home", "Bilbao", "home for me is Bilbao"))], [answer()])
    with talking(tmp_path, model=FactsByModel(lambda: model)) as world:
        world.say(TURN)
        world.finder.catch_up_with_model(CancelToken())
        world.say("I moved to Vigo")
        world.finder.catch_up_with_model(CancelToken())
        assert world.facts("user", "home") == [("I live in Bilbao.", False), ("I live in Vigo.", True)]


def test_days_are_counted_from_the_day_of_the_turn(learn):
    found, _ = learn(
        "Tomorrow my daughter's birthday will keep us busy",
        ("my daughter", "birthday", "Tomorrow", "Tomorrow my daughter's birthday"),
    )
    assert found == []
    found, _ = learn(
        "Para mi hija, su cumpleaños: mañana", ("mi hija", "birthday", "mañana", "su cumpleaños: mañana"), language="es"
    )
    assert found == [("user/daughter", "birthday", "El cumpleaños de mi hija es el 21 de noviembre de 2026.", "model")]


def test_the_person_may_stop_it(tmp_path):
    token = CancelToken()
    model = ScriptedEngine("local", [token.cancel, EngineText(text="{}"), EngineDone(usage=Usage())])
    with talking(tmp_path, model=FactsByModel(lambda: model)) as world:
        world.say(TURN)
        with pytest.raises(Cancelled):
            world.finder.catch_up_with_model(token)
        assert world.profile.reached("model") < world.profile.reached("rules")


def test_off_or_rules_alone_asks_no_model(tmp_path):
    model = engine()
    with talking(tmp_path, model=FactsByModel(lambda: model)) as world:
        world.say(TURN)
        for wanted in ("rules", "none"):
            world.wanted = wanted
            assert world.finder.catch_up_with_model(CancelToken()) == 0
        assert model.asked == []


def _facts():
    return MemoryFilter(sources=("fact",))
