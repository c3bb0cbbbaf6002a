"""Asks where a conversation is to be written and has it written on a worker thread. Knows no row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.conversation_desk import ConversationDesk
from jarvis.contracts.messages import Conversation
from jarvis.desktop import library_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation
from jarvis.desktop.export_file import ExportForm, file_name, with_suffix, write_whole
from jarvis.desktop.library_reader import LibraryReader
from jarvis.desktop.library_rows import told
from jarvis.desktop.texts import Text

FILTERS: dict[ExportForm, Text] = {
    "markdown": texts.FILTER_MARKDOWN,
    "json": texts.FILTER_JSON,
    "pdf": texts.FILTER_PDF,
}


class LibraryExport(QObject):
    """Writes conversations out; `said` carries a sentence, and after it was written what opens the file, else None."""

    said = Signal(str, object)

    def __init__(self, desk: Desk, reader: LibraryReader, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._reader = reader
        self._parent = parent
        self._folder = ""

    def ask(self, conversation: Conversation, form: ExportForm) -> None:
        """Ask for a file, offering the title as its name, and write the conversation there."""
        words = self._desk.words
        name = file_name(told(conversation.title), form, words(texts.FILE_NAME))
        dialog = QFileDialog(self._parent, words(texts.EXPORT_TITLE))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilter(words(FILTERS[form]))
        dialog.setDirectory(self._folder or _documents())
        dialog.selectFile(name)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, words(window_texts.SAVE))
        dialog.setLabelText(QFileDialog.DialogLabel.Reject, words(window_texts.CANCEL))
        dialog.fileSelected.connect(lambda chosen: self._chosen(conversation, form, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, conversation: Conversation, form: ExportForm, file: Path) -> None:
        """Write a conversation into `file`, in the place of what it holds; where the program ends first, that stays."""
        words, formulas = self._desk.words, self._desk.services.formulas
        language, title, page_word = words.language, told(conversation.title), words(texts.PAGE)
        self._folder = str(file.parent)
        cancel = CancelToken()
        self.said.emit(words(texts.EXPORTING, name=file.name), None)

        def work(desk: ConversationDesk) -> None:
            text = desk.written(conversation.id, "json" if form == "json" else "markdown", language)
            if form == "pdf":
                from jarvis.desktop.export_pdf import write_pdf

                write_whole(
                    file,
                    lambda part: write_pdf(
                        text, part, title=title, page_word=page_word, formulas=formulas, cancel=cancel
                    ),
                )
            else:
                write_whole(file, lambda part: part.write_text(text, encoding="utf-8"))

        def done(_: None) -> None:
            self.said.emit(self._desk.words(texts.EXPORTED, name=file.name), _opener(file))

        self._reader.work(work, done, cancel=cancel)

    def _chosen(self, conversation: Conversation, form: ExportForm, chosen: Path) -> None:
        file = with_suffix(chosen, form)
        # The dialog asked about the name that was typed, not about the one with its ending.
        if file != chosen and file.exists():
            words = self._desk.words
            box = confirmation(
                self._parent,
                words(texts.REPLACE_TITLE),
                words(texts.REPLACE_BODY, name=file.name),
                words(texts.REPLACE_DO),
                words(window_texts.CANCEL),
            )
            box.accepted.connect(lambda: self.write(conversation, form, file))
            box.open()
        else:
            self.write(conversation, form, file)


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or str(Path.home())


def _opener(file: Path) -> Callable[[], None]:
    def open_it() -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))

    return open_it
