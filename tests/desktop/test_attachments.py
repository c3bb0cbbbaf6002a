"""Files in a real window: attached by every way, kept over a crash, sent, shown, opened; and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.attachments import MOST_FILES
from jarvis.contracts.errors import InputError
from jarvis.desktop import attachments_texts
from jarvis.desktop.attachment_chip import AttachmentChip
from jarvis.desktop.attachment_preview import AttachmentPreview
from jarvis.desktop.attachment_sources import LONG_TEXT_BYTES, Offered, decoded, offered_by, take_in
from jarvis.desktop.message_widgets import UserMessage
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, started, type_and_send
from tests.fakes.desk_attachments import AttachingDesk
from tests.fakes.documents import pdf
from tests.fakes.pictures import claimed_png, png


@pytest.fixture
def world(tmp_path: Path) -> Iterator[AttachingDesk]:
    made = AttachingDesk(tmp_path)
    yield made
    made.close()


@pytest.fixture
def desktop(qtbot: object, world: AttachingDesk) -> Iterator[Desktop]:
    with started(world.services) as made:
        world.connect(made)
        yield made


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf([["The plumber costs 912 euros."], ["He comes on 3 March."]]))
    return file


def mime_of(*files: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    return data


def paste(desktop: Desktop, data: QMimeData) -> None:
    desktop.window.composer.input.insertFromMimeData(data)


def ready(desktop: Desktop, until: Until, count: int) -> list[str]:
    tray = desktop.window.composer.tray
    until(lambda: len(tray.files()) == count and not tray.reading)
    return [file.name for file in tray.files()]


def test_a_pasted_file_waits_as_a_chip_and_goes_with_the_question(
    desktop: Desktop, world: AttachingDesk, report: Path, qtbot: QtBot, until: Until
) -> None:
    paste(desktop, mime_of(report))
    assert ready(desktop, until, 1) == ["report.pdf"]
    (chip,) = desktop.window.composer.tray.chips()
    assert chip.isVisible() and "report.pdf" in chip.toolTip() and "2 pages" in chip.toolTip()
    assert desktop.window.composer.input.toPlainText() == "", "a file's address is not typed in"
    type_and_send(desktop, qtbot, "what does he cost?")
    until(lambda: not desktop.session.busy and bool(world.engine.prompts))
    assert "912 euros" in world.engine.prompts[0][-1].text
    assert not desktop.window.composer.tray.isVisible()
    view = desktop.window.view
    until(lambda: [chip.isVisible() for chip in view.findChildren(AttachmentChip)] == [True])
    (question,) = view.findChildren(UserMessage)
    (sent,) = question.findChildren(AttachmentChip)
    assert sent.remove_button.isHidden() and sent.accessibleName() == "Look at report.pdf"
    assert world.rows.drafts("") == []


def test_what_waits_is_there_again_after_the_program_died(
    qtbot: QtBot, world: AttachingDesk, report: Path, until: Until
) -> None:
    with started(world.services) as first:
        world.connect(first)
        paste(first, mime_of(report))
        ready(first, until, 1)
    with started(world.services) as second:
        world.connect(second)
        assert ready(second, until, 1) == ["report.pdf"]
        second.window.composer.tray.chips()[0].remove_button.click()
        until(lambda: not world.rows.drafts(""))
        assert not second.window.composer.tray.isVisible()


def test_each_conversation_has_its_own_files(
    desktop: Desktop, world: AttachingDesk, report: Path, qtbot: QtBot, until: Until
) -> None:
    type_and_send(desktop, qtbot, "hello")
    until(lambda: not desktop.session.busy and desktop.session.current is not None)
    paste(desktop, mime_of(report))
    ready(desktop, until, 1)
    talk = desktop.session.current
    desktop.session.open(None)
    until(lambda: not desktop.window.composer.tray.files())
    assert not desktop.window.composer.send_button.isEnabled()
    desktop.session.open(talk)
    assert ready(desktop, until, 1) == ["report.pdf"]
    assert [file.name for file in world.rows.drafts(talk or "")] == ["report.pdf"]


def test_files_alone_are_asked_about(desktop: Desktop, world: AttachingDesk, report: Path, until: Until) -> None:
    paste(desktop, mime_of(report))
    ready(desktop, until, 1)
    assert desktop.window.composer.send_button.isEnabled()
    desktop.window.composer.send_button.click()
    until(lambda: not desktop.session.busy and bool(world.engine.prompts))
    assert world.engine.prompts[0][-1].text.endswith(attachments_texts.LOOK_AT_IT.en)


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


def test_the_button_opens_a_choice_of_files(desktop: Desktop, report: Path, until: Until) -> None:
    button = desktop.window.composer.attach_button
    assert button.isVisible() and button.accessibleName() == "Attach pictures or documents"
    button.click()
    until(lambda: desktop.window.composer.findChild(QFileDialog) is not None)
    dialog = desktop.window.composer.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.filesSelected.emit([str(report)])
    dialog.reject()
    assert ready(desktop, until, 1) == ["report.pdf"]


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
    assert "up to 100 MB" in tray.sentence and tray.isVisible() and not tray.chips()


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


def test_what_is_refused_is_told_in_one_sentence_and_the_rest_is_attached(
    desktop: Desktop, report: Path, tmp_path: Path, until: Until
) -> None:
    broken, program = tmp_path / "broken.png", tmp_path / "run.exe"
    broken.write_bytes(png(50, 50)[:60])
    program.write_bytes(b"MZ")
    paste(desktop, mime_of(broken, report, program))
    assert ready(desktop, until, 1) == ["report.pdf"]
    tray = desktop.window.composer.tray
    until(lambda: tray.sentence.count("\n") == 1)
    assert "“broken.png” is broken" in tray.sentence and "“run.exe”" in tray.sentence
    paste(desktop, mime_of(*[report] * (MOST_FILES + 2)))
    assert "At most 12" in tray.sentence
    ready(desktop, until, MOST_FILES)


def test_a_question_waits_while_a_file_is_read(
    desktop: Desktop, world: AttachingDesk, report: Path, qtbot: QtBot, until: Until
) -> None:
    paste(desktop, mime_of(report))
    type_and_send(desktop, qtbot, "what does he cost?")
    tray = desktop.window.composer.tray
    assert tray.sentence == attachments_texts.STILL_READING.en
    assert desktop.window.composer.draft()[0] == "what does he cost?"
    ready(desktop, until, 1)
    desktop.window.composer.submit()
    until(lambda: not desktop.session.busy and bool(world.engine.prompts))
    assert "912 euros" in world.engine.prompts[0][-1].text


def test_a_sent_file_opens_from_the_keyboard_after_a_restart(
    world: AttachingDesk, report: Path, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    talk = world.log.start_conversation("plumber").id
    file = world.attachments.add("report.pdf", report)
    shot = world.attachments.add("shot.png", png(300, 200))
    world.log.add_message(talk, "user", "what does he cost?", attachments=[file.id, shot.id])
    world.log.add_message(talk, "assistant", "912 euros.", source="model")
    with started(world.services) as desktop:
        world.connect(desktop)
        desktop.session.open(talk)
        view = desktop.window.view
        until(lambda: len(view.findChildren(AttachmentChip)) == 2)
        document, picture = view.findChildren(AttachmentChip)
        qtbot.keyClick(document, Qt.Key.Key_Return)
        preview = desktop.window.findChild(AttachmentPreview)
        assert preview is not None
        until(preview.text.isVisible)
        assert "912 euros" in preview.text.toPlainText() and "— p. 2 —" in preview.text.toPlainText()
        preview.save_to(tmp_path / "copy.pdf")
        until((tmp_path / "copy.pdf").exists)
        assert (tmp_path / "copy.pdf").read_bytes() == report.read_bytes()
        until(lambda: "copy.pdf" in preview.note.text())
        preview.close()
        qtbot.mouseClick(picture, Qt.MouseButton.LeftButton)
        seen = [one for one in desktop.window.findChildren(AttachmentPreview) if one is not preview]
        until(seen[-1].picture.isVisible)
        seen[-1].close()


def test_what_a_rewritten_question_was_about_goes_with_it(
    desktop: Desktop, world: AttachingDesk, report: Path, qtbot: QtBot, until: Until
) -> None:
    paste(desktop, mime_of(report))
    ready(desktop, until, 1)
    type_and_send(desktop, qtbot, "cost?")
    until(lambda: not desktop.session.busy and bool(world.engine.prompts))
    question = world.log.messages(desktop.session.current or "")[0]
    desktop.session.edit(question.id, "price?")
    until(lambda: len(world.engine.prompts) == 2 and not desktop.session.busy)
    assert "912 euros" in world.engine.prompts[1][-1].text and "price?" in world.engine.prompts[1][-1].text


def test_where_nothing_can_be_attached_there_is_no_way_to_it(qtbot: QtBot, world: AttachingDesk) -> None:
    with started(world.services) as desktop:
        composer = desktop.window.composer
        assert not composer.attach_button.isVisible()
        data = QMimeData()
        data.setText("y" * 30_000)
        composer.input.insertFromMimeData(data)
        assert composer.draft() == ("", "y" * 30_000)
        assert not composer.tray.isVisible()


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


def test_words_with_a_picture_of_them_are_words(desktop: Desktop) -> None:
    data = QMimeData()
    data.setImageData(QImage(10, 10, QImage.Format.Format_RGB32))
    data.setText("a cell of a table")
    assert offered_by(data, desktop.words) == []
    paste(desktop, data)
    assert desktop.window.composer.draft()[0] == "a cell of a table"


def dragged_picture(image: QImage) -> QMimeData:
    """What Firefox and Chromium give for a picture dragged out of a page: itself, its address, words and markup."""
    address = "https://pictures.example/plumber.png"
    data = QMimeData()
    data.setImageData(image)
    data.setUrls([QUrl(address)])
    data.setData("text/x-moz-url", QByteArray(f"{address}\nA plumber".encode("utf-16-le")))
    data.setText(address)
    data.setHtml(f'<img src="{address}" alt="A plumber">')
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


def test_every_file_is_named_in_the_language_in_use(
    desktop: Desktop, world: AttachingDesk, report: Path, until: Until
) -> None:
    paste(desktop, mime_of(report))
    ready(desktop, until, 1)
    world.fake.settings.set("language", "es")
    until(lambda: desktop.words.language == "es")
    (chip,) = desktop.window.composer.tray.chips()
    assert chip.accessibleName() == "Ver report.pdf" and "2 páginas" in chip.toolTip()
    assert chip.remove_button.accessibleName() == "Quitar report.pdf"
    chip.setFocus()
    assert chip.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus


def test_every_part_has_a_name_and_the_keyboard_takes_files_away(
    desktop: Desktop, world: AttachingDesk, report: Path, qtbot: QtBot, until: Until
) -> None:
    paste(desktop, mime_of(report, report.with_name("gone.txt")))
    ready(desktop, until, 1)
    composer = desktop.window.composer
    until(lambda: bool(composer.tray.sentence))
    stops = [one for one in composer.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(stops) > 6
    assert [one for one in stops if one.isVisible() and not one.accessibleName()] == []
    (chip,) = composer.tray.chips()
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    until(lambda: not world.rows.drafts("") and not composer.tray.chips())
    assert composer.tray.isVisible(), "what was refused is still told"
    composer.tray.tell("")
    assert not composer.tray.isVisible()
