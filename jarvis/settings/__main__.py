"""Prints the options as the README's table, or puts it there: `python -m jarvis.settings [README.md]`."""

from __future__ import annotations

import sys
from pathlib import Path

from jarvis.settings.options import OPTIONS
from jarvis.settings.store import allowed

BEGIN, END = "<!-- options -->", "<!-- /options -->"


def options_table() -> str:
    """Return the options as a Markdown table."""
    rows = ["| option | default | allowed | what for |", "|-|-|-|-|"]
    for option in OPTIONS:
        shown = str(option.default).lower() if isinstance(option.default, bool) else str(option.default)
        default = f"`{shown}`" if shown else ""
        rows.append(f"| `{option.name}` | {default} | {allowed(option)} | {option.about_en} |")
    return "\n".join(rows)


def with_table(text: str) -> str:
    """Return `text` with the table between its two marks."""
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{options_table()}\n{END}{after}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        readme = Path(sys.argv[1])
        readme.write_text(with_table(readme.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(options_table() + "\n")
