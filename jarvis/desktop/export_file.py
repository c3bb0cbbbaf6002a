"""Writes a conversation into a file of the person's choice, whole or not at all. Runs on worker threads."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from jarvis.contracts.errors import InputError

ExportForm = Literal["markdown", "json", "pdf"]
SUFFIXES: dict[ExportForm, str] = {"markdown": ".md", "json": ".json", "pdf": ".pdf"}
_LONGEST_NAME = 60
_RESERVED = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')


def file_name(title: str, form: ExportForm, otherwise: str) -> str:
    """Return a name for a file with a conversation: its title without what file systems refuse, or `otherwise`."""
    name = " ".join(_RESERVED.sub(" ", title).split())[:_LONGEST_NAME].strip(" .-~")
    return (name or otherwise) + SUFFIXES[form]


def with_suffix(file: Path, form: ExportForm) -> Path:
    """Return `file` with the ending of its form, added where it is missing."""
    return file if file.suffix.lower() == SUFFIXES[form] else file.with_name(file.name + SUFFIXES[form])


def write_whole(file: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a new file beside `file` and put it in its place; what was there stays until then.

    A new file is readable by its owner alone, one that is replaced keeps its rights.
    `InputError` (code `export.not_written`) with the system's reason when that fails.
    """
    target = Path(os.path.realpath(file))
    part: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=".jarvis-", suffix=file.suffix, dir=target.parent)
        os.close(handle)
        part = Path(name)
        write(part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    except OSError as error:
        raise InputError(
            "export.not_written",
            en="“{name}” could not be written ({why}); nothing was changed. Choose another place or make room.",
            es="No se pudo escribir «{name}» ({why}); no se cambió nada. Elige otro sitio o libera espacio.",
            name=file.name,
            why=error.strerror or error,
        ) from error
    finally:
        if part is not None:
            with suppress(FileNotFoundError):
                part.unlink()
