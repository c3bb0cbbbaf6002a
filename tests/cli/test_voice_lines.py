"""`jarvis listen`: what a spoken conversation looks like on the terminal and to a program, in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from jarvis.cli.voice_commands import demo, listen, wake
from jarvis.cli.voice_lines import TurnLines
from jarvis.contracts.errors import Language
from jarvis.contracts.events import AskCancelled, AskFailed, AskFinished, AskStarted, TextDelta
from jarvis.contracts.speech import (
    AnswerInterrupted,
    AnswerStep,
    DeviceInUse,
    LevelMeasured,
    PartialHeard,
    PartialWords,
    Transcript,
    TranscriptReady,
    TurnFinished,
    VoiceEvent,
    VoiceState,
    VoiceTrouble,
    WakeHeard,
    WakeHit,
    WakeScored,
)

ANSWER = "It is half past three in the afternoon."
HEARD = Transcript(text="what time is it", language="en", engine="x", quality="full")
STARTED = AnswerStep(
    event=AskStarted(ask_id="a", conversation_id="c", message_id="q", text="what time is it", language="en")
)
FINISHED = AnswerStep(event=AskFinished(ask_id="a", message_id="m", text=ANSWER, source="skill", reason="", timings={}))
CANCELLED = AnswerStep(event=AskCancelled(ask_id="a", text="It is half past three"))
CUT_OFF = AnswerInterrupted(question_id="q", heard="It is half past")
OVER = TurnFinished(transcript=HEARD, text=ANSWER, wake_at=1.5, timings={"total": 0.5})
ASLEEP = VoiceState(name="sleeping")


class Talk:
    """The services of a program in which this happens."""

    def __init__(self, events: tuple[VoiceEvent, ...], language: Language = "en") -> None:
        self.events = events
        self.language: Language = language

    def listen(self, **options: object) -> Iterator[VoiceEvent]:
        yield from self.events


def run(*events: VoiceEvent, arguments: tuple[str, ...] = (), language: Language = "en") -> Result:
    done = CliRunner().invoke(listen, arguments, obj=Talk(events, language))
    assert done.exit_code == 0, done.output
    return done


def partial(text: str) -> PartialHeard:
    return PartialHeard(words=PartialWords(text=text, stable=0, language="en"))


TURN = (
    LevelMeasured(level=0.1),
    WakeScored(score=0.2),
    ASLEEP,
    WakeHeard(hit=WakeHit(at_seconds=1.5, score=1.0)),
    partial("what time"),
    TranscriptReady(transcript=HEARD),
    STARTED,
    AnswerStep(event=TextDelta(ask_id="a", text=ANSWER)),
    FINISHED,
    OVER,
    ASLEEP,
)


def test_a_turn_is_its_question_and_its_answer_once() -> None:
    done = run(*TURN)
    assert done.stdout == f"> what time is it\n{ANSWER}\n"
    assert done.stderr == "Listening; Ctrl-C ends it.\nYes?\n"
    assert run(*TURN, language="es").stderr == "Escuchando; Ctrl-C termina.\n¿Sí?\n"


def test_the_answer_is_on_the_screen_before_it_has_been_said_to_its_end() -> None:
    assert ANSWER in run(*TURN[: TURN.index(OVER)]).stdout


def test_without_a_wake_word_it_says_that_it_listens_too() -> None:
    assert "Listening" in run(VoiceState(name="off"), VoiceState(name="listening")).stderr


def test_what_was_not_understood_is_answered_too_and_a_cough_leaves_nothing() -> None:
    doubtful = Transcript(text="mm", language="en", engine="x", quality="basic", accepted=False)
    sorry = TurnFinished(transcript=doubtful, text="I did not understand that.", wake_at=None)
    assert run(TranscriptReady(transcript=doubtful), sorry).stdout == "> mm\nI did not understand that.\n"
    assert run(TurnFinished(transcript=None, text="", wake_at=None)).output == ""


def test_an_answer_that_failed_says_why() -> None:
    failed = AnswerStep(event=AskFailed(ask_id="a", code="x", sentence="No model answers.", text="It is"))
    done = run(STARTED, failed, TurnFinished(transcript=HEARD, text="It is", wake_at=None))
    assert (done.stdout, done.stderr) == ("It is\n", "No model answers.\n")


@pytest.mark.parametrize(
    "events",
    [
        (STARTED, FINISHED, CUT_OFF, OVER),
        (STARTED, CUT_OFF, FINISHED, OVER),
        (STARTED, FINISHED, OVER, CUT_OFF),
    ],
)
def test_an_interrupted_answer_is_marked_below_it_whatever_comes_first(events: tuple[VoiceEvent, ...]) -> None:
    assert run(*events).stdout == f"{ANSWER}\n✂ you interrupted after “It is half past”\n"
    assert run(*events, language="es").stdout == f"{ANSWER}\n✂ interrumpiste tras «It is half past»\n"


def test_an_answer_that_was_cut_off_while_it_was_written_is_marked() -> None:
    done = run(STARTED, CUT_OFF, CANCELLED, TurnFinished(transcript=HEARD, text="It is half past three", wake_at=None))
    assert done.stdout == "It is half past three\n✂ you interrupted after “It is half past”\n"


def test_of_a_long_answer_the_end_of_what_was_heard_is_told() -> None:
    told = run(STARTED, FINISHED, AnswerInterrupted(question_id="q", heard="word " * 50 + "end")).stdout
    assert "“…" in told and "word end”" in told and len(told.splitlines()[-1]) < 100
    nothing = AnswerInterrupted(question_id="q", heard="")
    assert run(STARTED, FINISHED, nothing).stdout.endswith("✂ you interrupted before a word of it\n")
    assert run(STARTED, FINISHED, nothing, language="es").stdout.endswith("antes de la primera palabra\n")


def test_devices_are_named_and_why_it_is_another_one() -> None:
    events = (
        DeviceInUse(direction="input", name="Built-in", note="The headset is gone."),
        DeviceInUse(direction="output", name="Monitor"),
    )
    done = run(*events)
    assert done.stderr == "Microphone: Built-in\n  The headset is gone.\nSpeaker: Monitor\n"
    assert done.stdout == ""
    assert run(*events, language="es").stderr == "Micrófono: Built-in\n  The headset is gone.\nAltavoz: Monitor\n"


def test_a_program_gets_one_object_a_turn_and_nothing_else() -> None:
    note = DeviceInUse(direction="input", name="Built-in", note="The headset is gone.")
    trouble = VoiceTrouble(code="x", sentence="The recogniser died.")
    done = run(note, DeviceInUse(direction="output", name="Monitor"), *TURN, CUT_OFF, trouble, arguments=("--json",))
    (line,) = done.stdout.splitlines()
    assert json.loads(line) == {
        "wake_at": 1.5,
        "transcript": "what time is it",
        "text": ANSWER,
        "timings": {"total": 0.5},
    }
    assert done.stderr == "The headset is gone.\nThe recogniser died.\n"


def on_screen(written: str) -> list[str]:
    """What a terminal shows of it: a carriage return writes over the line from its beginning."""
    lines = []
    for line in written.split("\n"):
        row = ""
        for piece in line.split("\r"):
            row = piece + row[len(piece) :]
        lines.append(row.rstrip())
    return lines


def shown_live(capsys: pytest.CaptureFixture[str], *events: VoiceEvent) -> list[list[str]]:
    """The screen after each event, on a terminal that shows both streams."""
    lines, written, screens = TurnLines(tells_start=False, live=True), "", []
    for event in events:
        lines.show(event)
        out, err = capsys.readouterr()
        # Of one event either the taken back words and then a line come, or only one of them.
        written += err + out if err.endswith("\r") or not out else out + err
        screens.append(on_screen(written))
    return screens


def test_words_are_written_over_on_one_line_while_they_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    screens = shown_live(
        capsys,
        partial("what time is it now"),
        partial("what time"),
        TranscriptReady(transcript=HEARD),
        partial("mm"),
        ASLEEP,
    )
    assert screens == [
        ["> what time is it now …"],
        ["> what time …"],
        ["> what time is it", ""],
        ["> what time is it", "> mm …"],
        ["> what time is it", ""],
    ]


def test_words_stay_while_they_are_thought_about_and_never_break_the_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    first, second, third = shown_live(
        capsys, partial("word " * 40 + "end"), VoiceState(name="thinking"), VoiceTrouble(code="x", sentence="It died.")
    )
    assert first == second and len(first[0]) < 30
    assert first[0].startswith("> …") and first[0].endswith("word end …")
    assert third == ["It died.", ""]


def test_words_that_are_still_being_said_are_for_a_terminal_only() -> None:
    assert run(partial("what time")).output == ""


def test_nothing_is_left_on_the_line_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    lines = TurnLines(tells_start=False, live=True)
    lines.show(partial("what time"))
    lines.end()
    lines.end()
    assert on_screen(capsys.readouterr().err) == [""]


REPORT = {
    "input": "",
    "wake_at": 1.4,
    "transcript": "what time is it",
    "recogniser": "pocketsphinx",
    "text": ANSWER,
    "warm_seconds": 0.72,
    "stages": {"endpoint_silence": 0.2, "recognition": 0.0001, "answer": 0.0099, "synthesis": 0.016},
    "timings": {"end_of_speech_to_first_audio": 0.2279},
    "reply": "nowhere: no speaker here; --output keeps it",
    "note": "Basic.",
}


class Shown(Talk):
    """The services of a program in which a demonstration ends like `REPORT` and files hold `hits`."""

    def __init__(self, language: Language, reply: str = "", hits: tuple[WakeHit, ...] = ()) -> None:
        super().__init__((), language)
        self.report = {**REPORT, "reply": reply or REPORT["reply"]}
        self.hits = hits
        self.settings = self

    def demo(self, **_: object) -> dict[str, object]:
        return self.report

    def wake_hits(self, _: object) -> tuple[WakeHit, ...]:
        return self.hits

    def text(self, name: str) -> str:
        assert name == "voice.wake_words"
        return "hey jarvis, computer"


@pytest.mark.parametrize(
    ("language", "total", "stage", "nowhere"),
    [
        ("en", "to the first sound of the answer: 228 ms", "pause that ends the question", "no speaker here"),
        ("es", "al primer sonido de la respuesta: 228 ms", "pausa que termina la pregunta", "no hay altavoz"),
    ],
)
def test_the_demonstration_is_told_in_sentences(language: Language, total: str, stage: str, nowhere: str) -> None:
    lines = CliRunner().invoke(demo, obj=Shown(language)).output.splitlines()
    assert lines[:2] == ["> what time is it", ANSWER]
    assert lines[3].endswith(total)
    assert lines[4].split("  ")[1] == stage and lines[4].endswith("  200 ms")
    assert [line.rpartition("  ")[2].strip() for line in lines[4:8]] == ["200 ms", "0 ms", "10 ms", "16 ms"]
    assert nowhere in lines[-2] and lines[-1] == "Basic."
    assert "_" not in "".join(lines)


def test_the_demonstration_says_where_its_answer_is() -> None:
    assert "aloud" in CliRunner().invoke(demo, obj=Shown("en", "speaker")).output
    assert "La respuesta está en out.wav." in CliRunner().invoke(demo, obj=Shown("es", "out.wav")).output
    shown = CliRunner().invoke(demo, ["--json"], obj=Shown("en", "out.wav")).output
    assert json.loads(shown)["stages"] == REPORT["stages"]


def test_wake_words_are_listed_with_their_time_and_missing_ones_by_name() -> None:
    hits = (WakeHit(at_seconds=1.46, score=0.986), WakeHit(at_seconds=12.0, score=0.5, word="computer"))
    shown = CliRunner().invoke(wake, ["x.wav"], obj=Shown("en", hits=hits)).output.splitlines()
    assert shown == ["    1.46 s   hey jarvis   (score 0.99)", "   12.00 s   computer   (score 0.50)"]
    none = CliRunner().invoke(wake, ["x.wav"], obj=Shown("es")).output
    assert none == "En x.wav nadie dice «hey jarvis, computer».\n"
