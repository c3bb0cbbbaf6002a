"""Measures this computer's memory and disk for whoever asks, and says in a sentence why it could not be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import StorageError
from jarvis.contracts.model_desk import MeasuredSpeeds, MeasureStep
from jarvis.hardware.ram_bandwidth import MEASURED_BYTES, KnownSpeeds


def measured(
    speeds: KnownSpeeds, files: Sequence[Path], cancel: CancelToken, on_step: Callable[[MeasureStep], None]
) -> MeasuredSpeeds:
    """Measure memory, and the disk by reading part of the largest of `files`; kept once both are known.

    Raises `Cancelled`, and `StorageError` where the memory or the file cannot be had; what was known before stays then.
    """
    on_step("memory")
    try:
        largest = max(files, key=lambda file: file.stat().st_size, default=None)
        ram, disk = speeds.measure(largest, cancel, lambda: on_step("disk"))
    except OSError as error:
        raise StorageError(
            "models.disk_unmeasured",
            en="The disk could not be measured, since a model on it could not be read ({why}); what was known before "
            "is kept. Check that the models folder is there, and measure again.",
            es="No se pudo medir el disco porque no se pudo leer un modelo que hay en él ({why}); se conserva lo que "
            "se sabía. Comprueba que la carpeta de modelos está ahí y vuelve a medir.",
            why=error.strerror or error,
        ) from error
    except MemoryError as error:
        raise StorageError(
            "models.memory_unmeasured",
            en="The memory could not be measured, since {mib} MiB of it are not free; what was known before is kept. "
            "Close a program or unload a model, and measure again.",
            es="No se pudo medir la memoria porque no hay {mib} MiB libres; se conserva lo que se sabía. Cierra un "
            "programa o quita un modelo de la memoria y vuelve a medir.",
            mib=MEASURED_BYTES >> 20,
        ) from error
    return MeasuredSpeeds(ram_gbs=ram, disk_gbs=disk)
