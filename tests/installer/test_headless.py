import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer.headless import headless_desktop


@pytest.mark.skipif(not shutil.which("Xvfb"), reason="Xvfb is not installed")
def test_the_invisible_desktop_is_whole_and_gone_afterwards():
    with headless_desktop() as (variables, missing):
        folder = Path(variables["XDG_RUNTIME_DIR"])
        assert variables["DISPLAY"] != os.environ.get("DISPLAY")
        assert Path(f"/tmp/.X11-unix/X{variables['DISPLAY'][1:]}").exists()
        if "pulseaudio" not in missing and shutil.which("pactl"):
            listed = subprocess.run(
                ["pactl", "list", "short", "sources"], env=variables, capture_output=True, check=True
            )
            assert b"vmic" in listed.stdout
        if "dbus-daemon" not in missing:
            assert variables["DBUS_SESSION_BUS_ADDRESS"] != os.environ.get("DBUS_SESSION_BUS_ADDRESS")
    assert not folder.exists()
    assert not Path(f"/tmp/.X11-unix/X{variables['DISPLAY'][1:]}").exists()


@pytest.mark.skipif(not shutil.which("gnome-keyring-daemon"), reason="gnome-keyring is not installed")
def test_secrets_go_into_a_keyring_of_its_own():
    code = (
        "from keyring.backends.SecretService import Keyring; k = Keyring(); "
        "k.set_password('jarvis-check', 'a', 'secret'); print(k.get_password('jarvis-check', 'a'))"
    )
    with headless_desktop() as (variables, _):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout == "secret\n", done.stderr


def test_what_is_not_installed_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with headless_desktop() as (variables, missing):
        assert missing == ["Xvfb", "dbus-daemon", "gnome-keyring-daemon", "pulseaudio"]
        assert "DISPLAY" not in variables
        assert variables["QT_QPA_PLATFORM"]
