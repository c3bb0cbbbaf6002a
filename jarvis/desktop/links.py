"""Opens web and mail addresses out of a text. Where its words do not say where a link leads, the person is asked first.

What a model writes may come from a page or a file that it read: a link can carry away what it knows in its address.
"""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QTextDocument
from PySide6.QtWidgets import QMessageBox, QWidget

from jarvis.desktop import message_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.dialogs import confirmation
from jarvis.desktop.words import Words

LONGEST_SHOWN = 600
"""Characters of an address that are shown; no honest one is longer."""


def open_address(url: QUrl, document: QTextDocument, over: QWidget, words: Words) -> QMessageBox | None:
    """Open a web address at once where the words of its link show it; else ask, and return the question.

    About a mail it is always asked: its address can hold words that nobody sees.
    """
    mail = url.scheme() == "mailto"
    if not mail and says_where(url, words_of(url, document)):
        QDesktopServices.openUrl(url)
        return None
    # What a host in other letters looks like is no proof of whose it is.
    told = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
    whole = told if len(told) <= LONGEST_SHOWN else told[:LONGEST_SHOWN] + "…"
    encoded = QUrl.ComponentFormattingOption.FullyEncoded
    title = words(texts.LINK_TITLE, host=url.host(encoded))
    if mail:
        title = words(texts.MAIL_TITLE, people=url.path(encoded)[:LONGEST_SHOWN])
    box = confirmation(
        over,
        title,
        words(texts.MAIL_BODY if mail else texts.LINK_BODY, address=whole),
        words(texts.LINK_OPEN),
        words(window_texts.CANCEL),
        danger=False,
    )
    box.accepted.connect(lambda: QDesktopServices.openUrl(url))
    box.open()
    return box


def says_where(url: QUrl, shown: list[str]) -> bool:
    """Tell whether all words that lead to an address are that address, with or without its scheme and last stroke.

    One with a name before its host, or with a host in other letters, reads like another whatever it says.
    """
    clear = not url.userInfo() and "xn--" not in url.host(QUrl.ComponentFormattingOption.FullyEncoded)
    return clear and bool(shown) and all(_read(words, url.scheme()) == _written(url) for words in shown)


def _read(words: str, scheme: str) -> str:
    """Return words as the address that they are: case matters after the host, how a letter is written does not."""
    plain = words.strip()
    whole = plain if plain.casefold().startswith(("http://", "https://")) else f"{scheme}://{plain}"
    return _written(QUrl(whole))


def _written(url: QUrl) -> str:
    return url.toString(QUrl.ComponentFormattingOption.FullyEncoded).rstrip("/")


def words_of(url: QUrl, document: QTextDocument) -> list[str]:
    """Return the words of each link to `url`, however its address is written there."""
    found: list[str] = []
    block = document.begin()
    while block.isValid():
        within = False
        pieces = block.begin()
        while not pieces.atEnd():
            here = pieces.fragment()
            href = here.charFormat().anchorHref()
            leads = bool(href) and QUrl(href) == url
            if leads and within:
                found[-1] += here.text()
            elif leads:
                found.append(here.text())
            within = leads
            pieces += 1
        block = block.next()
    return found
