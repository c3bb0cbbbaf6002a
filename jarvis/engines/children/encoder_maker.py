"""Program of a child process: makes the router's encoder once, tells that it is there, and ends.

`python -m jarvis.engines.children.encoder_maker CACHE`.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from jarvis.processes.child_side import announce, announce_failure, exit_with_parent

_ENDED_SECONDS = 60.0


def main(arguments: list[str] | None = None) -> int:
    """Make it; exit code 1 after announcing why it cannot."""
    exit_with_parent()
    parser = argparse.ArgumentParser(prog="encoder_maker", description="Make the encoder of questions.")
    parser.add_argument("cache", type=Path)
    options = parser.parse_args(arguments)
    from jarvis.engines.encoder.minilm import MiniLmEncoder

    encoder = MiniLmEncoder(options.cache)
    if not encoder.make_ready():
        announce_failure("encoder.not_made", encoder.why_not("en") or "", encoder.why_not("es") or "", retryable=False)
        return 1
    announce({"model": encoder.name})
    # Whoever started it ends it: one that was gone before it was seen to be ready would count as failed.
    time.sleep(_ENDED_SECONDS)
    return 0


if __name__ == "__main__":
    code = main()
    # At once: what the native library would tear down is the process' own memory.
    os._exit(code)
