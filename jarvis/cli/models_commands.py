"""`jarvis models`: what there is, fetching it, switching it on and off, removing it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from jarvis.cli.models_planning import build_server, estimate, measure, plan, recommend
from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.cli.transfers import board_for, size_words
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.model_desk import ModelView, Transfer

_JSON_HELP = words("Print JSON.", "Imprimir JSON.")
_ID = click.argument("identity", metavar="ID")
_JSON = click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)

_KINDS = {
    "text": words("Answering", "Responder"),
    "embedding": words("Memory", "Memoria"),
    "reranker": words("Memory: ranking", "Memoria: ordenación"),
    "recognition": words("Hearing", "Oír"),
    "voice": words("Speaking", "Hablar"),
    "wake": words("Wake word", "Palabra de activación"),
    "turn": words("End of a sentence", "Fin de frase"),
}
_STATES = {
    "available": words("not here", "no está aquí"),
    "downloading": words("being fetched", "descargándose"),
    "installed": words("here", "aquí"),
    "active": words("in service", "en servicio"),
    "inactive": words("switched off", "desactivado"),
    "failed": words("failed", "falló"),
}


@click.group(
    help=words(
        "Models: what there is, what fits here, fetching, switching on and off.",
        "Modelos: qué hay, qué cabe aquí, descargar, activar y desactivar.",
    )
)
def models() -> None:
    """Group of model commands."""


@models.command("list", help=words("Show every model and its state.", "Mostrar todos los modelos y su estado."))
@click.option("--here", is_flag=True, help=words("Only what is installed.", "Solo lo instalado."))
@click.option("--all", "every", is_flag=True, help=words("Every quantization.", "Todas las cuantizaciones."))
@_JSON
@click.pass_obj
def models_list(services: Services, here: bool, every: bool, as_json: bool) -> None:
    """One line per model, by what it is for."""
    with plain_failures(services.language):
        views = services.models().views(services.language, installed_only=here, every_quantization=every)
        if as_json:
            print_json([asdict(view) for view in views])
            return
        if not views:
            click.echo(words("No model is installed yet.", "Todavía no hay modelos instalados."))
        for kind, heading in _KINDS.items():
            chosen = [view for view in views if view.kind == kind]
            if chosen:
                click.secho(heading, bold=True)
            _print_lines(chosen)


@models.command(
    "status",
    help=words("Show the installed models and what is in memory.", "Mostrar los modelos instalados y los cargados."),
)
@_JSON
@click.pass_obj
def models_status(services: Services, as_json: bool) -> None:
    """State, device and memory of what is here."""
    with plain_failures(services.language):
        desk = services.models()
        views = desk.views(services.language, installed_only=True)
        if note := desk.ollama_note(services.language):
            click.echo(note, err=as_json)
        if as_json:
            print_json([asdict(view) for view in views])
            return
        if desk.held():
            click.echo(
                words(
                    "The GPUs are kept free; “jarvis free --end” uses them again.",
                    "Las GPU se mantienen libres; «jarvis free --end» vuelve a usarlas.",
                )
            )
        if not views:
            click.echo(
                words(
                    "No model is installed yet; “jarvis models recommend” says which would suit this computer.",
                    "No hay modelos instalados; «jarvis models recommend» dice cuáles convienen a este equipo.",
                )
            )
        _print_lines(views, whole=True)


@models.command(
    "download", help=words("Fetch models, or go on fetching them.", "Descargar modelos, o seguir descargándolos.")
)
@click.argument("identities", metavar="ID...", nargs=-1, required=True)
@_JSON
@click.pass_obj
def models_download(services: Services, identities: tuple[str, ...], as_json: bool) -> None:
    """Several at once, with bytes, rate and time left on stderr; Ctrl-C keeps what came for the next time."""
    with plain_failures(services.language):
        board = board_for(as_json)
        try:
            ended = services.models().download_all(identities, CancelToken(), board.show)
        except KeyboardInterrupt:
            board.close()
            click.echo(
                words(
                    "Paused; what arrived is kept, and the same command goes on from there.",
                    "En pausa; lo que llegó se conserva y la misma orden continúa desde ahí.",
                ),
                err=True,
            )
            raise
        board.close()
        _tell_downloads(ended, services.language, as_json)


@models.command(
    "import",
    help=words(
        "Use a GGUF file or model folder where it is, or “ollama:NAME” out of Ollama's store; nothing is copied.",
        "Usar un fichero GGUF o carpeta de modelo donde está, u «ollama:NOMBRE» del almacén de Ollama; no se copia.",
    ),
)
@click.argument("source")
@click.option("--id", "identity", help=words("Name to give it.", "Nombre que darle."))
@_JSON
@click.pass_obj
def models_import(services: Services, source: str, identity: str | None, as_json: bool) -> None:
    """The file stays where it is."""
    with plain_failures(services.language):
        view = services.models().take_over(source, identity)
        _tell(
            view,
            as_json,
            words(f"{view.id} is used from {view.path}.", f"{view.id} se usa desde {view.path}."),
        )


@models.command("activate", help=words("Put a model in service.", "Poner un modelo en servicio."))
@_ID
@_JSON
@click.pass_obj
def models_activate(services: Services, identity: str, as_json: bool) -> None:
    """Preferred from the next question on."""
    with plain_failures(services.language):
        view = services.models().activate(identity)
        en, es = f"{view.id} is in service.", f"{view.id} está en servicio."
        if view.source == "cloud" and not services.settings.flag("cloud.enabled"):
            en += " Nothing leaves this computer until you allow it: “jarvis config set cloud.enabled true”."
            es += " Nada sale de este equipo hasta que lo permitas: «jarvis config set cloud.enabled true»."
        _tell(view, as_json, words(en, es))


@models.command(
    "deactivate",
    help=words("Take a model out of service and memory.", "Retirar un modelo del servicio y de la memoria."),
)
@_ID
@_JSON
@click.pass_obj
def models_deactivate(services: Services, identity: str, as_json: bool) -> None:
    """Never loaded until activated again."""
    with plain_failures(services.language):
        view = services.models().deactivate(identity)
        _tell(view, as_json, words(f"{view.id} is switched off.", f"{view.id} está desactivado."))


@models.command(
    "pin", help=words("Keep a model in memory once it is loaded.", "Mantener un modelo en memoria una vez cargado.")
)
@_ID
@click.option("--off", is_flag=True, help=words("No longer.", "Dejar de hacerlo."))
@_JSON
@click.pass_obj
def models_pin(services: Services, identity: str, off: bool, as_json: bool) -> None:
    """Pinned models are never evicted for another one."""
    with plain_failures(services.language):
        view = services.models().pin(identity, not off)
        pinned = words(f"{view.id} stays in memory.", f"{view.id} se queda en memoria.")
        loose = words(f"{view.id} may leave memory.", f"{view.id} puede salir de la memoria.")
        _tell(view, as_json, pinned if view.pinned else loose)


@models.command("update", help=words("Bring one model, or all, up to date.", "Actualizar un modelo, o todos."))
@click.argument("identity", metavar="[ID]", required=False)
@_JSON
@click.pass_obj
def models_update(services: Services, identity: str | None, as_json: bool) -> None:
    """What runs is paused for the exchange and resumed."""
    with plain_failures(services.language):
        board = board_for(as_json)
        try:
            done = services.models().update(identity, CancelToken(), board.progress)
        finally:
            board.close()
        if as_json:
            print_json([{"id": name, "updated": changed} for name, changed in done])
            return
        for name, changed in done:
            click.echo(
                words(f"{name} was updated.", f"{name} se ha actualizado.")
                if changed
                else words(f"{name} is up to date.", f"{name} ya está al día.")
            )
        if not done:
            click.echo(words("There is nothing to update.", "No hay nada que actualizar."))


@models.command("remove", help=words("Delete a model.", "Borrar un modelo."))
@_ID
@click.option("--yes", is_flag=True, help=words("Do not ask.", "No preguntar."))
@_JSON
@click.pass_obj
def models_remove(services: Services, identity: str, yes: bool, as_json: bool) -> None:
    """Says what goes and asks first."""
    with plain_failures(services.language):
        desk = services.models()
        removal = desk.removal(identity, services.language)
        if not yes:
            click.echo(removal.sentence, err=True)
            if not _agreed():
                click.echo(words("Nothing was removed.", "No se ha borrado nada."), err=True)
                raise SystemExit(1)
        freed = desk.remove(removal.id)
        if as_json:
            print_json({"id": removal.id, "freed_bytes": freed})
        elif freed:
            click.echo(
                words(
                    f"{removal.id} was removed; {size_words(freed)} are free again.",
                    f"{removal.id} se ha borrado; quedan libres {size_words(freed)} más.",
                )
            )
        else:
            click.echo(
                words(f"{removal.id} is off the list.", f"{removal.id} ya no está en la lista."),
            )


for _command in (recommend, estimate, plan, measure, build_server):
    models.add_command(_command)


def _tell_downloads(ended: Sequence[Transfer], language: Language, as_json: bool) -> None:
    """Say what is here now, and why what is not is not; exits with 1 where any failed.

    The JSON of one model is its document, that of several a list of those that are known.
    """
    failed = [transfer for transfer in ended if transfer.state != "finished"]
    views = [transfer.view for transfer in ended if transfer.view is not None]
    if as_json and len(ended) > 1:
        print_json([asdict(view) for view in views])
    elif as_json and not failed:
        print_json(asdict(views[0]))
    for transfer in ended:
        if transfer.state == "finished" and not as_json:
            click.echo(words(f"{transfer.model} is installed.", f"{transfer.model} está instalado."))
    for transfer in failed:
        if transfer.failure is not None:
            click.echo(transfer.failure.sentence(language), err=True)
    if failed:
        raise SystemExit(1)


def _print_lines(views: Sequence[ModelView], *, whole: bool = False) -> None:
    """One line each, the columns as wide as the longest id; `whole` adds where it is in memory."""
    width = max((len(view.id) for view in views), default=0)
    for view in views:
        _print_line(view, width)
        if whole and view.device is not None:
            click.echo(f"    {view.device}, {view.vram_mib or 0:.0f} MiB VRAM, {view.url}")
        if view.failure:
            click.echo(f"    {view.failure}")


def _print_line(view: ModelView, width: int) -> None:
    mark = {"active": "●", "installed": "○", "failed": "!", "downloading": "↓", "inactive": "-"}.get(view.state, " ")
    size = size_words(view.bytes) if view.bytes else ""
    state = words("cloud, off", "nube, sin usar") if _is_idle_cloud(view) else _STATES[view.state]
    licence = f" [{view.licence}]" if view.licence else ""
    click.echo(f"{mark} {view.id:<{width}}  {size:>8}  {state:<15}  {view.about}{licence}".rstrip())


def _agreed() -> bool:
    """Ask on stderr, in the person's words; no answer at all is a no."""
    click.echo(words("Go on? [y/N] ", "¿Continuar? [s/N] "), nl=False, err=True)
    answer = sys.stdin.readline()
    if not answer.endswith("\n") or not sys.stdin.isatty():
        click.echo(err=True)
    return answer.strip().lower() in {"y", "yes", "s", "si", "sí"}


def _is_idle_cloud(view: ModelView) -> bool:
    return view.source == "cloud" and view.state == "available"


def _tell(view: ModelView, as_json: bool, sentence: str) -> None:
    document: dict[str, Any] = asdict(view)
    if as_json:
        print_json(document)
    else:
        click.echo(sentence)
