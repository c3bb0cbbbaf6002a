"""Takes over models that already lie on this disk, where they lie: GGUF files, model folders, Ollama's own store.

Looks at names and headers only. What was taken over is never deleted by Jarvis.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

from jarvis.catalog.folder_shape import shape_of_folder
from jarvis.catalog.gguf_header import damaged, read_gguf, split_parts
from jarvis.contracts.errors import InputError
from jarvis.contracts.models import EngineKind, ModelKind, ModelRow

EMBEDDING_ARCHITECTURES = frozenset(
    {"bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "jina-bert-v3", "modern-bert", "neo-bert"}
)
_MODEL_LAYER = "application/vnd.ollama.image.model"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_HUB = "registry.ollama.ai"
_LONGEST_MANIFEST = 1 << 20


def imported_row(path: Path, taken: Collection[str] = ()) -> ModelRow:
    """Return the row for a file or folder on this disk; its id is its name, made different from those `taken`.

    Raises `InputError` (code `import.missing`, `import.unknown`) and the header reader's `EngineError` for damage.
    """
    path = path.expanduser().absolute()
    if not path.exists():
        raise InputError(
            "import.missing",
            en="There is no {path}; nothing was taken over. Check the name.",
            es="No existe {path}; no se incorporó nada. Comprueba el nombre.",
            path=path,
        )
    if path.is_dir():
        kind, engine, quantization = folder_kind(path)
        size = sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
        return _row(unique_id(path.name, taken), kind, engine, path, quantization, size)
    if path.suffix == ".onnx":
        return _row(unique_id(path.stem, taken), "voice", "piper", _voice(path), "", path.stat().st_size)
    first = split_parts(path)[0]
    return gguf_row(first, unique_id(first.stem if first.suffix == ".gguf" else first.name, taken))


def gguf_row(path: Path, identity: str) -> ModelRow:
    """Return the row for a GGUF file, of a split one for all its parts; `EngineError` when it is damaged."""
    parts = split_parts(path)
    architecture = architecture_of(parts[0])
    if architecture == "clip":
        raise InputError(
            "import.projector",
            en="{file} is only the picture part of a model; nothing was taken over. Name the model's own file.",
            es="{file} es solo la parte de imagen de un modelo; no se incorporó nada. Indica el fichero del modelo.",
            file=path.name,
        )
    kind: ModelKind = "embedding" if architecture in EMBEDDING_ARCHITECTURES else "text"
    missing = next((part for part in parts if not part.is_file()), None)
    if missing is not None:
        raise _unknown(missing, "a part of the model is missing", "falta una parte del modelo")
    return _row(identity, kind, "llama.cpp", parts[0], "", sum(part.stat().st_size for part in parts))


def folder_kind(path: Path) -> tuple[ModelKind, EngineKind, str]:
    """Return what the model in a folder is for, what runs it, and its quantization.

    Raises `InputError` (code `import.unknown`), and `EngineError` where its configuration or weights are damaged.
    """
    if _has(path, "model.bin", "config.json"):
        return "recognition", "faster-whisper", ""
    if _has(path, "modules.json", "config.json"):
        return "embedding", "sentence-transformers", ""
    if _has(path, "config.json") and any(path.glob("*.safetensors")):
        return "text", "vllm", shape_of_folder(path).quantization
    raise _unknown(path, "no known model lies in it whole", "no contiene entero ningún modelo conocido")


def architecture_of(path: Path) -> str:
    """Return what a GGUF file says it is, such as "qwen2"; read once while the file stays the same.

    Raises the header reader's `EngineError` for damage.
    """
    try:
        stat = path.stat()
    except FileNotFoundError as error:
        raise damaged(path, "missing") from error
    except OSError as error:
        raise damaged(path, "unreadable") from error
    return _architecture(path, (stat.st_mtime_ns, stat.st_size))


def row_from_ollama(name: str, taken: Collection[str] = (), store: Path | None = None) -> ModelRow:
    """Return the row for a model in Ollama's store, whose weights are a GGUF file that llama.cpp can run itself."""
    digest = _weights_digest(_manifest(name, store or ollama_store_folder()), name)
    blob = (store or ollama_store_folder()) / "blobs" / digest.replace(":", "-")
    if not blob.is_file():
        raise _unknown(blob, "Ollama has its name but not its file", "Ollama tiene su nombre pero no su fichero")
    return gguf_row(blob, unique_id(name.replace(":", "-").replace("/", "-"), taken))


def ollama_store_folder() -> Path:
    """Return where Ollama keeps its models: `OLLAMA_MODELS`, else `~/.ollama/models`."""
    given = os.environ.get("OLLAMA_MODELS")
    return Path(given) if given else Path.home() / ".ollama" / "models"


def names_in_ollama_store(store: Path | None = None) -> list[str]:
    """Return the models in Ollama's store on this disk, such as "llama3.2:3b"; no daemon is asked."""
    found = []
    for each in (store or ollama_store_folder()).glob("manifests/*/*/*/*"):
        host, owner, model, tag = each.parts[-4:]
        short = model if (host, owner) == (_HUB, "library") else f"{owner}/{model}"
        if each.is_file():
            found.append(f"{short if host == _HUB else f'{host}/{owner}/{model}'}:{tag}")
    return sorted(found)


def unique_id(wish: str, taken: Collection[str]) -> str:
    """Return `wish`, or with "-2", "-3" ... behind it where that is taken."""
    number, found = 2, wish
    while found in taken:
        found, number = f"{wish}-{number}", number + 1
    return found


@lru_cache(maxsize=256)
def _architecture(path: Path, _unchanged: tuple[int, int]) -> str:
    return read_gguf(path).architecture


def _manifest(name: str, store: Path) -> Any:
    model, _, tag = name.partition(":")
    parts = [*model.split("/"), tag or "latest"]
    if any(part in ("", ".", "..") or "\\" in part for part in parts) or len(parts) > 4:
        raise _unknown(Path(name), "that is not a name of Ollama's", "ese no es un nombre de Ollama")
    path = store / "manifests" / Path(*[_HUB, "library"][: 4 - len(parts)], *parts)
    try:
        with path.open("rb") as file:
            return json.loads(file.read(_LONGEST_MANIFEST))
    except (OSError, ValueError, RecursionError) as error:
        known = ", ".join(names_in_ollama_store(store)) or "-"
        raise _unknown(Path(name), f"Ollama's store has {known}", f"Ollama guarda {known}") from error


def _weights_digest(manifest: Any, name: str) -> str:
    layers = manifest.get("layers") if isinstance(manifest, dict) else None
    for layer in layers if isinstance(layers, list) else []:
        if isinstance(layer, dict) and layer.get("mediaType") == _MODEL_LAYER:
            digest = str(layer.get("digest", ""))
            if _DIGEST.fullmatch(digest):
                return digest
    raise _unknown(Path(name), "its description names no weights", "su descripción no nombra los pesos")


def _has(path: Path, *names: str) -> bool:
    return all((path / name).is_file() and (path / name).stat().st_size for name in names)


def _voice(path: Path) -> Path:
    if not path.stat().st_size:
        raise _unknown(path, "it is empty", "está vacío")
    if not path.with_name(f"{path.name}.json").is_file():
        raise _unknown(path, f"{path.name}.json is not beside it", f"no está {path.name}.json a su lado")
    return path


def _row(identity: str, kind: ModelKind, engine: EngineKind, path: Path, quantization: str, size: int) -> ModelRow:
    return ModelRow(
        id=identity,
        kind=kind,
        engine=engine,
        source="import",
        state="installed",
        path=str(path),
        quantization=quantization,
        bytes=size,
    )


def _unknown(path: Path, why_en: str, why_es: str) -> InputError:
    return InputError(
        "import.unknown",
        en="{path} cannot be used ({why_en}); nothing was taken over. A GGUF file, or a folder of an AWQ, GPTQ, "
        "CTranslate2 or sentence-transformers model, or a Piper voice can.",
        es="No se puede usar {path} ({why_es}); no se incorporó nada. Sirven un fichero GGUF, una carpeta de un modelo "
        "AWQ, GPTQ, CTranslate2 o sentence-transformers, o una voz de Piper.",
        path=path,
        why_en=why_en,
        why_es=why_es,
    )
