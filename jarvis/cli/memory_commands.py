"""`jarvis memory`: adding, searching, reading and correcting what is remembered."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click

from jarvis.cli import memory_changes, memory_folders, memory_forget, memory_upkeep
from jarvis.cli.memory_lines import CATCH_UP, IndexLine, happened, line_of, not_compared, result_lines, say
from jarvis.cli.memory_rows import (
    BatchMemories,
    asked_at_of,
    memory_document,
    rows_of,
    said_at_of,
    search_document,
    span_of,
)
from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.memory import (
    MEMORY_SOURCES,
    USER,
    Memory,
    MemoryFilter,
    MemoryPrivacy,
    MemoryQuery,
    MemorySource,
    NewMemory,
    TimeRange,
    place_in,
)
from jarvis.contracts.memory_desk import MemoryDesk

SAME_TALK = timedelta(minutes=30)
"""Two rows that are added one by one, with a speaker, belong to one talk when they were said within this."""

_JSON = click.option(
    "--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON.")
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PRIVACY = click.Choice(("local", "cloud"))


@click.group(help=words("What Jarvis remembers.", "Lo que recuerda Jarvis."))
def memory() -> None:
    """Group of memory commands."""


class _Where:
    """What the options of a search or list narrow it to."""

    def __init__(self, since: str | None, until: str | None, **narrowed: Any) -> None:
        self._span = since, until
        self._narrowed = narrowed

    def filter(self, **more: Any) -> MemoryFilter:
        """Return it with `more` fields; raises `InputError` for times that are none."""
        return MemoryFilter(said=span_of(*self._span), **self._narrowed, **more)


def _where_options(command: Callable[..., None]) -> Callable[..., None]:
    @wraps(command)
    def gathered(
        *given: Any,
        since: str | None,
        until: str | None,
        sources: tuple[MemorySource, ...],
        speaker: str | None,
        folder: str | None,
        **rest: Any,
    ) -> None:
        command(*given, where=_Where(since, until, sources=sources, speaker=speaker, folder=folder), **rest)

    for option in (
        click.option("--folder", help=words("Only of this folder.", "Solo de esta carpeta.")),
        click.option("--speaker", help=words("Only what this person said.", "Solo lo que dijo esta persona.")),
        click.option(
            "--source",
            "sources",
            type=click.Choice(MEMORY_SOURCES),
            multiple=True,
            help=words("Only of this kind; repeatable.", "Solo de esta clase; repetible."),
        ),
        click.option(
            "--until",
            metavar="ISO",
            help=words("Only said until then, that day included.", "Solo dicho hasta entonces, ese día incluido."),
        ),
        click.option("--since", metavar="ISO", help=words("Only said from then on.", "Solo dicho desde entonces.")),
    ):
        gathered = option(gathered)
    return gathered


@memory.command(
    "add",
    help=words(
        "Remember TEXT, or every row of a file of JSON lines {id, text, when, speaker, conversation, folder, source, "
        "privacy, previous}, of which only the text is needed.",
        "Recordar TEXT, o cada fila de un fichero de líneas JSON {id, text, when, speaker, conversation, folder, "
        "source, privacy, previous}; solo hace falta el texto.",
    ),
)
@click.argument("text", required=False)
@click.option(
    "--when",
    metavar="ISO",
    help=words("When it was said, as 2026-05-08T14:30; now.", "Cuándo se dijo, como 2026-05-08T14:30; ahora."),
)
@click.option("--speaker", help=words("Who said it; you.", "Quién lo dijo; tú."))
@click.option("--folder", default="", help=words("A name to file it under.", "Un nombre bajo el que archivarlo."))
@click.option(
    "--privacy",
    type=_PRIVACY,
    default="local",
    show_default=True,
    help=words("Whether a cloud model may ever read it.", "Si podrá leerlo un modelo en la nube."),
)
@click.option("--batch", type=_FILE, help=words("A file of JSON lines.", "Un fichero de líneas JSON."))
@_JSON
@click.pass_obj
def memory_add(
    services: Services,
    text: str | None,
    when: str | None,
    speaker: str | None,
    folder: str,
    privacy: MemoryPrivacy,
    batch: Path | None,
    as_json: bool,
) -> None:
    """Store one text or a file of them; then make their vectors."""
    with plain_failures(services.language):
        desk = services.memory()
        if batch is not None:
            if text is not None or when or speaker:
                raise click.UsageError(
                    words("With --batch the rows say all that.", "Con --batch todo eso lo dicen las filas.")
                )
            _add_batch(desk, BatchMemories(rows_of(batch), folder=folder, privacy=privacy), services.language)
        else:
            said_at = said_at_of(when) if when else None
            row = NewMemory(
                text=_given(text),
                speaker=speaker or USER,
                said_at=said_at,
                previous=_said_before(desk, said_at) if speaker else None,
                folder=folder,
                privacy=privacy,
            )
            for stored in desk.add([row]):
                if as_json:
                    print_json(memory_document(stored))
                else:
                    click.echo(say(services.language, f"Remembered as {stored.id}.", f"Recordado como {stored.id}."))
        with IndexLine(services.language) as line:
            desk.catch_up(progress=line.show)


def _add_batch(desk: MemoryDesk, rows: BatchMemories, language: Language) -> None:
    number = 0
    for stored in desk.add(rows):
        print_json({"id": rows.names[number], "memory": stored.id})
        number += 1
        if number % 1000 == 0 and sys.stderr.isatty():
            click.echo(say(language, f"\r{number:,} stored", f"\r{number} guardadas"), err=True, nl=False)
    if number >= 1000 and sys.stderr.isatty():
        click.echo(err=True)


def _said_before(desk: MemoryDesk, said_at: datetime | None) -> str | None:
    """Return the id of what was said just before, in the same talk."""
    moment = said_at or datetime.now().astimezone()
    span = TimeRange(start=moment - SAME_TALK, end=moment + timedelta(milliseconds=1))
    last = desk.page(MemoryFilter(sources=("told", "imported"), said=span), limit=1).memories
    return last[0].id if last else None


@memory.command(
    "search",
    help=words(
        "Find what bears on TEXT, best first; with --batch for every row {id, text} of a file of JSON lines.",
        "Buscar lo que viene al caso de TEXT, lo mejor primero; con --batch para cada fila {id, text} de un fichero de "
        "líneas JSON.",
    ),
)
@click.argument("text", required=False)
@click.option(
    "-k", "limit", type=click.IntRange(1, 1000), default=10, show_default=True, help=words("How many.", "Cuántos.")
)
@click.option("--batch", type=_FILE, help=words("A file of JSON lines.", "Un fichero de líneas JSON."))
@_where_options
@_JSON
@click.pass_obj
def memory_search(
    services: Services,
    text: str | None,
    limit: int,
    batch: Path | None,
    where: _Where,
    as_json: bool,
) -> None:
    """Print what was found; before that, make the vectors that are missing."""
    with plain_failures(services.language):
        narrowed = where.filter()
        asked = None if batch is not None and text is None else _given(text)
        if asked is not None and not asked.strip():
            raise InputError(
                "memory.no_search",
                en="There are no words to look for; nothing was searched.",
                es="No hay palabras que buscar; no se ha buscado nada.",
            )
        if asked is not None and batch is not None:
            raise click.UsageError(words("Give TEXT or --batch, not both.", "Da TEXT o --batch, no ambos."))
        desk = services.memory()
        with IndexLine(services.language) as line:
            state = desk.catch_up(limit=CATCH_UP, progress=line.show)
        if state.state == "building":
            click.echo(not_compared(state, services.language), err=True)
        if asked is not None:
            result = desk.search(MemoryQuery(text=asked, limit=limit, where=narrowed))
            if as_json:
                print_json(search_document(result))
            else:
                for line_found in result_lines(result, services.language):
                    click.echo(line_found)
                if result.notice:
                    click.echo(result.notice, err=True)
            return
        assert batch is not None
        for query, name in _queries(batch, limit, narrowed):
            print_json({"id": name, **search_document(desk.search(query))})


def _queries(batch: Path, limit: int, where: MemoryFilter) -> Iterator[tuple[MemoryQuery, Any]]:
    for row in rows_of(batch):
        now = row.get("now")
        yield (
            MemoryQuery(
                text=row["text"],
                limit=limit,
                where=where,
                before=str(row.get("before") or ""),
                now=asked_at_of(str(now)) if now else None,
            ),
            row.get("id"),
        )


@memory.command("list", help=words("Show memories, newest first.", "Mostrar recuerdos, el más nuevo primero."))
@click.option(
    "-n", "limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help=words("How many.", "Cuántos.")
)
@click.option("--before", metavar="ID", help=words("Only older ones than this.", "Solo anteriores a este."))
@click.option("--text", "holding", default="", help=words("Only those with these words.", "Solo los que digan esto."))
@click.option("--conversation", help=words("Only of this conversation.", "Solo de esta conversación."))
@click.option("--pinned", is_flag=True, help=words("Only pinned ones.", "Solo los fijados."))
@_where_options
@_JSON
@click.pass_obj
def memory_list(
    services: Services,
    limit: int,
    before: str | None,
    holding: str,
    conversation: str | None,
    pinned: bool,
    where: _Where,
    as_json: bool,
) -> None:
    """Print a page of memories."""
    with plain_failures(services.language):
        desk = services.memory()
        narrowed = where.filter(conversation_id=conversation, pinned=True if pinned else None, text=holding)
        page = desk.page(narrowed, limit=limit, before=_one(desk, before).seq if before else None)
        if as_json:
            print_json({"memories": [memory_document(each) for each in page.memories], "total": page.total})
            return
        for each in page.memories:
            click.echo(line_of(each, services.language))
        if page.total > len(page.memories):
            click.echo(
                say(
                    services.language,
                    f"{len(page.memories)} of {page.total} shown.",
                    f"Se muestran {len(page.memories)} de {page.total}.",
                ),
                err=True,
            )
        if not page.total:
            click.echo(say(services.language, "Nothing like that is remembered.", "No se recuerda nada así."))


@memory.command(
    "show",
    help=words("Show a memory with what was said around it.", "Mostrar un recuerdo con lo que se dijo alrededor."),
)
@click.argument("identity", metavar="ID")
@_JSON
@click.pass_obj
def memory_show(services: Services, identity: str, as_json: bool) -> None:
    """Print one memory, its neighbours and what it was before."""
    with plain_failures(services.language):
        desk = services.memory()
        shown = _one(desk, identity)
        around, history = desk.around(identity), desk.history(identity)
        if as_json:
            print_json(
                {
                    **memory_document(shown),
                    "around": [memory_document(each) for each in around],
                    "history": [memory_document(each) for each in history],
                }
            )
            return
        document, place = memory_document(shown), place_in(shown.place, services.language)
        for name in ("id", "source", "provenance", "conversation", "path", "place", "folder", "privacy", "happened"):
            value = {**document, "happened": happened(shown), "place": place}[name]
            if value:
                click.echo(f"{name}: {value}")
        for each in around:
            click.echo(("> " if each.id == identity else "  ") + line_of(each, services.language, whole=True))
        if len(history) > 1:
            click.echo(say(services.language, "Before and after:", "Antes y después:"))
            for each in history:
                click.echo("  " + line_of(each, services.language, whole=True))


for _command in (
    memory_changes.memory_edit,
    memory_changes.memory_pin,
    memory_changes.memory_unpin,
    memory_changes.memory_privacy,
    memory_changes.memory_profile,
    memory_changes.memory_used,
    memory_forget.memory_forget,
    memory_folders.memory_ingest,
    memory_folders.memory_folders,
    memory_folders.memory_files,
    memory_upkeep.memory_export,
    memory_upkeep.memory_import,
    memory_upkeep.memory_backup,
    memory_upkeep.memory_restore,
    memory_upkeep.memory_reindex,
    memory_upkeep.memory_stats,
):
    memory.add_command(_command)


def _one(desk: MemoryDesk, identity: str) -> Memory:
    found = desk.get(identity)
    if found is None:
        raise InputError(
            "memory.unknown",
            en="There is no memory “{id}”; nothing was changed. “jarvis memory list” shows them.",
            es="No hay ningún recuerdo «{id}»; no se ha cambiado nada. «jarvis memory list» los muestra.",
            id=identity,
        )
    return found


def _given(text: str | None) -> str:
    if text is None:
        raise click.UsageError(words("Give TEXT or --batch FILE.", "Da TEXT o --batch FICHERO."))
    return text
