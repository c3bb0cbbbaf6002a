"""A link that says where it leads opens; of any other the whole address is shown first, and a yes waited for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from jarvis.desktop import message_texts as texts
from jarvis.desktop.links import LONGEST_SHOWN, says_where
from jarvis.desktop.run import Desktop
from jarvis.desktop.text_widgets import RichText
from tests.desktop.by_keys import press
from tests.desktop.test_richtext import links, rendered


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: found.append(url.toString()))
    return found


def shown(desktop: Desktop, qtbot: QtBot, text: str) -> RichText:
    rich = rendered(desktop, text)
    qtbot.addWidget(rich)
    rich.show()
    qtbot.waitActive(rich)
    return rich


def question(rich: RichText) -> QMessageBox | None:
    return next((box for box in rich.findChildren(QMessageBox) if box.isVisible()), None)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("<https://example.org/a>", "https://example.org/a"),
        ("see <https://example.org/a?b=c> for more", "https://example.org/a?b=c"),
        ("[example.org](https://example.org/)", "https://example.org/"),
        ("[**https://Example.org**/a](https://example.org/a)", "https://example.org/a"),
        ("<https://Example.org/A>", "https://Example.org/A"),
        ("<https://es.wikipedia.org/wiki/España>", "https://es.wikipedia.org/wiki/Espa%C3%B1a"),
        (
            "[es.wikipedia.org/wiki/España](https://es.wikipedia.org/wiki/Espa%C3%B1a)",
            "https://es.wikipedia.org/wiki/España",
        ),
        ("<https://example.org/%7Eann>", "https://example.org/%7Eann"),
        ("It is at https://example.org/a_b?c=d&e=f.", "https://example.org/a_b?c=d&e=f"),
        ("**www.example.org/a**", "https://www.example.org/a"),
        ("- [ ] https://example.org/\n", "https://example.org/"),
    ],
)
def test_what_says_where_it_leads_opens_at_once(
    desktop: Desktop, qtbot: QtBot, opened: list[str], text: str, address: str
) -> None:
    rich = shown(desktop, qtbot, text)
    rich.anchorClicked.emit(QUrl(address))
    assert question(rich) is None and opened == [QUrl(address).toString()]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("[here](https://example.org/a)", "https://example.org/a"),
        ("[https://bank.example](https://evil.example/?q=secret)", "https://evil.example/?q=secret"),
        ("<https://evil.example/> and [bank](https://evil.example/)", "https://evil.example/"),
        ("<https://bank.example@evil.example/>", "https://bank.example@evil.example/"),
        ("![cat](https://example.org/cat.png)", "https://example.org/cat.png"),
        ("[https://short.example/3Abc](https://short.example/3aBC)", "https://short.example/3aBC"),
        ("[example.org/?Q=a](https://example.org/?q=a)", "https://example.org/?q=a"),
        ("[http://example.org](https://example.org/)", "https://example.org/"),
        ("See https://bank.example@evil.example/", "https://bank.example@evil.example/"),
        ("https://evil.example/ and [bank](https://evil.example/)", "https://evil.example/"),
        ("https://xn--pple-43d.example/", "https://xn--pple-43d.example/"),
    ],
)
def test_of_any_other_the_address_is_shown_first(
    desktop: Desktop, qtbot: QtBot, opened: list[str], text: str, address: str
) -> None:
    rich = shown(desktop, qtbot, text)
    rich.anchorClicked.emit(QUrl(address))
    box = question(rich)
    assert box is not None and opened == []
    assert address in box.informativeText() and QUrl(address).host() in box.text()
    box.reject()
    assert opened == []
    rich.anchorClicked.emit(QUrl(address))
    again = question(rich)
    assert again is not None
    next(button for button in again.buttons() if button.text() == texts.LINK_OPEN.en).click()
    assert opened == [address]


@pytest.mark.parametrize("first", ["https://Evil.example/?q=secret", "https://evil.example/?q=s%65cret"])
def test_another_link_to_the_same_place_in_other_letters_vouches_for_nothing(
    desktop: Desktop, qtbot: QtBot, opened: list[str], first: str
) -> None:
    rich = shown(desktop, qtbot, f"[https://bank.example]({first}) or <https://evil.example/?q=secret>")
    rich.setFocus()
    for _ in range(3):
        press(Qt.Key.Key_Tab)
        if rich.textCursor().selectedText() == "https://bank.example":
            break
    press(Qt.Key.Key_Return)
    box = question(rich)
    assert box is not None and opened == [] and "https://evil.example/?q=secret" in box.informativeText()
    box.reject()


def test_a_host_in_other_letters_is_told_as_what_it_is(desktop: Desktop, qtbot: QtBot, opened: list[str]) -> None:
    address = "https://\u0430pple.example/"
    assert not says_where(QUrl(address), [address])
    assert not says_where(QUrl("https://xn--pple-43d.example/"), ["https://xn--pple-43d.example/"])
    for text in (f"<{address}>", f"See {address}"):
        rich = shown(desktop, qtbot, text)
        rich.anchorClicked.emit(QUrl(address))
        box = question(rich)
        assert box is not None and "xn--" in box.text() and "\u0430" not in box.informativeText()
        box.reject()


@pytest.mark.parametrize(
    "text",
    ["[Ann](mailto:ann@example.org?body=secret)", "[ann@example.org](mailto:ann@example.org)", "<ann@example.org>"],
)
def test_about_a_mail_it_is_always_asked_with_its_whole_address(
    desktop: Desktop, qtbot: QtBot, opened: list[str], text: str
) -> None:
    rich = shown(desktop, qtbot, text)
    (address,) = links(rich.document())
    rich.setFocus()
    for _ in range(3):
        press(Qt.Key.Key_Tab)
        if rich.textCursor().hasSelection():
            break
    press(Qt.Key.Key_Return)
    box = question(rich)
    assert box is not None and opened == []
    assert address in box.informativeText() and box.text() == texts.MAIL_TITLE.en.format(people="ann@example.org")
    next(button for button in box.buttons() if button.text() == texts.LINK_OPEN.en).click()
    assert opened == [address]


def test_an_endless_address_fits_on_the_screen(desktop: Desktop, qtbot: QtBot, opened: list[str]) -> None:
    address = f"https://example.org/?q={'x' * 20_000}"
    rich = shown(desktop, qtbot, f"[here]({address})")
    rich.anchorClicked.emit(QUrl(address))
    box = question(rich)
    assert box is not None and len(box.informativeText()) < LONGEST_SHOWN + 200
    box.reject()


def test_the_keyboard_reaches_a_link_and_its_question(desktop: Desktop, qtbot: QtBot, opened: list[str]) -> None:
    rich = shown(desktop, qtbot, "one [here](https://example.org/a) and [there](https://example.org/b)")
    rich.setFocus()
    for _ in range(4):
        press(Qt.Key.Key_Tab)
        if rich.textCursor().selectedText() == "there":
            break
    press(Qt.Key.Key_Return)
    box = question(rich)
    assert box is not None and "https://example.org/b" in box.informativeText()
    focused = QApplication.focusWidget()
    assert focused is not None and focused.accessibleName() == "Cancel", "what changes nothing comes first"
    press(Qt.Key.Key_Escape)
    assert opened == []
