"""The files of an unsent message, above its words: being read, there, refused. They wait in the database, not here.

Each conversation has its own; what is read for one that is no longer in view goes on being read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from jarvis.contracts.attachments import MOST_FILES
from jarvis.contracts.messages import Attachment
from jarvis.desktop import attachments_texts as texts
from jarvis.desktop.attachment_chip import AttachmentChip, open_file
from jarvis.desktop.attachment_sources import Offered, can_offer, offered_by, says_something, take_in
from jarvis.desktop.attachments import attachments_of
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_parts import scroll_over
from jarvis.desktop.theme import styled


@dataclass(eq=False, slots=True)
class _Item:
    """A file of a draft; `file` is None while it is read, `gone` once it was taken away meanwhile."""

    draft: str
    chip: AttachmentChip
    file: Attachment | None = None
    gone: bool = False


class AttachmentTray(QWidget):
    """Chips, and a sentence where something was refused; hidden while there is neither."""

    changed = Signal()
    """A file came, was read or went."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._shelf = attachments_of(desk)
        self._draft = ""
        self._items: list[_Item] = []
        self._loaded: set[str] = set()
        self._offered: tuple[Attachment, ...] | None = None
        self._sentence = ""
        desk.words.name(self, texts.ATTACHED_FILES, tooltip=False)
        holder = styled(QWidget(), "clear")
        self._flow = FlowRow(spacing=6)
        holder.setLayout(self._flow)
        self._row = scroll_over(holder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._row)
        layout.addWidget(self._trouble_row())
        self._drop_hint = QLabel()
        self._drop_hint.setProperty("look", "small")
        desk.words.bind(self._drop_hint, self._drop_hint.setText, texts.DROP_HERE)
        self._drop_hint.hide()
        layout.addWidget(self._drop_hint)
        self._shelf.available.connect(lambda: self.show_draft(self._draft))
        self._show()

    @property
    def usable(self) -> bool:
        """True where anything can be attached."""
        return self._shelf.source is not None

    @property
    def reading(self) -> bool:
        """True while a file of the draft in view is being read."""
        return any(item.file is None for item in self._here())

    @property
    def sentence(self) -> str:
        """What is told of what was refused, empty for nothing."""
        return self._sentence

    def files(self) -> tuple[Attachment, ...]:
        """Return what is attached to the draft in view."""
        return tuple(item.file for item in self._here() if item.file is not None)

    def chips(self) -> list[AttachmentChip]:
        """Return what is shown."""
        return [item.chip for item in self._here()]

    def show_draft(self, draft: str) -> None:
        """Show the files of the unsent message of the conversation `draft`, "" a new one."""
        if draft != self._draft:
            self.tell("")
        self._draft = draft
        if self.usable and draft not in self._loaded:
            self._loaded.add(draft)
            self._load(draft)
        self._show()

    def read_again(self) -> None:
        """Read the draft in view anew, as where its question was not stored after all."""
        self._loaded.discard(self._draft)
        self.show_draft(self._draft)

    def offer_mime(self, data: QMimeData, *, dropped: bool = False) -> bool:
        """Attach what is in something dropped or pasted, or tell that it cannot be read; False where there is nothing
        to attach, as in words."""
        offered = offered_by(data, self._desk.words) if self.usable else []
        if offered:
            self.add(offered)
        elif self.takes(data) and (dropped or not data.hasText()) and not says_something(data):
            self.tell(self._desk.words(texts.UNREADABLE))
            return True
        return bool(offered)

    def takes(self, data: QMimeData) -> bool:
        """Tell whether something dropped may be attached."""
        return self.usable and can_offer(data)

    def show_hint(self, shown: bool) -> None:
        """Say that what is held over the window can be dropped, or no longer."""
        self._drop_hint.setVisible(shown)
        self._show()

    def add(self, offered: Sequence[Offered]) -> None:
        """Attach to the draft in view."""
        room = MOST_FILES - len(self._here())
        self.tell("" if len(offered) <= room else self._desk.words(texts.TOO_MANY, most=MOST_FILES))
        for one in offered[: max(room, 0)]:
            self._take_in(one)

    def tell(self, sentence: str) -> None:
        """Show a sentence until it is closed or the next file comes; empty takes it away."""
        self._sentence = sentence
        self._trouble_text.setText(sentence)
        self._trouble.setVisible(bool(sentence))
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the chips as many lines as they need, up to a few; the rest scrolls."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._flow.invalidate()
        wanted = self._flow.heightForWidth(max(1, self.width() - 12))
        self._row.setFixedHeight(min(wanted, self._flow.sizeHint().height() * 5 // 2))

    # Sending.

    def offer(self) -> None:
        """The words are about to be sent: whoever asks with them takes the files by `take`."""
        self._offered = self.files()

    def take(self) -> tuple[Attachment, ...]:
        """Return the files that go with the question that is being sent; they leave the draft."""
        taken, self._offered = self._offered or (), None
        for item in [item for item in self._here() if item.file in taken]:
            self._remove(item)
        self._show()
        return taken

    def withdraw(self) -> None:
        """The words were sent, or not."""
        self._offered = None

    # Files coming and going.

    def _here(self) -> list[_Item]:
        return [item for item in self._items if item.draft == self._draft]

    def _take_in(self, offered: Offered) -> None:
        item = self._item(self._draft, offered.name)
        folder = self._desk.services.run_folder

        def done(file: object) -> None:
            assert isinstance(file, Attachment)
            if item.gone:
                self._shelf.run(lambda desk: desk.drop(file.id))
                return
            item.file = file
            item.chip.show_file(file)
            self._show()

        def failed(error: Exception) -> None:
            if not item.gone:
                self._remove(item)
                self.tell("\n".join(filter(None, [self._sentence, self._desk.sentence(error)])))

        self._shelf.run(lambda desk: take_in(desk, offered, item.draft, folder), done, failed, long=True)
        self._show()

    def _load(self, draft: str) -> None:
        def done(files: object) -> None:
            assert isinstance(files, list)
            known = {item.file.id for item in self._items if item.file is not None}
            for file in files:
                if file.id not in known:
                    item = self._item(draft, file.name)
                    item.file = file
                    item.chip.show_file(file)
            self._show()

        self._shelf.run(
            lambda desk: list(desk.drafts(draft)), done, lambda error: self.tell(self._desk.sentence(error))
        )

    def _item(self, draft: str, name: str) -> _Item:
        item = _Item(draft, AttachmentChip(self._desk, name, removable=True))
        item.chip.removed.connect(lambda: self._drop(item))
        item.chip.opened.connect(lambda: open_file(self._desk, item.file, self) if item.file is not None else None)
        self._items.append(item)
        self._flow.addWidget(item.chip)
        return item

    def _drop(self, item: _Item) -> None:
        """Take a file away for good; the keyboard goes to the next one, or to what comes after."""
        here = self._here()
        after = [other for other in here[here.index(item) + 1 :] + here[: here.index(item)] if other is not item]
        item.gone = True
        if item.file is not None:
            identity = item.file.id
            self._shelf.run(lambda desk: desk.drop(identity), None, lambda error: self.tell(self._desk.sentence(error)))
        if after:
            after[0].chip.setFocus()
        else:
            self.focusNextChild()
        self._remove(item)
        self._show()

    def _remove(self, item: _Item) -> None:
        self._items.remove(item)
        self._flow.removeWidget(item.chip)
        item.chip.hide()
        item.chip.deleteLater()

    def _show(self) -> None:
        for item in self._items:
            item.chip.setVisible(item.draft == self._draft)
        self._row.setVisible(bool(self._here()))
        self.setVisible(bool(self._here() or self._sentence) or not self._drop_hint.isHidden())
        self._fit()
        self.updateGeometry()
        self.changed.emit()

    def _trouble_row(self) -> QFrame:
        self._trouble = styled(QFrame(), "trouble")
        self._trouble_text = QLabel()
        self._trouble_text.setTextFormat(Qt.TextFormat.PlainText)
        self._trouble_text.setWordWrap(True)
        close = QToolButton()
        close.setProperty("look", "small")
        self._desk.theme.dress(close, "close", size=14)
        self._desk.words.name(close, texts.DISMISS)
        close.clicked.connect(lambda: self.tell(""))
        layout = QHBoxLayout(self._trouble)
        layout.setContentsMargins(12, 6, 6, 6)
        layout.addWidget(self._trouble_text, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._trouble.hide()
        return self._trouble
