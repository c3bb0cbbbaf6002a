"""`jarvis doctor`, `keys` and `config`: this installation, its secrets and its options."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.errors import InputError
from jarvis.settings.options import OPTION_BY_NAME, OPTIONS
from jarvis.settings.store import allowed

_JSON_HELP = words("Print JSON.", "Imprimir JSON.")
_SIGNS = {"ok": "✓", "note": "•", "missing": "–", "failed": "✗"}
_COLOURS = {"ok": "green", "note": "yellow", "missing": "yellow", "failed": "red"}


@click.command(
    help=words("Examine this installation and say what to mend.", "Examinar esta instalación y decir qué arreglar.")
)
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def doctor(services: Services, as_json: bool) -> None:
    """Exit with 1 when something that Jarvis needs is broken."""
    with plain_failures(services.language):
        checks = []
        for check in services.checks():
            checks.append(check)
            if not as_json:
                click.secho(f"{_SIGNS[check.state]} ", fg=_COLOURS[check.state], nl=False)
                click.echo(f"{check.name}: {check.finding}")
                if check.remedy:
                    click.echo(f"    → {check.remedy}")
        failed = any(check.state == "failed" for check in checks)
        if as_json:
            print_json({"ok": not failed, "checks": [asdict(check) for check in checks]})
    if failed:
        raise SystemExit(1)


@click.group(help=words("API keys, kept in the system keyring.", "Claves de API, en el llavero del sistema."))
def keys() -> None:
    """Group of key commands."""


@keys.command(
    "set", help=words("Store a key; it is read from standard input.", "Guardar una clave; se lee de la entrada.")
)
@click.argument("name")
@click.pass_obj
def keys_set(services: Services, name: str) -> None:
    """The value never appears in the arguments, where other programs could read it."""
    with plain_failures(services.language):
        value = click.prompt(words("Key", "Clave"), hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
        services.secrets().set(name, value)
        click.echo(
            words(
                f"Stored {name} in {services.secrets().where()}.", f"{name} guardada en {services.secrets().where()}."
            )
        )


@keys.command(
    "list", help=words("Show which keys are stored, never their values.", "Mostrar qué claves hay, nunca su valor.")
)
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def keys_list(services: Services, as_json: bool) -> None:
    """Print names and where they are kept."""
    with plain_failures(services.language):
        names, where = services.secrets().names(), services.secrets().where()
        if as_json:
            print_json({"keys": names, "where": where})
            return
        for name in names:
            click.echo(name)
        if not names:
            click.echo(words(f"No keys ({where}).", f"No hay claves ({where})."))


@keys.command("delete", help=words("Remove a key.", "Quitar una clave."))
@click.argument("name")
@click.pass_obj
def keys_delete(services: Services, name: str) -> None:
    """Fail where there was none."""
    with plain_failures(services.language):
        if not services.secrets().delete(name):
            raise InputError(
                "keys.none",
                en="No key called {name} is stored; nothing was changed.",
                es="No hay ninguna clave llamada {name}; no se ha cambiado nada.",
                name=name,
            )
        click.echo(words(f"Removed {name}.", f"{name} quitada."))


@click.group(help=words("Options of Jarvis.", "Opciones de Jarvis."))
def config() -> None:
    """Group of option commands."""


@config.command("get", help=words("Show one option, or all.", "Mostrar una opción, o todas."))
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def config_get(services: Services, name: str | None, as_json: bool) -> None:
    """Changed options are marked."""
    with plain_failures(services.language):
        settings = services.settings
        if name:
            value = settings.get(name)
            print_json({"name": name, "value": value}) if as_json else click.echo(str(value))
            return
        if as_json:
            print_json({option.name: settings.get(option.name) for option in OPTIONS})
            return
        changed = settings.changed()
        for option in OPTIONS:
            mark = "*" if option.name in changed else " "
            click.echo(f"{mark} {option.name} = {settings.get(option.name)}")
            about = option.about_es if services.language == "es" else option.about_en
            click.echo(f"      {about} [{allowed(option)}]")


@config.command(
    "set",
    # A value such as -1 is no option of this command.
    context_settings={"ignore_unknown_options": True},
    help=words("Change an option.", "Cambiar una opción."),
)
@click.argument("name")
@click.argument("value")
@click.pass_obj
def config_set(services: Services, name: str, value: str) -> None:
    """Values are checked before they are stored."""
    with plain_failures(services.language):
        stored = services.settings.set(name, value)
        click.echo(f"{OPTION_BY_NAME[name].name} = {stored}")


@config.command("path", help=words("Show where Jarvis keeps its files.", "Mostrar dónde guarda Jarvis sus ficheros."))
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def config_path(services: Services, as_json: bool) -> None:
    """Print the home folder and what is in it."""
    folders = services.folders
    if as_json:
        print_json(
            {
                "home": str(folders.home),
                "settings": str(folders.settings_file),
                "database": str(folders.database),
                "models": str(folders.models),
                "logs": str(folders.logs),
            }
        )
    else:
        click.echo(str(folders.home))
