"""Restoring a backup from the page of data: choose, see what is in it, decide; and what earlier restores kept aside.

Knows no file's content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QPushButton, QVBoxLayout, QWidget

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.data_desk import BackupContents, DataDesk, KeptAside, SetAside
from jarvis.contracts.errors import Cancelled
from jarvis.desktop import data_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation
from jarvis.desktop.models_figures import size as size_text
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_parts import button_of, muted
from jarvis.desktop.permission_names import name_of
from jarvis.desktop.resources_figures import day, number
from jarvis.desktop.settings_labels import LABELS


class RestorePart(QWidget):
    """What was kept aside, each with its ways; `choose` is the button that begins, for the page to place.

    `say(text, **values)` and `failed` show a sentence and an error where the page shows its own.
    """

    anew_wanted = Signal()
    """It is decided: Jarvis has to start again."""
    changed = Signal()
    """What is kept aside is another than before."""

    def __init__(
        self,
        desk: Desk,
        data: Callable[[], DataDesk],
        say: Callable[..., None],
        failed: Callable[[Exception], None],
    ) -> None:
        super().__init__()
        self._desk = desk
        self._data = data
        self._say = say
        self._show_failure = failed
        self._home = Path()
        self._kept: Sequence[KeptAside] = ()
        self._busy = False
        self._looking: CancelToken | None = None
        self.choose = button_of(desk, texts.RESTORE, self._ask_file)
        self.stop = button_of(desk, texts.STOP_CHECK, self.stop_looking)
        self.stop.hide()
        self.rows: list[tuple[QPushButton, QPushButton]] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self.hide()

    def show_kept(self, home: Path, kept: Sequence[KeptAside]) -> None:
        """Show what earlier restores put aside below the data folder `home`."""
        self._home = home
        if list(kept) == list(self._kept):
            return
        self._kept = kept
        self.rows.clear()
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for one in kept:
            self._layout.addWidget(self._row(one))
        self._enable()
        self.setVisible(bool(kept))

    def look(self, path: str) -> None:
        """Check the backup at `path` and ask about what is in it; whoever closes the settings ends that."""
        self._set_busy(True)
        self._say(texts.CHECKING)
        self._looking = cancel = CancelToken()
        self.stop.show()
        self.stop.setEnabled(True)
        self.window().installEventFilter(self)
        told = _by_percent(lambda *done: self._desk.bridge.post(partial(self._tell_progress, cancel, *done)))
        self._desk.bridge.run(
            lambda: self._data().look_into(Path(path), cancel=cancel, progress=told),
            self._looked,
            self._failed,
            cancel=cancel,
        )

    def stop_looking(self) -> None:
        """End the check; nothing of what is here was touched."""
        if self._looking is not None:
            self._looking.cancel()
            self.stop.setEnabled(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """End the check with the window that it is shown in."""
        # A window that is minimised comes back, and what it shows goes on.
        if event.type() == QEvent.Type.Hide and not event.spontaneous() and watched is self.window():
            self.stop_looking()
        return super().eventFilter(watched, event)

    def _tell_progress(self, looking: CancelToken, done: int, of: int) -> None:
        if looking is not self._looking or looking.cancelled:
            return
        if done >= of:
            self._say(texts.CHECKING_WHOLE)
        else:
            language = self._desk.words.language
            self._say(texts.UNPACKING, done=size_text(done, language), all=size_text(of, language))

    def _looked(self, contents: BackupContents) -> None:
        if self._looking is not None and self._looking.cancelled:
            # It was stopped when it had just ended.
            self._leave(contents)
            return
        self._end_looking()
        self._ask(contents)

    def _end_looking(self) -> None:
        self._looking = None
        self.stop.hide()
        self.window().removeEventFilter(self)

    def restore(self, contents: BackupContents, *, take_over: bool = False) -> None:
        """Put it in the place of what is here, with what is set aside of it where that is to be taken over."""
        self._say(texts.RESTORING)
        self._desk.bridge.stop()

        def failed(error: Exception) -> None:
            self._drop(contents)
            self._failed(error)

        cancel = CancelToken()
        self._desk.bridge.run(
            lambda: self._data().restore(contents, take_over=take_over, cancel=cancel),
            self._decided,
            failed,
            give_up=cancel,
        )

    def _decided(self, folder: Path) -> None:
        self._say(texts.RESTARTS, folder=folder)
        self.anew_wanted.emit()

    def _row(self, kept: KeptAside) -> QWidget:
        row = QWidget()
        told = muted("small")
        back = button_of(self._desk, texts.PUT_BACK, lambda: self.look(str(kept.folder)))
        remove = button_of(self._desk, texts.REMOVE, lambda: self._ask_remove(kept))
        self.rows.append((back, remove))
        inside = QVBoxLayout(row)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        inside.addWidget(told)
        inside.addLayout(FlowRow(back, remove))
        self._desk.words.follow(told, lambda: told.setText(self._kept_words(kept)))
        return row

    def _kept_words(self, kept: KeptAside) -> str:
        words = self._desk.words
        values = {"size": size_text(kept.bytes, words.language), "folder": breakable(kept.folder)}
        if kept.at is None:
            return words(texts.KEPT_SOME_TIME, **values)
        return words(texts.KEPT, **values, **self._when(kept.at))

    def _when(self, moment: datetime) -> dict[str, str]:
        local = moment.astimezone()
        return {"day": day(local.date(), self._desk.words.language, year=True), "time": f"{local:%H:%M}"}

    def _ask(self, contents: BackupContents) -> None:
        if not self.window().isVisible():
            # Whoever closed the settings meanwhile goes on with what is here.
            self._leave(contents)
            return
        words = self._desk.words
        box = confirmation(
            self.window(),
            words(texts.ASK_TITLE),
            "\n\n".join(
                [
                    words(
                        texts.ASK_BODY,
                        made=self._made(contents),
                        holds=self._holds(contents),
                        home=breakable(self._home),
                    ),
                    *self._brings(contents),
                ]
            ),
            words(texts.RESTORE_NOW),
            words(window_texts.CANCEL),
        )
        take = QCheckBox(words(texts.TAKE_OVER))
        take.setAccessibleName(words(texts.TAKE_OVER))
        if contents.set_aside:
            box.setCheckBox(take)
        box.accepted.connect(lambda: self.restore(contents, take_over=take.isChecked()))
        box.rejected.connect(partial(self._leave, contents))
        box.open()

    def _made(self, contents: BackupContents) -> str:
        words = self._desk.words
        if contents.made_at is None:
            told = words(texts.MADE_SOME_TIME)
        elif contents.jarvis:
            told = words(texts.MADE_BY, version=contents.jarvis, **self._when(contents.made_at))
        else:
            told = words(texts.MADE, **self._when(contents.made_at))
        return f"{told} {words(texts.OLDER)}" if contents.older else told

    def _holds(self, contents: BackupContents) -> str:
        words = self._desk.words
        counts = {name: number(getattr(contents, name), words.language, 0) for name in _COUNTED}
        return words(texts.HOLDS, size=size_text(contents.bytes, words.language), **counts)

    def _brings(self, contents: BackupContents) -> list[str]:
        """What comes along that could do something; nothing with what was here before."""
        words = self._desk.words
        told = []
        if contents.new_servers:
            told.append(words(texts.NEW_SERVERS, names=self._listed([_plain(name) for name in contents.new_servers])))
        if contents.set_aside:
            names = self._listed([self._set_aside(each) for each in contents.set_aside])
            told.append(words(texts.SET_ASIDE, names=names))
        elif not contents.own:
            told.append(words(texts.NOTHING_STRANGE))
        return told

    def _listed(self, names: Sequence[str]) -> str:
        told = ", ".join(names[:_MOST_NAMES])
        more = len(names) - _MOST_NAMES
        return self._desk.words(texts.MORE, names=told, count=more) if more > 0 else told

    def _set_aside(self, one: SetAside) -> str:
        """Name what stays as it is here; of the backup's words no more than fits into the sentence."""
        words = self._desk.words
        if one.kind == "permission":
            return words(texts.A_PERMISSION, name=_plain(words(name_of(one.name))))
        if one.kind == "model":
            return words(texts.A_MODEL, name=_plain(one.name))
        if one.kind == "folder":
            return words(texts.A_FOLDER, name=_plain(one.name))
        label = words(LABELS[one.name])
        return f"{label} ({_plain(one.value)})" if one.kind == "address" else label

    def _leave(self, contents: BackupContents) -> None:
        self._end_looking()
        self._set_busy(False)
        self._say(texts.NOT_RESTORED)
        self._drop(contents)

    def _drop(self, contents: BackupContents) -> None:
        self._desk.bridge.run(lambda: self._data().drop(contents), failed=self._show_failure)

    def _ask_remove(self, kept: KeptAside) -> None:
        words = self._desk.words
        box = confirmation(
            self.window(),
            words(texts.REMOVE_TITLE),
            words(texts.REMOVE_BODY, folder=breakable(kept.folder)),
            words(texts.REMOVE_NOW),
            words(window_texts.CANCEL),
        )
        box.accepted.connect(partial(self._remove, kept))
        box.open()

    def _remove(self, kept: KeptAside) -> None:
        self._set_busy(True)
        self._desk.bridge.run(lambda: self._data().remove_aside(kept.folder), self._removed, self._failed)

    def _removed(self, _: None) -> None:
        self._set_busy(False)
        self._say(texts.REMOVED)
        self.choose.setFocus()
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._end_looking()
        self._set_busy(False)
        if isinstance(error, Cancelled):
            self._say(texts.NOT_RESTORED)
            self.choose.setFocus()
        else:
            self._show_failure(error)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._enable()

    def _enable(self) -> None:
        for button in (self.choose, *(each for row in self.rows for each in row)):
            button.setEnabled(not self._busy)

    def _ask_file(self) -> None:
        words = self._desk.words
        dialog = QFileDialog(self, words(texts.RESTORE))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(f"{words(texts.BACKUP_FILES)} (*.zip)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.look)
        dialog.open()


def _by_percent(tell: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Return what hands on how far something is no oftener than every percent of it."""
    last = -1

    def told(done: int, of: int) -> None:
        nonlocal last
        percent = done * 100 // of if of else 100
        if percent != last:
            last = percent
            tell(done, of)

    return told


_MOST_NAMES = 8
_LONGEST_NAME = 40


def _plain(name: str) -> str:
    """Return a name that a stranger may have written, so that it stays within its sentence and its line."""
    kept = "".join(each for each in name if each.isprintable())
    return kept if len(kept) <= _LONGEST_NAME else f"{kept[:_LONGEST_NAME]}…"


_COUNTED = ("conversations", "messages", "memories")


def breakable(path: Path) -> str:
    """Return a path that may go on in the next line after every slash."""
    return str(path).replace("/", "/\u200b")
