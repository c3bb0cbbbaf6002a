"""How a second start brings the first window forward: a local socket in the run folder. Holds no lock."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from jarvis.contracts.errors import DeviceError

_PATIENCE_MILLISECONDS = 10_000
"""A window on a busy computer may take seconds to answer; where none listens, the answer is immediate."""
_LONGEST_PATH = 100
"""Bytes of a socket path that every Unix takes (104 on macOS, 108 on Linux)."""


def raise_running_instance(run_folder: Path) -> bool:
    """Ask the desktop that runs with `run_folder` to come forward; True when one answered. Needs no application."""
    socket = QLocalSocket()
    socket.connectToServer(_server_name(run_folder))
    if not socket.waitForConnected(_PATIENCE_MILLISECONDS):
        return False
    socket.write(b"raise\n")
    heard = socket.waitForBytesWritten(_PATIENCE_MILLISECONDS) and socket.waitForReadyRead(_PATIENCE_MILLISECONDS)
    answered = bool(heard) and bytes(socket.readAll().data()).startswith(b"raised")
    socket.disconnectFromServer()
    return answered


class InstanceServer(QObject):
    """Listens for second starts. Make it only while holding the instance lock: it replaces a dead one's socket."""

    raised = Signal()

    def __init__(self, run_folder: Path) -> None:
        super().__init__()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._connected)
        name = _server_name(run_folder)
        QLocalServer.removeServer(name)
        if not self._server.listen(name):
            raise DeviceError(
                "desktop.socket",
                en="Jarvis cannot listen in {folder} ({why}); nothing was changed. Check that you may write there.",
                es="Jarvis no puede escuchar en {folder} ({why}); no se ha cambiado nada. "
                "Comprueba que puedes escribir ahí.",
                folder=run_folder,
                why=self._server.errorString(),
            )

    def close(self) -> None:
        """Stop listening and remove the socket."""
        self._server.close()

    def _connected(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.disconnected.connect(socket.deleteLater)
        socket.readyRead.connect(lambda: self._read(socket))

    def _read(self, socket: QLocalSocket) -> None:
        if bytes(socket.readAll().data()).startswith(b"raise"):
            socket.write(b"raised\n")
            socket.flush()
            self.raised.emit()


def _server_name(run_folder: Path) -> str:
    path = run_folder / "window.sock"
    if sys.platform != "win32" and len(str(path).encode()) <= _LONGEST_PATH:
        return str(path)
    return "jarvis-" + hashlib.sha256(str(run_folder).encode()).hexdigest()[:20]
