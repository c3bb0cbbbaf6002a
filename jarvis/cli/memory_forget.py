"""`jarvis memory forget`: shows what would go for good, asks, and forgets."""

from __future__ import annotations

from typing import Any

import click

from jarvis.cli.memory_folders import folder_as_read
from jarvis.cli.memory_lines import CATCH_UP, IndexLine, preview_lines, result_lines, say
from jarvis.cli.memory_rows import memory_document, span_of
from jarvis.cli.output import confirm, plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import ForgetPreview, ForgetTarget, MemoryQuery
from jarvis.contracts.memory_desk import MemoryDesk

_JSON = click.option(
    "--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON.")
)
_YES = click.option("--yes", "-y", is_flag=True, help=words("Do not ask.", "No preguntar."))


@click.command(
    "forget",
    help=words(
        "Forget for good: memories by ID, what a search finds, a conversation, a folder, a time span, or everything. "
        "Shows what would go and asks first. Files themselves are never deleted.",
        "Olvidar para siempre: recuerdos por ID, lo que encuentra una búsqueda, una conversación, una carpeta, un "
        "periodo o todo. Muestra lo que se iría y pregunta antes. Los ficheros en sí nunca se borran.",
    ),
)
@click.argument("identities", metavar="[ID]...", nargs=-1)
@click.option("--search", "found", metavar="TEXT", help=words("What this search finds.", "Lo que halle esta búsqueda."))
@click.option(
    "-k", "limit", type=click.IntRange(1, 1000), default=10, help=words("Of that, so many.", "De eso, tantos.")
)
@click.option("--conversation", metavar="ID", help=words("A conversation.", "Una conversación."))
@click.option("--folder", help=words("A folder that was read, or a name.", "Una carpeta leída, o un nombre."))
@click.option("--since", metavar="ISO", help=words("What was said from then on.", "Lo dicho desde entonces."))
@click.option("--until", metavar="ISO", help=words("What was said until then.", "Lo dicho hasta entonces."))
@click.option("--all", "everything", is_flag=True, help=words("Everything.", "Todo."))
@click.option("--dry-run", is_flag=True, help=words("Only show what would go.", "Solo mostrar lo que se iría."))
@_YES
@_JSON
@click.pass_obj
def memory_forget(
    services: Services,
    identities: tuple[str, ...],
    found: str | None,
    limit: int,
    conversation: str | None,
    folder: str | None,
    since: str | None,
    until: str | None,
    everything: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Show what would go, ask, and forget."""
    with plain_failures(services.language):
        named = [bool(identities), found is not None, conversation is not None, folder is not None, everything]
        if sum([*named, since is not None or until is not None]) != 1:
            raise click.UsageError(
                words(
                    "Name exactly one of: IDs, --search, --conversation, --folder, --since/--until, --all.",
                    "Indica solo una cosa: ID, --search, --conversation, --folder, --since/--until o --all.",
                )
            )
        desk = services.memory()
        if found is not None:
            target = _found(services, desk, found, limit, show=not as_json)
        elif identities:
            target = ForgetTarget(kind="one" if len(identities) == 1 else "found", ids=identities)
        elif conversation is not None:
            target = ForgetTarget(kind="conversation", conversation_id=conversation)
        elif folder is not None:
            target = ForgetTarget(kind="folder", folder=folder_as_read(desk, folder))
        elif everything:
            target = ForgetTarget(kind="everything")
        else:
            target = ForgetTarget(kind="span", said=span_of(since, until))
        _forget(services, desk, target, dry_run=dry_run, yes=yes, as_json=as_json)


def _forget(
    services: Services, desk: MemoryDesk, target: ForgetTarget, *, dry_run: bool, yes: bool, as_json: bool
) -> None:
    preview = desk.preview(target)
    language = services.language
    if not as_json:
        for line in preview_lines(preview, language):
            click.echo(line)
    if not any((preview.memories, preview.messages, preview.answers, preview.conversations)) and target.kind == "found":
        _tell_forgotten(preview, 0, language, as_json)
        return
    if dry_run:
        if as_json:
            print_json({**_preview_document(preview), "forgotten": 0})
        return
    if not yes:
        confirm(say(language, "Forget this?", "¿Olvidarlo?"), language)
    gone = desk.forget(target, progress=lambda line: click.echo(line, err=True))
    _tell_forgotten(preview, gone, language, as_json)


def _tell_forgotten(preview: ForgetPreview, gone: int, language: Language, as_json: bool) -> None:
    if as_json:
        print_json({**_preview_document(preview), "forgotten": gone})
    else:
        click.echo(say(language, f"Forgotten: {gone}.", f"Olvidados: {gone}."))


def _found(services: Services, desk: MemoryDesk, text: str, limit: int, *, show: bool) -> ForgetTarget:
    with IndexLine(services.language) as line:
        desk.catch_up(limit=CATCH_UP, progress=line.show)
    result = desk.search(MemoryQuery(text=text, limit=limit, weak=False))
    if show:
        for each in result_lines(result, services.language):
            click.echo(each)
    return ForgetTarget(kind="found", ids=tuple(each.memory.id for each in result.found))


def _preview_document(preview: ForgetPreview) -> dict[str, Any]:
    return {
        "memories": preview.memories,
        "by_source": preview.by_source,
        "conversations": preview.conversations,
        "messages": preview.messages,
        "answers": preview.answers,
        "aside": list(preview.aside),
        "examples": [memory_document(each) for each in preview.examples],
    }
