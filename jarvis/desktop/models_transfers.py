"""Downloads and updates that go on while the models' window is closed, two at a time. Knows no widget."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, JarvisError
from jarvis.contracts.model_desk import ModelDesk, TransferProgress, TransferState
from jarvis.desktop.desk import Desk

AT_ONCE = 2
"""Downloads that run at the same time: more of them share the same line and the hub's patience."""

LOOK_MILLISECONDS = 250
"""How often progress is shown."""

_DRAIN_SECONDS = 2.0
_UNDER_WAY = frozenset(("queued", "running"))
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """One download or update as it is now. `cancelled` means paused: what arrived is kept.

    `pausing` is true from the wish to pause until it is. `failure` says why it failed; `changed` is whether an update
    brought anything.
    """

    model: str
    name: str
    act: Literal["download", "update"]
    state: TransferState = "queued"
    progress: TransferProgress | None = None
    failure: Exception | None = None
    changed: bool = True
    pausing: bool = False

    @property
    def under_way(self) -> bool:
        """True while it waits its turn or runs."""
        return self.state in _UNDER_WAY

    @property
    def stands_in_the_way(self) -> bool:
        """True while the model cannot be used for it: an update that ended early leaves the old version as it was."""
        return self.under_way or self.act == "download"


class ModelTransfers(QObject):
    """All downloads of one running desktop; `moved` fires with an id, `ended` with the `Fetch` that came to its end.

    Both fire on the Qt thread, and every method is for that thread. It lives as long as the bridge, and pauses
    everything when the application quits.
    """

    moved = Signal(str)
    ended = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.bridge)
        self._desk = desk
        self._fetches: dict[str, Fetch] = {}
        self._cancels: dict[str, CancelToken] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._fresh: dict[str, TransferProgress] = {}
        self._look = QTimer(self, interval=LOOK_MILLISECONDS)
        self._look.timeout.connect(self._take)
        self._closed = False
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)

    def of(self, model: str) -> Fetch | None:
        """Return what is or was under way for `model` since the start; None when nothing was, or it is done."""
        return self._fetches.get(model)

    def under_way(self) -> list[Fetch]:
        """Return what runs or waits, in the order asked for."""
        return [fetch for fetch in self._fetches.values() if fetch.under_way]

    def start(self, model: str, name: str, act: Literal["download", "update"] = "download") -> None:
        """Begin, or go on with what was paused or failed; what is under way already goes on."""
        known = self._fetches.get(model)
        if self._closed or (known is not None and known.under_way):
            return
        self._fetches.pop(model, None)
        kept = known.progress if known is not None and known.act == act else None
        self._fetches[model] = Fetch(model=model, name=name, act=act, progress=kept)
        self._cancels[model] = CancelToken()
        self.moved.emit(model)
        self._begin_some()

    def pause(self, model: str) -> None:
        """Stop it; what arrived is kept and `start` goes on from there."""
        fetch = self._fetches.get(model)
        if fetch is None or not fetch.under_way:
            return
        self._cancels[model].cancel()
        if fetch.state == "queued":
            self._end(replace(fetch, state="cancelled"))
        else:
            self._fetches[model] = replace(fetch, pausing=True)
            self.moved.emit(model)

    def pause_all(self) -> None:
        """Stop all of them."""
        for fetch in self.under_way():
            self.pause(fetch.model)

    def forget(self, model: str) -> None:
        """Drop what is known of a download that was paused or failed: its model was removed."""
        fetch = self._fetches.get(model)
        if fetch is not None and not fetch.under_way:
            del self._fetches[model]
            self.moved.emit(model)

    def close(self) -> None:
        """Pause everything, give it up to two seconds to keep what arrived, and begin nothing more."""
        self._closed = True
        self._look.stop()
        for cancel in self._cancels.values():
            cancel.cancel()
        end = time.monotonic() + _DRAIN_SECONDS
        for thread in list(self._threads.values()):
            thread.join(max(0.0, end - time.monotonic()))

    def _begin_some(self) -> None:
        waiting = [fetch for fetch in self._fetches.values() if fetch.state == "queued"]
        for fetch in waiting[: max(0, AT_ONCE - len(self._threads))]:
            running = self._fetches[fetch.model] = replace(fetch, state="running")
            thread = threading.Thread(
                target=self._work, args=(running, self._cancels[fetch.model]), name="model-download", daemon=True
            )
            self._threads[fetch.model] = thread
            thread.start()
            self.moved.emit(fetch.model)
        if self._threads and not self._look.isActive():
            self._look.start()

    def _work(self, fetch: Fetch, cancel: CancelToken) -> None:
        """Fetch on a thread of its own, and report how it ended on the Qt thread."""
        build = self._desk.services.models
        try:
            if build is None:
                raise Cancelled
            changed = self._fetch(build(), fetch, cancel)
            end = replace(fetch, state="finished", changed=changed)
        except Cancelled:
            end = replace(fetch, state="cancelled")
        except Exception as error:  # noqa: BLE001 - the card must show that it ended, whatever it was
            if not isinstance(error, JarvisError):
                _log.exception("fetching %s failed", fetch.model)
            end = replace(fetch, state="failed", failure=error)
        self._desk.bridge.post(lambda: self._ran(end))

    def _fetch(self, models: ModelDesk, fetch: Fetch, cancel: CancelToken) -> bool:
        def told(progress: TransferProgress) -> None:
            with self._lock:
                self._fresh[fetch.model] = progress

        if fetch.act == "download":
            models.download(fetch.model, cancel, told)
            return True
        return any(changed for _, changed in models.update(fetch.model, cancel, told))

    def _take(self) -> None:
        with self._lock:
            fresh, self._fresh = self._fresh, {}
        for model, progress in fresh.items():
            fetch = self._fetches.get(model)
            if fetch is not None:
                self._fetches[model] = replace(fetch, progress=progress)
                self.moved.emit(model)

    def _ran(self, end: Fetch) -> None:
        self._take()
        self._threads.pop(end.model, None)
        self._end(replace(end, progress=self._fetches[end.model].progress))
        if not self._closed:
            self._begin_some()
        if not self._threads:
            self._look.stop()

    def _end(self, end: Fetch) -> None:
        self._fetches[end.model] = end
        self._cancels.pop(end.model, None)
        if end.state == "finished":
            del self._fetches[end.model]
        self.moved.emit(end.model)
        self.ended.emit(end)


def transfers_of(desk: Desk) -> ModelTransfers:
    """Return the one `ModelTransfers` of this desktop, made when it is first asked for."""
    found = desk.bridge.findChild(ModelTransfers)
    return found if isinstance(found, ModelTransfers) else ModelTransfers(desk)
