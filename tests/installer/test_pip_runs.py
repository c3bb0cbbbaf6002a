import json
import sys
from pathlib import Path

import pytest

from installer.pip_runs import PAUSES_SECONDS, Pip, PipFailed
from tests.fakes.installer import RememberingScreen

FAKE_PIP = Path(__file__).parents[1] / "programs" / "fake_pip.py"
LOST = "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'\nERROR: No match"


@pytest.fixture
def pip(tmp_path, monkeypatch):
    def make(**orders):
        orders_file = tmp_path / "orders.json"
        orders_file.write_text(json.dumps({"calls": str(tmp_path / "calls"), **orders}))
        monkeypatch.setenv("FAKE_PIP", str(orders_file))
        pauses = []
        made = Pip(
            folder=tmp_path,
            command=(sys.executable, str(FAKE_PIP)),
            log=tmp_path / "pip.log",
            screen=RememberingScreen(),
            pause=pauses.append,
        )
        return made, pauses

    return make


def calls(tmp_path):
    return [json.loads(line)["words"] for line in (tmp_path / "calls").read_text().splitlines()]


def test_a_good_installation_runs_once_and_is_logged(pip, tmp_path):
    made, pauses = pip()
    made.install("-e", ".[voice]")
    assert [words[0] for words in calls(tmp_path)] == ["install"]
    assert pauses == []
    assert "Successfully installed" in (tmp_path / "pip.log").read_text()


def test_a_network_that_comes_back_is_waited_for(pip, tmp_path):
    made, pauses = pip(fail_first=2, say=LOST)
    made.install("numpy")
    assert pauses == list(PAUSES_SECONDS[:2])
    assert len(calls(tmp_path)) == 3
    assert "trying again in 5 s" in made.screen.said


def test_a_network_that_stays_away_ends_the_attempt(pip, tmp_path):
    made, pauses = pip(fail_first=99, say=LOST)
    with pytest.raises(PipFailed) as caught:
        made.install("numpy")
    assert caught.value.trouble == "network"
    assert pauses == list(PAUSES_SECONDS)
    assert len(calls(tmp_path)) == len(PAUSES_SECONDS) + 1


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk"),
        ("ERROR: No matching distribution found for numpy==99", "failed"),
    ],
)
def test_other_trouble_is_not_tried_again(pip, tmp_path, said, trouble):
    made, _ = pip(fail_first=99, say=said)
    with pytest.raises(PipFailed) as caught:
        made.install("numpy")
    assert caught.value.trouble == trouble
    assert caught.value.last_lines[-1] == said
    assert len(calls(tmp_path)) == 1
