import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jarvis.voice.heard_notes import HeardNotes
from tests.fakes.voice import PATIENCE_SECONDS, error
from tests.programs.hear_and_die import ANSWER, HEARD

ROOT = Path(__file__).parents[2]


class SlowLog:
    """Keeps notes once its gate is open; fails for those that are named."""

    def __init__(self, fails: dict[str, Exception] | None = None) -> None:
        self.gate = threading.Event()
        self.kept: list[tuple[str, str]] = []
        self.fails = fails or {}

    def heard(self, question_id: str, text: str) -> None:
        assert self.gate.wait(PATIENCE_SECONDS)
        if question_id in self.fails:
            raise self.fails[question_id]
        self.kept.append((question_id, text))


def test_whoever_notes_never_waits_and_whoever_settles_does():
    log = SlowLog()
    notes = HeardNotes(log, on_trouble=lambda _: None)
    notes.note("a", "The kettle")
    settled = threading.Event()
    waiting = threading.Thread(target=lambda: (notes.settle(), settled.set()))
    waiting.start()
    assert log.kept == [] and not settled.is_set()
    log.gate.set()
    waiting.join(PATIENCE_SECONDS)
    assert settled.is_set()
    assert log.kept == [("a", "The kettle")]


def test_notes_are_kept_in_order_from_wherever_they_come():
    log = SlowLog()
    notes = HeardNotes(log, on_trouble=lambda _: None)
    for number in range(20):
        thread = threading.Thread(target=notes.note, args=("a", str(number)))
        thread.start()
        thread.join()
    log.gate.set()
    notes.settle()
    assert [text for _, text in log.kept] == [str(number) for number in range(20)]
    notes.note("b", "later")
    notes.settle()
    assert log.kept[-1] == ("b", "later")


def test_a_note_that_cannot_be_kept_is_told_and_the_next_one_is_kept(caplog):
    failure = error("storage.full")
    log = SlowLog({"lost": failure, "odd": ValueError("odd")})
    log.gate.set()
    told = []
    notes = HeardNotes(log, on_trouble=told.append)
    for question_id in ("lost", "odd", "kept"):
        notes.note(question_id, "words")
    notes.settle()
    assert told == [failure]
    assert log.kept == [("kept", "words")]
    assert "could not be kept" in caplog.text


def test_with_nothing_noted_there_is_nothing_to_wait_for():
    HeardNotes(SlowLog(), on_trouble=lambda _: None).settle()


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_killed_anywhere_between_hearing_and_keeping_all_of_it_is_kept_or_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.programs.hear_and_die", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    deaths = [json.loads(line) for line in done.stdout.splitlines()]
    *died, lived = deaths
    assert len(died) > 30 and not any(death["told"] for death in died)
    assert lived["told"]["heard"] == len(HEARD), "the next question is asked once it is kept"
    for death in deaths:
        assert death["whole"] == ["ok"] and death["text"].rstrip() == ANSWER, death
        assert death["state"] in ("interrupted", "cancelled"), death
        assert death["kept"] in (None, len(HEARD)), death
        assert death["again"] == len(HEARD), "the next start can keep it"
    assert {death["kept"] for death in died} == {None, len(HEARD)}
    assert lived["kept"] == len(HEARD)
