"""Finding Ollama: at the address of the settings, or in a container that docker or podman runs."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.catalog.ollama_place import Containers, FoundOllama, OllamaContainer, OllamaPlace, running_containers
from jarvis.storage.database import Database
from tests.fakes.library import cloud, library_over
from tests.fakes.ollama import Ollama
from tests.fakes.processes import until

PODMAN_PORT = {"host_ip": "", "container_port": 11434, "host_port": 11777, "range": 1, "protocol": "tcp"}


@pytest.fixture
def ollama() -> Iterator[Ollama]:
    ollama = Ollama()
    yield ollama
    ollama.close()


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address on this computer at which nobody listens while the test lasts."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def runs(folder: Path, monkeypatch: pytest.MonkeyPatch, **scripts: str) -> None:
    """Let the PATH have only these programs and the shell's own."""
    (folder / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{folder}/bin:/nowhere")
    for name, script in scripts.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / "bin" / name).chmod(0o755)


def told(folder: Path, *containers: object) -> str:
    """Return a script that lists these containers."""
    (folder / "told").write_text("".join(f"{json.dumps(each)}\n" for each in containers))
    return f"/bin/cat {folder}/told"


def docker(ports: str, **more: str) -> dict[str, str]:
    return {"Image": "ollama/ollama:latest", "Names": "o", "Ports": ports, **more}


def test_nothing_is_found_without_docker_and_podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs(tmp_path, monkeypatch)
    assert running_containers() == Containers()


@pytest.mark.parametrize(
    ("seen", "url"),
    [
        (docker("0.0.0.0:11500->11434/tcp, [::]:11500->11434/tcp"), "http://127.0.0.1:11500"),
        (docker("127.0.0.2:9000->80/tcp, 127.0.0.2:11501->11434/tcp"), "http://127.0.0.2:11501"),
        (docker("11434/tcp"), ""),
        (docker("", Networks="host"), "http://127.0.0.1:11434"),
        (docker("", Networks="bridge"), ""),
    ],
)
def test_docker_lists_ports_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: dict[str, str], url: str
) -> None:
    runs(tmp_path, monkeypatch, docker=f"{told(tmp_path, seen)}\necho nonsense")
    assert running_containers() == Containers(found=(OllamaContainer(name="o", url=url),))


def test_podman_lists_ports_as_objects_and_a_hanging_docker_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = told(
        tmp_path,
        {"Image": "docker.io/ollama/ollama:rocm", "Names": ["brain"], "Ports": [PODMAN_PORT]},
        {"Image": "docker.io/ollama/ollama", "Names": ["hidden"], "Ports": None},
        {"Image": "docker.io/ollama/ollama", "Names": [], "Ports": [{"container_port": 11434, "host_port": "x"}]},
        {"Image": "nginx", "Names": ["web"], "Ports": [PODMAN_PORT]},
        ["ollama/ollama"],
    )
    runs(tmp_path, monkeypatch, docker="exec /bin/sleep 60", podman=listed)
    names = [("brain", "http://127.0.0.1:11777"), ("hidden", ""), ("", "")]
    assert running_containers(0.3).found == tuple(OllamaContainer(name=name, url=url) for name, url in names)


def place(asked: str, *containers: OllamaContainer, forbidden: str = "") -> OllamaPlace:
    return OllamaPlace(lambda: asked, containers=lambda: Containers(found=containers, forbidden=forbidden))


def unwanted() -> Containers:
    pytest.fail("containers were looked for")


def test_containers_are_looked_for_only_where_nobody_answers_on_this_computer(ollama: Ollama) -> None:
    for asked in (ollama.url, "http://ollama.invalid:11434", "", "http://[bad"):
        assert OllamaPlace(lambda asked=asked: asked, containers=unwanted).look() == FoundOllama(asked=asked, url=asked)


def test_a_container_answers_in_place_of_the_address_that_was_set(ollama: Ollama, nobody: str) -> None:
    closed, open_ = OllamaContainer(name="closed", url=""), OllamaContainer(name="brain", url=ollama.url)
    found = place(f"{nobody}/", closed, OllamaContainer(name="dead", url=nobody), open_).look()
    assert found == FoundOllama(asked=nobody, url=ollama.url, container="brain")
    for language in ("en", "es"):
        assert all(part in found.sentence(language) for part in ("brain", ollama.url, nobody))
    assert found.sentence("en") != found.sentence("es")


@pytest.mark.parametrize(
    ("containers", "forbidden", "code"),
    [
        ((OllamaContainer(name="brain", url=""),), "", "ollama.container_closed"),
        (
            (OllamaContainer(name="brain", url=""), OllamaContainer(name="deaf", url="DEAF")),
            "",
            "ollama.container_silent",
        ),
        ((), "docker", "ollama.containers_hidden"),
    ],
)
def test_a_container_that_cannot_be_reached_is_told(
    nobody: str, containers: tuple[OllamaContainer, ...], forbidden: str, code: str
) -> None:
    asked = [OllamaContainer(name=each.name, url=each.url.replace("DEAF", nobody)) for each in containers]
    found = place(nobody, *asked, forbidden=forbidden).look()
    assert found.url == nobody and found.trouble is not None and found.trouble.code == code
    name = "docker" if forbidden else "deaf" if len(asked) > 1 else "brain"
    assert name in found.trouble.sentence("en") and name in found.trouble.sentence("es")
    assert place(nobody).look().trouble is None


def test_what_may_not_ask_docker_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs(tmp_path, monkeypatch, docker="echo 'permission denied while trying to connect' >&2; exit 1")
    assert running_containers() == Containers(forbidden="docker")


def test_the_url_is_looked_for_once_and_again_behind_the_scenes(ollama: Ollama, nobody: str) -> None:
    now, asked, looks = [0.0], [nobody], list[int]()
    went_on, container = threading.Event(), [OllamaContainer(name="a", url=ollama.url)]

    def containers() -> Containers:
        looks.append(1)
        assert len(looks) == 1 or went_on.wait(10)
        return Containers(found=tuple(container))

    where = OllamaPlace(lambda: asked[0], containers=containers, monotonic=lambda: now[0])
    assert [where.url(), where.url()] == [ollama.url] * 2 and len(looks) == 1
    now[0], container[:] = 31.0, []
    assert [where.url(), where.url()] == [ollama.url] * 2
    went_on.set()
    until(lambda: where.url() == nobody, "the container that went away is forgotten")
    assert len(looks) == 2
    asked[0] = "http://ollama.invalid"
    assert where.url() == "http://ollama.invalid"


def test_the_library_has_the_models_of_the_container_and_says_why_it_has_none(
    ollama: Ollama, nobody: str, tmp_path: Path, database: Database
) -> None:
    containers = [OllamaContainer(name="brain", url=ollama.url)]
    where = OllamaPlace(lambda: nobody, containers=lambda: Containers(found=tuple(containers)))
    library = library_over(database, tmp_path / "models", (cloud(),), place=where)
    library.reconcile()
    assert library.find("ollama/llama3.2:3b").state == "installed" and library.ollama_failure is None
    assert library.ollama_found is not None and library.ollama_found.container == "brain"
    library.remove("ollama/llama3.2:3b")
    assert ollama.models == {}
    containers[0] = OllamaContainer(name="brain", url="")
    library.reconcile()
    assert library.ollama_failure is not None and library.ollama_failure.code == "ollama.container_closed"
