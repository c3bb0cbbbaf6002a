"""The order in which files and rows go: files only once others let rows go, and rows as soon as files are clean.

Knows neither which files nor which rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jarvis.contracts.errors import StorageError
from jarvis.storage.database import Database

_log = logging.getLogger(__name__)


@contextmanager
def files_first(database: Database, clean: Callable[[], None]) -> Iterator[None]:
    """Call `clean`, then let the caller change rows inside.

    Whoever keeps others from writing for long is found out before `clean`: everything stays then. Where rows cannot
    change although files are clean, the `StorageError` says both. What `clean` raises is raised as it is, also inside.
    """
    with database.write():
        pass
    clean()
    try:
        yield
    except StorageError as error:
        _log.warning("files were cleaned, but the rows stay", extra={"facts": {"code": error.code}})
        if not error.code.startswith("storage."):
            raise
        raise StorageError(
            "memory.rows_stay",
            en="The memory could not be written ({why}): every memory is as it was, but unsent drafts, lines of logs "
            "and copies that were to lose these words have lost them already. Close other programs that use Jarvis' "
            "folder, see that its disk has room, and do it again.",
            es="No se pudo escribir en la memoria ({why}): todos los recuerdos siguen como estaban, pero los "
            "borradores sin enviar, las líneas de los registros y las copias que iban a perder estas palabras ya las "
            "han perdido. Cierra otros programas que usen la carpeta de Jarvis, mira que haya sitio en el disco y "
            "repite.",
            why=error.__cause__ or error,
        ) from error
