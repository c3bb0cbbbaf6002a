"""A child that serves made-up vectors and does what a text tells it: end, hang, give nonsense, or fail.

`python -m tests.programs.naughty_embedder MARK --idle-seconds N`; MARK is a file that remembers an earlier life.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from array import array
from collections.abc import Sequence
from pathlib import Path

from jarvis.engines.children.embedding_service import Interrupted, Service, Vectors, key_of_environment, serve
from jarvis.processes.child_side import announce_failure, exit_with_parent


def vector(text: str) -> bytes:
    """Return what is served for `text`: not of length 1, so that the reader has something to do."""
    letters = [float(text.count(letter)) for letter in "aeiou"]
    return array("f", [*letters, float(len(text)), 3.0]).tobytes()


def main() -> None:
    exit_with_parent()
    mark, idle = Path(sys.argv[1]), float(sys.argv[-1].split("=")[1])
    if mark.name == "broken":
        announce_failure("embedding.model_broken", "It is {broken}.", "Está {roto}.", retryable=False)
        return
    if mark.name == "silent":
        os._exit(7)

    wanted = threading.Event()

    def embed(texts: Sequence[str]) -> Vectors:
        for text in texts:
            if text == "end" or (text == "end once" and not mark.exists()):
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            if text == "hang" or (text == "hang once" and not mark.exists()):
                mark.touch()
                threading.Event().wait()
            if text == "patient" and not mark.exists():
                mark.touch()
                wanted.wait()
                raise Interrupted
            if text == "fail":
                raise ValueError("no such word")
        if "zero" in texts:
            return Vectors(dense=[bytes(28)] * len(texts))
        if "nan" in texts:
            return Vectors(dense=[array("f", [float("nan")] * 7).tobytes()] * len(texts))
        if "narrow" in texts:
            return Vectors(dense=[bytes(4) + array("f", [1.0]).tobytes()] * len(texts))
        return Vectors(
            dense=[vector(text) for text in texts], sparse=[{len(text): 0.5, 9: 0.0} for text in texts], tokens=1
        )

    def rank(question: str, texts: Sequence[str]) -> list[float]:
        return [2.0 if text == "mad" else len(set(question) & set(text)) / 100 for text in texts]

    serve(
        Service(model="made up", embed=embed, rank=rank, interrupt=wanted.set),
        key=key_of_environment(),
        idle_seconds=idle,
    )


if __name__ == "__main__":
    main()
