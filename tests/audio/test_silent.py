import threading

import pytest

from jarvis.audio.silent import SilentSpeaker
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.speech import AudioChunk

SECOND = AudioChunk(pcm=bytes(32000), sample_rate=16000)


def test_what_is_played_counts_as_heard_at_once():
    speaker = SilentSpeaker()
    speaker.play(SECOND)
    speaker.play(SECOND)
    speaker.wait()
    assert speaker.position() == pytest.approx(2.0)
    speaker.duck(0.2)
    assert speaker.name == ""


def waiting(act) -> threading.Thread:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize(("end", "heard"), [("resume", 1.0), ("stop", 0.0), ("close", 0.0)])
def test_while_paused_nothing_goes_on_until_it_is_told_how(end, heard):
    speaker = SilentSpeaker()
    speaker.pause()
    playing = waiting(lambda: speaker.play(SECOND))
    playing.join(0.02)
    assert playing.is_alive()
    getattr(speaker, end)()
    playing.join(10)
    assert not playing.is_alive()
    assert speaker.position() == pytest.approx(heard)


def test_who_waits_in_a_pause_can_be_cancelled():
    speaker = SilentSpeaker()
    speaker.pause()
    cancel = CancelToken()
    thread = waiting(lambda: speaker.wait(cancel))
    cancel.cancel("enough")
    thread.join(10)
    assert not thread.is_alive()
