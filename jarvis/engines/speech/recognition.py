"""Speech recognition through the Wyoming protocol, streamed while the person speaks.

Knows the protocol's services, not the recogniser behind one.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.placement import Decoding
from jarvis.contracts.speech import RecognitionHints, SpeechServiceInfo
from jarvis.contracts.speech_ports import Utterance
from jarvis.engines.speech.service import ServiceCard, WyomingService
from jarvis.engines.speech.utterance import UnheardUtterance, WyomingUtterance

if TYPE_CHECKING:
    from jarvis.engines.speech.connectors import Connector

Loaded = Callable[[Mapping[str, Any]], None]
"""Told the facts of a child of ours once it is loaded (see `jarvis.engines.children.recogniser`), and only device and
process when it has moved to the processor."""


class WyomingSpeechToText:
    """`SpeechToText` over any Wyoming service.

    `answer_seconds` is how long `finish` waits for the words, on top of three times the utterance's own length. A child
    of ours that was waited for longer than that without an answer, by utterances that were given up, is started anew.
    `loaded` is called after every start of a child of ours. `card` may be a function: it is asked at every start.
    """

    def __init__(
        self,
        connector: Connector,
        card: ServiceCard | Callable[[], ServiceCard],
        *,
        load_seconds: float = 90.0,
        answer_seconds: float = 20.0,
        loaded: Loaded | None = None,
    ) -> None:
        self._service = WyomingService(connector, load_seconds=load_seconds)
        self._card = card
        self._answer_seconds = answer_seconds
        self._loaded = loaded
        self._told: Mapping[str, Any] | None = None
        self._numbers = itertools.count(1)
        self._current: WyomingUtterance | None = None
        self._opening = threading.Lock()
        self._moved: tuple[str, str] | None = None

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        """Say which recogniser this is, its note in `language`, and why it runs otherwise than planned."""
        info = self._present_card().info(language)
        told = [note[1 if language == "es" else 0] for note in (self._moved, self._type_note()) if note is not None]
        return replace(
            info,
            note=" ".join(part for part in (info.note, *told) if part),
            device=self._device(),
            decoding=self._decoding(language),
        )

    def warm(self) -> None:
        """Start and load the service now; raises `EngineError`."""
        self._service.connection()
        facts = self._service.facts
        if facts is not None and facts is not self._told:
            self._told, self._moved = facts, _note_of(facts)
            if self._loaded is not None:
                self._loaded(facts)

    def open(self, language: Language | None = None, hints: RecognitionHints | None = None) -> Utterance:
        """Begin an utterance, dropping one whose words are not known yet: its thread reads nothing, at once.

        What is `aside` drops nobody, and is read as nothing while somebody else is listened to. Raises `EngineError`
        when the service cannot start or does not know `language`.
        """
        card = self._present_card()
        if language is not None and language not in card.languages:
            raise _unknown_language(language)
        with self._opening:
            waited = 0.0
            if self._current is not None:
                if hints is not None and hints.aside and self._current.is_open:
                    return UnheardUtterance(card, language)
                self._current.drop()
                waited = self._current.waited_in_vain
            if waited > self._answer_seconds:
                self._service.restart()
                waited = 0.0
            self.warm()
            self._current = WyomingUtterance(
                self._service,
                card,
                number=next(self._numbers),
                language=language,
                hints=hints or RecognitionHints(),
                answer_seconds=self._answer_seconds,
                learned=self._learn,
                waited_in_vain=waited,
            )
            return self._current

    def renew(self) -> bool:
        """End the service and start it anew, where it should run now; False, and nothing, while words are awaited.

        One that does not run is left so: it starts where it should. Raises `EngineError` when it cannot start.
        """
        with self._opening:
            if self._current is not None and self._current.is_open:
                return False
            if self._service.connected:
                self._service.close()
                self.warm()
            return True

    def free(self) -> None:
        """Give the memory back: a child of ours ends, and the next utterance starts it again."""
        self._service.close()

    def close(self) -> None:
        """End the service if it is ours."""
        self._service.close()

    def _present_card(self) -> ServiceCard:
        return self._card if isinstance(self._card, ServiceCard) else self._card()

    def _device(self) -> str:
        if self._told is None or not self._service.connected:
            return ""
        return "CPU" if self._moved is not None else str(self._told.get("device", ""))

    def _present_facts(self) -> Mapping[str, Any]:
        """What the child said when it was loaded, empty where it has moved since or does not run."""
        told = self._told or {}
        return told if told.get("device") == self._device() else {}

    def _type_note(self) -> tuple[str, str] | None:
        return _note_of(self._present_facts(), "type_note")

    def _decoding(self, language: Language) -> str:
        facts = self._present_facts()
        compute_type, beam = facts.get("compute_type"), facts.get("beam")
        return Decoding(compute_type=compute_type, beam=beam).told(language) if compute_type and beam else ""

    def _learn(self, context: Mapping[str, Any]) -> None:
        """Keep the note on where it runs; a child that could move to the processor says so with its next answer."""
        moved = _note_of(context)
        if moved is None:
            return
        known, self._moved = self._moved, moved
        if known is None and self._loaded is not None and self._service.facts is not None:
            self._loaded({"device": "CPU", "pid": self._service.facts.get("pid")})


def _note_of(said: Mapping[str, Any], name: str = "note") -> tuple[str, str] | None:
    note = said.get(name)
    return (str(note[0]), str(note[1])) if note else None


def _unknown_language(language: Language) -> EngineError:
    name_en, name_es = {"es": ("Spanish", "español"), "en": ("English", "inglés")}[language]
    return EngineError(
        "speech.language",
        en="The speech recogniser in use does not understand {name_en}. Type instead, or add a faster-whisper model "
        "to the models folder (“jarvis models download whisper-base”, 148 MB): it understands both languages.",
        es="El reconocedor de voz en uso no entiende {name_es}. Escribe en su lugar, o añade un modelo faster-whisper "
        "a la carpeta de modelos («jarvis models download whisper-base», 148 MB): entiende ambos idiomas.",
        retryable=False,
        name_en=name_en,
        name_es=name_es,
    )
