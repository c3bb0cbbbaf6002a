"""The speaking child: Wyoming synthesis on standard input and output, with Piper voices or eSpeak NG.

Run as `python -m jarvis.engines.children.synthesiser [--voice LANGUAGE=FILE.onnx]...`. A language without a voice
file, or with a broken one, is spoken by eSpeak NG; `describe` says which. One thread reads, so that
`STOP_SPEAKING` is heard while the other speaks; each `synthesize` is answered by exactly one `audio-stop` or `error`.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import threading
from pathlib import Path

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.info import Describe, Info, TtsProgram, TtsVoice
from wyoming.tts import Synthesize

from jarvis.contracts.errors import LANGUAGES, EngineError, Language
from jarvis.engines.children.espeak import VOICES, EspeakVoice
from jarvis.engines.children.piper_voice import PiperFileVoice
from jarvis.engines.children.wyoming_child import ChildWire, attribution, open_wire
from jarvis.engines.speech.synthesis import STOP_SPEAKING


class Synthesiser:
    """The voices of this process and the queue of what they are to say."""

    def __init__(self, wire: ChildWire, files: dict[Language, Path]) -> None:
        self._wire = wire
        self._espeak = EspeakVoice()
        self._piper: dict[Language, PiperFileVoice] = {}
        self._files = files
        self._troubles: dict[Language, str] = {}
        for language, path in files.items():
            try:
                self._piper[language] = PiperFileVoice(path)
            except EngineError as error:
                self._troubles[language] = str(error.values["why"])
        self._wishes: queue.SimpleQueue[tuple[int, Synthesize]] = queue.SimpleQueue()
        self._received = 0
        self._stopped = 0

    def run(self) -> None:
        """Serve until the parent hangs up."""
        threading.Thread(target=self._speak_all, name="speak", daemon=True).start()
        for event in self._wire.events():
            if Synthesize.is_type(event.type):
                self._received += 1
                self._wishes.put((self._received, Synthesize.from_event(event)))
            elif event.type == STOP_SPEAKING:
                self._stopped = self._received
                for voice in self._piper.values():
                    voice.stop()
            elif Describe.is_type(event.type):
                self._wire.send(self._info())

    def _speak_all(self) -> None:
        while True:
            number, wish = self._wishes.get()
            try:
                self._speak(number, wish)
                self._wire.send(AudioStop())
            except EngineError as error:
                self._wire.fail(error)

    def _speak(self, number: int, wish: Synthesize) -> None:
        language: Language = "es" if wish.voice and (wish.voice.language or "").startswith("es") else "en"
        rate = min(max(float((wish.context or {}).get("rate", 1.0)), 0.5), 2.0)
        piper = self._piper.get(language)
        sample_rate = (piper or self._espeak).sample_rate
        self._wire.send(AudioStart(rate=sample_rate, width=2, channels=1))

        def wanted() -> bool:
            return number > self._stopped

        def take(pcm: bytes) -> bool:
            if not wanted():
                return False
            self._wire.send(AudioChunk(rate=sample_rate, width=2, channels=1, audio=pcm))
            return True

        if piper is not None:
            piper.speak(wish.text, rate, take, wanted)
        elif wanted():
            self._espeak.speak(wish.text, language, rate, take)

    def _info(self) -> Info:
        voices = []
        for language in LANGUAGES:
            path = self._files.get(language)
            voices.append(
                TtsVoice(
                    name=VOICES[language] if path is None else path.name,
                    attribution=attribution(),
                    installed=language not in self._troubles,
                    description=self._troubles.get(language),
                    version=None,
                    languages=[language],
                )
            )
        program = TtsProgram(
            name="jarvis", attribution=attribution(), installed=True, description=None, version=None, voices=voices
        )
        return Info(tts=[program])


def main() -> None:
    """Serve on the wire; an error while loading is reported there."""
    parser = argparse.ArgumentParser(description="Jarvis' speaking child")
    parser.add_argument("--voice", action="append", default=[], metavar="LANGUAGE=FILE")
    options = parser.parse_args()
    wire = open_wire()
    files: dict[Language, Path] = {}
    for wish in options.voice:
        language, _, path = wish.partition("=")
        files["es" if language == "es" else "en"] = Path(path)
    try:
        Synthesiser(wire, files).run()
    except EngineError as error:
        wire.fail(error)
        sys.exit(1)
    # Native threads of the runtimes may hang at an orderly end.
    os._exit(0)


if __name__ == "__main__":
    main()
