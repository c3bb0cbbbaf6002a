import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from jarvis.audio import portaudio
from jarvis.audio.devices import SoundDeviceMicrophone, SoundDeviceSpeaker
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import AudioChunk, TurnFinished
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions
from jarvis.voice.parts import VoiceParts
from jarvis.voice.turns import SilenceTurnDetector
from jarvis.voice.wake import MicroWakeDetector
from tests.fakes.speech import WAKING_VOICE, silence, synthetic_speech, write_wav
from tests.fakes.virtual_audio import RECORDED_RATE, VirtualAudio, missing_parts, samples
from tests.fakes.voice import EventLog, FakeAssistant, FakeClock, FakeSpeechToText, FakeTextToSpeech

pytestmark = pytest.mark.skipif(bool(missing_parts()), reason=f"not installed: {missing_parts()}")


@pytest.fixture
def audio(tmp_path_factory):
    before = {name: os.environ.get(name) for name in ("XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH")}
    server = VirtualAudio(tmp_path_factory.mktemp("pulse"))
    os.environ.update(server.environment)
    try:
        portaudio.refresh()
        yield server
    finally:
        server.close()
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        portaudio.refresh()


def tone(seconds: float, hertz: float = 440.0, sample_rate: int = 22050) -> AudioChunk:
    wave = 12000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * sample_rate)) / sample_rate)
    return AudioChunk(pcm=wave.astype("<i2").tobytes(), sample_rate=sample_rate)


def test_the_virtual_devices_are_listed_and_found_by_name(audio):
    names = {(device.name, device.direction) for device in portaudio.list_devices()}
    assert ("pulse", "input") in names
    assert ("pulse", "output") in names
    assert portaudio.find_device("PULSE", "input").name == "pulse"
    assert portaudio.find_device("", "output").is_default
    with pytest.raises(DeviceError) as caught:
        portaudio.find_device("Blue Yeti", "input")
    assert caught.value.code == "audio.unknown_microphone"
    assert "pulse" in caught.value.sentence("es")


def test_a_sound_played_into_the_microphone_is_heard_whole(audio, tmp_path):
    sound = tone(1.0, 600, 48000)
    path = write_wav(tmp_path / "in.wav", sound.pcm, 48000)
    microphone = SoundDeviceMicrophone("pulse")
    heard = bytearray()
    opened = threading.Event()

    def listen():
        for frame in microphone.chunks():
            heard.extend(frame)
            opened.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert opened.wait(10)
    audio.say(path)
    time.sleep(0.3)
    microphone.close()
    listener.join(5)
    assert not listener.is_alive()
    found = np.frombuffer(bytes(heard), "<i2")
    loud = np.flatnonzero(np.abs(found) > 3000)
    assert (loud[-1] - loud[0]) / 16000 == pytest.approx(1.0, abs=0.05)
    middle = found[loud[0] : loud[-1]].astype(float)
    assert np.argmax(np.abs(np.fft.rfft(middle))) * 16000 / middle.size == pytest.approx(600, abs=5)
    assert microphone.lost_seconds == 0


def test_the_speaker_plays_all_of_it_and_falls_silent_at_once_when_stopped(audio, tmp_path):
    recording = tmp_path / "out.raw"
    recorder = audio.record(recording)
    time.sleep(0.3)
    speaker = SoundDeviceSpeaker()
    for _ in range(5):
        speaker.play(tone(0.1))
    speaker.wait()
    time.sleep(0.3)
    first = np.flatnonzero(np.abs(samples(recording)) > 2000)
    assert (first[-1] - first[0]) / RECORDED_RATE == pytest.approx(0.5, abs=0.05)
    before = samples(recording).size
    speaker.play(tone(0.9))
    time.sleep(0.3)
    speaker.stop()
    speaker.wait()
    time.sleep(0.5)
    audio.end(recorder)
    second = np.flatnonzero(np.abs(samples(recording)[before:]) > 2000)
    assert 0.1 < (second[-1] - second[0]) / RECORDED_RATE < 0.6
    speaker.close()


def test_waiting_for_the_speaker_ends_when_cancelled(audio):
    speaker = SoundDeviceSpeaker()
    speaker.play(tone(0.9))
    cancel = CancelToken()
    waiter = threading.Thread(target=lambda: speaker.wait(cancel))
    waiter.start()
    cancel.cancel()
    waiter.join(5)
    assert not waiter.is_alive()
    speaker.close()


def test_a_pulled_plug_is_a_device_error_and_the_program_still_ends(audio):
    # In a process of its own: PortAudio never recovers a stream whose server died.
    command = [sys.executable, "-m", "tests.programs.listen_until_lost"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == "hearing\n"
        audio.kill_server()
        assert listener.stdout.read() == "audio.microphone_lost\n"
        assert listener.wait(10) == 0


def test_hey_jarvis_at_the_microphone_is_answered_at_the_speaker(audio, tmp_path):
    question = silence(0.5) + synthetic_speech("hey jarvis", WAKING_VOICE, 150) + silence(0.6)
    question += synthetic_speech("what time is it", WAKING_VOICE, 150)
    path = write_wav(tmp_path / "question.wav", question + silence(0.2))
    recording = tmp_path / "reply.raw"
    log = EventLog()
    stt = FakeSpeechToText()
    loop = VoiceLoop(
        VoiceParts(
            microphone=SoundDeviceMicrophone,
            wake=MicroWakeDetector(),
            activity=SileroVoiceDetector(),
            turns=SilenceTurnDetector(0.35),
            speech_to_text=stt,
            assistant=FakeAssistant(),
            text_to_speech=FakeTextToSpeech(chunks=4),
            speaker=SoundDeviceSpeaker(),
            clock=FakeClock(),
        ),
        options=VoiceOptions,
        on_event=log,
    )
    loop.start()
    log.wait_for_state("sleeping")
    recorder = audio.record(recording)
    audio.say(path)
    log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
    time.sleep(0.2)
    loop.close()
    audio.end(recorder)
    assert log.states()[:6] == ["sleeping", "listening", "hearing", "thinking", "speaking", "sleeping"]
    command = len(stt.utterances[0].sound) / 32000
    assert 1.0 < command < 2.5
    loud = np.flatnonzero(np.abs(samples(recording)) > 2000)
    assert (loud[-1] - loud[0]) / RECORDED_RATE == pytest.approx(0.4, abs=0.05)
