"""Shows code in the colours of the look, from stretches that were found elsewhere. Knows no grammar."""

from __future__ import annotations

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from jarvis.desktop.highlight import Span
from jarvis.desktop.theme import Theme


class CodeColours(QSyntaxHighlighter):
    """Colours lines from spans that were computed elsewhere."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._lines: dict[int, list[Span]] = {}

    def paint(self, spans: list[Span], code: str) -> None:
        """Show `spans` of `code`."""
        starts = [0]
        for at, character in enumerate(code):
            if character == "\n":
                starts.append(at + 1)
        self._lines = {}
        line = 0
        for span in spans:
            while line + 1 < len(starts) and starts[line + 1] <= span.start:
                line += 1
            at, end, row = span.start, span.start + span.length, line
            while at < end:
                stop = min(end, starts[row + 1] if row + 1 < len(starts) else end)
                self._lines.setdefault(row, []).append(Span(start=at - starts[row], length=stop - at, kind=span.kind))
                at, row = stop, row + 1
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        del text
        for span in self._lines.get(self.currentBlock().blockNumber(), ()):
            form = QTextCharFormat()
            form.setForeground(QColor(getattr(self._theme.colours, f"syntax_{span.kind}")))
            self.setFormat(span.start, span.length, form)
