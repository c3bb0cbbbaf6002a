"""The app's own spoken conversation in a computed room: one `Bench` per run, one `World` per scenario.

What the app builds is used as it is built, but for the devices, the recogniser that is told what it hears, and the
language model, which is simulated. Sounds and fillers are off, so that the first sound is the answer's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from benchmarks.voice.answering import SimulatedModel, Speed
from benchmarks.voice.devices import VirtualMicrophone, VirtualSpeaker
from benchmarks.voice.ears import ToldEars
from benchmarks.voice.room import Heard, Room, leak
from benchmarks.voice.timing import AnswerTimes, WorkLog, answer_times
from benchmarks.wake.rooms import Sound
from jarvis.app.build import Jarvis
from jarvis.audio.echo import EchoCancellingMicrophone, EchoReference
from jarvis.audio.silent import SilentSpeaker
from jarvis.contracts.errors import Language
from jarvis.contracts.ports import TextEngine
from jarvis.contracts.speech import (
    AnswerInterrupted,
    AudioChunk,
    SpeechServiceInfo,
    TranscriptReady,
    TurnFinished,
    TurnSoFar,
    VoiceEvent,
    VoiceState,
    VoiceTrouble,
    WakeHeard,
)
from jarvis.contracts.speech_ports import Speaker, TextToSpeech, TurnJudge
from jarvis.settings.folders import Folders
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions, hearing_options
from tests.fakes.speech_children import ChildFactory

LEAK_DB = -10.0
LEAK_DELAY_SECONDS = 0.06
"""The air's and the devices' delay between the speaker's sound and its echo, on top of the reported times."""

PATIENCE_SECONDS = 8.0
"""How long a scenario waits for what should happen within a second or two."""

Event = TypeVar("Event")


def _any(_event: object) -> bool:
    return True


class Wrong(AssertionError):
    """What happened is not what should have."""


class BenchJarvis(Jarvis):
    """The app with one engine, the simulated one."""

    def __init__(self, folder: Path, model: SimulatedModel) -> None:
        super().__init__(Folders(home=folder))
        self._model = model

    def text_engines(self) -> list[TextEngine]:
        """Return the simulated model."""
        return [self._model]


class TimedVoice:
    """The TextToSpeech port over another one; the wait for each first sound is noted."""

    def __init__(self, inner: TextToSpeech, work: WorkLog) -> None:
        self._inner = inner
        self._work = work

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        return self._inner.info(language)

    def warm(self) -> None:
        self._inner.warm()

    def synthesize(self, text: str, language: Language, rate: float = 1.0) -> Iterator[AudioChunk]:
        began = time.perf_counter()
        for number, chunk in enumerate(self._inner.synthesize(text, language, rate)):
            if number == 0:
                self._work.add("synthesis", began, time.perf_counter())
            yield chunk

    def close(self) -> None:
        self._inner.close()


class TimedJudge:
    """The TurnJudge port over another one; what it takes is noted."""

    def __init__(self, inner: TurnJudge, work: WorkLog) -> None:
        self._inner = inner
        self._work = work

    def completeness(self, so_far: TurnSoFar) -> float:
        with self._work.during("judging"):
            return self._inner.completeness(so_far)


class Bench:
    """What all scenarios share: the app, its children and the recognisers. `close` it."""

    def __init__(self, folder: Path, speed: Speed, clips: Path | None) -> None:
        self.clips = clips
        self.work = WorkLog()
        self.model = SimulatedModel(speed, self.work)
        self.jarvis = BenchJarvis(folder / "home", self.model)
        for name, value in (("voice.sounds", "false"), ("voice.fillers", "false")):
            self.jarvis.settings.set(name, value)
        self.children = ChildFactory(folder)
        models = folder / "models"
        models.mkdir()
        self.ears = ToldEars(self.jarvis.speech.speech_to_text, self.children, models, self.work)
        self.voice = TimedVoice(self.jarvis.speech.text_to_speech, self.work)

    def warm(self) -> None:
        """Start the children and load what the first question would wait for, as the app does."""
        self.ears.warm()
        self.voice.warm()
        self.jarvis.speech.warm_answers()

    def silent_speaker(self) -> Speaker:
        """Return a speaker that nobody hears."""
        return SilentSpeaker()

    def close(self) -> None:
        self.ears.close()
        self.jarvis.close()
        self.children.stop()


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """An event of the loop and when it came."""

    at: float
    event: VoiceEvent


class World:
    """One loop in one room; use as a context manager. Scenarios call what is below, and raise `Wrong`."""

    def __init__(
        self,
        bench: Bench,
        language: Language,
        *,
        options: VoiceOptions | None = None,
        background: Sound | None = None,
        leak_db: float | None = LEAK_DB,
        turn: int = 0,
    ) -> None:
        self.bench = bench
        self.language = language
        self.turn = turn
        self.options = options or VoiceOptions(usual_language=language, language=language)
        response = None if leak_db is None else leak(leak_db, LEAK_DELAY_SECONDS, seed=turn)
        self.room = Room(background=background, response=response, seed=turn)
        self.reference = EchoReference()
        self.speaker = VirtualSpeaker(self.room, self.reference)
        self.microphone = VirtualMicrophone(self.room)
        self.seen: list[Seen] = []
        self._changed = threading.Condition()
        flag = bench.jarvis.settings.flag
        cleaned = EchoCancellingMicrophone(
            self.microphone,
            self.reference,
            echo=flag("voice.echo_cancelling"),
            noise_suppression=flag("voice.noise_suppression"),
            gain=flag("voice.automatic_gain"),
        )
        parts = bench.jarvis.speech.parts(self.speaker, cleaned)
        self.loop = VoiceLoop(
            replace(
                parts,
                speech_to_text=bench.ears,
                text_to_speech=bench.voice,
                judge=TimedJudge(parts.judge, bench.work),
            ),
            options=lambda: self.options,
            on_event=self._heard_of,
            hearing=hearing_options(bench.jarvis.settings),
        )

    def __enter__(self) -> World:
        self.loop.start()
        self.wait_for_state("sleeping")
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.close()
        self.speaker.unplug()

    def learn_the_room(self) -> None:
        """Let Jarvis say something first, so that the echo canceller knows the room as it does all day but at first."""
        texts = {
            "en": "Good morning. This is what I sound like in this room, and now I know it well enough.",
            "es": "Buenos días. Así sueno en esta habitación, y ahora ya la conozco lo bastante bien.",
        }
        self.loop.text_to_say(texts[self.language], self.language).over.wait(PATIENCE_SECONDS)
        self.wait(0.5)

    # What people do

    def say(self, pcm: bytes, text: str = "", after: float = 0.0) -> Heard:
        """Let somebody make the sound `pcm` `after` seconds from now; returns at once."""
        return self.room.say(pcm, text, None if not after else time.perf_counter() + after)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(max(0.0, seconds))

    def wait_past(self, heard: Heard, seconds: float = 0.0) -> None:
        """Let time pass until `heard` is over, and `seconds` more."""
        self.wait(heard.ended + seconds - time.perf_counter())

    # What should happen

    def wait_for(
        self, kind: type[Event], after: float, patience: float = PATIENCE_SECONDS, where: Callable[[Event], bool] = _any
    ) -> tuple[float, Event]:
        """Return the first event of `kind` since `after`, and its time; `Wrong` when none comes."""

        def found() -> tuple[float, Event] | None:
            for seen in self.seen:
                if seen.at >= after and isinstance(seen.event, kind) and where(seen.event):
                    return seen.at, seen.event
            return None

        with self._changed:
            if not self._changed.wait_for(lambda: found() is not None, patience):
                raise Wrong(f"no {kind.__name__} within {patience:.0f} s; {self.story()}")
            result = found()
            assert result is not None
            return result

    def wait_for_state(self, name: str, after: float = 0.0, patience: float = PATIENCE_SECONDS) -> float:
        """Return when the state became `name`."""
        at, _ = self.wait_for(VoiceState, after, patience, lambda state: state.name == name)
        return at

    def transcript(self, after: float, patience: float = PATIENCE_SECONDS) -> str:
        """Return the words of the next turn."""
        _, ready = self.wait_for(TranscriptReady, after, patience)
        return ready.transcript.text

    def finished(self, after: float, patience: float = 30.0) -> TurnFinished:
        """Return the end of the next turn that had words."""
        _, turn = self.wait_for(TurnFinished, after, patience, lambda turn: turn.transcript is not None)
        return turn

    def sounds(self, after: float, patience: float = PATIENCE_SECONDS) -> float:
        """Return when the speaker is audible for the first time since `after`."""
        give_up = time.perf_counter() + patience
        while (at := self.room.played.first_audible(after)) is None or at > time.perf_counter():
            if time.perf_counter() > give_up:
                raise Wrong(f"nothing was said within {patience:.0f} s; {self.story()}")
            time.sleep(0.01)
        return at

    def silence(self, after: float, lasting: float = 0.8, patience: float = PATIENCE_SECONDS) -> float:
        """Return since when the speaker is silent."""
        give_up = time.perf_counter() + patience
        while (at := self.room.played.silent_from(after, lasting)) is None:
            if time.perf_counter() > give_up:
                raise Wrong(f"it spoke on for {patience:.0f} s; {self.story()}")
            time.sleep(0.01)
        return at

    def nothing(self, kind: type[Event], after: float, what: str) -> None:
        """`Wrong` when an event of `kind` has come since `after`."""
        with self._changed:
            if any(seen.at >= after and isinstance(seen.event, kind) for seen in self.seen):
                raise Wrong(f"{what}; {self.story()}")

    def nothing_said(self, after: float) -> None:
        """`Wrong` when the speaker was audible since `after`."""
        if self.room.played.first_audible(after) is not None:
            raise Wrong(f"something was said; {self.story()}")

    def times_of(self, heard: Heard) -> AnswerTimes:
        """Take apart the time from the end of `heard` to the first audible sample, which is waited for."""
        decided = self.wait_for_state("thinking", heard.ended)
        sounded = self.sounds(decided)
        queued = max(at for at in self.speaker.handed_over if at <= sounded)
        work = self.bench.work.between(heard.ended, sounded)
        said = min((busy.begin for busy in work if busy.stage == "synthesis" and busy.begin > decided), default=queued)
        needed = [busy for busy in work if busy.stage != "answer" or busy.end <= said]
        return answer_times(ended=heard.ended, decided=decided, queued=queued, sounded=sounded, busy=needed)

    def story(self) -> str:
        """Return what happened so far, in short."""
        told = []
        for seen in self.seen:
            event = seen.event
            if isinstance(event, VoiceState):
                told.append(f"{seen.at - self.seen[0].at:.2f} {event.name}")
            elif isinstance(event, WakeHeard):
                told.append(f"woke {event.hit.score:.2f}")
            elif isinstance(event, AnswerInterrupted):
                told.append(f"interrupted after “{event.heard[-30:]}”")
            elif isinstance(event, TranscriptReady):
                told.append(f"“{event.transcript.text}”")
            elif isinstance(event, VoiceTrouble):
                told.append(f"trouble {event.code}")
            elif isinstance(event, TurnFinished):
                told.append(f"said “{event.text[:60]}”")
        return " · ".join(told[-14:])

    def _heard_of(self, event: VoiceEvent) -> None:
        with self._changed:
            self.seen.append(Seen(at=time.perf_counter(), event=event))
            self._changed.notify_all()
