"""The shapes of what the window asks: before something is lost, and for words. Knows no sentence itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QInputDialog, QLineEdit, QMessageBox, QPlainTextEdit, QPushButton, QWidget

from jarvis.desktop import texts
from jarvis.desktop.texts import Text
from jarvis.desktop.words import Words


def confirmation(parent: QWidget, title: str, body: str, do: str, leave: str, *, danger: bool = True) -> QMessageBox:
    """Return a question whose dangerous answer is named for what it does; `accepted` fires when it is chosen."""
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(title)
    box.setInformativeText(body)
    yes = box.addButton(do, QMessageBox.ButtonRole.AcceptRole)
    yes.setProperty("look", "danger" if danger else "")
    yes.style().polish(yes)
    no = box.addButton(leave, QMessageBox.ButtonRole.RejectRole)
    for button, name in ((yes, do), (no, leave)):
        button.setAccessibleName(name)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def words_wanted(
    parent: QWidget,
    words: Words,
    title: Text,
    label: Text,
    value: str,
    *,
    offered: Sequence[str] = (),
    many_lines: bool = False,
) -> QInputDialog:
    """Return a question for words; `textValueSelected` carries them. `offered` are some to choose from or change."""
    dialog = QInputDialog(parent)
    dialog.setOption(QInputDialog.InputDialogOption.UsePlainTextEditForTextInput, many_lines)
    dialog.setWindowTitle(words(title))
    dialog.setLabelText(words(label))
    if offered:
        dialog.setComboBoxItems(list(offered))
        dialog.setComboBoxEditable(True)
    dialog.setTextValue(value)
    dialog.setOkButtonText(words(texts.SAVE))
    dialog.setCancelButtonText(words(texts.CANCEL))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    # Its parts are made when it is first measured.
    dialog.sizeHint()
    for button in dialog.findChildren(QPushButton):
        button.setAccessibleName(button.text())
        if button.text() == words(texts.SAVE):
            button.setProperty("look", "primary")
            button.style().polish(button)
    for field in (
        *dialog.findChildren(QPlainTextEdit),
        *dialog.findChildren(QLineEdit),
        *dialog.findChildren(QComboBox),
    ):
        field.setAccessibleName(words(label))
    for lines in dialog.findChildren(QPlainTextEdit):
        # Else Tab would be a character in the words, and no key would lead to the buttons.
        lines.setTabChangesFocus(True)
    return dialog
