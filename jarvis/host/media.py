"""Controls media players over MPRIS, the D-Bus interface that players and browsers on Linux share.

Other systems have no such interface: there are no players there, which is also what an absent bus means.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jarvis.contracts.errors import DeviceError
from jarvis.contracts.skills import MediaPlayer
from jarvis.host.session_bus import BusConnection, BusUnavailable, CallFailed, session_bus

_LOG = logging.getLogger(__name__)

_PREFIX = "org.mpris.MediaPlayer2."
_PATH = "/org/mpris/MediaPlayer2"
_ROOT = "org.mpris.MediaPlayer2"
_PLAYER = "org.mpris.MediaPlayer2.Player"

_METHODS = {
    "play": "Play",
    "pause": "Pause",
    "toggle": "PlayPause",
    "next": "Next",
    "previous": "Previous",
    "stop": "Stop",
}
_NEEDS = {
    "play": "CanPlay",
    "pause": "CanPause",
    "toggle": "CanPause",
    "next": "CanGoNext",
    "previous": "CanGoPrevious",
}
_STATUS: dict[str, Literal["playing", "paused", "stopped"]] = {"Playing": "playing", "Paused": "paused"}
_ORDER = ("playing", "paused", "stopped")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """A player with the bus name that reaches it and what it says it can do."""

    service: str
    player: MediaPlayer
    properties: dict[str, Any]


class MprisMediaControl:
    """The media players of this session. `bus_address` None is the session's bus."""

    def __init__(self, bus_address: str | None = None) -> None:
        self._address = bus_address

    def players(self) -> Sequence[MediaPlayer]:
        """Return the running players, the playing one first; empty where there is no bus or no player."""
        try:
            with session_bus(self._address) as bus:
                return [found.player for found in _find(bus)]
        except BusUnavailable as error:
            _LOG.debug("no media players: %s", error)
            return []

    def act(self, player: str, act: str) -> None:
        """Let the player called `player` play, pause, toggle, next, previous or stop.

        `DeviceError` when it is gone, cannot do that, or does not answer; ValueError for another `act`.
        """
        if act not in _METHODS:
            raise ValueError(f"unknown act {act!r}")
        try:
            with session_bus(self._address) as bus:
                found = next((found for found in _find(bus) if found.player.name == player), None)
                if found is None:
                    raise _gone(player)
                if found.properties.get(_NEEDS.get(act, ""), True) is False:
                    raise _cannot(player)
                bus.call(found.service, _PATH, _PLAYER, _METHODS[act])
        except (BusUnavailable, CallFailed) as error:
            _LOG.warning("%s failed: %s", act, error)
            raise _gone(player) from error


def _find(bus: BusConnection) -> list[_Found]:
    try:
        services = sorted(name for name in bus.names() if name.startswith(_PREFIX))
    except CallFailed as error:
        raise BusUnavailable(str(error)) from error
    found: list[_Found] = []
    for service in services:
        try:
            properties = bus.properties(service, _PATH, _PLAYER)
            identity = str(bus.properties(service, _PATH, _ROOT).get("Identity") or service.removeprefix(_PREFIX))
        except CallFailed as error:
            _LOG.warning("a media player is left out: %s", error)
            continue
        taken = [other.player.name for other in found]
        found.append(
            _Found(service=service, player=_player(_unique(identity, taken), properties), properties=properties)
        )
    return sorted(found, key=lambda one: _ORDER.index(one.player.status))


def _unique(name: str, taken: Sequence[str]) -> str:
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name} {number}"
    return unique


def _player(name: str, properties: dict[str, Any]) -> MediaPlayer:
    metadata = {key: value for key, (_, value) in (properties.get("Metadata") or {}).items()}
    artists = metadata.get("xesam:artist") or ()
    return MediaPlayer(
        name=name,
        status=_STATUS.get(str(properties.get("PlaybackStatus")), "stopped"),
        title=str(metadata.get("xesam:title") or ""),
        artist=artists if isinstance(artists, str) else ", ".join(str(artist) for artist in artists),
    )


def _gone(player: str) -> DeviceError:
    return DeviceError(
        "host.player_gone",
        en="{player} does not answer; nothing was changed. Start the player again.",
        es="{player} no responde; no se ha cambiado nada. Vuelve a abrir el reproductor.",
        player=player,
    )


def _cannot(player: str) -> DeviceError:
    return DeviceError(
        "host.player_cannot",
        en="{player} cannot do that now; nothing was changed.",
        es="{player} no puede hacer eso ahora; no se ha cambiado nada.",
        player=player,
    )
