"""Builds what listens all day from the settings: wake words and the second look at them, stop words, pauses."""

from __future__ import annotations

import contextlib
import logging
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from jarvis.app.once import built_once
from jarvis.app.speech_children import starter
from jarvis.contracts.errors import LANGUAGES, EngineError, JarvisError, Language
from jarvis.contracts.speech_ports import (
    SpeechToText,
    TurnJudge,
    VoiceDetector,
    WakeConfirmer,
    WakeDetector,
    WordSpotter,
)
from jarvis.engines.small_models.link import STOPPED
from jarvis.engines.small_models.listening import (
    ChildLook,
    ChildTurnJudge,
    ChildVoiceDetector,
    ChildWakeDetector,
    ChildWordSpotter,
)
from jarvis.engines.speech.connectors import ChildConnector
from jarvis.engines.speech.spotting import SPOTTER_MODULE, Spotter, SpotterConfirmer, SpotterWords, Wanted, stop_words
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.end_of_turn import CombinedTurnJudge, RuleTurnJudge
from jarvis.voice.keyword_spotter import KeywordSpotter
from jarvis.voice.keyword_wake import KeywordLook
from jarvis.voice.smart_turn import SmartTurnJudge
from jarvis.voice.wake import NotedWakeDetector, wake_detector
from jarvis.voice.wake_confirm import Look, RecogniserConfirmer, WakeConfirmation
from jarvis.voice.wake_gathered import GatheredWakeDetector
from jarvis.voice.wake_second_look import SecondLook
from jarvis.voice.wake_words import HEY_JARVIS, WakeWords, wake_words_of

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

TURN_MODEL_MARK = "smart-turn"
"""How files of Smart Turn models begin, as their makers named them."""

_log = logging.getLogger(__name__)


class _Port(Protocol):
    """A port over a model in the child."""

    def close(self) -> None: ...


T = TypeVar("T", bound=_Port)


class HearingParts:
    """The detectors, made when first asked for; the spotter's child starts with the first sound that needs it.

    Where a part cannot run, what is left listens alone; what may run the next time raises a retryable `EngineError`.
    """

    def __init__(self, jarvis: Jarvis, speech_to_text: SpeechToText) -> None:
        self._jarvis = jarvis
        self.building = jarvis.building
        self._speech_to_text = speech_to_text
        self._child_hears_stop = False
        self._failed: EngineError | None = None
        self._wake: NotedWakeDetector | None = None
        self._models = jarvis.small_models if jarvis.models_apart else None
        self._ports: weakref.WeakSet[_Port] = weakref.WeakSet()

    @built_once
    def spotter(self) -> Spotter:
        """The child that hears single words."""
        child = starter(self._jarvis)("word spotting", SPOTTER_MODULE, ())
        return Spotter(ChildConnector(child), on_trouble=_noted)

    def wake(self) -> WakeDetector | None:
        """Return what hears the wake words; None where nothing can or shall, which leaves the talk button."""
        if self._jarvis.settings.text("voice.mode") == "push":
            return None
        words = wake_words_of(self._jarvis.settings.text("voice.wake_words"))
        neural = self.neural(candidates=self._looks_again) if HEY_JARVIS in words else None
        if neural is not None and not isinstance(neural, ChildWakeDetector):
            # The child's is given longer pieces already.
            neural = GatheredWakeDetector(neural)
        own = self._own_words
        if not own:
            return neural
        heard = SpotterWords(self.spotter, Wanted(words=dict.fromkeys(own, self._languages)), kind="wake")
        return WakeWords(neural=neural, spotter=heard, trusted=not self._looks_again)

    def neural(self, *, candidates: bool = False) -> NotedWakeDetector | None:
        """Return the detector of "hey jarvis" with the threshold that is set; None where none can run."""
        try:
            self._wake = self.wake_detector(candidates=candidates)
        except EngineError as error:
            _require_final(error)
            return None
        if isinstance(self._wake, ChildWakeDetector):
            self._kept(self._wake)
        return self._wake

    def wake_detector(self, *, candidates: bool = False) -> NotedWakeDetector:
        """Return as `neural` does; `EngineError` where none can run."""
        threshold = self._jarvis.settings.number("voice.wake_threshold")
        if self._models is not None:
            return ChildWakeDetector(self._models, threshold=threshold, candidates=candidates)
        return wake_detector(threshold, candidates=candidates)

    def activity(self) -> VoiceDetector:
        """Return what tells voice from other sound; `EngineError` where its network is missing."""
        return SileroVoiceDetector() if self._models is None else self._kept(ChildVoiceDetector(self._models))

    def notes(self, language: Language) -> list[tuple[str, str]]:
        """Return what the person should know of what hears them now, each with a code: what fell back to less."""
        found = []
        if self._failed is not None:
            found.append((self._failed.code, self._failed.sentence(language)))
        if self._wake is not None and self._wake.note is not None:
            found.append(("wake", self._wake.note[language]))
        return found

    def confirmer(self) -> WakeConfirmer | None:
        """Return what looks again at what almost sounded like a wake word; None when that is not wanted."""
        if not self._looks_again:
            return None
        look: Look | None = None
        own: Look | None = None
        if self._models is not None:
            look, own = self._child_look("second look"), self._child_look("keyword look")
        else:
            with contextlib.suppress(ImportError, OSError, ValueError):
                look = SecondLook()
            with contextlib.suppress(EngineError):
                own = KeywordLook()
        other = _BestConfirmer(self._speech_to_text, SpotterConfirmer(self.spotter))
        return WakeConfirmation(look=look, own=own, other=other)

    def stop_words(self) -> WordSpotter:
        """Return what hears "stop" and its like while Jarvis speaks: the network, or the child where it cannot load."""
        try:
            if self._models is not None:
                return self._kept(ChildWordSpotter(self._models))
            return KeywordSpotter()
        except EngineError as error:
            if self._models is not None:
                _require_final(error)
            _noted(error)
            self._failed = error
            self._child_hears_stop = True
            return stop_words(self.spotter, self._languages)

    def network_failure(self) -> EngineError | None:
        """Return why the network that hears the stop words cannot run, None where it can."""
        try:
            KeywordSpotter().close()
        except EngineError as error:
            return error
        return None

    def judge(self) -> TurnJudge:
        """Return what tells at a pause whether the person has finished: rules, with a turn model where one is."""
        rules = RuleTurnJudge()
        rules.warm()
        file = self.turn_model()
        if file is None:
            return rules
        try:
            model = SmartTurnJudge(file) if self._models is None else self._kept(ChildTurnJudge(self._models, file))
            return CombinedTurnJudge(rules, model, _noted)
        except EngineError as error:
            if self._models is not None:
                _require_final(error)
            _noted(error)
            return rules

    def warm(self) -> None:
        """Start the spotter's child where words of one's own or "stop" will need it; a second look starts it later."""
        if not (self._child_hears_stop or self._own_words):
            return
        try:
            self.spotter.warm()
        except EngineError as error:
            _noted(error)

    def close(self) -> None:
        """End the spotter's child, and drop in the other one the models that were made here."""
        for port in list(self._ports):
            port.close()
        if "spotter" in self.__dict__:
            self.spotter.close()

    def _kept(self, port: T) -> T:
        self._ports.add(port)
        return port

    def _child_look(self, kind: str) -> Look | None:
        assert self._models is not None
        try:
            return _ToldOnce(self._kept(ChildLook(self._models, kind)))
        except EngineError as error:
            _require_final(error)
            return None

    @property
    def _own_words(self) -> tuple[str, ...]:
        if self._jarvis.settings.text("voice.mode") == "push":
            return ()
        words = wake_words_of(self._jarvis.settings.text("voice.wake_words"))
        return tuple(word for word in words if word != HEY_JARVIS)

    @property
    def _looks_again(self) -> bool:
        return self._jarvis.settings.flag("voice.wake_second_look")

    @property
    def _languages(self) -> tuple[Language, ...]:
        chosen = self._jarvis.settings.text("language")
        return tuple(language for language in LANGUAGES if chosen in ("auto", language))

    def turn_model(self) -> Path | None:
        """Return the file of the turn model: the one of the settings, else the newest that is here, else None."""
        folder = self._jarvis.folders.models
        if setting := self._jarvis.settings.text("speech.turn_model").strip():
            return folder / Path(setting).expanduser()
        found = sorted(folder.rglob(f"{TURN_MODEL_MARK}*.onnx")) if folder.is_dir() else []
        return found[-1] if found else None


class _ToldOnce:
    """A look that sees nothing where it fails, and says why once; of the child's end others tell."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._told = {STOPPED}

    def score(self, sound: bytes) -> float:
        try:
            return self._look.score(sound)
        except EngineError as error:
            if error.code in self._told:
                return 0.0
            self._told.add(error.code)
            raise


class _BestConfirmer:
    """Asks the full recogniser where there is one, else the spotter: a recogniser of commands knows no names."""

    def __init__(self, speech_to_text: SpeechToText, spotter: SpotterConfirmer) -> None:
        self._speech_to_text = speech_to_text
        self._full = RecogniserConfirmer(speech_to_text)
        self._spotter = spotter

    def confirm(self, sound: bytes, word: str) -> bool:
        confirmer: WakeConfirmer = self._full if self._speech_to_text.info().quality == "full" else self._spotter
        return confirmer.confirm(sound, word)


def _require_final(error: EngineError) -> None:
    """Raise `error` where the next try may succeed: nobody shall do without a part for that until Jarvis ends."""
    if error.retryable:
        raise error


def _noted(error: JarvisError) -> None:
    # The wake word itself, the buttons and the rules work on; `doctor` tells what is missing.
    _log.warning("a part of hearing is not at its best: %s", error.sentence("en"))
