"""`jarvis quick`: the quick query, for a key of the desktop's own settings."""

from __future__ import annotations

import click

from jarvis.cli.output import plain_failures, words
from jarvis.cli.services import Services


@click.command(
    help=words(
        "Show the quick query; bind this to a key in your desktop's settings. Opens Jarvis where it does not run.",
        "Mostrar la consulta rápida; asígnala a una tecla en los ajustes del escritorio. Abre Jarvis si está cerrado.",
    )
)
@click.pass_obj
def quick(services: Services) -> None:
    """Show the quick query."""
    with plain_failures(services.language):
        code = services.quick()
    raise SystemExit(code)
