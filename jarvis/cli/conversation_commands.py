"""`jarvis conversations`: which there are, and what each may let out."""

from __future__ import annotations

from typing import cast

import click

from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.errors import InputError
from jarvis.contracts.messages import Privacy

_JSON = click.option(
    "--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON.")
)


@click.group(help=words("Conversations, and what each may let out.", "Conversaciones, y qué deja salir cada una."))
def conversations() -> None:
    """Group of conversation commands."""


@conversations.command("list", help=words("Show the last ones.", "Mostrar las últimas."))
@click.option("-n", "limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@_JSON
@click.pass_obj
def conversations_list(services: Services, limit: int, as_json: bool) -> None:
    """Print the newest first."""
    with plain_failures(services.language):
        rows = services.conversations().conversations(limit)
        if as_json:
            print_json(
                [
                    {"id": one.id, "title": one.title, "updated_at": one.updated_at.isoformat(), "privacy": one.privacy}
                    for one in rows
                ]
            )
            return
        if not rows:
            click.echo(words("There is no conversation yet.", "Aún no hay ninguna conversación."))
        for one in rows:
            privacy = f"  [{one.privacy}]" if one.privacy else ""
            click.echo(f"{one.id}  {one.updated_at.astimezone():%Y-%m-%d %H:%M}  {one.title}{privacy}")


@conversations.command(
    "privacy",
    help=words(
        "Say what a conversation may let out, where that is stricter than the settings; “default” follows them again.",
        "Decir qué puede salir de una conversación, si es más estricto que los ajustes; «default» vuelve a seguirlos.",
    ),
)
@click.argument("identity", metavar="ID")
@click.argument("level", type=click.Choice(("local", "ask", "cloud", "default")))
@click.pass_obj
def conversations_privacy(services: Services, identity: str, level: str) -> None:
    """Keep the level and record the change."""
    with plain_failures(services.language):
        log = services.conversations()
        before = log.conversation(identity)
        if before is None:
            raise InputError(
                "conversation.unknown",
                en="There is no conversation {id}; nothing was changed. “jarvis conversations list” shows them.",
                es="No hay ninguna conversación {id}; no se cambió nada. «jarvis conversations list» las muestra.",
                id=identity,
            )
        after = None if level == "default" else cast("Privacy", level)
        services.audit().record("privacy", {"conversation": identity, "before": before.privacy, "after": after})
        log.set_privacy(identity, after)
        click.echo(f"{before.title}  {level}")
