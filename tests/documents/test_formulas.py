"""The drawer of formulas over its real child, and over what formulas may do to a child."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from jarvis.documents.formula_child import WIDEST_EM
from jarvis.documents.formulas import LONGEST_LATEX, FormulaDrawer
from jarvis.processes.registry import ChildRegistry

Make = Callable[..., FormulaDrawer]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[FormulaDrawer] = []

    def one(**given: object) -> FormulaDrawer:
        registry = ChildRegistry(tmp_path / "run")
        made.append(FormulaDrawer(logs=tmp_path / "logs", registry=registry, **given))  # type: ignore[arg-type]
        return made[-1]

    yield one
    for drawer in made:
        drawer.close()


def test_formulas_become_lines_with_their_measures(make: Make) -> None:
    drawer = make(seconds=60.0)
    for latex in (r"\frac{a}{b}", "x_1", r"\text{año} < 3", r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}"):
        drawn = drawer.draw(latex, block=False)
        assert drawn is not None
        assert 0.3 < drawn.width < 15
        assert 0.3 < drawn.height < 6
        assert -0.1 < drawn.depth < drawn.height
        kinds = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(drawn.svg).iter()}
        assert kinds <= {"svg", "path", "rect", "g", "line"}
        assert "currentColor" in drawn.svg
    flat, tall = drawer.draw(r"\sum_{i}^n i", block=False), drawer.draw(r"\sum_{i}^n i", block=True)
    assert flat is not None
    assert tall is not None
    assert tall.height > flat.height


def test_what_is_no_formula_has_no_picture_and_costs_nothing_else(make: Make) -> None:
    drawer = make(seconds=60.0)
    assert drawer.draw("x", block=False) is not None
    child = drawer._child.pid
    for latex in (r"\frac{a", "x^", "", r"\left(", "{" * 400, r"\text{<b>&</b>}"):
        assert drawer.draw(latex, block=False) is None
    wide = "W" * int(WIDEST_EM)
    assert drawer.draw(wide + wide, block=False) is None
    assert drawer.draw("y", block=False) is not None
    assert drawer._child.pid == child


def test_a_formula_that_takes_for_ever_ends_its_child_and_the_next_gets_another(make: Make) -> None:
    drawer = make(seconds=0.3)
    endless = r"\frac{1}{" * 40 + "x" + "}" * 40
    assert drawer.draw(endless, block=False) is None
    assert drawer._child.pid is None
    drawer._seconds = 60.0
    assert drawer.draw("x", block=False) is not None


def test_a_long_formula_is_not_tried(make: Make) -> None:
    drawer = make()
    assert drawer.draw("x" * (LONGEST_LATEX + 1), block=False) is None
    assert drawer._child.state == "new"


def test_a_child_without_work_ends_and_comes_again(make: Make) -> None:
    drawer = make(seconds=60.0, idle_seconds=0.01)
    assert drawer.draw("x", block=False) is not None
    ended = drawer._child.wait_exit(60.0)
    assert ended is not None
    assert ended.wanted
    assert drawer.draw("y", block=False) is not None


def test_closing_does_not_wait_for_a_formula(make: Make) -> None:
    drawer = make(seconds=60.0)
    assert drawer.draw("x", block=False) is not None
    found: list[object] = []
    endless = r"\frac{1}{" * 40 + "x" + "}" * 40
    thread = threading.Thread(target=lambda: found.append(drawer.draw(endless, block=False)))
    thread.start()
    drawer.close()
    thread.join(30.0)
    assert found == [None]
    assert drawer._child.pid is None
    assert drawer.draw("y", block=False) is None
