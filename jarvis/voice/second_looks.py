"""Second looks at what almost sounded like a wake word: on threads of their own, and void where they come too late.

Knows neither how it is looked nor what a wake word does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from jarvis.contracts.errors import EngineError, JarvisError
from jarvis.contracts.speech import WakeHit
from jarvis.contracts.speech_ports import WakeConfirmer
from jarvis.voice.hearing import CANDIDATE_SECONDS, MaybeWoke


class SecondLooks:
    """The looks that are under way. The ears' thread begins them and asks for them; `answered` is called on any.

    Without `confirmer` nobody can look. With `hold` a look is over, and `answered` called, before `begin` returns.
    """

    def __init__(
        self,
        confirmer: WakeConfirmer | None,
        answered: Callable[[WakeHit, bool], None],
        on_trouble: Callable[[JarvisError], None],
        *,
        hold: bool,
    ) -> None:
        self._confirmer = confirmer
        self._answered = answered
        self._on_trouble = on_trouble
        self._hold = hold
        self._begun: dict[WakeHit, float] = {}

    def begin(self, maybe: MaybeWoke, now_seconds: float) -> bool:
        """Look at `maybe`, which was heard at `now_seconds` of stream time; False where nobody can."""
        confirmer = self._confirmer
        if confirmer is None:
            return False

        def look() -> None:
            try:
                said = confirmer.confirm(maybe.sound, maybe.hit.word)
            except EngineError as error:
                said = False
                self._on_trouble(error)
            self._answered(maybe.hit, said)

        self._begun[maybe.hit] = now_seconds
        if self._hold:
            look()
        else:
            threading.Thread(target=look, name="jarvis-second-look", daemon=True).start()
        return True

    def still_counts(self, hit: WakeHit, now_seconds: float) -> bool:
        """Tell, once for each, whether the look at `hit` has come in time: nothing else is heard by now, and the sound
        that followed is still kept."""
        return now_seconds - self._begun.pop(hit, -CANDIDATE_SECONDS) <= CANDIDATE_SECONDS

    def forget(self) -> None:
        """Something else is heard: whatever is being looked at is void."""
        self._begun.clear()
