"""Speech recognition through the Wyoming protocol, streamed while the person speaks.

Knows the protocol's services, not the recogniser behind one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import RecognitionHints, SpeechServiceInfo
from jarvis.contracts.speech_ports import Utterance
from jarvis.engines.speech.service import ServiceCard, WyomingService
from jarvis.engines.speech.utterance import WyomingUtterance

if TYPE_CHECKING:
    from jarvis.engines.speech.connectors import Connector

Loaded = Callable[[Mapping[str, Any]], None]
"""Told the facts of a child of ours once it is loaded: see `jarvis.engines.children.recogniser`."""


class WyomingSpeechToText:
    """`SpeechToText` over any Wyoming service.

    `answer_seconds` is how long `finish` waits for the words, on top of three times the utterance's own length.
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
        self._moved: tuple[str, str] | None = None

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        """Say which recogniser this is, its note in `language`; where it has to run elsewhere than wanted, that too."""
        info = self._present_card().info(language)
        if self._moved is None:
            return info
        moved = self._moved[1 if language == "es" else 0]
        return SpeechServiceInfo(
            engine=info.engine,
            model=info.model,
            quality=info.quality,
            languages=info.languages,
            note=f"{info.note} {moved}".strip(),
        )

    def warm(self) -> None:
        """Start and load the service now; raises `EngineError`."""
        self._service.connection()
        facts = self._service.facts
        if facts is not None and facts is not self._told:
            self._told, self._moved = facts, None
            self._learn(facts)
            if self._loaded is not None:
                self._loaded(facts)

    def open(self, language: Language | None = None, hints: RecognitionHints | None = None) -> Utterance:
        """Begin an utterance, dropping one that was never finished.

        Raises `EngineError` when the service cannot start or does not know `language`.
        """
        card = self._present_card()
        if language is not None and language not in card.languages:
            raise _unknown_language(language)
        if self._current is not None:
            self._current.abandon()
        self.warm()
        self._current = WyomingUtterance(
            self._service,
            card,
            number=next(self._numbers),
            language=language,
            hints=hints or RecognitionHints(),
            answer_seconds=self._answer_seconds,
            learned=self._learn,
        )
        return self._current

    def free(self) -> None:
        """Give the memory back: a child of ours ends, and the next utterance starts it again."""
        self._service.close()

    def close(self) -> None:
        """End the service if it is ours."""
        self._service.close()

    def _present_card(self) -> ServiceCard:
        return self._card if isinstance(self._card, ServiceCard) else self._card()

    def _learn(self, context: Mapping[str, Any]) -> None:
        """Keep the note on where it runs; a child that could move to the processor says so with its next answer."""
        if note := context.get("note"):
            self._moved = (str(note[0]), str(note[1]))


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
