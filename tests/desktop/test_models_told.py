"""The chat's window leads to the models, and tells of downloads while the models' own window does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QProgressBar
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import EngineError
from jarvis.desktop import models_texts as texts
from jarvis.desktop.first_run import introduce
from jarvis.desktop.first_run_pages import ModelsPage
from jarvis.desktop.models_list import ListPage
from jarvis.desktop.models_told import BEAT_MILLISECONDS, FAILED, READY, RUNNING
from jarvis.desktop.models_transfers import transfers_of
from jarvis.desktop.models_window import ModelsWindow
from jarvis.desktop.run import Desktop
from jarvis.desktop.services import Notice
from jarvis.desktop.way_button import WayButton
from jarvis.desktop.ways_on import NAMES, Place
from tests.desktop.conftest import Until, started
from tests.desktop.fitting import cut_texts
from tests.desktop.reaching import nameless
from tests.fakes.desk_models import NO_NETWORK, FakeModelDesk
from tests.fakes.desk_settings import furnished
from tests.fakes.desktop import FakeDesktop

WHISPER, SEVEN = "whisper-large-v3-turbo:f16", "qwen2.5-7b:q4_k_m"


@pytest.fixture
def models() -> FakeModelDesk:
    return FakeModelDesk()


@pytest.fixture
def desktop(qtbot: QtBot, fake: FakeDesktop, models: FakeModelDesk) -> Iterator[Desktop]:
    with started(replace(furnished(fake), models=lambda: models)) as made:
        yield made
        models.let_on.set()
        transfers_of(made.desk).close()


@pytest.fixture
def sent(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the desktop was asked to notify of."""
    told: list[str] = []
    monkeypatch.setattr(desktop.tray, "tell", told.append)
    return told


def told(desktop: Desktop) -> dict[str, Notice]:
    """What the strip above the messages says of downloads, by id."""
    return {n.id: n for n in desktop.window.banners.visible_notices() if n.id in {RUNNING, READY, FAILED}}


def ways(desktop: Desktop) -> list[WayButton]:
    return [way for way in desktop.window.banners.findChildren(WayButton) if way.isVisible()]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("place", "page", "kind"),
    [("recommended", 2, None), ("hearing", 1, "recognition"), ("voices", 1, "voice"), ("models", 0, None)],
)
def test_a_notice_leads_to_its_part_of_the_models(
    desktop: Desktop, fake: FakeDesktop, until: Until, place: Place, page: int, kind: str | None, language: str
) -> None:
    fake.settings.set("language", language)
    fake.notices = [Notice(id="a", text="Something is missing.", way=place)]
    desktop.poll()
    until(lambda: [way.text() for way in ways(desktop)] == [NAMES[place].to(language)])  # type: ignore[arg-type]
    assert nameless(desktop.window.banners) == [] and cut_texts(desktop.window) == []
    ways(desktop)[0].click()
    window = desktop.further.window("models")
    assert isinstance(window, ModelsWindow) and window.isVisible()
    assert window.pages.currentRow() == page == window.stack.currentIndex()
    if kind is not None:
        listed = window.download.page
        assert isinstance(listed, ListPage) and listed.kind.currentData() == kind
        until(lambda: listed.filled and bool(listed.visible_cards()))
        assert {card.view.kind for card in listed.visible_cards()} == {kind}


def test_a_part_is_gone_to_whatever_was_searched_before(desktop: Desktop, until: Until) -> None:
    desktop.further.show_models("recognition")
    window = desktop.further.window("models")
    assert isinstance(window, ModelsWindow)
    page = window.download.page
    assert isinstance(page, ListPage)
    page.search.setText("nothing is called so")
    page.fitting.setChecked(True)
    until(lambda: page.message.text() == texts.NOTHING_MATCHES.en)
    desktop.further.show_models("voice")
    until(lambda: page.filled and {card.view.kind for card in page.visible_cards()} == {"voice"})
    assert page.search.text() == "" and not page.fitting.isChecked()
    window.pages.setCurrentRow(0)
    desktop.further.show_models()
    assert window.pages.currentRow() == 0


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_download_is_told_while_it_runs_and_when_it_has_come(
    desktop: Desktop, fake: FakeDesktop, models: FakeModelDesk, until: Until, sent: list[str], language: str
) -> None:
    fake.settings.set("language", language)
    desktop.apply_settings()
    models.let_on.clear()
    assert told(desktop) == {}
    transfers_of(desktop.desk).start(SEVEN, "Qwen2.5 7B")
    assert told(desktop)[RUNNING].text == texts.FETCHING.to(language, name="Qwen2.5 7B")  # type: ignore[arg-type]
    far = {"en": "50\u00a0%, 2.3\u00a0GB of 4.7\u00a0GB", "es": "50\u00a0%, 2,3\u00a0GB de 4,7\u00a0GB"}[language]
    banners = desktop.window.banners
    until(lambda: banners._progress_words[RUNNING].text() == far)
    assert banners._bars[RUNNING].value() == 500 and banners._progress_words[RUNNING].isVisible()
    assert [way.text() for way in ways(desktop)] == [NAMES["models"].to(language)]  # type: ignore[arg-type]
    assert nameless(banners) == [] and cut_texts(desktop.window) == []
    models.let_on.set()
    until(lambda: RUNNING not in told(desktop))
    assert told(desktop)[READY].text == texts.READY.to(language, name="Qwen2.5 7B")  # type: ignore[arg-type]
    assert sent == [], "whoever sees the window is told there"
    banners._dismiss(READY)
    until(lambda: not desktop.downloads._beat.isActive())
    assert told(desktop) == {}, "nothing is drawn once nothing moves"


def test_a_failure_says_why_and_leads_to_the_models(
    desktop: Desktop, fake: FakeDesktop, models: FakeModelDesk, until: Until, sent: list[str]
) -> None:
    models.offline = NO_NETWORK
    transfers = transfers_of(desktop.desk)
    transfers.start(SEVEN, "Qwen2.5 7B")
    transfers.start(WHISPER, "Whisper large v3 turbo")
    either = ("Qwen2.5 7B and Whisper large v3 turbo", "Whisper large v3 turbo and Qwen2.5 7B")
    both = {f"{names}: {NO_NETWORK.sentence('en')}" for names in either}
    until(lambda: FAILED in told(desktop) and told(desktop)[FAILED].text in both)
    assert RUNNING not in told(desktop) and told(desktop)[FAILED].kind == "warning"
    fake.settings.set("language", "es")
    desktop.apply_settings()
    assert NO_NETWORK.sentence("es") in told(desktop)[FAILED].text
    models.offline = None
    models.let_on.clear()
    transfers.start(WHISPER, "Whisper large v3 turbo")
    until(lambda: told(desktop).keys() == {FAILED, RUNNING} and told(desktop)[FAILED].text.startswith("Qwen2.5 7B: "))
    ways(desktop)[0].click()
    assert desktop.further.window("models").isVisible()  # type: ignore[union-attr]
    assert told(desktop) == {}, "what is looked at is told there"
    assert sent == []


def test_while_the_models_are_open_nothing_is_told_twice(
    desktop: Desktop, models: FakeModelDesk, until: Until, sent: list[str]
) -> None:
    models.let_on.clear()
    desktop.further.show_models()
    transfers = transfers_of(desktop.desk)
    transfers.start(SEVEN, "Qwen2.5 7B")
    until(lambda: transfers.of(SEVEN).progress is not None)  # type: ignore[union-attr]
    desktop.downloads._again()
    assert told(desktop) == {}
    window = desktop.further.window("models")
    assert window is not None
    window.close()
    until(lambda: RUNNING in told(desktop))
    desktop.further.show_models()
    assert told(desktop) == {}
    desktop.window.hide()
    models.let_on.set()
    until(lambda: not transfers.under_way() and not desktop.downloads._beat.isActive())
    assert told(desktop) == {} and sent == []


def test_hidden_in_the_tray_an_end_is_told_by_the_desktop(
    desktop: Desktop, models: FakeModelDesk, until: Until, sent: list[str]
) -> None:
    desktop.window.hide()
    models.let_on.clear()
    transfers = transfers_of(desktop.desk)
    transfers.start(SEVEN, "Qwen2.5 7B")
    until(lambda: RUNNING in told(desktop) and told(desktop)[RUNNING].percent == 50)
    assert sent == [], "how far it is does not interrupt"
    models.let_on.set()
    until(lambda: sent == ["Qwen2.5 7B is here and ready."])
    models.offline = EngineError("download.gone", en="It is gone.", es="Ya no está.")
    transfers.start(WHISPER, "Whisper large v3 turbo")
    until(lambda: sent[1:] == ["Whisper large v3 turbo: It is gone."])
    desktop.window.show()
    assert {READY, FAILED} == told(desktop).keys(), "it still stands there when the window comes back"


def test_several_are_one_notice_and_what_is_paused_is_not_told(
    desktop: Desktop, models: FakeModelDesk, until: Until
) -> None:
    models.let_on.clear()
    transfers = transfers_of(desktop.desk)
    for model, name in ((SEVEN, "Qwen2.5 7B"), (WHISPER, "Whisper"), ("whisper-base:f16", "Whisper base")):
        transfers.start(model, name)
    until(lambda: told(desktop)[RUNNING].text == "Downloading Qwen2.5 7B and 2 more")
    transfers.pause(SEVEN)
    until(lambda: told(desktop)[RUNNING].text == "Downloading Whisper and 1 more")
    desktop.window.banners._dismiss(RUNNING)
    desktop.downloads._again()
    assert told(desktop) == {}, "put away, it stays away"
    transfers.start(SEVEN, "Qwen2.5 7B")
    until(lambda: RUNNING in told(desktop))
    transfers.pause(SEVEN)
    models.let_on.set()
    until(lambda: told(desktop).keys() == {READY})
    either = {f"{names} are here and ready." for names in ("Whisper and Whisper base", "Whisper base and Whisper")}
    until(lambda: told(desktop)[READY].text in either)


def test_what_the_first_run_fetches_is_told_behind_it(desktop: Desktop, models: FakeModelDesk, until: Until) -> None:
    models.let_on.clear()
    first = introduce(desktop.desk, desktop.keepsake, desktop.window)
    page = first.pages[2]
    assert isinstance(page, ModelsPage)
    first._stack.setCurrentIndex(2)
    until(page.download.isEnabled)
    page.download.click()
    first.close()
    names = [fetch.name for fetch in transfers_of(desktop.desk).under_way()]
    assert names and told(desktop)[RUNNING].text.startswith(f"Downloading {names[0]}")
    until(lambda: told(desktop)[RUNNING].progress.startswith("50\u00a0%, "))


class Paints(QObject):
    """Counts the widgets of the strip that are made anew, and the pictures of its bar."""

    def __init__(self) -> None:
        super().__init__()
        self.bars = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, QProgressBar) and event.type() == QEvent.Type.Paint:
            self.bars += 1
        return False


def test_what_moves_is_shown_once_a_second_in_place(
    desktop: Desktop, models: FakeModelDesk, until: Until, qtbot: QtBot
) -> None:
    models.let_on.clear()
    transfers = transfers_of(desktop.desk)
    transfers.start(SEVEN, "Qwen2.5 7B")
    until(lambda: told(desktop)[RUNNING].percent == 50)
    banners, bar = desktop.window.banners, desktop.window.banners._bars[RUNNING]
    desktop.downloads._beat.setInterval(10 * BEAT_MILLISECONDS)
    fetch = transfers.of(SEVEN)
    assert fetch is not None and fetch.progress is not None
    for done in range(60, 90):
        moved = replace(fetch.progress, done_bytes=done * fetch.progress.total_bytes // 100)
        transfers._fetches[SEVEN] = replace(fetch, progress=moved)
        transfers.moved.emit(SEVEN)
    assert bar.value() == 500, "between two beats nothing moves"
    desktop.downloads._again()
    assert banners._bars[RUNNING] is bar and bar.value() == 890, "nothing was made anew"
    assert banners._progress_words[RUNNING].text().startswith("89\u00a0%, ")
    qtbot.waitUntil(bar.isVisible)
    qtbot.wait(50)
    paints = Paints()
    bar.installEventFilter(paints)
    for _ in range(5):
        desktop.downloads._again()
        qtbot.wait(10)
    assert paints.bars == 0, "what stands still is not drawn again"
    assert BEAT_MILLISECONDS >= 1000


@pytest.mark.parametrize("text", ["normal", "very_large"])
def test_in_a_narrow_window_the_notice_has_its_place(
    desktop: Desktop, fake: FakeDesktop, models: FakeModelDesk, until: Until, text: str
) -> None:
    fake.settings.set("appearance.font_size", text)
    desktop.apply_settings()
    models.let_on.clear()
    transfers = transfers_of(desktop.desk)
    for model, name in ((SEVEN, "Qwen2.5 7B"), (WHISPER, "Whisper")):
        transfers.start(model, name)
    until(lambda: told(desktop)[RUNNING].percent == 50)
    desktop.window.resize(desktop.window.minimumWidth(), 600)
    until(lambda: cut_texts(desktop.window.banners) == [])
    (way,) = ways(desktop)
    assert way.width() >= way.minimumSizeHint().width()
