"""The desktop is closed while workers are in the midst of something: it waits for little, and tells what it can."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled
from jarvis.contracts.memory import ForgetTarget
from jarvis.desktop import bridge, data_texts, workers
from jarvis.desktop.data_page import DataPage
from jarvis.desktop.keys_page import KeysPage
from jarvis.desktop.memory_acts import MemoryActs
from jarvis.desktop.run import Desktop
from jarvis.desktop.voice_sound import SoundTest
from jarvis.desktop.workers import Workers
from tests.desktop.conftest import Until, page_of
from tests.fakes.desk_settings import SettingsDesks
from tests.fakes.desktop import FakeDesktop

TOO_LONG_SECONDS = 60.0


class Stuck:
    """What does not end by itself, as a dialog that waits for the person; `free` lets it go at the test's end."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.free = threading.Event()
        self.ended = threading.Event()

    def __call__(self, *_: object, **__: object) -> object:
        self.begun.set()
        self.free.wait(TOO_LONG_SECONDS)
        self.ended.set()
        return None


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    made = Stuck()
    yield made
    assert not made.begun.is_set() or made.ended.wait(TOO_LONG_SECONDS)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was told to end is waited for, however busy this computer is."""
    for name in ("_LAST_SECONDS", "_DRAIN_SECONDS"):
        monkeypatch.setattr(bridge, name, TOO_LONG_SECONDS)


def test_what_goes_on_is_left_behind_and_its_answer_reaches_nobody(
    desktop: Desktop, until: Until, stuck: Stuck
) -> None:
    seen: list[object] = []
    desktop.bridge.run(stuck, seen.append, seen.append)
    until(stuck.begun.is_set)
    desktop.bridge.close()
    assert not stuck.ended.is_set(), "it was waited for"
    stuck.free.set()
    assert stuck.ended.wait(TOO_LONG_SECONDS)
    until(lambda: desktop.bridge._jobs.wait(0))
    desktop.bridge._mail.flush()
    assert seen == []


def test_a_worker_takes_nothing_of_the_window_apart_when_it_ends_at_last(
    desktop: Desktop, until: Until, stuck: Stuck
) -> None:
    class Widget:
        """What nobody but the job knows any more."""

        def shown(self, _: object) -> None:
            pass

    widget = Widget()
    lives = weakref.ref(widget)
    desktop.bridge.run(stuck, widget.shown)
    del widget
    until(stuck.begun.is_set)
    desktop.bridge.close()
    stuck.free.set()
    until(lambda: desktop.bridge._jobs.wait(0))
    assert lives() is not None, "a thread beside the window's own let go of it last"
    assert workers.something_left()


def test_three_that_are_stuck_hold_up_no_more_than_one_and_what_waits_is_dropped(
    desktop: Desktop, until: Until
) -> None:
    all_stuck, never = [Stuck() for _ in range(3)], threading.Event()
    for each in all_stuck:
        desktop.bridge.run(each)
    until(lambda: all(each.begun.is_set() for each in all_stuck))
    desktop.bridge.run(never.set)
    desktop.bridge.close()
    assert not any(each.ended.is_set() for each in all_stuck)
    for each in all_stuck:
        each.free.set()
    assert all(each.ended.wait(TOO_LONG_SECONDS) for each in all_stuck)
    until(lambda: desktop.bridge._jobs.wait(0))
    assert not never.is_set()


def test_what_is_better_done_than_not_may_end_by_itself(
    desktop: Desktop, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "_GRACE_SECONDS", TOO_LONG_SECONDS)
    begun, told = threading.Event(), []
    others, mine = CancelToken(), CancelToken()

    def short() -> str:
        begun.set()
        others.wait(TOO_LONG_SECONDS)
        return "given up" if mine.cancelled else "done"

    # It ends once others were told to end at once.
    desktop.bridge.run(short, told.append, give_up=mine)
    desktop.bridge.run(lambda: others.wait(TOO_LONG_SECONDS), cancel=others)
    until(begun.is_set)
    desktop.bridge.close()
    assert told == ["done"] and not mine.cancelled


def test_what_does_not_end_by_itself_is_told_to_give_up_and_says_so(
    desktop: Desktop, until: Until, patient: None
) -> None:
    begun, told, given_up = threading.Event(), [], CancelToken()

    def endless() -> None:
        begun.set()
        assert given_up.wait(TOO_LONG_SECONDS)
        raise Cancelled

    desktop.bridge.run(endless, None, lambda error: told.append(type(error)), give_up=given_up)
    until(begun.is_set)
    desktop.bridge.close()
    assert told == [Cancelled]


def test_workers_do_things_in_order_and_none_is_done_after_the_end() -> None:
    workers, seen, gate = Workers(1, "test"), [], threading.Event()
    workers.do(lambda: seen.append(gate.wait(TOO_LONG_SECONDS)))
    for number in range(3):
        workers.do(lambda n=number: seen.append(n))
    assert not workers.wait(0) and workers.waiting >= 3
    gate.set()
    assert workers.wait(TOO_LONG_SECONDS, lambda: len(seen) == 4) and seen == [True, 0, 1, 2]
    workers.close()
    workers.do(lambda: seen.append("after"))
    assert workers.waiting == 0 and all(thread.daemon for thread in threading.enumerate() if "test_" in thread.name)


def _try_key(desktop: Desktop, desks: SettingsDesks, until: Until, stuck: Stuck) -> None:
    desks.keys.kept["openai"] = "keyring", "sk-1"
    page = page_of(desktop, "keys", KeysPage)
    until(lambda: len(page.cards) == 3)
    desks.keys.check = stuck  # type: ignore[method-assign, assignment]
    page.cards["openai"].check()


def _keep_key(desktop: Desktop, desks: SettingsDesks, until: Until, stuck: Stuck) -> None:
    page = page_of(desktop, "keys", KeysPage)
    until(lambda: len(page.cards) == 3)
    desks.keys.store = stuck  # type: ignore[method-assign, assignment]
    card = page.cards["openai"]
    card.value.setText("sk-1")
    card.store.setEnabled(True)
    card.store.click()


def _list_keys(desktop: Desktop, desks: SettingsDesks, until: Until, stuck: Stuck) -> None:
    desks.keys.where = stuck  # type: ignore[method-assign, assignment]
    page_of(desktop, "keys", KeysPage)


def _forget_everything(desktop: Desktop, desks: SettingsDesks, until: Until, stuck: Stuck) -> None:
    page = page_of(desktop, "data", DataPage)
    desks.data.forget_everything = stuck  # type: ignore[method-assign, assignment]
    page.word.setText(data_texts.FORGET_WORD.en)
    page.forget()


def _decide(desktop: Desktop, desks: SettingsDesks, until: Until, stuck: Stuck) -> None:
    desks.data.restore = stuck  # type: ignore[method-assign, assignment]
    page_of(desktop, "data", DataPage).restore.restore(desks.data.contents)


STARTS: dict[str, Callable[[Desktop, SettingsDesks, Until, Stuck], None]] = {
    "a key that is tried": _try_key,
    "a key that is kept": _keep_key,
    "keys that are listed": _list_keys,
    "forgetting everything": _forget_everything,
    "a restore that is decided": _decide,
}


@pytest.mark.parametrize("name", STARTS)
def test_quitting_does_not_wait_for(
    shown: Desktop, desks: SettingsDesks, until: Until, stuck: Stuck, name: str
) -> None:
    STARTS[name](shown, desks, until, stuck)
    until(stuck.begun.is_set)
    shown.bridge.close()
    assert not stuck.ended.is_set(), "it was waited for"
    stuck.free.set()
    assert stuck.ended.wait(TOO_LONG_SECONDS)
    assert shown.bridge._jobs.wait(TOO_LONG_SECONDS)


@pytest.mark.parametrize("name", ["forgetting everything", "a restore that is decided"])
def test_quitting_tells_it_to_give_up(
    shown: Desktop,
    desks: SettingsDesks,
    until: Until,
    stuck: Stuck,
    name: str,
    patient: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def gives_up(*_: object, cancel: CancelToken, **__: object) -> None:
        stuck.begun.set()
        assert cancel.wait(TOO_LONG_SECONDS)
        stuck.ended.set()
        raise Cancelled

    STARTS[name](shown, desks, until, gives_up)  # type: ignore[arg-type]
    until(stuck.begun.is_set)
    shown.bridge.close()
    assert stuck.ended.is_set()
    if name == "forgetting everything":
        assert "not everything was forgotten: Jarvis ended first" in caplog.text


def test_a_recording_that_is_played_falls_silent(
    qtbot: QtBot, desktop: Desktop, fake: FakeDesktop, until: Until, patient: None
) -> None:
    test = SoundTest(desktop.desk)
    qtbot.addWidget(test)
    fake.voice.sounds.clear()
    test._play(fake.voice.recording)
    until(lambda: bool(fake.voice.played))
    desktop.bridge.close()
    assert fake.voice.cut == [fake.voice.recording.sound]


def test_a_memory_that_is_looked_for_stays_and_it_is_said_in_the_log(
    desktop: Desktop,
    until: Until,
    stuck: Stuck,
    patient: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Memory:
        def forget(self, target: ForgetTarget, *, cancel: CancelToken) -> int:
            stuck.begun.set()
            assert cancel.wait(TOO_LONG_SECONDS)
            stuck.ended.set()
            raise Cancelled

    acts, said = MemoryActs(desktop.desk, desktop.window), []
    monkeypatch.setattr(MemoryActs, "memory", Memory())
    acts.said.connect(said.append)
    acts._forget(ForgetTarget(kind="one", ids=("a",)))
    until(stuck.begun.is_set)
    desktop.bridge.close()
    assert stuck.ended.is_set() and len(said) == 1
    assert "nothing was forgotten: Jarvis ended first" in caplog.text
