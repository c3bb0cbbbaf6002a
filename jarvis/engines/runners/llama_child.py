"""Runs a GGUF in Jarvis' own llama.cpp child, at the place that was decided for it.

Knows the child by its command line, its announcement and its health check; llama.cpp is never loaded here.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.contracts.placement import Placement
from jarvis.engines.child_health import answers
from jarvis.engines.children.load_report import failure_of
from jarvis.engines.runners.out_of_memory import killed_for_memory
from jarvis.engines.running import Endpoint, ModelToRun
from jarvis.placement.cuts import expert_pattern, maps_file, offload_count, tensor_split
from jarvis.placement.estimate import batch_tokens
from jarvis.processes.child import Child
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders

_MODULE = "jarvis.engines.children.llama_server"
_KEY = "JARVIS_ENGINE_KEY"
_ENVIRONMENT = {"GOMP_SPINCOUNT": "0", "OMP_WAIT_POLICY": "passive", "GGML_NO_BACKTRACE": "1"}
"""Read by native libraries when they load; see the child for what each prevents."""

_NO_GPU = "-1"


class LlamaChildLauncher:
    """A `Launcher` of llama.cpp children; `start_seconds` is the longest load."""

    def __init__(self, folders: Folders, registry: ChildRegistry, *, start_seconds: float = 600.0) -> None:
        self._folders = folders
        self._registry = registry
        self._start_seconds = start_seconds

    def __call__(self, model: ModelToRun, placement: Placement) -> LlamaChildProcess:
        """Return the child for `model` at `placement`; starts nothing."""
        return LlamaChildProcess(
            model, placement, folders=self._folders, registry=self._registry, start_seconds=self._start_seconds
        )


class LlamaChildProcess:
    """One llama.cpp child, from start to end."""

    def __init__(
        self,
        model: ModelToRun,
        placement: Placement,
        *,
        folders: Folders,
        registry: ChildRegistry,
        start_seconds: float = 600.0,
    ) -> None:
        self._name = model.path.stem
        self._key = secrets.token_urlsafe(32)
        self._child = Child(
            name=self._name,
            module=_MODULE,
            arguments=child_arguments(model, placement),
            environment={**_ENVIRONMENT, **gpu_environment(placement), _KEY: self._key},
            log=folders.logs / "text-model.log",
            registry=registry,
            start_seconds=start_seconds,
        )

    def start(self, cancel: CancelToken | None = None) -> Endpoint:
        """Start it and wait until it answers; see `ModelProcess.start`."""
        try:
            document = self._child.ensure_ready(cancel)
        except EngineError as error:
            raise self._explained(error) from error
        return Endpoint(
            base_url=document["url"],
            key=self._key,
            model=document["model"],
            pid=self._child.pid or 0,
            document=document,
        )

    def stop(self) -> None:
        """End it and everything that it started."""
        self._child.stop()

    def kill(self) -> None:
        """End it by force, at once."""
        self._child.kill()

    def running(self) -> bool:
        """True while its process exists."""
        return self._child.pid is not None

    def healthy(self, seconds: float) -> bool:
        """Ask it whether it is alive; False when it does not say so within `seconds`."""
        url = self._child.document.get("url")
        return url is not None and answers(str(url), self._key, seconds)

    def ending(self, seconds: float) -> str:
        """Wait at most `seconds` for its end and say how it ended; "" while it runs."""
        how = self._child.wait_exit(seconds)
        return how.why if how is not None else ""

    def _explained(self, error: EngineError) -> EngineError:
        """Return `error`, or that the memory ran out where the runtime or the kernel ended the process over it."""
        how = self._child.last_exit
        if error.code != "child.exited" or how is None:
            return error
        if failure_of(how.last_lines) != "out_of_memory" and not killed_for_memory(how):
            return error
        return EngineError(
            "engine.out_of_memory",
            en="The memory was not enough to load {model}, and its process ended over it. Nothing else was changed. "
            "It can be tried with less on the GPU or a smaller context.",
            es="La memoria no bastó para cargar {model} y su proceso terminó por ello. No se cambió nada más. "
            "Se puede intentar con menos en la GPU o con menos contexto.",
            retryable=True,
            model=self._name,
        )


def child_arguments(model: ModelToRun, placement: Placement) -> tuple[str, ...]:
    """Return the child's command line for `model` at `placement`."""
    arguments = [
        str(model.path),
        f"--context={placement.context_tokens}",
        f"--threads={model.threads}",
        f"--gpu-layers={offload_count(placement)}",
        f"--kv-type={placement.kv_type}",
        f"--batch={batch_tokens('llama', layers_in_ram=placement.cpu_layers > 0)}",
        "--mmap" if maps_file(placement) else "--no-mmap",
    ]
    gpus = _gpus(placement)
    if len(gpus) > 1:
        # Only these are visible to the child, so that they are all that it counts.
        shares = tensor_split(placement, max(gpus) + 1)
        arguments.append("--tensor-split=" + ",".join(f"{shares[gpu]:g}" for gpu in gpus))
    if pattern := expert_pattern(placement):
        arguments.append(f"--expert-override={pattern}")
    if model.projector is not None:
        arguments.append(f"--projector={_existing(model.projector)}")
    return tuple(arguments)


def gpu_environment(placement: Placement) -> dict[str, str]:
    """Return what makes the child see the GPUs of its place, by the numbers that the driver's own list has, and no
    other; none at all for a place on the CPU."""
    visible = ",".join(str(gpu) for gpu in _gpus(placement)) or _NO_GPU
    return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": visible}


def _gpus(placement: Placement) -> Sequence[int]:
    return sorted(share.gpu for share in placement.devices if share.layers)


def _existing(projector: Path) -> Path:
    if not projector.exists():
        raise EngineError(
            "model.missing",
            en="The vision file {file} is missing, so the model was not started. Download the model again.",
            es="Falta el fichero de visión {file}; no se inició el modelo. Descarga el modelo de nuevo.",
            retryable=False,
            file=projector.name,
        )
    return projector
