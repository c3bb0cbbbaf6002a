"""One spoken turn: its words, then the answer, said while it is written.

Runs on a thread of its own, so that the microphone is followed all the while. Knows no device.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from jarvis.audio.tones import error_tone
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError, Language
from jarvis.contracts.events import (
    AskCancelled,
    AskEvent,
    AskFailed,
    AskFinished,
    AskStarted,
    EngineFailed,
    TextDelta,
)
from jarvis.contracts.messages import Request
from jarvis.contracts.speech import (
    AnswerInterrupted,
    AnswerStep,
    Dictated,
    PartialHeard,
    PartialWords,
    SpottedWord,
    Transcript,
    TranscriptReady,
    TurnFinished,
    VoiceTrouble,
)
from jarvis.voice.answer_voice import AnswerVoice
from jarvis.voice.clauses import Clause, aside, clauses_in
from jarvis.voice.dictating import Dictating
from jarvis.voice.fillers import Fillers
from jarvis.voice.filling import Filling
from jarvis.voice.hearing import SpeechEnded, SpeechPaused
from jarvis.voice.mouth import Speech
from jarvis.voice.options import VoiceOptions
from jarvis.voice.phrases import NOT_UNDERSTOOD, ONLY_COMMANDS, TOO_LONG, UNEXPECTED, without_wake_word
from jarvis.voice.recognising import Heard, Listening, Recognising
from jarvis.voice.revisions import Revisions
from jarvis.voice.timing import TurnClock
from jarvis.voice.work import Conversing, Said, Work, WorkEnd

Kind = Literal["asked", "follow_up", "interrupting", "dictated"]
"""`asked`: after the wake word or the button. `follow_up`: without, after an answer. `interrupting`: into Jarvis' own
words. `dictated`: words only."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnStart:
    """How a turn came about. `wake_at` is stream time of the wake word, None without one.

    `stop_word` was spotted at its beginning, None without. `explain_basic` lets a rejected turn say that only commands
    are understood. `after_question` tells that Jarvis asked.
    """

    options: VoiceOptions
    kind: Kind = "asked"
    wake_at: float | None = None
    conversation_id: str | None = None
    explain_basic: bool = True
    after_question: bool = False
    stop_word: SpottedWord | None = None
    previously_said: Said = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnHooks:
    """Whom a turn tells what becomes of it, on its own thread.

    `committed` once the person has finished; `wanted` whether what was said is to be answered at all; `speaking` when
    sound begins; `asleep` when the answer is that Jarvis sleeps from now on; `over` once at the very end. `muted` tells
    whether Jarvis is, `how_to_wake` what to say or press once it sleeps.
    """

    committed: Callable[[SpokenTurn], None]
    wanted: Callable[[SpokenTurn, Heard], bool]
    speaking: Callable[[SpokenTurn], None]
    asleep: Callable[[SpokenTurn], None]
    over: Callable[[SpokenTurn, WorkEnd], None]
    muted: Callable[[], bool]
    how_to_wake: Callable[[Language], str]


class SpokenTurn(Work):
    """One utterance and its answer."""

    def __init__(self, conversing: Conversing, listening: Listening, start: TurnStart, hooks: TurnHooks) -> None:
        super().__init__("jarvis-turn", conversing.mouth.speaker)
        self._conversing = conversing
        self._options = start.options
        self.start_facts = start
        self._hooks = hooks
        self._began_muted = hooks.muted()
        self._clock = TurnClock(start.wake_at)
        self._recognising = Recognising(
            listening,
            language=start.options.language,
            hints=conversing.hints,
            after_question=start.after_question,
            on_partial=self._partial,
            on_words=self._ahead,
            ends_by_itself=start.kind != "dictated",
        )
        self.dictating = Dictating(start.options, listening.speech_to_text) if start.kind == "dictated" else None
        """None where something is asked."""
        self._transcript: Transcript | None = None
        self._text = ""
        self._silenced = self._told_trouble = False
        self._question_id = ""
        self._answer_end: WorkEnd = "answered"
        self._voice = AnswerVoice(start.options.usual_language)
        self._speech = self._new_speech()
        self.conversation_id = start.conversation_id
        self.explained_basic = self.called = False
        """`called`: the wake word is what its words began with."""
        self.words_so_far = ""
        """What a recogniser has shown of the words that are being said."""
        self._said: list[Clause] = []

    @property
    def said(self) -> Said:
        """What was given to the voice so far."""
        return tuple(self._said)

    @property
    def revisions(self) -> Revisions:
        """Which of its pauses may still be its end."""
        return self._recognising.revisions

    @property
    def judged(self) -> threading.Event:
        """Set whenever no pause is being looked at."""
        return self._recognising.judged

    def feed(self, sound: bytes) -> None:
        """Add sound of the utterance; returns at once."""
        self._recognising.feed(sound)

    def pause(self, signal: SpeechPaused) -> None:
        """The person pauses."""
        self._recognising.pause(signal)

    def resume(self) -> None:
        """The person goes on."""
        self._recognising.resume()

    def end(self, ended: SpeechEnded) -> bool:
        """The person has finished; False when that was known before."""
        return self._recognising.end(ended)

    def cancel(self, reason: str) -> None:
        """Stop it: silence at once, the rest as soon as its parts notice."""
        super().cancel(reason)
        self._recognising.cancel()

    def silence(self) -> None:
        """Let the answer go on, unsaid."""
        self._silenced = True
        super().silence()

    def interrupt(self, reason: str) -> None:
        """Stop it for good because the person speaks, and keep what was heard of the answer."""
        heard = self._speech.heard()
        unheard = bool(self._said)
        self.cancel(reason)
        if self._question_id and unheard:
            self._conversing.emit(AnswerInterrupted(question_id=self._question_id, heard=heard))
            if self._conversing.heard_notes is not None:
                self._conversing.heard_notes.note(self._question_id, heard)

    def timings(self) -> dict[str, float]:
        """Return what the turn took so far; see `TurnClock.timings`."""
        return self._clock.timings()

    def _run(self) -> None:
        end: WorkEnd = "answered" if self.dictating is None else "dictated"
        try:
            end = self._turn()
        except JarvisError as error:
            self._fail(error.code, error.sentence(self._options.usual_language))
        except Exception as error:
            _logger.exception("a spoken turn failed")
            kind = type(error).__name__
            self._fail("voice.unexpected", UNEXPECTED[self._options.usual_language].format(kind=kind))
        self._finish_speech()
        self._clock.mark("spoken")
        if self.cancel_token.cancelled:
            end = "cancelled"
        self._conversing.emit(
            TurnFinished(
                transcript=self._transcript, text=self._text, wake_at=self.start_facts.wake_at, timings=self.timings()
            )
        )
        self._hooks.over(self, end)
        self._settle_notes()
        self.done.set()

    def _settle_notes(self) -> None:
        """Wait until what was heard of an answer is kept: this question's model is told it, and the end means it."""
        if self._conversing.heard_notes is not None:
            self._conversing.heard_notes.settle()

    def _fail(self, code: str, sentence: str) -> None:
        if self.cancel_token.cancelled:
            return
        trouble = VoiceTrouble(code=code, sentence=sentence)
        if self.dictating is not None:
            self._fail_dictation(self.dictating.unfinished(), trouble)
            return
        self._conversing.emit(trouble)
        # What failed while the person speaks is told afterwards, not in the middle of their words.
        self._recognising.await_end()
        if self.start_facts.kind == "interrupting" and self._transcript is None:
            # What Jarvis was saying goes on.
            return
        self._hooks.committed(self)
        self._sound_trouble()
        self._say_all(clauses_in(sentence, self._options.usual_language))

    def _fail_dictation(self, kept: Dictated, trouble: VoiceTrouble) -> None:
        """End it at once, whether the person has finished or not: nobody would hear what they say on."""
        self.revisions.leave_off()
        self._hooks.committed(self)
        if not kept.transcript.text:
            self._conversing.emit(trouble)
        self._conversing.emit(kept)
        self._sound_trouble()

    def _turn(self) -> WorkEnd:
        heard = self._recognising.words()
        if heard is None or self.cancel_token.cancelled:
            return "cancelled"
        self._clock.ended(heard.ended, heard.decided)
        transcript = self._without_wake_word(heard.transcript)
        self.called = transcript.text != heard.transcript.text.strip()
        heard = replace(heard, transcript=transcript)
        self._hooks.committed(self)
        self._clock.mark("transcript")
        if self.dictating is not None:
            self._transcript = transcript
            self._conversing.emit(self.dictating.written(transcript))
            return "dictated"
        if heard.is_noise and not self.start_facts.stop_word:
            return "nothing"
        if not self._hooks.wanted(self, heard):
            return "unwanted"
        self._transcript = transcript
        self._conversing.emit(TranscriptReady(transcript=transcript))
        if heard.ended.cut:
            seconds = round(heard.ended.speech_seconds)
            self._say_all(clauses_in(TOO_LONG[transcript.language].format(seconds=seconds), transcript.language))
        return self._answer(transcript) if transcript.accepted else self._reject(transcript)

    def _without_wake_word(self, transcript: Transcript) -> Transcript:
        if self.start_facts.wake_at is None and self.start_facts.kind in ("asked", "dictated"):
            return transcript
        return replace(transcript, text=without_wake_word(transcript.text))

    def _partial(self, words: PartialWords) -> None:
        self.words_so_far = words.text
        if self.dictating is not None:
            self.dictating.on_the_way(words.text, words.language)
        self._conversing.emit(PartialHeard(words=words))

    def _ahead(self, transcript: Transcript, void: CancelToken) -> None:
        """Warm the way of a question that is not certain yet."""
        preparing = self._conversing.preparing
        if self.dictating is not None:
            self.dictating.on_the_way(transcript.text, transcript.language)
        elif preparing is not None and (request := self._request(self._without_wake_word(transcript))).text:
            threading.Thread(target=preparing.prepare, args=(request, void), name="jarvis-ahead", daemon=True).start()

    def _request(self, transcript: Transcript) -> Request:
        return Request(
            text=transcript.text,
            door="voice",
            conversation_id=self.conversation_id,
            language=self._options.language,
            hearing=transcript.quality,
        )

    def _reject(self, transcript: Transcript) -> WorkEnd:
        if self.start_facts.kind in ("follow_up", "interrupting"):
            # Nobody has called Jarvis: it may have been for somebody else.
            return "nothing"
        language = transcript.language
        sentences = [NOT_UNDERSTOOD[language]]
        if transcript.quality == "basic" and self.start_facts.explain_basic:
            sentences.append(ONLY_COMMANDS[language])
            self.explained_basic = True
        self._text = " ".join(sentences)
        self._clock.mark("first_text")
        self._say_all(clauses_in(self._text, language))
        return "rejected"

    def _answer(self, transcript: Transcript) -> WorkEnd:
        self._voice = AnswerVoice(transcript.language)
        self._settle_notes()
        filling: Filling | None = None
        try:
            for event in self._conversing.assistant.ask(self._request(transcript), self.cancel_token):
                if isinstance(event, AskStarted) and self._options.fillers:
                    filling = self._filling(event)
                if filling is not None:
                    filling.heed(event)
                self._heed(event)
        finally:
            if filling is not None:
                filling.end()
        return self._answer_end

    def _heed(self, event: AskEvent) -> None:
        """Take one step of the answer: pass it on, say what is to be said, notice how it ended."""
        if not self.cancel_token.cancelled or isinstance(event, AskCancelled | AskFailed | AskFinished):
            self._conversing.emit(AnswerStep(event=event))
        if isinstance(event, AskStarted):
            self.conversation_id, self._question_id = event.conversation_id, event.message_id
        elif isinstance(event, TextDelta | AskFinished):
            self._clock.mark("first_text")
        if isinstance(event, EngineFailed) and event.restarts:
            self._speak_anew()
        if isinstance(event, AskFinished) and event.control == "sleep":
            # Before its first word sounds: whoever stops that stops no more than that.
            self._hooks.asleep(self)
        self._say_all(self._voice.clauses(event))
        if isinstance(event, AskFinished):
            self._text = event.text
            self._answer_end = "question" if event.expects_reply else "answered"
            self._obey(event)
        elif isinstance(event, AskFailed | AskCancelled):
            self._text = event.text
        if isinstance(event, AskFailed):
            self._sound_trouble()
            self._say_all(self._voice.trouble(event))

    def _filling(self, event: AskStarted) -> Filling:
        now = self._conversing.monotonic

        def say(words: str) -> None:
            if self._options.aloud and not self._silenced and not self.cancel_token.cancelled:
                self._speech.say(aside(words, event.language), event.language)

        return Filling(Fillers(event.ask_id, event.language, now()), now, say)

    def _obey(self, event: AskFinished) -> None:
        if event.control == "stop":
            self.silence()
        elif event.control == "repeat":
            text = event.text if event.spoken is None else event.spoken
            self._say_all(self.start_facts.previously_said or clauses_in(text, event.language))
        elif event.control == "sleep":
            self._say_all(clauses_in(self._hooks.how_to_wake(event.language), event.language))

    def _speak_anew(self) -> None:
        """Drop what was to be said: another engine answers from the beginning."""
        self._speech.interrupt()
        self._said.clear()
        self._speech = self._new_speech()

    def _new_speech(self) -> Speech:
        options = self._options
        return self._conversing.mouth.speech(
            self.cancel_token, options.rate, self._sounding, volume=options.volume, on_unsaid=self._sound_trouble
        )

    def _sound_trouble(self) -> None:
        """Let the sound of trouble be heard, once a turn, before or in place of its sentence."""
        wanted = self._options.sounds and self._options.aloud and not self._silenced
        # The talk button works muted too; who mutes Jarvis after that wants it quiet.
        muted_since = self._hooks.muted() and not self._began_muted
        if wanted and not self._told_trouble and not muted_since:
            self._told_trouble = True
            self._speech.play(error_tone())

    def _say_all(self, clauses: Sequence[Clause]) -> None:
        for clause in clauses:
            if self._options.aloud and not self._silenced and not self.cancel_token.cancelled:
                self._said.append(clause)
                self._clock.mark("first_clause")
                self._speech.say(clause, clause.language)

    def _sounding(self) -> None:
        self._stay_held()
        self._clock.mark("first_audio")
        self._hooks.speaking(self)
