"""A real notification service on the session bus; prints each notification as one JSON line.

Arguments: its capabilities. One called `refuse` makes it answer every notification with an error.
"""

import json
import sys

from jeepney import HeaderFields, MessageType, new_error, new_method_return

from tests.programs.bus_name import connected_as


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    abilities = sys.argv[1:]
    connection = connected_as("org.freedesktop.Notifications")
    say("ready")
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call:
            continue
        member = message.header.fields[HeaderFields.member]
        if member == "GetCapabilities":
            connection.send(new_method_return(message, "as", (abilities,)))
        elif member == "Notify" and "refuse" not in abilities:
            app, _, icon, title, body, _, hints, lasting = message.body
            say(json.dumps({"app": app, "icon": icon, "title": title, "body": body, "hints": hints, "lasts": lasting}))
            connection.send(new_method_return(message, "u", (7,)))
        else:
            connection.send(new_error(message, "org.freedesktop.DBus.Error.Failed", "s", ("refused",)))


if __name__ == "__main__":
    main()
