"""A real notification service on the session bus; prints each notification as one JSON line.

Arguments: its capabilities. One called `refuse` makes it answer every notification with an error; `closes-first` makes
it say that a notification is closed before it says which button was pressed. Input: `press NUMBER KEY`, `close NUMBER`.
"""

import json
import sys
import threading

from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_return, new_signal

from tests.programs.bus_name import connected_as

SERVICE = "org.freedesktop.Notifications"
ADDRESS = DBusAddress("/org/freedesktop/Notifications", interface=SERVICE)
BY_PERSON = 2


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    abilities = sys.argv[1:]
    connection = connected_as(SERVICE)
    sending = threading.Lock()

    def send(message) -> None:
        with sending:
            connection.send(message)

    def read() -> None:
        for line in sys.stdin:
            act, number, *key = line.split()
            signals = [new_signal(ADDRESS, "NotificationClosed", "uu", (int(number), BY_PERSON))]
            if act == "press":
                pressed = new_signal(ADDRESS, "ActionInvoked", "us", (int(number), key[0]))
                signals.insert(1 if "closes-first" in abilities else 0, pressed)
            for signal in signals:
                send(signal)

    say("ready")
    threading.Thread(target=read, daemon=True).start()
    count = 6
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call:
            continue
        member = message.header.fields[HeaderFields.member]
        if member == "GetCapabilities":
            send(new_method_return(message, "as", (abilities,)))
        elif member == "Notify" and "refuse" not in abilities:
            app, _, icon, title, body, actions, hints, lasting = message.body
            count += 1
            shown = {"app": app, "icon": icon, "title": title, "body": body, "hints": hints, "lasts": lasting}
            say(json.dumps({**shown, "actions": actions, "number": count}))
            send(new_method_return(message, "u", (count,)))
        elif member == "CloseNotification":
            say(json.dumps({"closed": message.body[0]}))
            send(new_method_return(message))
        else:
            send(new_error(message, "org.freedesktop.DBus.Error.Failed", "s", ("refused",)))


if __name__ == "__main__":
    main()
