"""The part of `jarvis memory` that reads folders of documents and tells what became of their files."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from jarvis.cli.memory_lines import IndexLine, local_time, say
from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import FileReport, FileState, MemoryPrivacy, WatchedFolder
from jarvis.contracts.memory_desk import MemoryDesk

_JSON = click.option(
    "--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON.")
)
_STATES: dict[FileState, tuple[str, str]] = {
    "indexed": ("read", "leído"),
    "skipped": ("skipped", "omitido"),
    "failed": ("failed", "falló"),
    "gone": ("gone", "ya no está"),
}


@click.command(
    "ingest",
    help=words(
        "Read a file or folder of documents into the memory; only what changed is read again.",
        "Leer en la memoria un fichero o una carpeta de documentos; solo se relee lo que cambió.",
    ),
)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--watch", is_flag=True, help=words("Follow its changes from now on.", "Seguir sus cambios desde ahora."))
@click.option(
    "--privacy",
    type=click.Choice(("local", "cloud")),
    default="local",
    show_default=True,
    help=words("Whether a cloud model may ever read it.", "Si podrá leerlo un modelo en la nube."),
)
@_JSON
@click.pass_obj
def memory_ingest(services: Services, path: Path, watch: bool, privacy: MemoryPrivacy, as_json: bool) -> None:
    """Read it, telling of every file that was not taken; then make the vectors."""
    with plain_failures(services.language):
        desk, language, cancel = services.memory(), services.language, CancelToken()
        counts: Counter[FileState] = Counter()
        pieces, others = 0, []
        try:
            for step in desk.ingest(path.expanduser().absolute(), watch=watch, privacy=privacy, cancel=cancel):
                if step.report is None:
                    continue
                counts[step.report.state] += 1
                pieces += step.report.pieces
                if step.report.state != "indexed":
                    others.append(_file_document(step.report, language))
                if not as_json:
                    click.echo(_file_line(step.report, language))
        finally:
            cancel.cancel()
        with IndexLine(language) as line:
            desk.catch_up(progress=line.show)
        if as_json:
            print_json(
                {
                    **{str(state): counts[state] for state in _STATES},
                    "pieces": pieces,
                    "watched": watch,
                    "others": others,
                }
            )
        else:
            told = ", ".join(f"{_STATES[state][language == 'es']} {counts[state]}" for state in _STATES)
            click.echo(say(language, f"Files: {told}; pieces: {pieces}.", f"Ficheros: {told}; trozos: {pieces}."))


@click.command("folders", help=words("Show the folders that were read.", "Mostrar las carpetas leídas."))
@click.option(
    "--stop", type=click.Path(path_type=Path), help=words("Follow this one no longer.", "Dejar de seguir esta.")
)
@_JSON
@click.pass_obj
def memory_folders(services: Services, stop: Path | None, as_json: bool) -> None:
    """Print them with their counts."""
    with plain_failures(services.language):
        desk, language = services.memory(), services.language
        if stop is not None:
            desk.set_watched(Path(folder_as_read(desk, str(stop))), False)
        rows, told = desk.folders(), desk.following()
        if as_json:
            print_json([_folder_document(row, told.get(row.path, "")) for row in rows])
            return
        for row in rows:
            watched = (
                say(language, "followed", "seguida") if row.watched else say(language, "not followed", "sin seguir")
            )
            counted = say(
                language,
                f"{row.files} files, {row.pieces} pieces, {row.skipped} skipped, {row.failed} failed",
                f"{row.files} ficheros, {row.pieces} trozos, {row.skipped} omitidos, {row.failed} con fallo",
            )
            click.echo(f"{row.path}  {watched}  {row.privacy}  {counted}")
            if row.path in told:
                click.echo(f"  {told[row.path]}")
        if not rows:
            click.echo(
                say(
                    language,
                    "No folder was read yet. “jarvis memory ingest PATH” reads one.",
                    "Aún no se ha leído ninguna carpeta. «jarvis memory ingest RUTA» lee una.",
                )
            )


@click.command(
    "files",
    help=words("Show what became of every file of a folder.", "Mostrar qué fue de cada fichero de una carpeta."),
)
@click.argument("folder")
@_JSON
@click.pass_obj
def memory_files(services: Services, folder: str, as_json: bool) -> None:
    """Print one line per file."""
    with plain_failures(services.language):
        desk = services.memory()
        reports = desk.files(Path(folder_as_read(desk, folder)))
        if as_json:
            print_json([_file_document(report, services.language) for report in reports])
            return
        for report in reports:
            click.echo(_file_line(report, services.language))
        if not reports:
            click.echo(
                say(
                    services.language,
                    "No file of that folder was read. “jarvis memory folders” lists those that were.",
                    "No se ha leído ningún fichero de esa carpeta. «jarvis memory folders» lista las leídas.",
                )
            )


def folder_as_read(desk: MemoryDesk, named: str) -> str:
    """Return the folder as it was read: by its whole path where that is one, else the name as given."""
    whole = Path(named).expanduser().absolute()
    known = {str(each.path) for each in desk.folders()}
    return next((path for path in (str(whole.resolve()), str(whole)) if path in known), named)


def _folder_document(row: WatchedFolder, notice: str) -> dict[str, Any]:
    return {**asdict(row), "path": str(row.path), "added_at": row.added_at.isoformat(), "notice": notice}


def _file_document(report: FileReport, language: Language) -> dict[str, Any]:
    return {
        "path": str(report.path),
        "state": report.state,
        "pieces": report.pieces,
        "bytes": report.bytes,
        "why": report.why(language),
    }


def _file_line(report: FileReport, language: Language) -> str:
    why = report.why(language)
    seen = f"  {local_time(report.seen_at)}" if report.seen_at else ""
    pieces = f"  {report.pieces}" if report.state == "indexed" else ""
    return f"{_STATES[report.state][language == 'es']}{seen}  {report.path}{pieces}{f'  {why}' if why else ''}"
