"""The ResourceDesk port: the sampled machine beside the models that are noted as loaded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import psutil

from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.models import ModelRow
from jarvis.contracts.placement import DeviceShare, Refusal
from jarvis.contracts.resources import Fit, GpuView, ResidentModel, ResourceView
from jarvis.hardware.holdings import Holder, holdings
from jarvis.hardware.probe import existing_folder
from jarvis.hardware.sampler import GpuSampler, HardwareSample
from jarvis.processes.tree import descendants

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_MIB = 1 << 20
_GONE: dict[Language, str] = {
    "en": "No graphics card answers any more: its driver was updated, or the card went to sleep. Models run on the "
    "processor until it is back; restarting the computer brings it back for sure.",
    "es": "Ya no responde ninguna tarjeta gráfica: se actualizó su controlador o la tarjeta se durmió. Los modelos "
    "usan el procesador hasta que vuelva; al reiniciar el equipo vuelve con seguridad.",
}


class AppResources:
    """`ResourceDesk` over the hardware, the model book and the spending; one for all doors."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self._models = jarvis.models_room
        self._sampler = GpuSampler(self._models.hardware)
        self._watched = False
        self._had_gpus = False
        jarvis.on_close(self._sampler.close)

    def watch(self) -> None:
        """Sample once a second from now on."""
        self._watched = True
        self._sampler.start()

    def rest(self) -> None:
        """Sample no more."""
        self._watched = False
        self._sampler.close()

    def view(self, language: Language) -> ResourceView:
        """Return the machine as it was sampled last, or is now where nobody watches."""
        sample = (self._sampler.latest() if self._watched else None) or self._sampler.take()
        self._had_gpus = self._had_gpus or bool(sample.gpus)
        rows = [row for row in self._models.book.rows() if row.loaded is not None]
        # Without a GPU nobody is to be told apart, and processes are not looked through.
        holders = self._holders(rows) if sample.gpus else []
        return replace(
            self._plain(sample),
            gpus=tuple(GpuView(sample=gpu, holdings=holdings(gpu, holders)) for gpu in sample.gpus),
            resident=tuple(self._resident(row) for row in rows),
            held=self._models.book.hold(),
            gpu_trouble=_GONE[language] if self._had_gpus and not sample.gpus else "",
            cost_today_usd=self._jarvis.routing_room.budget.state().spent_day_usd,
            tokens_per_second_now=self._jarvis.routing_room.speed.tokens_per_second(),
        )

    def history(self) -> Sequence[ResourceView]:
        """Return the last five minutes, oldest first."""
        return [
            replace(self._plain(sample), gpus=tuple(GpuView(sample=gpu) for gpu in sample.gpus))
            for sample in self._sampler.history()
        ]

    def fits(self, language: Language) -> Sequence[Fit]:
        """Say of every text model on this disk whether it would find room now."""
        found = []
        for row in self._models.usable_rows():
            if row.kind != "text" or not row.path:
                continue
            place = self._models.place(self._models.to_run(row))
            if isinstance(place, Refusal):
                found.append(Fit(model=row.id, fits=False, sentence=place.why(language)))
            else:
                found.append(Fit(model=row.id, fits=True, sentence=place.reason(language)))
        return found

    def unload(self, model: str) -> None:
        """Take a model out of memory; it stays in service."""
        if model not in self._models.pool.loaded():
            raise InputError(
                "resources.not_ours",
                en="{id} is not in this window's memory, so it was left as it is. “jarvis free” empties every GPU.",
                es="{id} no está en la memoria de esta ventana y se dejó como está. «jarvis free» vacía todas las GPU.",
                id=model,
            )
        self._models.pool.unload(model)

    def _plain(self, sample: HardwareSample) -> ResourceView:
        disk = psutil.disk_usage(str(existing_folder(self._jarvis.folders.models)))
        return ResourceView(
            at=sample.at,
            cpu_percent=sample.cpu_percent,
            ram_used_mib=sample.ram_used_mib,
            ram_total_mib=sample.ram_total_mib,
            disk_free_mib=disk.free // _MIB,
            disk_total_mib=disk.total // _MIB,
        )

    def _holders(self, rows: Sequence[ModelRow]) -> list[Holder]:
        holders = [_holder(row) for row in rows]
        known = frozenset().union(*(holder.pids for holder in holders))
        for pid, name in self._jarvis.registry.running().items():
            if pid not in known:
                holders.append(Holder(kind="jarvis", name=name, pids=_family(pid)))
        return [*holders, Holder(kind="jarvis", name="jarvis", pids=frozenset({os.getpid()}))]

    def _resident(self, row: ModelRow) -> ResidentModel:
        assert row.loaded is not None
        speeds = (one.tokens_per_second for one in self._models.book.measurements(row.id))
        return ResidentModel(
            id=row.id,
            kind=row.kind,
            device=row.loaded.device,
            vram_mib=row.loaded.vram_mib,
            ram_mib=row.loaded.ram_mib,
            pinned=row.pinned,
            own=row.id in self._models.pool.loaded(),
            tokens_per_second=next((speed for speed in speeds if speed is not None), None),
        )


def _holder(row: ModelRow) -> Holder:
    assert row.loaded is not None
    pid = row.loaded.pid
    placed = row.loaded.shares or _by_name(row.loaded.device, row.loaded.vram_mib)
    return Holder(kind=row.kind, name=row.id, pids=_family(pid) if pid else frozenset(), placed=placed)


def _family(pid: int) -> frozenset[int]:
    return frozenset({pid, *(process.pid for process in descendants(pid))})


def _by_name(device: str, mib: float) -> tuple[DeviceShare, ...]:
    """Return the share of a note without any, where its device is one GPU."""
    name, _, number = device.partition(" ")
    return (DeviceShare(gpu=int(number), layers=0, mib=mib),) if name == "GPU" and number.isdigit() else ()
