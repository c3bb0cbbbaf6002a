import json
import os
import subprocess
import time

import pytest

from installer import llama
from jarvis.engines.llama_build import STATE_FILE, LlamaBuild, build_state


def write(folder, **changes):
    document = {
        "state": "building",
        "percent": 25,
        "started": time.time() - 120,
        "seconds": 30.0,
        "log": str(folder / "llama_build.log"),
        "pid": os.getpid(),
        "last_lines": [],
        **changes,
    }
    (folder / STATE_FILE).write_text(json.dumps(document))


def ended_process():
    with subprocess.Popen(["true"]) as process:
        return process.pid


def test_reader_and_writer_mean_the_same_file():
    assert STATE_FILE == llama.STATE


@pytest.mark.parametrize(("installed", "state"), [(True, "installed"), (False, "absent")])
def test_without_a_build_the_package_alone_decides(tmp_path, installed, state):
    assert build_state(tmp_path, installed=installed).state == state


def test_a_running_build_tells_how_far_it_is_in_both_languages(tmp_path):
    write(tmp_path, started=time.time())
    build = build_state(tmp_path, installed=False)
    assert (build.state, build.percent) == ("building", 25)
    assert "25 %" in build.sentence("en")
    assert "se está compilando: 25 %" in build.sentence("es")


def test_the_time_left_is_guessed_only_when_there_is_something_to_go_by():
    begun = LlamaBuild(state="building", percent=2, seconds=60)
    assert begun.seconds_left is None
    assert "left" not in begun.sentence("en")
    half = LlamaBuild(state="building", percent=50, seconds=300)
    assert half.seconds_left == 300
    assert "after 5 min, about 5 min left" in half.sentence("en")
    assert "tras 5 min, faltan unos 5 min" in half.sentence("es")


def test_a_build_whose_process_is_gone_was_interrupted_and_says_how_to_resume(tmp_path):
    write(tmp_path, pid=ended_process())
    build = build_state(tmp_path, installed=False)
    assert build.state == "interrupted"
    assert "./install_upgrade.sh run" in build.sentence("en")
    assert "./install_upgrade.sh run" in build.sentence("es")
    assert build_state(tmp_path, installed=True).state == "installed"


def test_another_process_that_got_the_same_number_is_not_the_build(tmp_path):
    write(tmp_path, started=time.time() - 1_000_000)
    assert build_state(tmp_path, installed=False).state == "interrupted"


def test_a_failed_build_shows_its_last_words_and_its_log(tmp_path):
    write(tmp_path, state="failed", last_lines=["cc1plus was killed", "No space left on device"])
    build = build_state(tmp_path, installed=False)
    assert build.state == "failed"
    assert "No space left on device" in build.sentence("en")
    assert str(tmp_path) in build.sentence("es")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": "building"}'])
def test_a_damaged_state_file_counts_as_none(tmp_path, text):
    (tmp_path / STATE_FILE).write_text(text)
    assert build_state(tmp_path, installed=False).state == "absent"
