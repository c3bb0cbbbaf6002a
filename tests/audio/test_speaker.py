import threading

import numpy as np
import pytest

from jarvis.audio import devices
from jarvis.audio.devices import SoundDeviceSpeaker
from jarvis.audio.echo import EchoReference
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import SAMPLE_RATE, AudioChunk
from tests.fakes.processes import PATIENCE_SECONDS, until
from tests.fakes.sound_devices import TABLE, News, chunk, in_background, installed
from tests.fakes.sound_library import FakeSoundDevice, stream_times


@pytest.fixture
def library(monkeypatch):
    return installed(monkeypatch, FakeSoundDevice(list(TABLE)))


def test_what_is_played_reaches_the_device_in_order_and_then_silence(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(100, value=1))
    speaker.play(chunk(50, value=2))
    taken = np.frombuffer(library.streams[-1].take(200), "<i2").tolist()
    assert taken == [1] * 100 + [2] * 50 + [0] * 50
    speaker.wait()
    speaker.close()


def test_a_device_with_other_ideas_gets_its_rate_and_channels(monkeypatch):
    library = installed(
        monkeypatch, FakeSoundDevice(list(TABLE), lambda rate, channels: (rate, channels) == (48000, 2))
    )
    speaker = SoundDeviceSpeaker("Laptop")
    speaker.play(chunk(1600))
    stream = library.streams[-1]
    assert (stream.settings["samplerate"], stream.settings["channels"]) == (48000, 2)
    assert np.count_nonzero(np.frombuffer(stream.take(9000), "<i2")) == pytest.approx(9600, rel=0.2)
    speaker.close()


def test_playing_blocks_only_while_more_than_a_second_is_queued(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(SAMPLE_RATE))
    player = threading.Thread(target=lambda: speaker.play(chunk(SAMPLE_RATE)))
    player.start()
    player.join(0.05)
    assert player.is_alive()
    library.streams[-1].take(SAMPLE_RATE)
    player.join(PATIENCE_SECONDS)
    assert not player.is_alive()
    speaker.close()


@pytest.mark.parametrize("act", ["stop", "close"])
def test_stopping_drops_the_queue_and_frees_who_waits(library, act):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(SAMPLE_RATE))
    waiters = [threading.Thread(target=speaker.wait), threading.Thread(target=lambda: speaker.play(chunk(SAMPLE_RATE)))]
    for waiter in waiters:
        waiter.start()
    until(lambda: len(speaker._ready._waiters) == len(waiters), "both wait")
    getattr(speaker, act)()
    for waiter in waiters:
        waiter.join(PATIENCE_SECONDS)
        assert not waiter.is_alive()
    assert library.streams[0].aborted
    speaker.close()


def test_after_a_stop_it_plays_again(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(10))
    speaker.stop()
    speaker.play(chunk(10, value=4))
    assert np.frombuffer(library.streams[-1].take(20), "<i2").tolist() == [4] * 10 + [0] * 10
    speaker.close()


def test_waiting_ends_when_cancelled(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(1000))
    cancel = CancelToken()
    waiter = threading.Thread(target=lambda: speaker.wait(cancel))
    waiter.start()
    cancel.cancel()
    waiter.join(PATIENCE_SECONDS)
    assert not waiter.is_alive()
    speaker.close()


def test_an_idle_speaker_lets_go_of_its_device(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(10))
    for _ in range(5):
        library.streams[-1].take(SAMPLE_RATE)
    assert not library.streams[-1].active
    speaker.play(chunk(10))
    assert len(library.streams) == 2
    speaker.close()


def test_a_speaker_that_takes_nothing_is_lost(library, monkeypatch):
    monkeypatch.setattr(devices, "FIRST_SOUND_SECONDS", 0.02)
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(1000))
    with pytest.raises(DeviceError) as caught:
        speaker.wait()
    assert caught.value.code == "audio.speaker_lost"
    speaker.close()


def test_a_wanted_device_that_another_program_holds_is_replaced_by_the_default(library):
    library.held = {2}
    news = News()
    speaker = SoundDeviceSpeaker("Laptop", on_device=news)
    speaker.play(chunk(100))
    assert news.told == [("output", "HDMI", "audio.other_speaker")]
    speaker.stop()
    library.held = set()
    speaker.play(chunk(100))
    assert news.told[1:] == [("output", "Laptop", "")]
    speaker.close()


def test_a_speaker_pulled_out_in_mid_sentence_goes_on_where_it_was(library):
    news = News()
    speaker = SoundDeviceSpeaker("Laptop", on_device=news)
    sound = np.arange(1, 8001, dtype="<i2")
    speaker.play(AudioChunk(pcm=sound.tobytes(), sample_rate=SAMPLE_RATE))
    first = library.streams[-1]
    # It holds half a second: what it took has not sounded yet.
    first.take(1600, stream_times(500.0, sounds=500.5))
    library.devices.pop()
    first.die()
    waiter, errors = in_background(speaker.wait)
    until(lambda: len(library.streams) == 2 and library.streams[1].active, "the other one is open")
    rest = np.frombuffer(library.streams[1].take(8000), "<i2")
    assert rest.tolist() == sound.tolist()
    waiter.join(PATIENCE_SECONDS)
    assert not errors
    assert news.told == [("output", "Laptop", ""), ("output", "HDMI", "audio.other_speaker")]
    assert speaker.position() == pytest.approx(0.5, abs=0.05)
    speaker.close()


def test_a_speaker_that_cannot_be_replaced_says_so(library, monkeypatch):
    monkeypatch.setattr(devices, "REOPEN_SECONDS", 0.0)
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(1000))
    library.streams[-1].take(100)
    library.busy = True
    library.streams[-1].die()
    with pytest.raises(DeviceError) as caught:
        speaker.wait()
    assert caught.value.code == "audio.speaker_lost"
    library.busy = False
    speaker.play(chunk(10, value=3))
    assert np.frombuffer(library.streams[-1].take(10), "<i2").tolist() == [3] * 10
    speaker.close()


def test_the_position_is_what_has_sounded(library):
    speaker = SoundDeviceSpeaker()
    assert speaker.position() == 0.0
    speaker.play(chunk(SAMPLE_RATE // 10))
    assert speaker.position() == 0.0
    library.streams[-1].take(SAMPLE_RATE // 10)
    speaker.wait()
    assert speaker.position() == pytest.approx(0.1)
    speaker.close()
    assert speaker.position() == pytest.approx(0.1)


def test_waiting_lasts_until_a_slow_device_has_sounded(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(160))
    library.streams[-1].take(160, stream_times(70.0, sounds=70.3))
    before = speaker.position()
    speaker.wait()
    assert (before, speaker.position()) == (0.0, pytest.approx(0.01))
    speaker.close()


def test_a_paused_speaker_is_silent_keeps_its_sound_and_frees_nobody(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(SAMPLE_RATE))
    speaker.pause()
    library.streams[-1].take(400)
    assert np.frombuffer(library.streams[-1].take(4 * SAMPLE_RATE), "<i2").any() == np.False_
    assert library.streams[-1].active
    waiter, errors = in_background(speaker.wait)
    waiter.join(0.05)
    assert waiter.is_alive()
    speaker.resume()
    assert np.frombuffer(library.streams[-1].take(SAMPLE_RATE), "<i2")[400:15000].tolist() == [9] * 14600
    waiter.join(PATIENCE_SECONDS)
    assert not waiter.is_alive()
    assert not errors
    speaker.close()


def test_stopping_a_paused_speaker_frees_who_waits(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(1000))
    speaker.pause()
    waiter, _ = in_background(speaker.wait)
    speaker.stop()
    waiter.join(PATIENCE_SECONDS)
    assert not waiter.is_alive()
    speaker.play(chunk(10, value=4))
    assert np.frombuffer(library.streams[-1].take(10), "<i2").tolist() == [4] * 10
    speaker.close()


def test_ducked_sound_is_what_the_echo_canceller_is_told(library):
    reference = EchoReference()
    speaker = SoundDeviceSpeaker(reference=reference)
    speaker.duck(0.5)
    speaker.play(chunk(3200, value=1000))
    out = np.frombuffer(library.streams[-1].take(3200, stream_times(10.0, sounds=10.05)), "<i2")
    assert out[-1] == 500
    assert reference.index_at(0.0) is not None
    assert reference.samples(0, 3200) == out.astype("<i2").tobytes()
    speaker.close()


def test_a_stereo_device_tells_the_canceller_one_channel(monkeypatch):
    library = installed(monkeypatch, FakeSoundDevice(list(TABLE), lambda rate, channels: channels == 2))
    reference = EchoReference()
    speaker = SoundDeviceSpeaker("Laptop", reference=reference)
    speaker.play(chunk(320, value=7))
    assert np.frombuffer(library.streams[-1].take(320), "<i2").tolist() == [7] * 640
    assert reference.index_at(0.0) is not None
    assert np.frombuffer(reference.samples(0, 320), "<i2").tolist() == [7] * 320
    speaker.close()
