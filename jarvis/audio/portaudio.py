"""Finding and opening the sound devices of this computer, with one clear sentence for each way that fails.

sounddevice is imported when a device is first asked for: it fails to import where the PortAudio library is missing.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import logging
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

from jarvis.contracts.device_names import meant_by
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import SAMPLE_RATE

Direction = Literal["input", "output"]
AT_ONCE_SECONDS = 0.08
"""Patience with a stream that is to end now, or that is lost anyway; see `close_stream`."""

_lock = threading.RLock()
_streams: set[Any] = set()
_closing: set[Any] = set()
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class AudioDevice:
    """A microphone or speaker as PortAudio names it."""

    name: str
    direction: Direction
    is_default: bool
    sample_rate: int
    channels: int
    index: int


def list_devices(direction: Direction | None = None) -> list[AudioDevice]:
    """Return the devices there are now, empty when there is none; `DeviceError` when PortAudio is missing or fails."""
    with _lock:
        sounddevice = _portaudio()
        with contextlib.suppress(sounddevice.PortAudioError):
            return _listed(sounddevice, direction)
        # It was ended to look for devices anew, and could not be started then.
        _start_anew(sounddevice)
        try:
            return _listed(sounddevice, direction)
        except sounddevice.PortAudioError as error:
            raise _no_answer(error) from error


def refresh() -> None:
    """Look for devices plugged in or out since the start; does nothing while a stream runs, for it would end it.

    `DeviceError` when the sound system does not answer; the next call tries again.
    """
    sounddevice = _portaudio()
    with _lock:
        idle = [stream for stream in _streams if not is_active(stream)]
    for stream in idle:
        close_stream(stream)
    with _lock:
        _start_anew(sounddevice)


@contextlib.contextmanager
def as_listed() -> Iterator[None]:
    """Let nobody look up devices anew meanwhile: their numbers stay true from finding one to having opened it."""
    with _lock:
        yield


def is_alone(stream: Any) -> bool:
    """Tell whether no other stream runs, so that closing this one lets devices be looked up anew."""
    with _lock:
        return not _closing and not any(is_active(other) for other in _streams if other is not stream)


def is_active(stream: Any) -> bool:
    """Tell whether `stream` runs; one that PortAudio cannot tell of does not."""
    try:
        return bool(stream.active)
    except _portaudio().PortAudioError:
        return False


def find_device(name: str, direction: Direction) -> AudioDevice:
    """Return the device that `meant_by` takes for `name`, else the only one whose name contains it; empty takes the
    default.

    `DeviceError` when there is none at all, or none or several of that name; the sentence lists what exists.
    """
    devices = list_devices(direction)
    if not devices:
        raise no_device(direction)
    if not name:
        return next((device for device in devices if device.is_default), devices[0])
    meant = meant_by(name, [device.name for device in devices])
    called = [device for device in devices if device.name == meant]
    partly = [device for device in devices if name.casefold() in device.name.casefold()]
    if called or len(partly) == 1:
        return (called or partly)[0]
    raise _unknown_device(name, direction, devices)


def input_shape(device: AudioDevice) -> tuple[int, int]:
    """Return the rate and channel count to record with: 16 kHz mono, else as near to it as the device can."""
    return _shape(device, "input", SAMPLE_RATE)


def output_shape(device: AudioDevice, sample_rate: int) -> tuple[int, int]:
    """Return the rate and channel count to play with: `sample_rate` mono, else as near to it as the device can."""
    return _shape(device, "output", sample_rate)


def open_stream(direction: Direction, device: AudioDevice, **settings: Any) -> Any:
    """Open and start a raw int16 stream; `DeviceError` when the device is busy or gone."""
    with _lock:
        sounddevice = _portaudio()
        kind = sounddevice.RawInputStream if direction == "input" else sounddevice.RawOutputStream
        try:
            stream = kind(device=device.index, dtype="int16", **settings)
        except sounddevice.PortAudioError as error:
            raise _busy(device, error) from error
        _streams.add(stream)
        try:
            stream.start()
        except sounddevice.PortAudioError as error:
            close_stream(stream)
            raise _busy(device, error) from error
        return stream


def close_stream(stream: Any, patience_seconds: float = 1.0) -> None:
    """End `stream`, dropping what its device still holds; closing twice is the same as once.

    PortAudio never returns from closing a stream whose sound server died. After `patience_seconds` it is left to
    itself: the devices can then not be looked up anew, but others can be opened and the program can end.
    """
    with _lock:
        if stream not in _streams:
            return
        _streams.discard(stream)
        _closing.add(stream)
    closer = threading.Thread(target=_close, args=(stream,), name="jarvis-audio-close", daemon=True)
    closer.start()
    closer.join(patience_seconds)
    if closer.is_alive():
        _logger.warning("a lost sound device does not close")
        atexit.unregister(_portaudio()._exit_handler)


def _close(stream: Any) -> None:
    with contextlib.suppress(_portaudio().PortAudioError):
        # A device that was pulled out cannot be stopped any more; it is gone, which is what was wanted.
        stream.abort()
    stream.close(ignore_errors=True)
    with _lock:
        _closing.discard(stream)


def _shape(device: AudioDevice, direction: Direction, sample_rate: int) -> tuple[int, int]:
    sounddevice = _portaudio()
    check = sounddevice.check_input_settings if direction == "input" else sounddevice.check_output_settings
    channels = (1, 2) if device.channels >= 2 else (1,)
    for rate in dict.fromkeys((sample_rate, device.sample_rate, 48_000, 44_100)):
        for count in channels:
            with contextlib.suppress(sounddevice.PortAudioError):
                check(device=device.index, channels=count, dtype="int16", samplerate=rate)
                return rate, count
    raise _busy(device, "no usable format")


def _listed(sounddevice: ModuleType, direction: Direction | None) -> list[AudioDevice]:
    ways: tuple[Direction, ...] = ("input", "output") if direction is None else (direction,)
    return [
        AudioDevice(
            name=device["name"],
            direction=way,
            is_default=index == _default_index(sounddevice, way),
            sample_rate=int(device["default_samplerate"]),
            channels=int(device[f"max_{way}_channels"]),
            index=index,
        )
        for way in ways
        for index, device in enumerate(sounddevice.query_devices())
        if device[f"max_{way}_channels"] > 0
    ]


def _start_anew(sounddevice: ModuleType) -> None:
    """End PortAudio and start it again, unless that would end a stream; only under `_lock`."""
    if _streams or _closing:
        return
    with contextlib.suppress(sounddevice.PortAudioError):
        # Where the last start failed there is nothing to end.
        sounddevice._terminate()
    try:
        sounddevice._initialize()
    except sounddevice.PortAudioError as error:
        raise _no_answer(error) from error


def _default_index(sounddevice: ModuleType, direction: Direction) -> int:
    try:
        return int(sounddevice.query_devices(kind=direction)["index"])
    except sounddevice.PortAudioError:
        return -1


def _portaudio() -> ModuleType:
    _quiet_alsa()
    try:
        import sounddevice
    except (OSError, ImportError) as error:
        raise DeviceError(
            "audio.no_portaudio",
            en="Microphone and speaker cannot be used because the PortAudio library is missing. Install it "
            "(Debian, Ubuntu: sudo apt install libportaudio2), or use sound files with --input and --output.",
            es="No se pueden usar micrófono ni altavoz porque falta la biblioteca PortAudio. Instálala "
            "(Debian, Ubuntu: sudo apt install libportaudio2) o usa ficheros con --input y --output.",
        ) from error
    except Exception as error:
        # Importing it starts PortAudio; the class of its error goes with the module that was not imported.
        raise _no_answer(error) from error
    module: ModuleType = sounddevice
    return module


_ALSA_HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
_ignore_alsa = _ALSA_HANDLER(lambda *_: None)


def _quiet_alsa() -> None:
    # ALSA writes a page of complaints to stderr on computers without a sound card; what matters is raised anyway.
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_ignore_alsa)


def _kinds(direction: Direction) -> dict[str, str]:
    return (
        {"en": "microphone", "es": "micrófono", "option": "--input"}
        if direction == "input"
        else {"en": "speaker", "es": "altavoz", "option": "--output"}
    )


def no_device(direction: Direction) -> DeviceError:
    """Return the error for a computer without any microphone or speaker."""
    kind = _kinds(direction)
    return DeviceError(
        f"audio.no_{kind['en']}",
        en="This computer has no {en_kind} that can be used. Connect one; typing works without, and commands take a "
        "sound file with {option}.",
        es="Este equipo no tiene ningún {es_kind} utilizable. Conecta uno; escribir funciona igual, y los comandos "
        "aceptan un fichero de sonido con {option}.",
        en_kind=kind["en"],
        es_kind=kind["es"],
        option=kind["option"],
    )


def _no_answer(why: Exception) -> DeviceError:
    return DeviceError(
        "audio.no_answer",
        en="This computer's sound system does not answer ({why}); typing works without. If it stays so, restart the "
        "sound service or the computer.",
        es="El sistema de sonido de este equipo no responde ({why}); escribir funciona igual. Si sigue así, reinicia "
        "el servicio de sonido o el equipo.",
        why=(str(why) or type(why).__name__).splitlines()[0],
    )


def vanished(device: AudioDevice) -> DeviceError:
    """Return the error for a microphone that stopped delivering sound."""
    return DeviceError(
        "audio.microphone_lost",
        en="The microphone {name} stopped delivering sound; Jarvis keeps trying to open it. "
        "Check that it is connected, or choose another one in the settings.",
        es="El micrófono {name} ha dejado de dar sonido; Jarvis sigue intentando abrirlo. "
        "Comprueba que está conectado o elige otro en los ajustes.",
        name=device.name,
    )


def speaker_lost(name: str) -> DeviceError:
    """Return the error for a speaker that stopped taking sound."""
    return DeviceError(
        "audio.speaker_lost",
        en="The speaker {name} stopped playing; the answer stays on screen. Check that it is connected and on.",
        es="El altavoz {name} ha dejado de sonar; la respuesta sigue en pantalla. Comprueba que está conectado.",
        name=name,
    )


def instead(wanted: str, device: AudioDevice) -> DeviceError:
    """Return the note that `device` is used in the place of the one called `wanted`."""
    kind = _kinds(device.direction)
    return DeviceError(
        f"audio.other_{kind['en']}",
        en="The {en_kind} {wanted} cannot be used now, so Jarvis uses {name}. It goes back to {wanted} by itself.",
        es="Ahora no se puede usar el {es_kind} {wanted}; Jarvis usa {name}. Volverá solo a {wanted}.",
        en_kind=kind["en"],
        es_kind=kind["es"],
        wanted=wanted,
        name=device.name,
    )


def again(device: AudioDevice) -> DeviceError:
    """Return the note that `device` had stopped and goes on."""
    kind = _kinds(device.direction)
    return DeviceError(
        f"audio.{kind['en']}_again",
        en="The {en_kind} had stopped for a moment; Jarvis goes on with {name}.",
        es="El {es_kind} se había parado un momento; Jarvis sigue con {name}.",
        en_kind=kind["en"],
        es_kind=kind["es"],
        name=device.name,
    )


def other_default(device: AudioDevice) -> DeviceError:
    """Return the note that the system's default is `device` now, and no longer another one."""
    kind = _kinds(device.direction)
    return DeviceError(
        f"audio.default_{kind['en']}",
        en="This computer's default {en_kind} is another one now; Jarvis goes on with {name}.",
        es="El {es_kind} predeterminado de este equipo es otro ahora; Jarvis sigue con {name}.",
        en_kind=kind["en"],
        es_kind=kind["es"],
        name=device.name,
    )


def came(device: AudioDevice) -> DeviceError:
    """Return the note that there was no microphone and `device` has come."""
    return DeviceError(
        "audio.microphone_came",
        en="There is a microphone now; Jarvis listens with {name}.",
        es="Ya hay un micrófono; Jarvis escucha con {name}.",
        name=device.name,
    )


def _unknown_device(name: str, direction: Direction, devices: list[AudioDevice]) -> DeviceError:
    kind = _kinds(direction)
    return DeviceError(
        f"audio.unknown_{kind['en']}",
        en="There is no {en_kind} called {name}, or more than one; nothing was changed. There are: {names}.",
        es="No hay ningún {es_kind} llamado {name}, o hay varios; no se ha cambiado nada. Hay: {names}.",
        en_kind=kind["en"],
        es_kind=kind["es"],
        name=name,
        names=", ".join(dict.fromkeys(device.name for device in devices)),
    )


def _busy(device: AudioDevice, why: object) -> DeviceError:
    kind = _kinds(device.direction)
    return DeviceError(
        f"audio.{kind['en']}_busy",
        en="The {en_kind} {name} cannot be opened ({why}). Close other programs that use it, or choose another one.",
        es="No se puede abrir el {es_kind} {name} ({why}). Cierra otros programas que lo usen o elige otro.",
        en_kind=kind["en"],
        es_kind=kind["es"],
        name=device.name,
        why=str(why).splitlines()[0],
    )
