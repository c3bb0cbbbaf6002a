"""The usage window over a made-up month: totals, plots, budget, tables, and what it says when there is nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import Language
from jarvis.contracts.spending import BudgetState
from jarvis.desktop import usage_texts as texts
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.colours import ACCENTS, look_of
from jarvis.desktop.desk import Desk
from jarvis.desktop.plot import Plot
from jarvis.desktop.theme import SCALES, Theme
from jarvis.desktop.usage_models import MOST_BARS, ModelBar, ModelBars, cost_bars, first_bars, saved_bars, tokens_bars
from jarvis.desktop.usage_pictures import (
    FIRST_HUES,
)
from jarvis.desktop.usage_totals import hue_for, totals_of
from jarvis.desktop.usage_window import UsageWindow
from jarvis.desktop.words import Words
from tests.desktop.fitting import cut_texts
from tests.desktop.test_richtext import contrast
from tests.fakes.desk_resources import BIG, LAST_DAY, AddedUp, row, trouble
from tests.fakes.desktop import FakeDesktop

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def spending() -> AddedUp:
    return AddedUp()


@pytest.fixture
def desk(qapp: object, fake: FakeDesktop, spending: AddedUp) -> Iterator[Desk]:
    words = Words("en")
    bridge = Bridge(fake.assistant, lambda: words.language)
    services = replace(fake.services, spending=lambda: spending)  # type: ignore[arg-type]
    yield Desk(services=services, words=words, theme=Theme("light"), bridge=bridge)
    for gate in spending.gates.values():
        gate.set()
    bridge.close()


@pytest.fixture
def window(desk: Desk, qtbot: QtBot) -> UsageWindow:
    made = UsageWindow(desk)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def shown(window: UsageWindow, until: Until) -> UsageWindow:
    window.show()
    until(window._always.isVisible)
    return window


def figures(window: UsageWindow) -> list[tuple[str, str]]:
    return [(tile.figure.text(), tile.about.text()) for tile in window.totals.tiles]


def test_the_totals_of_thirty_days(shown: UsageWindow) -> None:
    assert shown.days.text() == "19 Feb 2026 to 20 Mar 2026"
    assert figures(shown) == [
        ("$8.43", "without 2 calls of unknown price"),
        ("$22.35", "against gpt-5.1 (prices of 2 Nov 2026)"),
        ("2,535,250", "2,134,000 read, 401,250 written"),
        ("336", "from 353 model calls"),
        ("1,204", "by skills, memory and the cache"),
        ("527.8\u00a0Wh", "only what devices measure"),
    ]


def test_the_same_in_spanish(shown: UsageWindow) -> None:
    shown._desk.words.use("es")
    assert figures(shown)[:3] == [
        ("8,43\u00a0$", "sin 2 llamadas de precio desconocido"),
        ("22,35\u00a0$", "frente a gpt-5.1 (precios del 2 nov 2026)"),
        ("2.535.250", "2.134.000 leídos, 401.250 escritos"),
    ]
    assert shown.days.text() == "del 19 feb 2026 al 20 mar 2026"
    assert [shown.span.itemText(at) for at in range(4)] == ["Últimos 7 días", "Últimos 30 días", "Este mes", "Un año"]
    header = shown.models.horizontalHeaderItem(0)
    assert header is not None and header.text() == texts.MODEL.es
    assert shown.budget.month.told.text() == "8,43\u00a0$ de 25,00\u00a0$"


@pytest.mark.parametrize(
    ("reference", "language", "told"),
    [
        ("a/b (2026-01-03), c (2025-12-31)", "en", "against a/b (prices of 3 Jan 2026), c (prices of 31 Dec 2025)"),
        ("a/b (2026-01-03)", "es", "frente a a/b (precios del 3 ene 2026)"),
        ("gpt-4o-2024-08-06", "en", "against gpt-4o-2024-08-06"),
        ("", "es", "sin modelo en la nube con que comparar"),
    ],
)
def test_the_day_behind_a_model_is_said_to_be_that_of_its_prices(reference: str, language: Language, told: str) -> None:
    report = replace(AddedUp().report(LAST_DAY, LAST_DAY), reference=reference)
    assert totals_of(report, Words(language))[1][1] == told


def test_models_the_dearest_first_with_what_is_doubtful(shown: UsageWindow) -> None:
    assert shown.models.cells() == [
        ["claude-sonnet-4.5", "38", "1,200", "$8.20", "0.92\u00a0s", "2.1\u00a0s", ""],
        [BIG, "296", "1,834,200", "$0.00", "0.80\u00a0s", "2.1\u00a0s", "⚠ 3 with doubtful token counts"],
        ["openrouter/new-model", "2", "1,200", "—", "—", "—", "price unknown"],
    ]


def test_choosing_a_span_reads_its_days(shown: UsageWindow, spending: AddedUp, until: Until) -> None:
    for at, first in ((0, "2026-03-14"), (2, "2026-03-01"), (3, "2025-03-21")):
        shown.span.setCurrentIndex(at)
        until(lambda first=first: spending.count(f"report {first}") == 1 and not shown.message.isVisible())  # type: ignore[misc]
        assert len(shown.plots[0].picture.series[0].points) == (LAST_DAY - date.fromisoformat(first)).days + 1


def test_only_the_span_chosen_last_is_shown(
    shown: UsageWindow, spending: AddedUp, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[int] = []
    show = shown._show
    monkeypatch.setattr(shown, "_show", lambda asked, seen: (came.append(asked), show(asked, seen)))
    slow = spending.gates[LAST_DAY - timedelta(days=364)] = threading.Event()
    shown.span.setCurrentIndex(3)
    shown.span.setCurrentIndex(0)
    until(lambda: shown.days.text().startswith("14 Mar"))
    slow.set()
    until(lambda: came == [3, 2])
    assert shown.days.text().startswith("14 Mar")


def test_nothing_to_add_up_is_one_sentence(window: UsageWindow, spending: AddedUp, until: Until) -> None:
    spending.empty = True
    window.show()
    until(lambda: window.message.text() == texts.NOTHING.en)
    assert not window._counted.isVisible()
    assert window.none_chosen.isVisible() and not window.decisions.isVisible() and not window.more.isVisible()


def test_a_failure_is_told_with_a_way_on(window: UsageWindow, spending: AddedUp, until: Until) -> None:
    spending.fail = trouble("ledger")
    window.show()
    until(window.again.isVisible)
    assert window.message.text() == "ledger in English. Nothing was changed."
    spending.fail = None
    window.again.click()
    until(window._counted.isVisible)
    assert not window.again.isVisible() and not window.message.isVisible()


def test_choices_are_read_page_by_page(shown: UsageWindow, spending: AddedUp, until: Until) -> None:
    rows = shown.decisions.rows
    assert (rows[0].head.text(), rows[0].why.text()) == (f"20 Mar, 09:15  ·  {BIG}", "It is able enough and free (15).")
    assert len(rows) == 10
    shown.more.click()
    until(lambda: len(rows) == 15)
    assert spending.count("decisions 6") == 1
    assert not shown.more.isVisible()
    shown._desk.words.use("es")
    assert rows[12].head.text() == f"20 mar, 09:03  ·  {texts.NO_MODEL.es}"


def test_the_budget_and_its_limits(shown: UsageWindow) -> None:
    panel = shown.budget
    assert panel.day.told.text() == "$1.70 of $2.00"
    assert (panel.day.bar.parts[0].hue, panel.month.bar.parts[0].hue) == ("warn", "accent")
    assert panel.notes.text() == "$0.12 is set aside for calls under way."
    panel.show_budget(BudgetState(day_limit_usd=1, month_limit_usd=None, spent_day_usd=1.2, spent_month_usd=3))
    assert panel.day.told.text().startswith("$1.20 of $1.00: reached")
    assert panel.day.bar.parts[0].amount == 1
    assert panel.month.told.text() == "$3.00, no limit"
    assert not panel.month.bar.isVisible() and not panel.notes.isVisible() and not panel.trust.isVisible()


def test_what_a_wrong_clock_dated_ahead_can_be_counted_today(
    window: UsageWindow, spending: AddedUp, until: Until
) -> None:
    spending.state = replace(spending.state, ahead_usd=0.75)
    window.show()
    until(window.budget.trust.isVisible)
    window.budget.trust.click()
    until(lambda: not window.budget.trust.isVisible())
    assert window.said.text() == "$0.75 counts as today's now."


@pytest.mark.parametrize("language", ["en", "es"])
def test_everything_has_a_name_and_the_keyboard_reaches_it(shown: UsageWindow, language: str) -> None:
    shown._desk.words.use(language)  # type: ignore[arg-type]
    kinds = (QAbstractButton, QComboBox, QTableWidget, Plot, ModelBars)
    seen = [
        widget
        for widget in shown.findChildren(QWidget)
        if isinstance(widget, kinds) and widget.isVisible() and not isinstance(widget.parent(), QTableWidget)
    ]
    assert len(seen) == 11
    assert [widget for widget in seen if not widget.accessibleName()] == []
    assert [widget for widget in seen if not widget.focusPolicy().value & 1] == []
    assert all(widget.accessibleDescription() for widget in seen if isinstance(widget, Plot | ModelBars))


def test_nothing_is_asked_on_the_qt_thread(shown: UsageWindow, spending: AddedUp, until: Until) -> None:
    shown.more.click()
    shown.budget.trust_wanted.emit()
    until(lambda: spending.count("trust") == 1 and spending.count("decisions 6") == 1)
    until(lambda: spending.count("budget") == 2)
    assert threading.get_ident() not in spending.threads


# What is pure.


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (cost_bars, [("claude-sonnet-4.5", "$8.20", [8.2]), (BIG, "$0.00", [0.0])]),
        (saved_bars, [(BIG, "$25.40", [25.4]), ("claude-sonnet-4.5", "-$3.10", [3.1])]),
        (
            tokens_bars,
            [
                (BIG, "1,834,200", [1_834_200.0]),
                ("claude-sonnet-4.5", "1,200", [1200.0]),
                ("openrouter/new-model", "1,200", [1200.0]),
            ],
        ),
        (
            first_bars,
            [
                (BIG, "0.80\u00a0s – 2.1\u00a0s", [0.8, 1.3]),
                ("claude-sonnet-4.5", "0.92\u00a0s – 2.1\u00a0s", [0.92, 1.18]),
            ],
        ),
    ],
)
def test_bars_of_each_model(made: Callable[..., list[ModelBar]], expected: list[tuple[str, str, list[float]]]) -> None:
    found = made(AddedUp().models, Words("en"))
    assert [(bar.model, bar.told) for bar in found] == [(model, told) for model, told, _ in expected]
    assert [[part.amount for part in bar.parts] for bar in found] == [pytest.approx(parts) for *_, parts in expected]
    if made is saved_bars:
        assert [bar.parts[0].hue for bar in found] == ["syntax_keyword", "bad"]


def test_what_was_lost_is_seen_however_many_models_there_are(shown: UsageWindow) -> None:
    models = [row(f"model-{at}", cost_usd=0.0, cloud_usd=1.0 + at) for at in range(MOST_BARS + 4)]
    saved = shown.bars[1]
    saved.show_models([*models, row("dear", cost_usd=9.5, cloud_usd=0.5), row("even", cost_usd=1.0, cloud_usd=1.0)])
    assert [(bar.model, bar.told) for bar in saved.bars][:5] == [
        ("model-11", "$12.00"),
        ("model-10", "$11.00"),
        ("model-9", "$10.00"),
        ("dear", "-$9.00"),
        ("model-8", "$9.00"),
    ]
    assert len(saved.bars) == MOST_BARS and "dear: -$9.00" in saved.accessibleDescription()


def test_bars_stand_in_the_window_on_one_scale_and_are_read_whole(shown: UsageWindow) -> None:
    names = [bars.accessibleName() for bars in shown.bars]
    assert names == ["Cost by model", "Saved by model", "Tokens by model", "Seconds to the first word by model"]
    cost, _, tokens, _ = shown.bars
    assert cost.accessibleDescription() == f"claude-sonnet-4.5: $8.20, {BIG}: $0.00"
    rows = [one for one in tokens._rows if one.isVisible()]
    assert [(one.name.text(), one.told.text(), one.bar.total) for one in rows] == [
        (BIG, "1,834,200", 1_834_200.0),
        ("claude-sonnet-4.5", "1,200", 1_834_200.0),
        ("openrouter/new-model", "1,200", 1_834_200.0),
    ]
    shown._desk.words.use("es")
    assert cost.accessibleName() == "Coste por modelo"
    assert cost.accessibleDescription() == f"claude-sonnet-4.5: 8,20\u00a0$, {BIG}: 0,00\u00a0$"
    tokens.show_models([row(f"model-{at}") for at in range(MOST_BARS + 4)])
    assert len([one for one in tokens._rows if one.isVisible()]) == MOST_BARS
    tokens.show_models([])
    assert tokens._empty.isVisible() and tokens.accessibleDescription() == texts.NO_VALUES.es


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("accent", list(ACCENTS))
def test_bars_and_lines_stand_out_from_what_they_are_drawn_on(dark: bool, accent: str) -> None:
    look = look_of(dark=dark, accent=accent)
    hues = {"accent", "good", "bad", "syntax_keyword", *FIRST_HUES}
    for hue in hues:
        assert contrast(getattr(look, hue), look.ground) >= 3, "WCAG 2.1, 1.4.11"


@pytest.mark.parametrize("scale", ["normal", "very_large"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_is_cut(
    shown: UsageWindow,
    fake: FakeDesktop,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
    language: Language,
    scale: str,
) -> None:
    monkeypatch.setitem(SCALES, "very_large", 2.0)
    theme, settings = shown._desk.theme, fake.services.settings
    settings.set("appearance.font_size", scale)
    theme.take(settings)
    try:
        shown._desk.words.use(language)
        for width in (980, 560):
            shown.resize(width, 4000)
            until(lambda: cut_texts(shown) == [])
    finally:
        settings.set("appearance.font_size", "normal")
        theme.take(settings)


@pytest.mark.parametrize("scale", ["normal", "very_large"])
@pytest.mark.parametrize("width", [380, 560, 980])
def test_the_names_in_the_table_can_be_read(
    shown: UsageWindow, fake: FakeDesktop, until: Until, width: int, scale: str
) -> None:
    table, theme, settings = shown.models, shown._desk.theme, fake.services.settings
    settings.set("appearance.font_size", scale)
    theme.take(settings)
    try:
        shown.resize(width, 900)
        header = table.horizontalHeader()
        for column in range(table.columnCount()):
            needed = max(table.sizeHintForColumn(column), header.sectionSizeHint(column))
            until(lambda: table.columnWidth(column) >= min(needed, 200 * theme.scale))  # noqa: B023
            assert column == 0 or table.columnWidth(column) >= needed
        assert header.height() >= header.fontMetrics().height() + 6
        assert header.fontInfo().pointSizeF() == pytest.approx(9.5 * theme.scale, abs=0.6)
    finally:
        settings.set("appearance.font_size", "normal")
        theme.take(settings)


@pytest.mark.parametrize(("spent", "hue"), [(0, "accent"), (7.9, "accent"), (8, "warn"), (10, "bad"), (12, "bad")])
def test_a_budget_warns_before_its_limit(spent: float, hue: str) -> None:
    assert hue_for(spent, 10) == hue
