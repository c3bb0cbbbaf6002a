"""The part of `jarvis memory` that writes and reads files, and looks after the index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from jarvis.cli.memory_lines import IndexLine, say, stats_lines
from jarvis.cli.output import confirm, plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.memory import Transferred
from jarvis.contracts.memory_desk import ExportFormat

_JSON = click.option(
    "--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON.")
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_YES = click.option("--yes", "-y", is_flag=True, help=words("Do not ask.", "No preguntar."))


def _to_a_file(command: Callable[..., None]) -> Callable[..., None]:
    replace = words("Replace a file of that name.", "Reemplazar un fichero con ese nombre.")
    for option in (
        _JSON,
        click.option("--force", is_flag=True, help=replace),
        click.argument("path", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@click.command(
    "export",
    help=words(
        "Write everything that is remembered to a new file: JSON lines that can be read back, or Markdown to read.",
        "Escribir todo lo recordado en un fichero nuevo: líneas JSON que se pueden releer, o Markdown para leer.",
    ),
)
@_to_a_file
@click.option("--markdown", is_flag=True, help=words("Write Markdown.", "Escribir Markdown."))
@click.pass_obj
def memory_export(services: Services, /, markdown: bool, **how: Any) -> None:
    """Write the file."""
    form: ExportFormat = "markdown" if markdown else "jsonl"
    _write(
        services,
        lambda path, force: services.memory().export(path, form, force=force),
        "{n} memories written to {path}.",
        "{n} recuerdos escritos en {path}.",
        **how,
    )


@click.command("import", help=words("Read a file that “export” wrote.", "Leer un fichero que escribió «export»."))
@click.argument("path", type=_FILE)
@_JSON
@click.pass_obj
def memory_import(services: Services, path: Path, as_json: bool) -> None:
    """Bring it in, telling of every line that was refused."""
    with plain_failures(services.language):
        desk = services.memory()
        done = desk.import_file(path.absolute())
        with IndexLine(services.language) as line:
            desk.catch_up(progress=line.show)
        _tell(
            services,
            done,
            as_json,
            "{n} memories brought in, {known} were there already, {refused} lines refused.",
            "{n} recuerdos incorporados, {known} ya estaban, {refused} líneas rechazadas.",
        )


@click.command(
    "backup",
    help=words(
        "Write one file with everything that Jarvis keeps, but for models, caches and keys.",
        "Escribir un fichero con todo lo que guarda Jarvis, salvo modelos, cachés y claves.",
    ),
)
@_to_a_file
@click.pass_obj
def memory_backup(services: Services, /, **how: Any) -> None:
    """Write the backup."""
    _write(
        services,
        lambda path, force: services.memory().backup(path, force=force),
        "Backed up to {path}, with {n} memories.",
        "Copia de seguridad en {path}, con {n} recuerdos.",
        **how,
    )


@click.command(
    "restore",
    help=words(
        "Put a backup in the place of what is here, which is kept aside. No other Jarvis may run.",
        "Poner una copia de seguridad en lugar de lo que hay, que se aparta. No puede haber otro Jarvis en marcha.",
    ),
)
@click.argument("path", type=_FILE)
@_YES
@_JSON
@click.pass_obj
def memory_restore(services: Services, path: Path, yes: bool, as_json: bool) -> None:
    """Ask, and restore; the index is made again when Jarvis next runs."""
    with plain_failures(services.language):
        if not yes:
            question = say(
                services.language,
                "Everything here is put aside and the backup takes its place, with its settings: restore only a file "
                "that you trust. Go on?",
                "Todo lo de aquí se aparta y la copia ocupa su lugar, con sus ajustes: restaura solo un fichero en "
                "el que confíes. ¿Seguir?",
            )
            confirm(question, services.language)
        done = services.memory().restore(path.absolute())
        _tell(
            services,
            done,
            as_json,
            "Restored {n} memories; what was here lies in a folder before-restore-… beside them.",
            "Restaurados {n} recuerdos; lo que había está al lado, en una carpeta before-restore-….",
        )
        if done.switched_off and not as_json:
            told = say(
                services.language,
                "MCP servers that were not here came switched off: {names}. Enable only those you know.",
                "Los servidores MCP que aquí no estaban vienen desactivados: {names}. Activa solo los que conozcas.",
            )
            names = ", ".join("".join(filter(str.isprintable, name))[:40] for name in done.switched_off)
            click.echo(told.format(names=names), err=True)


@click.command(
    "reindex",
    help=words("Bring the index up to date and show how it goes.", "Poner al día el índice y mostrar cómo va."),
)
@click.option("--afresh", is_flag=True, help=words("From the rows alone.", "Solo a partir de las filas."))
@_JSON
@click.pass_obj
def memory_reindex(services: Services, afresh: bool, as_json: bool) -> None:
    """Make vectors and index; from nothing where asked."""
    with plain_failures(services.language):
        desk, language = services.memory(), services.language
        with IndexLine(language) as line:
            for step in desk.reindex(afresh=afresh):
                line.show(step)
        state = desk.stats().index
        if as_json:
            print_json(asdict(state))
        else:
            click.echo(state.sentence or f"{state.state}: {state.done:,}/{state.total:,}")


@click.command("stats", help=words("Show counts, sizes and the index.", "Mostrar cantidades, tamaños y el índice."))
@_JSON
@click.pass_obj
def memory_stats(services: Services, as_json: bool) -> None:
    """Print what there is."""
    with plain_failures(services.language):
        desk = services.memory()
        stats, notice = desk.stats(), desk.notice()
        if as_json:
            times = {
                name: at.isoformat() if at else None
                for name, at in (("oldest", stats.oldest), ("newest", stats.newest))
            }
            print_json({**asdict(stats), **times, "notice": notice})
            return
        for line in stats_lines(stats, services.language):
            click.echo(line)
        if notice:
            click.echo(notice, err=True)


def _write(
    services: Services,
    write: Callable[[Path, bool], Transferred],
    en: str,
    es: str,
    *,
    path: Path,
    force: bool,
    as_json: bool,
) -> None:
    with plain_failures(services.language):
        _tell(services, write(path.absolute(), force), as_json, en, es)
        _warn_of_own_folder(services, path)


def _tell(services: Services, done: Transferred, as_json: bool, en: str, es: str) -> None:
    if as_json:
        print_json({**asdict(done), "path": str(done.path)})
        return
    for line in done.refused:
        click.echo(line, err=True)
    told = say(services.language, en, es)
    click.echo(told.format(n=done.written, path=done.path, known=done.known, refused=len(done.refused)))


def _warn_of_own_folder(services: Services, path: Path) -> None:
    if path.absolute().resolve().is_relative_to(services.folders.home.resolve()):
        click.echo(
            say(
                services.language,
                "This file lies in Jarvis' own folder: forgetting does not reach it there.",
                "Este fichero está en la carpeta de Jarvis: olvidar no llega hasta él.",
            ),
            err=True,
        )
