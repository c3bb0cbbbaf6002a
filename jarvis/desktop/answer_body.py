"""The text of one answer as widgets: rich text and code blocks, only the last piece rewritten while it streams.

Work is cut into slices so that no call holds the window; knows nothing about who answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from jarvis.desktop import texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.markdown import CodeClosed, CodeOpened, CodeText, MarkdownStream, Piece, Settled, Tail
from jarvis.desktop.text_widgets import CodeBlock, RichText

SLICE_CHARACTERS = 1_200
"""Most text taken in one slice: a few milliseconds of parsing and layout on a slow laptop."""
_REST = 8
"""A tail that took n ms to draw is drawn again after at least this many times n ms."""


class AnswerBody(QWidget):
    """Markdown that grows."""

    link_refused = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._text = ""
        self._finished = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._more = QTimer(self, interval=0, singleShot=True)
        self._more.timeout.connect(self._slice)
        self._late = QTimer(self, singleShot=True)
        self._late.timeout.connect(self._draw_late_tail)
        self._begin()

    @property
    def text(self) -> str:
        """The markdown so far."""
        return self._text

    def show_text(self, text: str) -> None:
        """Make `text` the whole markdown: the new end is appended where it continues what is shown."""
        if text.startswith(self._text) and not self._finished:
            self.add(text[len(self._text) :])
        elif text != self._text:
            self.clear()
            self.add(text)

    def add(self, text: str) -> None:
        """Append `text`; what is long is shown slice by slice."""
        if text:
            self._text += text
            self._slice()

    def finish(self) -> None:
        """No more text comes: settle what is left."""
        self._finished = True
        if not self._more.isActive():
            self._settle_rest()

    def clear(self) -> None:
        """Remove everything, as for an answer that begins again."""
        self._text = ""
        self._finished = False
        self._begin()

    def redraw(self) -> None:
        """Write everything again, as for another look."""
        text, finished = self._text, self._finished
        self.clear()
        self.add(text)
        if finished:
            self.finish()

    def _begin(self) -> None:
        self._more.stop()
        self._late.stop()
        while self._layout.count():
            item = self._layout.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._stream = MarkdownStream()
        self._taken = 0
        self._settled_here: RichText | None = None
        self._tail: RichText | None = None
        self._code: CodeBlock | None = None
        self._late_tail: Tail | None = None
        self._tail_cost = 0.0
        self._tail_at = 0.0

    def _slice(self) -> None:
        part = self._text[self._taken : self._taken + SLICE_CHARACTERS]
        self._taken += len(part)
        self._apply(self._stream.feed(part))
        if self._taken < len(self._text):
            self._more.start()
        elif self._finished:
            self._settle_rest()

    def _settle_rest(self) -> None:
        self._late.stop()
        self._late_tail = None
        self._apply(self._stream.finish())
        # A finished stream takes no more text; anything shown later starts a new one.
        self._stream = MarkdownStream()

    def _apply(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            if isinstance(piece, Settled):
                self._hide_tail()
                self._settled().append_tokens(piece.tokens)
            elif isinstance(piece, CodeOpened):
                self._hide_tail()
                self._settled_here = None
                self._code = CodeBlock(self._desk.theme, self._desk.words, self._desk.bridge, piece.language)
                self._layout.addWidget(self._code)
            elif isinstance(piece, CodeText) and self._code is not None:
                self._code.add(piece.text)
            elif isinstance(piece, CodeClosed) and self._code is not None:
                self._code.close_code()
                self._code = None
            elif isinstance(piece, Tail):
                self._draw_tail(piece)

    def _settled(self) -> RichText:
        if self._settled_here is None:
            self._settled_here = self._rich()
            self._layout.addWidget(self._settled_here)
        return self._settled_here

    def _draw_tail(self, tail: Tail) -> None:
        if not tail.tokens:
            self._hide_tail()
            return
        now = perf_counter()
        due = self._tail_at + self._tail_cost * _REST
        if now < due:
            self._late_tail = tail
            if not self._late.isActive():
                self._late.start(int((due - now) * 1000) + 1)
            return
        self._late_tail = None
        if self._tail is None:
            self._tail = self._rich()
        if self._layout.indexOf(self._tail) != self._layout.count() - 1:
            self._layout.removeWidget(self._tail)
            self._layout.addWidget(self._tail)
        self._tail.show()
        self._tail.replace_tokens(tail.tokens)
        self._tail_at = perf_counter()
        self._tail_cost = self._tail_at - now

    def _draw_late_tail(self) -> None:
        if self._late_tail is not None:
            self._draw_tail(self._late_tail)

    def _hide_tail(self) -> None:
        self._late_tail = None
        if self._tail is not None:
            self._tail.hide()

    def _rich(self) -> RichText:
        rich = RichText(self._desk.theme, self._desk.words, texts.ANSWER)
        rich.refused.connect(self.link_refused)
        return rich


def in_slices(owner: QWidget, steps: Sequence[Callable[[], None]], budget_seconds: float = 0.006) -> QTimer:
    """Run `steps` in order between other events of the window, about `budget_seconds` at a time."""
    waiting = list(steps)
    timer = QTimer(owner, interval=0)

    def some() -> None:
        end = perf_counter() + budget_seconds
        while waiting and perf_counter() < end:
            waiting.pop(0)()
        if not waiting:
            timer.stop()
            timer.deleteLater()

    timer.timeout.connect(some)
    timer.start()
    return timer
