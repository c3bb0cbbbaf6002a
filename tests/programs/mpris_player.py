"""A small real media player on the session bus, without sound.

Arguments: bus suffix, identity, status, title, artist. A title of `hang` never answers, one of `stuck` cannot skip.
Prints `ready` when it is on the bus, then every act that it was told.
"""

import sys

from jeepney import HeaderFields, MessageType, new_error, new_method_return

from tests.programs.bus_name import connected_as

TRACKS = [("First Song", "Ana"), ("Second Song", "Bob"), ("Third Song", "Çelik")]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Player:
    def __init__(self, identity: str, status: str, title: str, artist: str) -> None:
        self.identity, self.status, self.title, self.artist = identity, status, title, artist
        self.track = 0

    def properties(self, interface: str) -> dict:
        if interface == "org.mpris.MediaPlayer2":
            return {"Identity": ("s", self.identity), "CanQuit": ("b", False)}
        metadata = {"mpris:trackid": ("o", "/track/1")}
        if self.title:
            metadata["xesam:title"] = ("s", self.title)
        if self.artist:
            metadata["xesam:artist"] = ("as", self.artist.split("+"))
        return {
            "PlaybackStatus": ("s", self.status),
            "Metadata": ("a{sv}", metadata),
            "CanGoNext": ("b", self.title != "stuck"),
            "CanPause": ("b", True),
        }

    def act(self, member: str) -> None:
        say(member)
        if member in ("Next", "Previous"):
            self.track = (self.track + (1 if member == "Next" else -1)) % len(TRACKS)
            self.title, self.artist = TRACKS[self.track]
            return
        toggled = "Paused" if self.status == "Playing" else "Playing"
        self.status = {"Play": "Playing", "Pause": "Paused", "PlayPause": toggled, "Stop": "Stopped"}[member]


def main() -> None:
    suffix, *rest = sys.argv[1:]
    player = Player(*rest)
    connection = connected_as(f"org.mpris.MediaPlayer2.{suffix}")
    say("ready")
    while True:
        message = connection.receive()
        if message.header.message_type is not MessageType.method_call or player.title == "hang":
            continue
        member = message.header.fields[HeaderFields.member]
        try:
            if member == "GetAll":
                reply = new_method_return(message, "a{sv}", (player.properties(message.body[0]),))
            else:
                player.act(member)
                reply = new_method_return(message)
        except KeyError:
            reply = new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")
        connection.send(reply)


if __name__ == "__main__":
    main()
