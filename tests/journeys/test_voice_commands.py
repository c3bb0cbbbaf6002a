"""Sound in, sound out, through the real program: real wake word, real recogniser, real voice."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from tests.fakes.speech import synthetic_speech
from tests.journeys.program import Program, failed_plainly

WAKING_VOICE = "en-gb-scotland+f4"
ASKING_VOICE = "en-us+adam"
"""One of the voices that the basic recogniser understands; few of eSpeak's are."""


@pytest.fixture(scope="module")
def jarvis(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """One home for the module: the command grammar is made once."""
    return Program(tmp_path_factory.mktemp("voice") / "home")


def write_wav(path: Path, *pieces: bytes, rate: int = 16_000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(pieces))
    return path


def silence(seconds: float) -> bytes:
    return bytes(int(seconds * 16_000) * 2)


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wav(
        tmp_path_factory.mktemp("sound") / "question.wav",
        silence(0.5),
        synthetic_speech("hey jarvis", WAKING_VOICE, 150),
        silence(0.6),
        synthetic_speech("what time is it", ASKING_VOICE, 150),
        silence(1.0),
    )


def test_a_recording_is_answered_aloud(jarvis: Program, question: Path, tmp_path: Path) -> None:
    reply = tmp_path / "reply.wav"
    done = jarvis.run("listen", "--input", str(question), "--output", str(reply), "--once")
    assert done.returncode == 0, done.stderr
    assert "> what time is it" in done.stdout and "It is" in done.stdout
    with wave.open(str(reply)) as file:
        assert file.getnframes() / file.getframerate() > 0.5


def test_the_demo_asks_its_english_question_in_a_spanish_home_too(tmp_path: Path) -> None:
    spanish = Program(tmp_path / "home")
    assert spanish.run("config", "set", "language", "es").returncode == 0
    report = spanish.json("demo")
    assert report["transcript"] == "what time is it" and report["text"]
    assert "solo órdenes en inglés" in str(report["note"])


def test_the_demo_needs_nothing_and_names_its_stages(jarvis: Program) -> None:
    report = jarvis.json("demo")
    assert report["transcript"] == "what time is it" and report["text"].startswith("It is")
    stages = report["stages"]
    assert list(stages) == ["endpoint_silence", "recognition", "answer", "clause", "synthesis"]
    assert sum(stages.values()) == pytest.approx(report["timings"]["end_of_speech_to_first_audio"], abs=0.002)


def test_the_wake_word_is_found_where_it_is(jarvis: Program, question: Path) -> None:
    (hit,) = jarvis.json("wake", str(question))["detections"]
    assert 0.5 < hit["at_seconds"] < 2.0 and hit["score"] > 0.97 and hit["word"] == "hey jarvis"


def test_a_command_is_written_down(jarvis: Program, tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "a.wav", silence(0.3), synthetic_speech("what time is it", ASKING_VOICE, 150))
    document = jarvis.json("transcribe", str(sound))
    assert document["text"] == "what time is it" and document["accepted"]
    assert document["audio_seconds"] > 0.5 and document["engine"]


def test_what_was_said_can_be_heard_again(jarvis: Program, tmp_path: Path) -> None:
    sound = tmp_path / "said.wav"
    document = jarvis.json("say", "what time is it", "--output", str(sound))
    assert set(document) >= {"engine", "voice", "audio_seconds", "first_audio_seconds"}
    with wave.open(str(sound)) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(document["audio_seconds"], abs=0.1)


def test_spanish_words_choose_the_spanish_voice(jarvis: Program, tmp_path: Path) -> None:
    assert jarvis.json("say", "¿Qué hora es?", "--output", str(tmp_path / "a.wav"))["voice"] == "es"


@pytest.mark.parametrize("command", [("transcribe",), ("wake",), ("listen", "--input"), ("demo", "--input")])
def test_sound_that_is_none(jarvis: Program, tmp_path: Path, command: tuple[str, ...]) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_text("this is not sound")
    failed_plainly(jarvis.run(*command, str(bad)), "bad.wav")
    failed_plainly(jarvis.run(*command, str(tmp_path / "missing.wav")), "missing.wav")
    empty = write_wav(tmp_path / "empty.wav")
    failed_plainly(jarvis.run(*command, str(empty)), "empty.wav")


def test_a_recording_of_nobody(jarvis: Program, tmp_path: Path) -> None:
    quiet = write_wav(tmp_path / "quiet.wav", silence(3))
    assert jarvis.json("wake", str(quiet)) == {"detections": []}
    failed_plainly(jarvis.run("listen", "--input", str(quiet), "--once"), "quiet.wav")


@pytest.mark.parametrize("command", [("listen", "--once", "--input"), ("demo", "--input")])
def test_words_that_the_recogniser_cannot_hear_are_not_blamed_on_the_wake_word(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    spanish = Program(tmp_path / "home")
    assert spanish.run("config", "set", "language", "es").returncode == 0
    asked = synthetic_speech("hey jarvis", WAKING_VOICE, 150), silence(0.6), synthetic_speech("qué hora es", "es", 150)
    done = spanish.run(*command, str(write_wav(tmp_path / "hora.wav", silence(0.5), *asked, silence(1.2))))
    assert done.returncode == 1 and "hora.wav" in done.stderr
    assert "se oyó «hey Jarvis»" in done.stderr
    assert done.stderr.count("no entiende español") == 1


def test_a_call_and_nothing_more(jarvis: Program, tmp_path: Path) -> None:
    called = write_wav(
        tmp_path / "called.wav", silence(0.5), synthetic_speech("hey jarvis", WAKING_VOICE, 150), silence(3)
    )
    done = jarvis.run("listen", "--input", str(called), "--once")
    assert done.returncode == 1 and "called.wav" in done.stderr
    assert "no words after it" in done.stderr


def test_a_two_hour_recording_is_read_in_little_memory(jarvis: Program, tmp_path: Path) -> None:
    long = write_wav(tmp_path / "long.wav", bytes(2 * 16_000 * 60) * 121)
    failed_plainly(jarvis.run("transcribe", str(long)), "long.wav")


def test_an_unknown_device_is_named(jarvis: Program) -> None:
    jarvis.run("config", "set", "voice.microphone", "No Such Device")
    failed_plainly(jarvis.run("listen"), "microphone")
    jarvis.run("config", "set", "voice.microphone", "")


def test_an_output_that_cannot_be_written(jarvis: Program, tmp_path: Path) -> None:
    failed_plainly(jarvis.run("say", "hello", "--output", str(tmp_path / "no" / "folder" / "a.wav")), "a.wav")


def test_nothing_to_say(jarvis: Program, tmp_path: Path) -> None:
    failed_plainly(jarvis.run("say", "🙂", "--output", str(tmp_path / "a.wav")), "nothing")
