"""The conversation itself: stop, sleep, never mind, repeat, slower, faster, the other language, greetings, who Jarvis
is.

Knows nothing about what is running; `StopSwitch` and the door that shows the reply act.
"""

from __future__ import annotations

from dataclasses import replace

from jarvis.contracts.errors import Language
from jarvis.contracts.skills import SkillReply
from jarvis.skills.turn import Handler, Turn

RATE_STEP = 0.15
SLOWEST, FASTEST = 0.5, 2.0


def stop(turn: Turn) -> SkillReply:
    """Stop whatever Jarvis is doing; nothing is said aloud."""
    stopped = turn.ports.stop.stop_all()
    return replace(turn.reply("stopped" if stopped else "nothing_to_stop", control="stop"), spoken="")


def sleep(turn: Turn) -> SkillReply:
    """Listen no more until called; what is typed changes nothing about what is heard."""
    if turn.call.request.door != "voice":
        return turn.reply("typed_sleep")
    return turn.reply("asleep", control="sleep")


def never_mind(turn: Turn) -> SkillReply:
    """Let go of what was asked."""
    turn.ports.stop.stop_all()
    return turn.reply("never_mind", control="stop")


def repeat(turn: Turn) -> SkillReply:
    """Say the last answer again."""
    if not turn.call.previous_answer:
        return turn.reply("nothing_said")
    return SkillReply(text=turn.call.previous_answer, control="repeat")


def slower(turn: Turn) -> SkillReply:
    """Speak more slowly from now on."""
    return _change_rate(turn, -RATE_STEP)


def faster(turn: Turn) -> SkillReply:
    """Speak faster from now on."""
    return _change_rate(turn, RATE_STEP)


def normal_speed(turn: Turn) -> SkillReply:
    """Speak at the usual speed again."""
    turn.ports.preferences.set_speech_rate(1.0)
    return turn.reply("normal_speed")


def switch_language(turn: Turn) -> SkillReply:
    """Answer in the language asked for; the reply is already in it."""
    language: Language = "es" if turn.text("to") == "es" else "en"
    turn.ports.preferences.set_language(language)
    return turn.reply(f"switched_{language}")


def say(key: str) -> Handler:
    """Return the handler of an intent that only answers with `key`."""

    def answer(turn: Turn) -> SkillReply:
        return turn.reply(key)

    return answer


def greet(turn: Turn) -> SkillReply:
    """Greet back as the hour has it; in the small hours with no word for the time of day."""
    hour = turn.now.hour
    part = "night" if hour < 5 else "morning" if hour < 12 else "afternoon" if hour < 20 else "evening"
    return turn.reply(f"hello_{part}")


def _change_rate(turn: Turn, step: float) -> SkillReply:
    now = turn.ports.preferences.speech_rate()
    wanted = round(min(FASTEST, max(SLOWEST, now + step)), 2)
    if wanted == now:
        return turn.reply("slowest" if step < 0 else "fastest")
    turn.ports.preferences.set_speech_rate(wanted)
    return turn.reply("slower" if step < 0 else "faster")


HANDLERS: dict[str, Handler] = {
    "stop": stop,
    "sleep": sleep,
    "never_mind": never_mind,
    "repeat": repeat,
    "slower": slower,
    "faster": faster,
    "normal_speed": normal_speed,
    "switch_language": switch_language,
    "greeting": greet,
    "how_are_you": say("how_are_you"),
    "thanks": say("thanks"),
    "goodbye": say("goodbye"),
    "abilities": say("abilities"),
    "who_are_you": say("who_are_you"),
}
