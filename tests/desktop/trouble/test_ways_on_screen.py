"""From what went wrong there is a way on, wherever it is told; trouble that is over is taken back."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

# Imported while the window waits, PySide would look at every module.
from jarvis.contracts.errors import StorageError
from jarvis.contracts.events import AskEvent, AskFailed, EngineFailed
from jarvis.contracts.messages import Request
from jarvis.contracts.skills import Alert
from jarvis.desktop import texts
from jarvis.desktop.answer import Answer
from jarvis.desktop.message_widgets import AnswerMessage
from jarvis.desktop.run import Desktop
from jarvis.desktop.way_button import WayButton
from jarvis.desktop.ways_on import NAMES, Place
from tests.desktop.conftest import Until, answers, started, type_and_send
from tests.desktop.fitting import cut_texts
from tests.desktop.trouble.conftest import banner, banner_ways, trouble_of, ways
from tests.fakes.desk_settings import furnished
from tests.fakes.desktop import FakeDesktop

PLACES: dict[Place, str] = {
    "keys": "engine.auth",
    "usage": "budget.day",
    "resources": "engine.out_of_memory",
    "models": "engine.too_big",
    "data": "storage.full",
    "voice": "audio.microphone_lost",
    "privacy": "privacy.cloud",
    "answers": "engine.unreachable",
}


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("place", list(PLACES))
def test_a_failed_answer_leads_to_where_it_can_be_mended(
    qtbot: QtBot, fake: FakeDesktop, soon: Until, place: Place, language: str
) -> None:
    fake.settings.set("language", language)

    def script(ask_id: str, request: Request) -> Iterator[AskEvent]:
        yield EngineFailed(ask_id=ask_id, model="m", code=PLACES[place], sentence="It did not.")
        yield AskFailed(ask_id=ask_id, code="engine.died", sentence="Nobody answered.")

    fake.assistant.script = script
    with started(furnished(fake)) as desktop:
        opened: list[str] = []
        desktop.window.way_wanted.connect(opened.append)
        desktop.window.way_wanted.disconnect(desktop.open_place)
        type_and_send(desktop, qtbot, "hello")
        soon(lambda: trouble_of(answers(desktop)[0]) == "Nobody answered.")
        way = answers(desktop)[0].way
        assert way.text() == NAMES[place].to(language) == way.accessibleName() and not way.isHidden()  # type: ignore[arg-type]
        assert way in answers(desktop)[0].stops(), "the keyboard reaches it"
        way.click()
        assert opened == [place]


def test_the_ways_on_flow_under_the_sentence_where_there_is_little_room(
    qtbot: QtBot, desktop: Desktop, soon: Until
) -> None:
    sentence = "The provider took the key for wrong; nothing was sent, and what you asked is kept. Enter another key."
    failed = Answer(ask_id="a", phase="failed", question="why?", sentence=sentence, code="engine.auth")
    message = AnswerMessage(desktop.desk, failed)
    qtbot.addWidget(message)
    box = message._trouble
    for width, beside in ((700, True), (380, False), (700, True)):
        message.resize(width, 300)
        message.show()
        soon(lambda beside=beside: (box.text.geometry().bottom() < box.way.geometry().top()) != beside)  # type: ignore[misc]
        text, way, again = (part.geometry() for part in (box.text, box.way, box.again))
        assert cut_texts(message) == []
        assert way.right() < again.left() and way.center().y() == again.center().y()
        if beside:
            assert text.right() < way.left() and text.width() > 250
        else:
            assert text.bottom() < way.top() and text.width() > 280
        assert box.rect().contains(again)


@pytest.mark.parametrize("place", ["keys", "data", "voice", "privacy", "answers"])
def test_a_page_of_the_settings_is_opened_where_the_banner_leads(
    qtbot: QtBot, fake: FakeDesktop, soon: Until, place: Place
) -> None:
    with started(furnished(fake)) as desktop:
        desktop.window.banners.show_trouble("It did not.", PLACES[place])
        soon(lambda: [way.text() for way in banner_ways(desktop)] == [NAMES[place].en])
        banner_ways(desktop)[0].click()
        dialog = desktop.settings_dialog
        assert dialog is not None and dialog.isVisible()
        assert list(dialog._late)[dialog.pages.currentRow()] == place


def test_trouble_without_a_place_offers_no_way_but_to_try_again(
    qtbot: QtBot, desktop: Desktop, fake: FakeDesktop, soon: Until
) -> None:
    fake.assistant.script = lambda ask_id, request: iter([AskFailed(ask_id=ask_id, code="engine.died", sentence="It.")])
    type_and_send(desktop, qtbot, "hello")
    soon(lambda: trouble_of(answers(desktop)[0]) == "It.")
    assert ways(answers(desktop)[0]._trouble) == [texts.TRY_AGAIN.en]
    desktop.window.banners.show_trouble("It.", "engine.died")
    assert [way.isHidden() for way in desktop.window.banners.findChildren(WayButton)] == [True]


def test_the_quick_query_leads_on_too(qtbot: QtBot, fake: FakeDesktop, soon: Until) -> None:
    fake.assistant.script = lambda ask_id, request: iter([AskFailed(ask_id=ask_id, code="engine.auth", sentence="No.")])
    with started(furnished(fake)) as desktop:
        desktop.quick.pop_up()
        desktop.quick.input.setText("hello")
        desktop.quick.input.returnPressed.emit()
        soon(lambda: any(not way.isHidden() for way in desktop.quick.findChildren(WayButton)))
        desktop.quick.findChildren(WayButton)[0].click()
        assert desktop.settings_dialog is not None and desktop.settings_dialog.isVisible()


def test_notes_that_cannot_be_written_are_told_and_kept_as_soon_as_they_can(
    qtbot: QtBot, desktop: Desktop, fake: FakeDesktop, soon: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("jarvis.desktop.keepsake.AGAIN_MILLISECONDS", 20)
    monkeypatch.setattr("jarvis.desktop.keepsake.os.fsync", full)
    qtbot.keyClicks(desktop.window.composer.input, "half a thought")
    soon(lambda: "No space left on device" in banner(desktop))
    home = fake.services.home
    soon(lambda: not list(home.glob(".desktop*")))
    soon(lambda: [way.text() for way in banner_ways(desktop)] == [NAMES["data"].en])
    monkeypatch.setattr("jarvis.desktop.keepsake.os.fsync", lambda handle: None)
    soon(lambda: "No space left" not in banner(desktop))
    assert "half a thought" in (home / "desktop.json").read_text(encoding="utf-8")


def test_a_look_that_fails_is_told_once_and_taken_back(
    qtbot: QtBot, desktop: Desktop, fake: FakeDesktop, soon: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[bool] = []
    broken = StorageError("storage.damaged", en="The file is damaged.", es="El fichero está dañado.")

    def active() -> list[Alert]:
        looks.append(True)
        raise broken

    with monkeypatch.context() as patched:
        patched.setattr(fake.alerts, "active", active)
        desktop.poll()
        soon(lambda: "damaged" in banner(desktop))
        desktop.window.banners.show_trouble("")
        before = len(looks)
        soon(lambda: not desktop._polling)
        desktop.poll()
        soon(lambda: len(looks) > before and not desktop._polling)
        assert "damaged" not in banner(desktop), "what was put away stays away"
    desktop.poll()
    soon(lambda: desktop._poll_trouble is None)
