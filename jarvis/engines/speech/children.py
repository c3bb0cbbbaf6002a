"""Builds the speech children and the adapters that speak to them; the one place that knows their command lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.placement import Decoding
from jarvis.engines.speech.connectors import ChildConnector, TcpConnector
from jarvis.engines.speech.fallback import SpeechToTextWithFallback
from jarvis.engines.speech.models import languages_of
from jarvis.engines.speech.recognition import Loaded, WyomingSpeechToText
from jarvis.engines.speech.service import ServiceCard
from jarvis.engines.speech.synthesis import WyomingTextToSpeech, basic_voice_card
from jarvis.processes.child import Child

StartChild = Callable[[str, str, Sequence[str]], Child]
"""Makes a `Child` in mode "pipes" from its name, its module and its arguments; starts nothing."""

_RECOGNISER = "jarvis.engines.children.recogniser"
_SYNTHESISER = "jarvis.engines.children.synthesiser"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildProgram:
    """The module and the arguments of a listening child."""

    module: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class WhisperPlace:
    """Which Whisper runs where. `device` is cpu, cuda:N in the order of the PCI bus, or auto.

    `decoding` is what the plan gives; with None the child takes the best that its device can. `threads` 0 leaves their
    number to it. The notes say what is out of the ordinary about it.
    """

    folder: Path
    device: str = "cpu"
    decoding: Decoding | None = None
    threads: int = 0
    note_en: str = ""
    note_es: str = ""

    def program(self) -> ChildProgram:
        """Return the child that runs it."""
        options = {
            "--whisper": self.folder,
            "--device": self.device,
            "--compute-type": self.decoding.compute_type if self.decoding else "auto",
            "--beam": self.decoding.beam if self.decoding else 0,
            "--threads": self.threads,
        }
        arguments = tuple(str(part) for option in options.items() for part in option)
        return ChildProgram(module=_RECOGNISER, arguments=arguments)

    def card(self) -> ServiceCard:
        """Return what is shown of it."""
        return ServiceCard(
            engine="faster-whisper",
            model=self.folder.name,
            quality="full",
            languages=languages_of(self.folder),
            note_en=self.note_en,
            note_es=self.note_es,
        )


def command_listener(folder: Path) -> ChildProgram:
    """Return the child that hears the command files of `folder`."""
    return ChildProgram(module=_RECOGNISER, arguments=("--commands", str(folder)))


BASIC_RECOGNITION = ServiceCard(
    engine="pocketsphinx",
    model="commands",
    quality="basic",
    languages=("en",),
    note_en="Basic speech recognition: English commands only, no Spanish. For free speech in both languages, fetch a "
    "faster-whisper model: “jarvis models download whisper-base” (148 MB).",
    note_es="Reconocimiento de voz básico: solo órdenes en inglés, sin español. Para hablar libremente en ambos "
    "idiomas, descarga un modelo faster-whisper: «jarvis models download whisper-base» (148 MB).",
)


def speech_to_text(
    *,
    start_child: StartChild,
    commands: ChildProgram,
    whisper: WhisperPlace | Callable[[], WhisperPlace] | None = None,
    address: str = "",
    loaded: Loaded | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> WyomingSpeechToText | SpeechToTextWithFallback:
    """Return the recogniser to use: the service at `address`, else `whisper`, else the basic one.

    `commands` is the child of the basic one. The first two give way to it when they cannot be loaded; `info().note`
    then says why; `monotonic` tells the time, in seconds, of another try. A function for `whisper` is asked at every
    start; `loaded` gets the facts of its child.
    """
    basic_child = start_child("speech recognition", commands.module, commands.arguments)
    basic = WyomingSpeechToText(ChildConnector(basic_child), BASIC_RECOGNITION)
    if address:
        card = ServiceCard(engine="wyoming", model=address, quality="full", languages=LANGUAGES)
        return SpeechToTextWithFallback(WyomingSpeechToText(TcpConnector(address), card), basic, monotonic)
    if whisper is None:
        return basic
    where = whisper if callable(whisper) else lambda: whisper
    now = [where()]

    def made() -> Child:
        program = now[0].program()
        return start_child("speech recognition", program.module, program.arguments)

    def made_again() -> Child:
        now[0] = where()
        return made()

    def present() -> ServiceCard:
        return now[0].card()

    service = WyomingSpeechToText(ChildConnector(made(), made_again), present, answer_seconds=60.0, loaded=loaded)
    return SpeechToTextWithFallback(service, basic, monotonic)


def text_to_speech(
    *, start_child: StartChild, voices: Mapping[Language, Path | None], address: str = ""
) -> WyomingTextToSpeech:
    """Return the voices to use: the service at `address`, else one child with a Piper file or eSpeak per language."""
    if address:
        cards = {
            language: ServiceCard(engine="wyoming", model=address, quality="full", languages=(language,))
            for language in LANGUAGES
        }
        return WyomingTextToSpeech(TcpConnector(address), cards)
    arguments: list[str] = []
    cards = {language: basic_voice_card(language) for language in LANGUAGES}
    for language, path in voices.items():
        if path is not None:
            arguments += ["--voice", f"{language}={path}"]
            cards[language] = ServiceCard(engine="piper", model=path.stem, quality="full", languages=(language,))
    return WyomingTextToSpeech(ChildConnector(start_child("the voice", _SYNTHESISER, arguments)), cards)
