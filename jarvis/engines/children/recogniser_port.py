"""Serves a recogniser to Wyoming clients on a port of this computer, such as another Jarvis or a home automation.

Every connection has its own utterances; all share the model.
"""

from __future__ import annotations

import contextlib
import logging
import socketserver
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

from wyoming.event import Event, Eventable

from jarvis.contracts.errors import EngineError, InputError
from jarvis.engines.children.recogniser import Recogniser, Session
from jarvis.engines.children.wyoming_child import ChildWire

_LOG = logging.getLogger(__name__)

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve_port(load: Callable[[], Recogniser], model: str, address: str) -> None:
    """Load a recogniser and serve it at `address`, tcp://127.0.0.1:PORT (0 takes a free one), until killed.

    The address is written to standard output once it answers. `InputError` for anything that other computers could
    reach: nobody is asked for a password here.
    """
    host, port = loopback(address)
    try:
        recogniser = load()
    except EngineError as error:
        sys.exit(error.sentence("en"))

    class Peer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            wire = ChildWire(self.rfile, self.wfile)  # type: ignore[arg-type]

            def send(message: Eventable | Event) -> None:
                # A peer that hung up is noticed by reading; the others' answers go on.
                with contextlib.suppress(OSError, ValueError):
                    wire.send(message)

            session = Session(send, recogniser, model)
            try:
                for event in wire.events():
                    session.take(event)
            except (ConnectionError, ValueError, KeyError) as error:
                _LOG.warning("%s: %s", self.client_address[0], error)
            finally:
                session.close()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server((host, port), Peer) as server:
        sys.stdout.write(f"tcp://{host}:{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


def loopback(address: str) -> tuple[str, int]:
    """Return host and port of `address`; `InputError` unless it names a port of this computer."""
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme != "tcp" or parts.hostname not in _LOOPBACK or port is None:
        raise InputError(
            "speech.listen",
            en="“{address}” is not a port of this computer; nothing was started. Write it as tcp://127.0.0.1:PORT.",
            es="«{address}» no es un puerto de este equipo; no se ha iniciado nada. Escríbelo como "
            "tcp://127.0.0.1:PUERTO.",
            address=address,
        )
    return parts.hostname, port
