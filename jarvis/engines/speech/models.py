"""Finds the speech models that a person has put into the models folder, or has chosen. Reads names, loads nothing."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from os import SEEK_CUR
from pathlib import Path
from typing import BinaryIO

from jarvis.contracts.errors import LANGUAGES, InputError, Language

_WHISPER_MARKS = ("model.bin", "config.json")

_BINARY_VERSION = 6
"""Of CTranslate2's files since 2022."""


def recognition_model(models_folder: Path, setting: str) -> Path | None:
    """Return the folder of the faster-whisper model to use, None when there is none.

    `setting` names a folder, absolute or below `models_folder`; empty takes the largest model there, which is the
    best one. Raises `InputError` when the chosen folder does not exist; whether it is whole shows when it is loaded.
    """
    if setting:
        return chosen_model(models_folder, setting)
    return next(iter(recognition_models(models_folder)), None)


def chosen_model(models_folder: Path, setting: str) -> Path:
    """Return the folder that `setting` names, absolute or below `models_folder`; `InputError` when there is none."""
    chosen = models_folder / Path(setting).expanduser()
    if not chosen.is_dir():
        raise _missing(chosen)
    return chosen


def recognition_models(models_folder: Path, others: Sequence[Path] = ()) -> list[Path]:
    """Return the models in `models_folder` and of `others`, best first: those of both languages, then the largest."""
    below = (
        [folder for folder in models_folder.iterdir() if _looks_like_whisper(folder)] if models_folder.is_dir() else []
    )
    found = dict.fromkeys([*below, *(folder for folder in others if folder.is_dir())])
    return sorted(found, key=lambda folder: (-len(languages_of(folder)), -weight_bytes(folder), folder.name))


def languages_of(folder: Path) -> tuple[Language, ...]:
    """Return what a model understands, by its name: `tiny.en`, as OpenAI named them, and Distil-Whisper are English."""
    name = folder.name.lower()
    return ("en",) if name.endswith(".en") or "distil" in name else LANGUAGES


def weight_bytes(folder: Path) -> int:
    """Return the size of the weights, 0 where they are missing."""
    weights = folder / "model.bin"
    return weights.stat().st_size if weights.is_file() else 0


def half_bytes(folder: Path) -> float:
    """Return what the weights take in 16 bit, however the file keeps them; the size of one that cannot be read."""
    file = folder / "model.bin"
    try:
        with file.open("rb") as stream:
            return 2.0 * sum(_numbers(stream, file.stat().st_size))
    except (OSError, struct.error, ValueError):
        return weight_bytes(folder)


def _numbers(stream: BinaryIO, size: int) -> Iterator[int]:
    """How many numbers each variable of a CTranslate2 file of `size` bytes has; ValueError for another kind of file.

    As `ModelSpec._serialize` of ctranslate2.specs writes it.
    """

    def number(kind: str) -> int:
        return int(struct.unpack(kind, stream.read(struct.calcsize(kind)))[0])

    if number("<I") != _BINARY_VERSION:
        raise ValueError("another version")
    stream.seek(number("<H"), SEEK_CUR)
    number("<I")
    for _ in range(number("<I")):
        stream.seek(number("<H"), SEEK_CUR)
        count = math.prod(number("<I") for _ in range(number("<B")))
        number("<B")
        length = number("<I")
        if count > length or stream.seek(length, SEEK_CUR) > size:
            raise ValueError("no variable")
        yield count


def voice_file(models_folder: Path, language: Language, setting: str) -> Path | None:
    """Return the Piper voice to use for `language`, None when there is none.

    `setting` names an `.onnx` file, absolute or below `models_folder`; empty takes the first whose name begins with
    the language, as Piper names its voices (`es_ES-davefx-medium.onnx`). Raises `InputError` when the chosen one does
    not exist.
    """
    if setting:
        chosen = models_folder / Path(setting).expanduser()
        if not chosen.is_file():
            raise _missing(chosen)
        return chosen
    found = sorted(models_folder.glob("**/*.onnx")) if models_folder.is_dir() else []
    return next((path for path in found if path.name.lower().startswith((f"{language}_", f"{language}-"))), None)


def _looks_like_whisper(folder: Path) -> bool:
    """Half a model counts too: it is reported when it cannot be loaded, instead of being passed over in silence."""
    named = "whisper" in folder.name.lower()
    marks = [(folder / mark).is_file() for mark in _WHISPER_MARKS]
    return folder.is_dir() and (all(marks) or (named and any(folder.iterdir())))


def _missing(chosen: Path) -> InputError:
    return InputError(
        "speech.model_missing",
        en="There is no {path}; nothing was loaded. Choose another one in the settings, or leave the option empty.",
        es="No existe {path}; no se ha cargado nada. Elige otro en los ajustes o deja la opción vacía.",
        path=chosen,
    )
