"""The plot as a person meets it: drawn, pointed at, walked with the keys, told to who cannot see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from jarvis.desktop import plot as plot_module
from jarvis.desktop.plot import Picture, Plot, Series
from jarvis.desktop.plot_geometry import Span
from jarvis.desktop.theme import SCALES, Theme

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


@pytest.mark.parametrize("x", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("value", [0.0, 50.0, 100.0])
def test_a_lone_point_is_drawn_whole_at_every_edge(theme: Theme, qtbot: QtBot, x: float, value: float) -> None:
    plot = Plot(theme, tall=44, plain=True)
    qtbot.addWidget(plot)
    plot.resize(120, plot.sizeHint().height())
    plot.show_picture(replace(PICTURE, series=(Series(name="Memory", points=((x, value),)),)))
    plot.show()
    image = plot.grab().toImage()
    ground, accent = QColor(image.pixel(60, 10)), QColor(theme.colours.accent)
    inked = [
        (across, down)
        for across in range(image.width())
        for down in range(image.height())
        if abs(QColor(image.pixel(across, down)).red() - ground.red()) > abs(accent.red() - ground.red()) / 3
    ]
    wide, high = ({place[axis] for place in inked} for axis in (0, 1))
    assert len(wide) >= 4 and len(high) >= 4, "no half of it is missing"


def test_no_line_crosses_the_sentence_that_there_is_no_history(plot: Plot, theme: Theme) -> None:
    def lines() -> int:
        image = plot.grab().toImage()
        column = image.width() - 12
        return sum(QColor(image.pixel(column, y)).name() == theme.colours.border for y in range(image.height()))

    plot.show_picture(replace(PICTURE, series=(), marks=()))
    assert lines() == 1, "the axis alone"
    plot.show_picture(replace(PICTURE, series=(Series(name="Memory", points=((0.0, 10.0),)),), marks=()))
    assert lines() > 1


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


@pytest.fixture
def sized(theme: Theme, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Have the person choose a size of text."""
    before = QApplication.font().pointSizeF()

    def use(scale: float) -> None:
        monkeypatch.setitem(SCALES, "normal", scale)
        theme.use("light")

    yield use
    monkeypatch.undo()
    theme.use("light")
    assert QApplication.font().pointSizeF() == before


STEEP = replace(
    PICTURE,
    series=(Series(name="Saved", points=((0.0, -0.3), (1.0, 0.8), (2.0, 0.1)), shape="bar"),),
    tell_y=lambda y: f"${y:.2f}",
    marks=tuple((at / 4, f"{at} March") for at in range(9)),
    top=None,
)


class Labels:
    """Notes where a plot writes what."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.places: list[tuple[QRectF, str]] = []
        monkeypatch.setattr(plot_module, "QPainter", self._painter(QPainter))

    def _painter(self, base: type[QPainter]) -> type[QPainter]:
        places = self.places

        class Noting(base):  # type: ignore[misc,valid-type]
            def drawText(self, area: QRectF, flags: int, text: str) -> None:  # type: ignore[override]
                needed = QFontMetricsF(self.font())
                assert needed.horizontalAdvance(text) <= area.width() + 1, f"{text} is cut"
                assert needed.height() <= area.height() + 1, f"{text} is cut"
                places.append((area, text))
                super().drawText(area, flags, text)

        return Noting


@pytest.mark.parametrize("scale", [0.9, 1.0, 1.45, 2.0, 3.0])
@pytest.mark.parametrize("picture", [PICTURE, STEEP], ids=["from nothing", "below nothing"])
@pytest.mark.parametrize("width", [None, 400, 900])
def test_labels_follow_the_size_of_text_and_none_is_cut_or_on_another(
    plot: Plot,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    sized: Callable[[float], None],
    scale: float,
    picture: Picture,
    width: int | None,
) -> None:
    before = plot._small().pointSizeF()
    sized(scale)
    assert plot._small().pointSizeF() == pytest.approx(before * scale)
    labels = Labels(monkeypatch)
    plot.show_picture(picture)
    plot.resize(width or plot.minimumSizeHint().width(), plot.sizeHint().height())
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    plot.grab()
    assert len(labels.places) >= 3
    for at, (area, text) in enumerate(labels.places):
        assert QRectF(plot.rect()).adjusted(-1, -1, 1, 1).contains(area), f"{text} is cut"
        touched = [other for place, other in labels.places[at + 1 :] if place.intersects(area.adjusted(1, 1, -1, -1))]
        assert not touched, f"{text} on {touched}"
    labels.places.clear()
    qtbot.keyClick(plot, Qt.Key.Key_End)
    plot.grab()
    told = labels.places[-2:]
    assert all(QRectF(plot.rect()).contains(area) for area, _ in told), "what the mark tells stays inside"
    plot.clearFocus()


def test_a_plot_asks_for_its_new_height_when_the_size_of_text_changes(
    theme: Theme, qtbot: QtBot, sized: Callable[[float], None]
) -> None:
    holder, plot = QWidget(), Plot(theme)
    qtbot.addWidget(holder)
    layout = QVBoxLayout(holder)
    layout.addWidget(plot)
    holder.show()
    before = plot.height()
    sized(1.45)
    qtbot.waitUntil(lambda: plot.height() == plot.sizeHint().height() > before)
