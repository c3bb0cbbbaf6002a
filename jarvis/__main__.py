"""Starts the `jarvis` command."""

from __future__ import annotations

import multiprocessing

from jarvis.app.build import Jarvis
from jarvis.cli.main import command_line


def main() -> None:
    """Run the command line; never returns normally."""
    multiprocessing.freeze_support()
    command_line(Jarvis)()


if __name__ == "__main__":
    main()
