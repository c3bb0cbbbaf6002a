"""A real settings portal on the session bus. Arguments: `NAMESPACE KEY SIGNATURE VALUE` of the one setting it has."""

import sys

from jeepney import HeaderFields, MessageType, new_error, new_method_return

from tests.programs.bus_name import connected_as


def main() -> None:
    space, key, signature, value = sys.argv[1:]
    connection = connected_as("org.freedesktop.portal.Desktop")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    kept = (signature, int(value) if signature == "u" else value == "true")
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call:
            continue
        if message.header.fields[HeaderFields.member] == "Read" and message.body == (space, key):
            connection.send(new_method_return(message, "v", (("v", kept),)))
        else:
            connection.send(new_error(message, "org.freedesktop.portal.Error.NotFound", "s", ("no such setting",)))


if __name__ == "__main__":
    main()
