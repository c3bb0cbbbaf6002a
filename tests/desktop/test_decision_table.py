"""The tables of how an answer came about: never wider than their room, nothing cut, headers above their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import Language
from jarvis.desktop import decision_texts as texts
from jarvis.desktop.decision_rows import CALL_COLUMNS, CANDIDATE_COLUMNS
from jarvis.desktop.decision_table import DecisionTable, Need, shared, wrapped
from jarvis.desktop.decision_view import NUMBERS
from jarvis.desktop.run import Desktop
from jarvis.desktop.texts import Text
from jarvis.desktop.unbroken import NO_BREAK
from tests.desktop.conftest import started
from tests.fakes.desktop import FakeDesktop

CANDIDATES = (
    ("qwen2.5-coder-32b-instruct:q4_k_m", "este equipo", "0,61", "66 %", "nada", "0,40 s", "3,2 s", "respondió"),
    ("big-model", "nube", "0,58", "91 %", "0,0042 $", "1,5 s", "12 s", "te pregunta antes · probado para conocerlo"),
)
CALLS = (("small-model", "respuesta", "1.234", "1.000", "40", "20", "nada", "2,5 s", "tokens estimados"),)


@pytest.fixture
def chat(qtbot: QtBot, fake: FakeDesktop) -> Iterator[Desktop]:
    fake.settings.set("language", "es")
    with started(fake.services) as made:
        yield made


@pytest.fixture
def table(chat: Desktop, qtbot: QtBot) -> Callable[..., DecisionTable]:
    holders: list[QWidget] = []

    def make(width: int, columns: Sequence[Text] = CANDIDATE_COLUMNS, rows: Sequence[Sequence[str]] = CANDIDATES):  # type: ignore[no-untyped-def]
        holder = QWidget()
        qtbot.addWidget(holder)
        holders.append(holder)
        made = DecisionTable(chat.desk, texts.CANDIDATES, columns, rows, NUMBERS)
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(made)
        layout.addStretch()
        holder.resize(width, 700)
        holder.show()
        qtbot.waitExposed(holder)
        return made

    return make


@pytest.mark.parametrize("width", [290, 302, 420, 560, 700, 950, 1400])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("columns", "rows"), [(CANDIDATE_COLUMNS, CANDIDATES), (CALL_COLUMNS, CALLS)])
def test_it_is_never_wider_or_higher_than_its_room_and_cuts_nothing(
    chat: Desktop,
    table: Callable[..., DecisionTable],
    width: int,
    language: Language,
    columns: Sequence[Text],
    rows: Sequence[Sequence[str]],
) -> None:
    chat.desk.services.settings.set("language", language)
    chat.apply_settings()
    made = table(width, columns, rows)
    assert made.horizontalScrollBar().maximum() == 0 and made.verticalScrollBar().maximum() == 0
    assert made.horizontalHeader().length() == made.viewport().width()
    assert made.cells() == [list(cells) for cells in rows]
    measure = made.fontMetrics().horizontalAdvance
    for at in range(made.columnCount()):
        room = made.columnWidth(at)
        if made.in_columns:
            header = made.horizontalHeaderItem(at).text()
            assert all(measure(line) < room for line in header.splitlines())
            assert " ".join(header.split()) == columns[at].to(language)
        for row, cells in enumerate(rows):
            shown = made.item(row, at).text()
            words = cells[at].split() if made.in_columns and columns[at] not in NUMBERS else [shown]
            if made.in_columns and at > 0:
                assert all(measure(word) < room for word in words)
            if not made.in_columns:
                spaced = shown.replace(NO_BREAK, " ")
                facts = [f"{name.to(language)}: {cell}" for name, cell in zip(columns[1:], cells[1:], strict=True)]
                assert spaced.startswith(cells[0]) and all(fact in spaced for fact in facts)
                assert all(measure(word) < room for word in shown.replace(NO_BREAK, "_").split())
            needed = made.fontMetrics().boundingRect(QRect(0, 0, room - 16, 9999), 0x1000, shown)
            assert (at == 0 and made.in_columns) or needed.height() <= made.rowHeight(row)
    assert made.in_columns or width < 900
    assert not made.in_columns or width > 500


def test_it_takes_columns_again_where_there_is_room_again(table: Callable[..., DecisionTable], qtbot: QtBot) -> None:
    made = table(300)
    assert not made.in_columns and made.columnCount() == 1 and made.horizontalHeader().isHidden()
    made.window().resize(1200, 700)
    qtbot.waitUntil(lambda: made.in_columns)
    assert made.columnCount() == 8 and made.horizontalHeader().isVisible()
    assert made.item(1, 5).text() == "1,5 s" and made.horizontalScrollBar().maximum() == 0


def test_headers_stand_above_the_text_of_their_columns(table: Callable[..., DecisionTable]) -> None:
    same = (("Modelo", "Dónde", "Puntuación", "", "", "", "", "Nota"),)
    made = table(900, rows=same)
    assert made.in_columns
    for at in range(made.columnCount()):
        left, width = made.columnViewportPosition(at), made.columnWidth(at)
        header = made.horizontalHeader().viewport()
        above = inked(header, QRect(left, 0, width, header.height()))
        below = inked(made.viewport(), QRect(left, 0, width, made.rowHeight(0) - 2))
        assert abs(above[0] - below[0]) <= 1 and abs(above[1] - below[1]) <= 1


def inked(widget: QWidget, area: QRect) -> tuple[int, int]:
    """The first and the last column of pixels in `area` that is not all ground."""
    image = widget.grab(area).toImage()
    ground = QColor(image.pixel(1, 1)).lightness()
    found = [
        x
        for x in range(image.width())
        if any(abs(QColor(image.pixel(x, y)).lightness() - ground) > 40 for y in range(image.height()))
    ]
    return found[0], found[-1]


def test_columns_share_what_they_do_not_need() -> None:
    needs = (Need(least=40, most=60), Need(least=30, most=30), Need(least=20, most=60))
    assert shared(needs, 89) is None
    assert shared(needs, 90) == [40, 30, 20]
    assert shared(needs, 120) == [50, 30, 40]
    assert shared(needs, 200) == [60, 30, 110], "what nobody needs goes to the last"
    assert shared(needs, 200, spare=0) == [110, 30, 60]


def test_a_header_breaks_between_words() -> None:
    assert wrapped("Primera palabra", 9, len) == "Primera\npalabra"
    assert wrapped("Primera palabra", 15, len) == "Primera palabra"
    assert wrapped("Puntuación", 4, len) == "Puntuación"
