"""The detectors that are compared, each over whole recordings: sound in, times of waking out.

Time is counted in sound, so it does not matter how fast this computer is; compute times are measured beside it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.engines.children.spotter_search import KeyphraseSearch, Phrase
from jarvis.engines.children.spotter_words import readings
from jarvis.engines.speech.connectors import ChildConnector
from jarvis.engines.speech.spotting import SPOTTER_MODULE, Spotter, SpotterConfirmer
from jarvis.voice.keyword_wake import KeywordLook, KeywordWakeDetector
from jarvis.voice.wake import QUIET_SECONDS, MicroWakeDetector, wake_detector
from jarvis.voice.wake_confirm import ENOUGH_SCORE, WakeConfirmation, confirmed_hits
from jarvis.voice.wake_model import WakeModel
from jarvis.voice.wake_second_look import SecondLook
from jarvis.voice.wake_words import HEY_JARVIS
from tests.fakes.speech_children import ChildFactory

FRAME_BYTES = 2 * VAD_SAMPLES
LOOK_BYTES = 2 * 2 * SAMPLE_RATE
KEYPHRASE_THRESHOLD = 1e-40
MODEL_BAR = 0.97

DETECTORS = ("microWakeWord 0.97", "pocketsphinx", "microWakeWord, looked at twice", "own network", "all together")
"""`all together` is Jarvis without a full recogniser; where there is one, it confirms instead of the spotter."""

_MODEL, _PHRASE, _TWICE, _OWN, _ALL = DETECTORS


@dataclass(kw_only=True)
class Woken:
    """When each detector woke, by its name, in seconds of the recording."""

    times: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in DETECTORS})

    def woke(self, name: str) -> bool:
        """Tell whether this detector woke at all."""
        return bool(self.times[name])


@dataclass(kw_only=True)
class Costs:
    """Compute seconds: of the streaming detectors, and of each second look."""

    sound_seconds: float = 0.0
    spotted_seconds: float = 0.0
    model_seconds: float = 0.0
    network_seconds: float = 0.0
    spotter_seconds: float = 0.0
    looks: list[float] = field(default_factory=list)
    confirmations: list[float] = field(default_factory=list)


class Bench:
    """All detectors at once over the same sound; the second stage's spotter is a real child."""

    def __init__(self, confirmer: SpotterConfirmer) -> None:
        self._confirmer = confirmer
        self._look = SecondLook()
        self._confirmation = WakeConfirmation(look=self._look, own=KeywordLook(), other=confirmer)
        phrase = Phrase(name=HEY_JARVIS, readings=readings(HEY_JARVIS, ("en",)), threshold=KEYPHRASE_THRESHOLD)
        self._keyphrase = KeyphraseSearch([phrase])
        self.costs = Costs()

    def hear(self, pcm: bytes, *, spotting: bool = True) -> Woken:
        """Return when each detector wakes in `pcm`; pocketsphinx alone, which costs most, only with `spotting`."""
        woken = Woken()
        seconds = len(pcm) / 2 / SAMPLE_RATE
        self.costs.sound_seconds += seconds
        self._one_stage(pcm, woken)
        if spotting:
            self.costs.spotted_seconds += seconds
            self._spotted(pcm, woken)
        detector = MicroWakeDetector(candidates=True)
        began = time.process_time()
        hits = [hit for frame in _frames(pcm) for hit in detector.process(frame)]
        self.costs.model_seconds += time.process_time() - began
        twice = _once(hit.at_seconds for hit in hits if hit.sure or self._second(pcm, hit.at_seconds))
        network = KeywordWakeDetector()
        began = time.process_time()
        found = [hit for frame in _frames(pcm) for hit in network.process(frame)]
        self.costs.network_seconds += time.process_time() - began
        woken.times[_TWICE] = twice
        woken.times[_OWN] = [hit.at_seconds for hit in found]
        both = confirmed_hits(_frames(pcm), wake_detector(candidates=True), self._confirmation)
        woken.times[_ALL] = [hit.at_seconds for hit in both]
        return woken

    def _second(self, pcm: bytes, at: float) -> bool:
        end = 2 * round(at * SAMPLE_RATE)
        sound = pcm[max(0, end - LOOK_BYTES) : end]
        began = time.perf_counter()
        score = self._look.score(sound)
        self.costs.looks.append(time.perf_counter() - began)
        if score < ENOUGH_SCORE:
            return False
        began = time.perf_counter()
        confirmed = self._confirmer.confirm(sound, HEY_JARVIS)
        self.costs.confirmations.append(time.perf_counter() - began)
        return confirmed

    def _one_stage(self, pcm: bytes, woken: Woken) -> None:
        """As the wake model's package has it: nothing laid under the sound, one bar."""
        scores = WakeModel(floor_rms=0.0).scores(pcm)
        woken.times[_MODEL] = _once(at for at, score in scores if score >= MODEL_BAR)

    def _spotted(self, pcm: bytes, woken: Woken) -> None:
        began = time.process_time()
        self._keyphrase.start()
        for frame in _frames(pcm):
            woken.times[_PHRASE] += [found.end_seconds for found in self._keyphrase.feed(frame)]
        self.costs.spotter_seconds += time.process_time() - began


@contextmanager
def bench() -> Iterator[Bench]:
    """Start the spotting child, and end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="jarvis-wake") as folder:
        children = ChildFactory(Path(folder))
        spotter = Spotter(ChildConnector(children("the word spotter", SPOTTER_MODULE, ())))
        try:
            yield Bench(SpotterConfirmer(spotter))
        finally:
            spotter.close()
            children.stop()


def _once(times: Iterable[float]) -> list[float]:
    """Return `times`, which rise, without those that belong to the phrase before."""
    kept: list[float] = []
    for at in times:
        if not kept or at >= kept[-1] + QUIET_SECONDS:
            kept.append(at)
    return kept


def _frames(pcm: bytes) -> Iterator[bytes]:
    return (pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES))
