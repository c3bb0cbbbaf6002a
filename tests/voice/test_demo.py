import sys
from pathlib import Path

import pytest

from jarvis.audio.files import WavSpeaker, read_blocks, sound_info
from jarvis.contracts.errors import EngineError, InputError
from jarvis.contracts.speech import TranscriptReady, WakeHeard
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.demo import LONGEST_DEMO_SECONDS, listen_to_file, run_demo, spoken_question, stages_of
from jarvis.voice.end_of_turn import RuleTurnJudge
from jarvis.voice.options import HearingOptions, VoiceOptions, hearing_options, voice_options
from jarvis.voice.parts import VoiceParts
from jarvis.voice.turns import SilenceTurnDetector
from jarvis.voice.wake import MicroWakeDetector
from tests.fakes.speech import WAKING_VOICE, silence, synthetic_speech, write_wav
from tests.fakes.voice import (
    EventLog,
    FakeAssistant,
    FakeClock,
    FakeSpeechToText,
    model_answer,
)
from tests.fakes.voice_output import FakeSpeaker, FakeTextToSpeech

HEY = synthetic_speech("hey jarvis", WAKING_VOICE, 150)


def parts(speaker=None, **others) -> VoiceParts:
    return VoiceParts(
        **{
            "microphone": lambda: pytest.fail("a file stands in the microphone's place"),
            "wake": MicroWakeDetector(),
            "activity": SileroVoiceDetector(),
            "turns": SilenceTurnDetector(),
            "judge": RuleTurnJudge(),
            "speech_to_text": FakeSpeechToText(),
            "assistant": FakeAssistant(),
            "text_to_speech": FakeTextToSpeech(),
            "speaker": speaker or FakeSpeaker(),
            "clock": FakeClock(),
            **others,
        }
    )


def conversation(tmp_path, *phrases: bytes):
    sound = silence(0.5) + b"".join(phrase + silence(1.5) for phrase in phrases)
    return write_wav(tmp_path / "talk.wav", sound)


def test_the_demonstration_is_a_whole_spoken_turn_without_a_microphone(tmp_path):
    used = parts(WavSpeaker(tmp_path / "reply.wav"))
    log = EventLog()
    report = run_demo(used, options=VoiceOptions, on_event=log)
    document = report.to_json()
    assert document["transcript"] == "what time is it"
    assert document["text"] == "It is ten past three."
    assert list(document["stages"]) == ["endpoint_silence", "recognition", "answer", "clause", "synthesis"]
    assert sum(document["stages"].values()) == pytest.approx(
        document["timings"]["end_of_speech_to_first_audio"], abs=1e-4
    )
    assert document["timings"]["endpoint_silence"] == pytest.approx(0.2, abs=0.001)
    assert used.speech_to_text.warmed
    assert sound_info(tmp_path / "reply.wav").seconds == pytest.approx(0.1, abs=0.01)
    assert [type(event) for event in log.events if isinstance(event, WakeHeard | TranscriptReady)] == [
        WakeHeard,
        TranscriptReady,
    ]


def test_the_spoken_question_wakes_the_wake_word_and_says_the_words(tmp_path, monkeypatch):
    # Nothing is imported from the folder in which it is run.
    (tmp_path / "wave.py").write_text("raise SystemExit(3)")
    (tmp_path / "jarvis.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    path = spoken_question(Path("q.wav"), "set a timer for ten minutes")
    detector = MicroWakeDetector()
    hits = [hit for block in read_blocks(path) for hit in detector.process(block)]
    assert len(hits) == 1
    assert sound_info(path).seconds > 3


@pytest.mark.parametrize(
    ("usual", "known", "language"),
    [("es", ("en", "es"), "es"), ("es", ("en",), "en"), ("en", ("en", "es"), "en")],
)
def test_the_demonstration_asks_in_the_usual_language_where_the_recogniser_knows_it(
    tmp_path, monkeypatch, usual, known, language
):
    recogniser, asked = FakeSpeechToText(), []
    recogniser.languages = known

    def spoken(path, *of):
        asked.append(of)
        return spoken_question(path, *of)

    monkeypatch.setattr("jarvis.voice.demo.spoken_question", spoken)
    run_demo(parts(speech_to_text=recogniser), options=lambda: VoiceOptions(usual_language=usual))
    assert asked == [({"en": "what time is it", "es": "qué hora es"}[language], language)]
    assert recogniser.asked_in
    assert set(recogniser.asked_in) == {language}


def test_the_question_is_spoken_by_a_voice_of_its_language(tmp_path):
    spoken = [sound_info(spoken_question(tmp_path / f"{one}.wav", "qué hora es", one)).seconds for one in ("en", "es")]
    assert abs(spoken[0] - spoken[1]) > 0.05


def test_without_espeak_the_demonstration_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(EngineError) as caught:
        spoken_question(tmp_path / "q.wav")
    assert caught.value.code == "voice.no_demo_speech"


def test_a_recording_without_the_wake_word_is_one_sentence(tmp_path):
    path = conversation(tmp_path, synthetic_speech("what time is it", "en-us"))
    with pytest.raises(InputError) as caught:
        run_demo(parts(), options=VoiceOptions, path=path)
    assert caught.value.code == "voice.nothing_heard"
    assert "talk.wav" in caught.value.sentence("es")


@pytest.mark.parametrize(
    ("sound", "code"), [(b"", "audio.empty"), (silence(LONGEST_DEMO_SECONDS + 1), "audio.too_long")]
)
def test_recordings_that_cannot_be_used_are_refused_at_once(tmp_path, sound, code):
    with pytest.raises(InputError) as caught:
        run_demo(parts(), options=VoiceOptions, path=write_wav(tmp_path / "x.wav", sound))
    assert caught.value.code == code


def test_a_recording_with_several_questions_gives_several_turns(tmp_path):
    command, follow_up = synthetic_speech("clear my list", WAKING_VOICE), synthetic_speech("yes please", WAKING_VOICE)
    path = conversation(tmp_path, HEY, command, follow_up, HEY, command)
    ask = FakeAssistant(model_answer("Sure?", expects_reply=True), "Done.", "It is empty.")
    stt = FakeSpeechToText("clear my list", "yes please", "clear my list")
    used = parts(FakeSpeaker(), speech_to_text=stt, assistant=ask)
    turns = listen_to_file(used, path, options=VoiceOptions)
    assert [(turn.transcript.text, turn.text) for turn in turns] == [
        ("clear my list", "Sure?"),
        ("yes please", "Done."),
        ("clear my list", "It is empty."),
    ]
    assert [turn.wake_at is None for turn in turns] == [False, True, False]
    assert used.speaker.closed


def test_awake_takes_the_first_words_and_stops_after_as_many_turns_as_wanted(tmp_path):
    words = synthetic_speech("what time is it", "en-us")
    turns = listen_to_file(parts(), conversation(tmp_path, words, words), options=VoiceOptions, turns=1, awake=True)
    assert len(turns) == 1


def test_stages_that_did_not_happen_are_left_out():
    stages = stages_of({"endpoint_silence": 0.35, "transcript": 0.02, "first_text": 0.03})
    assert [(stage.name, stage.seconds) for stage in stages] == [
        ("endpoint_silence", 0.35),
        ("recognition", 0.02),
        ("answer", 0.01),
    ]


def test_options_follow_the_settings():
    from jarvis.settings.store import Settings

    settings = Settings(None)
    usual = VoiceOptions(usual_language="es", follow_up_seconds=6.0, sounds=True, fillers=True)
    assert voice_options(settings, "es") == usual
    for name, value in (
        ("language", "en"),
        ("voice.answer_aloud", "never"),
        ("voice.rate", 1.5),
        ("voice.volume", 0.5),
        ("voice.mode", "continuous"),
        ("voice.barge_in", "wake_word"),
        ("voice.follow_up_seconds", 0.0),
        ("voice.sounds", False),
        ("voice.fillers", False),
    ):
        settings.set(name, value)
    assert voice_options(settings, "es") == VoiceOptions(
        language="en", aloud=False, rate=1.5, volume=0.5, continuous=True, barge_in="wake_word"
    )
    assert hearing_options(settings) == HearingOptions()
    settings.set("voice.endpoint_silence_seconds", 1.0)
    settings.set("voice.longest_pause_seconds", 0.5)
    times = hearing_options(settings)
    assert (times.pause_seconds, times.undecided_seconds, times.longest_pause_seconds) == (1.0, 1.0, 1.0)
