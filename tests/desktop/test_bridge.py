"""Threads meet the window only through the mailbox: merged, in order, on the Qt thread."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.events import TextDelta
from jarvis.contracts.speech import LevelMeasured, PartialHeard, PartialWords, VoiceState, WakeScored
from jarvis.desktop import bridge
from jarvis.desktop.bridge import Mailbox, merged
from jarvis.desktop.instance import InstanceServer, raise_running_instance
from jarvis.desktop.keepsake import Keepsake
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until

HEAVY = ("torch", "openai", "chromadb", "onnxruntime", "faster_whisper", "dateparser", "llama_cpp", "hassil", "numpy")
ANSWERS_NEED = ("markdown_it", "pygments.lexers.python")


def delta(run: str, text: str) -> TextDelta:
    return TextDelta(ask_id=run, text=text)


def heard(text: str) -> PartialHeard:
    return PartialHeard(words=PartialWords(text=text, stable=0, language="en"))


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], []),
        ([delta("a", "1"), delta("a", "2"), delta("a", "3")], [delta("a", "123")]),
        ([delta("a", "1"), delta("b", "2"), delta("a", "3")], [delta("a", "1"), delta("b", "2"), delta("a", "3")]),
        (
            [delta("a", "1"), delta("a", "2"), VoiceState(name="off"), delta("a", "3")],
            [delta("a", "12"), VoiceState(name="off"), delta("a", "3")],
        ),
        ([LevelMeasured(level=0.1), LevelMeasured(level=0.2)], [LevelMeasured(level=0.2)]),
        (
            [LevelMeasured(level=0.1), delta("a", "1"), delta("a", "2"), LevelMeasured(level=0.2)],
            [LevelMeasured(level=0.1), delta("a", "12"), LevelMeasured(level=0.2)],
        ),
        (
            [LevelMeasured(level=0.1), WakeScored(score=0.1), LevelMeasured(level=0.2), WakeScored(score=0.2)],
            [LevelMeasured(level=0.2), WakeScored(score=0.2)],
        ),
        (
            [heard("a"), LevelMeasured(level=0.1), heard("a b"), VoiceState(name="off"), heard("c")],
            [heard("a b"), LevelMeasured(level=0.1), VoiceState(name="off"), heard("c")],
        ),
    ],
)
def test_merged(items: list[object], expected: list[object]) -> None:
    assert merged(items) == expected


def test_many_threads_are_delivered_in_order_on_the_qt_thread(qtbot: QtBot, until: Until) -> None:
    got: list[object] = []
    threads: set[int] = set()

    def deliver(item: object) -> None:
        threads.add(threading.get_ident())
        got.append(item)

    box = Mailbox(deliver, lambda items: items)
    workers = [
        threading.Thread(target=lambda name=name: [box.put((name, number)) for number in range(500)])
        for name in ("a", "b", "c")
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    until(lambda: len(got) == 1500)
    assert threads == {threading.get_ident()}
    for name in ("a", "b", "c"):
        assert [number for who, number in got if who == name] == list(range(500))  # type: ignore[misc]


def test_what_takes_long_is_handed_over_one_by_one_with_the_window_s_events_between(qtbot: QtBot, until: Until) -> None:
    order: list[object] = []
    context = QObject()

    def deliver(item: object) -> None:
        order.append(item)
        QTimer.singleShot(0, context, lambda: order.append(f"event after {item}"))

    box = Mailbox(deliver, lambda items: items, turn_seconds=0)
    box.put("a")
    box.put("b")
    until(lambda: len(order) == 4)
    assert order.index("event after a") < order.index("b")


def test_what_is_left_is_merged_with_what_comes_and_handed_over_whole_at_the_end(qtbot: QtBot) -> None:
    got: list[object] = []

    def more(item: object) -> None:
        if callable(item):
            item()
        else:
            got.append(item)

    box = Mailbox(more, merged, turn_seconds=0)
    box.put(lambda: box.put(delta("a", "2")))
    box.put(delta("a", "1"))
    box._turn()
    assert got == []
    box.flush()
    assert got == [delta("a", "12")]


def test_one_that_fails_keeps_no_other_back(qtbot: QtBot, until: Until) -> None:
    got: list[object] = []

    def deliver(item: object) -> None:
        if item == "bad":
            raise ValueError(item)
        got.append(item)

    box = Mailbox(deliver, lambda items: items)
    box.put("bad")
    box.put("good")
    with qtbot.captureExceptions() as raised:
        until(lambda: got == ["good"])
    assert [kind for kind, *_ in raised] == [ValueError]


def test_closing_stops_a_running_answer_and_waits_for_its_end(
    desktop: Desktop, fake: object, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "_DRAIN_SECONDS", 60.0)
    fake.assistant.gate.clear()  # type: ignore[attr-defined]
    desktop.session.ask("x")
    until(lambda: desktop.session.running() is not None)
    desktop.bridge.close()
    conversation = fake.log.conversations()[0]  # type: ignore[attr-defined]
    assert fake.log.messages(conversation.id)[-1].state == "cancelled"  # type: ignore[attr-defined]


def test_a_failing_job_reaches_its_caller(desktop: Desktop, until: Until) -> None:
    seen: list[Exception] = []
    desktop.bridge.run(lambda: 1 / 0, None, seen.append)
    until(lambda: len(seen) == 1)
    assert isinstance(seen[0], ZeroDivisionError)


def test_long_work_keeps_nothing_else_waiting(desktop: Desktop, until: Until) -> None:
    held, done = threading.Event(), []
    for number in range(4):
        desktop.bridge.run(lambda: held.wait(60), lambda _, n=number: done.append(n), long=True)
    desktop.bridge.run(lambda: "short", done.append)
    until(lambda: done == ["short"])
    held.set()
    until(lambda: done == ["short", 0, 1, 2, 3])


def test_closing_ends_the_jobs_that_can_be_ended_and_waits_for_them(desktop: Desktop, until: Until) -> None:
    begun, told, seen = threading.Event(), CancelToken(), []

    def work() -> bool:
        begun.set()
        return told.wait(30)

    desktop.bridge.run(work, seen.append, cancel=told)
    over = CancelToken()
    desktop.bridge.run(lambda: None, seen.append, cancel=over)
    until(lambda: begun.is_set() and seen == [None])
    desktop.bridge.close()
    # The last answers are taken while there is a window; what had ended by itself is left alone.
    assert seen == [None, True] and not over.cancelled


def second_start(server: InstanceServer, run_folder: Path, qtbot: QtBot) -> str:
    """Start Jarvis again from another process, wait until `server` is told, and return what that process was told."""
    code = (
        "from pathlib import Path; from jarvis.desktop.instance import raise_running_instance\n"
        f"print(raise_running_instance(Path({str(run_folder)!r})))"
    )
    second = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with qtbot.waitSignal(server.raised, timeout=60_000):
        pass
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=60_000)
    return second.communicate()[0].strip()


def test_a_second_start_raises_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    assert not raise_running_instance(tmp_path)
    server = InstanceServer(tmp_path)
    assert second_start(server, tmp_path, qtbot) == "True"
    server.close()
    assert not raise_running_instance(tmp_path)


def test_a_dead_socket_is_replaced(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "window.sock").write_text("left behind")
    server = InstanceServer(tmp_path)
    assert second_start(server, tmp_path, qtbot) == "True"
    server.close()


def test_a_broken_keepsake_starts_afresh_and_says_so(
    desktop: Desktop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "desktop.json").write_text("{broken", encoding="utf-8")
    keepsake = Keepsake(folder, desktop.bridge)
    assert keepsake.text("conversation") == ""
    assert "could not be read" in caplog.text
    keepsake.keep("conversation", "c1")
    keepsake.save_now()
    assert Keepsake(folder, desktop.bridge).text("conversation") == "c1"


def test_qt_calls_leave_none_alone() -> None:
    """PySide6 6.12.0 takes one reference of None per call on Python 3.11, which ends the process within minutes."""
    target = QObject()
    # What is collected meanwhile takes its own references along.
    gc.collect()
    gc.disable()
    try:
        before = sys.getrefcount(None)
        for _ in range(1000):
            target.setObjectName("x")
        assert sys.getrefcount(None) > before - 500
    finally:
        gc.enable()


def test_nothing_heavy_is_imported_before_the_window_is_there(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from jarvis.desktop.run import Desktop, make_application\n"
        "app = make_application(['x'])\n"
        "from tests.fakes.desktop import FakeDesktop\n"
        f"d = Desktop(FakeDesktop(Path({str(tmp_path)!r})).services); d.start(); app.processEvents()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "d.window.end(); d.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_what_answers_are_drawn_with_is_loaded_once_the_window_is_there(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from jarvis.desktop.run import Desktop, make_application\n"
        "app = make_application(['x'])\n"
        "from tests.fakes.desktop import FakeDesktop\n"
        f"d = Desktop(FakeDesktop(Path({str(tmp_path)!r})).services)\n"
        f"wanted = {ANSWERS_NEED!r}\n"
        "print([name for name in wanted if name in sys.modules])\n"
        "d.start(); end = time.monotonic() + 30\n"
        "while time.monotonic() < end and not all(name in sys.modules for name in wanted): app.processEvents()\n"
        "print([name for name in wanted if name not in sys.modules])\n"
        "d.window.end(); d.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "[]"]
