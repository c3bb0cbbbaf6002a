"""The child process that holds ChromaDB: vectors in, numbers of the nearest ones out, shard by shard.

ChromaDB keeps hold of its process while it writes and can end it when a file is damaged, so it lives here. It gets no
texts, no names and no network: only numbers and vectors, in a folder per shard, or in collections of a Chroma server
where one is set. Ends with its parent. Knows neither memories nor embedders.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import sqlite3
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jarvis.memory.index_frames import Ended, read_frame, write_frame
from jarvis.processes.child_side import claim_wire, exit_with_parent

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

_NAME = "memories"
_MOST_THREADS = 4
_DATABASE = "chroma.sqlite3"
_WRITTEN = "index_metadata.pickle"
_HNSW = {"space": "ip", "ef_construction": 100, "ef_search": 100, "batch_size": 100, "sync_threshold": 1000}
"""At 384 dimensions: 0.25 ms to add one, recall at 10 of 0.99 on 65,536 clustered vectors (benchmarks/memory)."""


class Damaged(Exception):
    """A shard is not what its manifest says; carries what is wrong."""


class Place(Protocol):
    """Where shards are: folders, or collections of a server."""

    def create(self, shard: int) -> Collection:
        """Return a new, empty collection in the place of what was there."""
        ...

    def open(self, shard: int, files: dict[str, Any]) -> Collection:
        """Return the shard's collection; raises `Damaged` where its files are not these."""
        ...

    def finish(self, shard: int) -> dict[str, Any]:
        """Bring everything to the disk and return the files with their sizes and checksums."""
        ...

    def close(self, shard: int, *, drop: bool) -> None:
        """Let go of it, and delete it where it is not in a folder of the parent's."""
        ...


class Folders:
    """Shards as folders below one; a client of its own for each."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._clients: dict[int, ClientAPI] = {}

    def create(self, shard: int) -> Collection:
        """Return a new collection; the parent has deleted the folder."""
        self.close(shard, drop=False)
        return self._client(shard).create_collection(
            _NAME,
            embedding_function=None,
            configuration={"hnsw": _HNSW},  # type: ignore[arg-type]
        )

    def open(self, shard: int, files: dict[str, Any]) -> Collection:
        """Return the collection after comparing its files."""
        self.close(shard, drop=False)
        if files and _sums(self._path(shard)) != files:
            raise Damaged("files")
        _check_database(self._path(shard) / _DATABASE)
        return self._client(shard).get_collection(_NAME, embedding_function=None)

    def finish(self, shard: int) -> dict[str, Any]:
        """Close the client and flush its files."""
        self.close(shard, drop=False)
        for path in self._path(shard).rglob("*"):
            if path.is_file():
                with path.open("r+b") as file:
                    os.fsync(file.fileno())
        return _sums(self._path(shard))

    def close(self, shard: int, *, drop: bool) -> None:  # noqa: ARG002 - the parent deletes the folder
        """Close the client, which closes the files."""
        client = self._clients.pop(shard, None)
        if client is not None:
            client.close()  # type: ignore[attr-defined]

    def _client(self, shard: int) -> ClientAPI:
        import chromadb

        if shard not in self._clients:
            self._clients[shard] = chromadb.PersistentClient(str(self._path(shard)), _settings())
        return self._clients[shard]

    def _path(self, shard: int) -> Path:
        return self._folder / f"chroma-{shard:04}"


class Server:
    """Shards as collections `<prefix>-NNNN` of a Chroma server."""

    def __init__(self, host: str, port: int, *, ssl: bool, prefix: str) -> None:
        import chromadb

        self._client = chromadb.HttpClient(host=host, port=port, ssl=ssl, settings=_settings())
        self._prefix = prefix

    def create(self, shard: int) -> Collection:
        """Delete the collection if there is one and return a new one."""
        self.close(shard, drop=True)
        return self._client.create_collection(
            self._name(shard),
            embedding_function=None,
            configuration={"hnsw": _HNSW},  # type: ignore[arg-type]
        )

    def open(self, shard: int, files: dict[str, Any]) -> Collection:  # noqa: ARG002
        """Return the collection; how it is stored is the server's matter."""
        try:
            return self._client.get_collection(self._name(shard), embedding_function=None)
        except Exception as error:
            if type(error).__name__ == "NotFoundError":
                raise Damaged("collection") from error
            raise

    def finish(self, shard: int) -> dict[str, Any]:  # noqa: ARG002
        """Return nothing: a server's files are its own."""
        return {}

    def close(self, shard: int, *, drop: bool) -> None:
        """Delete the collection where it is to be dropped."""
        if drop and self._name(shard) in [str(getattr(one, "name", one)) for one in self._client.list_collections()]:
            self._client.delete_collection(self._name(shard))

    def _name(self, shard: int) -> str:
        return f"{self._prefix}-{shard:04}"


class Index:
    """The open shards; every method is one request of the parent's."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self._open: dict[int, Collection] = {}
        # ChromaDB lets go of Python while it searches.
        self._threads = ThreadPoolExecutor(_MOST_THREADS)

    def answer(self, request: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """Do what `request` asks for and return the answer."""
        what = {
            "begin": self._begin,
            "create": self._create,
            "open": self._reopen,
            "add": self._add,
            "finish": self._finish,
            "close": self._close,
            "query": self._query,
        }[request["do"]]
        return what(request, body)

    def _begin(self, request: dict[str, Any], _: bytes) -> tuple[dict[str, Any], bytes]:
        if "folder" in request:
            self._place = Folders(request["folder"])
        else:
            self._place = Server(request["host"], request["port"], ssl=request["ssl"], prefix=request["prefix"])
        return {}, b""

    def _create(self, request: dict[str, Any], _: bytes) -> tuple[dict[str, Any], bytes]:
        self._open[request["shard"]] = self._there().create(request["shard"])
        return {}, b""

    def _reopen(self, request: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        shard = request["shard"]
        self._open.pop(shard, None)
        collection = self._there().open(shard, request["files"])
        found = collection.count()
        if found != request["count"]:
            raise Damaged(f"{found} instead of {request['count']}")
        if body:
            _probe(collection, body, request["probe"])
        self._open[shard] = collection
        return {}, b""

    def _add(self, request: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        import numpy as np

        ids = [str(seq) for seq in request["seqs"]]
        vectors = np.frombuffer(body, dtype="<f4").reshape(len(ids), -1)
        self._open[request["shard"]].add(ids=ids, embeddings=vectors)
        return {}, b""

    def _finish(self, request: dict[str, Any], _: bytes) -> tuple[dict[str, Any], bytes]:
        shard = request["shard"]
        self._open.pop(shard, None)
        return {"files": self._there().finish(shard)}, b""

    def _close(self, request: dict[str, Any], _: bytes) -> tuple[dict[str, Any], bytes]:
        self._open.pop(request["shard"], None)
        self._there().close(request["shard"], drop=request["drop"])
        return {}, b""

    def _query(self, request: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        import numpy as np

        vector = np.frombuffer(body, dtype="<f4")[None]

        def nearest(shard: int) -> list[tuple[float, int]]:
            found = self._open[shard].query(query_embeddings=vector, n_results=request["k"], include=["distances"])
            distances = found["distances"]
            assert distances is not None
            return list(zip(distances[0], map(int, found["ids"][0]), strict=True))

        near = chain.from_iterable(self._threads.map(nearest, request["shards"]))
        # Each is compared exactly afterwards, which for the nearest of every shard would take longer than finding them.
        return {"seqs": [seq for _, seq in heapq.nsmallest(2 * request["k"], near)]}, b""

    def _there(self) -> Place:
        if self._place is None:
            raise Damaged("not begun")
        return self._place


def main() -> None:
    """Answer requests until the wire ends."""
    exit_with_parent()
    source, sink = claim_wire()
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    index = Index()
    while True:
        try:
            request, body = read_frame(source)
        except Ended:
            return
        try:
            answer, data = index.answer(request, body)
        except Damaged as error:
            answer, data = {"damaged": str(error)}, b""
        except Exception as error:  # noqa: BLE001 - whatever ChromaDB raises is told to the parent, which decides
            why = f"{type(error).__name__}: {error}"[:500]
            sys.stderr.write(f"{request.get('do')}: {why}\n")
            answer, data = {"error": why}, b""
        write_frame(sink, answer, data)


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False, allow_reset=False)


def _sums(folder: Path) -> dict[str, Any]:
    """Return size and checksum of every file that ChromaDB does not change when it opens a shard.

    Before its first `sync_threshold` vectors everything is in its database, and the other files mean nothing yet.
    """
    files = [path for path in sorted(folder.rglob("*/*")) if path.is_file()]
    if _WRITTEN not in [path.name for path in files]:
        return {}
    return {path.relative_to(folder).as_posix(): [path.stat().st_size, _sum(path)] for path in files}


def _sum(path: Path) -> int:
    total = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            total = zlib.crc32(piece, total)
    return total


def _check_database(path: Path) -> None:
    if not path.exists():
        raise Damaged("no database")
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise Damaged(str(error)) from error
    if found != "ok":
        raise Damaged(found)


def _probe(collection: Collection, vector: bytes, seq: int) -> None:
    """Look for a vector that is known to be there; this also loads the shard."""
    import numpy as np

    found = collection.query(
        query_embeddings=np.frombuffer(vector, dtype="<f4")[None], n_results=10, include=["distances"]
    )
    distances = found["distances"]
    near = distances is not None and len(distances[0]) and abs(distances[0][0]) < 0.01
    if str(seq) not in found["ids"][0] and not near:
        raise Damaged("a known vector is not found")


if __name__ == "__main__":
    main()
