"""Fetches a model's files from the hub with its own client, into place only when whole.

`HF_ENDPOINT`, `HF_TOKEN` and proxies are honoured by the client. Finished files are not fetched again.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.catalog.models import CatalogModel
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, InputError, StorageError

SPARE_BYTES = 200_000_000
"""Space that a download leaves free."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Bytes so far of one file."""

    file: str
    done_bytes: int
    total_bytes: int


def download(
    model: CatalogModel, folder: Path, *, cancel: CancelToken, on_progress: Callable[[Progress], None]
) -> list[Path]:
    """Fetch what is missing of `model` into `folder`; returns its files.

    Raises `Cancelled`; `StorageError` when the disk is too small; `InputError` when the hub cannot be reached,
    has no such file, or asks for a licence to be accepted. Nothing half-fetched is left in `folder`.
    """
    from huggingface_hub import hf_hub_download

    staging = folder / ".partial" / model.id
    targets = model.paths(folder)
    missing = [(name, target) for name, target in zip(model.files, targets, strict=True) if not target.is_file()]
    with _sentences(model):
        sizes = {
            name: hf_hub_download(model.repository, name, local_dir=staging, dry_run=True).file_size or 0
            for name, _ in missing
        }
        _check_space(folder, sum(sizes.values()))
        for name, target in missing:
            cancel.raise_if_cancelled()
            bar = _progress_class(name, sizes[name], cancel, on_progress)
            fetched = Path(hf_hub_download(model.repository, name, local_dir=staging, tqdm_class=bar))
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fetched.replace(target)
    shutil.rmtree(staging, ignore_errors=True)
    return targets


def _progress_class(file: str, total: int, cancel: CancelToken, on_progress: Callable[[Progress], None]) -> type[Any]:
    from tqdm.auto import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        """Counts bytes instead of drawing."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            options.pop("name", None)
            options["disable"] = True
            super().__init__(*arguments, **options)
            self.done = int(options.get("initial", 0) or 0)

        def update(self, n: float | None = 1) -> bool | None:
            """Report, and end the transfer when cancelled."""
            self.done += int(n or 0)
            on_progress(Progress(file=Path(file).name, done_bytes=self.done, total_bytes=total))
            cancel.raise_if_cancelled()
            return None

    return Bar


def _check_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        raise _no_space(needed // 1_000_000, free // 1_000_000, folder)


def _no_space(needed_mb: int, free_mb: int, folder: Path) -> StorageError:
    return StorageError(
        "download.space",
        en="The model takes {needed} MB and {folder} has {free} MB left; nothing was fetched. Free some space.",
        es="El modelo ocupa {needed} MB y en {folder} quedan {free} MB; no se descargó nada. Libera espacio.",
        needed=needed_mb,
        free=free_mb,
        folder=folder,
    )


@contextmanager
def _sentences(model: CatalogModel) -> Iterator[None]:
    from httpx2 import HTTPError
    from huggingface_hub.errors import GatedRepoError

    try:
        yield
    except Cancelled:
        raise
    except GatedRepoError as error:
        raise InputError(
            "download.gated",
            en="{id} asks for its licence to be accepted first: open https://huggingface.co/{repository}, accept it, "
            "and set HF_TOKEN. Nothing was fetched.",
            es="{id} pide aceptar antes su licencia: abre https://huggingface.co/{repository}, acéptala y define "
            "HF_TOKEN. No se descargó nada.",
            id=model.id,
            repository=model.repository,
        ) from error
    except (HTTPError, OSError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise _no_space(model.approximate_mb, 0, Path("models")) from error
        raise InputError(
            "download.failed",
            en="{id} could not be fetched ({why}); files that were complete are kept. Check the network and repeat.",
            es="No se pudo descargar {id} ({why}); los ficheros completos se conservan. Comprueba la red y repite.",
            id=model.id,
            why=str(error).strip().splitlines()[0][:120] or type(error).__name__,
        ) from error
