"""The pure parts of recognising while somebody speaks."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.engines.children.agreement import EDGE_SECONDS, Agreement, TimedWord
from jarvis.engines.children.believable import Figures, loop_in, too_quick, verdict, without_credits
from jarvis.engines.children.hint_prompt import BUDGET_TOKENS, hint_prompt
from jarvis.engines.children.live_sound import best_cut
from jarvis.engines.children.pace import QUICK_SECONDS, may_look, rest_after
from jarvis.engines.children.spoken_language import language_of_speech

SURE = Figures(log_probability=-0.2, no_speech=0.01, speech_seconds=4.0)
UNSURE = Figures(log_probability=-0.7, no_speech=0.4, speech_seconds=4.0)


def timed(text, start=0.0):
    return [
        TimedWord(text=word, start_seconds=start + at, end_seconds=start + at + 0.8)
        for at, word in enumerate(text.split())
    ]


def test_two_hypotheses_in_a_row_make_words_stay():
    first = Agreement().after(timed("turn of the"), 3.0)
    assert (first.text, first.stable_characters) == ("turn of the", 0)
    second = first.after(timed("Turn off the light"), 4.0)
    assert second.text == "Turn off the light" and second.text[: second.stable_characters] == "Turn"
    third = second.after(timed("turn off the lights please"), 5.0)
    assert third.text == "Turn off the lights please"
    assert third.text[: third.stable_characters] == "Turn off the"


def test_a_word_at_the_edge_of_the_sound_does_not_stay_yet():
    cut = 0.8 + EDGE_SECONDS / 2
    first = Agreement().after(timed("inter"), cut)
    assert first.after(timed("inter"), 2.0).stable_characters == 0
    assert Agreement().after(timed("inter"), 2.0).after(timed("inter"), 3.0).stable_characters == 5


def test_words_that_moved_are_found_again_by_their_time():
    shown = Agreement().after(timed("uno dos tres"), 4.0).after(timed("uno dos tres"), 4.0)
    assert shown.text[: shown.stable_characters] == "uno dos tres"
    assert shown.after(timed("un 2 tres cuatro"), 5.0).text == "uno dos tres cuatro"


@given(st.lists(st.lists(st.tuples(st.sampled_from(["a", "B", "c,", "dé"]), st.floats(0, 30)), max_size=6), max_size=8))
def test_what_stays_never_changes(hypotheses):
    state, fixed = Agreement(), ""
    for number, hypothesis in enumerate(hypotheses):
        words = [TimedWord(text=text, start_seconds=at, end_seconds=at + 0.2) for text, at in hypothesis]
        state = state.after(words, float(number * 5))
        assert state.text.startswith(fixed)
        fixed = state.text[: state.stable_characters]


@pytest.mark.parametrize(
    ("text", "figures", "expected"),
    [
        ("enciende la luz de la cocina", SURE, "believed"),
        ("Thanks for watching!", UNSURE, "silence"),
        ("¡Gracias por ver el vídeo!", UNSURE, "silence"),
        ("Gracias.", UNSURE, "silence"),
        ("Gracias.", SURE, "believed"),
        ("thank you", SURE, "believed"),
        ("what time is it", Figures(log_probability=-1.4, no_speech=0.9, speech_seconds=2.0), "silence"),
        ("what time is it", Figures(log_probability=-1.4, no_speech=0.1, speech_seconds=2.0), "doubted"),
        ("what time is it", Figures(log_probability=math.nan, no_speech=0.1, speech_seconds=2.0), "doubted"),
        ("what time is it", Figures(log_probability=math.nan, no_speech=math.nan, speech_seconds=2.0), "doubted"),
        ("no no no no no no no no", SURE, "loop"),
        ("y luego y luego y luego y luego", SURE, "loop"),
        ("very very very good", SURE, "believed"),
        (
            "one two three four five six seven eight nine",
            Figures(log_probability=-0.2, no_speech=0.0, speech_seconds=0.4),
            "doubted",
        ),
        ("", SURE, "silence"),
    ],
)
def test_made_up_words_are_told_from_said_ones(text, figures, expected):
    assert verdict(text, figures) == expected


def test_credits_of_films_are_taken_away():
    assert without_credits("Subtítulos realizados por la comunidad de Amara.org") == ""
    assert without_credits("Apaga la luz. Subtítulos por la comunidad de Amara.org") == "Apaga la luz."
    assert without_credits("Subtitles by the Amara.org community.") == ""
    assert without_credits("Open amara.org please. Now.") == "Open amara.org please. Now."
    assert without_credits("Add subtitles to the film.") == "Add subtitles to the film."


def test_loops_and_speed():
    assert loop_in("gracias " * 6) and not loop_in("gracias " * 5)
    assert not too_quick("turn on the light", 0.6) and too_quick("turn on the light in the kitchen", 0.4)


@given(st.lists(st.text("abcd áé", min_size=1, max_size=12), max_size=80), st.text("xyz ", max_size=900))
def test_a_prompt_keeps_to_its_budget_and_the_best_words(words, before):
    def count(text):
        return len(text.split()) * 2 + text.count(",")

    prompt = hint_prompt(words, before, count)
    assert count(prompt) <= BUDGET_TOKENS
    first = " ".join(words[0].split()) if words else ""
    assert not first or prompt.startswith(first)
    last = before.split()[-1:] or [""]
    assert prompt.endswith(last[0])


def test_a_short_word_does_not_change_the_language():
    assert language_of_speech({"es": 0.6, "en": 0.4}) == "es"
    assert language_of_speech({"es": 0.95, "en": 0.05}, previous="en", speech_seconds=0.4) == "en"
    assert language_of_speech({"es": 0.995, "en": 0.004}, previous="en", speech_seconds=0.4) == "es"
    assert language_of_speech({"es": 0.8, "en": 0.2}, previous="en", speech_seconds=1.2) == "en"
    assert language_of_speech({"es": 0.8, "en": 0.2}, previous="en", speech_seconds=3.0) == "es"
    assert language_of_speech({"fr": 0.9, "en": 0.1}, previous="es", speech_seconds=0.5) == "es"
    assert language_of_speech({}, previous="es") == "es" and language_of_speech({}) == "en"
    assert language_of_speech({"es": math.nan, "en": math.nan}, previous="es") == "es"


@given(st.floats(0, 60))
def test_looking_takes_at_most_half_of_the_time(seconds):
    assert rest_after(seconds) >= seconds and rest_after(seconds) >= 0.35
    assert may_look(look_seconds=seconds, pausing=True)
    assert may_look(look_seconds=seconds, pausing=False) == (seconds <= QUICK_SECONDS)


def test_pieces_end_in_the_middle_of_the_last_pause():
    speech, pause = [0.9] * 200, [0.1] * 20
    assert best_cut(speech + pause) is None
    assert best_cut(speech + pause + speech) == pytest.approx(210, abs=1)
    assert best_cut(speech + pause + speech + pause + speech) == pytest.approx(430, abs=1)
    assert best_cut([0.9] * 2000) is None
    assert best_cut([0.9] * 20 + pause + [0.9] * 800) is None
