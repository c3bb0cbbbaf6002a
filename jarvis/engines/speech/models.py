"""Finds the speech models that a person has put into the models folder, or has chosen. Reads names, loads nothing."""

from __future__ import annotations

from pathlib import Path

from jarvis.contracts.errors import InputError, Language

_WHISPER_MARKS = ("model.bin", "config.json")


def recognition_model(models_folder: Path, setting: str) -> Path | None:
    """Return the folder of the faster-whisper model to use, None when there is none.

    `setting` names a folder, absolute or below `models_folder`; empty takes the largest model there, which is the
    best one. Raises `InputError` when the chosen folder does not exist; whether it is whole shows when it is loaded.
    """
    if setting:
        chosen = models_folder / Path(setting).expanduser()
        if not chosen.is_dir():
            raise _missing(chosen)
        return chosen
    if not models_folder.is_dir():
        return None
    found = [folder for folder in models_folder.iterdir() if _looks_like_whisper(folder)]
    return max(found, key=lambda folder: (_size(folder / "model.bin"), folder.name), default=None)


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


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _missing(chosen: Path) -> InputError:
    return InputError(
        "speech.model_missing",
        en="There is no {path}; nothing was loaded. Choose another one in the settings, or leave the option empty.",
        es="No existe {path}; no se ha cargado nada. Elige otro en los ajustes o deja la opción vacía.",
        path=chosen,
    )
