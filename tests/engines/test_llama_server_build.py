"""Building llama-server: a stand-in for pip and cmake, an interruption, a failure; and which program is used."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.engines import llama_server_build as build
from jarvis.engines.llama_server_build import (
    ServerBuilder,
    binary_in,
    cmake_arguments,
    percent_in,
    server_folder,
    state,
)
from tests.fakes.processes import until
from tests.fakes.servers import PROGRAMS

VERSION = "9.9.9"
NO_PATH = {"PATH": ""}


class Tools:
    """Stand-ins for pip and cmake; `orders` say what cmake does, `calls` is how they were called."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._orders, self._calls = folder / "orders.json", folder / "calls"
        monkeypatch.setenv("FAKE_CMAKE", str(self._orders))
        monkeypatch.setattr(build, "installed_version", lambda: VERSION)
        self.data = folder / "data"
        self.release = folder / "release"

    def builder(self, **orders: Any) -> ServerBuilder:
        self._calls.write_text("")
        self._orders.write_text(json.dumps({"calls": str(self._calls), "release": str(self.release), **orders}))
        program = (sys.executable, str(PROGRAMS / "fake_cmake.py"))
        return ServerBuilder(self.data, cuda=False, jobs=2, pip=(*program, "pip"), cmake=program)

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in self._calls.read_text().splitlines()]


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    return Tools(tmp_path, monkeypatch)


def test_it_is_fetched_configured_built_and_not_built_again(tools: Tools) -> None:
    seen: list[int] = []
    assert state(tools.data, NO_PATH).state == "absent"
    binary = tools.builder().build(lambda percent, line: seen.append(percent))
    assert binary == binary_in(tools.data) and os.access(binary, os.X_OK)
    assert [call[:2] for call in tools.calls] == [
        ["pip", "download"],
        ["-S", tools.calls[1][1]],
        ["--build", str(server_folder(tools.data) / "objects")],
    ]
    assert f"llama-cpp-python=={VERSION}" in tools.calls[0]
    assert tools.calls[1][1].endswith("vendor/llama.cpp")
    assert seen == sorted(seen) and 0 in seen and 99 in seen
    told = state(tools.data, NO_PATH)
    assert (told.state, told.how, told.path) == ("built", "CPU", binary)
    assert told.sentence("es") == "llama-server está compilado (CPU)."
    assert sorted(path.name for path in binary.parent.iterdir()) == ["build.json", "build.log", "llama-server"]
    assert tools.builder().build() == binary
    assert tools.calls == []


def test_a_failure_is_told_with_its_line_and_a_repeat_goes_on(tools: Tools) -> None:
    with pytest.raises(EngineError) as caught:
        tools.builder(fails=True).build()
    assert caught.value.code == "engine.server_build"
    assert "cc1plus" in caught.value.sentence("es")
    told = state(tools.data, NO_PATH)
    assert told.state == "failed" and "cc1plus" in told.sentence("en") and told.log is not None
    assert told.log.read_text().count("$ ") == 3
    tools.builder().build()
    assert all(call[0] != "pip" for call in tools.calls), "the source is still there"


def test_an_interrupted_build_leaves_no_compiler_and_can_go_on(tools: Tools) -> None:
    cancel, ends = CancelToken(), []

    def run() -> None:
        try:
            builder.build(None, cancel)
        except (Cancelled, EngineError) as error:
            ends.append(error)

    builder = tools.builder(waits=True)
    thread = threading.Thread(target=run)
    thread.start()
    until(lambda: state(tools.data, NO_PATH).percent == 50, "half was built")
    told = state(tools.data, NO_PATH)
    assert told.state == "building" and "50 %" in told.sentence("es")
    with pytest.raises(EngineError) as caught:
        tools.builder().build()
    assert caught.value.code == "engine.server_building"
    cancel.cancel()
    thread.join(60)
    assert [type(end) for end in ends] == [Cancelled]
    assert state(tools.data, NO_PATH).state == "interrupted"
    assert tools.builder().build().exists()


def test_a_build_whose_process_is_gone_is_interrupted(tools: Tools) -> None:
    folder = server_folder(tools.data)
    folder.mkdir(parents=True)
    note = {"state": "building", "percent": 30, "started": 5.0, "at": 65.0, "pid": os.getpid(), "pid_started": 1.0}
    (folder / "build.json").write_text(json.dumps(note))
    told = state(tools.data, NO_PATH)
    assert (told.state, told.percent, told.seconds) == ("interrupted", 30, 60.0)
    (folder / "build.json").write_text("[")
    assert state(tools.data, NO_PATH).state == "absent"


def test_missing_tools_are_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no-such-cmake") as caught:
        ServerBuilder(tmp_path, version=VERSION, cmake=("no-such-cmake",)).build()
    assert caught.value.code == "engine.server_build_tools"
    with pytest.raises(EngineError, match="llama-cpp-python"):
        ServerBuilder(tmp_path, version="", cmake=(sys.executable,)).build()


def _program(folder: Path, help_text: str) -> Path:
    folder.mkdir()
    file = folder / "llama-server"
    file.write_text(f"#!/bin/sh\necho '{help_text}'\n")
    file.chmod(0o755)
    return file


def test_the_named_one_comes_first_then_the_built_one_then_a_new_enough_one_on_path(
    tools: Tools, tmp_path: Path
) -> None:
    old = _program(tmp_path / "old", "--host --port --device")
    assert build.found_binary(tools.data, {"PATH": str(old.parent)}) is None
    new = _program(tmp_path / "new", " ".join(build.FLAGS))
    path = {"PATH": str(new.parent)}
    assert build.found_binary(tools.data, path) == new
    assert state(tools.data, path).state == "elsewhere"
    built = tools.builder().build()
    assert build.found_binary(tools.data, path) == built
    assert build.found_binary(tools.data, {**path, build.ENVIRONMENT: "/my/own"}) == Path("/my/own")


@pytest.mark.parametrize(
    ("line", "percent"),
    [("[ 42%] Building CXX object", 42), ("[100%] Linking", 99), ("[103/206] Building", 50), ("-- Found Git", None)],
)
def test_how_far_it_is(line: str, percent: int | None) -> None:
    assert percent_in(line) == percent


def test_the_switches() -> None:
    words = cmake_arguments(Path("/s"), Path("/o"), cuda=True)
    assert {"-DGGML_CUDA=ON", "-DLLAMA_BUILD_SERVER=ON", "-DBUILD_SHARED_LIBS=OFF", "-DLLAMA_BUILD_UI=OFF"} <= set(
        words
    )
    assert "-DGGML_CUDA=OFF" in cmake_arguments(Path("/s"), Path("/o"), cuda=False)
