"""Loads an embedding GGUF, interrupts it behind every text's tokens, and says what came of it.

`python -m tests.programs.interrupt_gguf MODEL.gguf` writes "interrupted" and "same".
"""

from __future__ import annotations

import sys
from pathlib import Path

from jarvis.engines.children.embedding_service import Interrupted
from jarvis.engines.children.llama_embedder import GgufModel

TEXTS = ("one text", "another text")


class Interrupting(GgufModel):
    """Raises its own flag while it works."""

    always = False

    def _tokens(self, text: str) -> list[int]:
        if self.always:
            self.interrupt()
        return super()._tokens(text)


def main() -> None:
    model = Interrupting(Path(sys.argv[1]), gpu_layers=0, max_tokens=128)
    before = model.embed(TEXTS)
    model.always = True
    try:
        model.embed(TEXTS)
    except Interrupted:
        sys.stdout.write("interrupted\n")
    model.always = False
    sys.stdout.write("same" if model.embed(TEXTS) == before else "different")


if __name__ == "__main__":
    main()
