"""The part of `jarvis memory` that corrects memories, the core profile, and tells what an answer drew on."""

from __future__ import annotations

import click

from jarvis.cli.memory_lines import line_of, say
from jarvis.cli.memory_rows import memory_document
from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.memory import MemoryPrivacy

_JSON = click.option(
    "--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON.")
)
_PRIVACY = click.Choice(("local", "cloud"))


@click.command("edit", help=words("Correct a memory's text.", "Corregir el texto de un recuerdo."))
@click.argument("identity", metavar="ID")
@click.argument("text")
@_JSON
@click.pass_obj
def memory_edit(services: Services, identity: str, text: str, as_json: bool) -> None:
    """Put another text in the place of the old one, which is then gone for good."""
    with plain_failures(services.language):
        changed = services.memory().edit(identity, text)
        if as_json:
            print_json(memory_document(changed))
        else:
            click.echo(line_of(changed, services.language, whole=True))


@click.command("pin", help=words("Prefer a memory, and never replace it.", "Preferir un recuerdo y no sustituirlo."))
@click.argument("identity", metavar="ID")
@click.pass_obj
def memory_pin(services: Services, identity: str) -> None:
    """Pin one."""
    with plain_failures(services.language):
        services.memory().pin(identity, True)
        click.echo(say(services.language, "Pinned.", "Fijado."))


@click.command("unpin", help=words("No longer prefer a memory.", "Dejar de preferir un recuerdo."))
@click.argument("identity", metavar="ID")
@click.pass_obj
def memory_unpin(services: Services, identity: str) -> None:
    """Unpin one."""
    with plain_failures(services.language):
        services.memory().pin(identity, False)
        click.echo(say(services.language, "No longer pinned.", "Ya no está fijado."))


@click.command(
    "privacy",
    help=words(
        "Say whether a memory may go to a cloud model.", "Decir si un recuerdo puede ir a un modelo en la nube."
    ),
)
@click.argument("identity", metavar="ID")
@click.argument("level", type=_PRIVACY)
@click.pass_obj
def memory_privacy(services: Services, identity: str, level: MemoryPrivacy) -> None:
    """Set a memory's privacy."""
    with plain_failures(services.language):
        services.memory().set_privacy(identity, level)
        click.echo(f"{identity}  {level}")


@click.command("profile", help=words("Show or replace what every prompt here has.", "Ver o cambiar lo que va siempre."))
@click.option(
    "--set",
    "lines",
    multiple=True,
    metavar="TEXT",
    help=words("A line of the new profile; repeatable.", "Una línea del nuevo perfil; repetible."),
)
@click.option("--clear", is_flag=True, help=words("Leave it empty.", "Dejarlo vacío."))
@_JSON
@click.pass_obj
def memory_profile(services: Services, lines: tuple[str, ...], clear: bool, as_json: bool) -> None:
    """Print the core profile, changed first where that was asked for."""
    with plain_failures(services.language):
        desk = services.memory()
        profile = desk.set_profile(lines) if lines or clear else desk.profile()
        if as_json:
            print_json([{"text": each.text, "privacy": each.privacy, "memory": each.memory_id} for each in profile])
            return
        for each in profile:
            click.echo(f"- {each.text}")
        if not profile:
            click.echo(say(services.language, "The profile is empty.", "El perfil está vacío."))


@click.command("used", help=words("Show what the last answer drew on.", "Mostrar en qué se basó la última respuesta."))
@click.argument("message", required=False)
@_JSON
@click.pass_obj
def memory_used(services: Services, message: str | None, as_json: bool) -> None:
    """Print the memories behind an answer."""
    with plain_failures(services.language):
        used = services.memory().used_by(message)
        if as_json:
            print_json({"results": [each.row() for each in used]})
            return
        for each in used:
            click.echo(line_of(each.memory, services.language))
        if not used:
            click.echo(
                say(
                    services.language,
                    "No answer drew on a memory yet.",
                    "Ninguna respuesta se ha basado aún en un recuerdo.",
                )
            )
