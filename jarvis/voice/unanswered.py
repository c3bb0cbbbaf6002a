"""Tells why a recording got no answer, by what was heard in it; knows events only."""

from __future__ import annotations

from pathlib import Path

from jarvis.contracts.errors import InputError
from jarvis.contracts.speech import TurnFinished, VoiceEvent, VoiceTrouble, WakeHeard


class Unanswered:
    """Follows the events of one recording; `answered` once a turn of it is over."""

    def __init__(self) -> None:
        self.answered = False
        self._woken = False
        self._trouble = ""

    def take(self, event: VoiceEvent) -> None:
        """Remember what `event` says about the recording."""
        match event:
            case TurnFinished():
                self.answered = True
            case WakeHeard():
                self._woken = True
            case VoiceTrouble():
                self._trouble = event.sentence

    def error(self, path: Path, *, told: bool = False) -> InputError:
        """Return why nothing of `path` was answered: nobody called, no words followed, or they could not be heard.

        `told` is for whoever was already shown the trouble there was.
        """
        if self._woken and self._trouble:
            return InputError(
                "voice.words_not_heard",
                en="“Hey Jarvis” was heard in {path}, the words after it were not; nothing was asked.{why}",
                es="En {path} se oyó «hey Jarvis», pero no las palabras que siguen; no se preguntó nada.{why}",
                path=path,
                why="" if told else f" {self._trouble}",
            )
        if self._woken:
            return InputError(
                "voice.no_words",
                en="“Hey Jarvis” was heard in {path}, but no words after it; nothing was asked. "
                "Ask within a few seconds of the call, or in the same breath.",
                es="En {path} se oyó «hey Jarvis», pero ninguna palabra después; no se preguntó nada. "
                "Pregunta a los pocos segundos de llamar, o sin pausa.",
                path=path,
            )
        return InputError(
            "voice.nothing_heard",
            en="Nobody called “hey Jarvis” in {path} as far as Jarvis heard; nothing was asked. "
            "Lower voice.wake_threshold if somebody did.",
            es="Que Jarvis oyera, en {path} nadie dijo «hey Jarvis»; no se preguntó nada. "
            "Baja voice.wake_threshold si alguien lo dijo.",
            path=path,
        )
