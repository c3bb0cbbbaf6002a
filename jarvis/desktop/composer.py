"""Where the person types: several lines, files, words being heard, microphone, state, send."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QDropEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QToolButton, QVBoxLayout

from jarvis.contracts.speech import PartialWords
from jarvis.desktop import texts
from jarvis.desktop.attachment_sources import offered_paths
from jarvis.desktop.attachment_tray import AttachmentTray
from jarvis.desktop.attachments import attachments_of, size_text
from jarvis.desktop.attachments_texts import ATTACH, CHOOSE, LOOK_AT_IT, STILL_READING
from jarvis.desktop.caret import Caret
from jarvis.desktop.desk import Desk
from jarvis.desktop.live_words import LiveWords
from jarvis.desktop.shortcuts_table import wanted
from jarvis.desktop.theme import styled
from jarvis.desktop.voice_texts import DICTATE
from jarvis.desktop.voice_widgets import MicrophoneButton, VoicePill

LONG_PASTE = 8_000
"""Characters from which pasted text becomes a chip instead of filling the input."""
_MOST_LINES = 9


class Composer(QFrame):
    """The input with its buttons."""

    sent = Signal(str)
    stop_wanted = Signal()
    talk_wanted = Signal()
    edited = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("composer")
        self._desk = desk
        self._busy = False
        self._pasted = ""
        self._set_aside: tuple[str, str] | None = None
        self.tray = AttachmentTray(desk)
        self.live = LiveWords(desk)
        self.input = _Input(self)
        self.input.setObjectName("input")
        desk.words.name(self.input, texts.INPUT, tooltip=False)
        desk.words.follow(self.input, self._show_hint)
        self.input.textChanged.connect(self._changed)
        self.tray.changed.connect(self._show_button)
        self.microphone = MicrophoneButton(desk)
        self.microphone.clicked.connect(self.talk_wanted)
        self.pill = VoicePill(desk)
        self.send_button = QToolButton()
        self.send_button.setProperty("look", "send")
        self.send_button.clicked.connect(self._pressed)
        desk.words.follow(self.send_button, self._show_button)
        desk.theme.follow(self.send_button, self._show_button)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(4)
        self.dictate_button = QToolButton()
        # A click must leave the keyboard where the words are to go.
        self.dictate_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        desk.words.name(self.dictate_button, DICTATE)
        desk.theme.dress(self.dictate_button, "dictate")
        buttons.addWidget(self._attach_button())
        buttons.addWidget(self.microphone)
        buttons.addWidget(self.dictate_button)
        buttons.addWidget(self.pill)
        buttons.addStretch()
        buttons.addWidget(self.send_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 8)
        layout.setSpacing(6)
        layout.addWidget(self._chip_row(), 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.tray)
        layout.addWidget(self.live)
        layout.addWidget(self.input)
        layout.addLayout(buttons)
        self.setFocusProxy(self.input)
        self.input.fit()

    def draft(self) -> tuple[str, str]:
        """Return what is typed and what is pasted."""
        return self.input.toPlainText(), self._pasted

    def set_draft(self, typed: str, pasted: str = "") -> None:
        """Put a kept draft back, the cursor at its end."""
        self.input.setPlainText(typed)
        cursor = self.input.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.input.setTextCursor(cursor)
        self.set_pasted(pasted)

    def correct(self, heard: str) -> None:
        """Offer `heard` to be corrected; what was typed before comes back once it is sent."""
        if self._set_aside is None:
            self._set_aside = self.draft()
        self.set_draft(heard)
        self.setFocus()

    def forget_correction(self) -> None:
        """Another draft is in view: nothing comes back into it."""
        self._set_aside = None

    def show_live(self, words: PartialWords | None) -> None:
        """Show what is being heard, or with None what is typed alone."""
        self.live.show_words(words)
        self._show_hint()

    def set_pasted(self, text: str) -> None:
        """Keep `text` as a chip; empty removes it."""
        self._pasted = text
        self._chip.setVisible(bool(text))
        self._show_chip()
        self._changed()

    def set_busy(self, busy: bool) -> None:
        """While an answer runs the send button stops it."""
        if busy != self._busy:
            self._busy = busy
            self._show_button()

    def submit(self) -> None:
        """Send what is there, unless that is nothing or an answer is running."""
        typed, pasted = self.draft()
        text = "\n\n".join(part for part in (typed.strip(), pasted.strip()) if part)
        if not text and self.tray.files():
            text = self._desk.words(LOOK_AT_IT)
        if self.tray.reading:
            self.tray.tell(self._desk.words(STILL_READING))
        elif text and not self._busy:
            set_aside, self._set_aside = self._set_aside, None
            self.tray.offer()
            self.set_draft(*(set_aside or ("",)))
            self.sent.emit(text)
            self.tray.withdraw()
        elif text:
            self.sent.emit("")

    def _pressed(self) -> None:
        if self._busy:
            self.stop_wanted.emit()
        else:
            self.submit()

    def _changed(self) -> None:
        self.input.fit()
        self._show_button()
        self.edited.emit()

    def _show_button(self) -> None:
        words, theme = self._desk.words, self._desk.theme
        text = words(texts.STOP if self._busy else texts.SEND)
        self.send_button.setToolTip(text)
        self.send_button.setAccessibleName(text)
        written = bool(self._pasted) or self.input.document().characterCount() > 1
        ready = self._busy or written or bool(self.tray.files())
        self.send_button.setEnabled(ready)
        self.send_button.setIcon(theme.icon("stop" if self._busy else "send", "on_accent" if ready else "muted"))

    def _show_hint(self) -> None:
        self.input.setPlaceholderText("" if self.live.words is not None else self._desk.words(texts.ASK_HINT))

    def _attach_button(self) -> QToolButton:
        self.attach_button = QToolButton()
        self._desk.words.name(self.attach_button, ATTACH)
        self._desk.theme.dress(self.attach_button, "paperclip")
        self.attach_button.clicked.connect(self._choose_files)
        shelf = attachments_of(self._desk)
        shelf.available.connect(lambda: self.attach_button.setVisible(self.tray.usable))
        self.attach_button.setVisible(self.tray.usable)
        return self.attach_button

    def _choose_files(self) -> None:
        dialog = QFileDialog(self, self._desk.words(CHOOSE))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda paths: self.tray.add(offered_paths(paths)))
        dialog.finished.connect(lambda _: self.setFocus())
        dialog.open()

    def _chip_row(self) -> QFrame:
        self._chip = styled(QFrame(), "chip")
        icon = QToolButton()
        icon.setEnabled(False)
        icon.setProperty("look", "small")
        self._desk.theme.dress(icon, "attachment", "accent", size=16)
        self._chip_label = QLabel()
        remove = QToolButton()
        remove.setProperty("look", "small")
        self._desk.theme.dress(remove, "close", size=14)
        self._desk.words.name(remove, texts.REMOVE_PASTED)
        remove.clicked.connect(lambda: self.set_pasted(""))
        layout = QHBoxLayout(self._chip)
        layout.setContentsMargins(6, 3, 4, 3)
        layout.setSpacing(4)
        for widget in (icon, self._chip_label, remove):
            layout.addWidget(widget)
        self._chip.hide()
        self._desk.words.follow(self._chip, self._show_chip)
        return self._chip

    def _show_chip(self) -> None:
        amount = size_text(len(self._pasted.encode()), self._desk.words.language)
        self._chip_label.setText(self._desk.words(texts.PASTED, size=amount))

    def mark_focus(self, focused: bool) -> None:
        """Show that the input has the keyboard."""
        self.setProperty("focused", "true" if focused else "false")
        self.style().polish(self)


class _Input(QPlainTextEdit):
    """Grows with its lines; Enter sends, Shift+Enter breaks the line; long pastes go to the composer's chip."""

    def __init__(self, composer: Composer) -> None:
        super().__init__(composer)
        self._composer = composer
        self._dropping = False
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self._caret = Caret(self)

    def fit(self) -> None:
        """Be as tall as the text, between one and a few lines."""
        layout_lines = 0
        block = self.document().firstBlock()
        while block.isValid() and layout_lines <= _MOST_LINES:
            layout_lines += max(1, block.layout().lineCount())
            block = block.next()
        shown = min(max(1, layout_lines), _MOST_LINES)
        more = layout_lines > _MOST_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if more else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        margins = self.contentsMargins()
        self.setFixedHeight(shown * self.fontMetrics().lineSpacing() + 10 + margins.top() + margins.bottom())

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Take words pasted or dropped; very long ones, pictures and files are attached, or where nothing can be, very
        long words become the composer's chip."""
        if self._composer.tray.offer_mime(source, dropped=self._dropping):
            return
        text = source.text()
        if len(text) > LONG_PASTE:
            self._composer.set_pasted(text)
        elif text:
            self.insertPlainText(text)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what is dropped for itself, not for what stands beside it as for pasting."""
        self._dropping = True
        super().dropEvent(event)
        self._dropping = False

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text can be pasted, and what can be attached."""
        return source.hasText() or self._composer.tray.takes(source)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send on Enter; leave everything else to the editor."""
        self._caret.blink()
        if wanted(event, "input") == "send":
            self._composer.submit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Light the composer's edge."""
        super().focusInEvent(event)
        self._caret.blink()
        self._composer.mark_focus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Dim the composer's edge."""
        super().focusOutEvent(event)
        self._caret.leave()
        self._composer.mark_focus(False)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a new font with a new height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit()
