"""The text of one answer as widgets: rich text and code blocks, only the last piece rewritten while it streams.

Work is cut into slices so that no call holds the window; knows nothing about who answered.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLayout, QPlainTextEdit, QVBoxLayout, QWidget

from jarvis.desktop import texts
from jarvis.desktop.code_block import CodeBlock
from jarvis.desktop.desk import Desk
from jarvis.desktop.keyboard_order import put_in_order, stops_in
from jarvis.desktop.markdown import CodeClosed, CodeOpened, CodeText, MarkdownStream, Piece, Settled, Tail
from jarvis.desktop.picture_text import AnswerPictures
from jarvis.desktop.rest_note import RestNote
from jarvis.desktop.text_widgets import RichText

if TYPE_CHECKING:
    from markdown_it.token import Token

SLICE_CHARACTERS = 600
"""Most text parsed at once: a millisecond or two on a slow laptop."""
_AT_ONCE = 200
"""Characters that are shown at once as they come; more waits for its turn, so that a message is not made in one go."""
SHOWN_CHARACTERS = 60_000
"""Characters shown before the person asks for more, and more each time: about 10,000 words."""
_PIECE_CHARACTERS = 6_000
_PIECE_CELLS = 120
"""Most that one text area holds: Qt lays it out anew as a whole whenever it grows."""
_REST = 8
"""A tail that took n ms to draw is drawn again after at least this many times n ms."""


class AnswerBody(QWidget):
    """Markdown that grows."""

    link_refused = Signal()
    begun = Signal()
    """The keyboard stops in it, where it did not before."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._text = ""
        self._finished = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._shown = QVBoxLayout()
        self._shown.setSpacing(8)
        self._layout.addLayout(self._shown)
        # As tall as its text before those around it are laid out, and never stretched: else every piece above what came
        # is squeezed into the old height, and moved back.
        self._layout.addStretch()
        self._layout.setVerticalSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        self._rest: RestNote | None = None
        self._pictures = AnswerPictures(desk.bridge, self)
        self._more = desk.slices.add(self, self._slice)
        self._late = QTimer(self, singleShot=True)
        self._late.timeout.connect(self._draw_late_tail)
        self._begin()

    @property
    def text(self) -> str:
        """The markdown so far."""
        return self._text

    def selected_text(self) -> str:
        """Return what is selected in it, empty for nothing."""
        found = []
        for field in self.findChildren(QWidget):
            if isinstance(field, RichText) and field.textCursor().hasSelection():
                found.append(field.selected_text())
            elif isinstance(field, QPlainTextEdit) and field.textCursor().hasSelection():
                found.append(field.createMimeDataFromSelection().text())
        return "\n\n".join(found)

    @property
    def last_stop(self) -> QWidget | None:
        """Where the keyboard stops last in it, None where it does not."""
        return next(reversed(self._rest_stops()), self._last_stop)

    def stops(self) -> list[QWidget]:
        """Return where the keyboard stops in it, in the order of reading."""
        note = stops_in(self._rest) if self._rest is not None else []
        return [*(one for one in stops_in(self) if one not in note), *self._rest_stops()]

    def show_text(self, text: str, *, at_once: bool = True) -> None:
        """Make `text` the whole markdown: the new end is appended where it continues what is shown."""
        if text.startswith(self._text) and not self._finished:
            self.add(text[len(self._text) :], at_once=at_once)
        elif text != self._text:
            self.clear()
            self.add(text, at_once=at_once)

    def add(self, text: str, *, at_once: bool = True) -> None:
        """Append `text`; what is long, or not wanted `at_once`, is shown slice by slice."""
        if text:
            self._text += text
            self._source += self._pictures.sieve.feed(text)
            self._go_on(at_once and len(text) <= _AT_ONCE)

    def finish(self, *, at_once: bool = False) -> None:
        """No more text comes: settle what is left; `at_once` shows a short text now, should it still wait."""
        if not self._finished:
            self._finished = True
            self._source += self._pictures.sieve.finish()
            if at_once and not self._taken and len(self._source) <= _AT_ONCE:
                self._more.stop()
            self._go_on(not self.busy)

    @property
    def busy(self) -> bool:
        """True while text that has come is not shown yet."""
        return self._more.isActive()

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
        while self._shown.count():
            item = self._shown.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._pictures.begin()
        self._source = ""
        """The text without the pictures that stand in it."""
        self._stream = MarkdownStream()
        self._pieces: deque[Piece] = deque()
        self._settled_all = False
        self._taken = 0
        self._most = SHOWN_CHARACTERS
        self._told = 0
        self._cells = 0
        if self._rest is not None:
            self._rest.hide()
        self._settled_here: RichText | None = None
        self._tail: RichText | None = None
        self._last_stop: QWidget | None = None
        self._code: CodeBlock | None = None
        self._late_tail: Tail | None = None
        self._tail_cost = 0.0
        self._tail_at = 0.0

    def _go_on(self, at_once: bool) -> None:
        if at_once and not self.busy:
            while self._step():
                pass
        elif not self._more.isActive():
            self._more.start()

    def _slice(self) -> None:
        """Parse and show for a few milliseconds; what is left follows between the window's other events."""
        begun = False
        while not (begun and self._makes_widget()):
            if not self._step():
                self._more.stop()
                return
            begun = True
            if self._desk.slices.over:
                return

    def _makes_widget(self) -> bool:
        """Tell whether the next piece begins a widget, which takes a turn of its own."""
        piece = self._pieces[0] if self._pieces else None
        return isinstance(piece, CodeOpened) or (isinstance(piece, Settled) and self._settled_here is None)

    def _step(self) -> bool:
        """Do the next small piece of work; False when there is none."""
        if self._pieces:
            self._apply(self._pieces.popleft())
        elif self._taken < min(len(self._source), self._most):
            part = self._source[self._taken : min(self._taken + SLICE_CHARACTERS, self._most)]
            self._taken += len(part)
            more = self._taken < min(len(self._source), self._most) or self._finished
            self._pieces.extend(self._stream.feed(part, more=more))
        elif self._taken < len(self._source):
            self._tell_rest()
            return False
        elif self._finished and not self._settled_all:
            self._settled_all = True
            self._late.stop()
            self._late_tail = None
            self._pieces.extend(self._stream.finish())
        else:
            return False
        return True

    def _tell_rest(self) -> None:
        """Say how much is not shown, and again as it grows by a tenth."""
        total = len(self._source)
        if total < self._told * 1.1 and not self._finished:
            return
        self._told = total
        if self._rest is None:
            self._rest = RestNote(self._desk)
            self._rest.more.clicked.connect(self._show_more)
            self._rest.hide()
            self._layout.insertWidget(1, self._rest)
        self._rest.tell(self._taken, total)
        if self._rest.isHidden():
            self._rest.show()
            if self._last_stop is not None:
                put_in_order([self._last_stop, *self._rest_stops()])

    def _rest_stops(self) -> list[QWidget]:
        """Return where the keyboard stops in the note; one that is kept hidden stands wherever it stood last."""
        return stops_in(self._rest) if self._rest is not None and not self._rest.isHidden() else []

    def _show_more(self) -> None:
        self._most += SHOWN_CHARACTERS
        self._told = 0
        if self._rest is not None:
            self._rest.hide()
        self._go_on(False)

    def _apply(self, piece: Piece) -> None:
        if self._pictures.sieve.any and isinstance(piece, Settled | Tail):
            self._restore(piece.tokens)
        if isinstance(piece, Settled):
            self._hide_tail()
            cells = sum(token.type == "td_open" for token in piece.tokens)
            self._settled(cells).append_tokens(piece.tokens)
        elif isinstance(piece, CodeOpened):
            self._hide_tail()
            self._settled_here = None
            self._code = CodeBlock(self._desk.theme, self._desk.words, self._desk.bridge, piece.language)
            self._take_in(self._code)
        elif isinstance(piece, CodeText) and self._code is not None:
            self._code.add(self._pictures.sieve.restored(piece.text))
        elif isinstance(piece, CodeClosed) and self._code is not None:
            self._code.close_code()
            self._code = None
        elif isinstance(piece, Tail) and not (self._pieces or self._taken < min(len(self._source), self._most)):
            self._draw_tail(piece)

    def _restore(self, tokens: Sequence[Token]) -> None:
        """Put back what stands among words, not as a picture."""
        for token in tokens:
            token.content = self._pictures.sieve.restored(token.content)
            self._restore(token.children or ())

    def _settled(self, cells: int) -> RichText:
        full = self._settled_here is not None and self._settled_here.document().characterCount() > _PIECE_CHARACTERS
        if full or (cells and self._cells + cells > _PIECE_CELLS):
            self._settled_here = None
        if self._settled_here is None:
            self._settled_here = self._rich()
            self._take_in(self._settled_here)
            self._cells = 0
        self._cells += cells
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
            self._take_in(self._tail)
        elif self._shown.indexOf(self._tail) != self._shown.count() - 1:
            self._shown.removeWidget(self._tail)
            self._take_in(self._tail)
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

    def _take_in(self, widget: QWidget) -> None:
        """Put `widget` at the end, for the keyboard too: an order made for all at once would hold the window."""
        self._shown.addWidget(widget)
        last, stops = self._last_stop, stops_in(widget)
        self._last_stop = next(reversed(stops), last)
        if last is not None:
            put_in_order([last, *(stop for stop in stops if stop is not last)])
        elif stops:
            self.begun.emit()

    def _rich(self) -> RichText:
        rich = RichText(
            self._desk.theme, self._desk.words, texts.ANSWER, maths=self._desk.maths, pictures=self._pictures
        )
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
