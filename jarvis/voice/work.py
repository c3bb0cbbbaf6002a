"""What Jarvis can be at, on a thread of its own, and be stopped in within milliseconds; announcements are one kind."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.ports import Assistant, Preparing
from jarvis.contracts.speech import AudioChunk, RecognitionHints, VoiceEvent
from jarvis.contracts.speech_ports import Speaker
from jarvis.voice.clauses import Clause
from jarvis.voice.heard_notes import HeardNotes
from jarvis.voice.mouth import Mouth, Speech
from jarvis.voice.own_sound import sounding_words
from jarvis.voice.upcoming import Upcoming

WorkEnd = Literal["answered", "question", "nothing", "rejected", "unwanted", "dictated", "cancelled"]
"""`question`: Jarvis asked back. `nothing`: no words in it. `rejected`: words, but not understood. `unwanted`: words
that were not meant for Jarvis."""

Said = tuple[Clause, ...]
"""Clauses that were said."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversing:
    """What all work is done with: the abilities, and where its events go."""

    assistant: Assistant
    mouth: Mouth
    emit: Callable[[VoiceEvent], None]
    preparing: Preparing | None = None
    heard_notes: HeardNotes | None = None
    hints: Callable[[], RecognitionHints] | None = None
    monotonic: Callable[[], float] = time.monotonic


class Work(ABC):
    """Something on its own thread that can be cancelled from any other; `_speech`, which each kind makes, says it."""

    _speech: Speech

    def __init__(self, name: str, speaker: Speaker) -> None:
        self.cancel_token = CancelToken()
        self.done = threading.Event()
        self._speaker = speaker
        self._holding = threading.Lock()
        self._held = self._was_held = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    @abstractmethod
    def said(self) -> Said:
        """What was given to the voice so far."""

    def sounding_words(self, silent_seconds: float) -> str:
        """Return what it says about now, or said before it fell silent `silent_seconds` ago, as it is spoken."""
        return sounding_words(self._speech.spans, self._speaker.position(), silent_seconds)

    def begun(self) -> list[str]:
        """Return the clauses that have begun to sound, as they are spoken, oldest first."""
        position = self._speaker.position()
        return [span.spoken for span in self._speech.spans if span.begin <= position]

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self, reason: str) -> None:
        """Stop it: silence at once, the rest as soon as its parts notice."""
        self.cancel_token.cancel(reason)
        with self._holding:
            self._free_speaker()

    def silence(self) -> None:
        """Say nothing more, but go on."""
        self._speech.interrupt()

    def hold(self) -> None:
        """Fall silent for now; what is being said is kept, and what would begin to sound waits too."""
        with self._holding:
            if not self.cancel_token.cancelled:
                self._held = self._was_held = True
                self._speech.pause()

    def go_on(self) -> None:
        """Say on from where `hold` stopped."""
        with self._holding:
            self._held = False
            self._speech.resume()

    def _stay_held(self) -> None:
        """Sound begins: it waits if the work was held before there was any."""
        with self._holding:
            if self._held:
                self._speech.pause()

    def _finish_speech(self) -> None:
        """Wait until everything was said or stopped."""
        self._speech.finish()
        with self._holding:
            self._free_speaker()

    def _free_speaker(self) -> None:
        # A speech that is over frees nothing, and it may have been held when its last sound had just gone.
        if self._was_held:
            self._held = self._was_held = False
            self._speaker.resume()

    def interrupt(self, reason: str) -> None:
        """Stop it for good because the person speaks."""
        self.cancel(reason)

    def is_current_thread(self) -> bool:
        """True when called from the work itself, as by a skill that stops everything."""
        return threading.current_thread() is self._thread

    @abstractmethod
    def _run(self) -> None:
        """Do it, on the thread of its own."""


class Announcement(Work):
    """Something said without being asked by voice: an alert, or the answer to a typed question.

    With `still_wanted` it is asked first whether to say it at all; `on_sound` is called before its first sound.
    `clauses` is what was given to the voice, to which those of `upcoming` come as they are there.
    """

    def __init__(
        self,
        conversing: Conversing,
        clauses: Said,
        sound: AudioChunk | None,
        rate: float,
        volume: float,
        on_over: Callable[[Announcement], object],
        still_wanted: Callable[[], bool] | None = None,
        on_sound: Callable[[], None] = lambda: None,
        upcoming: Upcoming | None = None,
    ) -> None:
        super().__init__("jarvis-announcement", conversing.mouth.speaker)
        self.clauses = clauses
        self._still_wanted = still_wanted
        self._sound = sound
        self._on_over = on_over
        self._on_sound = on_sound
        self._upcoming = upcoming
        self._mouth, self._rate, self._volume = conversing.mouth, rate, volume
        self._speech = self._new_speech()

    @property
    def said(self) -> Said:
        """What was given to the voice."""
        return self.clauses

    def _run(self) -> None:
        if self._is_wanted():
            if self._sound is not None:
                self._speech.play(self._sound)
            for clause in self.clauses:
                self._speech.say(clause, clause.language)
            if self._upcoming is not None:
                self._say_upcoming(self._upcoming)
            self._finish_speech()
        else:
            self.clauses = ()
        self._on_over(self)
        self.done.set()

    def _new_speech(self) -> Speech:
        return self._mouth.speech(self.cancel_token, self._rate, self._sounds, volume=self._volume)

    def _say_upcoming(self, upcoming: Upcoming) -> None:
        unregister = self.cancel_token.on_cancel(upcoming.end)
        for clause in upcoming.steps():
            if clause is None:
                self._speech.interrupt()
                self.clauses, self._speech = (), self._new_speech()
            else:
                self.clauses = (*self.clauses, clause)
                self._speech.say(clause, clause.language)
        unregister()

    def _sounds(self) -> None:
        self._on_sound()
        self._stay_held()

    def _is_wanted(self) -> bool:
        try:
            return self._still_wanted is None or self._still_wanted()
        except Exception:
            # Nobody can be asked; the floor is to be given back all the same.
            _logger.exception("who waited for an announcement could not be asked")
            return False
