import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from installer import environment as environments
from installer.environment import AlreadyInstalling, Environment, Places, only_one, remove_others, switch


@pytest.fixture
def places(tmp_path):
    places = Places(tmp_path)
    places.create()
    return places


def built(places, name):
    folder = places.environments / name
    folder.mkdir()
    environment = Environment.load(folder)
    environment.finished("venv", "3.11")
    return environment


def test_finished_steps_survive_and_a_damaged_record_means_none(places):
    environment = built(places, "py3.11-a")
    environment.finished("packages", "abc voice")
    assert Environment.load(environment.folder).steps == {"venv": "3.11", "packages": "abc voice"}
    (environment.folder / environments.RECORD).write_text('{"steps": {"ve')
    assert Environment.load(environment.folder).steps == {}


def test_a_moved_clone_starts_anew_because_scripts_carry_paths(places):
    environment = built(places, "py3.11-a")
    moved = environment.folder.rename(places.environments / "py3.11-moved")
    assert Environment.load(moved).steps == {}


def test_switching_replaces_the_link_and_never_an_environment(places):
    old, new = built(places, "py3.11-a"), built(places, "py3.11-b")
    assert places.current() is None
    assert switch(places, old) is None
    assert switch(places, new) is None
    assert places.current() == new.folder
    assert places.link.readlink() == Path(".venvs/py3.11-b")
    assert sorted(path.name for path in places.root.iterdir()) == [".venv", ".venvs"]


def test_a_folder_that_somebody_else_made_is_kept(places):
    (places.link / "bin").mkdir(parents=True)
    (places.link / "bin" / "precious").write_text("mine")
    assert places.current() is None
    kept = switch(places, built(places, "py3.11-a"))
    assert (kept / "bin" / "precious").read_text() == "mine"
    assert places.current().name == "py3.11-a"


def test_old_environments_go_only_once_nothing_runs_from_them(places):
    old, new = built(places, "py3.11-a"), built(places, "py3.11-b")
    (places.environments / "vllm").mkdir()
    code = "import time; print('up', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, f"{old.folder}/x"], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        switch(places, new)
        assert remove_others(places, new) == []
        process.kill()
    assert remove_others(places, new) == [old.folder]
    assert sorted(path.name for path in places.environments.iterdir()) == [".gitignore", "logs", "py3.11-b", "vllm"]


def test_two_installations_at_once_are_refused_and_the_lock_goes_with_its_holder(places):
    with only_one(places), pytest.raises(AlreadyInstalling, match=str(os.getpid())), only_one(places):
        pass
    with only_one(places):
        pass


def test_versions_are_read_from_folder_names(places):
    environment = built(places, "py3.11-a")
    packages = environment.folder / "lib" / "python3.11" / "site-packages"
    for name in ("numpy-2.4.6.dist-info", "PySide6_Essentials-6.12.0.dist-info", "torch-2.13.0+cpu.dist-info", "numpy"):
        (packages / name).mkdir(parents=True)
    assert environment.installed() == {"numpy": "2.4.6", "pyside6-essentials": "6.12.0", "torch": "2.13.0+cpu"}


def test_a_real_environment_is_made_over_an_interrupted_one(places):
    environment = Environment.load(places.environments / "py3.11-a")
    (environment.folder / "bin").mkdir(parents=True)
    (environment.folder / "half").write_text("")
    assert not environment.works()
    environments.create_environment(environment, "3.11", sys.base_prefix)
    assert environment.works()
    assert not (environment.folder / "half").exists()
    assert json.loads((environment.folder / environments.RECORD).read_text())["steps"] == {"venv": "3.11"}
