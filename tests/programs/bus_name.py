"""Takes a name on the session bus, after whoever had it last has left the bus too."""

import time

from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection

PATIENCE_SECONDS = 60.0
_DO_NOT_QUEUE, _OWNER = 4, (1,)


def connected_as(name: str) -> DBusConnection:
    """Return a connection that owns `name`: the bus notices a killed owner only a moment later."""
    connection = open_dbus_connection(auth_timeout=PATIENCE_SECONDS)
    bus = Proxy(message_bus, connection)
    while bus.RequestName(name, _DO_NOT_QUEUE) != _OWNER:
        time.sleep(0.01)
    return connection
