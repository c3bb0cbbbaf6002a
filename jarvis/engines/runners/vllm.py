"""Runs a model folder with vLLM 0.33, from the environment of its own that install_upgrade.sh makes.

Knows vLLM by its command line and its routes only; nothing of it is imported.

How a model lies on several cards: vLLM takes one share of memory (`--gpu-memory-utilization`) for all of them. With
tensor parallelism it cuts every layer evenly, so the smallest card would bound all: that is used for 2, 4 or 8 cards
of the same name and size alone. Unequal cards get pipeline parallelism with exactly the placement's layers
(VLLM_PP_LAYER_PARTITION), of which one card works at a time: no faster than one card that were big enough.

CUDA graphs stay on: without them short answers, which is what an assistant gives, are markedly slower. So that their
capture does not take long, at most `SEQUENCES` answers run at once. AWQ and GPTQ need no flag: vLLM reads the
method from the model's configuration and takes its Marlin kernels where the card has them; naming one by hand would
refuse the cards that lack it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jarvis.contracts.errors import EngineError
from jarvis.contracts.hardware import GpuDevice, Machine
from jarvis.contracts.placement import DeviceShare, Placement
from jarvis.engines.runners.http_child import PROBE_SECONDS, HttpModelProcess, Launch, get, gpu_environment
from jarvis.engines.runners.llama_server import log_name
from jarvis.engines.running import Launcher, ModelToRun
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders

INSTALL_COMMAND = "./install_upgrade.sh install --with-vllm"

SEQUENCES = 4
"""Answers that one model gives at the same time."""

START_SECONDS = 1800.0
"""Longest start: weights, compilation on the first time, capture of the graphs."""

LEAST_CAPABILITY = (7, 5)
"""Oldest compute capability that vLLM's wheel is built for."""

_TOOL_PARSERS = {
    "qwen2": "hermes",
    "qwen3": "hermes",
    "qwen3_moe": "hermes",
    "llama": "llama3_json",
    "mistral": "mistral",
    "granite": "granite",
    "phi4": "phi4_mini_json",
    "gemma4": "gemma4",
    "gpt_oss": "openai",
}
"""Which of vLLM's readers understands the tool calls of a model, by `model_type` of its configuration."""


class VllmProcess(HttpModelProcess):
    """A `ModelProcess` of one `vllm serve`. `program` is the environment's `vllm`, `machine` tells what is free now."""

    def __init__(
        self,
        *,
        model: ModelToRun,
        placement: Placement,
        program: Path,
        machine: Callable[[], Machine],
        log: Path,
        registry: ChildRegistry,
        start_seconds: float = START_SECONDS,
        grace_seconds: float = 10.0,
        free_port: Callable[[], int] | None = None,
    ) -> None:
        super().__init__(
            model=model,
            log=log,
            registry=registry,
            start_seconds=start_seconds,
            grace_seconds=grace_seconds,
            free_port=free_port,
        )
        self._placement = placement
        self._program = program
        self._machine = machine

    def _launch(self, port: int, key: str) -> Launch:
        gpus = placed_gpus(self.model, self._placement, self._machine())
        words = vllm_arguments(self.model, self._placement, gpus, name=self.served_name)
        return Launch(
            command=[str(self._program), "serve", *words, "--host", "127.0.0.1", "--port", str(port)],
            environment={**vllm_environment(self._placement, gpus), "VLLM_API_KEY": key},
        )

    def _described(self, port: int, key: str, listed: dict[str, Any]) -> dict[str, Any]:
        version = get(port, "/version", key, PROBE_SECONDS)[1]
        return {
            "context_tokens": listed.get("max_model_len") or self._placement.context_tokens,
            "device": "gpu",
            "kv_type": self._placement.kv_type,
            "vllm": str(version.get("version", "")) if isinstance(version, dict) else "",
        }


def vllm_launcher(
    *, program: Callable[[], Path | None], machine: Callable[[], Machine], folders: Folders, registry: ChildRegistry
) -> Launcher:
    """Return a `Launcher` of `VllmProcess`; `program` gives the environment's `vllm`, None while there is none.

    The launcher raises `EngineError` with code `engine.vllm_missing` then.
    """

    def launch(model: ModelToRun, placement: Placement) -> VllmProcess:
        found = program()
        if found is None:
            raise _missing()
        return VllmProcess(
            model=model,
            placement=placement,
            program=found,
            machine=machine,
            log=folders.logs / log_name(model),
            registry=registry,
        )

    return launch


def vllm_program(environments: Path) -> Path | None:
    """Return the `vllm` below the installer's folder `environments` (`.venvs`), None where it is not whole."""
    from jarvis.engines.vllm_install import vllm_state

    state = vllm_state(environments)
    return state.program if state.state == "installed" else None


def placed_gpus(model: ModelToRun, placement: Placement, machine: Machine) -> tuple[GpuDevice, ...]:
    """Return the cards of `placement`, by index; raises `EngineError` where vLLM cannot work on them."""
    wanted = {share.gpu for share in placement.devices}
    gpus = tuple(gpu for gpu in sorted(machine.gpus, key=lambda gpu: gpu.index) if gpu.index in wanted)
    if not wanted or placement.cpu_layers or len(gpus) < len(wanted):
        raise EngineError(
            "engine.vllm_needs_gpu",
            en="vLLM runs {model} only where all of it lies on NVIDIA cards; nothing was loaded. Free memory of the "
            "card, or choose a GGUF of it.",
            es="vLLM solo ejecuta {model} si cabe entero en tarjetas NVIDIA; no se cargó nada. Libera memoria de la "
            "tarjeta o elige una versión GGUF.",
            model=model.id,
        )
    for gpu in gpus:
        if gpu.vendor != "nvidia" or _capability(gpu) < LEAST_CAPABILITY:
            raise EngineError(
                "engine.vllm_old_gpu",
                en="vLLM cannot use the {card}: it needs an NVIDIA card of compute capability 7.5 or newer. Choose a "
                "GGUF of {model}.",
                es="vLLM no puede usar la {card}: necesita una tarjeta NVIDIA de capacidad de cómputo 7.5 o posterior. "
                "Elige una versión GGUF de {model}.",
                retryable=False,
                card=gpu.name,
                model=model.id,
            )
    return gpus


def vllm_arguments(model: ModelToRun, placement: Placement, gpus: Sequence[GpuDevice], *, name: str) -> list[str]:
    """Return what follows `vllm serve`, without the address. `gpus` are the placement's, by index."""
    words = [str(model.path), "--served-model-name", name, "--max-model-len", str(placement.context_tokens)]
    words += ["--max-num-seqs", str(SEQUENCES)]
    words += ["--gpu-memory-utilization", f"{memory_share(placement.devices, gpus):.3f}"]
    # vLLM's KV cache has no 4-bit and no blockwise 8-bit type: fp8 takes no more than the 8-bit one that was planned.
    words += ["--kv-cache-dtype", "auto" if placement.kv_type == "f16" else "fp8"]
    if len(gpus) > 1:
        words += ["--tensor-parallel-size" if even(gpus) else "--pipeline-parallel-size", str(len(gpus))]
    if parser := _tool_parser(model.path):
        words += ["--enable-auto-tool-choice", "--tool-call-parser", parser]
    return [*words, "--uvicorn-log-level", "warning", "--disable-uvicorn-access-log"]


def vllm_environment(placement: Placement, gpus: Sequence[GpuDevice]) -> dict[str, str]:
    """Return the variables of the server: which cards it sees, no network, no reports of use."""
    environment = {
        **gpu_environment([gpu.index for gpu in gpus]),
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_DO_NOT_TRACK": "1",
        "DO_NOT_TRACK": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "VLLM_HOST_IP": "127.0.0.1",
    }
    layers = [share.layers for share in sorted(placement.devices, key=lambda share: share.gpu)]
    if len(gpus) > 1 and not even(gpus) and all(layers):
        environment["VLLM_PP_LAYER_PARTITION"] = ",".join(map(str, layers))
    return environment


def memory_share(shares: Sequence[DeviceShare], gpus: Sequence[GpuDevice]) -> float:
    """Return the share of each card's memory that vLLM may take, 0..1, rounded down to a thousandth.

    The largest that a card's placement asks for, and on no card more than is free there: vLLM refuses to start else.
    """
    by_index = {gpu.index: gpu for gpu in gpus}
    asked = max(share.mib / by_index[share.gpu].total_mib for share in shares)
    free = min(gpu.free_mib / gpu.total_mib for gpu in gpus)
    return math.floor(min(asked, free) * 1000) / 1000


def even(gpus: Sequence[GpuDevice]) -> bool:
    """True where every layer may be cut evenly: 2, 4 or 8 cards of the same name and size."""
    return len(gpus) in (2, 4, 8) and len({(gpu.name, gpu.total_mib) for gpu in gpus}) == 1


def _capability(gpu: GpuDevice) -> tuple[int, int]:
    major, _, minor = gpu.compute_capability.partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)


def _tool_parser(model: Path) -> str | None:
    """Return the reader of tool calls for the model in this folder; None where none is known to fit."""
    try:
        configuration = json.loads((model / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Whether the folder is a model at all is vLLM's to say, in words of its own.
        return None
    kind = configuration.get("model_type") if isinstance(configuration, dict) else None
    return _TOOL_PARSERS.get(str(kind))


def _missing() -> EngineError:
    return EngineError(
        "engine.vllm_missing",
        en="vLLM is not installed; nothing was changed. Run {command} (about 10 GB, NVIDIA card), or choose a GGUF.",
        es="vLLM no está instalado; no se ha cambiado nada. Ejecuta {command} (unos 10 GB, tarjeta NVIDIA) o elige un "
        "modelo GGUF.",
        retryable=False,
        command=INSTALL_COMMAND,
    )
