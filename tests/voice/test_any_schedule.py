"""The whole loop under any schedule of sounds, buttons, lost microphones, notices and slow stages."""

import threading
from collections.abc import Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import TranscriptReady, TurnFinished
from jarvis.voice.options import VoiceOptions
from tests.fakes.voice import (
    FRAME_BYTES,
    PATIENCE_SECONDS,
    QUIET,
    SPEECH,
    FakeAssistant,
    FakeJudge,
    FakeSpeechToText,
    error,
    frames,
    heard,
    model_answer,
    seconds,
    wake_word,
)
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_world import World

SOUNDS = {
    "wake": wake_word(),
    "words": seconds(SPEECH, 1.0),
    "word": seconds(SPEECH, 0.3),
    "breath": seconds(QUIET, 0.3),
    "gap": seconds(QUIET, 0.1),
    "stumble": (seconds(SPEECH, 0.3) + seconds(QUIET, 0.13)) * 3,
    "pause": seconds(QUIET, 1.0),
    "question": wake_word() + seconds(SPEECH, 0.8) + seconds(QUIET, 0.8),
    "interruption": seconds(SPEECH, 0.8) + seconds(QUIET, 0.8),
}
BUTTONS = ("talk", "stop", "mute", "unmute", "dictate", "dictated")
WORLD = ("say", "withdraw", "lose", "sound", "silence", "think", "answer")
DROPPED = (
    "stopped by the user",
    "interrupted by the talk button",
    "interrupted by dictation",
    "interrupted by the wake word",
)
STEPS = st.lists(st.sampled_from([*SOUNDS, *SOUNDS, *BUTTONS, *WORLD]), max_size=14)
WORDS = st.lists(st.sampled_from(["question", "mm-hmm", "stop", "", "unclear"]), max_size=6)


class Schedule:
    """Plays the steps to whichever microphone is open, then silence for ever."""

    name = "scheduled"

    def __init__(self, steps: list[str], acts: dict) -> None:
        self.steps = list(steps)
        self.acts = acts
        self.closed = threading.Event()
        self.lost = False

    def open(self) -> "Schedule":
        again = Schedule([], self.acts)
        again.steps = self.steps
        self.acts["lose"] = lambda: setattr(again, "lost", True)
        return again

    def chunks(self) -> Iterator[bytes]:
        while self.steps and not self.closed.is_set() and not self.lost:
            step = self.steps.pop(0)
            if step in SOUNDS:
                yield from self._frames(SOUNDS[step])
            else:
                # Pressed by somebody else, as in life.
                presser = threading.Thread(target=self.acts[step])
                presser.start()
                presser.join(PATIENCE_SECONDS)
                assert not presser.is_alive()
                yield from self._frames(frames(QUIET))
        while not self.closed.is_set() and not self.lost:
            self.closed.wait(0.0002)
            yield from self._frames(frames(QUIET))
        if self.lost:
            raise error("audio.microphone_lost", DeviceError)

    def _frames(self, sound: bytes) -> Iterator[bytes]:
        for at in range(0, len(sound), FRAME_BYTES):
            if not self.closed.is_set():
                yield sound[at : at + FRAME_BYTES]

    def close(self) -> None:
        self.closed.set()


class Speaker(FakeSpeaker):
    """Held by `pause`, freed by `resume` and `stop`."""

    held = False

    def pause(self) -> None:
        self.held = True

    def resume(self) -> None:
        self.held = False

    def stop(self) -> None:
        super().stop()
        self.held = False


class Recogniser(FakeSpeechToText):
    """Gives every question words of its own, and takes its time now and then."""

    def __init__(self, words: list[str], settles: bool, slow: int) -> None:
        super().__init__(settles=settles)
        self.words, self.slow, self.count = list(words), slow, 0

    def finished(self, utterance):
        self.count += 1
        if self.slow and self.count % self.slow == 0:
            threading.Event().wait(0.01)
        kind = self.words.pop(0) if self.words else "question"
        words = f"question {self.count}" if kind in ("question", "unclear") else kind
        return heard(words, accepted=kind != "unclear")


@settings(max_examples=40, deadline=None)
@given(STEPS, WORDS, st.sampled_from([0.0, 0.5, 1.0]), st.booleans(), st.integers(0, 3), st.sampled_from([0.0, 2.0]))
@example(["dictate", "words", "mute"], ["question"], 0.5, True, 0, 2.0)
@example(["dictate", "words", "lose"], ["question"], 0.5, True, 0, 2.0)
def test_whatever_happens_when_nothing_stale_is_asked_nothing_is_lost_and_it_comes_to_rest(
    steps, words, completeness, settles, slow, follow_up
):
    sounding, thinking = threading.Event(), threading.Event()
    sounding.set(), thinking.set()
    speaker = Speaker(gate=sounding)
    plain = (f"Answer {number}. It is so." for number in range(15))
    asked_back = (model_answer(f"Answer {number}. Is it so?", expects_reply=True) for number in range(15))
    answers = [answer for pair in zip(plain, asked_back, strict=True) for answer in pair]
    assistant = FakeAssistant(*answers, gate=thinking)
    acts: dict = {}
    schedule = Schedule(steps, acts)
    world = World(
        stt=Recogniser(words, settles, slow),
        assistant=assistant,
        speaker=speaker,
        judge=FakeJudge(completeness),
        options=VoiceOptions(follow_up_seconds=follow_up),
        parts={"echo_free": True, "microphone": schedule.open},
        hold_while_answering=False,
        pauses=99,
    )
    loop, turns, notices = world.loop, [], []
    begin = loop._talk.begin

    def beginning(*args, **named):
        turn = begin(*args, **named)
        if turn is not None:
            turns.append(turn)
        return turn

    loop._talk.begin = beginning
    acts |= {
        "talk": loop.push_to_talk,
        "stop": loop.stop_all,
        "mute": loop.mute,
        "unmute": loop.unmute,
        "dictate": loop.dictate,
        "dictated": loop.dictated,
        "say": lambda: notices.append(loop.text_to_say("Tea is ready.", "en")),
        "withdraw": lambda: [notice.cancel() for notice in notices[-1:]],
        "sound": sounding.clear,
        "silence": sounding.set,
        "think": thinking.clear,
        "answer": thinking.set,
    }
    loop.start()
    try:
        _come_to_rest(loop, schedule, sounding, thinking, world, turns)
        assert not speaker.held
        assert all(notice.over.wait(10) for notice in notices)
    finally:
        loop.close()
    for turn in turns:
        assert turn.done.wait(PATIENCE_SECONDS)
        turn._thread.join(PATIENCE_SECONDS)
        assert not turn._thread.is_alive()
    asked = [request.text for request in assistant.requests]
    unique = [words for words in asked if words.startswith("question")]
    assert len(unique) == len(set(unique))
    told = [event.transcript.text for event in world.log.of(TranscriptReady) if event.transcript.accepted]
    assert sorted(asked) == sorted(told), "what is shown as heard is asked, once"
    assert len(world.log.of(TurnFinished)) == len(turns)
    for turn in turns:
        if turn.revisions.committed is None:
            assert turn._transcript is None
            assert turn.said == ()
        if turn.dictating is not None:
            # Only what somebody wants instead drops what is dictated.
            assert turn._transcript is not None or turn.cancel_token.reason in DROPPED


def _come_to_rest(loop, schedule, sounding, thinking, world, turns) -> None:
    """Let all steps happen, end a dictation, open what was closed, and wait until nothing goes on."""
    tick = threading.Event()
    for count in range(round(10 / 0.002)):
        floor = loop._floor
        if schedule.steps:
            if not floor.wants_microphone():
                # Only a person can go on from here.
                loop.unmute()
                sounding.set(), thinking.set()
        else:
            sounding.set(), thinking.set()
            loop.unmute()
            if count % 20 == 0:
                loop.dictated()
            with loop._lock:
                at_rest = floor.is_free() and floor.order is None and floor.challenger is None and not floor.deaf
                # The next frame makes it loud again.
                at_rest = at_rest and world.speaker.gains[-1:] in ([], [1.0])
                if at_rest and floor.state == "sleeping" and all(turn.done.is_set() for turn in list(turns)):
                    return
        tick.wait(0.002)
    raise AssertionError((loop.state, floor.order, floor.work, floor.challenger, world.log.states()))
