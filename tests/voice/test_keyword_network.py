import numpy as np
import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import VAD_SAMPLES, WakeHit
from jarvis.voice.keyword_features import BANDS, KeywordFeatures, mel_power, normalized
from jarvis.voice.keyword_model import STEP_SECONDS, WORDS, KeywordModel, call_file
from jarvis.voice.keyword_spotter import EARLY_SCORE, QUIET_SECONDS, STOP_WORDS, KeywordSpotter
from jarvis.voice.keyword_wake import (
    AGREED_SCORE,
    AGREED_SECONDS,
    SURE_BEFORE_LOOK,
    SURE_SCORE,
    UNSURE_SCORE,
    BothWakeDetectors,
    KeywordLook,
    KeywordWakeDetector,
    moved,
)
from jarvis.voice.wake import MicroWakeDetector, wake_detector
from jarvis.voice.wake_confirm import ENOUGH_OWN_SCORE, LEAST_OWN_SCORE, SURE_OWN_SCORE, WakeConfirmation
from jarvis.voice.wake_words import HEY_JARVIS
from tests.fakes.hearing import MAYBE, HalfSureWake
from tests.fakes.speech import WAKING_VOICE, pink_noise, silence, synthetic_speech

FRAME_BYTES = 2 * VAD_SAMPLES
CALL = silence(1) + synthetic_speech("hey jarvis", "en-us") + silence(1)
WAKING = silence(1) + synthetic_speech("hey jarvis", WAKING_VOICE) + silence(1)
ONE_BREATH = silence(1) + synthetic_speech("hey jarvis what time is it", "en-us+f2") + silence(1)
NEAR_MISS = silence(1) + synthetic_speech("hey job is", "en-us") + silence(1)
SPANISH_CALL = silence(1) + synthetic_speech("ei yarvis", "es+m1") + silence(1)
ORDINARY = silence(0.5) + synthetic_speech("what is the weather like in london today", "en-us") + silence(0.5)


def frames(pcm):
    return [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES)]


def hits_in(detector, pcm):
    return [hit for frame in frames(pcm) for hit in detector.process(frame)]


def words_in(spotter, pcm):
    """What was spotted, without what might have become a word."""
    return [hit for hit in hits_in(spotter, pcm) if not hit.early]


def said(word, voice):
    return silence(1) + synthetic_speech(word, voice) + silence(0.7)


def test_features_do_not_care_how_the_sound_is_cut():
    sound = np.frombuffer(ONE_BREATH, "<i2").astype(np.float32)
    whole, _ = normalized(mel_power(sound), None)
    for size in (2, 322, 1024, 9000):
        stream = KeywordFeatures()
        rows = [stream.process(ONE_BREATH[at : at + size]) for at in range(0, len(ONE_BREATH), size)]
        assert np.allclose(np.concatenate(rows), whole, atol=1e-5)
    assert whole.shape[1] == BANDS


def test_a_quiet_voice_looks_like_a_loud_one():
    sound = np.frombuffer(ONE_BREATH, "<i2").astype(np.float32) + 20 * np.sin(np.arange(len(ONE_BREATH) // 2))
    loud, _ = normalized(mel_power(sound.astype(np.float32)), None)
    quiet, _ = normalized(mel_power((sound / 8).astype(np.float32)), None)
    assert np.abs(loud - quiet).mean() < 0.1 * loud.std()


def test_scores_do_not_care_how_the_sound_is_cut():
    whole = KeywordModel().scores(CALL)
    model = KeywordModel()
    cut = [one for at in range(0, len(CALL), 646) for one in model.scores(CALL[at : at + 646])]
    assert [at for at, _ in cut] == pytest.approx([at for at, _ in whole])
    assert np.allclose([scores for _, scores in cut], [scores for _, scores in whole], atol=1e-4)
    assert np.diff([at for at, _ in whole]) == pytest.approx(STEP_SECONDS)
    assert whole[0][1].shape == (len(WORDS),)


def test_after_a_reset_the_sound_before_is_forgotten_and_time_goes_on():
    fresh, used = KeywordModel(), KeywordModel()
    used.scores(ORDINARY)
    used.reset()
    expected, found = fresh.scores(CALL), used.scores(CALL)
    assert np.allclose([scores for _, scores in found], [scores for _, scores in expected], atol=1e-5)
    assert found[0][0] - expected[0][0] == pytest.approx(len(ORDINARY) / 32000)


def test_a_network_that_is_not_there_says_so(tmp_path):
    with pytest.raises(EngineError) as caught:
        KeywordModel(tmp_path / "none.onnx")
    assert caught.value.code == "voice.no_keyword_network"
    assert caught.value.sentence("es")


@pytest.mark.parametrize("sound", [CALL, ONE_BREATH, SPANISH_CALL], ids=["alone", "one breath", "Spanish accent"])
def test_a_call_is_heard_once(sound):
    (hit,) = hits_in(KeywordWakeDetector(), sound)
    assert hit.sure
    assert hit.score >= 0.97
    assert hit.at_seconds < len(sound) / 32000


def test_ordinary_sound_does_not_wake():
    detector = KeywordWakeDetector()
    for sound in (ORDINARY, pink_noise(3), silence(1), b"\xff\x7f" * 8000):
        assert hits_in(detector, sound) == []
        assert 0 <= detector.score < 0.97


def test_the_scale_of_scores_is_the_one_of_the_setting():
    assert moved(SURE_SCORE) == pytest.approx(0.97)
    values = [moved(score) for score in (0.0, 0.1, 0.5, SURE_SCORE, 0.999, 1.0)]
    assert values == sorted(values)
    assert all(0 <= value <= 1 for value in values)
    eager, usual = KeywordWakeDetector(0.3), KeywordWakeDetector()
    assert hits_in(eager, CALL)[0].at_seconds <= hits_in(usual, CALL)[0].at_seconds


def test_two_detectors_report_one_call_once_and_the_higher_score():
    both = BothWakeDetectors(MicroWakeDetector(candidates=True), KeywordWakeDetector())
    (hit,) = [hit for hit in hits_in(both, WAKING) if hit.sure]
    assert hit.at_seconds < len(WAKING) / 32000
    alone = KeywordWakeDetector()
    both.reset()
    for frame in frames(CALL):
        alone.process(frame)
        both.process(frame)
    assert both.score >= alone.score > 0.9


@pytest.mark.parametrize(
    ("apart", "agreeing", "sure"),
    [(0.1, True, [False, True]), (AGREED_SECONDS + 1.0, True, [False, False]), (0.1, False, [False])],
)
def test_what_both_detectors_are_unsure_of_counts_where_they_may_agree(apart, agreeing, sure):
    first, second = HalfSureWake(), HalfSureWake()
    both = BothWakeDetectors(first, second, agreeing=agreeing)
    # The second one's stream is behind: what it reports at the same frame was so much earlier.
    first.process(silence(apart))
    hits = both.process(np.full(160, MAYBE, "<i2").tobytes())
    assert [hit.sure for hit in hits] == sure
    both.reset()
    assert both.process(silence(0.1)) == []


def test_what_the_network_hears_nothing_in_is_not_asked_about():
    class Sure:
        def score(self, sound):
            return 0.9

        def confirm(self, sound, word):
            return True

    assert WakeConfirmation(look=Sure(), own=None, other=Sure()).confirm(silence(2), HEY_JARVIS)
    assert KeywordLook().score(silence(2)) < LEAST_OWN_SCORE
    assert not WakeConfirmation(look=Sure(), own=KeywordLook(), other=Sure()).confirm(silence(2), HEY_JARVIS)


class Hits:
    """A detector that reports the hits that it is given, one a call."""

    note = None
    score = 0.0

    def __init__(self, *hits):
        self._hits = list(hits)

    def process(self, pcm):
        return [self._hits.pop(0)] if self._hits else []

    def reset(self):
        pass


def test_what_both_are_unsure_of_is_looked_at_once_and_a_sure_hit_does_not_wait():
    def hit(at, *, sure=False):
        return WakeHit(at_seconds=at, score=0.5, sure=sure)

    both = BothWakeDetectors(Hits(hit(1.0), hit(2.0), hit(2.4)), Hits(hit(1.2), hit(2.1, sure=True), hit(3.2)))
    found = [one for _ in range(3) for one in both.process(b"")]
    assert [(one.at_seconds, one.sure) for one in found] == [(1.0, False), (2.0, False), (2.1, True), (3.2, False)]


def test_the_network_alone_says_that_something_is_missing(monkeypatch):
    monkeypatch.setattr("jarvis.voice.wake.MicroWakeDetector", _missing)
    detector = wake_detector()
    assert isinstance(detector, KeywordWakeDetector)
    assert set(detector.note or {}) == {"en", "es"}


def test_without_the_network_the_other_detector_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr("jarvis.voice.keyword_wake.call_file", lambda: tmp_path / "none.onnx")
    detector = wake_detector()
    assert isinstance(detector, MicroWakeDetector)
    assert set(detector.note or {}) == {"en", "es"}


@pytest.mark.parametrize(
    ("word", "voice"),
    [("stop", "en-us"), ("cancel", "en-us+m1"), ("para", "es+f2"), ("silencio", "es+m1"), ("basta", "es-419+f2")],
)
def test_a_stop_word_said_alone_is_spotted_once(word, voice):
    spotter = KeywordSpotter()
    (found,) = words_in(spotter, said(word, voice))
    assert found.word == word
    ends = len(said(word, voice)) / 32000 - 0.7
    assert ends - 0.3 < found.at_seconds < ends + 0.2


class Asked:
    """A confirmer that agrees to everything and notes what it was asked."""

    def __init__(self):
        self.words = []

    def confirm(self, sound, word):
        self.words.append(word)
        return True


def test_what_is_not_sure_is_a_candidate_and_the_networks_look_again():
    (candidate,) = hits_in(KeywordWakeDetector(candidates=True), NEAR_MISS)
    assert not candidate.sure
    look = KeywordLook()
    assert look.score(WAKING[-64000:]) >= SURE_OWN_SCORE
    assert look.score(ORDINARY) < LEAST_OWN_SCORE
    assert look.score(b"") < LEAST_OWN_SCORE
    for other in (Asked(), None):
        confirmation = WakeConfirmation(look=None, own=look, other=other)
        assert confirmation.confirm(WAKING[-64000:], HEY_JARVIS)
        assert not confirmation.confirm(ORDINARY, HEY_JARVIS)
        assert other is None or other.words == []


@pytest.mark.parametrize(("threshold", "looked_at"), [(0.97, True), (0.99, True), (0.998, False), (0.999, False)])
def test_a_strict_threshold_lets_nobody_look_again_at_a_near_miss(threshold, looked_at):
    hits = hits_in(KeywordWakeDetector(threshold, candidates=True), NEAR_MISS)
    assert [hit.sure for hit in hits] == ([False] if looked_at else [])


@pytest.mark.parametrize("threshold", [0.97, 0.999])
def test_what_reaches_the_threshold_needs_no_look_however_strict_it_is(threshold):
    assert [hit.sure for hit in hits_in(wake_detector(threshold, candidates=True), WAKING)][-1:] == [True]


@pytest.mark.parametrize(
    ("score", "asked", "confirmed"),
    [(SURE_OWN_SCORE, False, True), (ENOUGH_OWN_SCORE, True, True), (ENOUGH_OWN_SCORE - 0.01, False, False)],
)
def test_what_the_networks_are_sure_of_needs_nobody_and_what_is_likely_somebody(score, asked, confirmed):
    class Fixed:
        def score(self, sound):
            return score

    other = Asked()
    confirmation = WakeConfirmation(look=None, own=Fixed(), other=other)
    assert confirmation.confirm(silence(2), HEY_JARVIS) is confirmed
    assert bool(other.words) is asked
    alone = WakeConfirmation(look=None, own=Fixed(), other=None)
    assert alone.confirm(silence(2), HEY_JARVIS) is (score >= SURE_OWN_SCORE)


def test_what_one_network_takes_for_a_call_the_others_do_not():
    near = (silence(1) + synthetic_speech("hey travis", "en-us+f2") + silence(0.3))[-64000:]
    assert KeywordLook(KeywordModel(call_file())).score(near) >= ENOUGH_OWN_SCORE
    assert KeywordLook().score(near) < ENOUGH_OWN_SCORE


def test_a_look_leaves_the_stream_as_it_was():
    looked, plain = KeywordModel(), KeywordModel()
    half = len(CALL) // 4 * 2
    first, expected = looked.scores(CALL[:half]), plain.scores(CALL)
    rows = KeywordFeatures().process(CALL)
    alone = looked.scores_alone(rows)
    assert np.allclose(alone.T, [scores for _, scores in expected], atol=1e-4)
    assert looked.scores_alone(rows[:2]).shape == (len(WORDS), 0)
    found = first + looked.scores(CALL[half:])
    assert np.allclose([scores for _, scores in found], [scores for _, scores in expected], atol=1e-4)


class Scores:
    """A network that gives the same score of a call all the time."""

    def __init__(self, score):
        self._score = score
        self._seconds = 0.0

    def scores(self, pcm):
        self._seconds += len(pcm) / 32000
        return [(self._seconds, np.full(len(WORDS), self._score, np.float32))]


@pytest.mark.parametrize(
    ("score", "alone", "with_a_look"),
    [
        (SURE_BEFORE_LOOK + 0.001, {True}, {True}),
        ((SURE_SCORE + SURE_BEFORE_LOOK) / 2, {True}, {False}),
        (UNSURE_SCORE + 0.01, set(), {False}),
        (UNSURE_SCORE - 0.01, set(), set()),
    ],
)
def test_the_network_asks_for_more_where_a_second_look_follows(score, alone, with_a_look):
    sound = silence(2)
    assert {hit.sure for hit in hits_in(KeywordWakeDetector(model=Scores(score)), sound)} == alone
    looked_at = KeywordWakeDetector(candidates=True, model=Scores(score))
    assert {hit.sure for hit in hits_in(looked_at, sound)} == with_a_look


@pytest.mark.parametrize(("above", "sure"), [(0.001, [False, True]), (-0.001, [False])])
def test_both_agree_only_where_the_network_is_almost_sure(above, sure):
    likely = moved(AGREED_SCORE, SURE_BEFORE_LOOK)
    first = Hits(WakeHit(at_seconds=1.0, score=0.02, sure=False))
    second = Hits(WakeHit(at_seconds=1.2, score=likely + above, sure=False))
    both = BothWakeDetectors(first, second, agreeing=True, agreed_from=likely)
    assert [hit.sure for hit in both.process(b"")] == sure


@pytest.mark.parametrize(("score", "sure"), [(AGREED_SCORE + 0.01, [False, True]), (AGREED_SCORE - 0.01, [False])])
def test_the_usual_detector_lets_them_agree_there(monkeypatch, score, sure):
    first = Hits(WakeHit(at_seconds=1.0, score=0.02, sure=False))
    second = Hits(WakeHit(at_seconds=1.2, score=moved(score, SURE_BEFORE_LOOK), sure=False))
    monkeypatch.setattr("jarvis.voice.wake.MicroWakeDetector", lambda *_args, **_options: first)
    monkeypatch.setattr("jarvis.voice.keyword_wake.KeywordWakeDetector", lambda *_args, **_options: second)
    assert [hit.sure for hit in wake_detector(candidates=True).process(b"")] == sure


def test_the_stop_words_are_those_that_the_networks_know():
    assert {word for words in STOP_WORDS.values() for word in words} | {"hey jarvis"} == set(WORDS)


def test_a_stop_word_in_a_sentence_is_not_an_order():
    spotter = KeywordSpotter()
    for text, voice in (
        ("we will stop at the shop on the way home", "en-us+f2"),
        ("esto es para ti y para tu hermana", "es+f2"),
    ):
        assert words_in(spotter, said(text, voice)) == []


def test_a_word_is_spotted_again_after_a_while():
    spotter = KeywordSpotter()
    sound = said("stop", "en-us")
    assert len(words_in(spotter, sound)) == 1
    spotter.reset()
    again = words_in(spotter, silence(QUIET_SECONDS) + sound)
    assert len(again) == 1
    assert again[0].at_seconds > len(sound) / 32000
    spotter.close()


class MadeScores:
    """A network whose scores are made: `said` by word and step of a tenth of a second, 0 elsewhere."""

    def __init__(self, said):
        self._said = said
        self._steps = iter(range(1000))

    def scores(self, _pcm):
        step = next(self._steps)
        return [(step / 10, np.array([self._said.get((word, step), 0.0) for word in WORDS]))]

    def reset(self):
        pass


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({("para", 5): 0.9, ("stop", 9): 0.8}, [("para", 0.5), ("stop", 0.9)]),
        # Sound that is like two words is the likelier one.
        ({("para", 5): 0.9, ("stop", 5): 0.6, ("para", 6): 0.7, ("stop", 6): 0.6}, [("para", 0.5)]),
        ({("para", 5): 0.9, ("para", 6): 0.6, ("stop", 6): 0.7}, [("para", 0.5), ("stop", 0.6)]),
        ({("stop", 5): 0.9, ("stop", 6): 0.9, ("stop", 12): 0.7}, [("stop", 0.5)]),
        (
            {("stop", 5): 0.9, ("para", 10): 0.9, ("stop", 14): 0.8, ("para", 15): 0.9},
            [("stop", 0.5), ("para", 1.0), ("stop", 1.4)],
        ),
        ({("stop", 5): 0.9, ("para", 6): 0.44}, [("stop", 0.5)]),
        ({("hey jarvis", 5): 0.9}, []),
    ],
)
def test_each_word_is_quiet_for_a_while_after_itself_and_not_after_another(said, found):
    spotter = KeywordSpotter(models=[MadeScores(said)])
    hits = [hit for _ in range(30) for hit in spotter.process(b"")]
    assert [(hit.word, hit.at_seconds) for hit in hits if not hit.early] == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({("para", 5): EARLY_SCORE - 0.01}, []),
        ({("para", 5): EARLY_SCORE, ("para", 6): 0.44, ("para", 7): 0.3}, [("early", 0.5)]),
        ({("para", 5): EARLY_SCORE, ("para", 6): 0.46, ("para", 7): 0.3}, [("early", 0.5), ("unsure", 0.6)]),
        (
            {("para", 5): EARLY_SCORE, ("para", 6): 0.5, ("para", 7): 0.7},
            [("early", 0.5), ("unsure", 0.6), ("sure", 0.7)],
        ),
        ({("para", 5): 0.7, ("para", 6): 0.5, ("para", 7): 0.31}, [("sure", 0.5)]),
    ],
)
def test_a_word_is_told_when_it_may_become_one_when_it_is_and_when_it_surely_is(said, found):
    spotter = KeywordSpotter(models=[MadeScores({**said})])
    hits = [hit for _ in range(12) for hit in spotter.process(b"")]
    grades = ["early" if hit.early else "sure" if hit.sure else "unsure" for hit in hits]
    assert list(zip(grades, [hit.at_seconds for hit in hits], strict=True)) == found


def test_every_stop_word_said_once_is_one_hit():
    for language, words in STOP_WORDS.items():
        for word in words:
            hits = words_in(KeywordSpotter(), said(word, "en-us" if language == "en" else "es") + silence(1))
            assert [hit.word for hit in hits if hit.sure] == [word]
            assert {hit.word for hit in hits} == {word}
            assert len(hits) <= 2, "one that was not sure at first became so"


def _missing(*_args, **_kwargs):
    raise ImportError
