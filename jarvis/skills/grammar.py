"""Writes what the skills' sentence files mark as `spoken` as a grammar and as sample sentences.

It is for a recogniser that knows only commands, and hears them the better the fewer they are: so only the common ways
to say a thing are in it, and typed slots in the bounded form of their own `spoken` template. Commands with slots that
take any words are left out. Knows nothing about recognisers but which words they can hear.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jarvis.contracts.speech import CommandGrammar
from jarvis.skills.automaton import fsg_text, smallest_automaton
from jarvis.skills.folding import fold
from jarvis.skills.phrases import NOTHING, Choice, Named, Phrase, PhraseBuilder, Scope, Words, chain, choice
from jarvis.skills.templates import COMMON, LanguagePack

SAMPLES_PER_TEMPLATE = 40
"""Sample sentences drawn from one template: enough that every number word follows every other now and then, and the
same for each, so that a command with many numbers is not expected more than another."""

POLITE_SHARE = 0.12
"""Share of the samples that carry polite words."""

POLITE_START = ("please", "jarvis", "hey jarvis", "can you", "could you")
POLITE_END = ("please", "thanks", "thank you", "jarvis")
"""Of the words that the matcher takes off, the common ones that are long enough not to be heard in noise."""


def command_grammar(pack: LanguagePack, knows: Callable[[str], bool]) -> CommandGrammar:
    """Return the spoken commands of `pack`'s skills that a recogniser with `knows` can hear.

    The same input always gives the same output.
    """
    builder = PhraseBuilder(knows=knows, spell=_speller(pack.language))
    templates = list(_templates(pack, builder))
    start = _polite([text for text in POLITE_START if pack.polite_start.fullmatch(text)], builder)
    end = _polite([text for text in POLITE_END if pack.polite_end.fullmatch(text)], builder)
    rules = {name: phrase for name, phrase in builder.rules.items() if phrase is not None}
    command = choice(templates)
    rules["polite_start"], rules["polite_end"], rules["command"] = start, end, command
    public = chain([choice([NOTHING, Named("polite_start")]), Named("command"), choice([NOTHING, Named("polite_end")])])
    return CommandGrammar(
        automaton=fsg_text(smallest_automaton(public, rules)),
        sentences=tuple(_samples(templates, rules)),
    )


def _templates(pack: LanguagePack, builder: PhraseBuilder) -> Iterable[Phrase]:
    """Yield each template that can be said: the commands of every skill, then the answers to questions."""
    for skill, intent in pack.intents.intents.items():
        scope = _scope(pack, builder, skill.partition(".")[0], intent.data[0])
        yield from _phrases(scope, pack.spoken[skill])
    yield from _phrases(_scope(pack, builder, COMMON, None), pack.spoken_answers)


def _scope(pack: LanguagePack, builder: PhraseBuilder, stem: str, data: Any) -> Scope:
    """Return a reader of the templates of one sentence file; `data` carries its own rules and lists."""
    rules, lists = dict(pack.intents.expansion_rules), dict(pack.intents.slot_lists)
    if data is not None:
        rules.update(data.expansion_rules)
        lists.update(data.slot_lists)
    for name, spec in pack.slot_specs[stem].items():
        lists[name] = None if spec.spoken is None else _parsed(fold(spec.spoken))
    return builder.scope(stem, rules, lists)


def _phrases(scope: Scope, templates: Iterable[str]) -> Iterable[Phrase]:
    for template in templates:
        phrase = scope.phrase(_parsed(template))
        if phrase is not None and phrase != NOTHING:
            yield phrase


def _parsed(template: str) -> Any:
    from hassil.parse_expression import parse_sentence

    return parse_sentence(template, keep_text=True).expression


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
