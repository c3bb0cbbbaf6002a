"""Reads and sets the output volume with the sound server's own command-line program.

`pactl` speaks for PulseAudio and PipeWire, `wpctl` for PipeWire alone, `amixer` for bare ALSA, `osascript` for
macOS. The pulsectl library was weighed: it binds libpulse by ctypes inside this process, needs PulseAudio's
protocol, and a hung server would hang a thread that nothing can kill, while a program can be given two seconds.
"""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from jarvis.contracts.errors import DeviceError
from jarvis.contracts.skills import Volume
from jarvis.settings.child_environment import without_keys

_LOG = logging.getLogger(__name__)

PROGRAM_SECONDS = 2.0
"""How long a mixer program may take; they answer in about 10 ms."""

_PERCENT = re.compile(r"(\d+)\s?%")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mixer:
    """The command lines of one mixer program; `{}` stands for the new value."""

    read: tuple[tuple[str, ...], ...]
    set_percent: tuple[str, ...]
    set_muted: tuple[str, ...]
    muted_words: tuple[str, str] = ("1", "0")


_PACTL = _Mixer(
    read=(("pactl", "get-sink-volume", "@DEFAULT_SINK@"), ("pactl", "get-sink-mute", "@DEFAULT_SINK@")),
    set_percent=("pactl", "set-sink-volume", "@DEFAULT_SINK@", "{}%"),
    set_muted=("pactl", "set-sink-mute", "@DEFAULT_SINK@", "{}"),
)
_WPCTL = _Mixer(
    read=(("wpctl", "get-volume", "@DEFAULT_AUDIO_SINK@"),),
    set_percent=("wpctl", "set-volume", "@DEFAULT_AUDIO_SINK@", "{}%"),
    set_muted=("wpctl", "set-mute", "@DEFAULT_AUDIO_SINK@", "{}"),
)
_AMIXER = _Mixer(
    read=(("amixer", "-M", "sget", "Master"),),
    set_percent=("amixer", "-M", "sset", "Master", "{}%"),
    set_muted=("amixer", "sset", "Master", "{}"),
    muted_words=("mute", "unmute"),
)
_OSASCRIPT = _Mixer(
    read=(("osascript", "-e", "get volume settings"),),
    set_percent=("osascript", "-e", "set volume output volume {}"),
    set_muted=("osascript", "-e", "set volume output muted {}"),
    muted_words=("true", "false"),
)


class SystemVolume:
    """The volume of the default output; every method raises `DeviceError` where there is no mixer."""

    def __init__(self) -> None:
        self._mixers = (_OSASCRIPT,) if sys.platform == "darwin" else (_PACTL, _WPCTL, _AMIXER)

    def read(self) -> Volume:
        """Return the volume now; more than 100 % (software gain) reads as 100."""
        _, volume = self._working_mixer()
        return volume

    def set_percent(self, percent: int) -> None:
        """Set the volume, taken into 0..100; leaves mute as it is."""
        mixer, _ = self._working_mixer()
        self._change(mixer.set_percent, str(max(0, min(100, percent))))

    def set_muted(self, muted: bool) -> None:
        """Mute or unmute; leaves the volume as it is."""
        mixer, _ = self._working_mixer()
        self._change(mixer.set_muted, mixer.muted_words[0 if muted else 1])

    def _working_mixer(self) -> tuple[_Mixer, Volume]:
        if sys.platform == "win32":
            raise DeviceError(
                "host.no_volume_control",
                en="Jarvis cannot change the volume on Windows; use the keys of your keyboard.",
                es="Jarvis no puede cambiar el volumen en Windows; usa las teclas del teclado.",
            )
        reasons = []
        for mixer in self._mixers:
            try:
                return mixer, volume_in("\n".join(_output_of(line) for line in mixer.read))
            except NoMixer as error:
                reasons.append(str(error))
        _LOG.info("no mixer: %s", "; ".join(reasons))
        raise DeviceError(
            "host.no_mixer",
            en="No sound output with a volume was found, so nothing was changed. Check that a speaker is connected "
            "and that pactl, wpctl or amixer is installed.",
            es="No se encontró una salida de sonido con volumen y no se ha cambiado nada. Comprueba que hay un "
            "altavoz conectado y que pactl, wpctl o amixer está instalado.",
        )

    def _change(self, line: Sequence[str], value: str) -> None:
        try:
            _output_of([part.format(value) for part in line])
        except NoMixer as error:
            raise DeviceError(
                "host.volume_refused",
                en="The sound system refused the change ({why}); the volume is as it was. "
                "Check in the sound settings that a speaker is chosen, and ask again.",
                es="El sistema de sonido rechazó el cambio ({why}); el volumen queda como estaba. "
                "Comprueba en los ajustes de sonido que hay un altavoz elegido y pídelo de nuevo.",
                why=error,
            ) from error


class NoMixer(Exception):
    """This program is absent or finds no sound server; carries why."""


def volume_in(output: str) -> Volume:
    """Read the volume that any of the mixer programs printed in the C locale; `NoMixer` where there is none."""
    percentages = [int(number) for number in _PERCENT.findall(output)]
    if match := re.search(r"Volume: (\d+\.\d+)", output):
        percentages = [round(float(match.group(1)) * 100)]
    if match := re.search(r"output volume:(\d+)", output):
        percentages = [int(match.group(1))]
    if not percentages:
        raise NoMixer(f"no volume in {output.strip()[:80]!r}")
    muted = bool(re.search(r"Mute: yes|\[MUTED\]|output muted:true", output))
    switches = re.findall(r"\[(on|off)\]", output)
    muted = muted or (bool(switches) and "on" not in switches)
    return Volume(percent=min(100, max(percentages)), muted=muted)


def _output_of(line: Sequence[str]) -> str:
    program = shutil.which(line[0])
    if program is None:
        raise NoMixer(f"{line[0]} is not installed")
    try:
        done = subprocess.run(
            [program, *line[1:]],
            capture_output=True,
            text=True,
            timeout=PROGRAM_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**without_keys(), "LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoMixer(f"{line[0]}: {error}") from error
    if done.returncode:
        raise NoMixer(f"{line[0]}: {done.stderr.strip()[:200] or done.returncode}")
    return done.stdout
