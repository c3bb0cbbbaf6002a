"""Asks for another title of a conversation, and whether one may be deleted; fills its menu."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget

from jarvis.desktop import texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation, words_wanted
from jarvis.desktop.session import ChatSession
from jarvis.desktop.sidebar import Sidebar


class ConversationAsks:
    """The dialogs about one conversation, over `parent`; what was decided goes to the session."""

    def __init__(self, desk: Desk, session: ChatSession, sidebar: Sidebar, parent: QWidget) -> None:
        self._desk = desk
        self._session = session
        self._sidebar = sidebar
        self._parent = parent

    def fill_menu(self, menu: QMenu) -> None:
        """Put into `menu` what can be done with the open conversation."""
        menu.clear()
        current = self._session.current
        listed = self._sidebar.conversation(current) if current is not None else None
        if listed is not None and self._desk.services.conversations is not None:
            self._sidebar.fill_menu(menu, listed)
        elif current is not None:
            words, theme = self._desk.words, self._desk.theme
            menu.addAction(theme.icon("rename", "muted"), words(texts.RENAME), lambda: self.rename(current))
            menu.addAction(theme.icon("trash", "muted"), words(texts.DELETE), lambda: self.delete(current))

    def rename(self, conversation_id: str) -> None:
        """Ask for another title and rename the conversation."""
        title = self._title_of(conversation_id)
        dialog = words_wanted(self._parent, self._desk.words, texts.RENAME_TITLE, texts.RENAME_LABEL, title)
        dialog.textValueSelected.connect(
            lambda text: self._session.rename(conversation_id, text.strip()) if text.strip() else None
        )
        dialog.resize(420, dialog.height())
        dialog.open()

    def delete(self, conversation_id: str) -> None:
        """Delete the conversation once the person confirms it."""
        words = self._desk.words
        box = confirmation(
            self._parent,
            words(texts.DELETE_TITLE),
            words(texts.DELETE_BODY, title=self._title_of(conversation_id)),
            words(texts.DELETE_DO),
            words(texts.CANCEL),
        )
        box.accepted.connect(lambda: self._session.delete(conversation_id))
        box.open()

    def _title_of(self, conversation_id: str) -> str:
        listed = self._sidebar.conversation(conversation_id)
        if listed is not None:
            return listed.title
        return next((c.title for c in self._session.conversations if c.id == conversation_id), "")
