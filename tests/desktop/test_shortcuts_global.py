"""Keys for every program follow the options, and what does not work is told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from jarvis.desktop.instance import InstanceServer, tell_running_instance
from jarvis.desktop.run import Desktop
from jarvis.desktop.shortcuts_global import GlobalKeys
from tests.desktop.conftest import Until
from tests.fakes.desk_gpus import HandShortcuts
from tests.fakes.desktop import FakeDesktop

QUICK, TALK = "shortcut.quick_query", "shortcut.talk"


@pytest.fixture
def shortcuts() -> HandShortcuts:
    return HandShortcuts()


@pytest.fixture
def keys(desktop: Desktop, shortcuts: HandShortcuts) -> Iterator[GlobalKeys]:
    keys = GlobalKeys(desktop.desk, shortcuts)
    yield keys
    keys.close()
    assert shortcuts.closed
    keys.apply()


def test_the_keys_of_the_options_are_taken_and_told(
    keys: GlobalKeys, shortcuts: HandShortcuts, fake: FakeDesktop, until: Until
) -> None:
    keys.apply()
    until(lambda: shortcuts.bound == {QUICK: "Ctrl+Alt+J"})
    until(lambda: not keys._busy)
    told: list[str] = []
    keys.pressed.connect(lambda name: told.append(f"{name} down"))
    keys.released.connect(lambda name: told.append(f"{name} up"))
    shortcuts.press(QUICK)
    until(lambda: told == [f"{QUICK} down", f"{QUICK} up"])
    fake.settings.set(TALK, "Meta+F9")
    fake.settings.set(QUICK, "")
    keys.apply()
    until(lambda: shortcuts.bound == {TALK: "Meta+F9"})


def test_what_another_program_has_is_a_notice_until_other_keys_work(
    keys: GlobalKeys, shortcuts: HandShortcuts, fake: FakeDesktop, desktop: Desktop, until: Until
) -> None:
    shortcuts.taken = {"Ctrl+Alt+J"}
    keys.apply()
    until(lambda: len(keys.notices()) == 1)
    (notice,) = keys.notices()
    assert (notice.text, notice.kind) == ("Another has Ctrl+Alt+J.", "warning") and "Ctrl+Alt+J" in notice.id
    assert keys.why_not(QUICK) == notice.text and keys.why_not(TALK) == ""
    fake.settings.set("language", "es")
    desktop.apply_settings()
    assert keys.why_not(QUICK) == "Otro tiene Ctrl+Alt+J." and keys.where_set() == "En el escritorio."
    fake.settings.set(QUICK, "Ctrl+Alt+K")
    until(lambda: keys.apply() or keys.notices() == [])  # type: ignore[func-returns-value]
    assert shortcuts.bound == {QUICK: "Ctrl+Alt+K"}


def test_keys_that_another_program_gives_up_are_taken_then(
    keys: GlobalKeys, shortcuts: HandShortcuts, until: Until
) -> None:
    shortcuts.taken = {"Ctrl+Alt+J"}
    keys.apply()
    until(lambda: len(keys.notices()) == 1)
    shortcuts.taken.clear()
    keys.apply()
    until(lambda: keys.notices() == [])
    assert shortcuts.bound == {QUICK: "Ctrl+Alt+J"}


def test_a_press_brings_the_token_to_come_forward(
    keys: GlobalKeys, shortcuts: HandShortcuts, qtbot: QtBot, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "old")
    keys.apply()
    until(lambda: QUICK in shortcuts.bound)
    with qtbot.waitSignal(keys.pressed, timeout=60_000):
        shortcuts.press(QUICK, "fresh")
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "fresh"


@pytest.mark.parametrize("wish", ["raise", "quick"])
def test_another_start_reaches_the_window_with_its_wish_and_token(
    qtbot: QtBot, tmp_path: Path, wish: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "")
    assert not tell_running_instance(tmp_path, "quick")
    server = InstanceServer(tmp_path)
    code = (
        "from pathlib import Path; from jarvis.desktop.instance import tell_running_instance\n"
        f"print(tell_running_instance(Path({str(tmp_path)!r}), {wish!r}))"
    )
    environment = {**os.environ, "XDG_ACTIVATION_TOKEN": "a-token"}
    other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    wanted, unwanted = (server.quick_wanted, server.raised) if wish == "quick" else (server.raised, server.quick_wanted)
    with qtbot.assertNotEmitted(unwanted), qtbot.waitSignal(wanted, timeout=60_000):
        pass
    qtbot.waitUntil(lambda: other.poll() is not None, timeout=60_000)
    assert other.communicate()[0].strip() == "True"
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "a-token"
    server.close()
