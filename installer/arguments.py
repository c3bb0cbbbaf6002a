"""Reads the command line of install_upgrade.sh. Knows nothing about what the options lead to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

Command = Literal["run", "test", "install", "doctor", "help"]

FLAGS = ("--with-vllm", "--with-tuning", "--no-desktop", "--cpu")


class UsageError(Exception):
    """The command line is not understood; carries the offending word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arguments:
    """What the person asked for. `words` is what follows `--`, for Jarvis or for pytest; None without `--`."""

    command: Command
    vllm: bool = False
    tuning: bool = False
    desktop: bool = True
    cpu: bool = False
    words: tuple[str, ...] | None = None


def parse(words: Sequence[str]) -> Arguments:
    """Return the arguments in `words`; `UsageError` for a missing or unknown one."""
    if not words:
        raise UsageError("")
    command, rest = words[0], list(words[1:])
    if command in {"-h", "--help"} or "--help" in (rest[: rest.index("--")] if "--" in rest else rest):
        return Arguments(command="help")
    if command not in get_args(Command):
        raise UsageError(command)
    arguments = Arguments(command=command)  # type: ignore[arg-type]
    while rest:
        word = rest.pop(0)
        if word == "--" and command in {"run", "test"}:
            return replace(arguments, words=tuple(rest))
        arguments = _with_flag(arguments, word)
    return arguments


def _with_flag(arguments: Arguments, word: str) -> Arguments:
    if word == "--with-vllm":
        return replace(arguments, vllm=True)
    if word == "--with-tuning":
        return replace(arguments, tuning=True)
    if word == "--no-desktop":
        return replace(arguments, desktop=False)
    if word == "--cpu":
        return replace(arguments, cpu=True)
    raise UsageError(word)
