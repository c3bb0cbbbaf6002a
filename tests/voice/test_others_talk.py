import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.voice.others_talk import UNCHANGED_SECONDS, NearVoice, UnchangedWords

FRAME = 0.032


def power(decibels: float) -> float:
    return float(10 ** (decibels / 10))


def heard(*stretches: tuple[float, float, int], call: float | None = None) -> tuple[NearVoice, list[float]]:
    """Let frames be heard: their probability of speech, their loudness in dB, and how many."""
    near = NearVoice()
    if call is not None:
        near.call([power(call)] * 10)
    told = [
        near.process(FRAME, probability, power(loud)) for probability, loud, count in stretches for _ in range(count)
    ]
    return near, told


ME, FAR = (0.9, -20.0), (0.9, -32.0)


@pytest.mark.parametrize(
    ("stretches", "left"),
    [
        pytest.param([(*ME, 40)], False, id="one person"),
        pytest.param([(*ME, 40), (*FAR, 15)], False, id="a soft end of less than half a second"),
        pytest.param([(*ME, 40), (*FAR, 20)], True, id="others talk on"),
        pytest.param([(*FAR, 20), (*ME, 30), (*FAR, 20)], True, id="others had begun before"),
        pytest.param([(*ME, 40), (0.0, -70.0, 90)], False, id="a long pause is left to the pause"),
        pytest.param([(*ME, 40), (0.0, -70.0, 90), (*FAR, 10)], False, id="soft words after a pause"),
        pytest.param([(*ME, 40), (0.9, -29.0, 60)], False, id="as loud as a turned head"),
        pytest.param([(*ME, 40), (*FAR, 12), (*ME, 6), (*FAR, 12)], False, id="loud words in between"),
        pytest.param([(*ME, 5), (*FAR, 60)], False, id="too little is known of the person"),
        pytest.param([(*ME, 40), (*FAR, 30), (0.9, -28.5, 20)], True, id="others get a little louder"),
        pytest.param([(*ME, 40), (*FAR, 30), (*ME, 4)], False, id="the person is back"),
    ],
)
def test_who_is_much_softer_for_half_a_second_is_somebody_else(stretches, left):
    near, told = heard(*stretches)
    assert (near.left_off_seconds > 0) == left
    assert (told[-1] == 0.0) == (left or stretches[-1][0] == 0.0)


def test_how_long_the_others_had_talked_is_told():
    near, _ = heard((*ME, 40), (*FAR, 60))
    assert near.left_off_seconds == pytest.approx(0.5, abs=0.04)
    near.reset()
    assert near.left_off_seconds == 0.0


def test_the_others_teach_nothing_about_the_person():
    _, told = heard((*ME, 40), (*FAR, 400), (*ME, 10))
    assert told[-11] == 0.0, "they are still somebody else"
    assert told[-1] == ME[0]


@pytest.mark.parametrize(
    ("call", "stretches", "far"),
    [
        (None, [(*FAR, 30)], False),
        (-20.0, [(*FAR, 30)], True),
        (-20.0, [(*FAR, 30), (*ME, 3)], True),
        (-20.0, [(*FAR, 30), (*ME, 5)], False),
        (-20.0, [(0.9, -28.0, 30)], False),
        (-20.0, [(0.1, -20.0, 30)], True),
    ],
)
def test_only_others_have_spoken_while_nobody_was_nearly_as_loud_as_the_call(call, stretches, far):
    near, _ = heard(*stretches, call=call)
    assert near.only_far == far


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(-90, 0), st.integers(1, 30)), max_size=20),
    st.one_of(st.none(), st.floats(-60, 0)),
)
def test_what_comes_out_is_what_went_in_or_nothing(stretches, call):
    near, told = heard(*stretches, call=call)
    given_in = [probability for probability, _, count in stretches for _ in range(count)]
    assert all(out in (0.0, probability) for out, probability in zip(told, given_in, strict=True))
    assert near.left_off_seconds >= 0.0


@given(st.lists(st.tuples(st.floats(0.5, 1), st.floats(-29.0, -20.0)), min_size=20, max_size=300))
def test_a_voice_that_stays_within_nine_decibels_is_one_person(frames):
    _, told = heard(*[(probability, loud, 1) for probability, loud in frames])
    assert 0.0 not in told


def counted(*steps: str | float) -> UnchangedWords:
    words = UnchangedWords()
    for step in steps:
        if isinstance(step, float):
            words.talk(step)
        elif step == "pause":
            words.pause()
        elif step == "asked":
            words.asked()
        else:
            words.heard(step)
    return words


LONG = UNCHANGED_SECONDS


@pytest.mark.parametrize(
    ("steps", "due"),
    [
        ([LONG], False),
        (["what time is it"], False),
        (["what time is it", LONG - 0.1], False),
        (["what time is it", LONG], True),
        (["what time", LONG / 2, "what time is it", LONG / 2], False),
        (["what time is it", LONG / 2, "What time is it?", LONG / 2], True),
        (["what time is it", LONG, "pause"], False),
        (["what time is it", LONG, "asked", LONG / 2], False),
        (["what time is it", LONG, "asked", LONG], True),
        (["", LONG], False),
    ],
)
def test_talk_without_a_new_word_is_asked_about_after_a_while(steps, due):
    assert counted(*steps).is_due == due


def test_the_same_words_again_are_known_and_the_talk_since_them_adds_up():
    words = counted("what time is it", LONG)
    assert words.heard("What time is it?")
    words.talk(0.5)
    assert words.seconds == pytest.approx(LONG + 0.5)
    assert not words.heard("what time is it in Madrid")
    assert words.seconds == 0.0
    assert not UnchangedWords().heard("")
