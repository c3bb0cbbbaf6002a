"""The set of models that suits this computer: each with its use, size, place and why; one button fetches the rest."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from jarvis.contracts.model_desk import RecommendedModel, RecommendedSet
from jarvis.contracts.placement import Placement
from jarvis.desktop import models_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.fact_lines import joined
from jarvis.desktop.models_acts import ModelActs
from jarvis.desktop.models_figures import permille, progress_line, size, span, speed
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_news import ModelNews
from jarvis.desktop.models_parts import Sides, button_of, column, muted, scroll_over
from jarvis.desktop.models_stock import ModelStock
from jarvis.desktop.models_transfers import ModelTransfers
from jarvis.desktop.theme import styled
from jarvis.desktop.unbroken import unbroken


class RecommendedPage(QWidget):
    """A row per model of the set."""

    def __init__(self, desk: Desk, stock: ModelStock, acts: ModelActs, transfers: ModelTransfers) -> None:
        super().__init__()
        self._desk, self._stock, self._acts, self._transfers = desk, stock, acts, transfers
        self.chosen: RecommendedSet | None = None
        self.rows: dict[str, RecommendedRow] = {}
        self._turn = 0
        body = muted()
        desk.words.bind(body, body.setText, texts.RECOMMENDED_BODY)
        self.summary = muted("")
        self.fetch_all = button_of(desk, texts.DOWNLOAD, self.download_missing, "primary")
        self.fetch_all.hide()
        self.news = ModelNews(desk, stock, acts, transfers)
        buttons = styled(QWidget(), "clear")
        buttons.setLayout(FlowRow(self.fetch_all))
        holder, self._column = column(body, self.summary, buttons)
        top = QVBoxLayout()
        top.addWidget(self.news)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Sides(top, top=18, bottom=4))
        layout.addWidget(scroll_over(holder), 1)
        stock.changed.connect(self._read_if_shown)
        stock.weighed.connect(self._weighed)
        transfers.moved.connect(self._moved)

    def showEvent(self, event: QShowEvent) -> None:
        """Work the set out when the page comes into view."""
        super().showEvent(event)
        self.read()

    def read(self) -> None:
        """Work the set out anew; the newest request wins."""
        self._turn += 1
        turn, language = self._turn, self._desk.words.language
        if self.chosen is None:
            self.summary.setText(self._desk.words(texts.WORKING_OUT))
        self._stock.run(lambda: self._stock.models.recommend(language), lambda found: self._show(turn, found))

    def download_missing(self) -> None:
        """Fetch what of the set is not here."""
        self._acts.download_all(self._missing())

    def _missing(self) -> list[str]:
        return [model.id for model in self.chosen.models if not model.installed] if self.chosen is not None else []

    def _read_if_shown(self) -> None:
        if self.isVisible():
            self.read()

    def _show(self, turn: int, found: RecommendedSet) -> None:
        if turn != self._turn:
            return
        if self.chosen is None or [each.id for each in found.models] != list(self.rows):
            self._rebuild(found)
        self.chosen = found
        for model in found.models:
            self.rows[model.id].tell(model)
        self.summary.setText("\n".join(unbroken(part) for part in (found.machine, found.summary) if part))
        self._tell_button()
        self._stock.weigh(self.rows)

    def _rebuild(self, found: RecommendedSet) -> None:
        for old in self.rows.values():
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.rows = {
            model.id: RecommendedRow(self._desk, self._stock, self._transfers, model) for model in found.models
        }
        for new in self.rows.values():
            self._column.addWidget(new)

    def _tell_button(self) -> None:
        words = self._desk.words
        waiting = set(self._missing())
        count = sum(row.model.bytes for row in self.rows.values() if row.model.id in waiting)
        told = words(texts.DOWNLOAD_MISSING, size=size(count, words.language)) if waiting else words(texts.ALL_HERE)
        self.fetch_all.setText(told)
        self.fetch_all.setAccessibleName(told)
        self.fetch_all.setVisible(bool(self.rows))
        running = {fetch.model for fetch in self._transfers.under_way()}
        self._enable(bool(waiting - running))

    def _enable(self, can: bool) -> None:
        if can != self.fetch_all.isEnabled():
            self.fetch_all.setEnabled(can)
            self.fetch_all.setProperty("look", "primary" if can else "")
            self.fetch_all.style().polish(self.fetch_all)

    def _moved(self, model: str) -> None:
        if model in self.rows:
            self.rows[model].tell_progress()
            self._tell_button()

    def _weighed(self, models: frozenset[str]) -> None:
        for model in models & self.rows.keys():
            self.rows[model].tell(self.rows[model].model)


class RecommendedRow(QFrame):
    """One model of the set."""

    def __init__(self, desk: Desk, stock: ModelStock, transfers: ModelTransfers, model: RecommendedModel) -> None:
        super().__init__()
        styled(self, "card")
        self._desk, self._stock, self._transfers = desk, stock, transfers
        self.model = model
        self.role, self.state = muted("small"), QLabel()
        self.state.setProperty("look", "small")
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.name, self.facts, self.why, self.progress = muted("title"), muted("small"), muted(), muted("small")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        head = QHBoxLayout()
        head.addWidget(self.role, 1)
        head.addWidget(self.state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 14, 12)
        layout.setSpacing(4)
        layout.addLayout(head)
        for widget in (self.name, self.why, self.facts, self.bar, self.progress):
            layout.addWidget(widget)

    def tell(self, model: RecommendedModel) -> None:
        """Show the model as it is now."""
        self.model = model
        words, fit = self._desk.words, self._stock.fit(model.id)
        language = words.language
        view = self._stock.views.get(model.id)
        role = texts.ROLES.get(model.role)
        self.role.setText(words(role) if role is not None else model.role)
        quantization = f" · {view.quantization}" if view is not None and view.quantization else ""
        self.name.setText(self._stock.name(model.id) + quantization)
        told = texts.ON_DISK if model.installed else texts.TO_FETCH
        parts = [words(told, size=size(model.bytes, language)), model.device]
        if model.tokens_per_second:
            parts.append(words(texts.TOKENS_SPEED, speed=speed(model.tokens_per_second, language)))
        if isinstance(fit, Placement) and fit.load_seconds > 0:
            parts.append(words(texts.LOADS_IN, time=span(fit.load_seconds, words)))
        self.facts.setText(joined(parts))
        self.why.setText(unbroken(model.why[:1].upper() + model.why[1:]))
        self.bar.setAccessibleName(words(texts.PROGRESS_OF, name=self._stock.name(model.id)))
        self.tell_progress()

    def tell_progress(self) -> None:
        """Show how far its download is."""
        fetch, words = self._transfers.of(self.model.id), self._desk.words
        self.bar.setVisible(fetch is not None)
        line = ""
        state = texts.IS_HERE if self.model.installed else texts.IS_MISSING
        if fetch is not None:
            self.bar.setValue(permille(fetch.progress))
            line = progress_line(fetch.progress, words) if fetch.progress is not None else words(texts.STARTING)
            state = {
                "queued": texts.QUEUED,
                "running": texts.DOWNLOADING,
                "cancelled": texts.PAUSED,
                "failed": texts.FAILED,
            }.get(fetch.state, state)
        if fetch is not None and fetch.failure is not None:
            line = self._desk.sentence(fetch.failure)
        self.state.setText(words(state))
        self.setAccessibleName(words(texts.STATE_IS, name=self.name.text(), state=words(state)))
        self.progress.setText(line)
        self.progress.setVisible(bool(line))
