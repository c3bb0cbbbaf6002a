"""A machine of two unequal GPUs on which real small children stand for models, and a book in memory."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.hardware import GpuDevice, GpuSample, Machine
from jarvis.contracts.models import LoadedModel, ModelRow
from jarvis.contracts.placement import DeviceShare, Measurement, Placement, Refusal
from jarvis.engines.child_health import answers
from jarvis.engines.running import Endpoint, ModelToRun
from jarvis.processes.child import Child
from jarvis.processes.registry import ChildRegistry
from tests.fakes.processes import PATIENCE_SECONDS

TWO_GPUS = Machine(
    ram_mib=64_000,
    ram_free_mib=60_000,
    ram_bandwidth_gbs=60.0,
    cores=16,
    gpus=(
        GpuDevice(index=0, name="big", total_mib=16_000, free_mib=16_000, bandwidth_gbs=896.0),
        GpuDevice(index=1, name="small", total_mib=6_000, free_mib=6_000, bandwidth_gbs=336.0),
    ),
)
"""The reference rig, in round figures."""

LAYERS = 32


def model(identity: str, *, keep: float | None = None, pinned: bool = False, context: int = 4096) -> ModelToRun:
    return ModelToRun(
        id=identity,
        path=Path(f"/models/{identity}.gguf"),
        keep_alive_seconds=keep,
        pinned=pinned,
        context_tokens=context,
    )


class SizePlacer:
    """Places by size alone: whole on the roomiest GPU, split, partly in RAM, in RAM, or nowhere."""

    def __init__(self, sizes: dict[str, int], cpu: bool = True) -> None:
        self.sizes = sizes
        self.cpu = cpu

    def __call__(self, model: ModelToRun, machine: Machine, *, smaller: int = 0) -> Placement | Refusal:
        size = self.sizes[model.id] * 3 // 4 if smaller else self.sizes[model.id]
        context = model.context_tokens // 2 if smaller else model.context_tokens
        gpus = sorted(machine.gpus, key=lambda gpu: -gpu.free_mib)
        made = Placement(
            model=model.id, how="one_gpu", devices=(), cpu_layers=0, ram_mib=100.0, context_tokens=context,
            kv_type="f16", tokens_per_second=30.0, load_seconds=size / 1000, reason_en="", reason_es="",
        )  # fmt: skip
        if gpus and gpus[0].free_mib >= size:
            return replace(made, devices=(DeviceShare(gpu=gpus[0].index, layers=LAYERS, mib=size),))
        room = sum(gpu.free_mib for gpu in gpus)
        if room >= size:
            return replace(made, how="split", devices=self._shares(gpus, size, size))
        if self.cpu and machine.ram_free_mib >= size:
            shares = self._shares(gpus, room, size)
            on_gpu = sum(share.layers for share in shares)
            return replace(
                made, how="partial" if shares else "cpu", devices=shares, cpu_layers=LAYERS - on_gpu,
                ram_mib=100.0 + size * (LAYERS - on_gpu) / LAYERS,
            )  # fmt: skip
        missing = size - room
        return Refusal(model=model.id, missing_mib=missing, why_en=f"{missing} MiB.", why_es=f"{missing} MiB.")

    def _shares(self, gpus: Iterable[GpuDevice], wanted: int, size: int) -> tuple[DeviceShare, ...]:
        shares = []
        for gpu in gpus:
            mib = min(gpu.free_mib, wanted)
            if layers := LAYERS * mib // size:
                shares.append(DeviceShare(gpu=gpu.index, layers=layers, mib=mib))
            wanted -= mib
        return tuple(shares)


class ChildModel:
    """A model's process around a naughty child."""

    def __init__(self, placed: Placement, child: Child) -> None:
        self.placement = placed
        self.child = child
        self.begun = False

    def start(self, cancel: CancelToken | None = None) -> Endpoint:
        self.begun = True
        document = self.child.ensure_ready(cancel)
        return Endpoint(base_url=document["url"], key="", model=document["model"], pid=self.child.pid or 0)

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        self.child.kill()

    def running(self) -> bool:
        return self.child.pid is not None

    def healthy(self, seconds: float) -> bool:
        document = self.child.document
        return not document or answers(document["url"], "", seconds)

    def ending(self, seconds: float) -> str:
        how = self.child.wait_exit(seconds)
        return how.why if how is not None else ""


class Rig:
    """Launcher and probe at once: GPU memory is taken by living children and comes back when they are gone.

    `ways` names the misbehaviours by model id; those in `once` only hold for its next child. `stuck_mib` never
    comes back. `over` collects every moment at which more was taken than there is.
    """

    def __init__(self, folder: Path, grace_seconds: float = 0.2) -> None:
        self.folder = folder
        self.registry = ChildRegistry(folder)
        self.grace_seconds = grace_seconds
        self.base = TWO_GPUS
        self.ways: dict[str, tuple[str, ...]] = {}
        self.once: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self.stuck_mib = 0
        self.over: list[str] = []
        self.launched: list[str] = []
        self.placements: list[Placement] = []
        self._children: list[ChildModel] = []
        self._lock = threading.Lock()

    def launch(self, model: ModelToRun, placement: Placement) -> ChildModel:
        with self._lock:
            ways = self.once[model.id].pop(0) if self.once[model.id] else self.ways.get(model.id, ())
            made = ChildModel(
                placement,
                Child(
                    name=model.id,
                    module="tests.programs.naughty_model",
                    arguments=(model.id, *ways),
                    environment={"PYTHONDONTWRITEBYTECODE": "1"},
                    log=self.folder / "model.log",
                    registry=self.registry,
                    start_seconds=PATIENCE_SECONDS,
                    grace_seconds=self.grace_seconds,
                ),
            )
            for gpu in self.base.gpus:
                taken = placement.mib_on(gpu.index) + self._taken(gpu.index)
                if taken > gpu.total_mib:
                    self.over.append(f"{model.id} on GPU {gpu.index}: {taken:.0f} of {gpu.total_mib}")
            same = [one for one in self.living() if one.child.name == model.id]
            if same:
                self.over.append(f"{model.id} is loaded twice")
            self._children.append(made)
            self.launched.append(model.id)
            self.placements.append(placement)
            return made

    def gate(self, identity: str) -> Path:
        """Let children of this model finish loading only once the file exists that is returned."""
        file = self.folder / f"{identity}.gate"
        self.ways[identity] = (f"waits={file}",)
        return file

    def living(self) -> list[ChildModel]:
        return [one for one in self._children if one.running()]

    def pids(self) -> list[int]:
        return [pid for one in self._children if (pid := one.child.pid) is not None]

    def machine(self) -> Machine:
        with self._lock:
            gpus = tuple(
                replace(gpu, free_mib=max(0, int(gpu.total_mib - self._taken(gpu.index) - self.stuck_mib)))
                for gpu in self.base.gpus
            )
            return replace(self.base, gpus=gpus)

    def gpu_samples(self) -> tuple[GpuSample, ...]:
        return tuple(
            GpuSample(
                index=gpu.index,
                name=gpu.name,
                vendor="nvidia",
                used_mib=gpu.total_mib - gpu.free_mib,
                total_mib=gpu.total_mib,
            )
            for gpu in self.machine().gpus
        )

    def _taken(self, gpu: int) -> float:
        return sum(one.placement.mib_on(gpu) for one in self.living())


class MemoryBook:
    """A model book without a disk."""

    def __init__(self) -> None:
        self.notes: dict[str, LoadedModel] = {}
        self.kept: list[Measurement] = []
        self.answered: list[str] = []
        self.held = False
        self.changes = 0

    def rows(self) -> list[ModelRow]:
        return [
            ModelRow(id=name, kind="text", engine="llama.cpp", source="folder", state="installed", loaded=note)
            for name, note in sorted(self.notes.items())
        ]

    def row(self, identity: str) -> ModelRow | None:
        return next((row for row in self.rows() if row.id == identity), None)

    def put(self, row: ModelRow) -> None:
        self.changes += 1

    def remove(self, identity: str) -> None:
        self.notes.pop(identity, None)

    def set_loaded(self, identity: str, loaded: LoadedModel | None) -> None:
        self.changes += 1
        if loaded is None:
            self.notes.pop(identity, None)
        else:
            self.notes[identity] = loaded

    def used(self, identity: str) -> None:
        self.answered.append(identity)

    def measurements(self, identity: str) -> list[Measurement]:
        return [one for one in reversed(self.kept) if one.model == identity]

    def measured(self, measurement: Measurement) -> None:
        self.kept.append(measurement)

    def hold(self) -> bool:
        return self.held

    def set_hold(self, held: bool) -> None:
        self.changes += 1
        self.held = held

    def revision(self) -> int:
        return self.changes
