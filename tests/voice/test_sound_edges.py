import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.speech import AudioChunk
from jarvis.voice.clauses import Clause
from jarvis.voice.sound_edges import (
    AUDIBLE_LEVEL,
    KEPT_AFTER_SECONDS,
    KEPT_BEFORE_SECONDS,
    LONGEST_LEAD_IN_SECONDS,
    louder,
    silence,
    without_silent_edges,
)
from jarvis.voice.sound_places import SoundPlaces

RATE = 1000
BEFORE, AFTER = round(KEPT_BEFORE_SECONDS * RATE), round(KEPT_AFTER_SECONDS * RATE)


def chunk(samples) -> AudioChunk:
    return AudioChunk(pcm=np.asarray(samples, "<i2").tobytes(), sample_rate=RATE)


def trimmed(samples, cuts=()) -> list[int]:
    """Return what is left of `samples` handed over in pieces cut at `cuts`."""
    pieces = np.split(np.asarray(samples, "<i2"), sorted(cut for cut in cuts if cut <= len(samples)))
    out = list(without_silent_edges(chunk(piece) for piece in pieces))
    return np.frombuffer(b"".join(part.pcm for part in out), "<i2").tolist()


QUIET, LOUD = 7, 5000


@pytest.mark.parametrize(
    ("samples", "left"),
    [
        ([QUIET] * 100 + [LOUD] * 50 + [QUIET] * 100, [QUIET] * BEFORE + [LOUD] * 50 + [QUIET] * AFTER),
        ([LOUD] * 50, [LOUD] * 50),
        ([LOUD] * 5 + [QUIET] * 300 + [LOUD] * 5, [LOUD] * 5 + [QUIET] * 300 + [LOUD] * 5),
        ([QUIET] * 500, []),
        ([], []),
        (
            [QUIET] * 1500 + [LOUD],
            [QUIET] * (1500 - round(LONGEST_LEAD_IN_SECONDS * RATE)) + [LOUD],
        ),
        ([-LOUD, -32768, 32767], [-LOUD, -32768, 32767]),
        ([AUDIBLE_LEVEL] * 100, []),
    ],
)
@pytest.mark.parametrize("cuts", [(), (50,), tuple(range(0, 2000, 7))])
def test_only_the_silence_at_the_ends_is_taken_away(samples, left, cuts):
    assert trimmed(samples, cuts) == left


@given(
    st.lists(st.tuples(st.sampled_from([0, QUIET, LOUD, -LOUD]), st.integers(1, 120)), max_size=12),
    st.lists(st.integers(0, 1500), max_size=10),
)
def test_no_audible_sample_is_lost_however_the_sound_is_cut(runs, cuts):
    samples = [level for level, count in runs for _ in range(count)]
    left = trimmed(samples, cuts)
    assert left == trimmed(samples)
    assert left.count(LOUD) == samples.count(LOUD) and left.count(-LOUD) == samples.count(-LOUD)


def test_loudness_and_silence():
    assert louder(chunk([100, -100]), 1.0) == chunk([100, -100])
    assert louder(chunk([100, -101, 32767]), 0.5) == chunk([50, -50, 16384])
    assert louder(chunk([100, -100]), 0.0) == chunk([0, 0])
    assert silence(0.25, RATE) == chunk([0] * 250)


def clause(text: str, spoken: str = "") -> Clause:
    return Clause(text=text, spoken=spoken or text, language="en")


@pytest.mark.parametrize(
    ("first", "second", "pause"),
    [
        (clause("One."), clause("Two."), 0.26),
        (clause("One?"), clause("Two."), 0.28),
        (clause('He said "one".'), clause("Two."), 0.26),
        (clause("One,"), clause("two."), 0.12),
        (clause("One"), clause("two."), 0.03),
        (clause("- one\n", "One."), clause("- two\n", "Two."), 0.36),
        (chunk([LOUD]), clause("Two."), 0.08),
        (clause("One."), chunk([LOUD]), 0.08),
    ],
)
def test_the_pause_between_two_things_follows_their_marks(first, second, pause):
    places = SoundPlaces(1.0, 3.0)
    assert places.place(first, chunk([LOUD] * 500), 10.0, begins=True).seconds == 0.5
    places.end(first)
    assert places.place(second, chunk([LOUD] * 100), 10.1, begins=True).seconds == pytest.approx(pause + 0.1)


def test_pauses_shrink_with_the_rate_and_with_the_time_it_was_silent():
    def pause(rate: float, now: float) -> float:
        places = SoundPlaces(rate, 0.0)
        places.place(clause("One."), chunk([LOUD] * 500), 0.0, begins=True)
        places.end(clause("One."))
        return places.place(clause("Two."), chunk([LOUD] * 100), now, begins=True).seconds - 0.1

    assert pause(2.0, 0.0) == pytest.approx(0.13)
    assert pause(1.0, 0.6) == pytest.approx(0.16)
    assert pause(1.0, 2.0) == pytest.approx(0.0)


def test_the_place_of_the_own_name_is_known():
    places = SoundPlaces(1.0, 2.0)
    places.place(clause("One."), chunk([LOUD] * 500), 0.0, begins=True)
    places.end(clause("One."))
    assert places.name is None
    named = clause("I am Jarvis.")
    places.place(named, chunk([LOUD] * 300), 0.0, begins=True)
    places.place(named, chunk([LOUD] * 200), 0.0, begins=False)
    assert places.name == pytest.approx((2.76, 3.26))
