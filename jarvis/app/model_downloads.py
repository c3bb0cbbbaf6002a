"""Fetches several models at once for a door: names looked up, the queue filled, and how each ended told in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from jarvis.catalog.download import OnProgress, Progress
from jarvis.catalog.download_queue import DownloadJob, DownloadQueue, Work
from jarvis.catalog.library import ModelLibrary
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import InputError, JarvisError
from jarvis.contracts.model_desk import ModelView, Transfer, TransferProgress
from jarvis.contracts.models import ModelRow

AT_ONCE = 2
"""Downloads that run at the same time: more of them share the same line and the hub's patience."""

_LOOK_SECONDS = 0.5
"""How long the waiting thread is deaf to an interruption on systems where waiting cannot be interrupted."""


def download_all(
    library: ModelLibrary,
    identities: Sequence[str],
    cancel: CancelToken,
    on_change: Callable[[Transfer], None],
    view_of: Callable[[ModelRow], ModelView],
) -> list[Transfer]:
    """Do what `ModelDesk.download_all` promises."""
    telling, asked = threading.RLock(), dict.fromkeys(identities)
    transfers: dict[str, Transfer] = {}

    def told(transfer: Transfer) -> None:
        with telling:
            on_change(transfer)

    queue = DownloadQueue(AT_ONCE, on_change=lambda job: told(_transfer(job)))
    unregister = cancel.on_cancel(queue.stop)
    try:
        jobs: dict[str, DownloadJob] = {}
        for wish in asked:
            try:
                identity = wish if wish.startswith("ollama/") else library.find(wish).id
            except InputError as error:
                transfers[wish] = Transfer(model=wish, state="failed", failure=error)
                told(transfers[wish])
                continue
            jobs[wish] = queue.start(identity, _fetching(library, identity))
        for wish, job in jobs.items():
            while not job.wait(_LOOK_SECONDS):
                pass
            transfers[wish] = _transfer(job, _view(library, job.identity, view_of))
    finally:
        unregister()
        queue.close()
    for job in jobs.values():
        if job.crash is not None:
            raise job.crash
    return [transfers[wish] for wish in asked]


def relay(on_progress: Callable[[TransferProgress], None]) -> Callable[[Progress], None]:
    """Return what hands a download's progress to a door."""
    return lambda progress: on_progress(told_progress(progress))


def told_progress(progress: Progress) -> TransferProgress:
    """Return a download's progress as doors see it."""
    return TransferProgress(
        model=progress.model,
        file=progress.file,
        done_bytes=progress.done_bytes,
        total_bytes=progress.total_bytes,
        bytes_per_second=progress.bytes_per_second or None,
        seconds_left=progress.seconds_left,
    )


def _fetching(library: ModelLibrary, identity: str) -> Work:
    def fetch(cancel: CancelToken, on_progress: OnProgress) -> ModelRow:
        return library.download(identity, cancel=cancel, on_progress=on_progress)

    return fetch


def _transfer(job: DownloadJob, view: ModelView | None = None) -> Transfer:
    progress = told_progress(job.progress) if job.progress is not None else None
    return Transfer(model=job.identity, state=job.state, progress=progress, view=view, failure=job.error)


def _view(library: ModelLibrary, identity: str, view_of: Callable[[ModelRow], ModelView]) -> ModelView | None:
    try:
        return view_of(library.find(identity))
    except JarvisError:
        # Ollama knows no such model: the transfer's failure says so.
        return None
