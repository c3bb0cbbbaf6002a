"""Says how the machine is doing: processor, memory, disk, battery, video memory, and which model is loaded."""

from __future__ import annotations

from collections.abc import Callable

from jarvis.contracts.skills import SkillReply, SystemReading
from jarvis.skills.turn import Handler, Turn
from jarvis.skills.wording import join_words, number_words

_MIB_PER_GB = 1024
"""People say GB for what memory makers count as GiB."""


def _handler(*parts: Callable[[Turn, SystemReading], str]) -> Handler:
    def tell(turn: Turn) -> SkillReply:
        reading = turn.ports.system.read()
        return SkillReply(text=" ".join(said for part in parts if (said := part(turn, reading))))

    return tell


def _cpu(turn: Turn, reading: SystemReading) -> str:
    return turn.say("cpu", cpu=number_words(reading.cpu_percent, turn.language, decimals=0))


def _memory(turn: Turn, reading: SystemReading) -> str:
    free = reading.ram_total_mib - reading.ram_used_mib
    return turn.say(
        "memory",
        used=_gigabytes(reading.ram_used_mib, turn),
        total=_gigabytes(reading.ram_total_mib, turn),
        free=_gigabytes(free, turn),
    )


def _disk(turn: Turn, reading: SystemReading) -> str:
    return turn.say(
        "disk", free=_gigabytes(reading.disk_free_mib, turn), total=_gigabytes(reading.disk_total_mib, turn)
    )


def _battery(turn: Turn, reading: SystemReading) -> str:
    if reading.battery_percent is None:
        return turn.say("no_battery")
    if reading.battery_charging:
        key = "battery_full" if reading.battery_percent >= 100 else "battery_charging"
        return turn.say(key, n=reading.battery_percent)
    return turn.say("battery", n=reading.battery_percent)


def _battery_if_any(turn: Turn, reading: SystemReading) -> str:
    return "" if reading.battery_percent is None else _battery(turn, reading)


def _gpus(turn: Turn, reading: SystemReading) -> str:
    told = [
        turn.say(
            "gpu",
            name=gpu.name,
            used=_gigabytes(gpu.used_mib, turn),
            total=_gigabytes(gpu.total_mib, turn),
            busy=gpu.utilisation_percent,
        )
        for gpu in reading.gpus
    ]
    return " ".join(told) or turn.say("no_gpu")


def _models(turn: Turn, reading: SystemReading) -> str:
    if not reading.loaded_models:
        return turn.say("no_model")
    return turn.say("models", n=len(reading.loaded_models), models=join_words(reading.loaded_models, turn.language))


def _gpus_if_any(turn: Turn, reading: SystemReading) -> str:
    return _gpus(turn, reading) if reading.gpus else ""


def _gigabytes(mib: int, turn: Turn) -> str:
    gigabytes = mib / _MIB_PER_GB
    return number_words(gigabytes, turn.language, decimals=0 if gigabytes >= 100 else 1)


HANDLERS: dict[str, Handler] = {
    "summary": _handler(_cpu, _memory, _disk, _battery_if_any, _gpus_if_any, _models),
    "cpu": _handler(_cpu),
    "memory": _handler(_memory),
    "disk": _handler(_disk),
    "battery": _handler(_battery),
    "gpu": _handler(_gpus),
    "model": _handler(_models),
}
