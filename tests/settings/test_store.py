"""Options, their file and the folders."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.errors import SettingsError, StorageError
from jarvis.settings.folders import Folders, assets_folder, folders
from jarvis.settings.options import OPTIONS, Option
from jarvis.settings.store import Settings, check


def test_only_changes_are_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    settings = Settings(path)
    settings.set("voice.rate", "1.5")
    settings.set("language", "es")
    settings.set("language", "auto")
    assert json.loads(path.read_text()) == {"voice.rate": 1.5}
    assert Settings(path).number("voice.rate") == 1.5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("voice.rate", "fast"),
        ("voice.rate", "nan"),
        ("voice.rate", 5),
        ("language", "fr"),
        ("engine.context_tokens", 0),
        ("engine.context_tokens", "4096.5"),
        ("voice.enabled", "perhaps"),
    ],
)
def test_what_is_not_allowed_is_refused_and_the_old_value_stays(tmp_path: Path, name: str, value: object) -> None:
    settings = Settings(tmp_path / "settings.json")
    before = settings.get(name)
    with pytest.raises(SettingsError) as caught:
        settings.set(name, value)
    assert name in caught.value.sentence("en") and name in caught.value.sentence("es")
    assert settings.get(name) == before
    assert not (tmp_path / "settings.json").exists()


def test_several_are_stored_in_one_write_or_none_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, writes, replaced = tmp_path / "settings.json", [], Path.replace
    settings = Settings(path)
    settings.set("language", "es")
    monkeypatch.setattr(Path, "replace", lambda self, target: (writes.append(target), replaced(self, target)))
    assert settings.set_all({"voice.rate": "1.5", "language": "auto"}) == {"voice.rate": 1.5, "language": "auto"}
    assert json.loads(path.read_text()) == {"voice.rate": 1.5} and writes == [path]
    with pytest.raises(SettingsError):
        settings.set_all({"language": "en", "voice.rate": "fast"})
    with pytest.raises(SettingsError):
        settings.set_all({"language": "en", "no.such": 1})
    assert settings.changed() == {"voice.rate": 1.5} and len(writes) == 1


def test_two_programs_do_not_undo_each_other(tmp_path: Path) -> None:
    one, other = Settings(tmp_path / "s.json"), Settings(tmp_path / "s.json")
    one.set("cloud.enabled", True)
    assert other.flag("cloud.enabled")
    other.set("cloud.enabled", False)
    one.set("voice.rate", 1.5)
    assert not one.flag("cloud.enabled") and not Settings(tmp_path / "s.json").flag("cloud.enabled")
    assert other.number("voice.rate") == 1.5


@pytest.mark.parametrize("kept", [True, False])
def test_the_revision_tells_of_every_change_and_of_nothing_else(tmp_path: Path, kept: bool) -> None:
    path = tmp_path / "settings.json"
    settings = Settings(path if kept else None)
    seen = [settings.revision]
    settings.set("voice.rate", 1.5)
    seen.append(settings.revision)
    settings.number("voice.rate")
    with pytest.raises(SettingsError):
        settings.set("voice.rate", "fast")
    assert settings.revision == seen[-1] > seen[0]
    if kept:
        Settings(path).set("language", "es")
        assert settings.revision > seen[-1] and settings.text("language") == "es"


def test_a_failed_save_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    settings = Settings(tmp_path / "s.json")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError) as caught:
        settings.set("language", "es")
    assert "No space left" in caught.value.sentence("en") and settings.text("language") == "auto"
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".settings")] == []


def test_an_unknown_option(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(tmp_path / "s.json").set("voice.speed", 1)
    assert caught.value.code == "settings.unknown"


def test_a_broken_file_is_kept_aside_and_said(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"voice.rate": 1.5')
    settings = Settings(path)
    assert settings.number("voice.rate") == 1.0
    assert [w.code for w in settings.warnings] == ["settings.file"]
    assert (tmp_path / "settings.broken.json").read_text() == '{"voice.rate": 1.5'


def test_a_bad_value_in_the_file_is_said_and_options_of_a_newer_jarvis_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"voice.rate": 9, "future.option": [1], "language": "es"}))
    settings = Settings(path)
    assert (settings.number("voice.rate"), settings.text("language")) == (1.0, "es")
    assert [w.code for w in settings.warnings] == ["settings.value"]
    settings.set("voice.answer_aloud", "never")
    assert json.loads(path.read_text())["future.option"] == [1]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        Settings(tmp_path / "file" / "settings.json").set("language", "es")
    with pytest.raises(StorageError):
        Folders(home=tmp_path / "file" / "home").create()


def test_jarvis_home_moves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_HOME", str(tmp_path / "here"))
    places = folders()
    places.create()
    for place in (places.database, places.settings_file, places.logs, places.models, places.run, places.cache):
        assert place.is_relative_to(tmp_path / "here")


def test_assets_are_found() -> None:
    assert assets_folder().is_dir()


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_default_is_allowed_and_explained_twice(option: Option) -> None:
    assert check(option, option.default) == option.default
    assert option.about_en and option.about_es and option.about_en != option.about_es


@given(st.sampled_from(OPTIONS), st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()))
def test_any_value_is_checked_or_refused(option: Option, value: object) -> None:
    try:
        checked = check(option, value)
    except SettingsError:
        return
    assert type(checked) is option.type
    assert check(option, checked) == checked
