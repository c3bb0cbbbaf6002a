"""Brings files into a chat and along with its questions: what is dropped on the window, and which draft is in view.

Stands between the input, the session and the window; draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from jarvis.contracts.attachments import AttachmentDesk
from jarvis.contracts.messages import Attachment
from jarvis.desktop.attachments import attachments_of
from jarvis.desktop.composer import Composer
from jarvis.desktop.desk import Desk
from jarvis.desktop.session import ChatSession


class AttachmentFlow(QObject):
    """Connects one chat's input with its session; lives as long as `window`, onto which files may be dropped.

    `source` gives the port, on a worker; None where nothing can be attached.
    """

    def __init__(
        self,
        desk: Desk,
        session: ChatSession,
        composer: Composer,
        window: QWidget,
        source: Callable[[], AttachmentDesk] | None,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._composer = composer
        self._tray = composer.tray
        self._asked = False
        session.outgoing = self._take
        session.changed.connect(self._changed)
        session.opened.connect(lambda _: self._changed())
        window.installEventFilter(self)
        attachments_of(desk).available.connect(lambda: window.setAcceptDrops(self._tray.usable))
        attachments_of(desk).use(source)
        self._changed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is dragged over the window and dropped on it."""
        match event.type():
            case QEvent.Type.DragEnter | QEvent.Type.DragMove if isinstance(event, QDropEvent | QDragEnterEvent):
                if not self._tray.takes(event.mimeData()):
                    return super().eventFilter(watched, event)
                event.acceptProposedAction()
                self._tray.show_hint(True)
                return True
            case QEvent.Type.DragLeave:
                self._tray.show_hint(False)
            case QEvent.Type.Drop if isinstance(event, QDropEvent):
                self._tray.show_hint(False)
                if self._put(event.mimeData()):
                    event.acceptProposedAction()
                    return True
            case _:
                pass
        return super().eventFilter(watched, event)

    def _put(self, data: QMimeData) -> bool:
        """Attach what was dropped, or type in the words of what showed itself as a picture too."""
        if self._tray.offer_mime(data, dropped=True):
            return True
        if not self._tray.takes(data):
            return False
        self._composer.input.insertFromMimeData(data)
        self._composer.setFocus()
        return True

    def _take(self) -> tuple[Attachment, ...]:
        files = self._tray.take()
        self._asked = self._asked or bool(files)
        return files

    def _changed(self) -> None:
        self._tray.show_draft(self._session.current or "")
        if self._asked and not self._session.busy:
            # Where the question could not be stored, its files wait in the draft still.
            self._asked = False
            self._tray.read_again()
