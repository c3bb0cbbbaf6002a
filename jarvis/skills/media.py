"""Media players: play, pause, next, previous, and what is playing.

The player meant is the one that plays; when none does, playing goes on with the one that was paused.
"""

from __future__ import annotations

from collections.abc import Sequence

from jarvis.contracts.skills import MediaPlayer, SkillReply
from jarvis.skills.turn import Handler, Turn


def play(turn: Turn) -> SkillReply:
    """Let the paused player go on, or the first one start."""
    players = turn.ports.media.players()
    if not players:
        return turn.reply("no_player")
    if players[0].status == "playing" and players[0].title:
        return turn.reply("already_playing", player=players[0].name, what=_what(players[0], turn))
    return _acted(turn, players[0], "play", "played")


def pause(turn: Turn) -> SkillReply:
    """Pause every player that plays."""
    players = turn.ports.media.players()
    if not players:
        return turn.reply("no_player")
    playing = [player for player in players if player.status == "playing"]
    if not playing:
        return turn.reply("nothing_playing")
    for player in playing:
        turn.ports.media.act(player.name, "pause")
    return _told(turn, playing[0], "paused")


def skip(turn: Turn) -> SkillReply:
    """Go to the next track."""
    return _on_first(turn, "next")


def previous(turn: Turn) -> SkillReply:
    """Go back to the track before."""
    return _on_first(turn, "previous")


def playing(turn: Turn) -> SkillReply:
    """Say what is playing, or paused."""
    players = turn.ports.media.players()
    if not players or players[0].status == "stopped":
        return turn.reply("silence")
    first = players[0]
    if not first.title:
        return turn.reply("now_untitled", player=first.name) if first.status == "playing" else turn.reply("silence")
    key = "now" if first.status == "playing" else "now_paused"
    return turn.reply(key, player=first.name, what=_what(first, turn))


def _on_first(turn: Turn, act: str) -> SkillReply:
    players = turn.ports.media.players()
    return _acted(turn, players[0], act, act) if players else turn.reply("no_player")


def _acted(turn: Turn, player: MediaPlayer, act: str, key: str) -> SkillReply:
    turn.ports.media.act(player.name, act)
    return _told(turn, _named(turn.ports.media.players(), player.name) or player, key, since=player)


def _told(turn: Turn, player: MediaPlayer, key: str, since: MediaPlayer | None = None) -> SkillReply:
    # A player answers before it has changed its track: a title that is still the old one would be told wrongly.
    stale = key in ("next", "previous") and since is not None and player.title == since.title
    if not player.title or stale:
        return turn.reply(f"{key}_nothing", player=player.name)
    return turn.reply(key, player=player.name, what=_what(player, turn))


def _named(players: Sequence[MediaPlayer], name: str) -> MediaPlayer | None:
    return next((player for player in players if player.name == name), None)


def _what(player: MediaPlayer, turn: Turn) -> str:
    if not player.artist:
        return player.title
    return turn.words("by", title=player.title, artist=player.artist)


HANDLERS: dict[str, Handler] = {
    "play": play,
    "pause": pause,
    "next": skip,
    "previous": previous,
    "playing": playing,
}
