"""How another start reaches the window that runs: a local socket in the run folder. Holds no lock.

One line asks, one answers: `raise` or `quick`, and after it the token with which Wayland lets a window come forward.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from jarvis.contracts.errors import DeviceError

Wish = Literal["raise", "quick"]
"""What a running desktop can be asked: to come forward, or to show its quick query."""
QUICK_ARGUMENT = "--quick"
"""What a desktop is started with to begin with its quick query."""
_ANSWERS: dict[Wish, bytes] = {"raise": b"raised", "quick": b"shown"}
_TOKEN = "XDG_ACTIVATION_TOKEN"
_PATIENCE_MILLISECONDS = 10_000
"""A window on a busy computer may take seconds to answer; where none listens, the answer is immediate."""
_LONGEST_PATH = 100
"""Bytes of a socket path that every Unix takes (104 on macOS, 108 on Linux)."""


def tell_running_instance(run_folder: Path, wish: Wish) -> bool:
    """Ask the desktop that runs with `run_folder` for `wish`; True when it answered. Needs no application."""
    socket = QLocalSocket()
    socket.connectToServer(_server_name(run_folder))
    if not socket.waitForConnected(_PATIENCE_MILLISECONDS):
        return False
    socket.write(f"{wish} {os.environ.get(_TOKEN, '')}".strip().encode() + b"\n")
    heard = socket.waitForBytesWritten(_PATIENCE_MILLISECONDS) and socket.waitForReadyRead(_PATIENCE_MILLISECONDS)
    answered = bool(heard) and bytes(socket.readAll().data()).startswith(_ANSWERS[wish])
    socket.disconnectFromServer()
    return answered


def raise_running_instance(run_folder: Path) -> bool:
    """Ask the desktop that runs with `run_folder` to come forward; True when it answered."""
    return tell_running_instance(run_folder, "raise")


def let_forward(token: str) -> None:
    """Keep the token with which the next window that asks for it may come forward; an empty one changes nothing."""
    if token:
        # Qt takes it from there when a window is activated.
        os.environ[_TOKEN] = token


class InstanceServer(QObject):
    """Listens for other starts. Make it only while holding the instance lock: it replaces a dead one's socket.

    `raised` and `quick_wanted` are what they may ask.
    """

    raised = Signal()
    quick_wanted = Signal()

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
        if not socket.canReadLine():
            return
        line = bytes(socket.readLine().data()).decode("utf-8", "replace")
        wish, _, token = line.strip().partition(" ")
        if wish not in ("raise", "quick"):
            return
        let_forward(token)
        socket.write(_ANSWERS["quick" if wish == "quick" else "raise"] + b"\n")
        socket.flush()
        (self.quick_wanted if wish == "quick" else self.raised).emit()


def _server_name(run_folder: Path) -> str:
    path = run_folder / "window.sock"
    if sys.platform != "win32" and len(str(path).encode()) <= _LONGEST_PATH:
        return str(path)
    return "jarvis-" + hashlib.sha256(str(run_folder).encode()).hexdigest()[:20]
