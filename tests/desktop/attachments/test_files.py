"""Files in a real window: waiting as chips, kept over a crash, sent, shown, opened; and what is refused."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.attachments import MOST_FILES
from jarvis.desktop import attachments_texts
from jarvis.desktop.attachment_chip import AttachmentChip
from jarvis.desktop.attachment_preview import AttachmentPreview
from jarvis.desktop.message_widgets import UserMessage
from jarvis.desktop.run import Desktop
from tests.desktop.attachments.conftest import mime_of, paste, ready
from tests.desktop.conftest import Until, started, type_and_send
from tests.fakes.desk_attachments import AttachingDesk
from tests.fakes.pictures import png


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
        preview._show_text(("a", 131_072))
        assert preview.note.text().startswith("The first 1 of 131,072 characters.")
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
