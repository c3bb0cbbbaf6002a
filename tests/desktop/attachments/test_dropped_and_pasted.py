"""What is dropped and pasted: files, pictures and long texts are attached, words are typed in."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import InputError
from jarvis.desktop.attachment_sources import LONG_TEXT_BYTES, Offered, decoded, offered_by, take_in
from jarvis.desktop.run import Desktop
from tests.desktop.attachments.conftest import mime_of, paste, ready
from tests.desktop.conftest import Until, type_and_send
from tests.fakes.desk_attachments import AttachingDesk
from tests.fakes.pictures import claimed_png, png

ADDRESS = "https://pictures.example/plumber.png"
CELLS = "pipe\t912\nvalve\t40"
IMAGE_MARKUP = f'<img src="{ADDRESS}" alt="A plumber">'


def test_what_is_dropped_on_the_window_is_attached(
    desktop: Desktop, report: Path, tmp_path: Path, until: Until
) -> None:
    picture = tmp_path / "shot.png"
    picture.write_bytes(png(300, 200))
    data, window, tray = mime_of(report, picture), desktop.window, desktop.window.composer.tray
    where, how = QPointF(20, 20), Qt.DropAction.CopyAction
    keys = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(20, 20), how, data, *keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted() and tray.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not tray.isVisible()
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(20, 20), how, data, *keys))
    QApplication.sendEvent(window, QDropEvent(where, how, data, *keys))
    assert sorted(ready(desktop, until, 2)) == ["report.pdf", "shot.png"]
    words = QMimeData()
    words.setText("short")
    enter = QDragEnterEvent(QPoint(20, 20), how, words, *keys)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()


def test_a_pasted_picture_shows_small_and_is_seen_by_the_model(
    desktop: Desktop, world: AttachingDesk, qtbot: QtBot, until: Until
) -> None:
    image = QImage(640, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("#c02020"))
    data = QMimeData()
    data.setImageData(image)
    paste(desktop, data)
    assert ready(desktop, until, 1) == ["Pasted picture.png"]
    (chip,) = desktop.window.composer.tray.chips()
    until(lambda: chip._thumbnail is not None)
    assert chip._thumbnail is not None and chip._thumbnail.pixelColor(5, 5) == QColor("#c02020")
    type_and_send(desktop, qtbot, "which colour?")
    until(lambda: not desktop.session.busy and bool(world.engine.prompts))
    (sent,) = world.engine.prompts[0][-1].images
    seen = decoded(sent.data, QSize(10_000, 10_000))
    assert sent.media_type == "image/png" and seen is not None and seen.size() == QSize(640, 400)


def test_a_hundred_megabytes_pasted_are_read_beside_the_window_and_refused_in_a_sentence(
    desktop: Desktop, until: Until
) -> None:
    data = QMimeData()
    data.setData("text/plain;charset=utf-8", QByteArray(b"x" * 100_000_001))
    paste(desktop, data)
    tray = desktop.window.composer.tray
    assert tray.reading and desktop.window.composer.draft() == ("", "")
    until(lambda: bool(tray.sentence))
    assert "up to 100\u00a0MB" in tray.sentence and tray.isVisible() and not tray.chips()


def test_a_long_text_becomes_a_document_and_a_short_one_is_typed(desktop: Desktop, until: Until) -> None:
    short, long = QMimeData(), QMimeData()
    short.setText("short " * 20)
    long.setText("Ñandú y agua. " * 3_000)
    paste(desktop, short)
    assert desktop.window.composer.draft() == ("short " * 20, "")
    paste(desktop, long)
    assert ready(desktop, until, 1) == ["Pasted text.txt"]
    assert desktop.window.composer.tray.files()[0].bytes > LONG_TEXT_BYTES
    assert desktop.window.composer.draft() == ("short " * 20, "")


def test_pictures_become_what_models_take(world: AttachingDesk, tmp_path: Path) -> None:
    image = QImage(9_000, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#2050c0"))
    bitmap, wide = tmp_path / "old.bmp", tmp_path / "wide.png"
    image.copy(0, 0, 60, 40).save(str(bitmap))
    image.save(str(wide))
    as_png = take_in(world.attachments, Offered(name="old.bmp", path=bitmap), "", tmp_path)
    smaller = take_in(world.attachments, Offered(name="wide.png", path=wide), "", tmp_path)
    assert (as_png.name, as_png.media_type) == ("old.png", "image/png")
    found = decoded(world.rows.data(smaller.id), QSize(20_000, 20_000))
    assert found is not None and found.width() == 3_072
    huge = tmp_path / "huge.png"
    huge.write_bytes(claimed_png(9_000, 9_000))
    with pytest.raises(InputError) as caught:
        take_in(world.attachments, Offered(name="huge.png", path=huge), "", tmp_path)
    assert caught.value.code == "attachment.pixels"
    assert decoded(claimed_png(9_000, 9_000), QSize(40, 40)) is None


def dragged_picture(image: QImage) -> QMimeData:
    """What Firefox and Chromium give for a picture dragged out of a page: itself, its address, words and markup."""
    data = QMimeData()
    data.setImageData(image)
    data.setUrls([QUrl(ADDRESS)])
    data.setData("text/x-moz-url", QByteArray(f"{ADDRESS}\nA plumber".encode("utf-16-le")))
    data.setText(ADDRESS)
    data.setHtml(IMAGE_MARKUP)
    return data


def drop(target: QWidget, data: QMimeData) -> bool:
    """Drag something over `target` and let it go there; tell whether it was taken."""
    how, place = Qt.DropAction.CopyAction, QPoint(20, 10)
    keys = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(target, QDragEnterEvent(place, how, data, *keys))
    event = QDropEvent(QPointF(place), how, data, *keys)
    QApplication.sendEvent(target, event)
    return event.isAccepted()


@pytest.mark.parametrize("over", ["window", "input"])
def test_a_picture_dragged_from_a_browser_is_attached(
    desktop: Desktop, world: AttachingDesk, until: Until, over: str
) -> None:
    composer = desktop.window.composer
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("#20c040"))
    assert drop(desktop.window if over == "window" else composer.input.viewport(), dragged_picture(image))
    assert ready(desktop, until, 1) == ["Pasted picture.png"]
    (file,) = composer.tray.files()
    kept = decoded(world.rows.data(file.id), QSize(1_000, 1_000))
    assert kept is not None and kept.size() == QSize(300, 200) and kept.pixelColor(9, 9) == QColor("#20c040")
    assert composer.draft() == ("", "") and composer.tray.sentence == ""


@pytest.mark.parametrize("over", ["window", "input"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_was_dropped_and_cannot_be_attached_is_told(
    desktop: Desktop, world: AttachingDesk, until: Until, over: str, language: str
) -> None:
    world.fake.settings.set("language", language)
    until(lambda: desktop.words.language == language)
    composer = desktop.window.composer
    target = desktop.window if over == "window" else composer.input.viewport()
    assert drop(target, dragged_picture(QImage()))
    told = "nothing was attached" if language == "en" else "no se adjuntó nada"
    assert told in composer.tray.sentence and composer.tray.isVisible()
    assert composer.draft() == ("", "") and not composer.tray.chips()


def test_words_and_addresses_dropped_on_the_input_are_typed_in(desktop: Desktop) -> None:
    composer = desktop.window.composer
    data = QMimeData()
    data.setUrls([QUrl("https://pictures.example/")])
    data.setText("https://pictures.example/")
    drop(composer.input.viewport(), data)
    assert composer.draft()[0] == "https://pictures.example/" and composer.tray.sentence == ""


def test_a_broken_picture_that_is_pasted_is_told(desktop: Desktop) -> None:
    data = QMimeData()
    data.setImageData(QImage())
    paste(desktop, data)
    assert "nothing was attached" in desktop.window.composer.tray.sentence


def test_cells_pasted_after_a_picture_was_dropped_are_words(desktop: Desktop, until: Until) -> None:
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    drop(desktop.window.composer.input.viewport(), dragged_picture(image))
    ready(desktop, until, 1)
    cells = QMimeData()
    cells.setImageData(image)
    cells.setText("pipe\t912")
    cells.setHtml("<table><tr><td>pipe</td><td>912</td></tr></table>")
    paste(desktop, cells)
    assert desktop.window.composer.draft()[0] == "pipe\t912"
    assert len(desktop.window.composer.tray.chips()) == 1


def selection(text: str | None, html: str = "") -> QMimeData:
    """What an office program gives for a selection: its text, its markup and a picture of it."""
    image = QImage(120, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#20c040"))
    data = QMimeData()
    data.setImageData(image)
    if text is not None:
        data.setText(text)
    if html:
        data.setHtml(html)
    return data


@pytest.mark.parametrize("way", ["paste", "window", "input"])
@pytest.mark.parametrize(
    ("text", "html"),
    [
        (CELLS, "<table><tr><td>pipe</td><td>912</td></tr><tr><td>valve</td><td>40</td></tr></table>"),
        ("A paragraph of a letter, see https://a.example/", "<p>A paragraph of a letter</p>"),
        ("a cell of a table", ""),
        ("total:912", ""),
        ("https://a.example/ https://b.example/", ""),
        ("https://a.example/", '<td><a href="https://a.example/">https://a.example/</a></td>'),
    ],
)
def test_words_with_a_picture_of_them_are_words(desktop: Desktop, way: str, text: str, html: str) -> None:
    data, composer = selection(text, html), desktop.window.composer
    assert offered_by(data, desktop.words) == []
    if way == "paste":
        paste(desktop, data)
    else:
        assert drop(desktop.window if way == "window" else composer.input.viewport(), data)
    assert composer.draft() == (text, "")
    assert not composer.tray.chips() and composer.tray.sentence == "" and not composer.tray.isVisible()


@pytest.mark.parametrize("way", ["paste", "window", "input"])
@pytest.mark.parametrize(
    ("text", "html"),
    [
        (None, ""),
        ("", ""),
        (" \n\ufffc", "<p></p>"),
        (ADDRESS, IMAGE_MARKUP),
        (f" {ADDRESS}\n", ""),
        ("blob:https://a.example/1b9d", ""),
        (f"data:image/png;base64,{'A' * LONG_TEXT_BYTES}", IMAGE_MARKUP),
    ],
)
def test_a_picture_without_words_of_its_own_is_attached(
    desktop: Desktop, until: Until, way: str, text: str | None, html: str
) -> None:
    data, composer = selection(text, html), desktop.window.composer
    if way == "paste":
        paste(desktop, data)
    else:
        assert drop(desktop.window if way == "window" else composer.input.viewport(), data)
    assert ready(desktop, until, 1) == ["Pasted picture.png"]
    assert composer.draft() == ("", "")


def test_long_words_with_a_picture_of_them_become_a_document(desktop: Desktop, until: Until) -> None:
    assert drop(desktop.window, selection("pipe\t912\n" * 3_000))
    assert ready(desktop, until, 1) == ["Pasted text.txt"]


def test_an_address_pasted_beside_a_broken_picture_is_typed_in(desktop: Desktop) -> None:
    paste(desktop, dragged_picture(QImage()))
    assert desktop.window.composer.draft() == (ADDRESS, "")
