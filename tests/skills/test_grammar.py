import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.skills.automaton import Automaton, fsg_text, smallest_automaton
from jarvis.skills.grammar import command_grammar
from jarvis.skills.phrases import NOTHING, Chain, Choice, Named, PhraseBuilder, Words
from jarvis.skills.templates import load_language

COMMON = """
polite_start: [please, so, can you]
polite_end: [please]
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
  timer: {sentences: ["<start> [a] timer for {minutes} [(called|named) {title}]"]}
  open: {sentences: ["open[ <the>] {app}", "open song[s]"]}
  note: {sentences: ["note {title}"]}
  loud: {sentences: ["{0..100}%", "volume {5..25,5}"]}
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
    ):
        assert automaton.accepts(sentence.split()), sentence


def test_what_cannot_be_heard_is_left_out(pack):
    grammar = grammar_of(pack)
    automaton = automaton_of(grammar.automaton)
    for sentence in (
        "open the zorgblatt",
        "note",
        "set a timer for half an hour called",
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


def test_the_skills_own_grammar_holds_natural_commands():
    from jarvis.engines.speech.command_files import known_words
    from jarvis.skills.templates import sentences_folder

    grammar = command_grammar(load_language(sentences_folder(), "en"), known_words())
    automaton = automaton_of(grammar.automaton)
    for sentence in (
        "set a timer for ten minutes",
        "what time is it",
        "turn the volume up",
        "cancel my alarm",
        "what is twelve times eight",
        "how many ounces are in five pounds",
    ):
        assert automaton.accepts(sentence.split()), sentence
    assert len(automaton.arcs) < 10_000


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
