"""Does Jarvis hear itself? Many spoken answers leak into the microphone, with and without somebody talking over them.

The first part counts time in sound, so it runs as fast as it can be computed: the real echo canceller, wake detector,
voice activity, barge-in rule and stop words, over answers said by several voices in several rooms, at several
loudnesses. The second lets the whole loop say answers in real time. What the words say (the second line of defence) is
looked at in the second part only, but for the words of Jarvis' own that sound like a stop word.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.voice import sounds
from benchmarks.voice.room import SELF_NOISE_RMS, leak
from benchmarks.voice.timing import spread
from benchmarks.voice.world import LEAK_DB, LEAK_DELAY_SECONDS, Bench, World
from benchmarks.wake.rooms import Sound, pcm_of, power, samples, sloped_noise
from jarvis.audio.echo import EchoCanceller, EchoReference
from jarvis.audio.resampling import Resampler
from jarvis.audio.silent import SilentSpeaker
from jarvis.contracts.errors import Language
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, AnswerInterrupted, TranscriptReady, VoiceState, WakeHeard
from jarvis.contracts.speech_ports import TextToSpeech, WakeDetector, WordSpotter
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.barge_in import BargeIn, Cut, Duck
from jarvis.voice.foreign_voice import ForeignVoice
from jarvis.voice.heard_text import HeardText
from jarvis.voice.overhearing import Overhearing
from jarvis.voice.own_sound import sounding_words
from tests.fakes.speech import flite_speech, has_flite, synthetic_speech

ANSWERS: tuple[tuple[Language, str], ...] = (
    ("en", "It is ten past four in the afternoon, and the next alarm rings at six."),
    ("es", "Son las cuatro y diez de la tarde, y la próxima alarma suena a las seis."),
    ("en", "Hello, I am Jarvis. You can ask me about the weather, your lists, and anything you would like to know."),
    ("es", "Hola, soy Jarvis. Puedes preguntarme por el tiempo, por tus listas y por todo lo que quieras saber."),
    ("en", "You can stop me at any time. Just say stop, or cancel, and I will be quiet at once."),
    ("es", "Puedes pararme cuando quieras. Di para, o silencio, y me callo al momento."),
    ("en", "Don Quixote was written by Miguel de Cervantes, in two parts, more than four hundred years ago."),
    ("es", "El Quijote lo escribió Miguel de Cervantes, en dos partes, hace más de cuatrocientos años."),
    ("en", "There are three things on your shopping list: milk, bread and a large bottle of olive oil."),
    ("es", "Hay tres cosas en tu lista de la compra: leche, pan y una botella grande de aceite de oliva."),
    ("en", "The best option is the first opera house, just opposite the post office."),
    ("es", "El mar cubre casi todo nuestro planeta, y esto puede durar bastante para todos."),
)
ANSWERS_IN_A_ROOM = 10
"""After so many it is another room, which the echo canceller has to learn, and another voice."""
TALKED_OVER_EVERY = 3
"""Every third answer is talked over."""
LOUDNESS_DB = (-6, 0, 6, 12)
"""How loud people are beside the echo."""
SOON_SECONDS = 0.7
"""Within this after their first sound people should be noticed."""
BEFORE_SECONDS, AFTER_SECONDS = 0.5, 1.0
TALK_AFTER_SECONDS = 1.2
HANDED_AHEAD_SECONDS = 1.0
"""How much sound a speaker has in its queue."""
KNOWN_AHEAD_SECONDS = 0.05
"""How long before it sounds the canceller is told what is played."""

_INTERRUPTIONS: dict[Language, tuple[str, ...]] = {
    "en": ("what time is it now", "no not that one", "wait a moment please", "turn off the lights in the kitchen"),
    "es": ("qué hora es ahora", "no eso no", "espera un momento", "apaga las luces de la cocina"),
}
_WHOLE = 2560


@dataclass(kw_only=True)
class Found:
    """What was counted over all answers.

    `dips` are answers that were held for a moment because Jarvis took itself for somebody saying a word, `cuts` because
    it took itself for somebody who speaks on; whether one is given up is for the words to say. `stops_by_sound` are
    what would have been given up if nobody looked at what Jarvis says just then.
    """

    answers: int = 0
    sound_seconds: float = 0.0
    wakes: int = 0
    cuts: int = 0
    dips: int = 0
    ducks: int = 0
    stops: int = 0
    stops_by_sound: int = 0
    talked_over: int = 0
    noticed: int = 0
    soon: int = 0
    after_seconds: list[float] = field(default_factory=list)
    which: Counter[str] = field(default_factory=Counter)

    @property
    def held(self) -> int:
        """Wakes, cuts, dips and stops that nobody but Jarvis caused."""
        return self.wakes + self.cuts + self.dips + self.stops

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON-ready dict."""
        return {
            "answers": self.answers,
            "sound_seconds": round(self.sound_seconds),
            "alone": self.answers - self.talked_over,
            "held_for_a_moment": self.held,
            "wakes": self.wakes,
            "cuts": self.cuts,
            "dips": self.dips,
            "stop_words": self.stops,
            "stop_words_by_sound_alone": self.stops_by_sound,
            "ducks": self.ducks,
            "which": dict(self.which),
            "talked_over": self.talked_over,
            "people_noticed": self.noticed,
            f"within_{SOON_SECONDS}_s": self.soon,
        } | spread("barge_in_milliseconds", self.after_seconds)


def spoken_answers(voice: TextToSpeech, count: int) -> Iterator[tuple[Language, str, Sound]]:
    """Yield `count` answers and their sound at 16 kHz: the usual voice in every second room, else another one."""
    for number in range(count):
        language, text = ANSWERS[number % len(ANSWERS)]
        room = number // ANSWERS_IN_A_ROOM
        other = _other_voice(text, language, room) if room % 2 else b""
        pcm = other
        if not other:
            for chunk in voice.synthesize(text, language, 0.9 + 0.04 * (room % 6)):
                pcm += Resampler(chunk.sample_rate, SAMPLE_RATE).push(chunk.pcm, last=True)
        yield language, text, samples(pcm)


def _other_voice(text: str, language: Language, room: int) -> bytes:
    if language == "en" and has_flite():
        return flite_speech(text, ("slt", "rms")[room // 2 % 2])
    voices = ("en-us+f2", "en-us+adam") if language == "en" else ("es+f2", "es-419+m3")
    return synthetic_speech(text, voices[room // 2 % 2], 165)


def self_hearing(
    voice: TextToSpeech, wake: Callable[[], WakeDetector], stop_words: WordSpotter | None, count: int
) -> Found:
    """Let `count` answers sound, and count what the ears make of them."""
    found = Found()
    activity, detector = SileroVoiceDetector(), wake()
    for number, (language, text, played) in enumerate(spoken_answers(voice, count)):
        if number % ANSWERS_IN_A_ROOM == 0:
            microphone = RoomMicrophone(seed=number)
        talk = None
        if number % TALKED_OVER_EVERY == TALKED_OVER_EVERY - 1:
            turn = number // TALKED_OVER_EVERY
            choice = _INTERRUPTIONS[language]
            talk = samples(sounds.sentence(choice[turn % len(choice)], language, turn))
            louder = LEAK_DB + LOUDNESS_DB[turn % len(LOUDNESS_DB)]
            talk *= np.sqrt(power(played) * 10 ** (louder / 10) / power(talk))
        frames = list(microphone.hear(played, talk))
        _listen(found, frames, text, played.size / SAMPLE_RATE, talk is not None, activity, detector)
        if stop_words is not None and talk is None:
            _spot(found, frames, text, played.size / SAMPLE_RATE, stop_words, activity)
    return found


@dataclass(frozen=True, slots=True)
class Frame:
    """Cleaned sound, and how surely somebody but Jarvis is heard in it."""

    pcm: bytes
    foreign: float


class RoomMicrophone:
    """A microphone in a new room, with an echo canceller that learns it; time goes on from answer to answer."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._response = leak(LEAK_DB, LEAK_DELAY_SECONDS, seed)
        self._reference = EchoReference()
        self._canceller = EchoCanceller(self._reference)
        self._samples = 0

    def hear(self, played: Sound, talk: Sound | None) -> Iterator[Frame]:
        """Yield frames from `BEFORE_SECONDS` before `played` sounds; `talk` begins a while after it."""
        before = round(BEFORE_SECONDS * SAMPLE_RATE)
        whole = np.concatenate([np.zeros(before), played, np.zeros(round(AFTER_SECONDS * SAMPLE_RATE))])
        # Times go on from one answer to the next without a gap or an overlap.
        whole = np.concatenate([whole, np.zeros(-whole.size % _WHOLE)])
        near = np.convolve(whole, self._response)[: whole.size]
        near += sloped_noise(self._rng, whole.size, 0.2) * SELF_NOISE_RMS
        if talk is not None:
            at = before + round(TALK_AFTER_SECONDS * SAMPLE_RATE)
            talk = talk[: max(0, whole.size - at)]
            near[at : at + talk.size] += talk
        begin, told = self._samples, 0
        pcm, sound = pcm_of(near), pcm_of(whole)
        for at in range(0, near.size - VAD_SAMPLES + 1, VAD_SAMPLES):
            known = at + VAD_SAMPLES + round(KNOWN_AHEAD_SECONDS * SAMPLE_RATE)
            while told < min(known, whole.size):
                self._reference.played(sound[2 * told : 2 * told + 320], SAMPLE_RATE, (begin + told) / SAMPLE_RATE)
                told += 160
            cleaned = self._canceller.process(pcm[2 * at : 2 * (at + VAD_SAMPLES)], (begin + at) / SAMPLE_RATE)
            yield Frame(cleaned, self._canceller.foreign)
            self._samples = begin + at + VAD_SAMPLES


def _listen(
    found: Found,
    frames: Sequence[Frame],
    text: str,
    seconds: float,
    talked_over: bool,
    activity: SileroVoiceDetector,
    detector: WakeDetector,
) -> None:
    activity.reset()
    detector.reset()
    rule = BargeIn()
    found.answers += 1
    found.sound_seconds += seconds
    found.talked_over += talked_over
    woken, cut, short = 0, None, False
    for number, frame in enumerate(frames):
        at = number * VAD_SAMPLES / SAMPLE_RATE - BEFORE_SECONDS
        woken += sum(hit.sure for hit in detector.process(frame.pcm))
        act = rule.process(activity.probability(frame.pcm) * frame.foreign, 0 <= at < seconds)
        if isinstance(act, Duck) and not talked_over:
            found.ducks += 1
        if isinstance(act, Cut) and cut is None:
            cut, short = at, act.word
    if talked_over:
        if cut is not None and cut >= TALK_AFTER_SECONDS:
            found.noticed += 1
            found.soon += cut - TALK_AFTER_SECONDS <= SOON_SECONDS
            found.after_seconds.append(cut - TALK_AFTER_SECONDS)
        return
    found.wakes += woken
    found.cuts += cut is not None and not short
    found.dips += short
    if woken or cut is not None:
        found.which[text] += 1


def _spot(
    found: Found,
    frames: Sequence[Frame],
    text: str,
    seconds: float,
    stop_words: WordSpotter,
    activity: SileroVoiceDetector,
) -> None:
    """Look for stop words as the loop does, and without a look at what Jarvis says."""
    foreign = [1.0]
    voice = ForeignVoice(activity, lambda: foreign[0])
    speaker = Sounding()
    own_sound = own_sound_of(text, seconds, speaker)
    for knows in (True, False):
        activity.reset()
        overhearing = Overhearing(
            activity=voice,
            barge_in=BargeIn(),
            stop_words=stop_words,
            speaker=speaker,
            own_sound=own_sound if knows else lambda _: "",
            echo_free=True,
        )
        spotted = []
        for number, frame in enumerate(frames):
            speaker.at = min(number * VAD_SAMPLES / SAMPLE_RATE - BEFORE_SECONDS, seconds)
            foreign[0] = frame.foreign
            voice.take(frame.pcm)
            interruption = overhearing.process(frame.pcm, sounding=True, any_speech=False)
            if interruption is not None and interruption.stop_word is not None:
                spotted.append(interruption.stop_word.word)
        overhearing.end()
        found.stops += bool(spotted) and knows
        found.stops_by_sound += bool(spotted) and not knows
        if spotted:
            how = "" if knows else " by sound alone"
            found.which[f"“{', '.join(spotted)}”{how} in: {text}"] += 1


class Sounding(SilentSpeaker):
    """A speaker that has sounded up to `at`."""

    at = 0.0

    def position(self) -> float:
        return max(0.0, self.at)


def own_sound_of(text: str, seconds: float, speaker: Sounding) -> Callable[[float], str]:
    """Return what tells which words of `text`, `seconds` long, sound: as the loop knows it, which hands the sound over
    a second ahead."""

    def own_sound(silent_seconds: float) -> str:
        said = HeardText()
        said.begin(text, text, 0.0)
        said.reach(min(speaker.at + HANDED_AHEAD_SECONDS, seconds))
        if speaker.at + HANDED_AHEAD_SECONDS >= seconds:
            said.end()
        return sounding_words(said.spans, speaker.position(), silent_seconds)

    return own_sound


def live(bench: Bench, count: int, language: Language) -> dict[str, Any]:
    """Let the whole loop say `count` answers in real time, one after the other, and count what it heard of them."""
    triggers: Counter[str] = Counter()
    bench.ears.expect_commands()
    with World(bench, language) as world:
        began, held = time.perf_counter(), 0
        chosen = [text for spoken_in, text in ANSWERS if spoken_in == language]
        for number in range(count):
            over: threading.Event = world.loop.text_to_say(chosen[number % len(chosen)], language).over
            over.wait(30)
        for seen in world.seen:
            if isinstance(seen.event, WakeHeard | TranscriptReady | AnswerInterrupted):
                triggers[type(seen.event).__name__] += 1
            held += isinstance(seen.event, VoiceState) and seen.event.name == "hearing"
        return {
            "language": language,
            "answers": count,
            "seconds": round(time.perf_counter() - began),
            "held_for_a_moment": held,
            "given_up": sum(triggers.values()),
            "which": dict(triggers),
        }
