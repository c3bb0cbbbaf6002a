"""Models that are on this disk already: a GGUF file, a model folder, or one out of Ollama's store, used in place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QLayout, QLineEdit, QVBoxLayout, QWidget

from jarvis.desktop import models_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_acts import ModelActs
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_news import ModelNews
from jarvis.desktop.models_parts import Sides, button_of, column, muted, scroll_over
from jarvis.desktop.models_stock import ModelStock
from jarvis.desktop.models_transfers import ModelTransfers
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled


class ImportPage(QWidget):
    """Two cards: from the disk and from Ollama."""

    def __init__(self, desk: Desk, stock: ModelStock, acts: ModelActs, transfers: ModelTransfers) -> None:
        super().__init__()
        self._desk, self._stock, self._acts = desk, stock, acts
        self.place = self._field(texts.PLACE, texts.PLACE_HINT)
        self.own_name = self._field(texts.OWN_NAME, texts.OWN_NAME)
        self.ollama_name = self._field(texts.OLLAMA_NAME, texts.OLLAMA_HINT)
        self.choose_file = button_of(desk, texts.CHOOSE_FILE, lambda: self._choose(folder=False))
        self.choose_folder = button_of(desk, texts.CHOOSE_FOLDER, lambda: self._choose(folder=True))
        self.use = button_of(desk, texts.TAKE_OVER, self.take_over, "primary")
        self.take = button_of(desk, texts.TAKE_OLLAMA, self.take_from_ollama, "primary")
        self.pull = button_of(desk, texts.PULL_OLLAMA, self.pull_with_ollama)
        self.note = muted("small")
        self.news = ModelNews(desk, stock, acts, transfers)
        for field, button in ((self.place, self.use), (self.ollama_name, self.take)):
            field.returnPressed.connect(button.click)
        holder, cards = column()
        cards.addWidget(self._disk_card())
        cards.addWidget(self._ollama_card())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        top = QVBoxLayout()
        top.addWidget(self.news)
        layout.addWidget(Sides(top, top=18, bottom=4))
        layout.addWidget(scroll_over(holder), 1)
        stock.changed.connect(self._tell_note)

    def showEvent(self, event: QShowEvent) -> None:
        """Say how it is with Ollama when the page comes into view."""
        super().showEvent(event)
        self._tell_note()

    def take_over(self) -> None:
        """Use the file or folder that is named."""
        source = self._filled(self.place)
        if source:
            self._acts.take_over(source, self.own_name.text().strip() or None, self._clear_place)

    def take_dropped(self, places: Sequence[str]) -> None:
        """Use the files and folders that were dropped, each under its own name."""
        self._acts.take_over_all(places)

    def take_from_ollama(self) -> None:
        """Have Jarvis run a model out of Ollama's store."""
        name = self._ollama()
        if name:
            self._acts.take_over(f"ollama:{name}", None, self.ollama_name.clear)

    def pull_with_ollama(self) -> None:
        """Have Ollama fetch a model of its own library."""
        name = self._ollama()
        if name:
            self._acts.pull(name)

    def _ollama(self) -> str:
        return self._filled(self.ollama_name).removeprefix("ollama/").removeprefix("ollama:")

    @staticmethod
    def _filled(field: QLineEdit) -> str:
        """Return what stands in `field`; an empty one gets the keyboard."""
        if not field.text().strip():
            field.setFocus()
        return field.text().strip()

    def _clear_place(self) -> None:
        self.place.clear()
        self.own_name.clear()

    def _tell_note(self) -> None:
        self.note.setText(self._stock.note)
        self.note.setVisible(bool(self._stock.note))

    def _choose(self, *, folder: bool) -> None:
        words = self._desk.words
        dialog = QFileDialog(self, words(texts.FOLDER_TITLE if folder else texts.FILE_TITLE))
        if folder:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilter(words(texts.GGUF_FILES))
        dialog.fileSelected.connect(self.place.setText)
        dialog.fileSelected.connect(lambda _: self.use.setFocus())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _disk_card(self) -> QFrame:
        words, body, drop = self._desk.words, muted(), muted("small")
        words.bind(body, body.setText, texts.IMPORT_BODY)
        words.bind(drop, drop.setText, texts.IMPORT_DROP)
        choose = FlowRow(self.choose_file, self.choose_folder)
        return _card(body, choose, drop, self.place, self.own_name, FlowRow(self.use))

    def _ollama_card(self) -> QFrame:
        words = self._desk.words
        title, body = muted("title"), muted()
        words.bind(title, title.setText, texts.FROM_OLLAMA_TITLE)
        words.bind(body, body.setText, texts.FROM_OLLAMA_BODY)
        return _card(title, body, self.note, self.ollama_name, FlowRow(self.take, self.pull))

    def _field(self, name: Text, hint: Text) -> QLineEdit:
        field = QLineEdit()
        field.setClearButtonEnabled(True)
        self._desk.words.name(field, name)
        self._desk.words.bind(field, field.setPlaceholderText, hint)
        return field


def places_in(data: QMimeData) -> list[str]:
    """Return the files and folders of this computer that are dragged; nothing where anything else is among them."""
    urls = data.urls() if data.hasUrls() else []
    return [url.toLocalFile() for url in urls] if all(url.isLocalFile() for url in urls) else []


def _card(*parts: QWidget | QLayout) -> QFrame:
    card = styled(QFrame(), "card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(16, 14, 16, 14)
    layout.setSpacing(9)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return card
