"""Voice activity weighed by how much of the sound Jarvis did not make."""

from jarvis.voice.foreign_voice import KEPT_FRAMES, ForeignVoice
from tests.fakes.voice import SPEECH, FakeActivity, frames


def test_each_frame_keeps_the_weight_that_it_came_with():
    now = [0.2]
    voice = ForeignVoice(FakeActivity(), lambda: now[0])
    own, theirs = frames(SPEECH), frames(SPEECH + 1)
    voice.take(own)
    now[0] = 0.9
    voice.take(theirs)
    assert [voice.probability(frame) for frame in (own, theirs, own)] == [0.2, 0.9, 0.2]
    now[0] = 1.0
    voice.take(own)
    assert voice.probability(own) == 1.0


def test_the_frame_that_came_last_is_looked_at_once():
    class Counting(FakeActivity):
        looks = 0

        def probability(self, pcm: bytes) -> float:
            self.looks += 1
            return super().probability(pcm)

    inner = Counting()
    voice = ForeignVoice(inner, lambda: 0.5)
    for looked_at in (True, False):
        voice.take(frames(SPEECH))
        if looked_at:
            voice.probability(frames(SPEECH))
        assert [voice.now(frames(SPEECH)) for _ in range(2)] == [0.5, 0.5]
    assert inner.looks == 2


def test_old_frames_are_forgotten_and_count_as_they_are():
    voice = ForeignVoice(FakeActivity(), lambda: 0.5)
    for number in range(KEPT_FRAMES + 1):
        voice.take(frames(SPEECH + number))
    assert voice.probability(frames(SPEECH)) == 1.0
    assert voice.probability(frames(SPEECH + 1)) == 0.5
