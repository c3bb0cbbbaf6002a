"""The part of `jarvis memory` that writes and reads files, and looks after the index."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from jarvis.cli.interrupting import interrupt_cancels
from jarvis.cli.memory_lines import IndexLine, say, stats_lines
from jarvis.cli.output import confirm, plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.data_desk import SetAside
from jarvis.contracts.errors import Cancelled, Language
from jarvis.contracts.memory import Transferred
from jarvis.contracts.memory_desk import ExportFormat

_JSON = click.option(
    "--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON.")
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_ASK = (
    "Everything here is put aside and the backup takes its place. Unless it shows that it was written here, where "
    "questions are sent, what they may cost and what is allowed stay as they are now. Go on?",
    "Todo lo de aquí se aparta y la copia ocupa su lugar. Salvo que conste que se escribió aquí, adónde se envían las "
    "preguntas, lo que pueden costar y lo que se permite quedan como ahora. ¿Seguir?",
)
_ASK_ALL = (
    "Everything here is put aside and the backup takes its place, also in where questions are sent and what is "
    "allowed, but for limits of money: do that only with a file that you trust. Go on?",
    "Todo lo de aquí se aparta y la copia ocupa su lugar, también en adónde se envían las preguntas y qué se permite, "
    "salvo los límites de dinero: hazlo solo con un fichero en el que confíes. ¿Seguir?",
)
_STOPPED = (
    "Stopped while the backup was being checked; nothing was changed.",
    "Interrumpido mientras se comprobaba la copia; no se ha cambiado nada.",
)
_LEFT_AS_HERE = (
    "Nothing shows that the backup was written here, so this stayed as it is on this computer: {names}. Restore it "
    "with --take-over to have that too.",
    "Nada indica que la copia se escribiera aquí, así que esto quedó como está en este equipo: {names}. Restáurala con "
    "--take-over si también lo quieres.",
)
_KINDS = {
    "address": ("", ""),
    "consent": ("", ""),
    "permission": ("permission ", "permiso "),
    "model": ("model ", "modelo "),
    "folder": ("folder ", "carpeta "),
}
_MOST_NAMED = 12
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
@click.option(
    "--take-over",
    is_flag=True,
    help=words(
        "Also take over where a backup that was not written here sends questions, and what it allows.",
        "Tomar también adónde envía preguntas, y qué permite, una copia que no se escribió aquí.",
    ),
)
@_YES
@_JSON
@click.pass_obj
def memory_restore(services: Services, path: Path, take_over: bool, yes: bool, as_json: bool) -> None:
    """Ask, and restore; the index is made again when Jarvis next runs. Ctrl-C ends the check before it."""
    with plain_failures(services.language):
        if not yes:
            confirm(say(services.language, *(_ASK_ALL if take_over else _ASK)), services.language)
        cancel = CancelToken()
        try:
            with interrupt_cancels(cancel):
                done = services.memory().restore(path.absolute(), take_over=take_over, cancel=cancel)
        except Cancelled:
            click.echo(say(services.language, *_STOPPED), err=True)
            sys.exit(130)
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
            click.echo(told.format(names=", ".join(_plain(name, 40) for name in done.switched_off)), err=True)
        if done.set_aside and not as_json:
            named = ", ".join(_set_aside(each, services.language) for each in done.set_aside[:_MOST_NAMED])
            more = len(done.set_aside) - _MOST_NAMED
            named += say(services.language, f" and {more} more", f" y {more} más") if more > 0 else ""
            click.echo(say(services.language, *_LEFT_AS_HERE).format(names=named), err=True)


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


def _set_aside(one: SetAside, language: Language) -> str:
    """Name what of a backup stayed as it is here, whatever somebody wrote into it."""
    kind = say(language, *_KINDS[one.kind])
    value = f" ({_plain(one.value, 60)})" if one.value else ""
    return f"{kind}{_plain(one.name, 60)}{value}"


def _plain(text: str, longest: int) -> str:
    return "".join(filter(str.isprintable, text))[:longest]


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
