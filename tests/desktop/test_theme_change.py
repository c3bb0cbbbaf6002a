"""Another look reaches every widget, and each one once."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from jarvis.desktop.theme import Theme

DEEP = 8


class Restyled(QObject):
    """Counts how often a widget was given its look anew."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.times += event.type() == QEvent.Type.StyleChange
        return False


def test_a_widget_deep_inside_is_restyled_no_more_often_than_one_outside(qtbot: QtBot) -> None:
    theme = Theme("light")
    outside = holder = QWidget()
    for _ in range(DEEP):
        inside = QWidget()
        QVBoxLayout(holder).addWidget(inside)
        holder = inside
    label = QLabel("deep inside")
    QVBoxLayout(holder).addWidget(label)
    outside.show()
    counts = {widget: Restyled() for widget in (outside, label)}
    for widget, count in counts.items():
        widget.installEventFilter(count)
    before = label.grab().toImage()
    theme.use("dark")
    assert 1 <= counts[label].times <= counts[outside].times <= 2
    assert label.grab().toImage() != before
    theme.use("light")
    QApplication.processEvents()
    assert label.grab().toImage() == before
    outside.close()
