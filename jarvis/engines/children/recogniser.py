"""The listening child: Wyoming recognition on standard input and output.

Run as `python -m jarvis.engines.children.recogniser --commands FOLDER | --whisper FOLDER [--threads N]`. What the
protocol has no field for goes under the transcript's `context`: `accepted`, `confidence`, `compute_seconds`,
`segments` as `[start, end, text]`. A `transcribe` drops an utterance that was not finished.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Describe, Info

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import SAMPLE_RATE
from jarvis.engines.children.command_gate import confidence
from jarvis.engines.children.wyoming_child import ChildWire, attribution, open_wire


class Recogniser(Protocol):
    """What both recognisers are to the wire."""

    name: str
    languages: tuple[Language, ...]

    def start(self) -> None:
        """Begin an utterance."""
        ...

    def feed(self, pcm: bytes) -> None:
        """Take 16 kHz int16 mono sound."""
        ...

    def result(self, language: Language | None) -> Transcript:
        """End the utterance."""
        ...


class Commands:
    """The basic recogniser: English commands only."""

    name = "pocketsphinx"
    languages: tuple[Language, ...] = ("en",)

    def __init__(self, folder: Path) -> None:
        from jarvis.engines.children.pocketsphinx_commands import CommandRecogniser

        self._recogniser = CommandRecogniser(folder)
        self.start = self._recogniser.start
        self.feed = self._recogniser.feed

    def result(self, language: Language | None) -> Transcript:  # noqa: ARG002
        """Return the command, accepted or not."""
        heard = self._recogniser.finish()
        segments = [[0.0, self._recogniser.audio_seconds, heard.text]] if heard.text else []
        context = {"accepted": heard.accepted, "confidence": confidence(heard.evidence), "segments": segments}
        return Transcript(text=heard.text, language="en", context=context)


class Whisper:
    """The full recogniser."""

    name = "faster-whisper"

    def __init__(self, folder: Path, threads: int) -> None:
        from jarvis.engines.children.whisper import WhisperRecogniser

        self._recogniser = WhisperRecogniser(folder, threads)
        self.languages = self._recogniser.languages
        self.start = self._recogniser.start
        self.feed = self._recogniser.feed

    def result(self, language: Language | None) -> Transcript:
        """Return the words; no words are not accepted."""
        heard = self._recogniser.finish(language)
        segments = [[one.start_seconds, one.end_seconds, one.text] for one in heard.segments]
        context = {"accepted": bool(heard.text), "confidence": heard.confidence, "segments": segments}
        return Transcript(text=heard.text, language=heard.language, context=context)


class Session:
    """Takes the parent's events in turn."""

    def __init__(self, wire: ChildWire, recogniser: Recogniser, model: str) -> None:
        self._wire = wire
        self._recogniser = recogniser
        self._model = model
        self._language: Language | None = None
        self._seconds = 0.0
        self._listening = False

    def take(self, event: Event) -> None:
        """Act on one event."""
        if AudioChunk.is_type(event.type):
            self._feed(AudioChunk.from_event(event))
        elif Transcribe.is_type(event.type):
            wanted = Transcribe.from_event(event).language
            self._language = "es" if wanted == "es" else "en" if wanted == "en" else None
        elif AudioStart.is_type(event.type):
            self._recogniser.start()
            self._seconds, self._listening = 0.0, True
        elif AudioStop.is_type(event.type) and self._listening:
            self._finish()
        elif Describe.is_type(event.type):
            self._wire.send(self._info())

    def _feed(self, chunk: AudioChunk) -> None:
        if not self._listening:
            return
        if (chunk.rate, chunk.width, chunk.channels) != (SAMPLE_RATE, 2, 1):
            raise ValueError(f"sound at {chunk.rate} Hz, {chunk.width} bytes, {chunk.channels} channels")
        began = time.perf_counter()
        self._recogniser.feed(chunk.audio)
        self._seconds += time.perf_counter() - began

    def _finish(self) -> None:
        self._listening = False
        began = time.perf_counter()
        transcript = self._recogniser.result(self._language)
        context: dict[str, Any] = transcript.context or {}
        context["compute_seconds"] = self._seconds + time.perf_counter() - began
        self._wire.send(transcript)

    def _info(self) -> Info:
        model = AsrModel(
            name=self._model,
            attribution=attribution(),
            installed=True,
            description=None,
            version=None,
            languages=list(self._recogniser.languages),
        )
        program = AsrProgram(
            name=self._recogniser.name,
            attribution=attribution(),
            installed=True,
            description=None,
            version=None,
            models=[model],
        )
        return Info(asr=[program])


def main() -> None:
    """Serve what the command line names."""
    parser = argparse.ArgumentParser(description="Jarvis' listening child")
    engine = parser.add_mutually_exclusive_group(required=True)
    engine.add_argument("--commands", type=Path, metavar="FOLDER")
    engine.add_argument("--whisper", type=Path, metavar="FOLDER")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    if options.commands:
        serve(lambda: Commands(options.commands), options.commands.name)
    else:
        serve(lambda: Whisper(options.whisper, options.threads), options.whisper.name)


def serve(load: Callable[[], Recogniser], model: str) -> None:
    """Load a recogniser and serve it on the wire until the parent hangs up; `EngineError` of `load` is reported."""
    wire = open_wire()
    try:
        recogniser = load()
    except EngineError as error:
        wire.fail(error)
        sys.exit(1)
    session = Session(wire, recogniser, model)
    for event in wire.events():
        session.take(event)
    # Native threads of the runtimes may hang at an orderly end.
    os._exit(0)


if __name__ == "__main__":
    main()
