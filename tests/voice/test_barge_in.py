import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.voice.barge_in import FRAME_SECONDS, BargeIn, BargeInOptions, Cut, Duck, Unduck, judge_words

OPTIONS = BargeInOptions()
SPEECH, SILENCE = 0.95, 0.02
GUARD = round(OPTIONS.guard_seconds / FRAME_SECONDS)
CONFIRM = round(OPTIONS.confirm_seconds / FRAME_SECONDS)
RESTORE = round(OPTIONS.restore_seconds / FRAME_SECONDS)
WORD = round(OPTIONS.word_seconds / FRAME_SECONDS)
WORD_SILENCE = round(OPTIONS.word_silence_seconds / FRAME_SECONDS)


def guarded() -> BargeIn:
    """Return a machine that has heard Jarvis for longer than the guard."""
    machine = BargeIn()
    assert run(machine, [SILENCE] * GUARD) == []
    return machine


def run(machine: BargeIn, probabilities, sounding: bool = True) -> list[tuple[int, object]]:
    """Return what it decided, with the frame, counted from 1."""
    signals = [(number, machine.process(p, sounding)) for number, p in enumerate(probabilities, 1)]
    return [(number, signal) for number, signal in signals if signal is not None]


def test_speech_ducks_at_a_tenth_of_a_second_and_cuts_at_a_third():
    assert run(guarded(), [SPEECH] * CONFIRM) == [(3, Duck()), (CONFIRM, Cut(onset_frames=CONFIRM))]


def test_a_noise_shorter_than_a_word_only_ducks_and_the_loudness_comes_back():
    assert run(guarded(), [SPEECH] * (WORD - 1) + [SILENCE] * 20) == [(3, Duck()), (WORD - 1 + RESTORE, Unduck())]


@pytest.mark.parametrize("length", range(WORD, CONFIRM))
def test_a_word_alone_is_looked_at_once_it_is_over(length):
    over = length + WORD_SILENCE
    assert run(guarded(), [SPEECH] * length + [SILENCE] * 20) == [
        (3, Duck()),
        (over, Cut(onset_frames=over, word=True)),
    ]


def test_after_a_cut_it_begins_anew():
    signals = run(guarded(), [SPEECH] * CONFIRM + [SILENCE] * 20 + [SPEECH] * CONFIRM)
    again = CONFIRM + 20 + CONFIRM
    assert signals[-1] == (again, Cut(onset_frames=CONFIRM))


def test_a_click_does_nothing():
    assert run(guarded(), [SPEECH] + [SILENCE] * 20) == []


def test_speech_with_gaps_is_speech_from_its_first_frame_on():
    words = ([SPEECH] * 4 + [SILENCE] * 2) * 3
    (_, duck), (at, cut) = run(guarded(), words)
    assert duck == Duck()
    assert cut == Cut(onset_frames=at)
    assert at <= OPTIONS.window_seconds / FRAME_SECONDS
    assert not cut.word


def test_what_came_before_a_silence_is_not_the_onset():
    signals = run(guarded(), [SPEECH] * 2 + [SILENCE] * RESTORE + [SPEECH] * CONFIRM)
    assert signals[-1][1] == Cut(onset_frames=CONFIRM)


def test_each_bar_counts_in_its_own_time():
    options = BargeInOptions(sounding_bar=0.6, thinking_bar=0.4)
    assert run(BargeIn(options), [0.5] * (GUARD + 40)) == []
    assert run(BargeIn(options), [0.5] * CONFIRM, sounding=False) == [(CONFIRM, Cut(onset_frames=CONFIRM))]


def test_nothing_is_believed_right_after_its_own_onset():
    machine = BargeIn()
    assert run(machine, [SPEECH] * GUARD) == []
    assert run(machine, [SILENCE] * 40) == []


def test_whoever_spoke_before_jarvis_began_cuts_it_and_keeps_the_onset():
    machine = BargeIn()
    assert run(machine, [SPEECH] * 6, sounding=False) == []
    (_, duck), (at, cut) = run(machine, [SPEECH] * (GUARD + CONFIRM - 6))
    assert (duck, at) == (Duck(), GUARD + CONFIRM - 6)
    assert cut == Cut(onset_frames=6 + at)


def test_not_a_number_is_silence():
    assert run(guarded(), [float("nan")] * 60) == []


FRAMES = st.lists(st.tuples(st.floats(0, 1) | st.just(float("nan")), st.booleans()), max_size=300)


@given(FRAMES)
def test_decisions_come_in_an_order_that_a_speaker_can_follow(frames):
    machine = BargeIn()
    decided = [signal for p, sounding in frames if (signal := machine.process(p, sounding)) is not None]
    follows = {
        None: (Duck, Cut),
        Duck: (Unduck, Cut),
        Unduck: (Duck, Cut),
        Cut: (Duck, Cut),
    }
    for before, after in itertools.pairwise([None, *decided]):
        assert isinstance(after, follows[type(before) if before else None])


@given(FRAMES)
def test_a_cut_has_enough_speech_behind_it_and_its_onset_is_speech(frames):
    machine = BargeIn()
    window = round(OPTIONS.window_seconds / FRAME_SECONDS)
    for number, (p, sounding) in enumerate(frames):
        signal = machine.process(p, sounding)
        if isinstance(signal, Cut):
            assert 1 <= signal.onset_frames <= number + 1
            onset = frames[number + 1 - signal.onset_frames]
            assert onset[0] >= OPTIONS.thinking_bar
            # Guarded frames are passed over, so the window may reach further back by as many.
            behind = frames[max(0, number + 1 - signal.onset_frames - window) : number + 1]
            assert sum(q >= OPTIONS.thinking_bar for q, _ in behind) >= (WORD if signal.word else CONFIRM)
            return


@given(st.lists(st.floats(0, 0.49), max_size=200), st.booleans())
def test_no_speech_no_decision(probabilities, sounding):
    assert run(BargeIn(), probabilities, sounding) == []


WEATHER = "The weather in Madrid today is mostly sunny with a high of twenty-three degrees."
ROOMS = "Do you want the large room or the small room?"
REUNION = "Mañana a las ocho tienes una reunión con Marta en la sala grande."
PREGUNTA = "¿Quieres que la añada a la lista?"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Stop!", "en"),
        ("Jarvis, stop.", "en"),
        ("stop stop stop", "en"),
        ("Okay, please stop talking now.", "en"),
        ("Shut up", "en"),
        ("That's enough, thank you.", "en"),
        ("Cancel that.", "en"),
        ("never mind", "en"),
        ("¡Para!", "es"),
        ("Para, para.", "es"),
        ("Cállate ya, por favor.", "es"),
        ("Silencio", "es"),
        ("vale, basta", "es"),
        ("Oye Jarvis, cancélalo", "es"),
        ("para", "en"),
        ("Stop.", "es"),
    ],
)
@pytest.mark.parametrize("own", [[], [WEATHER], [ROOMS], [REUNION]])
def test_orders_to_be_quiet_are_taken_in_either_language(text, language, own):
    assert judge_words(text, language, own) == "stop"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mm-hmm.", "en"),
        ("uh huh", "en"),
        ("OK", "en"),
        ("Right, right.", "en"),
        ("yeah okay", "en"),
        ("I see", "en"),
        ("Thank you.", "en"),
        ("Ajá", "es"),
        ("vale vale", "es"),
        ("ya", "es"),
        ("Sí, sí.", "es"),
        ("Claro que sí", "es"),
        ("de acuerdo", "es"),
    ],
)
def test_signs_of_listening_are_let_be_unless_jarvis_has_asked(text, language):
    assert judge_words(text, language, [WEATHER, REUNION]) == "backchannel"
    assert judge_words(text, language, [WEATHER, ROOMS if language == "en" else PREGUNTA]) == "go"


@pytest.mark.parametrize("text", ["", "...", "  ¿? ", "—"])
def test_no_words_are_nothing(text):
    assert judge_words(text, "es", [REUNION]) == "nothing"


@pytest.mark.parametrize(
    ("text", "language", "own"),
    [
        ("stop the music", "en", [WEATHER]),
        ("para el temporizador de la cocina", "es", [REUNION]),
        ("OK, play some jazz", "en", [WEATHER]),
        ("vale, y la semana que viene", "es", [REUNION]),
        ("no", "en", [WEATHER]),
        ("sunny", "en", [WEATHER]),
        ("Marta", "es", [REUNION]),
        ("what is the weather in Paris", "en", [WEATHER]),
        ("the large room", "en", [WEATHER, ROOMS]),
        ("a la lista", "es", [PREGUNTA]),
        ("no, cambia la reunión a las nueve", "es", [REUNION]),
    ],
)
def test_everything_else_is_a_turn(text, language, own):
    assert judge_words(text, language, own) == "go"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("mostly sunny with a high of 23 degrees", "en"),
        ("Madrid to day is mostly sunny with a hive of", "en"),
        ("with a high", "en"),
        ("a las 8 tienes una unión con Marta", "es"),
        ("Mañana a las ocho tienes una reunión", "es"),
    ],
)
def test_its_own_words_are_an_echo(text, language):
    assert judge_words(text, language, [WEATHER, REUNION]) == "echo"
