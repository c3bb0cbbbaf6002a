"""The part of `jarvis memory` that corrects memories, the core profile, and tells what an answer drew on."""

from __future__ import annotations

from pathlib import Path

import click

from jarvis.cli.memory_folders import folder_as_read
from jarvis.cli.memory_lines import line_of, say
from jarvis.cli.memory_rows import memory_document
from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import MemoryPrivacy
from jarvis.contracts.memory_desk import MemoryDesk

_JSON = click.option(
    "--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON.")
)
_LINE = "profile:"
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
        "Say whether something may go to a cloud model: a memory's ID, a folder that was read, with all that stands in "
        "its files, or a line of the profile, such as profile:1.",
        "Decir si algo puede ir a un modelo en la nube: el ID de un recuerdo, una carpeta leída, con todo lo que dicen "
        "sus ficheros, o una línea del perfil, como profile:1.",
    ),
)
@click.argument("what", metavar="ID|FOLDER|profile:N")
@click.argument("level", type=_PRIVACY)
@click.pass_obj
def memory_privacy(services: Services, what: str, level: MemoryPrivacy) -> None:
    """Set the privacy of a memory, a folder or a line of the profile."""
    with plain_failures(services.language):
        desk = services.memory()
        folder = Path(folder_as_read(desk, what))
        if what.startswith(_LINE):
            desk.set_profile_privacy(_line_id(desk, what), level)
        elif any(each.path == folder for each in desk.folders()):
            desk.set_folder_privacy(folder, level)
        else:
            desk.set_privacy(what, level)
        click.echo(f"{what}  {level}")


def _line_id(desk: MemoryDesk, what: str) -> int:
    number, lines = what.removeprefix(_LINE), desk.profile()
    if number.isdecimal() and 1 <= int(number) <= len(lines):
        return lines[int(number) - 1].id
    raise InputError(
        "memory.unknown_line",
        en="The profile has no line “{what}”; nothing was changed. “jarvis memory profile” numbers them.",
        es="El perfil no tiene la línea «{what}»; no se ha cambiado nada. «jarvis memory profile» las numera.",
        what=what,
    )


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
        for number, each in enumerate(profile, 1):
            click.echo(f"{_LINE}{number}  {each.privacy}  {each.text}")
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
