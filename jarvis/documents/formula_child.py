"""The child that draws formulas: one LaTeX expression after another, over lines of JSON on standard input and output.

Run as `python -m jarvis.documents.formula_child`. It says {"ready": true} first. Asked {"latex", "block"} it answers
{"svg", "width", "height", "depth"}, lengths in em, or {"why"} where the expression cannot be drawn. How long it may
take is for the parent to decide: a few nested fractions take for ever. Nothing of Jarvis is in this process.
"""

from __future__ import annotations

import json
from typing import Any

from jarvis.documents.bounds import tie_down
from jarvis.documents.limits import MIB
from jarvis.processes.child_side import claim_wire, exit_with_parent

MEMORY_BYTES = 512 * MIB
"""Address space; some 120 MiB of it are the interpreter and the font."""
LARGEST_SVG = 400_000
WIDEST_EM = 150.0
"""Some three pages wide."""
_SIZE = 24.0
"""Pixels of an em in the coordinates of the picture; lines have no size of their own."""
_COLOUR = "currentColor"


def main() -> None:
    """Answer until standard input ends."""
    exit_with_parent()
    source, sink = claim_wire()
    from ziamath.config import config

    config.svg2 = False
    config.precision = 2
    import ziamath.zmath  # noqa: F401 - the font is read before files are out of reach

    tie_down(MEMORY_BYTES)

    def send(document: dict[str, Any]) -> None:
        sink.write(json.dumps(document).encode("ascii") + b"\n")
        sink.flush()

    send({"ready": True})
    while line := source.readline():
        asked = json.loads(line)
        try:
            send(_draw(asked["latex"], block=asked["block"]))
        except Exception as error:  # noqa: BLE001 - the parsers raise whatever they stumble over, AssertionError too
            send({"why": type(error).__name__})


def _draw(latex: str, *, block: bool) -> dict[str, Any]:
    from ziamath.zmath import Latex

    drawn = Latex(latex, size=_SIZE, color=_COLOUR, inline=not block, margin=1.0)
    width, height = drawn.getsize()
    if not 0 < width <= WIDEST_EM * _SIZE or not 0 < height <= WIDEST_EM * _SIZE:
        return {"why": "size"}
    svg = drawn.svg()
    if len(svg) > LARGEST_SVG:
        return {"why": "size"}
    return {
        "svg": svg,
        "width": (width + 2) / _SIZE,
        "height": (height + 2) / _SIZE,
        "depth": (1 - drawn.getyofst()) / _SIZE,
    }


if __name__ == "__main__":
    main()
