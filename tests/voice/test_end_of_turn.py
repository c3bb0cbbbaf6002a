import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import TurnSoFar
from jarvis.voice.end_of_turn import COMPLETE, CombinedTurnJudge, RuleTurnJudge, pause_allowed
from jarvis.voice.end_of_turn_english import ENGLISH
from jarvis.voice.end_of_turn_spanish import SPANISH
from jarvis.voice.options import HearingOptions
from tests.fakes.speech import silence, synthetic_speech
from tests.fakes.voice import error

ASSETS = Path(__file__).parents[2] / "assets"
LANGUAGES = {"en": ENGLISH, "es": SPANISH}


@cache
def table(language: str) -> tuple[tuple[str, bool, bool], ...]:
    """What a recogniser may have written at a pause: the words, whether Jarvis had asked, whether that was all."""
    lines = (Path(__file__).parent / f"turns_{language}.txt").read_text("utf-8").splitlines()
    pairs = [line.split(" ", 1) for line in lines]
    return tuple((text, label.startswith("q"), label.endswith("1")) for label, text in pairs)


def right(rows: list[tuple[str, bool, bool]], language: str) -> float:
    judged = [LANGUAGES[language].completeness(text, after_question=asked) >= 0.5 for text, asked, _ in rows]
    return sum(said == whole for said, (_, _, whole) in zip(judged, rows, strict=True)) / len(rows)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_table_is_large_and_balanced(language):
    rows = table(language)
    assert len({text for text, _, _ in rows}) >= 170
    assert 0.45 < sum(whole for _, _, whole in rows) / len(rows) < 0.55
    assert all(text == text.lower() and not set(text) & set(".,;?!¿¡") for text, _, _ in rows)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("held_out", [False, True])
def test_unfinished_sentences_are_told_from_finished_ones(language, held_out):
    # Sentences stand in pairs; the rules were fitted to every other pair.
    rows = [row for at, row in enumerate(table(language)) if (at // 2) % 2 == held_out]
    assert right(rows, language) >= 0.95


@pytest.mark.parametrize("language", ["en", "es"])
def test_hardly_any_unfinished_sentence_ends_at_once_and_most_finished_ones_do(language):
    judged = [
        (LANGUAGES[language].completeness(text, after_question=asked), whole) for text, asked, whole in table(language)
    ]
    unfinished = [p >= COMPLETE for p, whole in judged if not whole]
    finished = [p >= COMPLETE for p, whole in judged if whole]
    assert sum(unfinished) / len(unfinished) <= 0.02
    assert sum(finished) / len(finished) >= 0.8


@pytest.mark.parametrize("language", ["en", "es"])
def test_whole_questions_that_were_collected_for_something_else_are_whole(language):
    lines = (ASSETS / "router" / "questions.jsonl").read_text("utf-8").splitlines()
    asked = [row["text"].lower().rstrip(".?!") for row in map(json.loads, lines) if row["language"] == language]
    judged = [LANGUAGES[language].completeness(text) for text in asked if len(text.split()) <= 25]
    assert len(judged) > 500
    assert sum(p >= 0.5 for p in judged) / len(judged) >= 0.96
    assert sum(p >= COMPLETE for p in judged) / len(judged) >= 0.5


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("en", a)
        for a in ("yes", "no", "Yes.", "Yes, please.", "sure", "the second one", "mm-hmm", "Tuesday", "okay", "No!")
    ]
    + [("es", a) for a in ("sí", "Sí.", "no", "vale", "claro", "Claro que sí.", "el martes", "ajá", "De acuerdo")],
)
def test_a_short_answer_after_a_question_is_all(language, answer):
    assert LANGUAGES[language].completeness(answer, after_question=True) >= 0.9


@pytest.mark.parametrize(
    ("language", "answer"), [("en", "yes"), ("en", "okay"), ("es", "sí"), ("es", "vale"), ("es", "claro que sí")]
)
def test_what_is_an_answer_may_be_one_to_a_question_that_nobody_knew_of(language, answer):
    assert LANGUAGES[language].completeness(answer) >= COMPLETE


@pytest.mark.parametrize(
    ("language", "answer"),
    [("en", a) for a in ("yes but", "um", "no I", "the", "at the")]
    + [("es", a) for a in ("sí pero", "eh", "no el", "pues", "a la", "sí y")],
)
def test_an_answer_that_goes_on_is_not(language, answer):
    assert LANGUAGES[language].completeness(answer, after_question=True) <= 0.15


@pytest.mark.parametrize(
    ("language", "start", "rest"),
    [
        ("en", "call five five five", " one two three four"),
        ("en", "call 555", "1234"),
        ("en", "my phone number is six one two", " three four five six"),
        ("en", "set a timer for twenty", " minutes"),
        ("es", "llama al nueve uno dos", " tres cuatro cinco seis"),
        ("es", "llama al 912", "3456"),
        ("es", "pon un temporizador de veinte", " minutos"),
    ],
)
def test_a_number_that_may_go_on_waits_and_a_whole_one_does_not(language, start, rest):
    assert LANGUAGES[language].completeness(start) <= 0.2
    assert LANGUAGES[language].completeness(start + rest) >= COMPLETE


def test_a_number_that_is_no_telephone_number_does_not_wait_for_one():
    assert ENGLISH.completeness("remind me to call the bank tomorrow at nine") >= 0.6
    assert SPANISH.completeness("recuérdame llamar al banco mañana a las nueve") >= 0.6


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_the_recogniser_writes_at_the_end_counts(language):
    judge = LANGUAGES[language].completeness
    words = {"en": "i saw a red car", "es": "vi un coche rojo"}[language]
    assert judge(words + "...") < judge(words + ",") < judge(words) < judge(words + ".") < judge(words + "?")
    assert judge(words + "…") == judge(words + "...")
    assert judge({"en": "And.", "es": "Y."}[language]) < 0.15


def test_no_words_say_nothing():
    for language in LANGUAGES.values():
        assert language.completeness("") == language.completeness(" ... ") == 0.5


@given(st.sampled_from(["en", "es"]), st.text(max_size=80), st.booleans())
@example("en", "İ ß ﬁ don’t", True)
def test_any_text_has_a_completeness(language, text, asked):
    assert 0 <= LANGUAGES[language].completeness(text, after_question=asked) <= 1


@settings(deadline=None)
@given(
    st.sampled_from(["en", "es"]),
    st.lists(st.sampled_from("the a de la que um what is you me y 5 no si in".split()), max_size=60),
)
def test_long_and_odd_word_lists_are_judged_quickly_enough_to_be_judged(language, words):
    assert 0 <= LANGUAGES[language].completeness(" ".join(words)) <= 1


@pytest.mark.parametrize(
    ("language", "whole", "part"),
    [
        ("en", "I am home now. Turn on the light.", "I am home now. Turn on the"),
        ("en", "What time is it? And what is the weather like in Rome?", "What time is it? And what is"),
        ("es", "Ya estoy en casa. Enciende la luz.", "Ya estoy en casa. Enciende la"),
        ("es", "¿Qué hora es? ¿Y qué tiempo hace en Roma?", "¿Qué hora es? ¿Y qué"),
    ],
)
def test_of_several_sentences_the_last_one_tells(language, whole, part):
    assert LANGUAGES[language].completeness(part) < 0.4
    assert LANGUAGES[language].completeness(whole) >= COMPLETE


def test_a_very_long_sentence_is_judged_by_its_end():
    said = "i told her that we saw the red house behind the old mill and " * 200
    assert ENGLISH.completeness(said) < 0.2
    assert ENGLISH.completeness(said + "then we went home") > 0.5


SOUNDS = {
    "nothing": b"",
    "one byte": b"\x01",
    "silence": silence(2),
    "clipped": b"\xff\x7f\x00\x80" * 20000,
    "offset": b"\xff\x7f" * 40000,
    "a click": silence(1) + b"\xff\x7f" * 20 + silence(1),
}


def so_far(text: str, language: Language = "en", sound: bytes = b"", **more) -> TurnSoFar:
    return TurnSoFar(sound=sound, text=text, language=language, **more)


@pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS)
def test_sound_without_melody_leaves_it_to_the_words(sound):
    judge = RuleTurnJudge()
    assert judge.completeness(so_far("what time is it in tokyo", sound=sound)) == pytest.approx(0.88, abs=0.12)
    assert judge.completeness(so_far("remind me to", sound=sound)) < 0.15


def test_the_melody_of_real_speech_moves_the_judgement_a_little():
    judge = RuleTurnJudge()
    ends = synthetic_speech("I went to the market.", "en-us") + silence(0.22)
    goes_on = synthetic_speech("I went to the market,", "en-us") + silence(0.22)
    finished = judge.completeness(so_far("i went to the market", sound=ends))
    unfinished = judge.completeness(so_far("i went to the market", sound=goes_on))
    assert unfinished < finished < unfinished + 0.2


def test_a_warm_judge_judges_the_same():
    cold, warm = RuleTurnJudge(), RuleTurnJudge()
    warm.warm()
    for text in ("what time is it in tokyo", "remind me to"):
        assert warm.completeness(so_far(text)) == cold.completeness(so_far(text))


def test_a_breath_that_the_basic_recogniser_reads_as_a_word_ends_nothing():
    judge, options = RuleTurnJudge(), HearingOptions()
    said = so_far("set a timer for it", accepted=False)
    assert pause_allowed(judge.completeness(said), options) > 1.2
    assert pause_allowed(judge.completeness(so_far("wait for it")), options) < 0.7


def test_words_that_are_not_trusted_count_less():
    judge = RuleTurnJudge()
    for text in ("what time is it in tokyo", "stop", "i saw a red car"):
        assert judge.completeness(so_far(text, accepted=False)) < judge.completeness(so_far(text))
    assert judge.completeness(so_far("stop", accepted=False)) < COMPLETE
    assert judge.completeness(so_far("remind me to", accepted=False)) < 0.25


@pytest.mark.parametrize(
    ("language", "name", "rest"),
    [("en", "Hey Jarvis", ", what time is it in Tokyo?"), ("es", "Hey Jarvis", ", ¿qué hora es en Tokio?")],
)
def test_the_name_alone_is_a_beginning_and_before_or_after_words_it_is_nothing(language, name, rest):
    judge = RuleTurnJudge()
    assert judge.completeness(so_far(name, language)) <= 0.2
    assert judge.completeness(so_far(name + rest, language)) == judge.completeness(so_far(rest[2:], language))
    assert judge.completeness(so_far("stop jarvis", language)) >= 0.95


class _Network:
    def __init__(self, answer: float | EngineError) -> None:
        self.answer = answer
        self.asked = 0

    def completeness(self, so_far: TurnSoFar) -> float:
        self.asked += 1
        if isinstance(self.answer, EngineError):
            raise self.answer
        return self.answer


def combined(answer: float) -> CombinedTurnJudge:
    return CombinedTurnJudge(RuleTurnJudge(), _Network(answer), on_trouble=lambda trouble: pytest.fail(str(trouble)))


@pytest.mark.parametrize("answer", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("language", "text"), [("en", "yes"), ("en", "tomorrow"), ("es", "vale"), ("es", "el martes")])
def test_a_short_answer_ends_at_once_whatever_the_network_says(language, text, answer):
    assert combined(answer).completeness(so_far(text, language, after_question=True)) >= 0.9


def test_the_network_decides_where_the_words_say_little_and_not_where_they_are_plain():
    assert combined(0.99).completeness(so_far("")) >= COMPLETE
    assert combined(0.01).completeness(so_far("")) <= 0.2
    assert combined(0.99).completeness(so_far("remind me to")) < 0.5
    assert combined(0.01).completeness(so_far("what time is it in tokyo")) < COMPLETE
    assert combined(0.01).completeness(so_far("stop")) >= COMPLETE


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_completeness_of_either_never_lowers_the_whole(first, second):
    low, high = sorted((first, second))
    for other in (0.1, 0.5, 0.9):
        assert (
            combined(low).completeness(so_far("i saw a car"))
            <= combined(high).completeness(so_far("i saw a car")) + 1e-12
        )
        judged = [
            CombinedTurnJudge(_Network(p), _Network(other), on_trouble=pytest.fail).completeness(so_far(""))
            for p in (low, high)
        ]
        if high < 0.95:
            assert judged[0] <= judged[1] + 1e-12


def test_a_network_that_fails_is_told_of_once_and_left_out():
    troubles: list[EngineError] = []
    failure = error()
    assert isinstance(failure, EngineError)
    network = _Network(failure)
    judge = CombinedTurnJudge(RuleTurnJudge(), network, on_trouble=troubles.append)
    for _ in range(3):
        assert judge.completeness(so_far("i saw a car")) == RuleTurnJudge().completeness(so_far("i saw a car"))
    assert troubles == [failure]
    assert network.asked == 1


@pytest.mark.parametrize(
    ("completeness", "seconds"),
    [
        (1.0, 0.2),
        (0.95, 0.2),
        (0.875, 0.23),
        (0.8, 0.26),
        (0.65, 0.48),
        (0.5, 0.7),
        (0.325, 1.6),
        (0.15, 2.5),
        (0.0, 2.5),
    ],
)
def test_the_pause_that_is_allowed(completeness, seconds):
    assert pause_allowed(completeness, HearingOptions()) == pytest.approx(seconds)


TIMES = st.floats(0.05, 6.0)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), TIMES, TIMES, TIMES, TIMES)
def test_less_completeness_never_means_less_patience(completenesses, least, complete, middle, most):
    options = HearingOptions(
        pause_seconds=least, complete_seconds=complete, undecided_seconds=middle, longest_pause_seconds=most
    )
    pauses = [pause_allowed(p, options) for p in sorted(completenesses)]
    assert pauses == sorted(pauses, reverse=True) or np.allclose(pauses, sorted(pauses, reverse=True))
    assert all(least - 1e-9 <= pause <= max(least, complete, middle, most) + 1e-9 for pause in pauses)
