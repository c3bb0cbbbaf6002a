"""The one shape of question that the window asks before something is lost. Knows no sentence itself."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def confirmation(parent: QWidget, title: str, body: str, do: str, leave: str) -> QMessageBox:
    """Return a question whose dangerous answer is named for what it does; `accepted` fires when it is chosen."""
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(title)
    box.setInformativeText(body)
    yes = box.addButton(do, QMessageBox.ButtonRole.AcceptRole)
    yes.setProperty("look", "danger")
    yes.style().polish(yes)
    no = box.addButton(leave, QMessageBox.ButtonRole.RejectRole)
    for button, name in ((yes, do), (no, leave)):
        button.setAccessibleName(name)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box
