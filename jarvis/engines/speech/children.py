"""Builds the speech children and the adapters that speak to them; the one place that knows their command lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.speech_ports import SpeechToText
from jarvis.engines.speech.connectors import ChildConnector, TcpConnector
from jarvis.engines.speech.recognition import SpeechToTextWithFallback, WyomingSpeechToText
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


def command_listener(folder: Path) -> ChildProgram:
    """Return the child that hears the command files of `folder`."""
    return ChildProgram(module=_RECOGNISER, arguments=("--commands", str(folder)))


BASIC_RECOGNITION = ServiceCard(
    engine="pocketsphinx",
    model="commands",
    quality="basic",
    languages=("en",),
    note_en="Basic speech recognition: English commands only, no Spanish. "
    "For free speech in both languages, put a faster-whisper model (one 140 MB download) into the models folder.",
    note_es="Reconocimiento de voz básico: solo órdenes en inglés, sin español. "
    "Para hablar libremente en ambos idiomas, pon un modelo faster-whisper (una descarga de 140 MB) en la carpeta "
    "de modelos.",
)


def speech_to_text(
    *,
    start_child: StartChild,
    commands: ChildProgram,
    whisper_folder: Path | None = None,
    address: str = "",
    threads: int = 0,
) -> SpeechToText:
    """Return the recogniser to use: the service at `address`, else Whisper in `whisper_folder`, else the basic one.

    `commands` is the child of the basic one. The first two give way to it when they cannot be loaded; `info().note`
    then says why.
    """
    basic_child = start_child("speech recognition", commands.module, commands.arguments)
    basic = WyomingSpeechToText(ChildConnector(basic_child), BASIC_RECOGNITION)
    if address:
        card = ServiceCard(engine="wyoming", model=address, quality="full", languages=LANGUAGES)
        return SpeechToTextWithFallback(WyomingSpeechToText(TcpConnector(address), card), basic)
    if whisper_folder is not None:
        card = ServiceCard(
            engine="faster-whisper",
            model=whisper_folder.name,
            quality="full",
            languages=_whisper_languages(whisper_folder),
        )
        child = start_child(
            "speech recognition", _RECOGNISER, ["--whisper", str(whisper_folder), "--threads", str(threads)]
        )
        return SpeechToTextWithFallback(WyomingSpeechToText(ChildConnector(child), card, answer_seconds=60.0), basic)
    return basic


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


def _whisper_languages(folder: Path) -> tuple[Language, ...]:
    """English-only models say so in their name, as OpenAI named them: `tiny.en`, `distil-medium.en`."""
    return ("en",) if folder.name.endswith(".en") else LANGUAGES
