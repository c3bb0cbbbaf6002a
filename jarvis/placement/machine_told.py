"""What a machine has for models, as a sentence. Knows no model and measures nothing."""

from __future__ import annotations

from jarvis.contracts.errors import Language
from jarvis.contracts.hardware import Machine

_GIB = 1024


def machine_told(machine: Machine, free_disk_mib: int, language: Language) -> str:
    """Return the graphics cards with their memory, the memory, the cores and the free disk, in `language`."""
    spanish = language == "es"
    cards = [f"GPU {gpu.index} {gpu.name} ({_gib(gpu.total_mib, language)})" for gpu in machine.gpus]
    if not cards:
        cards = ["sin tarjeta gráfica que sirva a los modelos" if spanish else "no graphics card that models can use"]
    ram, disk = _gib(machine.ram_mib, language), _gib(free_disk_mib, language)
    if spanish:
        shared = " compartida con la gráfica" if machine.unified else ""
        cores = "1 núcleo" if machine.cores == 1 else f"{machine.cores} núcleos"
        parts = [*cards, f"{ram} de memoria{shared}", cores, f"{disk} libres en el disco"]
        return f"Este equipo: {', '.join(parts)}."
    shared = " shared with the graphics" if machine.unified else ""
    cores = "1 core" if machine.cores == 1 else f"{machine.cores} cores"
    parts = [*cards, f"{ram} of memory{shared}", cores, f"{disk} free on the disk"]
    return f"This computer: {', '.join(parts)}."


def _gib(mib: int, language: Language) -> str:
    gib = mib / _GIB
    told = f"{gib:.0f}" if gib >= 100 else f"{gib:.1f}"
    return f"{told.replace('.', ',') if language == 'es' else told} GiB"
