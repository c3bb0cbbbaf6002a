"""The README's table is the one that the options give."""

from __future__ import annotations

from pathlib import Path

from jarvis.settings.__main__ import with_table


def test_the_readme_shows_the_options_as_they_are() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert with_table(text) == text, "run: python -m jarvis.settings README.md"
