"""The line of a models page that tells what happened, and how many downloads run. Decides nothing."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from jarvis.desktop import models_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.fact_lines import joined
from jarvis.desktop.models_acts import ModelActs
from jarvis.desktop.models_figures import progress_line
from jarvis.desktop.models_parts import muted
from jarvis.desktop.models_stock import ModelStock
from jarvis.desktop.models_transfers import ModelTransfers
from jarvis.desktop.theme import styled


class ModelNews(QWidget):
    """What was said last, with a way to look again where something failed, and all downloads together."""

    def __init__(self, desk: Desk, stock: ModelStock, acts: ModelActs, transfers: ModelTransfers) -> None:
        super().__init__()
        self._desk, self._transfers = desk, transfers
        words = desk.words
        self.message, self.running = muted(""), muted("small")
        self.again, self.pause_all = QPushButton(), QPushButton()
        for button, text in ((self.again, texts.LOOK_AGAIN), (self.pause_all, texts.PAUSE_ALL)):
            button.setAutoDefault(False)
            words.bind(button, button.setText, text)
            words.name(button, text, tooltip=False)
        self.close_button = QToolButton()
        self.close_button.setProperty("look", "small")
        words.name(self.close_button, window_texts.CLOSE)
        desk.theme.dress(self.close_button, "close", size=14)
        self.close_button.clicked.connect(self._dismiss)
        self.again.clicked.connect(stock.look)
        self.pause_all.clicked.connect(transfers.pause_all)
        self.box = styled(QFrame(), "notice")
        told = QHBoxLayout(self.box)
        told.setContentsMargins(12, 8, 8, 8)
        told.addWidget(self.message, 1)
        told.addWidget(self.again)
        told.addWidget(self.close_button)
        under_way = QHBoxLayout()
        under_way.addWidget(self.running, 1)
        under_way.addWidget(self.pause_all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.box)
        layout.addLayout(under_way)
        self.box.hide()
        acts.said.connect(self.say)
        stock.changed.connect(self._looked)
        transfers.moved.connect(self._moved)
        words.follow(self, self._count)

    def say(self, sentence: str, bad: bool = False) -> None:
        """Show `sentence` until the next one."""
        self.message.setText(sentence)
        self.box.setProperty("kind", "bad" if bad else "")
        self.box.style().polish(self.box)
        self.again.setVisible(bad)
        self.box.setVisible(bool(sentence))

    def _dismiss(self) -> None:
        self.say("")

    def _moved(self, _model: str) -> None:
        self._count()

    def _looked(self) -> None:
        """Once a look went well, the way to look again has done its work."""
        self.again.hide()

    def _count(self) -> None:
        """Tell how many downloads there are, and how far the first is: what Ollama fetches has no card yet."""
        words, fetches = self._desk.words, self._transfers.under_way()
        count = len(fetches)
        parts = [words(texts.RUNNING, count=count)]
        if fetches and fetches[0].progress is not None:
            parts.append(f"{fetches[0].name}: {progress_line(fetches[0].progress, words)}")
        self.running.setText(joined(parts))
        self.running.setVisible(count > 0)
        self.pause_all.setVisible(count > 0)
