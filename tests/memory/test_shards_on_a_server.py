"""Shards on a Chroma server: what it holds, and that a server that is away costs only Chroma."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jarvis.contracts.errors import StorageError
from tests.memory.test_shards import INFO, Server, World
from tests.memory.test_vectors import WIDE


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A real Chroma server, and how to restart it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(tmp_path / "server")]
    running: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        end()
        running[:] = [
            subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL)
        ]
        while True:
            assert running[0].poll() is None
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)

    def end() -> None:
        for old in running:
            old.terminate()
            old.wait()
        running.clear()

    start()
    yield f"http://127.0.0.1:{port}", start, end
    end()


def collections(url: str, path: str = "", body: dict[str, object] | None = None) -> Any:
    """Ask a Chroma server itself; its Python client would leave connections open."""
    address = f"{url}/api/v2/tenants/default_tenant/databases/default_database/collections{path}"
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(address, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return json.load(answer)


def test_a_server_holds_the_shards_and_loses_what_is_removed(tmp_path: Path, server: Server) -> None:
    url, restart, end = server
    world = World(tmp_path / "home", url)
    assert world.place() == 1700
    assert all(world.found(seq) for seq in (1, 1024, 1700))
    restart()
    assert all(world.found(seq) for seq in (2, 1100))
    names = sorted(one["name"] for one in collections(url))
    assert len(names) == 2 and all("-hashed-1-000" in name for name in names)
    world.again()
    world.store.remove([42])
    world.shards.remove([42])
    assert [one["name"] for one in collections(url)] == names[1:]
    assert world.place() == 1699
    held = next(f"/{one['id']}" for one in collections(url) if one["name"] == names[0])
    assert collections(url, f"{held}/count") == 1022
    assert collections(url, f"{held}/get", {"ids": ["42"]})["ids"] == []
    end()
    with pytest.raises(StorageError, match="could not delete it"):
        world.shards.remove([43])
    assert world.shard(0).exists()
    world.url = ""
    world.shards.remove([43])
    assert not world.shard(0).exists()
    world.close()


def test_a_server_that_is_away_leaves_exact_search(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        world = World(tmp_path, f"http://127.0.0.1:{free.getsockname()[1]}")
    assert world.place() == 0
    assert world.shards.trouble is not None
    assert world.shards.nearest(INFO, np.zeros(WIDE, dtype="<f4").tobytes(), 5) == ([], [])
    world.close()
