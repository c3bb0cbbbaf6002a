"""One question on screen: the person's words in a bubble, with what can be done with them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from jarvis.contracts.messages import Attachment
from jarvis.desktop import texts
from jarvis.desktop.answer_acts import MessageWishes
from jarvis.desktop.attachment_chip import AttachmentChip, open_file
from jarvis.desktop.attachments import attachments_of
from jarvis.desktop.desk import Desk
from jarvis.desktop.keyboard_order import stops_in
from jarvis.desktop.message_texts import EDIT
from jarvis.desktop.question_edit import QuestionEdit
from jarvis.desktop.resources_figures import number
from jarvis.desktop.shown import set_shown
from jarvis.desktop.text_widgets import RichText, copied_mark
from jarvis.desktop.theme import styled
from jarvis.desktop.versions import VersionSwitch
from jarvis.desktop.voice_texts import NOT_WHAT_I_SAID, NOT_WHAT_I_SAID_NAME

LONGEST_SHOWN = 6_000
"""Characters of the person's own message that are shown; longer ones are pasted material."""


class UserMessage(QWidget):
    """What the person asked, as plain text in a bubble on the right; it can be put in other words, and what was spoken
    be corrected. `message_id` is empty until the question is stored."""

    correct = Signal(str)
    editing = Signal()
    """Its words can be changed from now on."""
    reworded = Signal(str)
    """The words that it is being put in, empty once that ended or where they are its own."""

    def __init__(
        self,
        desk: Desk,
        text: str,
        wishes: MessageWishes | None = None,
        *,
        spoken: bool = False,
        message_id: str = "",
        versions: tuple[str, ...] = (),
        attachments: tuple[Attachment, ...] = (),
    ) -> None:
        super().__init__()
        self._desk = desk
        self._wishes = wishes
        self.text = text
        self.message_id = message_id
        self.edit: QuestionEdit | None = None
        self._words = RichText(desk.theme, desk.words, texts.YOU_SAID, widest=480)
        shown = text.strip()
        self._words.set_plain(shown[:LONGEST_SHOWN] + ("…" if len(shown) > LONGEST_SHOWN else ""))
        self._bubble = styled(QFrame(), "bubble")
        inside = QVBoxLayout(self._bubble)
        inside.setContentsMargins(16, 10, 16, 11)
        inside.setSpacing(6)
        inside.addWidget(self._words)
        if len(shown) > LONGEST_SHOWN:
            inside.addWidget(self._long_note(len(shown)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 6)
        layout.setSpacing(2)
        layout.addWidget(self._bubble, 0, Qt.AlignmentFlag.AlignRight)
        self._files = QWidget()
        self._files_column = QVBoxLayout(self._files)
        self._files_column.setContentsMargins(0, 4, 0, 0)
        self._files_column.setSpacing(4)
        self._files.hide()
        layout.addWidget(self._files)
        layout.addWidget(self._acts(spoken))
        self.know(message_id, versions)
        self.show_files(attachments)

    def know(self, message_id: str, versions: tuple[str, ...]) -> None:
        """Take its id and the ids of its versions."""
        self.message_id = message_id
        self.versions.show_versions(versions, message_id)
        self.show_files(attachments_of(self._desk).of(message_id))
        set_shown(self.edit_button, self._wishes is not None and bool(message_id))

    def show_files(self, files: tuple[Attachment, ...]) -> None:
        """Show the files that went with it; once they are shown, they stay."""
        if self._files_column.count() or not files:
            return
        for file in files:
            chip = AttachmentChip(self._desk, file.name)
            chip.show_file(file)
            chip.opened.connect(partial(open_file, self._desk, file, self))
            self._files_column.addWidget(chip, 0, Qt.AlignmentFlag.AlignRight)
        self._files.show()

    def stops(self) -> list[QWidget]:
        """Return where the keyboard stops in it, in the order of reading."""
        return [stop for part in (self._bubble, self._files, self._row) for stop in stops_in(part)]

    def begin_edit(self) -> None:
        """Make the words editable in their place."""
        if self.edit is not None:
            self.edit.begin()
            return
        self._show_edit(self.text).begin()
        self.editing.emit()

    def resume_edit(self, text: str) -> None:
        """Show `text` as the words that it was being put in; the keyboard stays where it is."""
        if self.edit is None:
            self._show_edit(text)

    def leave_edit(self) -> None:
        """Leave the question as it was."""
        if self.edit is not None:
            self._bubble.show()
            self._row.show()
            self.edit_button.setFocus()
            self.edit.hide()
            self.edit.deleteLater()
            self.edit = None
            self.reworded.emit("")

    def _show_edit(self, text: str) -> QuestionEdit:
        edit = self.edit = QuestionEdit(self._desk, text)
        edit.asked.connect(self._ask_edited)
        edit.left.connect(self.leave_edit)
        edit.changed.connect(lambda words: self.reworded.emit("" if words == self.text else words))
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(0, edit)
        self._bubble.hide()
        self._row.hide()
        return edit

    def _ask_edited(self, text: str) -> None:
        if text == self.text.strip():
            self.leave_edit()
        elif self._wishes is not None:
            self._wishes.edited.emit(self.message_id, text)

    def _acts(self, spoken: bool) -> QWidget:
        self.versions = VersionSwitch(self._desk)
        self.edit_button = QToolButton()
        self.edit_button.setProperty("look", "small")
        self._desk.words.name(self.edit_button, EDIT)
        self._desk.theme.dress(self.edit_button, "rename", size=15)
        self.edit_button.clicked.connect(self.begin_edit)
        if self._wishes is not None:
            wishes = self._wishes
            self.versions.chosen.connect(lambda wanted: wishes.version.emit(self.message_id, wanted))
        self._row = QWidget()
        inside = QHBoxLayout(self._row)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        inside.addStretch()
        inside.addWidget(self.versions)
        if spoken:
            inside.addWidget(self._correction())
        inside.addWidget(self.edit_button)
        return self._row

    def set_column(self, pixels: int) -> None:
        """Fit into a column of `pixels`."""
        self._words.set_widest(max(120, int(pixels * 0.8) - 32))

    def _correction(self) -> QPushButton:
        button = QPushButton()
        button.setProperty("look", "link")
        self._desk.words.bind(button, button.setText, NOT_WHAT_I_SAID)
        self._desk.words.name(button, NOT_WHAT_I_SAID_NAME)
        button.clicked.connect(lambda: self.correct.emit(self.text))
        return button

    def _long_note(self, total: int) -> QWidget:
        note = QLabel()
        note.setProperty("look", "small")
        note.setWordWrap(True)
        words = self._desk.words

        def tell() -> None:
            shown, whole = (number(count, words.language) for count in (LONGEST_SHOWN, total))
            note.setText(words(texts.LONG_TEXT, shown=shown, total=whole))

        words.follow(note, tell)
        button = QToolButton()
        button.setProperty("look", "small")
        words.name(button, texts.COPY)
        self._desk.theme.dress(button, "copy", size=16)
        button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text))
        button.clicked.connect(lambda: copied_mark(button, self._desk.theme, words))
        holder = QWidget()
        inside = QHBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(note, 1)
        inside.addWidget(button)
        return holder
