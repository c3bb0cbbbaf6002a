"""What a person does with a conversation or a folder in the list: the menus, and what they set off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from jarvis.contracts.conversation_desk import ConversationDesk
from jarvis.contracts.messages import Conversation
from jarvis.desktop import library_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation, words_wanted
from jarvis.desktop.export_file import ExportForm
from jarvis.desktop.library_export import LibraryExport
from jarvis.desktop.library_reader import LibraryReader
from jarvis.desktop.library_rows import Row, told
from jarvis.desktop.shortcuts_table import keys_of
from jarvis.desktop.texts import Text

_FORMS: tuple[tuple[Text, ExportForm], ...] = (
    (texts.EXPORT_MARKDOWN, "markdown"),
    (texts.EXPORT_JSON, "json"),
    (texts.EXPORT_PDF, "pdf"),
)


class LibraryActs(QObject):
    """Acts on conversations and folders; renaming and deleting a conversation is left to who hears the signals."""

    rename_wanted = Signal(str)
    delete_wanted = Signal(str)

    def __init__(self, desk: Desk, reader: LibraryReader, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._reader = reader
        self._parent = parent
        self.export = LibraryExport(desk, reader, parent)
        self.folders: Sequence[str] = ()
        """The folders that there are, by name."""

    def act(self, what: str, row: Row) -> None:
        """Do what a key asked for with a row: rename, delete, pin, archive or move."""
        one = row.conversation
        if one is not None:
            acts: dict[str, Callable[[], None]] = {
                "rename": lambda: self.rename_wanted.emit(one.id),
                "delete": lambda: self.delete_wanted.emit(one.id),
            }
            if self._reader.there:
                acts |= {
                    "pin": lambda: self.pin(one),
                    "archive": lambda: self.archive(one),
                    "move": lambda: self.ask_folder(one),
                }
            if what in acts:
                acts[what]()
        elif row.kind == "folder" and what == "rename":
            self.rename_folder(_folder_of(row))
        elif row.kind == "folder" and what == "delete":
            self.dissolve(_folder_of(row))

    def menu(self, row: Row, at: QPoint) -> None:
        """Show what can be done with a row."""
        menu = QMenu(self._parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row.conversation is not None:
            self.fill(menu, row.conversation)
        elif row.kind == "folder":
            self._fill_for_folder(menu, _folder_of(row))
        if menu.isEmpty():
            menu.deleteLater()
        else:
            menu.popup(at)

    def fill(self, menu: QMenu, one: Conversation) -> None:
        """Put everything that can be done with a conversation into `menu`."""
        self._add(menu, window_texts.RENAME, "rename", lambda: self.rename_wanted.emit(one.id), "rename")
        if self._reader.there:
            self._add(menu, texts.UNPIN if one.pinned else texts.PIN, "pin", lambda: self.pin(one), "pin")
            self._fill_folders(menu, one)
            put = texts.FROM_ARCHIVE if one.archived else texts.TO_ARCHIVE
            self._add(menu, put, "archive", lambda: self.archive(one), "archive")
            forms = menu.addMenu(self._desk.theme.icon("download", "muted"), self._desk.words(texts.EXPORT))
            for text, form in _FORMS:
                forms.addAction(self._desk.words(text), partial(self.export.ask, one, form))
            menu.addSeparator()
        self._add(menu, window_texts.DELETE, "trash", lambda: self.delete_wanted.emit(one.id), "delete")

    def pin(self, one: Conversation) -> None:
        """Pin a conversation, or let it go."""
        self._do(lambda desk: desk.pin(one.id, not one.pinned))

    def archive(self, one: Conversation) -> None:
        """Put a conversation into the archive, or take it out."""
        self._do(lambda desk: desk.archive(one.id, not one.archived))

    def move(self, one: Conversation, folder: str) -> None:
        """Put a conversation into a folder; "" takes it out."""
        self._do(lambda desk: desk.move(one.id, folder))

    def ask_folder(self, one: Conversation) -> None:
        """Ask for a folder by name, offering those that there are, and put the conversation there."""
        offered = list(dict.fromkeys([one.folder, *self.folders])) if self.folders else []
        dialog = self._question(texts.MOVE if offered else texts.NEW_FOLDER_TITLE, one.folder, offered)
        dialog.textValueSelected.connect(lambda name: self.move(one, name) if name.strip() != one.folder else None)
        dialog.open()

    def new_folder(self, one: Conversation) -> None:
        """Ask for the name of a new folder and put the conversation there."""
        dialog = self._question(texts.NEW_FOLDER_TITLE, "")
        dialog.textValueSelected.connect(lambda name: self.move(one, name) if name.strip() else None)
        dialog.open()

    def rename_folder(self, name: str) -> None:
        """Ask for another name of a folder."""
        dialog = self._question(texts.RENAME_FOLDER_TITLE, name)

        def chosen(given: str) -> None:
            new = " ".join(given.split())
            if new in self.folders and new != name:
                self._join_folders(name, new)
            elif new and new != name:
                self._do(lambda desk: desk.rename_folder(name, new))

        dialog.textValueSelected.connect(chosen)
        dialog.open()

    def _join_folders(self, name: str, new: str) -> None:
        """Put the conversations of a folder into another one that there is, once the person agrees."""
        words = self._desk.words
        box = confirmation(
            self._parent,
            words(texts.JOIN_TITLE),
            words(texts.JOIN_BODY, name=told(name), new=told(new)),
            words(texts.JOIN_DO),
            words(window_texts.CANCEL),
        )
        box.accepted.connect(lambda: self._do(lambda desk: desk.rename_folder(name, new)))
        box.open()

    def dissolve(self, name: str) -> None:
        """Take a folder away once the person agrees; its conversations stay."""
        words = self._desk.words
        box = confirmation(
            self._parent,
            words(texts.DISSOLVE_TITLE),
            words(texts.DISSOLVE_BODY, name=told(name)),
            words(texts.DISSOLVE_DO),
            words(window_texts.CANCEL),
        )
        box.accepted.connect(lambda: self._do(lambda desk: desk.rename_folder(name, "")))
        box.open()

    def _fill_folders(self, menu: QMenu, one: Conversation) -> None:
        words = self._desk.words
        into = menu.addMenu(self._desk.theme.icon("folder", "muted"), words(texts.MOVE))
        for name in ("", *self.folders):
            shown = told(name).replace("&", "&&") or words(texts.NO_FOLDER)
            action = into.addAction(shown, partial(self.move, one, name))
            action.setCheckable(True)
            action.setChecked(name == one.folder)
        into.addSeparator()
        into.addAction(words(texts.NEW_FOLDER), lambda: self.new_folder(one))

    def _fill_for_folder(self, menu: QMenu, name: str) -> None:
        self._add(menu, window_texts.RENAME, "rename", lambda: self.rename_folder(name), "rename")
        self._add(menu, texts.DISSOLVE, "close", lambda: self.dissolve(name), "delete")

    def _add(self, menu: QMenu, text: Text, icon: str, act: Callable[[], None], does: str) -> None:
        action = QAction(self._desk.theme.icon(icon, "muted"), self._desk.words(text), menu)
        action.setShortcut(keys_of(f"list.{does}"))
        # The keys are shown here and act in the list.
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setShortcutVisibleInContextMenu(True)
        action.triggered.connect(lambda _: act())
        menu.addAction(action)

    def _question(self, title: Text, value: str, offered: Sequence[str] = ()) -> QInputDialog:
        dialog = words_wanted(self._parent, self._desk.words, title, texts.FOLDER_LABEL, value, offered=offered)
        dialog.resize(360, dialog.height())
        return dialog

    def _do(self, work: Callable[[ConversationDesk], None]) -> None:
        self._reader.work(work, lambda _: self._reader.refresh(), lambda: self._do(work), keep=True)


def _folder_of(row: Row) -> str:
    return row.group.partition(":")[2]
