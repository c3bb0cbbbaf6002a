"""vLLM's own environment: made, gone on with, upgraded, and what is said when it will not work."""

import json
import sys
from pathlib import Path

import pytest

from installer import pip_runs
from installer.environment import Environment, Places
from installer.vllm import OVERRIDES, UV_VERSION, VERSION, VllmSetup
from jarvis.engines.vllm_install import vllm_state
from tests.fakes.installer import RTX, RememberingScreen, machine

FAKE_PIP = Path(__file__).parents[1] / "programs" / "fake_pip.py"


class Card:
    """A clone on a machine with a card, whose pip and uv are the fake one."""

    def __init__(self, root, monkeypatch):
        self.places = Places(root / "clone")
        self.places.create()
        self._orders, self._calls = root / "orders.json", root / "calls"
        monkeypatch.setenv("FAKE_PIP", str(self._orders))
        monkeypatch.setattr(pip_runs, "PAUSES_SECONDS", ())
        self.folder = self.places.environments / "vllm"

    def run(self, version=VERSION, **orders):
        self._calls.write_text("")
        self._orders.write_text(json.dumps({"calls": str(self._calls), "vllm": version, **orders}))
        screen = RememberingScreen("es")
        fake = (sys.executable, str(FAKE_PIP))
        setup = VllmSetup(self.places, screen, machine(gpus=(RTX,)), pip_command=fake, uv_command=fake)
        changed = setup.run()
        self.said = screen.said
        self.calls = [json.loads(line)["words"] for line in self._calls.read_text().splitlines()]
        return changed


@pytest.fixture
def card(tmp_path, monkeypatch):
    return Card(tmp_path, monkeypatch)


def test_uv_installs_it_into_an_environment_of_its_own_once(card):
    assert card.run()
    with_pip, with_uv = card.calls
    assert f"uv=={UV_VERSION}" in with_pip and "--no-input" in with_pip
    assert with_uv[0] == "install" and with_uv[-1] == f"vllm=={VERSION}" and "--no-input" not in with_uv
    assert with_uv[with_uv.index("--python") + 1] == str(card.folder / "bin" / "python")
    assert Path(with_uv[with_uv.index("--overrides") + 1]).read_text() == OVERRIDES
    assert f"vLLM {VERSION} está instalado" in card.said
    state = vllm_state(card.places.environments)
    assert (state.state, state.version, state.program) == ("installed", VERSION, card.folder / "bin" / "vllm")
    assert not card.run()
    assert card.calls == [] and card.said == ""


def test_a_lost_network_is_gone_on_from(card):
    assert card.run(fail_first=99, say="error: Failed to fetch: `https://example.org/simple/uv/`")
    assert "vLLM" in card.said
    assert vllm_state(card.places.environments).state == "unfinished"
    (card.folder / "still-the-same").touch()
    assert card.run()
    assert (card.folder / "still-the-same").exists()
    assert vllm_state(card.places.environments).state == "installed"


def test_after_uv_was_fetched_only_vllm_is_missing(card):
    card.run(fail_first=2, say="No space left on device")
    environment = Environment.load(card.folder)
    environment.finished("uv", UV_VERSION)
    card.run()
    assert [words[-1] for words in card.calls] == [f"vllm=={VERSION}"]


def test_an_older_one_is_upgraded_in_place(card):
    card.run()
    environment = Environment.load(card.folder)
    environment.finished("vllm", "installed")
    assert card.run()
    assert [words[-1] for words in card.calls] == [f"vllm=={VERSION}"]
    assert Environment.load(card.folder).steps["vllm"] == VERSION


def test_one_that_is_not_whole_is_not_called_installed(card):
    assert card.run(version="")
    assert f"vllm {VERSION} is not there" in card.said
    assert vllm_state(card.places.environments).state == "unfinished"
