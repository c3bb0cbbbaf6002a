"""The sentences for sound files that cannot be read or written, one for each way that fails. Opens nothing."""

from __future__ import annotations

import errno
from pathlib import Path

from jarvis.contracts.errors import InputError, StorageError


def cannot_read(path: Path, error: OSError) -> InputError:
    """Return the error for a file that is missing or may not be read."""
    if isinstance(error, FileNotFoundError):
        return InputError(
            "audio.not_found",
            en="There is no file {path}; nothing was done. Check the name and the folder.",
            es="No existe el fichero {path}; no se ha hecho nada. Comprueba el nombre y la carpeta.",
            path=path,
        )
    return InputError(
        "audio.unreadable",
        en="The file {path} cannot be read ({why}); nothing was done. Choose a sound file that you may read.",
        es="No se puede leer {path} ({why}); no se ha hecho nada. Elige un fichero de sonido que puedas leer.",
        path=path,
        why=error.strerror or error,
    )


def not_sound(path: Path, error: Exception) -> InputError:
    """Return the error for a file that is no sound."""
    return InputError(
        "audio.not_sound",
        en="{path} is not a sound file that can be read ({why}); it was left as it is. Use WAV, FLAC, OGG or MP3.",
        es="{path} no es un fichero de sonido legible ({why}); se ha dejado como está. Usa WAV, FLAC, OGG o MP3.",
        path=path,
        why=str(error).rpartition(": ")[2].rstrip("."),
    )


def empty(path: Path) -> InputError:
    """Return the error for a recording without a sample."""
    return InputError(
        "audio.empty",
        en="The recording {path} is empty: there is no sound in it. Record it again and check its size.",
        es="La grabación {path} está vacía: no contiene sonido. Grábala de nuevo y comprueba su tamaño.",
        path=path,
    )


def too_long(path: Path, seconds: float, limit_seconds: float) -> InputError:
    """Return the error for a recording beyond the limit."""
    return InputError(
        "audio.too_long",
        en="The recording {path} lasts {minutes:.0f} minutes or more; at most {limit:.0f} minutes are taken. "
        "It was left as it is; cut out the part that matters.",
        es="La grabación {path} dura {minutes:.0f} minutos o más; se admiten como mucho {limit:.0f} minutos. "
        "Se ha dejado como está; recorta la parte que importa.",
        path=path,
        minutes=seconds / 60,
        limit=limit_seconds / 60,
    )


def cannot_write(path: Path, error: OSError) -> StorageError:
    """Return the error for a sound file that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(
            "audio.disk_full",
            en="The disk is full: the answer could not be saved to {path}, and it is not on disk. "
            "Free some space and ask again.",
            es="El disco está lleno: no se pudo guardar la respuesta en {path} y no está en el disco. "
            "Libera espacio y pregunta otra vez.",
            path=path,
        )
    return StorageError(
        "audio.unwritable",
        en="The sound file {path} cannot be written ({why}); nothing was changed. Choose another folder or name.",
        es="No se puede escribir el fichero de sonido {path} ({why}); no se ha cambiado nada. "
        "Elige otra carpeta u otro nombre.",
        path=path,
        why=error.strerror or error,
    )
