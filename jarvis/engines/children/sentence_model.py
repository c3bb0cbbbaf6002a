"""A sentence-transformers model folder, loaded strictly offline: vectors, and token weights where BGE-M3's are there.

On the processor its products are taken in 8-bit integers and every text is read alone, since the scale of a batch
depends on all its texts. Knows nothing about the wire. Runs in the child only.
"""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jarvis.contracts.errors import EngineError
from jarvis.engines.children.embedding_service import Vectors
from jarvis.engines.embedding.model_folder import SPARSE_FILE, broken

_OWN_MODULES = "sentence_transformers."

_LOG = logging.getLogger(__name__)


class SentenceModel:
    """The model in `folder` on `device` ("cpu", "cuda:0"); `EngineError` when it cannot be used.

    Where the GPU has no room or torch cannot use it, the processor is taken in full precision, so that the vectors stay
    the same, and `device` says so. `int8` counts on a processor that was asked for. Texts are read up to `max_tokens`.
    """

    def __init__(self, folder: Path, *, device: str, int8: bool, max_tokens: int, threads: int = 0) -> None:
        refuse_foreign_code(folder)
        torch = offline_torch(threads)
        from sentence_transformers import SentenceTransformer

        def load(where: str) -> Any:
            return SentenceTransformer(str(folder), device=where, local_files_only=True, trust_remote_code=False)

        self._torch = torch
        self._model, self.device = on_device(load, folder, device, torch)
        self._model.max_seq_length = min(max_tokens, self._model.max_seq_length or max_tokens)
        self._sparse = _sparse_layer(folder, self._model.device, torch)
        self.together = self.device.startswith("CPU")
        if device == "cpu" and int8 and quantised(self._model, torch):
            self.device = "CPU int8"
        elif not self.together:
            self._model.half()
        self._skipped = _special_tokens(self._model.tokenizer)
        self.dimensions = int(self._model.get_embedding_dimension() or 0)

    @property
    def sparse(self) -> bool:
        """True where it gives token weights too."""
        return self._sparse is not None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of `texts`, in order."""
        batches = [[text] for text in texts] if self.together else [list(texts)]
        dense: list[bytes] = []
        sparse: list[dict[int, float]] = []
        tokens = 0
        for batch in batches:
            out = self._read(batch)
            vectors = self._torch.nn.functional.normalize(out["sentence_embedding"].float(), dim=1).cpu()
            dense += [vector.numpy().astype("<f4").tobytes() for vector in vectors]
            tokens += int(out["attention_mask"].sum())
            if self._sparse is not None:
                sparse += self._weights(out)
        return Vectors(dense=dense, sparse=sparse, tokens=tokens)

    def _read(self, texts: list[str]) -> dict[str, Any]:
        features = self._model.preprocess(texts)
        on_device = {
            name: value.to(self._model.device) if hasattr(value, "to") else value for name, value in features.items()
        }
        with self._torch.inference_mode():
            out: dict[str, Any] = self._model(dict(on_device))
        return {**out, "input_ids": on_device["input_ids"], "attention_mask": on_device["attention_mask"]}

    def _weights(self, out: dict[str, Any]) -> list[dict[int, float]]:
        """Return token id to weight for every text: the largest where a token stands twice, special ones left out."""
        with self._torch.inference_mode():
            hidden = out["token_embeddings"].float()
            rows = self._torch.relu(self._sparse(hidden)).squeeze(-1) * out["attention_mask"]
        made: list[dict[int, float]] = []
        for ids, weights in zip(out["input_ids"].tolist(), rows.tolist(), strict=True):
            best: dict[int, float] = {}
            for token, weight in zip(ids, weights, strict=True):
                if weight > best.get(token, 0.0) and token not in self._skipped:
                    best[token] = round(weight, 5)
            made.append(best)
        return made


def offline_torch(threads: int) -> Any:
    """Return torch, with every way to the network closed and the noise of its libraries kept down."""
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    try:
        import sentence_transformers  # noqa: F401
        import torch
    except ImportError as error:
        raise EngineError(
            "embedding.no_package",
            en="This model needs the package {package}, which is not installed; memories are found without it. "
            "Install it with “pip install jarvis-desktop[memory]”.",
            es="Este modelo necesita el paquete {package}, que no está instalado; los recuerdos se buscan sin él. "
            "Instálalo con «pip install jarvis-desktop[memory]».",
            retryable=False,
            package=error.name or "sentence-transformers",
        ) from error
    if threads:
        torch.set_num_threads(threads)
    return torch


def refuse_foreign_code(folder: Path) -> None:
    """Raise `EngineError` for a folder without a model, or whose `modules.json` names anybody's own classes."""
    try:
        listed = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        kinds = [str(module["type"]) for module in listed]
    except FileNotFoundError:
        if (folder / "config.json").is_file():
            return
        raise broken(folder, "config.json: ?") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise broken(folder, f"modules.json: {error}") from error
    if strange := [kind for kind in kinds if not kind.startswith(_OWN_MODULES)]:
        raise broken(folder, f"modules.json: {strange[0]}")


def on_device(load: Any, folder: Path, device: str, torch: Any) -> tuple[Any, str]:
    """Return what `load` makes of `device` and how that is called, the processor where the GPU cannot be had."""
    why = ""
    if device != "cpu":
        if not torch.cuda.is_available():
            why = "no CUDA"
        else:
            try:
                return _loaded(load, folder, device, torch), torch.cuda.get_device_name(device)
            except torch.cuda.OutOfMemoryError:
                torch.cuda.empty_cache()
                why = "GPU: out of memory"
        _LOG.warning("%s goes on the processor (%s)", folder.name, why)
    return _loaded(load, folder, "cpu", torch), f"CPU ({why})" if why else "CPU"


def _loaded(load: Any, folder: Path, device: str, torch: Any) -> Any:
    try:
        return load(device)
    except torch.cuda.OutOfMemoryError:
        raise
    except MemoryError as error:
        raise broken(folder, "out of memory") from error
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError, AttributeError) as error:
        raise broken(folder, str(error)) from error
    except Exception as error:
        # tokenizers and safetensors raise plain Exceptions, or their own, for files that they cannot read.
        if type(error) is not Exception and type(error).__module__.split(".")[0] != "safetensors":
            raise
        raise broken(folder, str(error)) from error


def quantised(model: Any, torch: Any) -> bool:
    """Turn the model's products into 8-bit ones, in place; False where this torch can no longer do so."""
    try:
        from torch.ao.quantization import quantize_dynamic
    except ImportError:
        _LOG.warning("this torch has no dynamic quantization; the model stays in full precision")
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantize: Any = quantize_dynamic
        quantize(model, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)
    return True


def _sparse_layer(folder: Path, device: Any, torch: Any) -> Any:
    file = folder / SPARSE_FILE
    if not file.is_file():
        return None
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
        layer = torch.nn.Linear(state["weight"].shape[1], 1)
        layer.load_state_dict({name: value.float() for name, value in state.items()})
    except Exception as error:
        # The unpickler raises whatever a damaged file makes it raise.
        raise broken(folder, f"{SPARSE_FILE}: {error}") from error
    return layer.eval().to(device)


def _special_tokens(tokenizer: Any) -> frozenset[int]:
    names = ("cls_token_id", "sep_token_id", "bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id")
    found = (getattr(tokenizer, name, None) for name in names)
    return frozenset(token for token in found if isinstance(token, int))
