"""Runs a GGUF with llama.cpp's own server, at exactly the place that was decided for it.

The flags are those of the llama.cpp that ships with llama-cpp-python 0.3.36 (common/arg.cpp, commit 0c1e570).
llama.cpp's own fitting is switched off: the placement is final.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from jarvis.catalog.tensor_types import rearranges_weights
from jarvis.contracts.errors import EngineError
from jarvis.contracts.placement import Placement
from jarvis.engines.runners.http_child import PROBE_SECONDS, HttpModelProcess, Launch, get, gpu_environment
from jarvis.engines.running import Launcher, ModelToRun
from jarvis.placement.cuts import expert_pattern, maps_file, offload_count, tensor_split
from jarvis.placement.estimate import batch_tokens
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders

_ENVIRONMENT = {"GOMP_SPINCOUNT": "0", "OMP_WAIT_POLICY": "passive", "GGML_NO_BACKTRACE": "1"}
"""Waiting threads leave the processor to others; a crash ends the process instead of starting a debugger."""


class LlamaServerProcess(HttpModelProcess):
    """A `ModelProcess` of one `llama-server`; `binary` is the program, `run_folder` where the key lies for a moment."""

    def __init__(
        self,
        *,
        model: ModelToRun,
        placement: Placement,
        binary: Path,
        run_folder: Path,
        log: Path,
        registry: ChildRegistry,
        start_seconds: float = 600.0,
        grace_seconds: float = 5.0,
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
        self._binary = binary
        self._run_folder = run_folder

    def _launch(self, port: int, key: str) -> Launch:
        key_file = _secret_file(self._run_folder, key)
        words = llama_server_arguments(self.model, self._placement, name=self.served_name)
        return Launch(
            command=[
                str(self._binary),
                *words,
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
                "--api-key-file",
                str(key_file),
            ],
            environment={**_ENVIRONMENT, **gpu_environment([share.gpu for share in self._placement.devices])},
            secret_file=key_file,
        )

    def _described(self, port: int, key: str, listed: dict[str, Any]) -> dict[str, Any]:
        status, props = get(port, "/props", key, PROBE_SECONDS)
        told = props if status == 200 and isinstance(props, dict) else {}
        settings = told.get("default_generation_settings") or {}
        return {
            "context_tokens": settings.get("n_ctx") or self._placement.context_tokens,
            "device": "gpu" if self._placement.devices else "cpu",
            "kv_type": self._placement.kv_type,
            "vision": bool((told.get("modalities") or {}).get("vision")),
            "weights_bytes": int((listed.get("meta") or {}).get("size") or 0),
        }


def llama_server_launcher(*, binary: Callable[[], Path | None], folders: Folders, registry: ChildRegistry) -> Launcher:
    """Return a `Launcher` of `LlamaServerProcess`; `binary` gives the program, None while there is none.

    The launcher raises `EngineError` with code `engine.llama_server_missing` without a program.
    """

    def launch(model: ModelToRun, placement: Placement) -> LlamaServerProcess:
        program = binary()
        if program is None:
            raise EngineError(
                "engine.llama_server_missing",
                en="llama-server is not built on this computer; nothing was changed. Have it built with “jarvis models "
                "build-server”, or set engine.runner to llama.",
                es="llama-server no está compilado en este equipo; no se ha cambiado nada. Compílalo con «jarvis "
                "models build-server» o pon engine.runner en llama.",
                retryable=False,
            )
        return LlamaServerProcess(
            model=model,
            placement=placement,
            binary=program,
            run_folder=folders.run,
            log=folders.logs / log_name(model),
            registry=registry,
        )

    return launch


def llama_server_arguments(model: ModelToRun, placement: Placement, *, name: str) -> list[str]:
    """Return the arguments that put `model` where `placement` says; without address and key."""
    batch = str(batch_tokens("llama-server", layers_in_ram=placement.cpu_layers > 0 or not placement.devices))
    threads = str(model.threads or max(1, psutil.cpu_count(logical=False) or 1))
    words = ["-m", str(model.path), "-a", name, "-c", str(placement.context_tokens), "-np", "1"]
    words += ["-b", batch, "-ub", batch, "-t", threads, "-tb", threads]
    words += ["-ctk", placement.kv_type, "-ctv", placement.kv_type, "-fa", "on"]
    # The cache of earlier prompts, and copies of sliding layers' caches, would take GiB of RAM that nobody planned.
    words += ["--cache-ram", "0", "--ctx-checkpoints", "0", "--load-mode", "mmap" if maps_file(placement) else "none"]
    words += ["--fit", "off", "--offline", "--no-webui", "--no-slots", "--jinja", "--log-colors", "off"]
    words += _device_arguments(placement)
    if not rearranges_weights():
        words.append("--no-repack")
    if pattern := expert_pattern(placement):
        words += ["-ot", f"{pattern}=CPU"]
    if model.projector is not None:
        words += ["--mmproj", str(model.projector), *(() if placement.devices else ("--no-mmproj-offload",))]
    return words


def log_name(model: ModelToRun) -> str:
    """Return the name of the log file of `model`'s server."""
    return f"model-{re.sub(r'[^A-Za-z0-9._-]+', '_', model.id)[:80]}.log"


def _device_arguments(placement: Placement) -> list[str]:
    if not placement.devices:
        return ["--device", "none", "-ngl", "0"]
    words = ["-ngl", str(offload_count(placement))]
    used = sorted(share.gpu for share in placement.devices)
    if len(used) == 1:
        return [*words, "-sm", "none", "-mg", "0"]
    # Only the used GPUs are visible, so the server numbers them 0, 1, ...
    split = tensor_split(placement, used[-1] + 1)
    return [*words, "-sm", "layer", "-mg", "0", "-ts", ",".join(f"{split[gpu]:g}" for gpu in used)]


def _secret_file(folder: Path, key: str) -> Path:
    """Write `key` where only this user can read it; a command line can be read by everybody."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix="server-key-", dir=folder)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{key}\n")
    return Path(name)
