"""`jarvis ask` and `jarvis skills match`: questions in text."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from jarvis.cli.answer_lines import lines_of
from jarvis.cli.interrupting import interrupt_cancels
from jarvis.cli.output import batch_rows, plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import LANGUAGES, InputError, Language
from jarvis.contracts.events import (
    AskCancelled,
    AskEvent,
    AskFailed,
    AskFinished,
    AskStarted,
    CacheAnswered,
    ConsentAsked,
    EngineFailed,
    Redacted,
    RouteChosen,
    StageFinished,
    TextDelta,
    ToolAnswered,
    ToolCalled,
    event_to_json,
)
from jarvis.contracts.messages import Image, Request

_LANGUAGE = click.Choice(LANGUAGES)


@click.command(
    help=words(
        "Ask a question or give a command; “-” reads it from standard input.",
        "Hacer una pregunta o dar una orden; «-» la lee de la entrada estándar.",
    )
)
@click.argument("text", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON."))
@click.option("--lang", type=_LANGUAGE, help=words("Language of the answer.", "Idioma de la respuesta."))
@click.option(
    "--conversation",
    metavar="ID",
    help=words("Go on with this conversation.", "Seguir esta conversación."),
)
@click.option(
    "--continue",
    "go_on",
    is_flag=True,
    help=words("Go on with the last conversation.", "Seguir la última conversación."),
)
@click.option(
    "--yes", is_flag=True, help=words("Answer yes when Jarvis asks back.", "Responder sí si Jarvis pregunta.")
)
@click.option(
    "--deep",
    is_flag=True,
    help=words("Have several specialists answer together.", "Que respondan varios especialistas juntos."),
)
@click.option(
    "--fresh", is_flag=True, help=words("Give no earlier answer again.", "No repetir una respuesta anterior.")
)
@click.option(
    "--background",
    is_flag=True,
    help=words("Nobody waits: a slow model may answer.", "Nadie espera: puede responder un modelo lento."),
)
@click.option(
    "--model", metavar="ID", help=words("Model that is to answer, if it can.", "Modelo que debe responder, si puede.")
)
@click.option(
    "--privacy",
    type=click.Choice(("local", "ask", "cloud")),
    help=words("What may leave; never more than is set.", "Qué puede salir; nunca más de lo configurado."),
)
@click.option(
    "--image",
    "images",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=words("A picture to go with the question.", "Una imagen que acompaña la pregunta."),
)
@click.option(
    "--attach",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=words("A document or picture that the question is about.", "Un documento o imagen del que trata la pregunta."),
)
@click.pass_obj
def ask(services: Services, /, text: tuple[str, ...], as_json: bool, go_on: bool, yes: bool, **how: Any) -> None:
    """Answer on stdout; streams unless `--json`."""
    with plain_failures(services.language):
        question = sys.stdin.read() if text == ("-",) else " ".join(text)
        request = Request(
            text=question,
            door="cli",
            conversation_id=how["conversation"],
            language=how["lang"],
            images=tuple(_picture(file) for file in how["images"]),
            deep=how["deep"],
            fresh=how["fresh"],
            background=how["background"],
            model=how["model"],
            privacy=how["privacy"],
            attachments=tuple(services.attachments().add(file.name, file).id for file in how["files"]),
        )
        if go_on and not request.conversation_id:
            last = services.conversations().conversations(limit=1)
            request = replace(request, conversation_id=last[0].id if last else None)
        asker = _Asker(services, request, as_json=as_json)
        final = asker.ask(question)
        while isinstance(final, AskFinished) and final.expects_reply:
            if yes:
                reply = "sí" if final.language == "es" else "yes"
            elif not as_json and sys.stdin.isatty():
                reply = click.prompt("", prompt_suffix="> ", default="", show_default=False)
            else:
                break
            final = asker.ask(reply or "no")
        asker.finish(final)


_STEPS = (RouteChosen, CacheAnswered, Redacted, ConsentAsked, ToolCalled, ToolAnswered, EngineFailed, StageFinished)
_PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}
_LARGEST_PICTURE = 20_000_000


def _picture(file: Path) -> Image:
    kind = _PICTURES.get(file.suffix.lower())
    if kind is None or file.stat().st_size > _LARGEST_PICTURE:
        raise InputError(
            "ask.picture",
            en="{file} is not a picture that models take (PNG, JPEG, WebP or GIF up to 20 MB); nothing was asked.",
            es="{file} no es una imagen que acepten los modelos (PNG, JPEG, WebP o GIF de hasta 20 MB); no se preguntó "
            "nada.",
            file=file.name,
        )
    return Image(data=file.read_bytes(), media_type=kind)


class _Asker:
    """Asks within one conversation and prints the steps."""

    def __init__(self, services: Services, first: Request, *, as_json: bool) -> None:
        self._services = services
        self._request = first
        self._conversation = first.conversation_id
        self._as_json = as_json
        self._events: list[AskEvent] = []
        self._shown = ""

    def ask(self, text: str) -> AskEvent:
        """Return the final event; Ctrl-C cancels the run instead of killing it."""
        request = replace(self._request, text=text, conversation_id=self._conversation)
        # A yes or no to what Jarvis asked back is neither deep nor about a picture.
        self._request = replace(self._request, images=(), attachments=(), deep=False, fresh=False)
        cancel = CancelToken()
        final: AskEvent | None = None
        with interrupt_cancels(cancel):
            for event in self._services.assistant().ask(request, cancel):
                final = event
                if isinstance(event, AskStarted):
                    self._conversation = event.conversation_id
                self._events.append(event)
                if not self._as_json:
                    self._show(event)
        assert final is not None
        return final

    def finish(self, final: AskEvent) -> None:
        """Print the document where it was asked for; a failure ends the program with 1, a stop with 130."""
        if self._as_json:
            print_json(self._document(final))
        if isinstance(final, AskFailed):
            click.echo(final.sentence, err=True)
            raise SystemExit(1)
        if isinstance(final, AskCancelled):
            click.echo(words("Stopped.", "Detenido."), err=True)
            raise SystemExit(130)

    def _show(self, event: AskEvent) -> None:
        if isinstance(event, TextDelta):
            self._shown += event.text
            click.echo(event.text, nl=False)
        elif isinstance(event, AskFinished) or (isinstance(event, AskFailed | AskCancelled) and event.text):
            click.echo()
        else:
            for line in lines_of(event, shown=self._shown):
                click.echo(line, err=True)

    def _document(self, final: AskEvent) -> dict[str, Any]:
        document: dict[str, Any] = {"conversation_id": self._conversation}
        if isinstance(final, AskFinished):
            return {
                "text": final.text,
                "source": final.source,
                "model": final.model,
                "reason": final.reason,
                "usage": {
                    "prompt_tokens": final.usage.prompt_tokens,
                    "completion_tokens": final.usage.completion_tokens,
                },
                "cost_usd": final.cost_usd,
                "timings": final.timings,
                "skill": final.skill,
                "language": final.language,
                "expects_reply": final.expects_reply,
                "cached": final.cached,
                "steps": [event_to_json(event) for event in self._events if isinstance(event, _STEPS)],
                **document,
            }
        if isinstance(final, AskFailed):
            document["error"] = {"code": final.code, "sentence": final.sentence}
        return {"text": getattr(final, "text", ""), "source": "none", **document}


@click.group(help=words("What Jarvis can do with no model.", "Lo que Jarvis sabe hacer sin ningún modelo."))
def skills() -> None:
    """Group of skill commands."""


@skills.command(
    "match",
    help=words(
        "Show which skill a sentence means, or null when none surely does.",
        "Mostrar qué habilidad se pide con una frase, o null si ninguna con seguridad.",
    ),
)
@click.argument("text", nargs=-1)
@click.option("--lang", type=_LANGUAGE, help=words("Language of the sentence.", "Idioma de la frase."))
@click.option("--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON."))
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=words(
        "Read sentences from a JSON-lines file of {id, text, lang}.",
        "Leer frases de un fichero JSON-lines de {id, text, lang}.",
    ),
)
@click.pass_obj
def skills_match(
    services: Services, text: tuple[str, ...], lang: Language | None, as_json: bool, batch: Path | None
) -> None:
    """Print `{skill, slots, confidence}`."""
    with plain_failures(services.language):
        if batch:
            for row in batch_rows(batch):
                print_json({"id": row.get("id"), **_match(services, row["text"], row.get("lang") or lang)})
            return
        if not text:
            raise click.UsageError(words("Give a sentence or --batch FILE.", "Escribe una frase o --batch FICHERO."))
        document = _match(services, " ".join(text), lang)
        if as_json:
            print_json(document)
        elif document["skill"] is None:
            click.echo("null")
        else:
            click.echo(f"{document['skill']}  {document['confidence']:.2f}")
            for name, value in document["slots"].items():
                click.echo(f"  {name} = {value}")


def _match(services: Services, text: str, language: Language | None) -> dict[str, Any]:
    match = services.skills().match(text, language)
    if match is None:
        return {"skill": None, "slots": {}, "confidence": 0.0}
    return {
        "skill": match.skill,
        "slots": dict(match.slots),
        "confidence": round(match.confidence, 3),
        "language": match.language,
    }
