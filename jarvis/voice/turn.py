"""One spoken turn: recognise while it is spoken, ask, say the answer while it is written.

Runs on a thread of its own, so that the microphone is followed all the while. Knows no device.
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from jarvis.contracts.errors import JarvisError, Language
from jarvis.contracts.events import (
    AskCancelled,
    AskEvent,
    AskFailed,
    AskFinished,
    AskStarted,
    EngineFailed,
    SkillMatched,
    TextDelta,
)
from jarvis.contracts.messages import Request
from jarvis.contracts.speech import (
    AnswerStep,
    Transcript,
    TranscriptReady,
    TurnFinished,
    VoiceTrouble,
)
from jarvis.voice.clauses import ClauseStream, clauses_of
from jarvis.voice.hearing import SpeechEnded
from jarvis.voice.options import VoiceOptions
from jarvis.voice.phrases import NOT_UNDERSTOOD, ONLY_COMMANDS, TOO_LONG, UNEXPECTED, without_wake_word
from jarvis.voice.work import Conversing, Said, Work, WorkEnd

SHORT_SOUND_SECONDS = 0.45
"""An utterance shorter than this that the recogniser does not trust is taken as noise, not as a question."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnStart:
    """How a turn came about. `wake_at` is stream time of the wake word, None without one.

    `explain_basic` lets a rejected turn say that only commands are understood.
    """

    options: VoiceOptions
    wake_at: float | None = None
    conversation_id: str | None = None
    explain_basic: bool = True
    previously_said: Said = ()


class SpokenTurn(Work):
    """One utterance and its answer. `on_speaking` is called when sound begins, `on_over` once at the very end."""

    def __init__(
        self,
        conversing: Conversing,
        start: TurnStart,
        on_speaking: Callable[[SpokenTurn], None],
        on_over: Callable[[SpokenTurn, WorkEnd], None],
    ) -> None:
        super().__init__("jarvis-turn")
        self._conversing = conversing
        self._options = start.options
        self._start = start
        self._on_speaking = on_speaking
        self._on_over = on_over
        self._sound: queue.SimpleQueue[bytes | SpeechEnded | None] = queue.SimpleQueue()
        self._ended: SpeechEnded | None = None
        self._decided = 0.0
        self._marks: dict[str, float] = {}
        self._transcript: Transcript | None = None
        self._text = ""
        self._silenced = False
        self._speech = conversing.mouth.speech(self.cancel_token, start.options.rate, self._sounding)
        self.conversation_id = start.conversation_id
        self.explained_basic = False
        self._said: list[tuple[str, Language]] = []

    @property
    def said(self) -> Said:
        """What was given to the voice so far."""
        return tuple(self._said)

    def feed(self, sound: bytes) -> None:
        """Add sound of the utterance; returns at once."""
        self._sound.put(sound)

    def end(self, ended: SpeechEnded) -> None:
        """The person has finished; the clock of the pipeline starts here."""
        self._decided = time.perf_counter()
        self._ended = ended
        self._sound.put(ended)

    def cancel(self, reason: str) -> None:
        """Stop it: silence at once, the rest as soon as its parts notice."""
        super().cancel(reason)
        self._sound.put(None)

    def silence(self) -> None:
        """Let the answer go on, unsaid."""
        self._silenced = True
        self._speech.interrupt()

    def _run(self) -> None:
        end: WorkEnd = "answered"
        try:
            end = self._turn()
        except JarvisError as error:
            self._fail(error.code, error.sentence(self._options.usual_language))
        except Exception as error:
            _logger.exception("a spoken turn failed")
            kind = type(error).__name__
            self._fail("voice.unexpected", UNEXPECTED[self._options.usual_language].format(kind=kind))
        self._speech.finish()
        self._mark("spoken")
        if self.cancel_token.cancelled:
            end = "cancelled"
        self._conversing.emit(
            TurnFinished(
                transcript=self._transcript, text=self._text, wake_at=self._start.wake_at, timings=self.timings()
            )
        )
        self._on_over(self, end)
        self.done.set()

    def _fail(self, code: str, sentence: str) -> None:
        if not self.cancel_token.cancelled:
            self._conversing.emit(VoiceTrouble(code=code, sentence=sentence))
            self._await_end_of_speech()
            for clause in clauses_of(sentence, self._options.usual_language):
                self._say(clause, self._options.usual_language)

    def _await_end_of_speech(self) -> None:
        """Let the person finish: what failed while they speak is told afterwards, not in the middle of their words."""
        while self._ended is None and not self.cancel_token.cancelled:
            self._sound.get()

    def _turn(self) -> WorkEnd:
        transcript = self._recognised()
        if transcript is None or self.cancel_token.cancelled:
            return "cancelled"
        self._mark("transcript")
        assert self._ended is not None
        untrusted_noise = not transcript.accepted and self._ended.speech_seconds < SHORT_SOUND_SECONDS
        if untrusted_noise or (not transcript.text and transcript.accepted):
            return "nothing"
        self._transcript = transcript
        self._conversing.emit(TranscriptReady(transcript=transcript))
        if self._ended.cut:
            seconds = round(self._ended.speech_seconds)
            self._say(TOO_LONG[transcript.language].format(seconds=seconds), transcript.language)
        return self._answer(transcript) if transcript.accepted else self._reject(transcript)

    def _recognised(self) -> Transcript | None:
        # One utterance at a time: a cancelled turn may still be waiting for its recogniser.
        with self._conversing.recogniser:
            if self.cancel_token.cancelled:
                return None
            utterance = self._conversing.speech_to_text.open(self._options.language)
            finished = False
            try:
                while isinstance(piece := self._sound.get(), bytes):
                    if not self.cancel_token.cancelled:
                        utterance.feed(piece)
                if piece is None or self.cancel_token.cancelled:
                    return None
                finished = True
                transcript = utterance.finish()
            finally:
                if not finished:
                    utterance.abandon()
        if self._start.wake_at is None:
            return transcript
        return _with_text(transcript, without_wake_word(transcript.text))

    def _reject(self, transcript: Transcript) -> WorkEnd:
        language = transcript.language
        sentences = [NOT_UNDERSTOOD[language]]
        if transcript.quality == "basic" and self._start.explain_basic:
            sentences.append(ONLY_COMMANDS[language])
            self.explained_basic = True
        self._text = " ".join(sentences)
        self._mark("first_text")
        for sentence in sentences:
            self._say(sentence, language)
        return "rejected"

    def _answer(self, transcript: Transcript) -> WorkEnd:
        request = Request(
            text=transcript.text,
            door="voice",
            conversation_id=self.conversation_id,
            language=self._options.language,
            hearing=transcript.quality,
        )
        voice = _AnswerVoice(transcript.language)
        end: WorkEnd = "answered"
        for event in self._conversing.assistant.ask(request, self.cancel_token):
            if not self.cancel_token.cancelled or isinstance(event, AskCancelled | AskFailed | AskFinished):
                self._conversing.emit(AnswerStep(event=event))
            if isinstance(event, AskStarted):
                self.conversation_id = event.conversation_id
            elif isinstance(event, TextDelta | AskFinished):
                self._mark("first_text")
            if isinstance(event, EngineFailed) and event.restarts:
                self._speak_anew()
            for clause in voice.clauses(event):
                self._say(clause, voice.language)
            if isinstance(event, AskFinished):
                self._text = event.text
                end = "question" if event.expects_reply else "answered"
                self._obey(event)
            elif isinstance(event, AskFailed | AskCancelled):
                self._text = event.text
        return end

    def _obey(self, event: AskFinished) -> None:
        if event.control == "stop":
            self.silence()
        elif event.control == "repeat":
            text = event.text if event.spoken is None else event.spoken
            said = tuple((clause, event.language) for clause in clauses_of(text, event.language))
            for clause, language in self._start.previously_said or said:
                self._say(clause, language)

    def _speak_anew(self) -> None:
        """Drop what was to be said: another engine answers from the beginning."""
        self._speech.interrupt()
        self._said.clear()
        self._speech = self._conversing.mouth.speech(self.cancel_token, self._options.rate, self._sounding)

    def _say(self, clause: str, language: Language) -> None:
        if self._options.aloud and not self._silenced and not self.cancel_token.cancelled:
            self._said.append((clause, language))
            self._mark("first_clause")
            self._speech.say(clause, language)

    def _sounding(self) -> None:
        self._mark("first_audio")
        self._on_speaking(self)

    def _mark(self, name: str) -> None:
        self._marks.setdefault(name, time.perf_counter() - self._decided)

    def timings(self) -> dict[str, float]:
        """Return what the turn took so far, in seconds.

        Counted in sound: `wake` and `end_of_speech` (stream times) and `endpoint_silence` (from the end of speech to
        the decision that it ended). Counted by the clock since that decision: `transcript`, `first_text`,
        `first_clause`, `pipeline` (first sample handed to the speaker) and `spoken`. `end_of_speech_to_first_audio`
        is `endpoint_silence` + `pipeline`, right for files and microphones alike.
        """
        timings: dict[str, float] = {}
        if self._start.wake_at is not None:
            timings["wake"] = self._start.wake_at
        if self._ended is None:
            return timings
        silence = self._ended.decided_at - self._ended.end_of_speech_at
        timings |= {"end_of_speech": self._ended.end_of_speech_at, "endpoint_silence": silence}
        timings |= {name: seconds for name, seconds in self._marks.items() if name != "first_audio"}
        if "first_audio" in self._marks:
            timings["pipeline"] = self._marks["first_audio"]
            timings["end_of_speech_to_first_audio"] = silence + self._marks["first_audio"]
        return {name: round(seconds, 6) for name, seconds in timings.items()}


class _AnswerVoice:
    """Which clauses an answer's events are to be said as.

    Skills are said from their final event, which may carry another wording for the ear; models as they stream.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._stream = ClauseStream(language)
        self._streamed = False
        self._by_skill = False

    def clauses(self, event: AskEvent) -> list[str]:
        """Return what to say now."""
        if isinstance(event, AskStarted):
            self.language = event.language
            self._stream = ClauseStream(event.language)
        elif isinstance(event, SkillMatched):
            self._by_skill = True
        elif isinstance(event, EngineFailed) and event.restarts:
            self._stream, self._streamed = ClauseStream(self.language), False
        elif isinstance(event, TextDelta) and not self._by_skill:
            self._streamed = True
            return self._stream.feed(event.text)
        elif isinstance(event, AskFinished):
            return self._rest(event)
        elif isinstance(event, AskFailed):
            return [*self._stream.close(), *clauses_of(event.sentence, self.language)]
        return []

    def _rest(self, event: AskFinished) -> list[str]:
        if self._streamed:
            return self._stream.close()
        self.language = event.language
        if event.control is not None:
            return []
        return clauses_of(event.text if event.spoken is None else event.spoken, event.language)


def _with_text(transcript: Transcript, text: str) -> Transcript:
    return replace(transcript, text=text)
