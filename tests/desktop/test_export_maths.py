"""Formulas in PDFs: drawn where they can be, on the line of their letters, and LaTeX where they cannot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from jarvis.contracts.desktop_ports import DrawnFormula, Formulas
from jarvis.contracts.errors import EngineError
from jarvis.desktop.export_maths import HIGHEST_EM, PATIENCE_SECONDS, FormulasOnPaper
from jarvis.desktop.export_pdf import BODY_POINTS, write_pdf
from jarvis.documents.formulas import FormulaDrawer
from jarvis.processes.registry import ChildRegistry
from tests.fakes.formulas import Squares

pytestmark = pytest.mark.usefixtures("qapp")

ROOT = r"x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}"
HOSTILE = r"$\frac{a$"
SAID = {
    "en": (f"The roots are\n\n$$\n{ROOT}\n$$\n\nand {HOSTILE} stays.", "The roots are", "stays."),
    "es": (f"Las raíces son\n\n$$\n{ROOT}\n$$\n\ny {HOSTILE} se queda.", "Las raíces son", "se queda."),
}


class Page:
    """The first page of a PDF as a reader sees it; lengths in points, from the bottom left corner."""

    def __init__(self, file: Path) -> None:
        with pypdfium2.PdfDocument(file) as document:
            page = document[0]
            written = page.get_textpage()
            self.text = written.get_text_range().replace("\r\n", "\n")
            self.lines = sum(1 for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=8))
            self.pictures = sum(1 for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=8))
            self.places = {
                letter: written.get_charbox(at) for at, letter in enumerate(written.get_text_range()) if letter in "<>"
            }
            shown = page.render(scale=SCALE, grayscale=True)
            self._height, self._stride = page.get_height(), shown.stride
            # The lower half has the foot.
            self._dots = bytes(shown.buffer)[: shown.stride * shown.height // 2]

    def inked(self, left: float, right: float) -> tuple[float, float, float, float]:
        """The smallest box with all that is dark between two places: left, bottom, right, top."""
        dots = [
            (at % self._stride, at // self._stride)
            for at, grey in enumerate(self._dots)
            if grey < DARK and left * SCALE < at % self._stride < right * SCALE
        ]
        across, down = [x / SCALE for x, _ in dots], [self._height - y / SCALE for _, y in dots]
        return min(across), min(down), max(across), max(down)


SCALE = 4
DARK = 128


def page(text: str, folder: Path, formulas: Formulas | None) -> Page:
    file = folder / "out.pdf"
    write_pdf(text, file, title="T", page_word="{number}", formulas=formulas)
    return Page(file)


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FormulaDrawer]:
    folder = tmp_path_factory.mktemp("formulas")
    made = FormulaDrawer(logs=folder / "logs", registry=ChildRegistry(folder / "run"), seconds=60.0)
    yield made
    made.close()


@pytest.mark.parametrize("language", ["en", "es"])
def test_real_formulas_are_drawn_and_what_is_none_stays_as_it_was_written(
    language: str, tmp_path: Path, drawer: FormulaDrawer
) -> None:
    text, before, after = SAID[language]
    pages: list[Page] = []
    # As the export of a conversation is: not on the thread of the window.
    worker = threading.Thread(target=lambda: pages.append(page(text, tmp_path, drawer)))
    worker.start()
    worker.join()
    drawn, plain = pages[0], page(text, tmp_path, None)
    for each in (drawn, plain):
        assert each.text.index(before) < each.text.index(HOSTILE) < each.text.index(after)
        assert each.pictures == 0
    assert "frac{-b" in plain.text and "frac{-b" not in drawn.text
    # x, =, -, b, ±, √, b, 2, -, 4, a, c, 2, a, and two strokes.
    assert drawn.lines - plain.lines >= 14


def test_a_formula_stands_on_the_line_of_its_letters_as_large_as_they_are(tmp_path: Path) -> None:
    # The square is one em wide, one high above its line, and half an em below.
    seen = page("HH <$x$> HH", tmp_path, Squares())
    assert seen.text.startswith("HH <")
    _, below, right, _ = seen.places["<"]
    left = seen.places[">"][0]
    box = seen.inked(right + 0.5, left - 0.5)
    assert box[2] - box[0] == pytest.approx(BODY_POINTS, abs=0.8)
    assert box[3] - box[1] == pytest.approx(1.5 * BODY_POINTS, abs=1.0)
    letters = seen.inked(0, seen.places["<"][0] - 1.0)
    line = letters[1]
    assert below > line - BODY_POINTS
    assert box[1] == pytest.approx(line - BODY_POINTS / 2, abs=0.8)


def test_formulas_in_tables_lists_and_quotations_are_drawn(tmp_path: Path) -> None:
    squares = Squares()
    seen = page("| a | b |\n|---|---|\n| $x$ | $y$ |\n\n1. \\(z\\)\n\n> $$q$$\n", tmp_path, squares)
    assert sorted(squares.asked) == [("q", True), ("x", False), ("y", False), ("z", False)]
    assert "$" not in seen.text and "\\" not in seen.text


def test_the_same_formula_is_drawn_once_and_nothing_is_asked_where_nothing_draws(tmp_path: Path) -> None:
    squares = Squares()
    page("$x$ and $x$ " * 20 + "\n\n# Next\n\n$x$", tmp_path, squares)
    assert squares.asked == [("x", False)]
    broken = Squares()
    broken.trouble = EngineError("child.spawn", en="No memory.", es="Sin memoria.")
    seen = page("$x$ and $y$", tmp_path, broken)
    assert len(broken.asked) == 1
    assert "$x$ and $y$" in seen.text


def test_what_is_higher_than_a_page_stays_latex() -> None:
    class High:
        def draw(self, latex: str, *, block: bool) -> DrawnFormula | None:
            height = HIGHEST_EM + 1 if latex == "high" else HIGHEST_EM
            return DrawnFormula(svg="<svg/>", width=1.0, height=height, depth=0.5)

        def close(self) -> None:
            pass

    paper = FormulasOnPaper(High())
    assert paper.picture("high", True, "#000000") is None
    assert paper.picture("low", True, "#000000") is not None


def test_formulas_that_take_for_ever_are_given_up_together() -> None:
    squares, seconds = Squares(), [0.0]

    def now() -> float:
        seconds[0] += PATIENCE_SECONDS / 4
        return seconds[0]

    paper = FormulasOnPaper(squares, now)
    assert paper.picture("good", False, "#000000") is not None
    for number in range(10):
        assert paper.picture(f"bad {number}", False, "#000000") is None
    assert len(squares.asked) == 1 + 5
    # What was drawn is there still.
    assert paper.picture("good", False, "#000000") is not None
    assert paper.picture("another good", False, "#000000") is None
