"""What Jarvis can be at, on a thread of its own, and be stopped in within milliseconds; announcements are one kind."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.ports import Assistant
from jarvis.contracts.speech import AudioChunk, VoiceEvent
from jarvis.contracts.speech_ports import SpeechToText
from jarvis.voice.mouth import Mouth

WorkEnd = Literal["answered", "question", "nothing", "rejected", "cancelled"]
"""`question`: Jarvis asked back. `nothing`: no words in it. `rejected`: words, but not understood."""

Said = tuple[tuple[str, Language], ...]
"""Clauses that were said, each with its language."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversing:
    """What all work is done with: the abilities, and where its events go."""

    speech_to_text: SpeechToText
    assistant: Assistant
    mouth: Mouth
    emit: Callable[[VoiceEvent], None]
    recogniser: threading.Lock = field(default_factory=threading.Lock)


class Work(ABC):
    """Something on its own thread that can be cancelled from any other."""

    def __init__(self, name: str) -> None:
        self.cancel_token = CancelToken()
        self.done = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self, reason: str) -> None:
        """Stop it: silence at once, the rest as soon as its parts notice."""
        self.cancel_token.cancel(reason)

    @abstractmethod
    def silence(self) -> None:
        """Say nothing more, but go on."""

    def is_current_thread(self) -> bool:
        """True when called from the work itself, as by a skill that stops everything."""
        return threading.current_thread() is self._thread

    @abstractmethod
    def _run(self) -> None:
        """Do it, on the thread of its own."""


class Announcement(Work):
    """Something said without being asked by voice: an alert, or the answer to a typed question.

    With `still_wanted` it is asked first whether to say it at all. `clauses` is what was given to the voice.
    """

    def __init__(
        self,
        conversing: Conversing,
        clauses: Said,
        sound: AudioChunk | None,
        rate: float,
        on_over: Callable[[Announcement], None],
        still_wanted: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__("jarvis-announcement")
        self.clauses = clauses
        self._still_wanted = still_wanted
        self._sound = sound
        self._on_over = on_over
        self._speech = conversing.mouth.speech(self.cancel_token, rate)

    def silence(self) -> None:
        """Say nothing more."""
        self._speech.interrupt()

    def _run(self) -> None:
        if self._still_wanted is None or self._still_wanted():
            if self._sound is not None:
                self._speech.play(self._sound)
            for clause, language in self.clauses:
                self._speech.say(clause, language)
            self._speech.finish()
        else:
            self.clauses = ()
        self._on_over(self)
        self.done.set()
