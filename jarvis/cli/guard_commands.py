"""`jarvis redact`, `jarvis audit` and `jarvis permissions`: what leaves, what was recorded, who may do what."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_args

import click

from jarvis.cli.output import batch_rows, fail, plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.errors import InputError
from jarvis.contracts.guard import AuditEntry, AuditKind, PermissionLevel, Redactor

_JSON = click.option("--json", "as_json", is_flag=True, help=words("Print JSON.", "Imprimir JSON."))
_NAME = click.argument("name", metavar="NAME")


@click.command(
    help=words(
        "Show a text with its personal data replaced, as it would leave this computer; “-” reads standard input.",
        "Mostrar un texto con sus datos personales sustituidos, como saldría de aquí; «-» lee la entrada estándar.",
    )
)
@click.argument("text", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON."))
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=words(
        "Read texts from a JSON-lines file of {id, text}.", "Leer textos de un fichero JSON-lines de {id, text}."
    ),
)
@click.pass_obj
def redact(services: Services, text: tuple[str, ...], as_json: bool, batch: Path | None) -> None:
    """Print `{text, findings: [{kind, start, end}]}`; positions are those in the text as given."""
    with plain_failures(services.language):
        redactor = services.redactor()
        if batch:
            for row in batch_rows(batch):
                print_json({"id": row.get("id"), **_redacted(redactor, row["text"])})
            return
        if not text:
            raise click.UsageError(words("Give a text or --batch FILE.", "Escribe un texto o --batch FICHERO."))
        document = _redacted(redactor, sys.stdin.read() if text == ("-",) else " ".join(text))
        if as_json:
            print_json(document)
        else:
            click.echo(document["text"])


def _redacted(redactor: Redactor, text: str) -> dict[str, Any]:
    redaction = redactor.redact(text)
    findings = [{"kind": found.kind, "start": found.start, "end": found.end} for found in redaction.findings]
    return {"text": redaction.text, "findings": findings}


@click.group(
    help=words(
        "The record of what left this computer and what was allowed.",
        "El registro de lo que salió de este equipo y de lo que se permitió.",
    )
)
def audit() -> None:
    """Group of audit commands."""


@audit.command("list", help=words("Show the newest entries.", "Mostrar las entradas más nuevas."))
@click.option(
    "-n", "limit", type=click.IntRange(min=1), default=20, show_default=True, help=words("How many.", "Cuántas.")
)
@click.option("--kind", type=click.Choice(get_args(AuditKind)), help=words("Only these.", "Solo estas."))
@_JSON
@click.pass_obj
def audit_list(services: Services, limit: int, kind: AuditKind | None, as_json: bool) -> None:
    """One line per entry, newest first."""
    with plain_failures(services.language):
        entries = services.audit().entries(limit, kind)
        if as_json:
            print_json([_entry_document(entry) for entry in entries])
            return
        if not entries:
            click.echo(words("Nothing has been recorded yet.", "Todavía no hay nada registrado."))
        for entry in entries:
            facts = "  ".join(f"{name}={value}" for name, value in entry.facts.items() if name != "sha256")
            click.echo(f"{entry.seq:>6}  {entry.at.astimezone():%Y-%m-%d %H:%M:%S}  {entry.kind}  {facts}")


def _entry_document(entry: AuditEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "facts": dict(entry.facts),
        "digest": entry.digest,
    }


@audit.command(
    "verify",
    help=words(
        "Check that no entry was changed, removed or put in; ends with 1 when one was.",
        "Comprobar que ninguna entrada se cambió, quitó o añadió; termina con 1 si es así.",
    ),
)
@_JSON
@click.pass_obj
def audit_verify(services: Services, as_json: bool) -> None:
    """Print the verdict."""
    with plain_failures(services.language):
        verdict = services.audit().verify()
        sentence = verdict.sentence(services.language)
        whole = verdict.broken_at is None
        if as_json:
            print_json({"ok": whole, "entries": verdict.entries, "broken_at": verdict.broken_at, "sentence": sentence})
            if not whole:
                sys.exit(1)
        elif whole:
            click.echo(sentence)
        else:
            fail(sentence)


@click.group(
    help=words(
        "What skills and tools may do: allow, ask first, or never.",
        "Lo que pueden hacer las habilidades y herramientas: permitir, preguntar antes o nunca.",
    )
)
def permissions() -> None:
    """Group of permission commands."""


@permissions.command(
    "list", help=words("Show what differs from the defaults.", "Mostrar lo que difiere de lo predeterminado.")
)
@_JSON
@click.pass_obj
def permissions_list(services: Services, as_json: bool) -> None:
    """One line per name that somebody set."""
    with plain_failures(services.language):
        explicit = services.permissions().explicit()
        if as_json:
            print_json([{"name": name, "level": level} for name, level in explicit.items()])
            return
        if not explicit:
            click.echo(words("Everything is as by default.", "Todo está como viene de fábrica."))
        for name, level in explicit.items():
            click.echo(f"{name}  {level}  ({_LEVELS[level]})")


_LEVELS: dict[PermissionLevel, str] = {
    "allow": words("without asking", "sin preguntar"),
    "ask": words("asks first", "pregunta antes"),
    "never": words("never", "nunca"),
}


@permissions.command(
    "set", help=words("Set what a skill or tool may do.", "Fijar lo que puede una habilidad o herramienta.")
)
@_NAME
@click.argument("level", type=click.Choice(get_args(PermissionLevel)))
@click.pass_obj
def permissions_set(services: Services, name: str, level: PermissionLevel) -> None:
    """Keep the level and record the change."""
    with plain_failures(services.language):
        if not name.startswith("mcp.") and name not in services.skill_names():
            raise InputError(
                "permissions.unknown",
                en="There is no skill {name}; nothing was set. “jarvis skills match” names the skill of a sentence, "
                "“jarvis mcp list” the tools of servers.",
                es="No hay ninguna habilidad {name}; no se fijó nada. «jarvis skills match» nombra la habilidad de una "
                "frase y «jarvis mcp list» las herramientas de los servidores.",
                name=name,
            )
        kept = services.permissions()
        before = kept.level(name)
        services.audit().record("permission", {"name": name, "before": before, "after": level, "door": "cli"})
        kept.set(name, level)
        click.echo(f"{name}  {level}  ({_LEVELS[level]})")


@permissions.command("reset", help=words("Go back to the default.", "Volver a lo predeterminado."))
@_NAME
@click.pass_obj
def permissions_reset(services: Services, name: str) -> None:
    """Forget what was set and record the change."""
    with plain_failures(services.language):
        kept = services.permissions()
        before = kept.level(name)
        kept.reset(name)
        after = kept.level(name)
        services.audit().record("permission", {"name": name, "before": before, "after": after, "door": "cli"})
        click.echo(f"{name}  {after}  ({_LEVELS[after]})")
