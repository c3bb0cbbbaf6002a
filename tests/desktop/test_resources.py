"""The resource window over described machines: what it shows, what it asks for, and on which thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.resources import ResourceView
from jarvis.desktop import resources_texts as texts
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.desk import Desk
from jarvis.desktop.plot import Plot
from jarvis.desktop.resources_bar import hues_of
from jarvis.desktop.resources_feed import kept
from jarvis.desktop.resources_gpu import history_picture, load_of
from jarvis.desktop.resources_window import ResourceWindow
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import Theme
from jarvis.desktop.words import Words
from tests.fakes.desk_resources import (
    BIG,
    EMBEDDER,
    FOUR_GPUS,
    GONE,
    GONE_RIG,
    NO_GPU,
    REFERENCE_RIG,
    RTX_2060,
    RTX_5070_TI,
    SMALL,
    DescribedMachine,
    HoldingModels,
    machine,
    trouble,
)
from tests.fakes.desktop import FakeDesktop

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def described() -> DescribedMachine:
    return DescribedMachine(REFERENCE_RIG)


@pytest.fixture
def models(described: DescribedMachine) -> HoldingModels:
    return HoldingModels(described)


@pytest.fixture
def desk(qapp: object, fake: FakeDesktop, described: DescribedMachine, models: HoldingModels) -> Iterator[Desk]:
    words = Words("en")
    bridge = Bridge(fake.assistant, lambda: words.language)
    services = replace(fake.services, resources=lambda: described, models=lambda: models)  # type: ignore[arg-type]
    yield Desk(services=services, words=words, theme=Theme("light"), bridge=bridge)
    described.gate.set()
    bridge.close()


@pytest.fixture
def window(desk: Desk, qtbot: QtBot, until: Until) -> Iterator[ResourceWindow]:
    made = ResourceWindow(desk)
    qtbot.addWidget(made)
    made.show()
    until(made._below.isVisible)
    yield made
    made.close()


def look(window: ResourceWindow, described: DescribedMachine, until: Until, now: ResourceView) -> None:
    """Let the machine be as described from now on, and wait until the window has seen it."""
    described.now = replace(now, at=described.now.at)
    since = described.count("view")
    window.feed.look_soon()
    # The second look from here begins after the change, and both are shown in order.
    until(lambda: described.count("view") > since and not window.feed._busy)
    window.feed.look()
    until(lambda: not window.feed._busy)


def test_the_reference_rig_tells_who_holds_what(window: ResourceWindow) -> None:
    first, second = window.cards[0], window.cards[1]
    assert first.title.text() == "GPU 0 · NVIDIA GeForce RTX 5070 Ti"
    assert first.used.text() == "11.2\u00a0GiB of 15.9\u00a0GiB"
    assert first.legend.shown() == [
        (f"{BIG}, layers 1 to 48", "8.5\u00a0GiB"),
        ("Speech: whisper-small", "1.5\u00a0GiB"),
        ("Other program: firefox", "900\u00a0MiB"),
        ("Jarvis itself", "100\u00a0MiB"),
        ("Other programs and the driver", "300\u00a0MiB"),
        ("Free", "4.7\u00a0GiB"),
    ]
    assert second.legend.shown()[:2] == [
        (f"{SMALL}, 28 layers (placed, not measured)", "3.5\u00a0GiB"),
        (f"Memory search: {EMBEDDER}", "700\u00a0MiB"),
    ]
    assert first.load.text() == "Utilisation 87%  ·  Temperature 61\u00a0°C  ·  Power 215\u00a0W of 300\u00a0W"
    assert second.load.text() == "Utilisation —  ·  Temperature —  ·  Power —"
    assert [part.light for part in second.bar.parts] == [True, False, False]
    assert sum(part.amount for part in first.bar.parts) == RTX_5070_TI.sample.used_mib
    assert f"{BIG}, layers 1 to 48: 8.5\u00a0GiB" in first.bar.accessibleDescription()
    assert window.room.cost.text() == "Now: about 48\u00a0tokens/s  ·  Cost today: $0.0123"
    assert [tile.value.text() for tile in window.tiles] == [
        "37%",
        "18.0\u00a0GiB of 62.5\u00a0GiB",
        "402.3\u00a0GiB free of 930.7\u00a0GiB",
    ]


def test_models_in_memory_say_where_they_are_and_whose(window: ResourceWindow) -> None:
    rows = window.models.rows
    assert rows[BIG].about.text() == (
        "text  ·  GPU 0  ·  8.5\u00a0GiB on the GPU  ·  350\u00a0MiB RAM  ·  52.4\u00a0tokens/s measured  ·  pinned"
    )
    assert "tokens/s" not in rows[SMALL].about.text()
    assert rows[EMBEDDER].about.text().endswith("held by another Jarvis process")
    assert [row.unload.isEnabled() for row in rows.values()] == [True, True, False]
    assert rows[EMBEDDER].unload.toolTip() == texts.NOT_OURS.en


@pytest.mark.parametrize(("now", "count"), [(NO_GPU, 0), (machine(RTX_5070_TI), 1), (REFERENCE_RIG, 2), (FOUR_GPUS, 4)])
def test_any_number_of_gpus(
    desk: Desk, qtbot: QtBot, until: Until, described: DescribedMachine, now: ResourceView, count: int
) -> None:
    described.now = now
    window = ResourceWindow(desk)
    qtbot.addWidget(window)
    window.show()
    until(window._below.isVisible)
    assert len(window.cards) == count
    assert window.status.isVisible() == (count == 0)
    assert window.room.free.isVisible() == (count > 0)
    if not count:
        assert window.status.text() == texts.NO_GPU.en
    window.resize(980, 700)
    columns = {window._cards.getItemPosition(at)[1] for at in range(window._cards.count())}  # type: ignore[index]
    assert columns == ({0, 1} if count > 1 else {0} if count else set())
    window.resize(400, 700)
    columns = {window._cards.getItemPosition(at)[1] for at in range(window._cards.count())}  # type: ignore[index]
    assert columns == ({0} if count else set())
    window.close()


def test_a_driver_that_goes_and_comes_back(window: ResourceWindow, described: DescribedMachine, until: Until) -> None:
    look(window, described, until, GONE_RIG)
    assert window._notice.isVisible() and window.trouble.text() == GONE["en"]
    assert all(card.gone and card.trouble.isVisible() and card.bar.faded for card in window.cards.values())
    assert window.cards[0].used.text() == "11.2\u00a0GiB of 15.9\u00a0GiB"
    assert window.models.empty.isVisible()
    look(window, described, until, REFERENCE_RIG)
    assert not window._notice.isVisible()
    assert not any(card.gone or card.trouble.isVisible() or card.bar.faded for card in window.cards.values())
    points = history_picture(window.feed.history, 0, window._desk.words).series[0].points
    assert None in [value for _, value in points] and points[-1][1] is not None


def test_one_of_two_that_goes_is_greyed_and_forgotten_with_the_next_opening(
    window: ResourceWindow, described: DescribedMachine, until: Until
) -> None:
    look(window, described, until, machine(RTX_5070_TI))
    assert [card.gone for card in window.cards.values()] == [False, True]
    window.hide()
    assert list(window.cards) == [0]


def test_a_look_that_fails_is_told_and_greys_what_was_seen(
    window: ResourceWindow, described: DescribedMachine, until: Until
) -> None:
    described.fail = trouble("probe")
    window.feed.look_soon()
    until(window._notice.isVisible)
    assert window.trouble.text().startswith("probe in English.")
    assert all(card.old and not card.gone for card in window.cards.values())
    described.fail = None
    window.feed.look_soon()
    until(lambda: not window._notice.isVisible())
    assert not any(card.old for card in window.cards.values())


def test_a_look_that_hangs_is_told_and_never_joined_by_another(
    window: ResourceWindow, described: DescribedMachine, until: Until
) -> None:
    window.feed._timer.stop()
    until(lambda: not window.feed._busy)
    described.gate.clear()
    for _ in range(7):
        window.feed.look()
    assert window.status.text() == texts.LATE.to("en", seconds=6)
    assert all(card.old for card in window.cards.values())
    described.gate.set()
    until(lambda: not window.status.isVisible())
    assert not any(card.old for card in window.cards.values())
    assert described.most_looking == 1


def test_it_watches_while_it_is_shown_and_only_then(
    window: ResourceWindow, described: DescribedMachine, until: Until
) -> None:
    window.hide()
    until(lambda: described.count("rest") == 1)
    assert not window.feed._timer.isActive()
    window.show()
    until(lambda: described.count("watch") == 2)
    described.gate.clear()
    window.hide()
    window.show()
    window.hide()
    described.gate.set()
    until(lambda: described.calls[-1] == "rest" and not window.feed._busy)
    assert described.count("watch") == described.count("rest")


def test_a_watch_whose_first_look_failed_is_ended_too(
    desk: Desk, qtbot: QtBot, described: DescribedMachine, until: Until
) -> None:
    described.fail = trouble("probe")
    window = ResourceWindow(desk)
    qtbot.addWidget(window)
    window.show()
    until(window._notice.isVisible)
    assert not window.status.isVisible()
    window.hide()
    until(lambda: described.calls[-1] == "rest")


def test_what_was_sampled_before_is_in_the_plots(
    desk: Desk, qtbot: QtBot, described: DescribedMachine, until: Until
) -> None:
    described.past = [replace(REFERENCE_RIG, at=700.0 + second, resident=()) for second in range(0, 300, 10)]
    window = ResourceWindow(desk)
    qtbot.addWidget(window)
    window.show()
    until(window._below.isVisible)
    assert len(window.feed.history) >= 29
    assert window.cards[0].plot.accessibleDescription() == "Memory: 71%, Utilisation: 87%"
    assert window.tiles[0].plot.accessibleDescription() == "Processor: 37%"
    window.close()


def test_unloading_takes_it_out_and_says_so(window: ResourceWindow, described: DescribedMachine, until: Until) -> None:
    window.models.rows[BIG].unload.click()
    until(lambda: BIG not in window.models.rows)
    assert described.count(f"unload {BIG}") == 1
    assert window.models.message.text() == texts.UNLOADED.en.format(model=BIG)


def test_an_unload_that_fails_is_told_and_can_be_tried_again(
    window: ResourceWindow, described: DescribedMachine, until: Until
) -> None:
    described.unload_fails = trouble("unload")
    window.models.rows[SMALL].unload.click()
    assert not window.models.rows[SMALL].unload.isEnabled()
    assert window.models.rows[SMALL].unload.text() == texts.UNLOADING.en
    until(lambda: window.models.message.text() == "unload in English.")
    assert window.models.rows[SMALL].unload.isEnabled()
    window._desk.words.use("es")
    assert window.models.message.text() == "unload en español."


def test_the_gpus_are_freed_kept_free_and_used_again(
    window: ResourceWindow, models: HoldingModels, until: Until
) -> None:
    window.room.free.click()
    assert not window.room.free.isEnabled()
    until(window.room.held.isVisible)
    assert window.room.message.text() == "12.5\u00a0GiB freed in 2.3\u00a0s."
    assert window.room.use_again.isVisible() and not window.room.free.isVisible()
    window.room.use_again.click()
    until(window.room.free.isVisible)
    assert not window.room.held.isVisible() and models.calls == ["free", "again"]


def test_freeing_that_fails_is_told(window: ResourceWindow, models: HoldingModels, until: Until) -> None:
    models.fail = trouble("free")
    window.room.free.click()
    until(lambda: window.room.message.text() == "free in English.")
    assert window.room.free.isEnabled()


def test_without_a_desk_of_models_there_is_no_way_to_free_them(
    fake: FakeDesktop, desk: Desk, qtbot: QtBot, until: Until
) -> None:
    window = ResourceWindow(replace(desk, services=replace(desk.services, models=None)))
    qtbot.addWidget(window)
    window.show()
    until(window._below.isVisible)
    assert not window.room.free.isVisible()
    window.close()


def test_what_would_fit_is_asked_for_and_told_in_the_language_in_use(
    window: ResourceWindow, described: DescribedMachine, until: Until
) -> None:
    window.room.what_fits.click()
    until(lambda: [one.model for one in window.room.fits.found] == [SMALL, BIG])
    window._desk.words.use("es")
    until(lambda: described.count("fits es") == 1 and window.room.what_fits.isEnabled())
    described.fitting = []
    window.room.what_fits.click()
    until(lambda: window.room.fits.message.text() == texts.NOTHING_TO_FIT.es)


def test_an_open_window_changes_its_language(window: ResourceWindow, described: DescribedMachine, until: Until) -> None:
    described.now = replace(described.now, gpu_trouble="gone", gpus=())
    window.feed.look_soon()
    until(lambda: window.trouble.text() == GONE["en"])
    window._desk.words.use("es")
    assert window.windowTitle() == texts.RESOURCES.es
    assert window.cards[0].legend.shown()[0] == (f"{BIG}, capas 1 a 48", "8,5\u00a0GiB")
    until(lambda: window.trouble.text() == GONE["es"])


@pytest.mark.parametrize("language", ["en", "es"])
def test_everything_has_a_name_and_the_keyboard_reaches_it(window: ResourceWindow, language: str, until: Until) -> None:
    window._desk.words.use(language)  # type: ignore[arg-type]
    seen = [w for w in window.findChildren(QWidget) if isinstance(w, (QAbstractButton, Plot)) and w.isVisible()]
    assert len(seen) >= 10
    assert [widget for widget in seen if not widget.accessibleName()] == []
    assert [w for w in seen if w.isEnabled() and w.focusPolicy().value == 0 and w.sizeHint().height() > 60] == []
    assert all(isinstance(w, Plot) or w.focusPolicy().value & 1 for w in seen)
    assert all(w.accessibleDescription() for w in seen if isinstance(w, Plot))


def test_nothing_is_asked_on_the_qt_thread(
    window: ResourceWindow, described: DescribedMachine, models: HoldingModels, until: Until
) -> None:
    window.models.rows[BIG].unload.click()
    window.room.what_fits.click()
    window.room.free.click()
    until(lambda: window.room.use_again.isVisible() and bool(window.room.fits.found))
    window.hide()
    until(lambda: described.count("rest") == 1)
    assert {call.split()[0] for call in described.calls} == {"watch", "view", "history", "unload", "fits", "rest"}
    assert threading.get_ident() not in described.threads | models.threads
    assert described.most_looking == 1


def test_a_model_keeps_its_row_and_its_button_the_focus(
    window: ResourceWindow, described: DescribedMachine, until: Until
) -> None:
    kept_row = window.models.rows[SMALL]
    resident = described.now.resident
    look(window, described, until, replace(REFERENCE_RIG, resident=(resident[1], resident[0])))
    assert window.models.rows[SMALL] is kept_row
    assert [window.models._column.itemAt(at).widget() for at in range(2)] == [  # type: ignore[union-attr]
        window.models.rows[SMALL],
        window.models.rows[BIG],
    ]


# What is pure.


def test_five_minutes_are_kept() -> None:
    views = [replace(NO_GPU, at=float(at)) for at in (0, 99, 100, 250, 400)]
    assert [view.at for view in kept(views)] == [100, 250, 400]
    assert kept([]) == []


def test_neighbours_of_one_kind_differ_in_colour() -> None:
    hues = hues_of([*RTX_5070_TI.holdings, *RTX_2060.holdings])
    assert hues == ["accent", "warn", "muted", "text", "muted", "syntax_keyword", "good", "muted"]


def test_the_speed_of_now_is_told_in_both_languages(window: ResourceWindow, described: DescribedMachine) -> None:
    words = window._desk.words
    window.room.show_view(replace(described.now, tokens_per_second_now=4.25))
    assert window.room.cost.text().startswith("Now: about 4.2\u00a0tokens/s  ·")
    words.use("es")
    assert window.room.cost.text().startswith("Ahora: unos 4,2\u00a0tokens/s  ·")
    window.room.show_view(replace(described.now, tokens_per_second_now=0.0))
    assert window.room.cost.text().startswith("Ahora: no se escribe ninguna respuesta  ·")


def test_power_without_a_limit(qapp: object) -> None:
    sample = replace(RTX_5070_TI.sample, power_limit_watts=None)
    assert load_of(sample, Words("es")) == "Uso 87\u00a0%  ·  Temperatura 61\u00a0°C  ·  Potencia 215\u00a0W"


def test_every_kind_of_model_has_words_in_both_languages() -> None:
    from typing import get_args

    from jarvis.contracts.models import ModelKind

    assert set(texts.KINDS) == set(get_args(ModelKind))
    assert all(isinstance(text, Text) and text.en and text.es for text in texts.KINDS.values())
