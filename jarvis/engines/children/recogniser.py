"""The listening child: Wyoming recognition on standard input and output, or on a port of this computer.

Run as `python -m jarvis.engines.children.recogniser --commands FOLDER | --whisper FOLDER [--device auto|cpu|cuda:N]
[--compute-type T] [--beam N] [--threads N] [--listen tcp://127.0.0.1:PORT]`. What the protocol has no field for:

- `transcribe` takes under `context` the `utterance`'s number, `partials` (true to be told words while they are spoken)
  and what was said `before`; `transcript_names` and `transcript_terms` are likely words. It drops an utterance that
  was not finished, as `jarvis-abandon` does at once.
- `jarvis-settle` with a `number` asks for the words of everything so far; they come as a `transcript` whose context has
  that number under `settled`.
- `transcript-chunk` adds words that no longer change; its context has the `utterance`, all words so far as `partial`,
  how many characters of them are `stable`, and their `language`.
- `transcript` has under `context`: `utterance`, `accepted`, `confidence`, `compute_seconds`, `note` (English, Spanish),
  `segments` as `[start, end, text]`.
- `info` has under `jarvis` the `device`, `compute_type`, `beam`, `load_seconds`, `window_seconds`, `pid`, `note` (why
  on no GPU), `type_note` (why in another type) and `no_room`.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, Eventable
from wyoming.info import AsrModel, AsrProgram, Describe, Info

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.placement import COMPUTE_TYPES, ComputeType
from jarvis.contracts.speech import SAMPLE_RATE
from jarvis.engines.children.heard import HeardSpeech, Listener, PartialSpeech, Request
from jarvis.engines.children.wyoming_child import ChildWire, attribution, open_wire

Send = Callable[[Eventable | Event], None]

SETTLE, ABANDON = "jarvis-settle", "jarvis-abandon"
"""Our own events."""


class Stream(Protocol):
    """One conversation's utterances, one after the other."""

    def begin(self, request: Request) -> None:
        """Begin an utterance, dropping one that was not finished."""
        ...

    def feed(self, pcm: bytes) -> None:
        """Take 16 kHz int16 mono sound."""
        ...

    def settle(self, number: int) -> None:
        """Ask for the words so far."""
        ...

    def finish(self) -> None:
        """End the utterance; its words are told."""
        ...

    def abandon(self) -> None:
        """Drop it."""
        ...

    def close(self) -> None:
        """End the conversation."""
        ...


class Recogniser(Protocol):
    """What both recognisers are to the wire; `facts` are told with the description."""

    name: str
    languages: tuple[Language, ...]

    @property
    def facts(self) -> Mapping[str, Any]:
        """Where it runs and what was measured."""
        ...

    def stream(self, listener: Listener) -> Stream:
        """Begin a conversation."""
        ...


class Commands:
    """The basic recogniser: English commands only."""

    name = "pocketsphinx"
    languages: tuple[Language, ...] = ("en",)

    def __init__(self, folder: Path) -> None:
        from jarvis.engines.children.pocketsphinx_commands import CommandRecogniser

        self._recogniser = CommandRecogniser(folder)

    @property
    def facts(self) -> Mapping[str, Any]:
        """It runs on the processor."""
        return {"device": "CPU"}

    def stream(self, listener: Listener) -> Stream:
        """Begin a conversation; one at a time."""
        from jarvis.engines.children.command_stream import CommandStream

        return CommandStream(self._recogniser, listener)


class Whisper:
    """The full recogniser; `device` and the other options are those of the command line."""

    name = "faster-whisper"

    def __init__(
        self,
        folder: Path,
        *,
        device: str = "cpu",
        compute_type: ComputeType | Literal["auto"] = "auto",
        beam: int = 0,
        threads: int = 0,
    ) -> None:
        from jarvis.engines.children.whisper_place import show_only

        gpu = show_only(device)
        from jarvis.engines.children.moving_whisper import MovingWhisper

        self._windows = MovingWhisper(folder, gpu=gpu, compute_type=compute_type, beam=beam, threads=threads)
        self.languages = self._windows.languages
        self._decoding = threading.Lock()

    @property
    def facts(self) -> Mapping[str, Any]:
        """Where it runs, what loading and an empty window took, and why it is not where it should be."""
        return {
            "device": self._windows.place.name,
            "compute_type": self._windows.decoding.compute_type,
            "beam": self._windows.decoding.beam,
            "load_seconds": self._windows.load_seconds,
            "window_seconds": self._windows.window_seconds,
            "note": self._windows.note,
            "type_note": self._windows.type_note,
            "no_room": self._windows.no_room,
        }

    def stream(self, listener: Listener) -> Stream:
        """Begin a conversation; several share the model."""
        from jarvis.engines.children.silero import Silero
        from jarvis.engines.children.whisper_stream import WhisperStream

        return WhisperStream(self._windows, Silero(), listener, crashed=_end, decoding=self._decoding)


class Answers:
    """The `Listener` that writes to a wire; the other side may be gone."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._told = 0

    def partial(self, request: Request, heard: PartialSpeech) -> None:
        """Send the words so far."""
        told = self._told if self._told <= heard.stable else 0
        context = {
            "utterance": request.number,
            "partial": heard.text,
            "stable": heard.stable,
            "language": heard.language,
        }
        self._told = heard.stable
        self._send(Event(type="transcript-chunk", data={"text": heard.text[told : heard.stable], "context": context}))

    def settled(self, request: Request, number: int, heard: HeardSpeech) -> None:
        """Send the words of a pause."""
        self._send(_transcript(request, heard, settled=number))

    def finished(self, request: Request, heard: HeardSpeech) -> None:
        """Send the words of the whole utterance."""
        self._told = 0
        self._send(_transcript(request, heard))


class Session:
    """Takes one peer's events in turn."""

    def __init__(self, send: Send, recogniser: Recogniser, model: str) -> None:
        self._send = send
        self._recogniser = recogniser
        self._model = model
        self._stream = recogniser.stream(Answers(send))
        self._request = Request(partials=False)
        self._listening = False

    def take(self, event: Event) -> None:
        """Act on one event."""
        if AudioChunk.is_type(event.type):
            self._feed(AudioChunk.from_event(event))
        elif Transcribe.is_type(event.type):
            self._request = _request(Transcribe.from_event(event))
        elif AudioStart.is_type(event.type):
            self._stream.begin(self._request)
            # A client that asks for nothing in particular next time gets no wishes of this time.
            self._request, self._listening = Request(partials=False), True
        elif AudioStop.is_type(event.type) and self._listening:
            self._listening = False
            self._stream.finish()
        elif event.type == SETTLE and self._listening:
            self._stream.settle(int(event.data["number"]))
        elif event.type == ABANDON:
            self._listening = False
            self._stream.abandon()
        elif Describe.is_type(event.type):
            facts = {**self._recogniser.facts, "pid": os.getpid()}
            self._send(Event(type="info", data={**self._info().event().data, "jarvis": facts}))

    def close(self) -> None:
        """The peer is gone."""
        self._stream.close()

    def _feed(self, chunk: AudioChunk) -> None:
        if not self._listening:
            return
        if (chunk.rate, chunk.width, chunk.channels) != (SAMPLE_RATE, 2, 1):
            raise ValueError(f"sound at {chunk.rate} Hz, {chunk.width} bytes, {chunk.channels} channels")
        self._stream.feed(chunk.audio)

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


def _request(asked: Transcribe) -> Request:
    context: dict[str, Any] = asked.context or {}
    return Request(
        number=int(context.get("utterance", 0)),
        language="es" if asked.language == "es" else "en" if asked.language == "en" else None,
        words=(*(asked.transcript_names or ()), *(asked.transcript_terms or ())),
        before=str(context.get("before", "")),
        partials=bool(context.get("partials", False)),
    )


def _transcript(request: Request, heard: HeardSpeech, **more: int) -> Transcript:
    context = {
        "utterance": request.number,
        "accepted": heard.accepted,
        "confidence": heard.confidence,
        "compute_seconds": heard.compute_seconds,
        "note": heard.note,
        "segments": [[one.start_seconds, one.end_seconds, one.text] for one in heard.segments],
        **more,
    }
    return Transcript(text=heard.text, language=heard.language, context=context)


def _end(error: Exception) -> None:
    """End this process: half of it is dead, and the parent starts another."""
    traceback.print_exception(error)
    sys.stderr.flush()
    os._exit(1)


def main() -> None:
    """Serve what the command line names."""
    parser = argparse.ArgumentParser(description="Jarvis' listening child")
    engine = parser.add_mutually_exclusive_group(required=True)
    engine.add_argument("--commands", type=Path, metavar="FOLDER")
    engine.add_argument("--whisper", type=Path, metavar="FOLDER")
    parser.add_argument("--device", default="cpu", help="auto, cpu or cuda:N in the order of the PCI bus")
    parser.add_argument("--compute-type", default="auto", choices=("auto", *COMPUTE_TYPES))
    parser.add_argument("--beam", type=int, default=0, help="1 is greedy search; 0 chooses by the device")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--listen", default="", metavar="tcp://127.0.0.1:PORT")
    options = parser.parse_args()

    def load() -> Recogniser:
        if options.commands:
            return Commands(options.commands)
        return Whisper(
            options.whisper,
            device=options.device,
            compute_type=options.compute_type,
            beam=options.beam,
            threads=options.threads,
        )

    model = (options.commands or options.whisper).name
    if options.listen:
        from jarvis.engines.children.recogniser_port import serve_port

        serve_port(load, model, options.listen)
    else:
        serve(load, model)


def serve(load: Callable[[], Recogniser], model: str) -> None:
    """Load a recogniser and serve it on the wire until the parent hangs up; `EngineError` of `load` is reported."""
    wire: ChildWire = open_wire()
    try:
        recogniser = load()
    except EngineError as error:
        wire.fail(error)
        sys.exit(1)
    session = Session(wire.send, recogniser, model)
    for event in wire.events():
        session.take(event)
    # Native threads of the runtimes may hang at an orderly end.
    os._exit(0)


if __name__ == "__main__":
    main()
