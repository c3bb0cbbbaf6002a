"""What `jarvis listen` shows of a spoken conversation, and `jarvis demo` of one turn. Knows no device; it only gets the
events."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from typing import Any

import click

from jarvis.cli.output import print_json, words
from jarvis.contracts.events import AskCancelled, AskEvent, AskFailed, AskFinished, AskStarted
from jarvis.contracts.speech import (
    AnswerInterrupted,
    AnswerStep,
    DeviceInUse,
    PartialHeard,
    TranscriptReady,
    TurnFinished,
    VoiceEvent,
    VoiceState,
    VoiceTrouble,
    WakeHeard,
)

HEARD_CHARACTERS = 60
"""How much of what was heard of an interrupted answer is repeated: its end, that many characters at most."""


class TurnObjects:
    """One JSON object per turn on stdout; what goes wrong, and devices that are not the wanted ones, on stderr."""

    def show(self, event: VoiceEvent) -> None:
        """Print what `event` is worth."""
        if isinstance(event, VoiceTrouble):
            click.echo(event.sentence, err=True)
        elif isinstance(event, DeviceInUse) and event.note:
            click.echo(event.note, err=True)
        elif isinstance(event, TurnFinished):
            print_json(
                {
                    "wake_at": event.wake_at,
                    "transcript": event.transcript.text if event.transcript else "",
                    "text": event.text,
                    "timings": event.timings,
                }
            )

    def end(self) -> None:
        """Nothing is left to show."""


class TurnLines:
    """Questions and answers as lines on stdout, everything else on stderr.

    With `live`, for a terminal, the words of a sentence that is still being said stand on one line that is written
    over. `tells_start` says once that it listens.
    """

    def __init__(self, *, tells_start: bool, live: bool | None = None) -> None:
        self._start_untold = tells_start
        self._live = sys.stderr.isatty() if live is None else live
        self._width = 0
        self._questions: dict[str, str] = {}
        self._heard: dict[str, str] = {}

    def show(self, event: VoiceEvent) -> None:
        """Print what `event` is worth."""
        match event:
            case PartialHeard():
                self._overwrite(event.words.text)
            case TranscriptReady():
                self._say(f"> {event.transcript.text}")
            case AnswerStep():
                self._step(event.event)
            case AnswerInterrupted():
                self._interrupted(event)
            case TurnFinished():
                self._overwrite("")
                # An accepted question was answered in steps, whose last one has shown the text.
                if event.text and not (event.transcript and event.transcript.accepted):
                    self._say(event.text)
            case VoiceState():
                self._state(event)
            case WakeHeard():
                self._say(words("Yes?", "¿Sí?"), aside=True)
            case DeviceInUse():
                self._device(event)
            case VoiceTrouble():
                self._say(event.sentence, aside=True)

    def end(self) -> None:
        """Take away words that nothing came of."""
        self._overwrite("")

    def _state(self, event: VoiceState) -> None:
        if event.name not in ("hearing", "thinking"):
            self._overwrite("")
        if event.name in ("sleeping", "listening") and self._start_untold:
            self._start_untold = False
            self._say(words("Listening; Ctrl-C ends it.", "Escuchando; Ctrl-C termina."), aside=True)

    def _device(self, event: DeviceInUse) -> None:
        if event.direction == "input":
            self._say(words(f"Microphone: {event.name}", f"Micrófono: {event.name}"), aside=True)
        else:
            self._say(words(f"Speaker: {event.name}", f"Altavoz: {event.name}"), aside=True)
        if event.note:
            self._say(f"  {event.note}", aside=True)

    def _step(self, event: AskEvent) -> None:
        if isinstance(event, AskStarted):
            self._questions[event.ask_id] = event.message_id
        elif isinstance(event, AskFinished | AskFailed | AskCancelled):
            if event.text:
                self._say(event.text)
            if isinstance(event, AskFailed):
                self._say(event.sentence, aside=True)
            question = self._questions.pop(event.ask_id, None)
            if question is not None and question in self._heard:
                self._mark(self._heard.pop(question))

    def _interrupted(self, event: AnswerInterrupted) -> None:
        """Mark the answer below its text, which may only come now that it was cut off."""
        if event.question_id in self._questions.values():
            self._heard[event.question_id] = event.heard
        else:
            self._mark(event.heard)

    def _mark(self, heard: str) -> None:
        last = _end_of(heard, HEARD_CHARACTERS)
        if last:
            self._say(words(f"✂ you interrupted after “{last}”", f"✂ interrumpiste tras «{last}»"))
        else:
            self._say(words("✂ you interrupted before a word of it", "✂ interrumpiste antes de la primera palabra"))

    def _say(self, line: str, *, aside: bool = False) -> None:
        self._overwrite("")
        click.echo(line, err=aside)

    def _overwrite(self, text: str) -> None:
        """Write `text`, "" for nothing, over what was heard so far."""
        if not self._live or not (text or self._width):
            return
        shown = f"> {_end_of(text, shutil.get_terminal_size().columns - 5)} …" if text else ""
        click.echo("\r" + shown.ljust(self._width) + ("" if shown else "\r"), nl=False, err=True)
        self._width = len(shown)


def demo_lines(document: Mapping[str, Any]) -> list[str]:
    """Return the document of `jarvis demo` as lines for people."""
    total = float(document["timings"].get("end_of_speech_to_first_audio", 0.0))
    lines = [f"> {document['transcript']}", str(document["text"]), ""]
    lines.append(
        words(
            f"From the last word to the first sound of the answer: {_milliseconds(total)}",
            f"De la última palabra al primer sonido de la respuesta: {_milliseconds(total)}",
        )
    )
    named = _stage_names()
    shown = [(named.get(name, name), float(seconds)) for name, seconds in document["stages"].items()]
    width = max((len(name) for name, _ in shown), default=0)
    lines += [f"  {name:<{width}}  {_milliseconds(seconds):>8}" for name, seconds in shown]
    recogniser, loading = document["recogniser"], float(document["warm_seconds"])
    lines += [
        "",
        words(
            f"Heard by {recogniser}; recogniser and voice were loaded in {loading:.1f} s before that.",
            f"Oído por {recogniser}; antes se cargaron el reconocedor y la voz en {loading:.1f} s.",
        ),
        _where_said(str(document["reply"])),
    ]
    return [*lines, str(document["note"])] if document["note"] else lines


def _stage_names() -> dict[str, str]:
    return {
        "endpoint_silence": words("pause that ends the question", "pausa que termina la pregunta"),
        "recognition": words("last words recognised", "últimas palabras reconocidas"),
        "answer": words("first words of the answer", "primeras palabras de la respuesta"),
        "clause": words("first clause whole", "primera frase completa"),
        "synthesis": words("its sound made", "su sonido creado"),
    }


def _where_said(reply: str) -> str:
    if reply == "speaker":
        return words("The answer was said aloud.", "La respuesta se dijo en voz alta.")
    if reply.startswith("nowhere"):
        return words(
            "The answer was not played: there is no speaker here; --output FILE keeps it.",
            "La respuesta no sonó: aquí no hay altavoz; --output FICHERO la guarda.",
        )
    return words(f"The answer is in {reply}.", f"La respuesta está en {reply}.")


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def _end_of(text: str, longest: int) -> str:
    """Return the last words of `text`, on one line, after an ellipsis where some are left out."""
    line = " ".join(text.split())
    return line if len(line) <= longest else "…" + line[len(line) - max(longest, 2) + 1 :].lstrip()
