"""A small desktop portal that gives global shortcuts; acts on lines of its input and prints what it is asked as JSON.

Arguments: `decline` makes the person say no, `none` makes it agree and give no shortcut, `nothing` leaves the interface
out, `no-registry` leaves out what newer portals have. Input: `down NAME` and `up NAME` press and release.
"""

import json
import sys
import threading

from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_return, new_signal
from jeepney.io.blocking import DBusConnection

from tests.programs.bus_name import connected_as

PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"


def say(what: object) -> None:
    sys.stdout.write((what if isinstance(what, str) else json.dumps(what)) + "\n")
    sys.stdout.flush()


class Portal:
    def __init__(self, connection: DBusConnection, ways: list[str]) -> None:
        self.connection = connection
        self.ways = ways
        self.session = ""
        self._lock = threading.Lock()

    def send(self, message) -> None:
        with self._lock:
            self.connection.send(message)

    def respond(self, message, code, results):
        """Answer with the request's path, and then by its signal, as portals do."""
        sender = message.header.fields[HeaderFields.sender]
        handle = f"{PATH}/request/{sender[1:].replace('.', '_')}/{message.body[-1]['handle_token'][1]}"
        self.send(new_method_return(message, "o", (handle,)))
        address = DBusAddress(handle, interface="org.freedesktop.portal.Request")
        self.send(new_signal(address, "Response", "ua{sv}", (code, results)))

    def take(self, message) -> None:
        member = message.header.fields[HeaderFields.member]
        interface = message.header.fields.get(HeaderFields.interface)
        missing = "nothing" if interface == SHORTCUTS else "no-registry" if member == "Register" else ""
        if missing in self.ways:
            unknown = "org.freedesktop.DBus.Error.UnknownMethod"
            self.send(new_error(message, unknown, "s", ("no such interface",)))
        elif member == "Register":
            say({"registered": message.body[0]})
            self.send(new_method_return(message))
        elif member == "CreateSession":
            sender = message.header.fields[HeaderFields.sender][1:].replace(".", "_")
            self.session = f"{PATH}/session/{sender}/{message.body[0]['session_handle_token'][1]}"
            self.respond(message, 0, {"session_handle": ("s", self.session)})
        elif member == "BindShortcuts":
            session, shortcuts, _, _ = message.body
            asked = {name: [facts["description"][1], facts["preferred_trigger"][1]] for name, facts in shortcuts}
            say({"bound": asked, "here": session == self.session})
            given = [(name, {"trigger_description": ("s", "Press it")}) for name, _ in shortcuts]
            given = [] if "none" in self.ways else given
            self.respond(message, 1 if "decline" in self.ways else 0, {"shortcuts": ("a(sa{sv})", given)})
        elif member == "Close":
            say({"closed": message.header.fields[HeaderFields.path] == self.session})
            self.send(new_method_return(message))

    def press(self, act: str, name: str) -> None:
        address = DBusAddress(PATH, interface=SHORTCUTS)
        signal = "Activated" if act == "down" else "Deactivated"
        options = {"activation_token": ("s", "token-1")} if act == "down" else {}
        self.send(new_signal(address, signal, "osta{sv}", (self.session, name, 5, options)))


def main() -> None:
    connection = connected_as("org.freedesktop.portal.Desktop")
    portal = Portal(connection, sys.argv[1:])
    say("ready")

    def read() -> None:
        for line in sys.stdin:
            portal.press(*line.split())

    threading.Thread(target=read, daemon=True).start()
    while True:
        message = connection.receive()
        if message.header.message_type is MessageType.method_call:
            portal.take(message)


if __name__ == "__main__":
    main()
