"""Sound and speech as values: audio chunks, transcripts, what the voice side is doing.

All audio between rooms is 16-bit signed little-endian mono PCM in `bytes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from jarvis.contracts.errors import Language
from jarvis.contracts.events import AskEvent
from jarvis.contracts.messages import HearingQuality

SAMPLE_RATE = 16_000
"""Rate in Hz at which Jarvis listens; every detector and recogniser takes it."""

VAD_SAMPLES = 512
"""Samples in one voice-activity frame: 32 ms at 16 kHz, what Silero takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AudioChunk:
    """A piece of sound: `pcm` is int16 little-endian mono, `sample_rate` in Hz."""

    pcm: bytes
    sample_rate: int

    @property
    def seconds(self) -> float:
        """Duration."""
        return len(self.pcm) / 2 / self.sample_rate


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A timed piece of a transcript; seconds from the start of the utterance."""

    start_seconds: float
    end_seconds: float
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """What was heard. `accepted` is False when the recogniser itself does not trust the words.

    `confidence` is 0..1 in the recogniser's own scale; `compute_seconds` is its CPU wall time.
    """

    text: str
    language: Language
    engine: str
    quality: HearingQuality
    accepted: bool = True
    confidence: float = 1.0
    audio_seconds: float = 0.0
    compute_seconds: float = 0.0
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PartialWords:
    """What was recognised of an utterance that still goes on; the first `stable` characters no longer change."""

    text: str
    stable: int
    language: Language


@dataclass(frozen=True, kw_only=True, slots=True)
class RecognitionHints:
    """What helps a recogniser: names and words that are likely (best first), and what was said just before.

    Only the words in `public` may be given to a recogniser on another machine; nothing of `before` may.
    `aside` is for what nobody waits for: it is read as nothing where another utterance is open, or as soon as one is.
    """

    words: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    before: str = ""
    aside: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class WakeHit:
    """The wake word, `at_seconds` of stream time when the detector fired, `score` 0..1.

    `sure` is False for a candidate that something else has to confirm before it counts. `word` is what was said.
    """

    at_seconds: float
    score: float
    sure: bool = True
    word: str = "hey jarvis"


@dataclass(frozen=True, kw_only=True, slots=True)
class SpottedWord:
    """A word that ended at `at_seconds` of stream time; unless `sure` it may be something that sounds like it.

    `early`: it may become one, or nothing; should it, it is told again.
    """

    word: str
    at_seconds: float
    sure: bool = True
    early: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnSoFar:
    """An utterance at a pause: its sound (16 kHz int16 mono, at least the last 8 s), words, and what came before.

    `accepted` is False where the recogniser does not trust its words. `after_question` tells that Jarvis had asked.
    """

    sound: bytes
    text: str
    language: Language
    accepted: bool = True
    after_question: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandGrammar:
    """What a recogniser without a language model may expect: the commands of one language.

    `automaton` says all of them, as a word automaton in the FSG text format of CMU Sphinx; `sentences` are samples,
    one command each, in lower case and without figures. All words of both are in the recogniser's dictionary.
    """

    automaton: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeechServiceInfo:
    """Which recogniser or voice is in use; `note` is a sentence to show when it is a fallback, else empty.

    `device` is where it runs ("CPU", "GPU 1") and `decoding` how a Whisper computes there ("int8, beam 1"), both empty
    while it does not run and for services elsewhere.
    """

    engine: str
    model: str
    quality: Literal["full", "basic"]
    languages: tuple[Language, ...]
    note: str = ""
    device: str = ""
    decoding: str = ""


VoiceStateName = Literal["off", "muted", "sleeping", "listening", "hearing", "thinking", "speaking"]
"""`off`: no microphone open. `sleeping`: waiting for the wake word. `listening`: waiting for words.
`hearing`: words are arriving. `thinking`: an answer is being found. `speaking`: the answer is being said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VoiceState:
    """What the voice side is doing now."""

    name: VoiceStateName
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelMeasured:
    """Microphone level, RMS as a fraction of full scale 0..1; a few times a second."""

    level: float


@dataclass(frozen=True, kw_only=True, slots=True)
class WakeScored:
    """The wake detector's highest value 0..1 since the last one; a few times a second, for a meter."""

    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PartialHeard:
    """Words of the utterance that is being spoken."""

    words: PartialWords


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerInterrupted:
    """The person cut Jarvis off; `heard` is what had sounded by then of the answer to the message `question_id`."""

    question_id: str
    heard: str


DictationDoubt = Literal["", "unsure", "basic"]
"""`unsure`: the recogniser does not trust its words. `basic`: nor would any other dictation fare better, as it knows
English commands only."""

DictationCut = Literal["", "muted", "microphone", "recogniser"]
"""What ended a dictation before the person did: the microphone was closed (`muted`) or lost, and all the words until
then are there; or the recogniser failed, and its last words may be missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dictated:
    """A dictation is over: its words, "" where there were none; nothing was asked."""

    transcript: Transcript
    doubt: DictationDoubt = ""
    cut: DictationCut = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceInUse:
    """The device that is used from now on; `note` says what changed and why, empty when it is the one wanted."""

    direction: Literal["input", "output"]
    name: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WakeHeard:
    """The wake word was heard (or the talk button pressed: score 1)."""

    hit: WakeHit


@dataclass(frozen=True, kw_only=True, slots=True)
class TranscriptReady:
    """The person's turn is over and these are its words."""

    transcript: Transcript


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerStep:
    """A step of answering the spoken question, passed through unchanged."""

    event: AskEvent


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnFinished:
    """One spoken turn is over. `timings` are seconds; `end_of_speech_to_first_audio` is the one people feel."""

    transcript: Transcript | None
    text: str
    wake_at: float | None
    timings: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class VoiceTrouble:
    """The voice side cannot go on as asked; one sentence says why and what to do."""

    code: str
    sentence: str


VoiceEvent = (
    VoiceState
    | LevelMeasured
    | WakeScored
    | WakeHeard
    | PartialHeard
    | TranscriptReady
    | AnswerStep
    | AnswerInterrupted
    | Dictated
    | DeviceInUse
    | TurnFinished
    | VoiceTrouble
)
