"""The `jarvis` command: its options, its groups, and the way every failure ends."""

from __future__ import annotations

from collections.abc import Callable

import click

from jarvis import __version__
from jarvis.cli import (
    asking,
    conversation_commands,
    guard_commands,
    mcp_commands,
    memory_commands,
    models_commands,
    models_planning,
    quick_command,
    routing_commands,
    settings_commands,
    spending_commands,
    voice_commands,
)
from jarvis.cli.click_words import speak
from jarvis.cli.output import plain_failures, words
from jarvis.cli.services import Services


def command_line(build: Callable[[], Services]) -> click.Group:
    """Return the whole command tree; `build` makes the services when a command runs."""

    @click.group(
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        help=words(
            "Jarvis, a desktop voice assistant. Without a command it opens the desktop app.",
            "Jarvis, un asistente de voz de escritorio. Sin orden abre la aplicación de escritorio.",
        ),
    )
    @click.version_option(
        __version__,
        prog_name="jarvis",
        message=words("%(prog)s, version %(version)s", "%(prog)s, versión %(version)s"),
        help=words("Show the version and exit.", "Mostrar la versión y salir."),
    )
    @click.pass_context
    def jarvis(context: click.Context) -> None:
        context.obj = context.obj or context.with_resource(_Open(build))
        if context.invoked_subcommand is None:
            context.invoke(app)

    @jarvis.command(
        context_settings={"ignore_unknown_options": True},
        help=words("Open the desktop app.", "Abrir la aplicación de escritorio."),
    )
    @click.argument("qt_arguments", nargs=-1, type=click.UNPROCESSED)
    @click.pass_obj
    def app(services: Services, qt_arguments: tuple[str, ...] = ()) -> None:
        with plain_failures(services.language):
            code = services.desktop(list(qt_arguments))
        raise SystemExit(code)

    for command in (
        quick_command.quick,
        asking.ask,
        asking.skills,
        voice_commands.demo,
        voice_commands.listen,
        voice_commands.transcribe,
        voice_commands.wake,
        voice_commands.say,
        models_commands.models,
        models_planning.free,
        routing_commands.route,
        routing_commands.rate,
        routing_commands.routing,
        guard_commands.redact,
        guard_commands.audit,
        guard_commands.permissions,
        conversation_commands.conversations,
        mcp_commands.mcp,
        memory_commands.memory,
        spending_commands.usage,
        settings_commands.doctor,
        settings_commands.keys,
        settings_commands.config,
    ):
        jarvis.add_command(command)
    speak(jarvis)
    return jarvis


class _Open:
    """Builds the services for one command and closes them after it."""

    def __init__(self, build: Callable[[], Services]) -> None:
        self._build = build

    def __enter__(self) -> Services:
        with plain_failures("es" if words("en", "es") == "es" else "en"):
            self._services = self._build()
        return self._services

    def __exit__(self, *_: object) -> None:
        self._services.close()
