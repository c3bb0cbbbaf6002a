"""Output volume: up, down, set, mute, unmute, ask. Every answer says what was read back afterwards."""

from __future__ import annotations

from jarvis.contracts.skills import SkillReply
from jarvis.skills.turn import Handler, Turn

STEP_PERCENT = 10
"""How far one "louder" goes."""


def up(turn: Turn) -> SkillReply:
    """Turn the volume up by a step."""
    return _move(turn, +1)


def down(turn: Turn) -> SkillReply:
    """Turn the volume down by a step."""
    return _move(turn, -1)


def set_to(turn: Turn) -> SkillReply:
    """Set the volume in percent; says so when the number is none."""
    percent = int(turn.number("percent") or 0)
    if not 0 <= percent <= 100:
        return turn.reply("out_of_range", n=percent)
    turn.ports.volume.set_percent(percent)
    return _told(turn)


def mute(turn: Turn) -> SkillReply:
    """Mute the sound."""
    turn.ports.volume.set_muted(True)
    return turn.reply("muted")


def unmute(turn: Turn) -> SkillReply:
    """Let the sound be heard again."""
    turn.ports.volume.set_muted(False)
    return turn.reply("unmuted", n=turn.ports.volume.read().percent)


def ask(turn: Turn) -> SkillReply:
    """Say how loud it is."""
    now = turn.ports.volume.read()
    return turn.reply("now_muted" if now.muted else "now", n=now.percent)


def _move(turn: Turn, direction: int) -> SkillReply:
    before = turn.ports.volume.read().percent
    step = abs(turn.number("step") or STEP_PERCENT)
    after = int(max(0, min(100, before + direction * step)))
    if after == before:
        return turn.reply("already_full" if direction > 0 else "already_zero")
    turn.ports.volume.set_percent(after)
    return _told(turn)


def _told(turn: Turn) -> SkillReply:
    now = turn.ports.volume.read()
    return turn.reply("set_muted" if now.muted and now.percent else "set", n=now.percent)


HANDLERS: dict[str, Handler] = {"up": up, "down": down, "set": set_to, "mute": mute, "unmute": unmute, "ask": ask}
