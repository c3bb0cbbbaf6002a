import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from jarvis.app.build import Jarvis
from jarvis.app.window_voice import WindowVoice
from jarvis.audio import portaudio
from jarvis.audio.devices import SoundDeviceMicrophone, SoundDeviceSpeaker
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import AudioChunk, DeviceInUse, LevelMeasured, TurnFinished, VoiceTrouble
from jarvis.settings.folders import Folders
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.end_of_turn import RuleTurnJudge
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions
from jarvis.voice.parts import VoiceParts
from jarvis.voice.turns import SilenceTurnDetector
from jarvis.voice.wake import MicroWakeDetector
from tests.fakes.processes import PATIENCE_SECONDS, until
from tests.fakes.sound_devices import News
from tests.fakes.speech import WAKING_VOICE, silence, synthetic_speech, write_wav
from tests.fakes.virtual_audio import RECORDED_RATE, VirtualAudio, missing_parts, samples
from tests.fakes.voice import (
    EventLog,
    FakeAssistant,
    FakeClock,
    FakeSpeechToText,
)
from tests.fakes.voice_output import FakeTextToSpeech

ATTEMPTS = 5
"""Sound does not wait: a machine that stands still loses some or leaves a gap. Only then is it tried anew."""

pytestmark = pytest.mark.skipif(bool(missing_parts()), reason=f"not installed: {missing_parts()}")


@pytest.fixture
def audio(tmp_path_factory):
    yield from served(VirtualAudio(tmp_path_factory.mktemp("pulse")))


@pytest.fixture
def unplugged(tmp_path_factory):
    yield from served(VirtualAudio(tmp_path_factory.mktemp("pulse"), plugged=False))


def served(server: VirtualAudio) -> Iterator[VirtualAudio]:
    """Let every client in this process ask `server`, and end it then."""
    before = {name: os.environ.get(name) for name in server.environment}
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


def loud(sound: np.ndarray) -> np.ndarray:
    """Return the places of what is loud, in a recording at `RECORDED_RATE`."""
    return np.flatnonzero(np.abs(sound.astype(np.int32)) > 2000)


def over(sound: np.ndarray) -> bool:
    """Tell whether something loud was followed by a third of a second of silence, counted in the recording itself."""
    found = loud(sound)
    return bool(found.size) and sound.size - found[-1] > RECORDED_RATE / 3


def heard_at_microphone(audio, path) -> tuple[np.ndarray, float]:
    """Return what the microphone heard of a file, and the seconds that it says it lost."""
    microphone = SoundDeviceMicrophone("pulse")
    heard = bytearray()

    def listen():
        for frame in microphone.chunks():
            heard.extend(frame)

    listener = threading.Thread(target=listen)
    listener.start()
    until(lambda: bool(heard), "the microphone is open")
    audio.say(path)
    until(lambda: over(np.frombuffer(bytes(heard), "<i2")), "the sound is over")
    microphone.close()
    listener.join(PATIENCE_SECONDS)
    assert not listener.is_alive()
    return np.frombuffer(bytes(heard), "<i2"), microphone.lost_seconds


def test_a_sound_played_into_the_microphone_is_heard_whole(audio, tmp_path):
    sound = tone(1.0, 600, 48000)
    path = write_wav(tmp_path / "in.wav", sound.pcm, 48000)
    for _ in range(ATTEMPTS):
        found, lost = heard_at_microphone(audio, path)
        if not lost:
            break
    assert lost == 0
    places = loud(found)
    assert (places[-1] - places[0]) / 16000 == pytest.approx(1.0, abs=0.05)
    middle = found[places[0] : places[-1]].astype(float)
    assert np.argmax(np.abs(np.fft.rfft(middle))) * 16000 / middle.size == pytest.approx(600, abs=5)


def seconds_until_over(recording, start: int) -> tuple[float, float]:
    """Wait for the end of what sounds after sample `start`; return its length with gaps, and that of the tone alone."""
    until(lambda: over(samples(recording)[start:]), "the sound is over")
    found = loud(samples(recording)[start:])
    above = 1 - 2 / np.pi * np.arcsin(2000 / 12000)
    return (found[-1] - found[0]) / RECORDED_RATE, found.size / above / RECORDED_RATE


def test_the_speaker_plays_all_of_it_without_gaps(audio, tmp_path):
    recording = tmp_path / "out.raw"
    recorder = audio.record(recording)
    speaker = SoundDeviceSpeaker()
    for _ in range(ATTEMPTS):
        start = samples(recording).size
        for _ in range(5):
            speaker.play(tone(0.1))
        speaker.wait()
        whole, sounding = seconds_until_over(recording, start)
        assert sounding == pytest.approx(0.5, abs=0.05)
        if whole < 0.55:
            break
    assert whole == pytest.approx(0.5, abs=0.05)
    speaker.close()
    audio.end(recorder)


def test_the_speaker_falls_silent_at_once_when_stopped(audio, tmp_path):
    recording = tmp_path / "out.raw"
    recorder = audio.record(recording)
    speaker = SoundDeviceSpeaker()
    for _ in range(ATTEMPTS):
        start = samples(recording).size
        speaker.play(tone(0.9))
        until(lambda: bool(loud(samples(recording)[start:]).size), "it sounds")  # noqa: B023
        speaker.stop()
        speaker.wait()
        whole, _ = seconds_until_over(recording, start)
        if whole < 0.6:
            break
    assert whole < 0.6
    speaker.close()
    audio.end(recorder)


def test_waiting_for_the_speaker_ends_when_cancelled(audio):
    speaker = SoundDeviceSpeaker()
    speaker.play(tone(0.9))
    cancel = CancelToken()
    waiter = threading.Thread(target=lambda: speaker.wait(cancel))
    waiter.start()
    cancel.cancel()
    waiter.join(PATIENCE_SECONDS)
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
        assert listener.wait(PATIENCE_SECONDS) == 0


def test_hey_jarvis_at_the_microphone_is_answered_at_the_speaker(audio, tmp_path):
    question = silence(0.5) + synthetic_speech("hey jarvis", WAKING_VOICE, 150) + silence(0.6)
    question += synthetic_speech("what time is it", WAKING_VOICE, 150)
    path = write_wav(tmp_path / "question.wav", question + silence(0.2))
    for attempt in range(ATTEMPTS):
        recording = tmp_path / f"reply{attempt}.raw"
        lost: list[float] = []
        log, stt = asked_aloud(audio, path, recording, lost)
        if not lost:
            break
    assert not lost
    assert log.states()[:6] == ["sleeping", "listening", "hearing", "thinking", "speaking", "sleeping"]
    command = len(stt.utterances[0].sound) / 32000
    assert 1.0 < command < 2.5
    assert loud(samples(recording)).size / RECORDED_RATE == pytest.approx(0.4, abs=0.05)


def test_a_microphone_that_is_plugged_in_later_is_listened_to_by_itself_and_told_once(unplugged, tmp_path, monkeypatch):
    jarvis, log = Jarvis(Folders(home=tmp_path / "home")), EventLog()
    jarvis.settings.set("language", "en")
    # Recogniser and voices have no part in it, and their children would only take their time.
    monkeypatch.setattr(jarvis.speech, "warm_children", lambda: None)
    voice = WindowVoice(jarvis)
    voice.subscribe(log)
    try:
        voice.start()
        log.wait_for(lambda events: any(isinstance(event, VoiceTrouble) for event in events))
        assert log.states()[-1] == "off" and log.of(LevelMeasured) == []
        unplugged.plug_in()
        log.wait_for(lambda events: len(log.of(LevelMeasured)) > 3)
        assert log.states()[-1] == "sleeping", "nobody has pressed anything"
        assert unplugged.listeners() == 2, "the loop's, and that of the virtual microphone itself"
        (told,) = log.of(DeviceInUse)
        assert (told.direction, told.name) == ("input", "Remapped Monitor of Null Output")
        assert told.note == f"There is a microphone now; Jarvis listens with {told.name}."
        assert len(log.of(VoiceTrouble)) == 1
    finally:
        voice.close()
        jarvis.close()


def test_a_stream_that_the_server_leaves_where_it_was_goes_over_once_it_is_quiet(audio):
    news, quiet, seen = News(), threading.Event(), threading.Event()

    def heard(direction: str, name: str, note: DeviceError | None) -> None:
        news(direction, name, note)
        if note is not None:
            seen.set()

    microphone = SoundDeviceMicrophone(on_device=heard, quiet=quiet.is_set)
    listener = threading.Thread(target=lambda: list(microphone.chunks()))
    listener.start()
    try:
        until(lambda: audio.heard_from() == ["vmic"], "the microphone is open")
        audio.add_speaker("old", "Old Microphone")
        audio.tie("old.monitor")
        audio.add_speaker("headset", "Blue Headset")
        audio.make_default_microphone("headset.monitor")
        assert seen.wait(PATIENCE_SECONDS)
        assert audio.heard_from() == ["old.monitor"], "somebody may be talking"
        quiet.set()
        until(lambda: audio.heard_from() == ["headset.monitor"], "it has gone over")
    finally:
        microphone.close()
        listener.join(PATIENCE_SECONDS)
    assert news.told == [
        ("input", "Remapped Monitor of Null Output", ""),
        ("input", "Monitor of Blue Headset", "audio.default_microphone"),
    ]


def test_a_default_that_was_changed_while_nobody_listened_is_told_when_the_microphone_opens(audio):
    news = News()
    microphone = SoundDeviceMicrophone(on_device=news)
    next(microphone.chunks())
    audio.add_speaker("headset", "Blue Headset")
    audio.make_default_microphone("headset.monitor")
    next(microphone.chunks())
    microphone.close()
    assert [name for _, name, _ in news.told] == ["Remapped Monitor of Null Output", "Monitor of Blue Headset"]
    assert news.told[1][2] == "audio.default_microphone"


def test_another_default_speaker_is_told_with_the_next_sound(audio):
    news = News()
    speaker = SoundDeviceSpeaker(on_device=news)
    for name, description in (("vspk", "Null Output"), ("headphones", "Big Headphones")):
        if name != "vspk":
            audio.add_speaker(name, description)
            audio.make_default(name)
        speaker.play(tone(0.1))
        speaker.wait()
        speaker.close()
    assert news.told == [("output", "Null Output", ""), ("output", "Big Headphones", "audio.default_speaker")]


def asked_aloud(audio, path, recording, lost: list[float]) -> tuple[EventLog, FakeSpeechToText]:
    """Let a loop at the real devices hear a file, until it has answered or has lost sound of it."""
    log, stt = EventLog(), FakeSpeechToText()
    loop = VoiceLoop(
        VoiceParts(
            microphone=lambda: SoundDeviceMicrophone(on_overflow=lost.append),
            wake=MicroWakeDetector(),
            activity=SileroVoiceDetector(),
            turns=SilenceTurnDetector(),
            judge=RuleTurnJudge(),
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
    log.wait_for(lambda events: bool(lost) or any(isinstance(event, TurnFinished) for event in events))
    if not lost:
        until(lambda: over(samples(recording)), "the answer was heard")
    loop.close()
    audio.end(recorder)
    return log, stt
