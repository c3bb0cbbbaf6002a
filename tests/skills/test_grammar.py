import itertools
import re
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.skills.automaton import Automaton, fsg_text, smallest_automaton
from jarvis.skills.grammar import SAMPLES_PER_TEMPLATE, command_grammar
from jarvis.skills.matcher import Matcher
from jarvis.skills.phrases import NOTHING, Chain, Choice, Named, PhraseBuilder, Words
from jarvis.skills.slots import SLOT_PARSERS
from jarvis.skills.templates import load_language, sentences_folder

COMMON = """
polite_start: [please, so, can you]
polite_end: [please]
spoken_answers: ["(yes|no)", "{minutes}"]
lists:
  minutes: {wildcard: true, kind: duration, spoken: "({1..60} minutes|half an hour)"}
  title: {wildcard: true, kind: text}
rules:
  the: "[the|my]"
"""
FILE = """
lists:
  app: {values: [firefox, the zorgblatt, terminal]}
rules:
  start: "(set|start)"
intents:
  timer:
    spoken: ["<start> [a] timer for {minutes}", "<start> timer named {title}"]
    sentences: ["<start> [a] timer for {minutes} [(called|named) {title}]", "clock me {minutes}"]
  open: {spoken: ["open[ <the>] {app}", "open song[s]"], sentences: ["open[ <the>] {app}", "open song[s]"]}
  note: {sentences: ["note {title}"]}
  loud: {spoken: ["{0..100}%", "volume {5..25,5}"], sentences: ["{0..100}%", "volume {5..25,5}"]}
"""


@pytest.fixture
def pack(tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "_common.yaml").write_text(COMMON)
    (tmp_path / "en" / "things.yaml").write_text(FILE)
    return load_language(tmp_path, "en")


def grammar_of(pack):
    return command_grammar(pack, lambda word: word != "zorgblatt")


def automaton_of(text: str) -> Automaton:
    lines = [line.split() for line in text.splitlines()]
    end = next(int(words[1]) for words in lines if words[0] == "FINAL_STATE")
    arcs: list[dict[str, int]] = [{} for _ in range(end + 1)]
    final = set()
    for words in lines:
        if words[0] == "TRANSITION" and len(words) == 5:
            arcs[int(words[1])][words[4]] = int(words[2])
        elif words[0] == "TRANSITION":
            final.add(int(words[1]))
    return Automaton(arcs=tuple(arcs), final=frozenset(final))


def test_every_way_to_say_a_command_is_in_the_automaton(pack):
    automaton = automaton_of(grammar_of(pack).automaton)
    for sentence in (
        "set timer for one minutes",
        "start a timer for twenty three minutes",
        "please set a timer for half an hour please",
        "can you open firefox",
        "open my terminal",
        "open song",
        "open songs",
        "seventy percent",
        "volume fifteen",
        "yes",
        "seven minutes",
    ):
        assert automaton.accepts(sentence.split()), sentence


def test_what_cannot_be_heard_is_left_out(pack):
    grammar = grammar_of(pack)
    automaton = automaton_of(grammar.automaton)
    for sentence in (
        "open the zorgblatt",
        "note",
        "set a timer for half an hour called",
        "set timer named",
        "clock me one minutes",
        "set a timer for sixty one minutes",
        "volume sixteen",
        "so open firefox",
        "open",
        "",
    ):
        assert not automaton.accepts(sentence.split()), sentence
    assert "zorgblatt" not in grammar.automaton and "{" not in grammar.automaton


def test_samples_are_sentences_of_the_automaton_and_always_the_same(pack):
    grammar = grammar_of(pack)
    automaton = automaton_of(grammar.automaton)
    assert len(grammar.sentences) > 60
    assert all(automaton.accepts(sentence.split()) for sentence in grammar.sentences)
    assert grammar == grammar_of(pack)


@pytest.fixture(scope="module")
def own_pack():
    return load_language(sentences_folder(), "en")


@pytest.fixture(scope="module")
def own_grammar(own_pack):
    return command_grammar(own_pack, lambda word: True)


def test_the_skills_own_grammar_holds_natural_commands_and_is_small(own_grammar):
    automaton = automaton_of(own_grammar.automaton)
    for sentence in (
        "set a timer for ten minutes",
        "what time is it",
        "turn the volume up",
        "cancel my alarm",
        "what is twelve times eight",
        "how many ounces are in five pounds",
        "could you wake me up at half past seven",
        "yes",
    ):
        assert automaton.accepts(sentence.split()), sentence
    assert not automaton.accepts("what are you".split()), "too near to more common questions"
    assert len(automaton.arcs) < 1_000, "the more it listens for, the less well it hears"


def test_every_spoken_template_is_understood_as_its_own_skill(own_pack):
    matcher = Matcher(sentences_folder(), SLOT_PARSERS)
    now = datetime(2026, 3, 4, 10, 0).astimezone()
    spoken = {skill: templates for skill, templates in own_pack.spoken.items() if templates}
    assert len(spoken) > 60
    never = re.compile("(?!)")
    bare = replace(own_pack, spoken_answers=(), polite_start=never, polite_end=never)
    for skill, templates in spoken.items():
        alone = replace(bare, spoken={**dict.fromkeys(own_pack.spoken, ()), skill: templates})
        for sentence in command_grammar(alone, lambda word: True).sentences[::SAMPLES_PER_TEMPLATE]:
            match = matcher.match(sentence, "en", now=now, prefer="en")
            assert match is not None and match.skill == skill, f"{sentence!r} is {match and match.skill}, not {skill}"


def test_numbers_are_spelled_with_shared_parts():
    builder = PhraseBuilder(knows=lambda word: True, spell=lambda value: (str(value),))
    named = builder.numbers(0, 345)
    automaton = smallest_automaton(named, builder.rules)
    assert automaton.accepts(["7"]) and automaton.accepts(["40", "2"]) and automaton.accepts(["200", "and", "90", "9"])
    assert not automaton.accepts(["400"]) and not automaton.accepts(["42"])
    assert automaton.accepts(["345"]), "what is not a whole ten is spelled whole"


phrases = st.recursive(
    st.sampled_from(["a", "b", "c", "a b"]).map(Words) | st.just(NOTHING),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Chain(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: Choice(tuple(parts)))
    ),
    max_leaves=8,
)


def said(phrase) -> set[tuple[str, ...]]:
    if isinstance(phrase, Words):
        return {tuple(phrase.text.split())}
    if isinstance(phrase, Choice):
        return set().union(*(said(branch) for branch in phrase.branches))
    if isinstance(phrase, Named):
        raise AssertionError("no rules here")
    return {sum(parts, ()) for parts in itertools.product(*(said(part) for part in phrase.parts))}


def spoken_by(automaton: Automaton, state: int = 0) -> set[tuple[str, ...]]:
    endings = {()} if state in automaton.final else set()
    for word, target in automaton.arcs[state].items():
        endings |= {(word, *rest) for rest in spoken_by(automaton, target)}
    return endings


@given(phrases)
def test_the_automaton_says_exactly_what_the_phrase_says(phrase):
    automaton = smallest_automaton(phrase, {})
    assert spoken_by(automaton) == said(phrase)
    futures = [frozenset(spoken_by(automaton, state)) for state in range(len(automaton.arcs))]
    assert len(set(futures)) == len(futures), "two states with one future could be merged"
    assert automaton_of(fsg_text(automaton)).accepts([]) == automaton.accepts([])
