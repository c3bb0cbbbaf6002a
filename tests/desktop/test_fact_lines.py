"""Facts side by side: a dot never begins a line and never follows a sentence."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextLayout

from jarvis.desktop.fact_lines import BETWEEN, joined


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ((), ""),
        (("", "one", ""), "one"),
        (("one", "two"), f"one{BETWEEN}two"),
        (("Fits whole.", "Loads in 9 s"), "Fits whole.\nLoads in 9 s"),
        (("2 of 4 GB", "80 s left", "What arrived is kept."), f"2 of 4 GB{BETWEEN}80 s left\nWhat arrived is kept."),
        (("One.", "Two.", "three", "four"), f"One.\nTwo.\nthree{BETWEEN}four"),
    ],
)
def test_a_sentence_has_its_own_line(parts: tuple[str, ...], told: str) -> None:
    assert joined(parts) == told


def test_no_line_begins_with_the_dot_however_narrow_it_is(qapp: object) -> None:
    text = joined(("Respuestas", "4,9 GB por descargar", "Q4_K_M", "Licencia: Apache-2.0"))
    for width in range(20, 600, 3):
        layout = QTextLayout(text)
        layout.beginLayout()
        lines = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            lines.append(text[line.textStart() : line.textStart() + line.textLength()])
        layout.endLayout()
        assert "".join(lines) == text
        assert not [line for line in lines if line.lstrip().startswith("·")]
