"""Volume: what each mixer program prints, which one is chosen, and a real PulseAudio server where there is one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.errors import DeviceError
from jarvis.contracts.skills import Volume
from jarvis.host.volume import NoMixer, SystemVolume, volume_in
from tests.fakes.processes import until

PACTL = "Volume: front-left: 26214 /  40% / -23.88 dB,   front-right: 29491 /  45% / -20.81 dB\n"
AMIXER = "Simple mixer control 'Master',0\n  Front Left: Playback 45000 [69%] [-1.5dB] [{}]\n"


@pytest.mark.parametrize(
    ("output", "volume"),
    [
        (PACTL + "Mute: no", Volume(percent=45, muted=False)),
        (PACTL + "Mute: yes", Volume(percent=45, muted=True)),
        ("Volume: mono: 98304 / 150% / 10.57 dB\nMute: no", Volume(percent=100, muted=False)),
        ("Volume: mono: 0 / 0% / -inf dB\nMute: no", Volume(percent=0, muted=False)),
        ("Volume: 0.40\n", Volume(percent=40, muted=False)),
        ("Volume: 0.40 [MUTED]\n", Volume(percent=40, muted=True)),
        ("Volume: 1.25\n", Volume(percent=100, muted=False)),
        (AMIXER.format("on"), Volume(percent=69, muted=False)),
        (AMIXER.format("off"), Volume(percent=69, muted=True)),
        ("output volume:56, input volume:75, alert volume:100, output muted:false", Volume(percent=56, muted=False)),
        ("output volume:56, input volume:75, alert volume:100, output muted:true", Volume(percent=56, muted=True)),
    ],
)
def test_what_the_programs_print(output, volume):
    assert volume_in(output) == volume


@pytest.mark.parametrize("output", ["", "Connection refused", "output volume:missing value", "Mute: no"])
def test_no_volume_is_no_guess(output):
    with pytest.raises(NoMixer):
        volume_in(output)


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_nothing_installed_is_one_clear_sentence(empty_path):
    for act in (SystemVolume().read, lambda: SystemVolume().set_percent(5), lambda: SystemVolume().set_muted(True)):
        with pytest.raises(DeviceError) as caught:
            act()
        assert caught.value.code == "host.no_mixer"
        assert "wpctl" in caught.value.sentence("es")


def test_the_next_program_is_asked_when_one_finds_no_server(empty_path):
    program(empty_path, "pactl", "echo Connection refused >&2; exit 1")
    program(empty_path, "wpctl", f'echo "$@" >> {empty_path}/told; echo "Volume: 0.40 [MUTED]"')
    volume = SystemVolume()
    assert volume.read() == Volume(percent=40, muted=True)
    volume.set_percent(130)
    volume.set_percent(-3)
    volume.set_muted(False)
    told = [line for line in (empty_path / "told").read_text().splitlines() if line.startswith("set")]
    assert told == [
        "set-volume @DEFAULT_AUDIO_SINK@ 100%",
        "set-volume @DEFAULT_AUDIO_SINK@ 0%",
        "set-mute @DEFAULT_AUDIO_SINK@ 0",
    ]


def test_a_refused_change_says_that_nothing_changed(empty_path):
    program(empty_path, "amixer", f"[ $2 = sget ] && echo '{AMIXER.format('on')}' && exit 0; echo busy >&2; exit 1")
    with pytest.raises(DeviceError) as caught:
        SystemVolume().set_percent(30)
    assert caught.value.code == "host.volume_refused"
    assert "busy" in str(caught.value) and "sound settings" in str(caught.value)
    assert "ajustes de sonido" in caught.value.sentence("es")


@pytest.fixture
def sound_server(tmp_path: Path, monkeypatch) -> Iterator[None]:
    """A PulseAudio server of our own with one sink that goes nowhere."""
    server = shutil.which("pulseaudio")
    if server is None or shutil.which("pactl") is None:
        pytest.skip("pulseaudio and pactl are not installed: the volume of a real sound server cannot be tried")
    socket = tmp_path / "native"
    modules = ["module-null-sink sink_name=nowhere", f"module-native-protocol-unix auth-anonymous=1 socket={socket}"]
    arguments = [part for module in modules for part in ("-L", module)]
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    # A session bus is where a second server would find the name of the first one taken, and give up.
    for bus in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY"):
        environment.pop(bus, None)
    process = subprocess.Popen(
        [server, "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    monkeypatch.setenv("PULSE_SERVER", f"unix:{socket}")
    answers = lambda: subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode == 0  # noqa: E731
    until(lambda: process.poll() is not None or answers(), "the sound server answers")
    assert process.poll() is None
    yield
    process.terminate()
    process.wait()


def test_a_real_sound_server(sound_server):
    volume = SystemVolume()
    volume.set_percent(37)
    assert volume.read() == Volume(percent=37, muted=False)
    volume.set_muted(True)
    assert volume.read() == Volume(percent=37, muted=True)
    volume.set_muted(False)
    volume.set_percent(100)
    assert volume.read() == Volume(percent=100, muted=False)
