"""The loop behind the window's buttons, and the microphone beside it, without a sound device."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app import window_microphone
from jarvis.app.build import Jarvis
from jarvis.app.window_microphone import WindowMicrophone
from jarvis.app.window_voice import WindowVoice
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError, EngineError
from jarvis.contracts.speech import (
    AudioChunk,
    LevelMeasured,
    VoiceState,
    VoiceTrouble,
    WakeHeard,
    WakeScored,
)
from jarvis.settings.folders import Folders
from tests.fakes.processes import until
from tests.fakes.voice import EventLog, ScriptedMicrophone
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.window_speech import FRAME, Speech, Wake


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    made = Jarvis(Folders(home=tmp_path / "home"))
    made.__dict__["speech"] = Speech()
    yield made
    made.close()


@pytest.fixture
def speech(jarvis: Jarvis) -> Speech:
    return jarvis.__dict__["speech"]


@pytest.fixture
def voice(jarvis: Jarvis) -> Iterator[WindowVoice]:
    made = WindowVoice(jarvis)
    yield made
    made.close()


@pytest.fixture
def log(voice: WindowVoice) -> EventLog:
    events = EventLog()
    voice.subscribe(events)
    return events


def busy() -> DeviceError:
    return DeviceError("audio.busy", en="Another program has it.", es="Lo tiene otro programa.")


def ended(name: str) -> bool:
    return not any(thread.name == name for thread in threading.enumerate())


def test_where_nothing_listens_the_microphone_is_opened_for_the_meter(
    voice: WindowVoice, speech: Speech, log: EventLog
) -> None:
    voice.watch_microphone()
    voice.watch_microphone()
    log.wait_for(lambda events: {LevelMeasured, WakeScored, WakeHeard} <= {type(event) for event in events})
    assert log.of(WakeScored)[0] == WakeScored(score=0.9)
    assert log.of(LevelMeasured)[0].level == pytest.approx(0.125, abs=0.01)  # type: ignore[union-attr]
    voice.leave_microphone()
    assert len(speech.microphones) == 1 and speech.microphones[0].closed.is_set()


@pytest.mark.parametrize("act", ["start", "push_to_talk", "dictate_start"])
def test_the_meter_gives_way_to_the_conversation(voice: WindowVoice, speech: Speech, log: EventLog, act: str) -> None:
    voice.watch_microphone()
    log.wait_for(lambda events: any(isinstance(event, LevelMeasured) for event in events))
    getattr(voice, act)()
    assert speech.microphones[0].closed.is_set() and ended("jarvis-meter")
    told = {"start": "unmute", "push_to_talk": "push_to_talk", "dictate_start": "dictate"}[act]
    assert speech.loops[0].calls[-1] == told


def test_a_muted_microphone_stays_closed(voice: WindowVoice, speech: Speech) -> None:
    voice.start()
    voice.mute()
    voice.watch_microphone()
    assert speech.microphones == []
    voice.unmute()
    voice.watch_microphone()
    assert speech.microphones == []


def test_who_mutes_while_it_still_loads_is_not_heard_afterwards(voice: WindowVoice, speech: Speech) -> None:
    speech.while_loading = voice.mute
    voice.start()
    assert speech.loops[0].calls == ["start"]
    voice.unmute()
    assert speech.loops[0].calls == ["start", "unmute"]


def test_who_mutes_during_a_recording_is_not_heard_afterwards(
    voice: WindowVoice, speech: Speech, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice.start()
    microphone = speech.microphone

    def opened() -> ScriptedMicrophone:
        voice.mute()
        return microphone()

    monkeypatch.setattr(speech, "microphone", opened)
    voice.record(0.1)
    assert speech.loops[0].calls == ["start", "unmute", "mute", "mute"]


def test_a_loop_whose_recogniser_cannot_start_is_ended_and_the_next_one_is_tried(
    voice: WindowVoice, speech: Speech, log: EventLog
) -> None:
    def fail() -> None:
        raise EngineError("speech.none", en="No recogniser.", es="No hay reconocedor.")

    speech.while_loading = fail
    voice.push_to_talk()
    assert speech.loops[0].calls == ["start", "close"]
    assert [event.code for event in log.of(VoiceTrouble)] == ["speech.none"]  # type: ignore[union-attr]
    speech.while_loading = lambda: None
    voice.push_to_talk()
    assert speech.loops[1].calls == ["start", "push_to_talk"]


def test_a_microphone_that_cannot_be_watched_is_told(voice: WindowVoice, speech: Speech, log: EventLog) -> None:
    speech.fails = [busy()]
    voice.watch_microphone()
    log.wait_for(lambda events: any(isinstance(event, VoiceTrouble) for event in events))
    assert log.of(VoiceTrouble)[0].code == "audio.busy"  # type: ignore[union-attr]


def test_one_that_is_missing_is_told_once_and_found_when_it_comes(
    voice: WindowVoice, speech: Speech, log: EventLog
) -> None:
    speech.fails = [busy(), busy()]
    for tries in (1, 2):
        voice.watch_microphone()
        until(lambda tries=tries: len(speech.microphones) == tries and ended("jarvis-meter"), "a try")  # type: ignore[misc]
    assert [event.code for event in log.of(VoiceTrouble)] == ["audio.busy"]  # type: ignore[union-attr]
    voice.watch_microphone()
    log.wait_for(lambda events: any(isinstance(event, LevelMeasured) for event in events))
    voice.leave_microphone()
    until(lambda: ended("jarvis-meter"), "the end of the meter")
    speech.fails = [busy()]
    voice.watch_microphone()
    log.wait_for(lambda events: sum(isinstance(event, VoiceTrouble) for event in events) == 2)


def test_where_the_loop_has_no_microphone_the_meter_looks_for_one(
    voice: WindowVoice, speech: Speech, log: EventLog
) -> None:
    voice.start()
    voice.watch_microphone()
    assert speech.microphones == [], "the loop has it, or will in a moment"
    speech.loops[0].tell(VoiceState(name="off"))
    speech.loops[0].tell(VoiceTrouble(code="audio.no_microphone", sentence="There is none."))
    voice.watch_microphone()
    log.wait_for(lambda events: any(isinstance(event, LevelMeasured) for event in events))
    voice.start()
    assert speech.microphones[0].closed.is_set()
    voice.watch_microphone()
    assert len(speech.microphones) == 1, "the loop tries again"


def test_a_recording_waits_for_the_device_and_has_its_length(
    voice: WindowVoice, speech: Speech, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_microphone, "BETWEEN_TRIES_SECONDS", 0.0)
    voice.start()
    speech.fails = [busy(), busy()]
    recording = voice.record(0.1)
    assert recording.sound.seconds == pytest.approx(0.1)
    assert recording.level == pytest.approx(0.125, abs=0.01)
    assert [microphone.closed.is_set() for microphone in speech.microphones] == [True, True, True]
    assert speech.loops[0].calls == ["start", "unmute", "mute", "unmute"]
    assert log.of(LevelMeasured) == [LevelMeasured(level=0.125)]


def test_a_device_that_stays_busy_is_an_error_and_the_loop_listens_again(
    voice: WindowVoice, speech: Speech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_microphone, "BETWEEN_TRIES_SECONDS", 0.0)
    voice.start()
    speech.fails = [busy() for _ in range(window_microphone.OPENING_TRIES)]
    with pytest.raises(DeviceError):
        voice.record(0.1)
    assert speech.loops[0].calls[-1] == "unmute"


def test_leaving_ends_a_recording_early() -> None:
    left: list[WindowMicrophone] = []

    def on_frame(number: int) -> None:
        if number == 5:
            left[0].leave()

    left.append(
        WindowMicrophone(
            lambda: ScriptedMicrophone(b"", endless=True, on_frame=on_frame), Wake, lambda _: None, lambda _: None
        )
    )
    assert left[0].record(3600.0).sound.seconds < 1


def test_what_was_recorded_is_played(voice: WindowVoice, speech: Speech) -> None:
    sound = AudioChunk(pcm=FRAME, sample_rate=16_000)
    voice.play(sound)
    assert [chunk.pcm for chunk in speech.played.played] == [FRAME]


def test_what_is_played_stops_when_it_is_given_up(voice: WindowVoice, speech: Speech) -> None:
    speech.played = FakeSpeaker(gate=threading.Event())
    cancel = CancelToken()
    player = threading.Thread(target=voice.play, args=(AudioChunk(pcm=FRAME, sample_rate=16_000), cancel))
    player.start()
    assert speech.played.sounding.wait(60) and player.is_alive()
    cancel.cancel()
    player.join(60)
    assert not player.is_alive() and speech.played.stops and speech.played.closed
    voice.play(AudioChunk(pcm=FRAME, sample_rate=16_000), cancel)
    assert len(speech.played.played) == 1


def test_dictation_is_passed_on(voice: WindowVoice, speech: Speech) -> None:
    voice.dictate_end()
    voice.dictate_cancel()
    assert speech.loops == []
    voice.dictate_start()
    voice.dictate_end()
    voice.dictate_cancel()
    assert speech.loops[0].calls == ["start", "dictate", "dictated", "stop_all"]


def test_voices_are_those_of_the_models_folder(jarvis: Jarvis, voice: WindowVoice) -> None:
    assert voice.voices("en") == []
    folder = jarvis.folders.models / "piper"
    folder.mkdir(parents=True)
    for name in ("es_ES-davefx.onnx", "en_US-lessac.onnx", "en_US-lessac.onnx.json", "model.onnx"):
        (folder / name).touch()
    assert [Path(path).name for path in voice.voices("en")] == ["en_US-lessac.onnx"]
    assert [Path(path).name for path in voice.voices("es")] == ["es_ES-davefx.onnx"]
