"""Writes the skills' own sentences as a grammar and as sample sentences, for a recogniser that knows only commands.

Typed slots are said in the bounded form of their `spoken` template; slots that take any words are left out, and
with them the commands that cannot do without. Knows nothing about recognisers but which words they can hear.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping

from jarvis.contracts.speech import CommandGrammar
from jarvis.skills.automaton import fsg_text, smallest_automaton
from jarvis.skills.folding import fold
from jarvis.skills.phrases import NOTHING, Choice, Named, Phrase, PhraseBuilder, Words, chain, choice
from jarvis.skills.templates import LanguagePack

SAMPLES_PER_TEMPLATE = 40
"""Sample sentences drawn from one template: enough that every number word follows every other now and then."""

POLITE_SHARE = 0.12
"""Share of the samples that carry polite words."""

POLITE_START = (
    "please",
    "jarvis",
    "hey jarvis",
    "okay jarvis",
    "can you",
    "could you",
    "would you",
    "can you please",
    "could you please",
)
POLITE_END = ("please", "thanks", "thank you", "for me", "jarvis")
"""Of the words that the matcher takes off, those that are long enough not to be heard in noise."""


def command_grammar(pack: LanguagePack, knows: Callable[[str], bool]) -> CommandGrammar:
    """Return everything that `pack`'s skills understand and that a recogniser with `knows` can hear.

    The same input always gives the same output.
    """
    builder = PhraseBuilder(knows=knows, spell=_speller(pack.language))
    templates = list(_templates(pack, builder))
    start = _polite([text for text in POLITE_START if pack.polite_start.fullmatch(text)], builder)
    end = _polite([text for text in POLITE_END if pack.polite_end.fullmatch(text)], builder)
    rules = {name: phrase for name, phrase in builder.rules.items() if phrase is not None}
    command = choice([phrase for _, phrase in templates])
    rules["polite_start"], rules["polite_end"], rules["command"] = start, end, command
    public = chain([choice([NOTHING, Named("polite_start")]), Named("command"), choice([NOTHING, Named("polite_end")])])
    return CommandGrammar(
        automaton=fsg_text(smallest_automaton(public, rules)),
        sentences=tuple(_samples([phrase for _, phrase in templates], rules)),
    )


def _templates(pack: LanguagePack, builder: PhraseBuilder) -> Iterable[tuple[str, Phrase]]:
    """Yield each sayable template with its skill's name."""
    from hassil.parse_expression import parse_sentence

    common_rules, common_lists = pack.intents.expansion_rules, pack.intents.slot_lists
    for skill, intent in pack.intents.intents.items():
        stem = skill.partition(".")[0]
        for data in intent.data:
            spoken = {
                name: None if spec.spoken is None else parse_sentence(fold(spec.spoken), keep_text=True).expression
                for name, spec in pack.slot_specs[stem].items()
            }
            scope = builder.scope(
                stem, {**common_rules, **data.expansion_rules}, {**common_lists, **data.slot_lists, **spoken}
            )
            for sentence in data.sentences:
                phrase = scope.phrase(sentence.expression)
                if phrase is not None and phrase != NOTHING:
                    yield skill, phrase


def _polite(words: Iterable[str], builder: PhraseBuilder) -> Phrase:
    sayable = [phrase for text in words if (phrase := builder.words(text)) is not None]
    return choice(sayable) if sayable else NOTHING


def _speller(language: str) -> Callable[[int], tuple[str, ...]]:
    from hassil.numbers import get_rbnf_engine

    engine = get_rbnf_engine(language)

    def spell(value: int) -> tuple[str, ...]:
        return (engine.format_number(value).text.replace("-", " "),)

    return spell


def _samples(templates: list[Phrase], rules: Mapping[str, Phrase]) -> Iterable[str]:
    dice = random.Random(1)
    for template in templates:
        drawn = [_drawn(template, rules, dice) for _ in range(SAMPLES_PER_TEMPLATE)]
        for sentence in drawn:
            yield sentence
            if dice.random() < POLITE_SHARE:
                yield f"{_drawn(rules['polite_start'], rules, dice)} {sentence}".strip()
            if dice.random() < POLITE_SHARE:
                yield f"{sentence} {_drawn(rules['polite_end'], rules, dice)}".strip()


def _drawn(phrase: Phrase, rules: Mapping[str, Phrase], dice: random.Random) -> str:
    if isinstance(phrase, Words):
        return phrase.text
    if isinstance(phrase, Named):
        return _drawn(rules[phrase.rule], rules, dice)
    if isinstance(phrase, Choice):
        return _drawn(dice.choice(phrase.branches), rules, dice)
    return " ".join(text for part in phrase.parts if (text := _drawn(part, rules, dice)))
