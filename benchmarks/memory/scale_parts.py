"""One step of the scale benchmark, in a process of its own: filling a store, or opening it cold and searching.

`python -m benchmarks.memory.scale_parts fill|search STORE SIZE FOLDER` prints one line of JSON. A process
each, because memory that one store took would be counted with the next one, and a start is only cold once.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

QUESTIONS = 200
WARM_UP = 20
LIMIT = 10
_ASKED = "questions.txt"
EXACT = "jarvis-exact"
INDEX_FROM, NEVER = 50_000, 1 << 40
Figures = dict[str, float]
Ask = Callable[[str], object]


def main() -> None:
    """Do the step and print its figures."""
    step, store, size, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    folder.mkdir(parents=True, exist_ok=True)
    if step == "fill":
        filling = {"jarvis": fill_jarvis, EXACT: fill_exact, "chroma": fill_chroma, "fts5": fill_fts5}
        figures = filling[store](size, folder)
        _ask_later(size, folder)
    else:
        searching = {"jarvis": search_jarvis, EXACT: search_exact, "chroma": search_chroma, "fts5": search_fts5}
        figures = searching[store](folder)
    print(json.dumps(figures))


def fill_exact(size: int, folder: Path) -> Figures:
    """Do the same without ChromaDB."""
    return fill_jarvis(size, folder, index_from=NEVER)


def fill_jarvis(size: int, folder: Path, index_from: int = INDEX_FROM) -> Figures:
    """Add rows with their words, then vectors, then ChromaDB where it takes part; seconds."""
    from benchmarks.memory.own import opened
    from benchmarks.memory.scale_world import FIRST, SPAN, ClusteredEmbedder, World
    from tests.fakes.clock import FakeClock

    embedder, rows = ClusteredEmbedder(), 0.0
    with opened(folder, FakeClock(FIRST + SPAN), embedder, index_from=index_from) as own:
        for batch in World().rows(size):
            begin = time.perf_counter()
            own.memories.add(batch)
            rows += time.perf_counter() - begin
        begin = time.perf_counter()
        own.keeper.catch_up()
        vectors = time.perf_counter() - begin - embedder.seconds
        begin = time.perf_counter()
        own.keeper.start()
        while own.keeper.progress().state == "building":
            time.sleep(0.05)
        return {"rows": rows, "vectors": vectors, "index": time.perf_counter() - begin}


def search_exact(folder: Path) -> Figures:
    """Do the same without ChromaDB."""
    return search_jarvis(folder, index_from=NEVER)


def search_jarvis(folder: Path, index_from: int = INDEX_FROM) -> Figures:
    """Open cold as the app does, search at once, and again when everything is up."""
    from benchmarks.memory.own import opened
    from benchmarks.memory.scale_world import FIRST, SPAN, ClusteredEmbedder
    from jarvis.contracts.memory import MemoryQuery
    from tests.fakes.clock import FakeClock

    begin = time.perf_counter()
    questions, embedder = _questions(folder), ClusteredEmbedder()
    made = time.perf_counter() - begin
    with opened(folder, FakeClock(FIRST + SPAN + timedelta(days=1)), embedder, index_from=index_from) as own:
        own.keeper.start()

        def ask(question: str) -> object:
            return own.search.search(MemoryQuery(text=question, limit=LIMIT), "en")

        figures = _first(ask, questions.pop(), made)
        begin = time.perf_counter()
        while own.keeper.progress().state == "building":
            time.sleep(0.05)
        figures["ready"] = time.perf_counter() - begin
        return {**figures, **_searched(ask, questions), **_sizes(folder)}


def fill_chroma(size: int, folder: Path) -> Figures:
    """Add documents and embeddings to one collection; seconds without making the vectors."""
    from benchmarks.memory.scale_world import ClusteredEmbedder, World

    collection, embedder, taken = _collection(folder), ClusteredEmbedder(), 0.0
    for rows in World().rows(size):
        texts = [row.text for row in rows]
        vectors = embedder.vectors(texts)
        begin = time.perf_counter()
        collection.add(ids=[row.id for row in rows], documents=texts, embeddings=vectors)
        taken += time.perf_counter() - begin
    return {"rows": taken}


def search_chroma(folder: Path) -> Figures:
    """Open the collection cold and query it by vector."""
    from benchmarks.memory.scale_world import ClusteredEmbedder

    begin = time.perf_counter()
    questions, embedder = _questions(folder), ClusteredEmbedder()
    vectors = dict(zip(questions, embedder.vectors(questions), strict=True))
    made = time.perf_counter() - begin
    collection = _collection(folder)

    def ask(question: str) -> object:
        return collection.query(query_embeddings=[vectors[question]], n_results=LIMIT)

    return {**_first(ask, questions.pop(), made), **_searched(ask, questions), **_sizes(folder)}


def fill_fts5(size: int, folder: Path) -> Figures:
    """Insert the texts into one FTS5 table, a thousand to a transaction; seconds."""
    from benchmarks.memory.scale_world import World

    connection, taken = _table(folder), 0.0
    for rows in World().rows(size):
        begin = time.perf_counter()
        with connection:
            connection.executemany("INSERT INTO texts(text) VALUES (?)", [(row.text,) for row in rows])
        taken += time.perf_counter() - begin
    return {"rows": taken}


def search_fts5(folder: Path) -> Figures:
    """Open the table cold and ask for any of a question's words."""
    questions, made = _questions(folder), 0.0
    connection = _table(folder)

    def ask(question: str) -> object:
        words = " OR ".join(f'"{word}"' for word in question.rstrip("?").split())
        sql = "SELECT rowid, text FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?"
        return connection.execute(sql, (words, LIMIT)).fetchall()

    return {**_first(ask, questions.pop(), made), **_searched(ask, questions), **_sizes(folder)}


def _collection(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    client = chromadb.PersistentClient(path=str(folder), settings=settings)
    return client.get_or_create_collection("texts", embedding_function=None, metadata={"hnsw:space": "cosine"})


def _table(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "texts.sqlite3")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS texts USING fts5(text, tokenize='porter unicode61')")
    return connection


def _ask_later(size: int, folder: Path) -> None:
    from benchmarks.memory.scale_world import World

    asked = World().questions(size, QUESTIONS + WARM_UP + 1)
    (folder / _ASKED).write_text("\n".join(asked), encoding="utf-8")


def _questions(folder: Path) -> list[str]:
    return (folder / _ASKED).read_text(encoding="utf-8").splitlines()


def _first(ask: Ask, question: str, made: float) -> Figures:
    """Ask once; `cold` is the age of this process at the result, with Python's own start and every import, without the
    seconds `made` in which the stand-ins for embedding were made."""
    ask(question)
    return {"cold": time.time() - psutil.Process().create_time() - made}


def _searched(ask: Ask, questions: list[str]) -> Figures:
    for question in questions[:WARM_UP]:
        ask(question)
    taken = []
    for question in questions[WARM_UP:]:
        begin = time.perf_counter()
        ask(question)
        taken.append((time.perf_counter() - begin) * 1000)
    return {"p50": statistics.median(taken), "p95": statistics.quantiles(taken, n=20)[18]}


def _sizes(folder: Path) -> Figures:
    me = psutil.Process()
    held = sum(process.memory_info().rss for process in (me, *me.children(recursive=True)))
    disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {"ram": held / 2**20, "disk": disk / 2**20}


if __name__ == "__main__":
    main()
