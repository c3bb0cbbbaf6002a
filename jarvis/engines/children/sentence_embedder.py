"""Program of a child process: a sentence-transformers folder served in the OpenAI shape, as embedder or as reranker.

`python -m jarvis.engines.children.sentence_embedder FOLDER --device cuda:0 ...`; the key comes in the environment.
Which GPUs it sees is decided by whoever starts it, through CUDA_VISIBLE_DEVICES.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from jarvis.contracts.errors import EngineError
from jarvis.engines.children.embedding_service import Service, key_of_environment, serve
from jarvis.processes.child_side import announce_failure, exit_with_parent


def main(arguments: list[str] | None = None) -> int:
    """Serve until the parent ends or nothing is asked; exit code 1 after announcing why it cannot."""
    exit_with_parent()
    options = _options(arguments)
    key = key_of_environment()
    try:
        service = _reranker(options) if options.rerank else _embedder(options)
    except EngineError as error:
        announce_failure(error.code, error.sentence("en"), error.sentence("es"), retryable=error.retryable)
        return 1
    serve(service, key=key, idle_seconds=options.idle_seconds)
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sentence_embedder", description="Serve a sentence-transformers folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--int8", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--max-tokens", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=0, help="0 lets torch choose")
    parser.add_argument("--rerank", action="store_true", help="the folder holds a cross-encoder")
    parser.add_argument("--idle-seconds", type=float, default=0.0)
    return parser.parse_args(arguments)


def _embedder(options: argparse.Namespace) -> Service:
    from jarvis.engines.children.sentence_model import SentenceModel

    model = SentenceModel(
        options.folder,
        device=options.device,
        int8=options.int8,
        max_tokens=options.max_tokens,
        threads=options.threads,
    )
    return Service(
        model=options.folder.name,
        embed=model.embed,
        together=model.together,
        document={"device": model.device, "dimensions": model.dimensions, "sparse": model.sparse},
    )


def _reranker(options: argparse.Namespace) -> Service:
    from jarvis.engines.children.cross_model import CrossModel

    model = CrossModel(
        options.folder,
        device=options.device,
        int8=options.int8,
        max_tokens=options.max_tokens,
        threads=options.threads,
    )
    return Service(model=options.folder.name, rank=model.rank, together=False, document={"device": model.device})


if __name__ == "__main__":
    code = main()
    # At once: what the native library would tear down is the process' own memory.
    os._exit(code)
