"""What can be done in the models' window: fetch, pause, switch on and off, update, remove, take over, try."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from jarvis.contracts.model_desk import ModelView
from jarvis.desktop import models_texts as texts
from jarvis.desktop.models_import import ImportPage
from jarvis.desktop.models_list import ListPage
from jarvis.desktop.models_recommended import RecommendedPage
from jarvis.desktop.models_transfers import transfers_of
from jarvis.desktop.models_window import ModelsWindow
from tests.desktop.conftest import Until
from tests.desktop.models_shown import REFUSED, Shown, answer, chosen, menu, models_shown
from tests.fakes.desk_models import NO_NETWORK
from tests.fakes.desktop import FakeClock, FakeDesktop

KEYS = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)


@pytest.fixture
def shown(qtbot: QtBot, fake: FakeDesktop, until: Until) -> Iterator[Shown]:
    with models_shown(qtbot, fake, until) as made:
        yield made


def test_a_download_shows_its_progress_is_paused_and_goes_on(shown: Shown) -> None:
    shown.models.let_on.clear()
    card = shown.card(1, "whisper-base")
    card.main_button.click()
    shown.until(lambda: card.bar.isVisible() and card.bar.value() == 500)
    assert card.progress.text() == "75\u00a0MB of 150\u00a0MB\u00a0\u00a0·  25\u00a0MB/s\u00a0\u00a0·  3\u00a0s left"
    assert card.main_button.text() == texts.PAUSE.en and card.state.text() == texts.DOWNLOADING.en
    page = shown.window.download.page
    assert isinstance(page, ListPage)
    assert page.news.running.text().startswith("Downloads: 1\u00a0\u00a0·  Whisper base: 75\u00a0MB")
    card.main_button.click()
    shown.until(lambda: card.state.text() == texts.PAUSED.en)
    assert card.main_button.text() == texts.RESUME.en and texts.KEPT.en in card.progress.text()
    assert not page.news.pause_all.isVisible()
    shown.models.let_on.set()
    card.main_button.click()
    shown.until(lambda: "whisper-base" not in page.cards)
    assert page.news.message.text() == texts.FETCHED.en.format(name="Whisper base")
    assert shown.card(0, "whisper-base:f16").state.text() == texts.INSTALLED.en


def test_another_quantization_is_chosen_and_fetched(shown: Shown) -> None:
    card = shown.card(1, "qwen3-32b")
    assert not card.quantizations.isHidden() and card.quantizations.count() == 2
    card.quantizations.setCurrentIndex(1)
    assert "34.8\u00a0GB" in card.facts.text()
    shown.until(lambda: ("plan", "qwen3-32b:q8_0") in shown.models.calls)
    card.main_button.click()
    shown.until(lambda: ("download", "qwen3-32b:q8_0") in shown.models.calls)
    shown.until(lambda: shown.models.list["qwen3-32b:q8_0"].state == "installed")


def test_two_run_at_once_the_others_wait_and_all_can_be_paused(shown: Shown) -> None:
    shown.models.let_on.clear()
    page = shown.page(2)
    assert isinstance(page, RecommendedPage)
    shown.until(lambda: bool(page.rows) and page.fetch_all.isVisible())
    assert page.fetch_all.text() == texts.DOWNLOAD_MISSING.en.format(size="19.9\u00a0GB")
    page.fetch_all.click()
    shown.window.acts.download(shown.models.list["whisper-base:f16"])
    shown.until(lambda: shown.models.running == 2)
    fetches = shown.window.transfers.under_way()
    assert [fetch.state for fetch in fetches] == ["running", "running", "queued"]
    assert not page.fetch_all.isEnabled()
    assert page.rows["qwen3-32b:q4_k_m"].state.text() == texts.DOWNLOADING.en
    page.news.pause_all.click()
    shown.until(lambda: not shown.window.transfers.under_way() and shown.models.running == 0)
    assert shown.models.most_running == 2
    shown.models.let_on.set()
    shown.until(page.fetch_all.isEnabled)
    page.fetch_all.click()
    shown.until(lambda: page.fetch_all.text() == texts.ALL_HERE.en)


def test_without_a_network_a_download_says_so_and_the_rest_goes_on(shown: Shown) -> None:
    shown.models.offline = NO_NETWORK
    card = shown.card(1, "whisper-base")
    card.main_button.click()
    shown.until(lambda: "hub cannot be reached" in card.trouble.text())
    assert card.main_button.text() == texts.AGAIN.en and "hub cannot be reached" in shown.said()
    shown.desk.words.use("es")
    assert "No se puede llegar" in card.trouble.text() and card.main_button.text() == texts.AGAIN.es
    shown.desk.words.use("en")
    shown.card(0, "phi-4:q4_k_m").main_button.click()
    shown.until(lambda: shown.said() == texts.ACTIVATED.en.format(name="Phi-4 14B"))
    shown.models.offline = None
    shown.card(1, "whisper-base").main_button.click()
    shown.until(lambda: shown.said() == texts.FETCHED.en.format(name="Whisper base"))


def test_progress_survives_closing_and_opening_the_window(shown: Shown, qtbot: QtBot) -> None:
    shown.models.let_on.clear()
    shown.card(1, "whisper-base").main_button.click()
    shown.until(lambda: shown.models.running == 1)
    shown.window.close()
    again = ModelsWindow(shown.desk)
    qtbot.addWidget(again)
    again.show()
    other = Shown(window=again, desk=shown.desk, models=shown.models, until=shown.until)
    card = other.card(1, "whisper-base")
    shown.until(lambda: card.bar.value() == 500 and card.main_button.text() == texts.PAUSE.en)
    shown.models.let_on.set()
    shown.until(lambda: shown.models.list["whisper-base:f16"].state == "installed")


def test_a_deleted_window_leaves_the_downloads_alone(shown: Shown) -> None:
    other = ModelsWindow(shown.desk)
    other.show()
    shown.models.let_on.clear()
    other.acts.download(shown.models.list["whisper-base:f16"])
    shown.until(lambda: shown.models.running == 1)
    other.deleteLater()
    shown.until(lambda: not isValid(other))
    shown.models.let_on.set()
    shown.until(lambda: not transfers_of(shown.desk).under_way())
    assert shown.models.list["whisper-base:f16"].state == "installed"


def test_quitting_pauses_and_begins_nothing_more(shown: Shown) -> None:
    shown.models.let_on.clear()
    shown.card(1, "whisper-base").main_button.click()
    shown.until(lambda: shown.models.running == 1)
    transfers = transfers_of(shown.desk)
    transfers.close()
    shown.until(lambda: shown.models.running == 0)
    transfers.start("phi-4:q4_k_m", "Phi-4")
    assert ("download", "phi-4:q4_k_m") not in shown.models.calls


def test_activate_switch_off_and_pin(shown: Shown) -> None:
    card = shown.card(0, "phi-4:q4_k_m")
    card.main_button.setFocus()
    card.main_button.click()
    shown.until(lambda: card.main_button.text() == texts.DEACTIVATE.en)
    assert QApplication.focusWidget() is card.main_button, "the card was changed in place"
    card.main_button.click()
    shown.until(lambda: card.state.text() == texts.INACTIVE.en)
    assert card.try_button.isHidden()
    other = shown.card(0, "qwen2.5-7b:q4_k_m")
    chosen(other, texts.UNPIN.en).trigger()
    shown.until(lambda: "kept in memory" not in other.loaded.text())
    assert ("pin", "qwen2.5-7b:q4_k_m") in shown.models.calls
    assert {text.text() for text in menu(other)} == {texts.PIN.en, texts.UPDATE.en, texts.REMOVE.en}


def test_an_update_tells_whether_there_was_one(shown: Shown) -> None:
    for key, name, told in (
        ("phi-4:q4_k_m", "Phi-4 14B", texts.UPDATED),
        ("qwen2.5-7b:q4_k_m", "Qwen2.5 7B", texts.UP_TO_DATE),
    ):
        chosen(shown.card(0, key), texts.UPDATE.en).trigger()
        shown.until(lambda told=told, name=name: shown.said() == told.en.format(name=name))


def test_an_update_without_a_network_leaves_the_model_in_use(shown: Shown) -> None:
    shown.models.offline = NO_NETWORK
    card = shown.card(0, "phi-4:q4_k_m")
    chosen(card, texts.UPDATE.en).trigger()
    shown.until(lambda: "hub cannot be reached" in card.trouble.text())
    assert card.state.text() == texts.INSTALLED.en and card.main_button.text() == texts.ACTIVATE.en
    assert card.bar.isHidden()


def test_a_paused_download_can_be_dropped(shown: Shown) -> None:
    shown.models.let_on.clear()
    card = shown.card(1, "whisper-base")
    card.main_button.click()
    shown.until(lambda: card.bar.value() == 500)
    card.main_button.click()
    shown.until(lambda: card.state.text() == texts.PAUSED.en and card.view.state == "downloading")
    chosen(card, texts.REMOVE.en).trigger()
    answer(shown.window, texts.REMOVE_DO.en, shown.until)
    shown.until(lambda: card.main_button.text() == texts.DOWNLOAD.en and card.bar.isHidden())


def test_removing_names_the_files_and_asks_first(shown: Shown) -> None:
    card = shown.card(0, "whisper-large-v3-turbo:f16")
    chosen(card, texts.REMOVE.en).trigger()
    box = answer(shown.window, "Cancel", shown.until)
    assert "would be deleted" in box.informativeText() and "/models/whisper.11" in box.informativeText()
    assert texts.REMOVE_MORE.en.format(count=3) in box.informativeText()
    assert ("remove", "whisper-large-v3-turbo:f16") not in shown.models.calls
    shown.until(lambda: not shown.window.findChildren(QMessageBox))
    chosen(card, texts.REMOVE.en).trigger()
    answer(shown.window, texts.REMOVE_DO.en, shown.until)
    shown.until(lambda: "1.6\u00a0GB are free again" in shown.said())
    page = shown.list(0)
    shown.until(lambda: "whisper-large-v3-turbo:f16" not in page.cards)


def test_a_file_and_a_model_of_ollama_are_taken_over(shown: Shown) -> None:
    page = shown.page(4)
    assert isinstance(page, ImportPage)
    page.use.click()
    assert QApplication.focusWidget() is page.place and shown.models.calls[-1][0] != "take_over"
    page.place.setText("/home/ana/mine.txt")
    page.use.click()
    shown.until(lambda: "/home/ana/mine.txt is no model." in page.news.message.text())
    assert page.place.text() == "/home/ana/mine.txt", "what was typed stays, to be mended"
    page.place.setText("/home/ana/mine.gguf")
    page.own_name.setText("mine-alone")
    page.use.click()
    shown.until(lambda: page.news.message.text() == texts.TAKEN.en.format(name="mine-alone"))
    assert page.place.text() == page.own_name.text() == ""
    page.ollama_name.setText("ollama/llama3.2:3b")
    page.take.click()
    shown.until(lambda: ("take_over", "ollama:llama3.2:3b", None) in shown.models.calls)
    assert shown.card(0, "mine-alone").name.text() == "mine-alone"


def test_models_dropped_on_the_window_are_taken_over(shown: Shown, tmp_path: Path) -> None:
    mine, notes = tmp_path / "mine.gguf", tmp_path / "notes.txt"
    assert drop(shown, [mine, notes])
    page = shown.page(4)
    assert isinstance(page, ImportPage) and shown.window.pages.currentRow() == 4
    told = f"{texts.TAKEN.en.format(name='mine')}\n{notes} is no model."
    shown.until(lambda: page.news.message.text() == told)
    assert shown.models.calls[-2:] == [("take_over", str(mine), None), ("take_over", str(notes), None)]
    assert shown.card(0, "mine").name.text() == "mine"


def test_one_that_breaks_in_an_unforeseen_way_hides_nothing_of_the_others(
    shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = shown.models.take_over

    def take_over(source: str, identity: str | None = None) -> ModelView:
        if "torn" in source:
            raise OSError("the disk is torn")
        return honest(source, identity)

    monkeypatch.setattr(shown.models, "take_over", take_over)
    assert drop(shown, [tmp_path / "torn.gguf", tmp_path / "mine.gguf"])
    page = shown.page(4)
    assert isinstance(page, ImportPage)
    shown.until(lambda: "the disk is torn" in page.news.message.text())
    assert page.news.message.text().splitlines()[0] == texts.TAKEN.en.format(name="mine")
    assert shown.card(0, "mine").name.text() == "mine"


def test_a_drag_that_goes_elsewhere_leaves_the_window_as_it_was(shown: Shown, tmp_path: Path) -> None:
    data = data_of([tmp_path / "mine.gguf"])
    assert drag(shown, data)
    QApplication.sendEvent(shown.window, QDragLeaveEvent())
    assert shown.window.pages.currentRow() == 0


def test_what_is_no_file_of_this_computer_is_not_taken(shown: Shown, tmp_path: Path) -> None:
    assert not drop(shown, [tmp_path / "mine.gguf", "https://example.org/model.gguf"])
    assert not drop(shown, [])
    assert shown.window.pages.currentRow() == 0
    assert "take_over" not in [call[0] for call in shown.models.calls]


def drop(shown: Shown, what: list[Path | str]) -> bool:
    """Drag `what` over the window and drop it; tells whether it was taken."""
    data = data_of(what)
    taken = drag(shown, data)
    if taken:
        QApplication.sendEvent(shown.window, QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, data, *KEYS))
    return taken


def drag(shown: Shown, data: QMimeData) -> bool:
    """Drag `data` over the window; tells whether it would be taken."""
    enter = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, data, *KEYS)
    enter.ignore()
    QApplication.sendEvent(shown.window, enter)
    return enter.isAccepted()


def data_of(what: list[Path | str]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(one)) if isinstance(one, Path) else QUrl(one) for one in what])
    return data


def written(clock: FakeClock, first: float, rest: float) -> Iterator[str]:
    """Yield the pieces of an answer, the first after `first` seconds and the last `rest` later."""
    clock.moment += timedelta(seconds=first)
    yield "The sky "
    clock.moment += timedelta(seconds=rest)
    yield "is blue because of scattering."


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        (0.5, "First word after 0.2\u00a0s, 0.7\u00a0s in all. Speed: 1,200\u00a0tokens/s."),
        (0.04, "First word after 0.2\u00a0s, 0.2\u00a0s in all."),
        (0.0, "First word after 0.2\u00a0s, 0.2\u00a0s in all."),
    ],
)
def test_a_trial_tells_its_speed_where_it_took_long_enough(
    shown: Shown, fake: FakeDesktop, rest: float, told: str
) -> None:
    shown.models.trial, shown.models.trial_tokens = written(fake.clock, 0.2, rest), 601
    dialog = shown.window.acts.try_out(shown.models.list["qwen2.5-7b:q4_k_m"])
    dialog.ask_button.click()
    shown.until(lambda: dialog.message.text() == told)
    dialog.close()


def test_a_trial_that_took_no_time_says_so_in_both_languages(shown: Shown, fake: FakeDesktop) -> None:
    dialog = shown.window.acts.try_out(shown.models.list["qwen2.5-7b:q4_k_m"])
    for language, told in (
        ("en", "First word after less than 0.1\u00a0s, less than 0.1\u00a0s in all."),
        ("es", "Primera palabra en menos de 0,1\u00a0s, menos de 0,1\u00a0s en total."),
    ):
        shown.desk.words.use(language)
        shown.models.trial, shown.models.trial_tokens = written(fake.clock, 0.0, 1e-6), 60
        dialog.ask_button.click()
        shown.until(lambda told=told: dialog.message.text() == told)
    dialog.close()


def test_one_model_is_tried_alone(shown: Shown, fake: FakeDesktop) -> None:
    shown.models.trial = written(fake.clock, 0.2, 0.5)
    shown.card(0, "qwen2.5-7b:q4_k_m").try_button.click()
    dialog = shown.window.acts.try_out(shown.models.list["qwen2.5-7b:q4_k_m"])
    dialog.prompt.setPlainText("Why is the sky blue?")
    dialog.ask_button.click()
    shown.until(lambda: dialog.answer.toPlainText() == "The sky is blue because of scattering.")
    shown.until(lambda: dialog.message.text().startswith("First word after"))
    assert dialog.message.text().endswith("\u00a0tokens/s.")
    shown.models.trial, shown.models.trial_tokens = written(fake.clock, 0.2, 0.5), 3
    dialog.ask_button.click()
    shown.until(lambda: dialog.ask_button.isEnabled() and dialog.message.text().startswith("First word after"))
    assert dialog.message.text().endswith("\u00a0s in all."), "of three tokens the speed says nothing"
    assert ("try_out", "qwen2.5-7b:q4_k_m", "Why is the sky blue?") in shown.models.calls
    shown.models.held_trial.clear()
    shown.models.trial = written(fake.clock, 0.2, 0.5)
    dialog.ask_button.click()
    shown.until(lambda: dialog.answer.toPlainText() == "The sky ")
    dialog.stop_button.click()
    shown.until(lambda: dialog.message.text() == texts.TRY_STOPPED.en and dialog.ask_button.isEnabled())
    shown.models.broken = REFUSED
    dialog.ask_button.click()
    shown.until(lambda: dialog.message.text() == "That cannot be done now.")
    dialog.close()
