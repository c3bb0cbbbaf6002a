"""The settings: every option on a page, changed and set back, found by words; looks that follow; cards; money."""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QListView,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import Language, StorageError
from jarvis.contracts.spending import BudgetState
from jarvis.desktop import settings_texts as own
from jarvis.desktop import texts
from jarvis.desktop.colours import ACCENTS, look_of
from jarvis.desktop.option_rows import Switch
from jarvis.desktop.run import Desktop
from jarvis.desktop.settings_dialog import SettingsDialog
from jarvis.desktop.settings_extra import PRIVACY_PROFILES, AccentRow, PrivacyPage, RoutingPage, privacy_profile
from jarvis.desktop.settings_labels import LABELS
from jarvis.desktop.settings_page import OptionPage
from jarvis.desktop.settings_search import PageName, find
from jarvis.desktop.settings_table import GROUPS, options_of, placed
from jarvis.desktop.sidebar import plain
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import SCALES
from jarvis.settings.options import OPTIONS
from tests.desktop.conftest import Until, started
from tests.desktop.test_richtext import contrast
from tests.fakes.desk_settings import furnished
from tests.fakes.desktop import FakeDesktop


@pytest.fixture
def shown(qtbot: QtBot, fake: FakeDesktop) -> Iterator[Desktop]:
    with started(furnished(fake)) as made:
        made.open_settings()
        yield made
        fake.settings.set("appearance.font_size", "normal")
        made.theme.take(fake.settings)


@pytest.fixture
def dialog(shown: Desktop) -> SettingsDialog:
    assert shown.settings_dialog is not None
    return shown.settings_dialog


def filled(dialog: SettingsDialog, name: str, until: Until) -> OptionPage:
    """Go to a page and wait for all its rows."""
    dialog.go_to(name)
    page = dialog.option_page(name)
    group = next(group for group in GROUPS if group.id == name)
    until(lambda: len(page.rows) == sum(len(options) for _, options in options_of(group)))
    return page


def test_the_table_has_every_option_once_and_every_option_a_name() -> None:
    assert set(placed()) == {option.name for option in OPTIONS} == set(LABELS)
    standing = [option.name for group in GROUPS for _, options in options_of(group) for option in options]
    assert sorted(standing) == sorted(option.name for option in OPTIONS)
    assert all(options for group in GROUPS for _, options in options_of(group))


def test_names_are_short_in_both_languages_and_never_the_same_twice_on_a_page() -> None:
    for label in LABELS.values():
        assert 0 < len(label.en) <= 40 and 0 < len(label.es) <= 40
        assert not [name for _, name, _, _ in string.Formatter().parse(label.en + label.es) if name]
    for group, language in product(GROUPS, ("en", "es")):
        names = [LABELS[o.name].to(language) for _, options in options_of(group) for o in options]  # type: ignore[arg-type]
        assert len(names) == len(set(names))


def test_every_page_of_options_has_its_rows(dialog: SettingsDialog, until: Until) -> None:
    for group in GROUPS:
        if group.id != "voice":
            page = filled(dialog, group.id, until)
            assert list(page.rows) == [o.name for _, options in options_of(group) for o in options]


def test_a_change_holds_at_once_and_what_is_refused_is_said(
    dialog: SettingsDialog, fake: FakeDesktop, shown: Desktop, until: Until
) -> None:
    page = filled(dialog, "appearance", until)
    theme = page.rows["appearance.theme"]
    assert isinstance(theme.control, QComboBox)
    assert theme.control.itemText(2) == texts.CHOICES["dark"].en
    assert not theme.reset.isHidden()
    theme.control.setCurrentIndex(2)
    until(lambda: shown.theme.colours.dark)
    theme.reset.click()
    until(lambda: fake.settings.text("appearance.theme") == "system" and theme.reset.isHidden())
    context = filled(dialog, "answers", until).rows["engine.context_tokens"]
    context.save(1)
    until(lambda: "cannot be “1”" in context._error.text())
    assert fake.settings.integer("engine.context_tokens") == 4096


def test_resetting_everything_asks_and_reaches_pages_that_are_open(
    dialog: SettingsDialog, fake: FakeDesktop, until: Until
) -> None:
    row = filled(dialog, "memory", until).rows["memory.recall_items"]
    row.save(9)
    until(lambda: dialog.reset_all.isEnabled() and row.control.value() == 9)  # type: ignore[attr-defined]
    fake.settings.set("web.search_url", "https://example.org/?q={query}")
    dialog.reset_everything()
    until(lambda: row.control.value() == 6)  # type: ignore[attr-defined]
    assert fake.settings.changed() == {} and not dialog.reset_all.isEnabled()


def test_settings_that_cannot_be_written_say_so(
    dialog: SettingsDialog, fake: FakeDesktop, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(wanted: object) -> object:
        raise StorageError("settings.save", en="The disk is full.", es="El disco está lleno.")

    monkeypatch.setattr(fake.settings, "set_all", full)
    dialog.reset_everything()
    until(lambda: "The disk is full." in dialog.hits._count.text() and dialog.hits.isVisible())


def test_a_search_shows_the_page_of_each_hit_and_leads_there(
    dialog: SettingsDialog, fake: FakeDesktop, qtbot: QtBot, until: Until
) -> None:
    fake.settings.set("ollama.url", "http://127.0.0.1:1")
    dialog.search.setText("ollama")
    until(lambda: bool(dialog.hits.hits))
    assert dialog.hits.isVisible()
    assert dialog.hits.hits[0].accessibleName() == "Address of Ollama. Answers, models › Ollama · changed"
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    page = dialog.option_page("answers")
    until(lambda: "ollama.url" in page.rows and page.rows["ollama.url"].control.hasFocus())
    assert dialog.search.text() == "" and page.isVisible()
    dialog.search.setText("zzzz")
    until(lambda: dialog.hits._count.text() == own.NO_HIT.en and not dialog.hits.hits)
    dialog.pages.setCurrentRow(0)
    assert dialog.search.text() == "" and not dialog.hits.isVisible()


def test_a_search_leads_to_the_voice_and_to_pages_without_options(dialog: SettingsDialog, until: Until) -> None:
    dialog.search.setText("wake_words")
    until(lambda: bool(dialog.hits.hits))
    dialog.hits.hits[0].click()
    assert dialog.voice.isVisible()
    until(lambda: dialog.voice.done)
    words = next(row for row in dialog.voice.rows if row.option.name == "voice.wake_words")
    until(words.control.hasFocus)
    dialog.search.setText("claves")
    until(lambda: bool(dialog.hits.hits))
    dialog.hits.hits[0].click()
    assert dialog.page("keys").isVisible()


def test_words_are_found_in_either_language_names_first() -> None:
    assert find("  ", (), "en") == []
    for words, name in (
        ("tamano texto", "appearance.font_size"),
        ("text size", "appearance.font_size"),
        ("very large", "appearance.font_size"),
        ("carpeta modelos gguf", "engine.model"),
    ):
        assert next(hit.option for hit in find(words, (), "es")) == name
    assert find("budget zzz", (), "en") == []


@pytest.mark.parametrize(("language", "word"), [("es", "modelo"), ("en", "model"), ("es", "voz"), ("en", "voice")])
def test_what_has_the_word_in_its_title_comes_before_what_has_it_elsewhere(language: Language, word: str) -> None:
    pages = (
        PageName(page="a", title=Text(en="Tools", es="Herramientas"), about=Text(en=word, es=word)),
        PageName(page="b", title=Text(en=f"The {word}", es=f"El {word}"), about=Text(en="", es="")),
    )
    hits = find(word, pages, language)
    shown = [word in plain(hit.label.to(language)) for hit in hits]
    assert shown == sorted(shown, reverse=True) and True in shown and False in shown
    assert [hit.page for hit in hits if not hit.option] == ["b", "a"]


def test_only_the_first_page_is_made_when_the_settings_open(dialog: SettingsDialog, until: Until) -> None:
    until(lambda: set(dialog._made) == {"privacy"})


@pytest.mark.parametrize("accent", list(ACCENTS))
@pytest.mark.parametrize("dark", [False, True])
def test_every_accent_can_be_read_on_every_ground(accent: str, dark: bool) -> None:
    look = look_of(dark=dark, accent=accent)
    for ground in ("ground", "side", "raised", "field", "hover", "accent_soft"):
        assert contrast(look.accent, getattr(look, ground)) >= 4.5, ground
    for front, back in (
        ("on_accent", "accent"),
        ("text", "accent_soft"),
        ("text", "bubble"),
        ("muted", "accent_soft"),
        ("muted", "bubble"),
        ("muted", "hover"),
    ):
        assert contrast(getattr(look, front), getattr(look, back)) >= 4.5, (front, back)


def test_the_accents_of_the_option_are_those_that_there_are() -> None:
    options = {option.name: option for option in OPTIONS}
    assert options["appearance.accent"].choices == tuple(ACCENTS)
    assert options["appearance.font_size"].choices == tuple(SCALES)


def test_an_accent_is_chosen_by_its_colour_and_the_whole_look_follows(
    dialog: SettingsDialog, shown: Desktop, until: Until
) -> None:
    row = filled(dialog, "appearance", until).rows["appearance.accent"]
    assert isinstance(row, AccentRow)
    assert row.dots["teal"].accessibleName() == "Accent: Teal"
    row.dots["teal"].click()
    until(lambda: shown.theme.colours.accent == ACCENTS["teal"][0].accent)
    assert row.dots["teal"].isChecked() and not row.dots["indigo"].isChecked()
    assert ACCENTS["teal"][0].accent in QApplication.instance().styleSheet()  # type: ignore[union-attr]


def test_the_size_of_text_reaches_every_window_at_once(dialog: SettingsDialog, shown: Desktop, until: Until) -> None:
    page = filled(dialog, "appearance", until)
    before = shown.window.fontMetrics().height()
    body, small = shown.window.font().pointSizeF(), "font-size: 9.5pt"
    assert small in QApplication.instance().styleSheet()  # type: ignore[union-attr]
    page.rows["appearance.font_size"].save("very_large")
    until(lambda: shown.window.font().pointSizeF() == pytest.approx(body * 1.45))
    assert shown.window.fontMetrics().height() > before
    assert dialog.font().pointSizeF() == pytest.approx(body * 1.45)
    assert small not in QApplication.instance().styleSheet()  # type: ignore[union-attr]
    page.rows["appearance.font_size"].save("normal")
    until(lambda: shown.window.font().pointSizeF() == pytest.approx(body))


def test_motion_follows_the_system_unless_the_person_chose(shown: Desktop, fake: FakeDesktop) -> None:
    theme = shown.theme
    for motion, rests, moves in (
        ("system", False, True),
        ("system", True, False),
        ("full", True, True),
        ("reduced", False, False),
    ):
        fake.settings.set("appearance.motion", motion)
        theme.take(fake.settings)
        theme.system_rests(rests)
        assert theme.moves is moves


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_switch_that_is_off_is_an_outline(shown: Desktop, fake: FakeDesktop, theme: str) -> None:
    fake.settings.set("appearance.theme", theme)
    shown.theme.take(fake.settings)
    switch = Switch(shown.desk)
    switch.resize(switch.sizeHint())

    def middle() -> str:
        image = QImage(switch.size(), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.magenta)
        switch.render(image)
        return image.pixelColor(23, 14).name()

    assert middle() == shown.theme.colours.field
    switch.setChecked(True)
    assert middle() == shown.theme.colours.accent


def test_privacy_as_cards_sets_what_it_says_and_shows_a_mixture(
    dialog: SettingsDialog, fake: FakeDesktop, until: Until
) -> None:
    page = filled(dialog, "privacy", until)
    assert isinstance(page, PrivacyPage)
    cards = page.cards.cards
    assert cards["here"].isChecked() and page._note.isHidden()
    cards["ask"].click()
    until(lambda: cards["ask"].isChecked() and not cards["here"].isChecked())
    assert {name: fake.settings.get(name) for name in PRIVACY_PROFILES["ask"]} == PRIVACY_PROFILES["ask"]
    assert page.rows["cloud.enabled"].control.isChecked()  # type: ignore[attr-defined]
    page.rows["privacy.pictures"].save(True)
    until(lambda: page._note.text() == own.PRIVACY_OWN.en)
    assert not any(card.isChecked() for card in cards.values())


def test_each_profile_is_told_from_the_others(fake: FakeDesktop) -> None:
    for name, values in PRIVACY_PROFILES.items():
        for option, value in values.items():
            fake.settings.set(option, value)
        assert privacy_profile(fake.settings.get) == name


def test_the_budget_stands_with_what_is_spent(qtbot: QtBot, fake: FakeDesktop, until: Until) -> None:
    budget = BudgetState(day_limit_usd=2.0, month_limit_usd=None, spent_day_usd=1.25, spent_month_usd=3.0)
    spending = SimpleNamespace(budget=lambda: budget)
    services = replace(furnished(fake), spending=lambda: spending)  # type: ignore[arg-type, return-value]
    with started(services) as made:
        made.open_settings()
        assert made.settings_dialog is not None
        page = filled(made.settings_dialog, "routing", until)
        assert isinstance(page, RoutingPage)
        expected = "Spent today: $1.25 of $2.00. This month: $3.00. $0.75 may still be spent."
        until(lambda: page.spent.text() == expected)
        page.cards.cards["best"].click()
        until(lambda: fake.settings.text("routing.profile") == "best" and page.cards.cards["best"].isChecked())
        fake.settings.set("language", "es")
        made.apply_settings()
        assert page.spent.text().startswith("Gastado hoy: 1,25\u00a0$ de 2,00\u00a0$.")


def test_a_disabled_main_button_does_not_look_pressable(shown: Desktop) -> None:
    sheet = QApplication.instance().styleSheet()  # type: ignore[union-attr]
    assert 'QPushButton[look="primary"]:disabled' in sheet
    assert "tick-light.svg" in sheet


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_is_cut_in_a_narrow_window_with_large_text(
    dialog: SettingsDialog, shown: Desktop, fake: FakeDesktop, until: Until, language: str
) -> None:
    fake.settings.set("language", language)
    fake.settings.set("appearance.font_size", "large")
    shown.apply_settings()
    shown.theme.take(fake.settings)
    dialog.resize(480, 640)
    for group in GROUPS:
        if group.id != "voice":
            page = filled(dialog, group.id, until)
            until(lambda page=page: page._scroll.widget().minimumSizeHint().width() <= page._scroll.viewport().width())


@pytest.mark.parametrize("language", ["en", "es"])
def test_on_every_page_everything_has_a_name_and_the_keyboard_reaches_it(
    dialog: SettingsDialog, shown: Desktop, fake: FakeDesktop, until: Until, language: str
) -> None:
    fake.settings.set("language", language)
    shown.apply_settings()
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QListView, QSlider)
    nameless, unreachable = [], []
    for name in dialog._late:
        dialog.go_to(name)
        page = dialog.page(name)
        until(lambda page=page: len(page.findChildren(QWidget)) > 8)
        until(lambda: not [timer for timer in page.findChildren(QTimer) if timer.interval() == 0])  # noqa: B023
        for widget in page.findChildren(QWidget):
            inner = widget.objectName().startswith("qt_") or isinstance(
                widget.parent(), QComboBox | QAbstractSpinBox | QLineEdit
            )
            if (
                not isinstance(widget, kinds)
                or inner
                or widget.parent().metaObject().className().startswith("QComboBox")
            ):
                continue
            if not widget.accessibleName():
                nameless.append((name, widget))
            if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                unreachable.append((name, widget))
    assert nameless == []
    assert unreachable == []
