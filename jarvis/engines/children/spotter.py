"""The spotting child: Wyoming wake-word detection of any few words on standard input and output.

Run as `python -m jarvis.engines.children.spotter`. What the protocol has no field for: every event may carry `stream`
in its data, so that several streams share one conversation ("" without it); a `detect` says in its context which
`languages` each name is pronounced in (else both), their `thresholds` by name (else by length), whether words count
only after a pause (`isolated`), and whether the sound is to be looked at as a whole at its end (`whole`). A detection's
timestamp is the end of the word, in ms from the stream's `audio-start`. A stream in which nothing was detected ends
with `not-detected`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import Describe, Info, WakeModel, WakeProgram
from wyoming.wake import Detect, Detection, NotDetected

from jarvis.contracts.errors import LANGUAGES, EngineError, Language
from jarvis.contracts.speech import SAMPLE_RATE
from jarvis.engines.children.spotter_loudness import Loudness
from jarvis.engines.children.spotter_search import Found, KeyphraseSearch, Phrase
from jarvis.engines.children.spotter_words import readings
from jarvis.engines.children.wyoming_child import ChildWire, attribution, open_wire

LOG10_PER_PHONE = -5
"""The likelihood ratio at which a phrase counts falls by this power of ten with every phone, within `RANGE`."""
RANGE = (-50, -15)

KEPT_SEARCHES = 4
"""Searches that are kept ready, 5 MB each: the stop words, the wake words, and the looks at a wake word."""

_Key = tuple[tuple[str, tuple[Language, ...], float | None, float], ...]
"""What is looked for: names, their languages, their thresholds, and the factor where they have none."""


class Stream:
    """One stream of sound and the words that are looked for in it."""

    def __init__(self, search: KeyphraseSearch, *, isolated: bool, whole: bool) -> None:
        self._search = search
        self._isolated = isolated
        self._whole = bytearray() if whole else None
        self._loudness = Loudness()
        self._open = False
        self.detected = False

    def start(self) -> None:
        """Begin anew."""
        self._open, self.detected = True, False
        self._loudness = Loudness()
        if self._whole is None:
            self._search.start()
        else:
            self._whole.clear()

    def feed(self, pcm: bytes) -> list[Found]:
        """Take sound and return what was found by now."""
        if not self._open:
            return []
        if self._whole is not None:
            self._whole += pcm
            return []
        self._loudness.feed(pcm)
        return self._counted(self._search.feed(pcm))

    def finish(self) -> list[Found]:
        """Return what was found at the end."""
        if not self._open:
            return []
        self._open = False
        if self._whole is not None:
            return self._counted(self._search.look(bytes(self._whole)))
        return self._counted(self._search.finish())

    def _counted(self, found: Sequence[Found]) -> list[Found]:
        kept = [
            one for one in found if not self._isolated or self._loudness.stands_out(one.begin_seconds, one.end_seconds)
        ]
        self.detected = self.detected or bool(kept)
        return kept


class Session:
    """Takes the parent's events in turn."""

    def __init__(self, wire: ChildWire) -> None:
        self._wire = wire
        self._streams: dict[str, Stream] = {}
        self._searches: dict[tuple[str, _Key], KeyphraseSearch] = {}

    def take(self, event: Event) -> None:
        """Act on one event; words that cannot be looked for are reported as an error of their stream."""
        name = str(event.data.get("stream", "")) if event.data else ""
        if AudioChunk.is_type(event.type):
            self._feed(name, AudioChunk.from_event(event))
        elif Detect.is_type(event.type):
            self._detect(name, Detect.from_event(event))
        elif AudioStart.is_type(event.type) and name in self._streams:
            self._streams[name].start()
        elif AudioStop.is_type(event.type) and name in self._streams:
            self._stop(name)
        elif Describe.is_type(event.type):
            self._wire.send(_info())

    def _detect(self, name: str, wanted: Detect) -> None:
        context = wanted.context or {}
        languages, thresholds = context.get("languages", {}), context.get("thresholds", {})
        surer = float(context.get("surer", 1.0))
        key: _Key = tuple(
            (
                word,
                tuple(one for one in LANGUAGES if one in languages.get(word, LANGUAGES)),
                thresholds.get(word),
                surer,
            )
            for word in wanted.names or ()
        )
        kind = "whole" if context.get("whole") else name.partition(".")[0]
        try:
            search = self._searches.pop((kind, key), None) or _search(key)
        except EngineError as error:
            self._wire.fail(error)
            return
        self._searches[kind, key] = search
        for old in list(self._searches)[:-KEPT_SEARCHES]:
            del self._searches[old]
        self._streams[name] = Stream(search, isolated=bool(context.get("isolated")), whole=bool(context.get("whole")))

    def _feed(self, name: str, chunk: AudioChunk) -> None:
        if (stream := self._streams.get(name)) is None:
            return
        if (chunk.rate, chunk.width, chunk.channels) != (SAMPLE_RATE, 2, 1):
            raise ValueError(f"sound at {chunk.rate} Hz, {chunk.width} bytes, {chunk.channels} channels")
        self._report(name, stream.feed(chunk.audio))

    def _stop(self, name: str) -> None:
        stream = self._streams.pop(name)
        self._report(name, stream.finish())
        if not stream.detected:
            self._wire.send(NotDetected(context={"stream": name}))

    def _report(self, name: str, found: Sequence[Found]) -> None:
        for one in found:
            context: dict[str, Any] = {"stream": name, "score": one.score}
            self._wire.send(Detection(name=one.name, timestamp=round(one.end_seconds * 1000), context=context))


def _search(key: _Key) -> KeyphraseSearch:
    phrases, unsaid = [], []
    for name, languages, given, surer in key:
        said = readings(name, languages)
        if said:
            phrases.append(Phrase(name=name, readings=said, threshold=given or default_threshold(said) * surer))
        else:
            unsaid.append(name)
    if unsaid:
        raise EngineError(
            "speech.spotter_word",
            en="“{words}” cannot be listened for: nobody can say how it sounds. Choose other words in the settings.",
            es="No se puede estar atento a «{words}»: no se sabe cómo suena. Elige otras palabras en los ajustes.",
            retryable=False,
            words=", ".join(unsaid),
        )
    return KeyphraseSearch(phrases)


def default_threshold(said: Sequence[str]) -> float:
    """Return the likelihood ratio for a phrase with these readings."""
    lowest, highest = RANGE
    return float(10.0 ** max(lowest, min(highest, LOG10_PER_PHONE * len(said[0].split()))))


def _info() -> Info:
    model = WakeModel(
        name="words",
        attribution=attribution(),
        installed=True,
        description=None,
        version=None,
        languages=list(LANGUAGES),
        phrase=None,
    )
    program = WakeProgram(
        name="pocketsphinx",
        attribution=attribution(),
        installed=True,
        description=None,
        version=None,
        models=[model],
    )
    return Info(wake=[program])


def main() -> None:
    """Serve until the parent hangs up."""
    wire = open_wire()
    session = Session(wire)
    for event in wire.events():
        session.take(event)
    # Native threads of the runtimes may hang at an orderly end.
    os._exit(0)


if __name__ == "__main__":
    main()
