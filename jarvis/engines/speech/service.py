"""Keeps one conversation with a Wyoming service alive: connects, asks what it is, drops it when it fails.

Knows the protocol's describing and failing, not what is recognised or said.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import SpeechServiceInfo
from jarvis.engines.speech.wyoming_connection import ConnectionLost, WyomingConnection, import_wyoming

if TYPE_CHECKING:
    from wyoming.event import Event
    from wyoming.info import Info

    from jarvis.engines.speech.connectors import Connector


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceCard:
    """What a speech service is called and how good it is; the notes are shown when it is a fallback."""

    engine: str
    model: str
    quality: Literal["full", "basic"]
    languages: tuple[Language, ...]
    note_en: str = ""
    note_es: str = ""

    def info(self, language: Language) -> SpeechServiceInfo:
        """Return the card with its note in `language`."""
        return SpeechServiceInfo(
            engine=self.engine,
            model=self.model,
            quality=self.quality,
            languages=self.languages,
            note=self.note_es if language == "es" else self.note_en,
        )


class WyomingService:
    """At most one open conversation with the service behind `connector`.

    `load_seconds` bounds how long it may take to answer the first question, its model's loading included. `described`
    is what it says of itself; `facts` what one of our own adds to that, None for a foreign service.
    """

    def __init__(self, connector: Connector, *, load_seconds: float = 90.0) -> None:
        self._connector = connector
        self._load_seconds = load_seconds
        self._lock = threading.Lock()
        self._connection: WyomingConnection | None = None
        self.described: Info | None = None
        self.facts: Mapping[str, Any] | None = None

    @property
    def connected(self) -> bool:
        """True while a conversation is open, as far as is known."""
        return self._connection is not None and not self._connection.lost

    @property
    def ours(self) -> bool:
        """True for a child of ours."""
        return self._connector.ours

    @property
    def on_this_computer(self) -> bool:
        """True where what is said to the service surely stays on this computer."""
        return self._connector.on_this_computer

    def connection(self) -> WyomingConnection:
        """Return the open conversation, or connect, load and describe; raises `EngineError`."""
        with self._lock:
            if self._connection is not None and self._connection.lost:
                self._drop()
            if self._connection is None:
                self._connection = self._connected()
            return self._connection

    def failed(self, lost: ConnectionLost) -> EngineError:
        """Drop the conversation (a child of ours is ended, to be started afresh) and return the error to raise."""
        self.restart()
        return EngineError(
            "speech.stopped",
            en="{name} stopped in the middle ({why}); it is started again for the next one. Please repeat that.",
            es="{name} se detuvo a mitad ({why}); se vuelve a iniciar para la siguiente. Repítelo, por favor.",
            name=self._connector.name,
            why=lost.why,
        )

    def restart(self) -> None:
        """Drop the conversation; a child of ours is ended, and the next `connection` starts it afresh."""
        with self._lock:
            self._drop()

    def reset(self) -> None:
        """Hang up without ending the service: for one that cannot be told to drop a request."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def close(self) -> None:
        """Hang up and end the service if it is ours."""
        self.reset()
        self._connector.close()

    def _connected(self) -> WyomingConnection:
        import_wyoming()
        from wyoming.info import Describe, Info

        connection = self._connector.connect()
        try:
            connection.send(Describe().event())
            event = connection.receive(self._load_seconds)
            while not Info.is_type(event.type):
                raise_if_error(event)
                event = connection.receive(self._load_seconds)
            self.described = Info.from_event(event)
            self.facts = event.data.get("jarvis")
        except (ConnectionLost, KeyError, TypeError, AttributeError) as error:
            self._abandon(connection)
            raise EngineError(
                "speech.not_started",
                en="{name} could not be started ({why}). Try again; its log is in the logs folder.",
                es="No se pudo iniciar {name} ({why}). Repite; su registro está en la carpeta de registros.",
                name=self._connector.name,
                why=error,
            ) from error
        except EngineError:
            self._abandon(connection)
            raise
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._abandon(self._connection)
            self._connection = None

    def _abandon(self, connection: WyomingConnection) -> None:
        self._connector.discard()
        connection.close()


def raise_if_error(event: Event) -> None:
    """Raise `EngineError` if `event` is an error; our own children put both sentences into its text, as JSON."""
    from wyoming.error import Error

    if not Error.is_type(event.type):
        return
    error = Error.from_event(event)
    try:
        said = json.loads(error.text)
        en, es, retryable = said["en"], said["es"], bool(said.get("retryable", True))
    except (ValueError, KeyError, TypeError):
        en = "The speech service reported: {text}. Try again, or choose another one."
        es = "El servicio de voz informó: {text}. Inténtalo de nuevo o elige otro."
        raise EngineError("speech.service_error", en=en, es=es, text=error.text) from None
    raise EngineError(error.code or "speech.failed", en=_literal(en), es=_literal(es), retryable=retryable)


def _literal(text: object) -> str:
    """Escape `text` so that a `str.format` template gives it back unchanged."""
    return str(text).replace("{", "{{").replace("}", "}}")
