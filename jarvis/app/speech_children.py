"""Builds the recogniser and the voices from the settings and the models folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jarvis.contracts.errors import LANGUAGES
from jarvis.contracts.speech_ports import SpeechToText, TextToSpeech
from jarvis.engines.speech import children
from jarvis.engines.speech.models import recognition_model, voice_file
from jarvis.processes.child import Child

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis


def speech_to_text(jarvis: Jarvis) -> SpeechToText:
    """Return the recogniser: the model that is set or found, else the basic one made from the skills' sentences."""
    return children.speech_to_text(
        start_child=_starter(jarvis),
        commands=children.ChildProgram(module="jarvis.app.command_listener", arguments=(str(jarvis.folders.cache),)),
        whisper_folder=recognition_model(jarvis.folders.models, jarvis.settings.text("speech.recognition_model")),
        threads=jarvis.settings.integer("engine.threads"),
    )


def text_to_speech(jarvis: Jarvis) -> TextToSpeech:
    """Return the voices: the ones that are set or found, else eSpeak NG."""
    return children.text_to_speech(
        start_child=_starter(jarvis),
        voices={
            language: voice_file(jarvis.folders.models, language, jarvis.settings.text(f"speech.voice_{language}"))
            for language in LANGUAGES
        },
    )


def _starter(jarvis: Jarvis) -> children.StartChild:
    def start(name: str, module: str, arguments: Sequence[str]) -> Child:
        log = jarvis.folders.logs / f"{re.sub('[^a-z]+', '-', name.lower()).strip('-')}.log"
        return Child(name=name, module=module, arguments=arguments, log=log, registry=jarvis.registry, mode="pipes")

    return start
