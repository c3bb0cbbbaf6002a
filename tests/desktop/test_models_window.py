"""The models' window over a desk of many models: pages, search, places, errors, names, both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from jarvis.desktop import models_texts as texts
from jarvis.desktop.models_list import AT_ONCE, ListPage
from tests.desktop.conftest import Until
from tests.desktop.models_shown import REFUSED, Shown, models_shown
from tests.fakes.desktop import FakeDesktop


@pytest.fixture
def shown(qtbot: QtBot, fake: FakeDesktop, until: Until) -> Iterator[Shown]:
    with models_shown(qtbot, fake, until) as made:
        yield made


def test_what_is_here_is_shown_with_where_it_is_and_how_fast_it_was(shown: Shown) -> None:
    card = shown.card(0, "qwen2.5-7b:q4_k_m")
    assert card.name.text() == "Qwen2.5 7B" and card.state.text() == texts.ACTIVE.en
    assert "In memory: GPU 0, 5.4\u00a0GiB" in card.loaded.text() and "84\u00a0tokens/s" in card.loaded.text()
    shown.until(lambda: card.fit.text() == "Fits here: GPU 0, about 84\u00a0tokens/s")
    assert card.why.text().startswith("It fits whole on GPU 0")
    broken = shown.card(0, "broken")
    assert "header ends early" in broken.trouble.text() and broken.main_button.text() == texts.REMOVE.en


def test_only_what_comes_into_view_is_weighed_and_only_once(shown: Shown, qtbot: QtBot) -> None:
    shown.window.resize(800, 420)
    page = shown.list(1)
    first, last = page.visible_cards()[0], page.visible_cards()[-1]
    shown.until(lambda: first.fit.text() != texts.WEIGHING.en)
    weighed = [call[1] for call in shown.models.calls if call[0] == "plan"]
    assert last.view.id not in weighed and len(weighed) == len(set(weighed))
    page._scroll.verticalScrollBar().setValue(page._scroll.verticalScrollBar().maximum())
    shown.until(lambda: last.fit.text() != texts.WEIGHING.en)
    shown.models.calls.clear()
    page.sift()
    shown.window.stock.look()
    qtbot.wait(200)
    assert [call for call in shown.models.calls if call[0] == "plan"] == [], "nothing changed"


def test_what_does_not_fit_says_why_and_can_be_left_out(shown: Shown) -> None:
    page = shown.list(1)
    card = page.cards["gpt-oss-120b"]
    page.fitting.setChecked(True)
    shown.until(lambda: "qwen3-32b" in [each.group.key for each in page.visible_cards()])
    shown.until(lambda: card.isHidden() and page.message.text() == texts.COUNTED.en.format(shown=8, total=9))
    page.fitting.setChecked(False)
    shown.until(lambda: not card.isHidden() and card.fit.text() == texts.FITS_NOT.en)
    assert card.why.text() == "It needs 9.0\u00a0GiB more than there are."
    slow = page.cards["llama-3.3-70b"]
    assert slow.fit.text().startswith("Fits, but slowly") and texts.GATED_BODY.en in slow.use.text()


def test_search_and_kind_narrow_the_list(shown: Shown, qtbot: QtBot) -> None:
    page = shown.list(1)
    qtbot.keyClicks(page.search, "qwen step")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert [card.group.key for card in page.visible_cards()] == ["qwen3-32b"]
    page.search.setText("nothing of the kind")
    shown.until(lambda: page.message.text() == texts.NOTHING_MATCHES.en and not page.visible_cards())
    page.search.clear()
    page.kind.setCurrentIndex(page.kind.findData("voice"))
    shown.until(lambda: [card.group.key for card in page.visible_cards()] == ["voice-en-lessac"])


def test_many_are_shown_in_parts(shown: Shown, qtbot: QtBot) -> None:
    pattern = shown.models.list["qwen3-32b:q4_k_m"]
    for number in range(AT_ONCE):
        shown.models.list[f"extra-{number}:q4"] = replace(pattern, id=f"extra-{number}:q4", name=f"Extra {number}")
    shown.window.stock.look()
    page = shown.list(1)
    shown.until(lambda: len(page.visible_cards()) == AT_ONCE and page.more.isVisible())
    qtbot.mouseClick(page.more, Qt.MouseButton.LeftButton)
    shown.until(lambda: len(page.visible_cards()) == AT_ONCE + 9 and not page.more.isVisible())
    shown.until(lambda: QApplication.focusWidget() is page.visible_cards()[AT_ONCE].main_button)


def test_what_is_refused_is_said_with_a_way_to_look_again(shown: Shown) -> None:
    page = shown.list(0)
    card = page.cards["phi-4:q4_k_m"]
    shown.models.broken = REFUSED
    card.main_button.click()
    shown.until(lambda: "That cannot be done now." in shown.said())
    assert page.news.again.isVisible() and card.state.text() == texts.INSTALLED.en
    shown.models.broken = None
    page.news.again.click()
    shown.until(lambda: not page.news.again.isVisible())
    page.news.close_button.click()
    assert page.news.box.isHidden()


def test_a_look_that_fails_keeps_what_was_known(shown: Shown) -> None:
    before = len(shown.list(0).visible_cards())
    shown.models.broken = REFUSED
    shown.window.stock.look()
    shown.until(lambda: "That cannot be done now." in shown.said())
    assert len(shown.list(0).visible_cards()) == before


def test_ollama_and_the_cloud_are_told_of(shown: Shown) -> None:
    page = shown.list(0)
    assert page.note.isHidden()
    shown.models.note = "Ollama answers from a container."
    shown.window.stock.look()
    shown.until(lambda: page.note.isVisible() and page.note.text() == shown.models.note)
    cloud = shown.list(3)
    assert cloud.note.text() == texts.CLOUD_BODY.en
    cloud.cards["openai/gpt-4o-mini"].main_button.click()
    shown.until(lambda: cloud.cards["openai/gpt-4o-mini"].state.text() == texts.ACTIVE.en)


def test_everything_has_a_name_and_the_keyboard_reaches_it(shown: Shown, qtbot: QtBot) -> None:
    kinds = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit)
    for at in range(5):
        page = shown.page(at)
        if isinstance(page, ListPage):
            shown.list(at)
        qtbot.wait(50)
        wanted = {widget for widget in page.findChildren(QWidget) if isinstance(widget, kinds) and widget.isVisible()}
        wanted = {widget for widget in wanted if not isinstance(widget.parent(), QLineEdit | QComboBox)}
        for widget in wanted:
            assert widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()), widget
        shown.window.pages.setFocus()
        met: set[QWidget] = set()
        for _ in range(len(wanted) + 20):
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            met.add(QApplication.focusWidget())
        assert {widget for widget in wanted if widget.isEnabled()} <= met


def test_the_window_speaks_spanish_at_once(shown: Shown) -> None:
    card = shown.card(0, "qwen2.5-7b:q4_k_m")
    shown.until(lambda: card.fit.text() != texts.WEIGHING.en)
    shown.desk.words.use("es")
    assert shown.window.windowTitle() == texts.MODELS.es
    assert card.state.text() == texts.ACTIVE.es and card.fit.text() == "Cabe aquí: GPU 0, unos 84\u00a0tokens/s"
    assert card.main_button.accessibleName() == "Desactivar: Qwen2.5 7B"
    page = shown.list(0)
    assert page.kind.itemText(0) == texts.ANY_KIND.es and page.search.placeholderText() == texts.SEARCH_MODELS.es


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("width", [420, 640, 1100])
def test_nothing_is_cut(shown: Shown, language: str, width: int, qtbot: QtBot) -> None:
    shown.desk.words.use(language)  # type: ignore[arg-type]
    shown.window.resize(width, 700)
    for at in range(5):
        page = shown.page(at)
        if isinstance(page, ListPage):
            shown.list(at)
        qtbot.wait(50)
        for button in page.findChildren(QAbstractButton):
            if button.isVisible() and button.text():
                assert button.width() >= button.sizeHint().width(), button.text()
                assert button.mapTo(page, button.rect().topRight()).x() <= page.width(), button.text()
