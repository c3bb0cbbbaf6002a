"""A machine described in a JSON file, so that any machine can be planned for from any other.

`{"gpus": [{"name", "total_mib", "free_mib", "bandwidth_gbs"}], "ram_mib", "ram_bandwidth_gbs", "cores"}`, where
`gpus`, `free_mib`, `bandwidth_gbs`, `ram_free_mib`, `disk_gbs`, `unified` and a GPU's `vendor` and
`compute_capability` (such as "7.5") may be left out.
Knows nothing of this machine and of which GPU has which bandwidth: that table is handed in.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jarvis.catalog.complaints import complaint, json_complaint, json_line
from jarvis.catalog.json_place import line_of
from jarvis.contracts.errors import InputError
from jarvis.contracts.hardware import GpuDevice, GpuVendor, Machine

DISPLAY_RESERVE_MIB = 512
"""What a desktop takes of the first GPU where the file does not say what is free; 0.5 GiB of 16 is usual."""

DRIVER_RESERVE_MIB = 256
"""What the driver takes of every other GPU there."""

SYSTEM_RESERVE_MIB = 2560
"""What the system, a desktop and this program take of the RAM where the file does not say what is free."""

DISK_GBS = 0.5
"""GB/s at which a model is read where the file does not say: a SATA drive's."""

LARGEST_BYTES = 1_000_000
"""A description longer than this is refused unread."""

_Mib = Annotated[int, Field(gt=0, le=100_000_000)]
_FreeMib = Annotated[int, Field(ge=0, le=100_000_000)]
_Gbs = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Gpu(_Part):
    name: str = Field(min_length=1)
    total_mib: _Mib
    free_mib: _FreeMib | None = None
    bandwidth_gbs: _Gbs | None = None
    vendor: GpuVendor = "nvidia"
    compute_capability: str = Field(default="", pattern=r"^(\d{1,2}\.\d)?$")


class _Machine(_Part):
    ram_mib: _Mib
    ram_bandwidth_gbs: _Gbs
    cores: Annotated[int, Field(gt=0, le=4096)]
    gpus: Annotated[tuple[_Gpu, ...], Field(max_length=16)] = ()
    ram_free_mib: _FreeMib | None = None
    disk_gbs: _Gbs = DISK_GBS
    unified: bool = False


def load_machine(file: Path, *, bandwidth_of: Callable[[str], float | None]) -> Machine:
    """Return the machine that `file` describes; `bandwidth_of` gives a GPU's GB/s by its name where it is left out.

    `InputError` names the file, the line, the field and what is allowed; also for a GPU whose bandwidth nobody knows.
    """
    text = _text(file)
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise _wrong(file, error.lineno, "file", *json_complaint(error)) from error
    except (RecursionError, ValueError) as error:
        en, es = "nested too deeply or with too long a number", "con demasiados niveles o un número demasiado largo"
        raise _wrong(file, 1, "file", en, es) from error
    try:
        described = _Machine.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        path = tuple(first["loc"])
        line = json_line(first) or line_of(text, path)
        raise _wrong(file, line, _field(path), *complaint(first)) from error
    return _machine(file, text, described, bandwidth_of)


def machine_document(machine: Machine) -> dict[str, Any]:
    """Return `machine` as `load_machine` reads it, with nothing left out."""
    return {
        "gpus": [
            {
                "name": gpu.name,
                "total_mib": gpu.total_mib,
                "free_mib": gpu.free_mib,
                "bandwidth_gbs": gpu.bandwidth_gbs,
                "vendor": gpu.vendor,
                "compute_capability": gpu.compute_capability,
            }
            for gpu in machine.gpus
        ],
        "ram_mib": machine.ram_mib,
        "ram_free_mib": machine.ram_free_mib,
        "ram_bandwidth_gbs": machine.ram_bandwidth_gbs,
        "cores": machine.cores,
        "disk_gbs": machine.disk_gbs,
        "unified": machine.unified,
    }


def _machine(file: Path, text: str, described: _Machine, bandwidth_of: Callable[[str], float | None]) -> Machine:
    gpus = []
    for index, gpu in enumerate(described.gpus):
        bandwidth = gpu.bandwidth_gbs or bandwidth_of(gpu.name)
        if bandwidth is None:
            path = ("gpus", index)
            en = f'the bandwidth of "{gpu.name}" is not known here; add "bandwidth_gbs" in GB/s'
            es = f'aquí no se conoce el ancho de banda de "{gpu.name}"; añade "bandwidth_gbs" en GB/s'
            raise _wrong(file, line_of(text, path), f"gpus[{index}].bandwidth_gbs", en, es)
        reserve = DRIVER_RESERVE_MIB if index else DISPLAY_RESERVE_MIB
        free = max(0, gpu.total_mib - reserve) if gpu.free_mib is None else gpu.free_mib
        _no_more(file, text, ("gpus", index, "free_mib"), free, gpu.total_mib)
        gpus.append(
            GpuDevice(
                index=index,
                name=gpu.name,
                total_mib=gpu.total_mib,
                free_mib=free,
                bandwidth_gbs=bandwidth,
                vendor=gpu.vendor,
                compute_capability=gpu.compute_capability,
            )
        )
    left = max(0, described.ram_mib - SYSTEM_RESERVE_MIB)
    ram_free = left if described.ram_free_mib is None else described.ram_free_mib
    _no_more(file, text, ("ram_free_mib",), ram_free, described.ram_mib)
    return Machine(
        ram_mib=described.ram_mib,
        ram_free_mib=ram_free,
        ram_bandwidth_gbs=described.ram_bandwidth_gbs,
        cores=described.cores,
        gpus=tuple(gpus),
        disk_gbs=described.disk_gbs,
        unified=described.unified,
    )


def _no_more(file: Path, text: str, path: tuple[str | int, ...], free: int, total: int) -> None:
    if free > total:
        en, es = f"{free} MiB free are more than all {total}", f"{free} MiB libres son más que los {total} que hay"
        raise _wrong(file, line_of(text, path), _field(path), en, es)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InputError(
            "machine.unreadable",
            en="The description of a machine {file} cannot be read: {why}. Mend its path or permissions.",
            es="No se puede leer la descripción de un equipo {file}: {why}. Corrige su ruta o sus permisos.",
            file=file,
            why=error.strerror or type(error).__name__,
        ) from error
    if len(data) > LARGEST_BYTES:
        en, es = f"longer than {LARGEST_BYTES} bytes", f"más de {LARGEST_BYTES} bytes"
        raise _wrong(file, 1, "file", en, es)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        en, es = "not UTF-8 text; save it as UTF-8", "no es texto UTF-8; guárdalo como UTF-8"
        raise _wrong(file, line, "file", en, es) from error


def _field(path: tuple[str | int, ...]) -> str:
    """Return such as `gpus[1].total_mib`."""
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return shown.lstrip(".") or "file"


def _wrong(file: Path, line: int, field: str, en: str, es: str) -> InputError:
    return InputError(
        "machine.invalid",
        en="{file}, line {line}, {field}: {what_en}. Nothing was planned; mend that and repeat.",
        es="{file}, línea {line}, {field}: {what_es}. No se planificó nada; corrígelo y repite.",
        file=file,
        line=line,
        field=field,
        what_en=en,
        what_es=es,
    )
