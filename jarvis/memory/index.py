"""The parent's side of the child process that holds ChromaDB: one request at a time, searches before building.

Every request has a time limit; a child that does not answer in time is killed, one that died is started again by the
next request. Knows nothing about shards' contents.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jarvis.contracts.errors import EngineError, InputError
from jarvis.memory.index_frames import Ended, read_frame, write_frame
from jarvis.processes.child import Child, Wire
from jarvis.processes.registry import ChildRegistry

MODULE = "jarvis.memory.index_child"

GOODBYE_SECONDS = 3.0
"""How long a request that is being answered may keep the child from being stopped."""


class ShardDamaged(Exception):
    """A shard is not what its manifest says."""


class IndexChild:
    """Speaks to the child; safe from several threads. `place` is what the child is told first, in every life.

    Everything raises `EngineError` (`memory.index_lost`) when the child dies, hangs or fails.
    """

    seconds = 60.0
    """Time limit of a request; opening a shard reads about 110 MB from the disk."""
    query_seconds = 5.0

    def __init__(self, registry: ChildRegistry, logs: Path, place: dict[str, Any], module: str = MODULE) -> None:
        self._child = Child(
            name="memory-index", module=module, log=logs / "memory-index.log", registry=registry, mode="pipes"
        )
        self._place = place
        self._turn = threading.Condition()
        self._busy = False
        self._searching = False
        self._urgent = 0
        self._wire: Wire | None = None
        self._hung = False

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.pid

    @property
    def working(self) -> bool:
        """Whether it is at something else than a search, which a search would have to wait for."""
        return self._busy and not self._searching

    def create(self, shard: int) -> None:
        """Begin a new shard."""
        self._ask({"do": "create", "shard": shard})

    def add(self, shard: int, seqs: Sequence[int], vectors: bytes) -> None:
        """Add unit vectors (float32, one after the other)."""
        self._ask({"do": "add", "shard": shard, "seqs": list(seqs)}, vectors)

    def finish(self, shard: int) -> dict[str, Any]:
        """Bring a shard to the disk and close it; returns its files with sizes and checksums."""
        files = self._ask({"do": "finish", "shard": shard})["files"]
        return dict(files)

    def open(self, shard: int, *, count: int, files: dict[str, Any], probe: tuple[int, bytes] | None) -> None:
        """Check and load a shard; raises `ShardDamaged`."""
        seq, vector = probe or (0, b"")
        self._ask({"do": "open", "shard": shard, "count": count, "files": files, "probe": seq}, vector)

    def close(self, shard: int, *, drop: bool) -> None:
        """Let go of a shard, and delete it from a server."""
        self._ask({"do": "close", "shard": shard, "drop": drop})

    def query(self, shards: Sequence[int], vector: bytes, k: int) -> list[int]:
        """Return the numbers of at most `2 * k` of the nearest of these shards, the `k` nearest of all among them."""
        answer = self._ask({"do": "query", "shards": list(shards), "k": k}, vector, urgent=True)
        return [int(seq) for seq in answer["seqs"]]

    def stop(self) -> None:
        """End the child; the next request starts another one."""
        with self._turn:
            ends = self._turn.wait_for(lambda: not self._busy, GOODBYE_SECONDS)
        if not ends:
            self._child.kill()
        with self._taken(urgent=True):
            wire, self._wire = self._wire, None
            self._child.stop()
            if wire is not None:
                wire.close()

    def _ask(self, request: dict[str, Any], body: bytes = b"", *, urgent: bool = False) -> dict[str, Any]:
        with self._taken(urgent=urgent):
            answer = self._exchange(request, body, self.query_seconds if urgent else self.seconds)
        if "damaged" in answer:
            raise ShardDamaged(answer["damaged"])
        if "error" in answer:
            raise _lost(str(answer["error"]))
        return answer

    def _exchange(self, request: dict[str, Any], body: bytes, seconds: float) -> dict[str, Any]:
        wire = self._connected()
        self._hung = False
        watch = threading.Timer(seconds, self._kill)
        watch.daemon = True
        watch.start()
        try:
            write_frame(wire.to_child, request, body)
            return read_frame(wire.from_child)[0]
        except (Ended, OSError) as error:
            self._drop()
            raise _lost("no answer in time" if self._hung else "it ended") from error
        finally:
            watch.cancel()

    def _connected(self) -> Wire:
        if self._wire is None or self._child.pid != self._wire.pid:
            self._drop()
            self._wire = self._child.wire()
            answer = self._exchange({"do": "begin", **self._place}, b"", self.seconds)
            if "error" in answer:
                self._drop()
                raise _lost(str(answer["error"]))
        return self._wire

    def _drop(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            self._child.kill()
            wire.close()

    def _kill(self) -> None:
        self._hung = True
        self._child.kill()

    @contextmanager
    def _taken(self, *, urgent: bool) -> Iterator[None]:
        with self._turn:
            self._urgent += urgent
            self._turn.wait_for(lambda: not self._busy and (urgent or not self._urgent))
            self._urgent -= urgent
            self._busy, self._searching = True, urgent
        try:
            yield
        finally:
            with self._turn:
                self._busy = False
                self._turn.notify_all()


def server_place(url: str, prefix: str) -> dict[str, Any]:
    """Return what the child has to know of a Chroma server at `url` (http or https); `InputError` for anything else."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("http", "https") or not parts.hostname or port == -1 or parts.path.strip("/"):
        raise InputError(
            "memory.chroma_url",
            en="“{url}” is not the address of a Chroma server, so memories are compared one by one. "
            "Write memory.chroma_url as http://host:port, or leave it empty.",
            es="«{url}» no es la dirección de un servidor Chroma, así que los recuerdos se comparan uno a uno. "
            "Escribe memory.chroma_url como http://equipo:puerto o déjalo vacío.",
            url=url,
        )
    ssl = parts.scheme == "https"
    return {"host": parts.hostname, "port": port or (443 if ssl else 8000), "ssl": ssl, "prefix": prefix}


def server_elsewhere(url: str) -> InputError:
    """Return what is said of a Chroma server that is not at home: vectors tell what texts say."""
    return InputError(
        "memory.chroma_elsewhere",
        en="The Chroma server {url} is neither this computer nor in its network, so it is given nothing: vectors tell "
        "much of what the texts say. Memories are compared one by one. Name a server at home, or leave "
        "memory.chroma_url empty.",
        es="El servidor Chroma {url} no está en este equipo ni en su red, así que no se le da nada: los vectores "
        "delatan mucho de lo que dicen los textos. Los recuerdos se comparan uno a uno. Pon un servidor de casa o deja "
        "vacío memory.chroma_url.",
        url=url,
    )


def _lost(why: str) -> EngineError:
    return EngineError(
        "memory.index_lost",
        en="ChromaDB failed ({why}). Nothing is lost: memories are compared one by one until it runs again.",
        es="ChromaDB ha fallado ({why}). No se ha perdido nada: los recuerdos se comparan uno a uno mientras tanto.",
        why=why,
    )
