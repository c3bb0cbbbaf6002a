"""The plot as a person meets it: drawn, pointed at, walked with the keys, told to who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from jarvis.desktop.plot import Picture, Plot, Series
from jarvis.desktop.plot_geometry import Span
from jarvis.desktop.theme import Theme

PICTURE = Picture(
    series=(
        Series(name="Memory", points=((0.0, 10.0), (1.0, 50.0), (2.0, 100.0)), hue="accent"),
        Series(name="Load", points=((0.0, 5.0), (1.0, None), (2.0, None)), hue="bad"),
    ),
    across=Span(low=0, high=2),
    tell_x=lambda x: f"at {x:.0f}",
    tell_y=lambda y: f"{y:.0f}%",
    marks=((0.0, "first"), (2.0, "last")),
    top=100.0,
    empty="Nothing yet.",
)


@pytest.fixture
def theme(qapp: object) -> Iterator[Theme]:
    yield Theme("light")


@pytest.fixture
def plot(qtbot: QtBot, theme: Theme) -> Plot:
    made = Plot(theme)
    qtbot.addWidget(made)
    made.resize(400, made.sizeHint().height())
    made.show_picture(PICTURE)
    made.show()
    return made


def drawn(plot: Plot) -> set[str]:
    """The colours that are seen."""
    image: QImage = plot.grab().toImage()
    return {QColor(image.pixel(x, y)).name() for x in range(image.width()) for y in range(image.height())}


def test_the_newest_values_are_told(plot: Plot) -> None:
    assert plot.accessibleDescription() == "Memory: 100%, Load: 5%"


def test_without_values_it_says_so(plot: Plot) -> None:
    plot.show_picture(Picture(series=(), across=Span(low=0, high=1), tell_x=str, tell_y=str, empty="Nothing yet."))
    assert plot.accessibleDescription() == "Nothing yet."
    assert plot.marked() is None
    assert not plot.grab().isNull()


def pointed(plot: Plot, x: float) -> None:
    """Move the pointer within the plot; where the screen's own pointer is does not matter."""
    here = QPointF(x, 40)
    nothing = Qt.MouseButton.NoButton
    moved = QMouseEvent(QEvent.Type.MouseMove, here, here, nothing, nothing, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(plot, moved)


def test_the_pointer_marks_what_is_nearest(plot: Plot) -> None:
    pointed(plot, plot.width() - 12)
    assert plot.marked() == ("at 2", ["Memory: 100%", "Load: —"])
    pointed(plot, plot.width() // 2 + 20)
    assert plot.marked() == ("at 1", ["Memory: 50%", "Load: —"])


def test_the_keys_walk_the_points_and_tell_them(plot: Plot, qtbot: QtBot) -> None:
    assert plot.focusPolicy() & Qt.FocusPolicy.TabFocus
    told = []
    for key in (Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home):
        qtbot.keyClick(plot, key)
        marked = plot.marked()
        assert marked is not None
        told.append(marked[0])
    assert told == ["at 2", "at 1", "at 0", "at 0", "at 1", "at 0"]
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert plot.accessibleDescription() == "at 0, Memory: 10%, Load: 5%"
    plot.clearFocus()


def test_it_is_drawn_in_the_theme_in_use_and_grey_when_it_no_longer_holds(plot: Plot, theme: Theme) -> None:
    plot.show_picture(
        Picture(
            series=(Series(name="x", points=tuple((float(at), 9.0) for at in range(9)), hue="good", shape="bar"),),
            across=Span(low=-0.5, high=8.5),
            tell_x=str,
            tell_y=str,
        )
    )
    assert theme.colours.good in drawn(plot)
    before = theme.colours.good
    theme.use("dark")
    assert theme.colours.good != before
    assert theme.colours.good in drawn(plot) and before not in drawn(plot)
    plot.set_faded(True)
    assert theme.colours.good not in drawn(plot)


@pytest.mark.parametrize("points", [8.0, 12.0, 20.0, 32.0])
def test_larger_letters_get_more_room(plot: Plot, points: float) -> None:
    from jarvis.desktop import plot as module

    small = module.SMALL_POINTS
    try:
        module.SMALL_POINTS = points
        frame = plot._frame((0.0, 100.0))
        line = plot._line()
        assert frame.left >= plot.fontMetrics().averageCharWidth()
        assert plot.sizeHint().height() >= plot._tall + line
        assert frame.bottom + 4 + line <= plot.sizeHint().height()
    finally:
        module.SMALL_POINTS = small
