"""The conversation list as Qt's model: rows, which conversation is open, what is read aloud. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from jarvis.desktop.library_rows import Row

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole
"""Role under which a row itself is found."""


class LibraryModel(QAbstractListModel):
    """The rows shown; `open_id` is the conversation in view."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.open_id = ""

    def show(self, rows: Sequence[Row]) -> bool:
        """Take the rows; False when they are what is shown already."""
        if list(rows) == self.rows:
            return False
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()
        return True

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text of one row, what is read aloud of it, or the row itself."""
        if not 0 <= index.row() < len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.ToolTipRole:
            # Qt takes a tooltip for markup wherever it looks like it.
            return f"<p>{escape(row.text)}</p>" if row.conversation is not None else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        return row if role == ROW else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings are only read."""
        if not 0 <= index.row() < len(self.rows):
            return Qt.ItemFlag.NoItemFlags
        if self.rows[index.row()].kind == "heading":
            return Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def row_of(self, conversation_id: str) -> int:
        """Return the first row of a conversation, -1 when it is not shown."""
        found = (at for at, row in enumerate(self.rows) if row.conversation and row.conversation.id == conversation_id)
        return next(found, -1)

    def row_named(self, key: str) -> int:
        """Return the row with that key, -1 when there is none."""
        return next((at for at, row in enumerate(self.rows) if row.key == key), -1)
