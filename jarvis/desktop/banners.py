"""The strip above the messages: what is missing and how to mend it, what is ringing, what just went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from jarvis.contracts.skills import Alert
from jarvis.desktop import texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.one_line import OneLine
from jarvis.desktop.services import Notice
from jarvis.desktop.step_label import StepLabel
from jarvis.desktop.text_widgets import copied_mark
from jarvis.desktop.theme import Role, styled
from jarvis.desktop.way_button import WayButton
from jarvis.desktop.ways_on import place_of
from jarvis.desktop.window_words import in_window

MOST_SHOWN = 2
"""Notices shown at once; the rest are counted and come up as these are dismissed."""

_RINGING = {
    "timer": (texts.RINGING_TIMER, texts.UNNAMED_TIMER),
    "alarm": (texts.RINGING_ALARM, texts.UNNAMED_ALARM),
    "reminder": (texts.RINGING_REMINDER, texts.UNNAMED_REMINDER),
}


def ringing_text(alert: Alert, desk: Desk) -> str:
    """Say what rings."""
    sentence, unnamed = _RINGING[alert.kind]
    return desk.words(sentence, label=alert.label or desk.words(unnamed))


class Banners(QWidget):
    """Ringing alerts first, then trouble, then notices."""

    dismissed = Signal(str)
    """Id of a notice that the person does not want to see again."""
    put_away = Signal(str)
    """Id of something told that the person has seen."""
    alert_dismissed = Signal(str)
    way_wanted = Signal(str)
    """A `Place` where trouble can be mended or a notice leads."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._notices: list[Notice] = []
        self._own: dict[str, Notice] = {}
        self._hidden: set[str] = set()
        self._ringing: dict[str, Alert] = {}
        self._trouble = ""
        self._trouble_code = ""
        self._bars: dict[str, QProgressBar] = {}
        self._progress_words: dict[str, OneLine] = {}
        self._shape: object = None
        self._compact = False
        self._all = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(24, 0, 24, 8)
        self._layout.setSpacing(8)
        desk.words.changed.connect(self._rebuild)
        desk.theme.changed.connect(self._rebuild)

    def set_compact(self, compact: bool) -> None:
        """Beside a conversation show one bar at most, and the rest when asked for; on an empty page two."""
        if compact != self._compact:
            self._compact, self._all = compact, False
            self._rebuild()

    def hide_ids(self, ids: Sequence[str]) -> None:
        """Take the notices that were dismissed before."""
        self._hidden.update(ids)

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Show what holds now; a progress that moved is moved in place."""
        self._notices = [replace(notice, text=in_window(notice.text)) for notice in notices]
        self._update()

    def tell(self, notice: Notice) -> None:
        """Show something that just happened until it is dismissed, in the place of what has the same id."""
        self._own[notice.id] = notice
        self._update()

    def untell(self, notice_id: str) -> None:
        """What was told under `notice_id` holds no longer."""
        if self._own.pop(notice_id, None) is not None:
            self._update()

    def show_ringing(self, alert: Alert) -> None:
        """Show an alert that rings."""
        self._ringing[alert.id] = alert
        self._update()

    def keep_ringing(self, alerts: Sequence[Alert]) -> None:
        """Show exactly these alerts as ringing."""
        self._ringing = {alert.id: alert for alert in alerts if alert.state == "ringing"}
        self._update()

    def show_trouble(self, sentence: str, code: str = "") -> None:
        """Show something that just went wrong until it is dismissed; empty hides it. `code` is the error's, and leads
        to where it can be mended."""
        self._trouble, self._trouble_code = in_window(sentence), code
        self._update()

    def end_trouble(self, sentence: str) -> None:
        """What was shown as trouble in these words holds no longer."""
        if self._trouble == in_window(sentence):
            self.show_trouble("")

    def visible_notices(self) -> list[Notice]:
        """Return the notices that were not dismissed: what just happened first, then what is under way."""
        told = sorted(self._own.values(), key=lambda notice: notice.percent is not None)
        return [*told, *(notice for notice in self._notices if notice.id not in self._hidden)]

    def _update(self) -> None:
        shape = (
            [(n.id, n.text, n.step, n.kind, n.percent is None, n.way) for n in self.visible_notices()],
            list(self._ringing.values()),
            (self._trouble, self._trouble_code),
        )
        if shape != self._shape:
            self._shape = shape
            self._rebuild()
        for notice in self.visible_notices():
            if notice.percent is not None and notice.id in self._bars:
                self._bars[notice.id].setValue(round(notice.percent * 10))
                self._tell_progress(notice, self._progress_words[notice.id])

    def _rebuild(self) -> None:
        while self._layout.count():
            item = self._layout.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._bars.clear()
        self._progress_words.clear()
        for alert in self._ringing.values():
            self._layout.addWidget(self._alert_bar(alert))
        if self._trouble:
            self._layout.addWidget(self._trouble_bar())
        shown = self.visible_notices()
        most = len(shown) if self._all else self._most()
        for notice in shown[:most]:
            self._layout.addWidget(self._notice_bar(notice))
        if len(shown) > most:
            hidden = len(shown) - most
            words = self._desk.words(texts.ONE_MORE_NOTICE if hidden == 1 else texts.MORE_NOTICES, count=hidden)
            more = QPushButton(words)
            more.setAccessibleName(words)
            more.setProperty("look", "link")
            more.setFlat(True)
            more.setCursor(Qt.CursorShape.PointingHandCursor)
            more.clicked.connect(self._show_all)
            self._layout.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        self.setVisible(self._layout.count() > 0)

    def _most(self) -> int:
        if not self._compact:
            return MOST_SHOWN
        return 0 if self._trouble or self._ringing else 1

    def _show_all(self) -> None:
        self._all = True
        self._rebuild()

    def _trouble_bar(self) -> QFrame:
        way = WayButton(self._desk)
        way.wanted.connect(self.way_wanted)
        bar, _ = self._bar("bad", "warning", "bad", self._trouble, lambda: self.show_trouble(""), below=way)
        way.lead(place_of(self._trouble_code))
        return bar

    def _alert_bar(self, alert: Alert) -> QFrame:
        bar, layout = self._bar("ringing", "alarm", "on_accent", ringing_text(alert, self._desk), None)
        button = QPushButton(self._desk.words(texts.DISMISS))
        button.setAccessibleName(self._desk.words(texts.DISMISS))
        button.clicked.connect(lambda: self.alert_dismissed.emit(alert.id))
        layout.addWidget(button)
        return bar

    def _notice_bar(self, notice: Notice) -> QFrame:
        icons: dict[str, tuple[str, Role]] = {
            "warning": ("warning", "warn"),
            "info": ("info", "accent"),
            "progress": ("download", "accent"),
        }
        icon, role = icons[notice.kind]
        way = None
        if notice.way is not None:
            way = WayButton(self._desk)
            way.wanted.connect(self.way_wanted)
        bar, _ = self._bar(notice.kind, icon, role, notice.text, lambda: self._dismiss(notice.id), notice, way)
        if way is not None:
            # Not before it stands in the bar: until then it would be a window of its own.
            way.lead(notice.way)
        return bar

    def _bar(
        self,
        kind: str,
        icon: str,
        role: Role,
        sentence: str,
        close: Callable[[], None] | None,
        notice: Notice | None = None,
        below: QPushButton | None = None,
    ) -> tuple[QFrame, QHBoxLayout]:
        bar = styled(QFrame(), "notice")
        bar.setProperty("kind", kind)
        mark = QLabel()
        mark.setPixmap(self._desk.theme.icon(icon, role).pixmap(20, 20))
        text = QLabel(sentence)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        column = QVBoxLayout()
        column.setSpacing(7)
        column.addWidget(text)
        if notice is not None and notice.percent is not None:
            column.addLayout(self._progress(notice, below))
        elif below is not None:
            column.addLayout(FlowRow(below))
        if notice is not None and notice.step:
            column.addLayout(self._step(notice.step))
        layout = QHBoxLayout(bar)
        layout.setContentsMargins(14, 10, 8, 10)
        layout.setSpacing(11)
        layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop if notice else Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(column, 1)
        if close is not None:
            button = QToolButton()
            button.setProperty("look", "small")
            button.setIcon(self._desk.theme.icon("close", "muted"))
            button.setAccessibleName(self._desk.words(texts.DISMISS))
            button.setToolTip(self._desk.words(texts.DISMISS))
            button.clicked.connect(close)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return bar, layout

    def _progress(self, notice: Notice, way: QPushButton | None) -> QLayout:
        bar = QProgressBar()
        bar.setRange(0, 1000)
        bar.setTextVisible(False)
        bar.setAccessibleName(notice.text)
        bar.setValue(round((notice.percent or 0.0) * 10))
        words = OneLine()
        words.setProperty("look", "small")
        self._tell_progress(notice, words)
        self._bars[notice.id], self._progress_words[notice.id] = bar, words
        if way is not None:
            rows = QVBoxLayout()
            rows.setSpacing(7)
            rows.addWidget(bar)
            rows.addLayout(FlowRow(words, way, spacing=10))
            return rows
        layout = QHBoxLayout()
        layout.setSpacing(10)
        layout.addWidget(bar, 1)
        layout.addWidget(words)
        return layout

    def _tell_progress(self, notice: Notice, words: OneLine) -> None:
        told = notice.progress or self._desk.words(texts.PERCENT, percent=round(notice.percent or 0.0))
        if words.text() != told:
            words.setText(told)

    def _step(self, step: str) -> QHBoxLayout:
        label = StepLabel(step)
        label.setFont(self._desk.theme.mono())
        copy = QToolButton()
        copy.setProperty("look", "small")
        copy.setIcon(self._desk.theme.icon("copy", "muted"))
        copy.setAccessibleName(self._desk.words(texts.COPY_STEP))
        copy.setToolTip(self._desk.words(texts.COPY_STEP))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(step))
        copy.clicked.connect(lambda: copied_mark(copy, self._desk.theme, self._desk.words))
        layout = QHBoxLayout()
        layout.setSpacing(4)
        layout.addWidget(label)
        layout.addWidget(copy)
        layout.addStretch()
        return layout

    def _dismiss(self, notice_id: str) -> None:
        if notice_id in self._own:
            self.untell(notice_id)
            self.put_away.emit(notice_id)
            return
        self._hidden.add(notice_id)
        self.dismissed.emit(notice_id)
        self._update()
