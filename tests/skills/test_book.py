from __future__ import annotations

import importlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.contracts.errors import LANGUAGES, InputError, Language
from jarvis.contracts.messages import Request
from jarvis.skills.book import SkillBook
from jarvis.skills.matcher import Matcher
from jarvis.skills.slots import SLOT_PARSERS
from jarvis.skills.templates import COMMON, load_language, sentences_folder
from tests.fakes.skills import FakePorts

STEMS = sorted(path.stem for path in (sentences_folder() / "en").glob("*.yaml") if path.stem != COMMON)
PLACEHOLDER = re.compile(r"{(\w+)}")


def test_both_languages_have_the_same_skills_at_the_same_risk(matcher: Matcher) -> None:
    assert matcher.pack("en").risks == matcher.pack("es").risks


@pytest.mark.parametrize("stem", STEMS)
def test_every_intent_has_a_handler_and_every_handler_an_intent(matcher: Matcher, stem: str) -> None:
    handlers = importlib.import_module(f"jarvis.skills.{stem}").HANDLERS
    intents = {skill.partition(".")[2] for skill in matcher.pack("en").skills if skill.startswith(f"{stem}.")}
    assert set(handlers) == intents


@pytest.mark.parametrize("stem", [COMMON, *STEMS])
def test_both_languages_say_the_same_things(matcher: Matcher, stem: str) -> None:
    english, spanish = matcher.pack("en").texts[stem], matcher.pack("es").texts[stem]
    assert set(english.responses) == set(spanish.responses)
    assert set(english.read_back) == set(spanish.read_back)
    for key, question in english.read_back.items():
        assert set(PLACEHOLDER.findall(question)) == set(PLACEHOLDER.findall(spanish.read_back[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_can_be_read_back(matcher: Matcher, language: Language) -> None:
    pack = matcher.pack(language)
    for skill, risk in pack.risks.items():
        stem, _, intent = skill.partition(".")
        questions = pack.texts[stem].read_back
        if risk == "could_lose":
            assert any(key.split("+")[0] == intent for key in questions), skill
        for key in questions:
            assert f"{stem}.{key.split('+')[0]}" in pack.risks, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_is_well_formed_and_its_lists_are_known(matcher: Matcher, language: Language) -> None:
    from hassil import sample_intents

    pack = matcher.pack(language)
    sampled = {
        name
        for name, _ in sample_intents(
            pack.intents, max_sentences_per_intent=3, exclude_sentences_with_wildcards=False, expand_ranges=False
        )
    }
    assert sampled == set(pack.skills)
    for specs in pack.slot_specs.values():
        for name, spec in specs.items():
            assert spec.kind == "text" or spec.kind in SLOT_PARSERS, name


@pytest.mark.parametrize(
    "sentence",
    [
        "set a timer for ten minutes",
        "SET A TIMER FOR TEN MINUTES!!!",
        "  set   a timer,  for ten minutes...  ",
        "hey Jarvis, could you please set a timer for ten minutes, please?",
        "would you set a timer for ten minutes for me",
        "okay jarvis now set a timer for ten minutes thanks",
        "“set a timer for ten minutes”",
        "i'd like you to set a timer for ten minutes",
        "pon un temporizador de diez minutos",
        "PON UN TEMPORIZADOR DE DIEZ MINUTOS",
        "¡Pon un temporizador de diez minutos!",
        "Oye, Jarvis: ¿podrías poner un temporizador de diez minutos, por favor?",
        "¿me puedes poner un temporizador de diez minutos, gracias?",
        "por favor, jarvis, quiero que pongas un temporizador de diez minutos",
    ],
)
def test_case_accents_marks_and_courtesy_do_not_matter(book: SkillBook, sentence: str) -> None:
    found = book.match(sentence)
    assert found is not None
    assert (found.skill, dict(found.slots)) == ("timers.start", {"duration": 600.0})
    assert found.text == sentence


def test_language_is_honoured_and_a_tie_goes_to_the_preferred_one(book: SkillBook, fakes: FakePorts) -> None:
    assert book.match("set a timer for ten minutes", "es") is None
    assert book.match("pon un temporizador de diez minutos", "en") is None
    english = book.match("stop")
    assert english is not None and english.language == "en"
    fakes.preferences.chosen = "es"
    spanish = book.match("stop")
    assert spanish is not None and spanish.language == "es"


def test_a_question_never_fills_free_words_of_an_act(book: SkillBook) -> None:
    assert book.match("remind me to call Ana") is not None
    assert book.match("remind me to call Ana?") is None
    assert book.match("can you remind me to call Ana?") is not None


def test_an_unknown_skill_is_refused_with_a_sentence(book: SkillBook) -> None:
    found = book.match("what time is it")
    assert found is not None
    for skill in ("nothing.at_all", "clock.nothing", "clock", "book.match", "os.system"):
        with pytest.raises(InputError) as caught:
            book.run(replace(found, skill=skill), Request(text="x"))
        assert caught.value.code == "skills.unknown"
    with pytest.raises(InputError):
        book.read_back(replace(found, skill="nothing.at_all"))


def test_missing_slots_are_asked_for_not_guessed(book: SkillBook) -> None:
    for skill, slots in (("timers.start", {}), ("alarms.set", {}), ("reminders.set", {"task": "x"})):
        found = book.match("what time is it")
        assert found is not None
        reply = book.run(replace(found, skill=skill, slots=slots), Request(text="x"))
        assert reply.expects_reply
        assert reply.awaits is not None


def test_reading_back_without_a_question_repeats_the_words(book: SkillBook) -> None:
    english, spanish = book.match("What time is it?"), book.match("¿Qué hora es?")
    assert english is not None and spanish is not None
    assert book.read_back(english) == "Did you say “What time is it”?"
    assert book.read_back(spanish) == "¿Has dicho «Qué hora es»?"


@pytest.mark.parametrize(
    "content",
    [
        "intents: [",
        "intents: {a: {risk: reckless, sentences: [x]}}",
        "intents: {a: {sentences: ['(unclosed']}}",
        "intents: {a: {}}",
        "- just a list",
    ],
)
def test_a_damaged_sentence_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "_common.yaml").write_text("polite_start: [please]\npolite_end: [please]\n", encoding="utf-8")
    (tmp_path / "en" / "broken.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_language(tmp_path, "en")
    assert caught.value.code == "skills.bad_sentences"
    assert str(tmp_path) in caught.value.sentence("es")


def test_missing_sentence_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_language(tmp_path, "en")
