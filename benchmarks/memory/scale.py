"""What memory costs as it grows: adding, searching, a cold start, disk and RAM, beside plain Chroma and plain FTS5.

`python -m benchmarks.memory.scale [--sizes 1000,10000,100000,1000000] [--stores jarvis,chroma,fts5] [--work FOLDER]
[--keep]` prints Markdown. Texts follow Zipf's law and vectors are clustered stand-ins (see `scale_world`), so embedding
costs nothing here and is given beside, measured with the bundled model on real sentences. Every figure comes from a
process of its own; files may be in the system's cache. Plain Chroma is one collection with documents, searched by
vector alone; plain FTS5 is one table, searched by any of the words alone. The store "jarvis-exact" is Jarvis while
ChromaDB is not ready or belongs to another process.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.memory.lives import lives
from jarvis.engines.embedding.minilm import MiniLmEmbedder
from jarvis.processes.registry import ChildRegistry

STORES = ("jarvis", "chroma", "fts5")
NAMES = {
    "jarvis": "**Jarvis**",
    "jarvis-exact": "Jarvis before ChromaDB is ready",
    "chroma": "Chroma alone",
    "fts5": "FTS5 alone",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--stores", default=",".join(STORES))
    parser.add_argument("--work", type=Path, default=None)
    parser.add_argument("--keep", action="store_true", help="leave the stores in the work folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n")
        embedding(Path(temporary))
        print("| rows | store | add, µs a row | search p50 ms | p95 ms | cold start s | RAM MiB | disk MiB |")
        print("|-|-|-|-|-|-|-|-|", flush=True)
        for size in (int(each) for each in arguments.sizes.split(",")):
            for store in arguments.stores.split(","):
                folder = work / f"{store}-{size}"
                shutil.rmtree(folder, ignore_errors=True)
                filled, searched = _step("fill", store, size, folder), _step("search", store, size, folder)
                print(row(store, size, filled, searched), flush=True)
                if not arguments.keep:
                    shutil.rmtree(folder)


def embedding(folder: Path) -> None:
    """Print what embedding takes with the bundled model, which the table leaves out."""
    (folder / "logs").mkdir()
    embedder = MiniLmEmbedder(folder / "cache", ChildRegistry(folder / "run"), folder / "logs")
    texts = [turn.text for turn in lives()[0].turns]
    embedder.embed(texts[:1])
    begin = time.perf_counter()
    embedder.embed(texts[1:])
    each = (time.perf_counter() - begin) * 1e6 / len(texts[1:])
    taken = []
    for question in lives()[0].questions[:60]:
        begin = time.perf_counter()
        embedder.embed([question.text], query=True)
        taken.append((time.perf_counter() - begin) * 1000)
    embedder.close()
    print(f"Embedding beside: {each:.0f} µs a row, {statistics.median(taken):.1f} ms a question ({len(texts)} turns)\n")


def row(store: str, size: int, filled: dict[str, float], searched: dict[str, float]) -> str:
    """Return a line of the table; Jarvis' adding is broken up into rows with words, vectors, and ChromaDB."""
    add = sum(filled.values()) * 1e6 / size
    parts = [f"{filled[name] * 1e6 / size:.0f}" for name in ("rows", "vectors", "index") if name in filled]
    added = f"{add:.0f}" + (f" ({' + '.join(parts)})" if len(parts) > 1 else "")
    figures = f"{searched['p50']:.1f} | {searched['p95']:.1f} | {searched['cold']:.2f}"
    return f"| {size:,} | {NAMES[store]} | {added} | {figures} | {searched['ram']:.0f} | {searched['disk']:.0f} |"


def _step(step: str, store: str, size: int, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.memory.scale_parts", step, store, str(size), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    main()
