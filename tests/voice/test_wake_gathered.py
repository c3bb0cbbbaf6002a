"""A wake detector that is asked less often hears the same, a little later."""

from __future__ import annotations

import pytest

from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.voice.keyword_wake import KeywordWakeDetector
from jarvis.voice.wake import USUAL_THRESHOLD, wake_detector
from jarvis.voice.wake_gathered import GATHERED_FRAMES, GatheredWakeDetector
from tests.fakes.speech import WAKING_VOICE, silence, synthetic_speech

FRAME_BYTES = 2 * VAD_SAMPLES
SOUND = silence(1) + 2 * (synthetic_speech("hey jarvis", WAKING_VOICE) + silence(1.5))


def hits_by_frame(detector, pcm):
    """Return each hit with the stream time at which it was told."""
    return [
        (hit, (at + FRAME_BYTES) / 2 / SAMPLE_RATE)
        for at in range(0, len(pcm), FRAME_BYTES)
        for hit in detector.process(pcm[at : at + FRAME_BYTES])
    ]


@pytest.mark.parametrize("candidates", [False, True])
def test_the_same_hits_come_at_the_same_stream_time_up_to_three_frames_later(candidates: bool) -> None:
    direct = hits_by_frame(wake_detector(candidates=candidates), SOUND)
    gathered = hits_by_frame(GatheredWakeDetector(wake_detector(candidates=candidates)), SOUND)
    assert any(hit.sure for hit, _ in direct)
    assert [hit for hit, _ in gathered] == [hit for hit, _ in direct]
    late = [told - known for (_, told), (_, known) in zip(gathered, direct, strict=True)]
    assert min(late) >= 0
    assert max(late) <= (GATHERED_FRAMES - 1) * VAD_SAMPLES / SAMPLE_RATE + 1e-9


def test_stream_time_goes_on_over_sound_that_had_not_been_looked_at() -> None:
    direct, gathered = wake_detector(), GatheredWakeDetector(wake_detector())
    begun = silence(1) + b"\0" * FRAME_BYTES
    for detector in (direct, gathered):
        hits_by_frame(detector, begun)
        detector.reset()
    expected = [hit for hit, _ in hits_by_frame(direct, SOUND)]
    found = [hit for hit, _ in hits_by_frame(gathered, SOUND)]
    assert [hit.at_seconds for hit in found] == [hit.at_seconds for hit in expected]


def test_it_has_the_meter_and_the_note_of_its_detector() -> None:
    note = {"en": "less", "es": "menos"}
    gathered = GatheredWakeDetector(KeywordWakeDetector(note=note))
    hits_by_frame(gathered, SOUND)
    assert gathered.score >= USUAL_THRESHOLD
    assert gathered.score < USUAL_THRESHOLD
    assert gathered.note == note
