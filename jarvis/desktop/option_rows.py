"""One row of the settings: an option's name and sentence, a control made for its kind, the way back to its default."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLocale, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from jarvis.desktop import texts
from jarvis.desktop.choice import Choice
from jarvis.desktop.desk import Desk
from jarvis.desktop.settings_labels import LABELS
from jarvis.desktop.settings_texts import CHOICE_NAMES
from jarvis.desktop.texts import Text
from jarvis.settings.options import Option, OptionValue

_NUMBER_MARGINS = (10, 0, 10, 0)
"""The style sheet's padding, which Qt does not keep around a number."""


class OptionRow(QWidget):
    """Shows one option, what it is for, and saves each change at once, in the background."""

    changed = Signal(str)

    def __init__(self, desk: Desk, option: Option) -> None:
        super().__init__()
        self._desk = desk
        self.option = option
        self._loading = False
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setToolTip(option.name)
        self._about = QLabel()
        self._about.setProperty("look", "small")
        self._about.setWordWrap(True)
        self._error = QLabel()
        self._error.setProperty("look", "bad")
        self._error.setWordWrap(True)
        self._error.hide()
        left = self.left = QVBoxLayout()
        left.setSpacing(2)
        left.addWidget(self._label)
        left.addWidget(self._about)
        left.addWidget(self._error)
        self.control, self._show = self._make_control()
        self._label.setBuddy(self.control)
        self.reset = QToolButton()
        self.reset.setProperty("look", "small")
        desk.theme.dress(self.reset, "reset", size=17)
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.reset.clicked.connect(lambda: self.save(option.default))
        self.right = QHBoxLayout()
        self.right.setSpacing(8)
        self.right.addWidget(self.control, 0, Qt.AlignmentFlag.AlignVCenter)
        self.right.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignVCenter)
        self._outer = QHBoxLayout(self)
        self._outer.setContentsMargins(16, 11, 10, 11)
        self._outer.setSpacing(14)
        self._outer.addLayout(left, 1)
        self._outer.addLayout(self.right)
        desk.words.follow(self, self._retranslate)

    def set_narrow(self, narrow: bool) -> None:
        """Put the control below the sentence where there is no room beside it."""
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._outer.setDirection(below if narrow else beside)
        self._outer.setSpacing(6 if narrow else 14)
        self.right.setAlignment(Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag.AlignRight)

    def load(self) -> None:
        """Show the value that holds."""
        value = self._desk.services.settings.get(self.option.name)
        self._loading = True
        self._show(value)
        self._loading = False
        self.reset.setVisible(value != self.option.default)

    def save(self, value: OptionValue) -> None:
        """Store `value`; what is not allowed is said below the option and the old value stays."""
        if self._loading or value == self._desk.services.settings.get(self.option.name):
            return
        settings, name = self._desk.services.settings, self.option.name
        self._desk.bridge.run(lambda: settings.set(name, value), self._saved, self._refused, keep=True)

    def _saved(self, value: OptionValue) -> None:
        del value
        self._error.hide()
        self.load()
        self.changed.emit(self.option.name)

    def _refused(self, error: Exception) -> None:
        self._error.setText(self._desk.sentence(error))
        self._error.show()
        self.load()

    def _retranslate(self) -> None:
        words = self._desk.words
        about = self.option.about_es if words.language == "es" else self.option.about_en
        label = words(LABELS[self.option.name])
        self._label.setText(label)
        self._about.setText(about)
        self.control.setAccessibleName(label)
        self.control.setAccessibleDescription(about)
        default = words(texts.RESET_ONE, default=self._value_text(self.option.default))
        self.reset.setToolTip(default)
        self.reset.setAccessibleName(f"{label}. {default}")
        if isinstance(self.control, QComboBox):
            for at, choice in enumerate(self.option.choices):
                self.control.setItemText(at, self._value_text(choice))
        if isinstance(self.control, QDoubleSpinBox):
            spanish = words.language == "es"
            self.control.setLocale(QLocale(QLocale.Language.Spanish if spanish else QLocale.Language.English))
            # The number that is shown is only written anew where its form changes.
            self.control.setDecimals(self.control.decimals())
        if isinstance(self.control, QLineEdit):
            self.control.setPlaceholderText(words(texts.AUTOMATIC) if self.option.default == "" else "")
        self.load()

    def _value_text(self, value: OptionValue) -> str:
        words = self._desk.words
        if isinstance(value, bool):
            return words(texts.ON if value else texts.OFF)
        text = choice_text(str(value)) if self.option.choices else None
        if text is not None:
            return words(text)
        return str(value) or words(texts.AUTOMATIC)

    def _make_control(self) -> tuple[QWidget, Callable[[OptionValue], None]]:
        option = self.option
        if option.choices:
            return self._combo()
        if option.type is bool:
            box = Switch(self._desk)
            box.toggled.connect(self.save)
            return box, lambda value: box.setChecked(bool(value))
        if option.type is int:
            whole = _Whole()
            whole.setRange(int(option.minimum or 0), int(option.maximum or 2**31 - 1))
            whole.setFixedWidth(120)
            whole.lineEdit().setTextMargins(*_NUMBER_MARGINS)
            whole.editingFinished.connect(lambda: self.save(whole.value()))
            return whole, lambda value: whole.setValue(int(value))
        if option.type is float:
            real = _Real()
            real.setRange(float(option.minimum or 0), float(option.maximum or 1e9))
            real.setDecimals(3 if (option.maximum or 1) <= 1 else 2)
            real.setSingleStep(0.05)
            real.setFixedWidth(120)
            real.lineEdit().setTextMargins(*_NUMBER_MARGINS)
            real.editingFinished.connect(lambda: self.save(round(real.value(), 6)))
            return real, lambda value: real.setValue(float(value))
        line = QLineEdit()
        line.setMinimumWidth(150)
        line.setMaximumWidth(260)
        line.editingFinished.connect(lambda: self.save(line.text().strip()))
        return line, lambda value: _show_line(line, str(value))

    def _combo(self) -> tuple[QWidget, Callable[[OptionValue], None]]:
        combo = Choice(self._desk)
        combo.addItems(list(self.option.choices))
        combo.setMinimumWidth(190)
        combo.currentIndexChanged.connect(lambda at: self.save(self.option.choices[at]))
        return combo, lambda value: combo.setCurrentIndex(self.option.choices.index(str(value)))


def choice_text(value: str) -> Text | None:
    """Return what a choice is called; None for one that is shown as it is."""
    return CHOICE_NAMES.get(value) or texts.CHOICES.get(value)


def _show_line(line: QLineEdit, text: str) -> None:
    line.setText(text)
    line.setCursorPosition(0)


class Switch(QCheckBox):
    """A check box drawn as a switch."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        desk.theme.follow(self, self.update)

    def sizeHint(self) -> QSize:
        """Room for the switch and its focus ring."""
        return QSize(46, 28)

    def hitButton(self, pos: QPoint) -> bool:
        """The whole switch can be pressed."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw track and knob."""
        del event
        colours = self._desk.theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(3, self.height() / 2 - 11, 40, 22)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(track, 11, 11)
            painter.setBrush(QColor(colours.on_accent))
            painter.drawEllipse(QPointF(track.right() - 11, track.center().y()), 8, 8)
        else:
            # An outline with a small knob: a filled track would look switched on.
            painter.setPen(QPen(QColor(colours.muted), 1.5))
            painter.setBrush(QColor(colours.field))
            painter.drawRoundedRect(track.adjusted(0.75, 0.75, -0.75, -0.75), 10.25, 10.25)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.muted))
            painter.drawEllipse(QPointF(track.left() + 11, track.center().y()), 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.text), 1.5))
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), 13, 13)
        painter.end()


class _Whole(QSpinBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class _Real(QDoubleSpinBox):
    def textFromValue(self, value: float) -> str:
        """Write a number without zeros that say nothing."""
        text, point = super().textFromValue(value), self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()
