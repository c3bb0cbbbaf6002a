"""Chooses the GGUF file that answers: the one that was set, else the largest in the models folder that fits.

Reads only headers, and each file's only once while it stays the same. Knows nothing about running models.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jarvis.contracts.errors import EngineError
from jarvis.engines.gguf_file import GgufHeader, needed_mib, read_gguf, split_parts

_NOT_CHAT = frozenset({"clip", "bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "modern-bert", "t5encoder"})
"""Architectures of files that stand beside chat models: picture encoders and embedding models."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelChoice:
    """The chosen file, or `path` None and `why_not` says what is missing and what to do."""

    path: Path | None
    why_not: EngineError | None = None


def choose_model(
    models_folder: Path, setting: str, ram_mib: int, reserve_mib: int = 1500, context_tokens: int = 4096
) -> ModelChoice:
    """Return the model to answer with.

    `setting` is a path, or a file name in `models_folder`, with or without `.gguf`; empty chooses by size: the
    largest that needs at most `ram_mib - reserve_mib` with a context of `context_tokens`. A set model is taken
    whatever its size, since its owner said so; loading it tells when it does not fit.
    """
    if setting.strip():
        return _set_model(models_folder, setting.strip())
    found = [(path, seen) for path in _candidates(models_folder) if (seen := _look_at(path)) is not None]
    usable = [
        (path, seen) for path, seen in found if isinstance(seen, GgufHeader) and seen.architecture not in _NOT_CHAT
    ]
    sized = sorted(
        ((needed_mib(path, seen, _context(seen, context_tokens)), path) for path, seen in usable), reverse=True
    )
    fitting = [path for needed, path in sized if needed <= ram_mib - reserve_mib]
    if fitting:
        return ModelChoice(path=fitting[0])
    if sized:
        return ModelChoice(path=None, why_not=_none_fits(sized[-1][1], sized[-1][0], ram_mib - reserve_mib))
    broken = [seen for _, seen in found if isinstance(seen, EngineError)]
    return ModelChoice(path=None, why_not=broken[0] if broken else _none_there(models_folder))


def _set_model(models_folder: Path, setting: str) -> ModelChoice:
    given = Path(setting).expanduser()
    tries = (
        [given] if given.is_absolute() else [models_folder / given, models_folder / f"{given}.gguf", given.absolute()]
    )
    for path in tries:
        if path.is_file():
            return ModelChoice(path=path)
    if given.is_absolute():
        return ModelChoice(
            path=None,
            why_not=EngineError(
                "engine.model_missing",
                en="There is no model file {path}, which is set in engine.model. Put it there, set another path, or "
                "clear the setting.",
                es="No existe el fichero de modelo {path}, indicado en engine.model. Ponlo ahí, indica otra ruta o "
                "vacía el ajuste.",
                retryable=False,
                path=given,
            ),
        )
    return ModelChoice(
        path=None,
        why_not=EngineError(
            "engine.model_missing",
            en="The model {model} set in engine.model is not in {folder}. Put the file there or clear the setting.",
            es="El modelo {model} indicado en engine.model no está en {folder}. Pon ahí el fichero o vacía el ajuste.",
            retryable=False,
            model=setting,
            folder=models_folder,
        ),
    )


def _candidates(folder: Path) -> list[Path]:
    """Return the model files in `folder` and one level below; of a split model only the first part."""
    files = [*folder.glob("*.gguf"), *folder.glob("*/*.gguf")]
    return sorted(path for path in files if path.is_file() and split_parts(path)[0] == path)


def _context(header: GgufHeader, asked: int) -> int:
    return min(asked, header.context_tokens or asked)


def _look_at(path: Path) -> GgufHeader | EngineError | None:
    """Return the header, or what is wrong with the file; None when a part of it is missing."""
    try:
        if not all(part.is_file() for part in split_parts(path)):
            return None
        stat = path.stat()
        return _header(path, stat.st_mtime_ns, stat.st_size)
    except EngineError as error:
        return error
    except OSError:
        # It vanished between listing and looking: then it is not there.
        return None


@lru_cache(maxsize=256)
def _header(path: Path, _modified: int, _size: int) -> GgufHeader:
    return read_gguf(path)


def _none_there(folder: Path) -> EngineError:
    return EngineError(
        "engine.no_model",
        en="There is no language model on this computer yet. “jarvis models download qwen2.5-1.5b” fetches one "
        "(1.1 GB), or put any chat model as a .gguf file into {folder}; then ask again.",
        es="Todavía no hay ningún modelo de lenguaje en este ordenador. «jarvis models download qwen2.5-1.5b» descarga "
        "uno (1,1 GB), o pon cualquier modelo de chat en fichero .gguf en {folder}; después pregunta de nuevo.",
        retryable=False,
        folder=folder,
    )


def _none_fits(path: Path, needed: int, free: int) -> EngineError:
    return EngineError(
        "engine.none_fits",
        en="The smallest model here, {model}, needs {needed} MB of memory, but only {free} MB can be used. "
        "Close other programs, lower engine.context_tokens, or add a smaller model.",
        es="El modelo más pequeño, {model}, necesita {needed} MB de memoria y solo se pueden usar {free} MB. "
        "Cierra otros programas, baja engine.context_tokens o añade un modelo más pequeño.",
        retryable=False,
        model=path.stem,
        needed=needed,
        free=max(0, free),
    )
