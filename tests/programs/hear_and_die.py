"""Interrupts a spoken answer in a process that is killed at one step after the other, and tells what is kept.

A step is a line of what notes and keeps how much was heard, or a statement of its database. Argument: an empty folder.
Prints one JSON object per death, the last of a process that lives.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from jarvis.assistant.draft import Draft
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.events import AskCancelled, AskEvent, AskFinished, AskStarted, TextDelta
from jarvis.contracts.messages import Request
from jarvis.storage import heard as keeping
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.heard import SqliteHeardLog
from jarvis.voice import heard_notes, turn
from tests.fakes.clock import FakeClock
from tests.fakes.voice import PATIENCE_SECONDS, QUIET, SPEECH, FakeSpeechToText, seconds
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_world import COMMAND, live

ANSWER = "The kettle is in the kitchen. It is on the second shelf."
HEARD = "The kettle is in the kitchen."
_WATCHED = {keeping.__file__: None, heard_notes.__file__: None, turn.__file__: "interrupt"}
"""Files whose lines are steps; of one only those of a function."""


class Death:
    """Kills the process at step `at`, counted from `arm` on; at none where it is 0."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0
        self._armed = False
        self._lock = threading.Lock()

    def arm(self) -> None:
        """Count from now on."""
        self._armed = True

    def watch(self, connect: Callable[[Database], None]) -> Callable[[Database], None]:
        """Return a `connect` whose connections count their statements."""

        def connected(database: Database) -> None:
            connect(database)
            database._local.held.connection.set_trace_callback(lambda _: self._step())

        return connected

    def trace(self, frame: FrameType, event: str, _argument: object) -> Any:
        """Count the lines of what is watched: the trace function of every thread."""
        if frame.f_code.co_filename not in _WATCHED:
            return None
        only = _WATCHED[frame.f_code.co_filename]
        if only is not None and frame.f_code.co_name != only:
            return None
        if event == "line":
            self._step()
        return self.trace

    def _step(self) -> None:
        with self._lock:
            self.seen += self._armed
            if self._armed and self.seen == self.at:
                os.kill(os.getpid(), signal.SIGKILL)


class KeptAssistant:
    """Stores what it is asked and answers; the first answer goes on until it is cancelled, the second tells."""

    def __init__(self, log: SqliteConversationLog, told: Callable[[list[int | None]], None]) -> None:
        self._log = log
        self._told = told
        self._conversation = ""
        self.written = threading.Event()

    def ask(self, request: Request, cancel: CancelToken) -> Iterator[AskEvent]:
        """Answer the first question until it is interrupted, and tell at the second what is known of it."""
        if self._conversation:
            self._told([message.heard_characters for message in self._log.messages(self._conversation)])
            yield AskFinished(ask_id="b", message_id="", text="", source="skill", language="en")
            return
        self._conversation = self._log.start_conversation(request.text).id
        question = self._log.add_message(self._conversation, "user", request.text)
        draft = Draft(self._log, FakeClock())
        draft.conversation_id = self._conversation
        yield AskStarted(
            ask_id="a", conversation_id=self._conversation, message_id=question.id, text=request.text, language="en"
        )
        for word in ANSWER.split(" "):
            draft.append(word + " ")
            yield TextDelta(ask_id="a", text=word + " ")
        self.written.set()
        cancelled = threading.Event()
        cancel.on_cancel(cancelled.set)
        cancelled.wait(PATIENCE_SECONDS)
        draft.close("cancelled")
        yield AskCancelled(ask_id="a", text=draft.text)


def interrupted(path: Path, death: Death, tell: Callable[[object], None]) -> None:
    """Be asked, answer aloud, be interrupted after the first sentence and asked something else."""
    threading.settrace(death.trace)
    Database._connect = death.watch(Database._connect)  # type: ignore[method-assign]
    database = Database(path)
    gate, told = threading.Event(), threading.Event()

    def tell_of(found: list[int | None]) -> None:
        tell({"heard": found[1], "steps": death.seen})
        told.set()

    assistant = KeptAssistant(SqliteConversationLog(database, FakeClock()), tell_of)
    world, microphone = live(
        stt=FakeSpeechToText("where is the kettle", "no, the other one"),
        speaker=FakeSpeaker(gate=gate),
        assistant=assistant,
        parts={"echo_free": True, "heard_log": SqliteHeardLog(database)},
    )
    microphone.add(COMMAND)
    assert world.speaker.sounding.wait(PATIENCE_SECONDS)
    world.log.wait_for_state("speaking")
    assert assistant.written.wait(PATIENCE_SECONDS)
    microphone.add(seconds(QUIET, 0.5))
    world.speaker.heard_seconds = 0.1
    death.arm()
    microphone.add(seconds(SPEECH, 1.0) + seconds(QUIET, 1.0))
    assert told.wait(PATIENCE_SECONDS)


def killed(path: Path, at: int) -> dict[str, object]:
    """Let a fork be interrupted and die at step `at`; return what it told before, empty where it died."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            interrupted(path, Death(at), lambda found: os.write(writing, json.dumps(found).encode()))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        found = told.read()
    os.waitpid(child, 0)
    return json.loads(found or b"{}")


def kept(path: Path) -> dict[str, object]:
    """Start again, as the app does, and look at what is kept of the answer; then keep what was heard of it again."""
    database = Database(path)
    log = SqliteConversationLog(database, FakeClock())
    log.recover()
    (conversation,) = log.conversations()
    question, answer = log.messages(conversation.id)[:2]
    with database.read() as connection:
        whole = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    SqliteHeardLog(database).heard(question.id, HEARD)
    again = log.messages(conversation.id)[1].heard_characters
    database.close()
    return {
        "text": answer.text,
        "state": answer.state,
        "kept": answer.heard_characters,
        "again": again,
        "whole": whole,
    }


def main() -> None:
    folder = Path(sys.argv[1])
    at, told = 1, {}
    while not told:
        path = folder / f"at-{at}.sqlite3"
        told = killed(path, at)
        sys.stdout.write(json.dumps({"at": at, "told": told, **kept(path)}) + "\n")
        at += 1


if __name__ == "__main__":
    main()
