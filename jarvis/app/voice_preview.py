"""Lets a voice be heard that is not the one in use, in a child of its own, and says which could be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.catalog.entries import Variant
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech_ports import Speaker, TextToSpeech
from jarvis.engines.speech import children
from jarvis.voice.sound_edges import louder

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis


def play_preview(jarvis: Jarvis, file: Path, text: str, language: Language, cancel: CancelToken) -> None:
    """Say `text` in the voice of `file` and return once it was heard, or was cancelled; no option is changed.

    Raises `EngineError` for a voice that cannot be loaded, and `DeviceError`.
    """
    from jarvis.app.speech_children import starter

    settings = jarvis.settings
    with (
        closing(children.text_to_speech(start_child=starter(jarvis), voices={language: file})) as voice,
        closing(jarvis.speech.speaker()) as speaker,
    ):
        end = cancel.on_cancel(speaker.stop)
        try:
            _say(voice, speaker, text, language, settings.number("voice.rate"), settings.number("voice.volume"), cancel)
        finally:
            end()


def voices_elsewhere(jarvis: Jarvis, language: Language, here: Sequence[str]) -> Sequence[str]:
    """Return the names of the catalogue's voices for `language` whose files are not among those that are `here`."""
    names = {Path(file).name for file in here}
    return [
        entry.name
        for entry in jarvis.models_room.catalog
        if entry.kind == "voice" and language in entry.languages and not names & _files(entry.variants)
    ]


def _files(variants: Sequence[Variant]) -> set[str]:
    return {Path(file.name).name for variant in variants for file in variant.files if file.name.endswith(".onnx")}


def _say(
    voice: TextToSpeech,
    speaker: Speaker,
    text: str,
    language: Language,
    rate: float,
    volume: float,
    cancel: CancelToken,
) -> None:
    if cancel.cancelled:
        return
    voice.warm()
    info = voice.info(language)
    if info.quality == "basic":
        # The child fell back to the basic voice, which is not the one that is to be heard.
        raise EngineError(
            "speech.not_previewed",
            en="This voice could not be loaded, so nothing was said and nothing was changed. Download it again under "
            "Models.",
            es="No se pudo cargar esta voz, así que no se ha dicho ni cambiado nada. Descárgala de nuevo en Modelos.",
        )
    for chunk in voice.synthesize(text, language, rate):
        if cancel.wait(0):
            return
        speaker.play(louder(chunk, volume))
    speaker.wait(cancel)
