"""Tells of downloads where the models' window does not: in the strip above the messages, and from the tray.

Knows neither what is fetched nor how; the models' window, while it is open, tells everything itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from jarvis.desktop import models_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.further_windows import FurtherWindows
from jarvis.desktop.models_figures import permille, size
from jarvis.desktop.models_transfers import Fetch, transfers_of
from jarvis.desktop.services import Notice
from jarvis.desktop.tray import Tray

if TYPE_CHECKING:
    from jarvis.desktop.window import ChatWindow

BEAT_MILLISECONDS = 1000
"""What is shown of downloads changes at most this often."""

RUNNING, READY, FAILED = "download-running", "download-ready", "download-failed"
"""Ids of the notices."""


class DownloadsTold(QObject):
    """One notice for what is under way, one for what has come, one for what failed.

    What has come or failed is told until it is put away or the models are looked at, and by the desktop's own
    notification while the window is not to be seen.
    """

    def __init__(self, desk: Desk, window: ChatWindow, further: FurtherWindows, tray: Tray) -> None:
        super().__init__(window)
        self._desk, self._window, self._further, self._tray = desk, window, further, tray
        self._banners = window.banners
        self._ready: dict[str, Fetch] = {}
        self._failed: dict[str, Fetch] = {}
        self._fresh: list[Fetch] = []
        self._quiet: set[str] = set()
        self._told: dict[str, Notice] = {}
        self._transfers = transfers_of(desk)
        self._beat = QTimer(self, interval=BEAT_MILLISECONDS)
        self._beat.timeout.connect(self._again)
        self._transfers.moved.connect(self._moved)
        self._transfers.ended.connect(self._ended)
        self._banners.put_away.connect(self._put_away)
        further.shown.connect(self._looked_at)
        desk.words.changed.connect(self._tell)

    def close(self) -> None:
        """Tell nothing more."""
        self._beat.stop()

    def _moved(self, model: str) -> None:
        fetch = self._transfers.of(model)
        if fetch is None or fetch.under_way:
            self._failed.pop(model, None)
            self._ready.pop(model, None)
        self._soon()

    def _ended(self, fetch: Fetch) -> None:
        """Keep what came or failed; whoever paused one knows."""
        if fetch.state not in {"finished", "failed"} or self._told_there():
            return
        (self._ready if fetch.state == "finished" else self._failed)[fetch.model] = fetch
        self._fresh.append(fetch)
        self._soon()

    def _soon(self) -> None:
        """Tell now, or with the next beat."""
        if not self._beat.isActive():
            self._beat.start()
            self._tell()

    def _again(self) -> None:
        self._tell()
        if not self._transfers.under_way():
            self._beat.stop()

    def _looked_at(self, name: str) -> None:
        if name == "models":
            self._ready.clear()
            self._failed.clear()
            self._tell()

    def _put_away(self, notice_id: str) -> None:
        if notice_id not in self._told:
            return
        del self._told[notice_id]
        if notice_id == RUNNING:
            self._quiet = {fetch.model for fetch in self._transfers.under_way()}
        else:
            (self._ready if notice_id == READY else self._failed).clear()

    def _told_there(self) -> bool:
        models = self._further.window("models")
        return models is not None and models.isVisible() and not models.isMinimized()

    def _tell(self) -> None:
        there, fresh = self._told_there(), self._fresh
        self._fresh = []
        self._show(FAILED, "\n".join(self._failures(self._failed.values())))
        self._show(READY, "\n".join(self._arrivals(self._ready.values())))
        self._show_running(there)
        if fresh and not there and (not self._window.isVisible() or self._window.isMinimized()):
            arrived = self._arrivals(fetch for fetch in fresh if fetch.state == "finished")
            failed = self._failures(fetch for fetch in fresh if fetch.state == "failed")
            self._tray.tell("\n".join([*arrived, *failed]))

    def _show(self, notice_id: str, text: str) -> None:
        bad = notice_id == FAILED
        notice = Notice(id=notice_id, text=text, kind="warning" if bad else "info", way="models" if bad else None)
        self._put(notice if text else None, notice_id)

    def _show_running(self, there: bool) -> None:
        words, under_way = self._desk.words, self._transfers.under_way()
        models = {fetch.model for fetch in under_way}
        self._quiet &= models
        if there or not models - self._quiet:
            self._put(None, RUNNING)
            return
        first, progress = under_way[0], under_way[0].progress
        name = first.name
        if len(under_way) > 1:
            name = words(texts.AND_MORE, name=name, count=len(under_way) - 1)
        far = words(texts.STARTING)
        if progress is not None:
            done, total = (size(count, words.language) for count in (progress.done_bytes, progress.total_bytes))
            far = words(texts.SO_FAR, percent=permille(progress) // 10, done=done, total=total)
        notice = Notice(
            id=RUNNING,
            text=words(texts.FETCHING if first.act == "download" else texts.UPDATING_OF, name=name),
            kind="progress",
            percent=permille(progress) / 10,
            progress=far,
            way="models",
        )
        self._put(notice, RUNNING)

    def _put(self, notice: Notice | None, notice_id: str) -> None:
        """Show it where it is not shown so already, None for nothing."""
        if self._told.get(notice_id) == notice:
            return
        if notice is not None:
            self._told[notice_id] = notice
            self._banners.tell(notice)
        else:
            del self._told[notice_id]
            self._banners.untell(notice_id)

    def _arrivals(self, fetches: Iterable[Fetch]) -> list[str]:
        """Return the sentences for what has come: one for all downloads, one for each update."""
        words, sentences, names = self._desk.words, [], []
        for fetch in fetches:
            if fetch.act == "download":
                names.append(fetch.name)
            else:
                sentences.append(words(texts.UPDATED if fetch.changed else texts.UP_TO_DATE, name=fetch.name))
        if names:
            sentences.insert(0, words(texts.READY if len(names) == 1 else texts.READY_ALL, name=self._listed(names)))
        return sentences

    def _failures(self, fetches: Iterable[Fetch]) -> list[str]:
        """Return what failed and why: what failed for the same reason together."""
        words = self._desk.words
        reasons: dict[str, list[str]] = {}
        for fetch in fetches:
            if fetch.failure is not None:
                reasons.setdefault(self._desk.sentence(fetch.failure), []).append(fetch.name)
        return [words(texts.FAILED_OF, name=self._listed(names), why=why) for why, names in reasons.items()]

    def _listed(self, names: list[str]) -> str:
        if len(names) == 1:
            return names[0]
        return self._desk.words(texts.NAMES_AND, names=", ".join(names[:-1]), last=names[-1])
