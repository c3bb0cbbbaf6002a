"""A small panel: takes the tray items of the session bus and prints the bus name of each that comes."""

import sys

from jeepney import HeaderFields, MessageType, new_error, new_method_return

from tests.programs.bus_name import connected_as

PROPERTIES = {
    "IsStatusNotifierHostRegistered": ("b", True),
    "RegisteredStatusNotifierItems": ("as", []),
    "ProtocolVersion": ("i", 0),
}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    connection = connected_as("org.kde.StatusNotifierWatcher")
    say("ready")
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call:
            continue
        member = message.header.fields[HeaderFields.member]
        if member == "RegisterStatusNotifierItem":
            connection.send(new_method_return(message))
            say(message.header.fields[HeaderFields.sender])
        elif member == "Get" and message.body[1] in PROPERTIES:
            connection.send(new_method_return(message, "v", (PROPERTIES[message.body[1]],)))
        elif member == "GetAll":
            connection.send(new_method_return(message, "a{sv}", (PROPERTIES,)))
        else:
            unknown = "org.freedesktop.DBus.Error.UnknownMethod"
            connection.send(new_error(message, unknown, "s", (member,)))


if __name__ == "__main__":
    main()
