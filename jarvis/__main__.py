"""Starts the `jarvis` command."""

from __future__ import annotations

import multiprocessing

from jarvis.app.build import Jarvis
from jarvis.cli.main import command_line
from jarvis.desktop.workers import something_left
from jarvis.processes.ending import end_at_once


def main() -> None:
    """Run the command line; never returns normally."""
    multiprocessing.freeze_support()
    try:
        command_line(Jarvis)()
    except SystemExit as end:
        if something_left():
            end_at_once(end.code if isinstance(end.code, int) else int(end.code is not None))
        raise


if __name__ == "__main__":
    main()
