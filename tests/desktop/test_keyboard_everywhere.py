"""What each window is for, done with the keyboard alone: no mouse, no widget called by its name in the code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.memory import MemoryFilter
from jarvis.desktop.models_try import TryDialog
from tests.desktop.by_keys import REMEMBERED, Whole, back_in_chat, do, everything, opened, press, tab_to, type_in
from tests.desktop.conftest import Until, answers, questions
from tests.fakes.assistant import ScriptedEngine
from tests.fakes.desk_resources import BIG

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> Iterator[Whole]:
    with everything(tmp_path) as made:
        qtbot.waitActive(made.desktop.window)
        yield made


def page(world: Whole, name: str, dialog: QWidget) -> None:
    """Go to a page of an open window by its first letters, as in any list."""
    pages = tab_to("Pages", back=True)
    press(Qt.Key.Key_Home)
    for _ in range(20):
        if pages.currentItem().text() == name:  # type: ignore[attr-defined]
            return
        press(Qt.Key.Key_Down)
    raise AssertionError(f"no page {name!r}")


def in_menu(*keys: Qt.Key) -> None:
    """Press these keys in the menu that comes up next: it holds the one who opened it until it is left."""

    def go() -> None:
        menu = QApplication.activePopupWidget()
        if not isinstance(menu, QMenu):
            QTimer.singleShot(10, go)
            return
        for key in keys:
            press(key)

    QTimer.singleShot(0, go)


def asked(until: Until) -> QWidget:
    """Wait for a question on top of the window."""
    until(lambda: QApplication.activeModalWidget() is not None)
    box = QApplication.activeModalWidget()
    assert box is not None
    box.activateWindow()
    until(lambda: QApplication.focusWidget() is not None and QApplication.focusWidget().window() is box)
    return box


def again(window: QWidget, until: Until) -> None:
    """Be in a window again after what was on top of it went, as a window manager sees to."""
    until(lambda: QApplication.activeModalWidget() is None)
    window.activateWindow()
    until(lambda: QApplication.activeWindow() is window and QApplication.focusWidget() is not None)


def test_models_are_tried_switched_kept_and_fetched(world: Whole, until: Until) -> None:
    window = opened("Models", lambda: world.desktop.further.window("models"), until)
    until(lambda: bool(world.models.list))
    do("Try it…: Qwen2.5 7B")
    until(lambda: isinstance(QApplication.activeModalWidget(), TryDialog))
    trial = asked(until)
    assert isinstance(trial, TryDialog)
    tab_to("What to ask")
    press(Qt.Key.Key_A, CTRL)
    type_in("Why?")
    do("Ask")
    until(lambda: ("try_out", "qwen2.5-7b:q4_k_m", "Why?") in world.models.calls)
    until(lambda: trial.message.text().startswith("First word"))
    press(Qt.Key.Key_Escape)
    again(window, until)
    do("Activate: Phi-4 14B")
    until(lambda: world.models.list["phi-4:q4_k_m"].state == "active")
    in_menu(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return)
    do("More about Phi-4 14B")
    until(lambda: any(call[0] in {"pin", "update", "deactivate"} for call in world.models.calls))
    page(world, "To download", window)
    do("Download: Llama 3.1 8B")
    until(lambda: any(call[0] == "download" for call in world.models.calls))
    page(world, "Import", window)
    tab_to("File, folder or Ollama name")
    type_in("/home/ana/mine.gguf")
    press(Qt.Key.Key_Return)
    until(lambda: ("take_over", "/home/ana/mine.gguf", None) in world.models.calls)
    back_in_chat(world.desktop, until)


def test_a_model_leaves_memory_and_what_fits_is_asked(world: Whole, until: Until) -> None:
    window = opened("Resources", lambda: world.desktop.further.window("resources"), until)
    until(lambda: world.machine.count("view") > 0 and window.models.isVisible())  # type: ignore[attr-defined]
    do(f"Take {BIG} out of memory")
    until(lambda: world.machine.count(f"unload {BIG}") == 1)
    do("What would fit now?")
    until(lambda: world.machine.count("fits en") == 1)
    plot = tab_to("Last five minutes of GPU 0")
    press(Qt.Key.Key_Left)
    assert plot.hasFocus()
    back_in_chat(world.desktop, until)


def test_other_days_are_looked_at_and_a_plot_is_read(world: Whole, until: Until) -> None:
    window = opened("Usage", lambda: world.desktop.further.window("usage"), until)
    days = tab_to("Which days")
    before = days.currentIndex()  # type: ignore[attr-defined]
    press(Qt.Key.Key_Down)
    assert days.currentIndex() != before  # type: ignore[attr-defined]
    plot = tab_to("Cost by day")
    press(Qt.Key.Key_Right)
    until(lambda: bool(plot.accessibleDescription()))
    assert window.isVisible()
    back_in_chat(world.desktop, until)


def test_a_memory_is_found_corrected_and_forgotten(world: Whole, until: Until) -> None:
    window = opened("Memory", lambda: world.desktop.memory_window, until)
    until(lambda: REMEMBERED in texts_in(window))
    tab_to("Search by words or meaning")
    type_in("boiler")
    press(Qt.Key.Key_Return)
    until(lambda: REMEMBERED in texts_in(window))
    do("Correct…")
    asked(until)
    press(Qt.Key.Key_A, CTRL)
    type_in("The boiler hums at noon")
    do("Save")
    until(lambda: "The boiler hums at noon" in texts_in(window))
    again(window, until)
    do("Forget…")
    asked(until)
    do("Forget")
    until(lambda: world.memory.desk.page(MemoryFilter()).memories == ())
    again(window, until)
    back_in_chat(world.desktop, until)


def test_permissions_servers_keys_and_data_of_the_settings(world: Whole, until: Until) -> None:
    dialog = opened("Settings", lambda: world.desktop.settings_dialog, until)
    page(world, "Permissions", dialog)
    until(lambda: "Volume" in texts_in(dialog))
    tab_to("Turn the volume up: permission")
    press(Qt.Key.Key_Down)
    until(lambda: "volume.up" in world.desks.permissions.kept)
    page(world, "Tools (MCP)", dialog)
    until(lambda: bool(names_in(dialog, "Name, such as")))
    tab_to(names_in(dialog, "Name, such as")[0])
    type_in("files")
    tab_to(names_in(dialog, "Program")[0])
    type_in("npx server /tmp")
    do("Add and connect")
    until(lambda: "files" in world.desks.mcp.rows)
    page(world, "API keys", dialog)
    until(lambda: bool(names_in(dialog, "OpenAI: ")))
    do(names_in(dialog, "OpenAI: ")[0])
    type_in("sk-123")
    press(Qt.Key.Key_Return)
    until(lambda: world.desks.keys.kept == {"openai": ("keyring", "sk-123")})
    back_in_chat(world.desktop, until)


def test_an_answer_is_rated_quoted_and_its_question_rewritten(world: Whole, until: Until) -> None:
    desktop = world.desktop
    world.routed.bench.engines = [ScriptedEngine("small", ["A rainbow is light."])]
    ask("Explain how rainbows form", world, until)
    tab_to("Not rated yet, 5 stars are the most", back=True)
    press(Qt.Key.Key_2)
    until(lambda: bool(names_in(desktop.window, "What was wrong with it?")))
    tab_to("What was wrong with it?")
    type_in("too short")
    press(Qt.Key.Key_Return)
    until(lambda: [one[1:] for one in world.routed.routing.rated][-1:] == [(2, "too short")])
    do("Quote in your question", back=True)
    assert "> A rainbow is light." in desktop.window.composer.input.toPlainText()
    world.routed.bench.engines = [ScriptedEngine("small", ["It is bent in drops."])]
    do("Edit the question", back=True)
    press(Qt.Key.Key_A, CTRL)
    type_in("Explain rainbows in one word")
    press(Qt.Key.Key_Return)
    until(lambda: questions(desktop) == ["Explain rainbows in one word"] and not desktop.session.busy)


def test_a_conversation_is_found_renamed_and_deleted(world: Whole, until: Until) -> None:
    desktop = world.desktop
    ask("hello there", world, until)
    press(Qt.Key.Key_N, CTRL)
    until(lambda: desktop.session.current is None)
    press(Qt.Key.Key_K, CTRL)
    type_in("hello")
    press(Qt.Key.Key_Return)
    until(lambda: questions(desktop) == ["hello there"])
    press(Qt.Key.Key_K, CTRL)
    press(Qt.Key.Key_Escape)
    tab_to("Conversations")
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_F2)
    asked(until)
    press(Qt.Key.Key_A, CTRL)
    type_in("Greetings")
    press(Qt.Key.Key_Return)
    until(lambda: desktop.session.title() == "Greetings")
    again(desktop.window, until)
    tab_to("Conversations")
    press(Qt.Key.Key_Delete)
    asked(until)
    do("Delete")
    until(lambda: not desktop.session.conversations)


def test_what_was_asked_quickly_goes_on_in_the_chat(world: Whole, until: Until) -> None:
    desktop = world.desktop
    press(Qt.Key.Key_J, CTRL | Qt.KeyboardModifier.AltModifier)
    until(lambda: QApplication.activeWindow() is desktop.quick)
    type_in("hello there")
    press(Qt.Key.Key_Return)
    until(lambda: desktop.quick._answer is not None and desktop.quick._answer.ended)
    do("Open in chat")
    until(lambda: questions(desktop) == ["hello there"] and not desktop.quick.isVisible())


def test_a_shortcut_is_looked_up_and_the_way_to_change_it_taken(world: Whole, until: Until) -> None:
    desktop = world.desktop
    press(Qt.Key.Key_F1)
    until(lambda: desktop.shortcuts is not None and QApplication.activeWindow() is desktop.shortcuts)
    type_in("quick")
    press(Qt.Key.Key_Down)
    focused = QApplication.focusWidget()
    assert focused is not None and focused.accessibleName() == "Keyboard shortcuts"
    do("Change global keys")
    until(lambda: desktop.settings_dialog is not None and desktop.settings_dialog.isVisible())


def test_the_first_run_is_walked_through(world: Whole, until: Until) -> None:
    desktop = world.desktop
    desktop.introduce()
    first = desktop.first_run
    assert first is not None
    first.activateWindow()
    until(lambda: QApplication.activeWindow() is first and QApplication.focusWidget() is not None)
    do("Español")
    until(lambda: world.routed.settings.text("language") == "es" and first.next.text() == "Siguiente")
    do("Siguiente")
    until(lambda: first.at == 1)
    do("Siguiente")
    until(lambda: first.at == 2)
    do("Nada por ahora")
    do("Siguiente")
    do(names_in(first, "Solo este")[0])
    do("Empezar")
    until(lambda: not first.isVisible())


def ask(question: str, world: Whole, until: Until) -> None:
    """Ask, and wait for the answer."""
    type_in(question)
    press(Qt.Key.Key_Return)
    until(lambda: bool(answers(world.desktop)) and answers(world.desktop)[-1].answer.phase == "done")


def names_in(window: QWidget, start: str) -> list[str]:
    """Return the accessible names in a window that begin so, of what is shown."""
    found = [one.accessibleName() for one in window.findChildren(QWidget) if one.isVisible()]
    return [name for name in found if name.startswith(start)]


def texts_in(window: QWidget) -> str:
    """Return all that can be read in a window."""
    parts = []
    for one in window.findChildren(QWidget):
        read = getattr(one, "toPlainText", None) or getattr(one, "text", None)
        if read is not None and one.isVisible():
            parts.append(str(read()))
    return "\n".join(parts)
