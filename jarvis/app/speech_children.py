"""Builds the recogniser and the voices from the settings and the models folder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jarvis.app.recognition_place import RecognitionPlace
from jarvis.contracts.errors import LANGUAGES
from jarvis.contracts.speech_ports import SpeechToText, TextToSpeech
from jarvis.engines.speech import children
from jarvis.engines.speech.models import voice_file
from jarvis.processes.child import Child

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis


def speech_to_text(jarvis: Jarvis, place: RecognitionPlace) -> SpeechToText:
    """Return the recogniser: the service or model that is set or found, else the one made of the skills' sentences.

    `place` says where it runs and looks after it; it is to be closed with it.
    """
    address = jarvis.settings.text("speech.recognition_address").strip()
    chosen = [place.choose() if not address else None]

    def now() -> children.WhisperPlace:
        # A model that was removed meanwhile is still the one to complain about.
        chosen[0] = place.choose() or chosen[0]
        assert chosen[0] is not None
        return chosen[0]

    def loaded(facts: Mapping[str, Any]) -> None:
        if chosen[0] is not None:
            place.loaded(chosen[0], facts)

    recogniser = children.speech_to_text(
        start_child=starter(jarvis),
        commands=children.ChildProgram(module="jarvis.app.command_listener", arguments=(str(jarvis.folders.cache),)),
        whisper=now if chosen[0] is not None else None,
        address=address,
        loaded=loaded,
        monotonic=jarvis.clock.monotonic,
    )
    place.free, place.renew = recogniser.free, recogniser.renew
    return recogniser


def text_to_speech(jarvis: Jarvis) -> TextToSpeech:
    """Return the voices: the service or files that are set or found, else eSpeak NG."""
    return children.text_to_speech(
        start_child=starter(jarvis),
        voices={
            language: voice_file(jarvis.folders.models, language, jarvis.settings.text(f"speech.voice_{language}"))
            for language in LANGUAGES
        },
        address=jarvis.settings.text("speech.voice_address").strip(),
    )


def starter(jarvis: Jarvis) -> children.StartChild:
    """Return what makes the speech children, each with its log; it starts none."""

    def start(name: str, module: str, arguments: Sequence[str]) -> Child:
        log = jarvis.folders.logs / f"{re.sub('[^a-z]+', '-', name.lower()).strip('-')}.log"
        return Child(name=name, module=module, arguments=arguments, log=log, registry=jarvis.registry, mode="pipes")

    return start
