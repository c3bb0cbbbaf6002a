"""`jarvis route`, `jarvis rate` and `jarvis routing`: how questions are routed, how answers were, what was learned."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import click

from jarvis.cli.output import batch_rows, plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.messages import Door, Privacy
from jarvis.contracts.routing import Profile
from jarvis.contracts.routing_desk import CalibrationTarget, Routed, RouteRequest
from jarvis.contracts.spending import dollars

_JSON = click.option(
    "--json", "as_json", is_flag=True, help=words("Print one JSON document.", "Imprimir un documento JSON.")
)
_DOORS: tuple[Door, ...] = ("chat", "voice", "quick", "cli", "api")
_PROFILES: tuple[Profile, ...] = ("fast", "balanced", "best")
_PRIVACY: tuple[Privacy, ...] = ("local", "ask", "cloud")


@click.command(
    help=words(
        "Show how a question would be routed: difficulty, domain, every candidate with its numbers. Asks no model.",
        "Mostrar cómo se derivaría una pregunta: dificultad, dominio y cada candidato con sus cifras. No pregunta a "
        "ningún modelo.",
    )
)
@click.argument("text", nargs=-1)
@_JSON
@click.option("--lang", type=click.Choice(LANGUAGES), help=words("Language of the answer.", "Idioma de la respuesta."))
@click.option("--door", type=click.Choice(_DOORS), default="chat", show_default=True, help=words("Door.", "Puerta."))
@click.option(
    "--profile", type=click.Choice(_PROFILES), help=words("Instead of the set profile.", "En vez del perfil elegido.")
)
@click.option(
    "--privacy", type=click.Choice(_PRIVACY), help=words("Instead of what is set.", "En vez de lo configurado.")
)
@click.option(
    "--hardware",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=words(
        "As on the machine that this file describes, with the models that Jarvis was made to run.",
        "Como en la máquina que describe este fichero, con los modelos para los que se hizo Jarvis.",
    ),
)
@click.option(
    "--cloud/--no-cloud",
    default=None,
    help=words(
        "Count the catalogue's cloud models in or out, whatever is set.",
        "Contar o no los modelos en la nube del catálogo, sea cual sea el ajuste.",
    ),
)
@click.option("--images", type=click.IntRange(0, 20), default=0, help=words("Pictures with it.", "Imágenes que trae."))
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=words(
        "Read questions from a JSON-lines file of {id, text, lang}.",
        "Leer preguntas de un fichero JSON-lines de {id, text, lang}.",
    ),
)
@click.pass_obj
def route(services: Services, /, text: tuple[str, ...], as_json: bool, batch: Path | None, **options: Any) -> None:
    """Print `{difficulty, domain, language, needs, chosen, candidates, reason}`."""
    with plain_failures(services.language):
        desk = services.routing()
        if batch:
            for row in batch_rows(batch):
                request = _request(row["text"], {**options, "lang": row.get("lang") or options["lang"]})
                print_json({"id": row.get("id"), **document(desk.route(request))})
            return
        if not text:
            raise click.UsageError(words("Give a question or --batch FILE.", "Escribe una pregunta o --batch FICHERO."))
        routed = desk.route(_request(" ".join(text), options))
        if as_json:
            print_json(document(routed))
        else:
            _show(routed, services.language)


def _request(text: str, options: dict[str, Any]) -> RouteRequest:
    return RouteRequest(
        text=text,
        language=cast("Language | None", options["lang"]),
        door=options["door"],
        profile=options["profile"],
        privacy=options["privacy"],
        hardware=options["hardware"],
        cloud=options["cloud"],
        images=options["images"],
    )


def document(routed: Routed) -> dict[str, Any]:
    """Return the contract's JSON document."""
    seen, decision = routed.assessment, routed.decision
    return {
        "difficulty": round(seen.difficulty, 4),
        "domain": seen.domain,
        "language": seen.language,
        "needs": sorted(seen.needs),
        "chosen": decision.candidates[0].engine if decision.candidates else None,
        "candidates": [
            {
                "model": one.engine,
                "score": round(one.score, 4),
                "quality": round(one.quality, 4),
                "cost_usd": None if one.cost_usd is None else round(one.cost_usd, 6),
                "seconds": round(one.seconds, 3),
                "first_seconds": round(one.first_seconds, 3),
                "why": one.why,
                "asks": one.asks,
            }
            for one in decision.candidates
        ],
        "excluded": [{"model": one.engine, "code": one.code, "why": one.why} for one in decision.excluded],
        "reason": decision.reason,
        "by": seen.by,
        "answer_tokens": seen.answer_tokens,
        "decision_seconds": round(routed.seconds, 6),
    }


def _show(routed: Routed, language: Language) -> None:
    seen, decision = routed.assessment, routed.decision
    needs = ", ".join(sorted(seen.needs)) or words("nothing special", "nada especial")
    click.echo(
        words(
            f"Difficulty {seen.difficulty:.2f}, {seen.domain}, {seen.language}; needs {needs}.",
            f"Dificultad {seen.difficulty:.2f}, {seen.domain}, {seen.language}; necesita {needs}.",
        )
    )
    click.echo(decision.reason)
    for place, one in enumerate(decision.candidates, 1):
        unknown = words("price unknown", "precio desconocido")
        cost = unknown if one.cost_usd is None else dollars(one.cost_usd, language)
        waiting = f"{one.first_seconds:.1f} + {one.seconds - one.first_seconds:.1f} s"
        numbers = f"{one.quality:.0%}  {cost}  {waiting.replace('.', ',') if language == 'es' else waiting}"
        click.echo(f"{place}. {one.engine}  {numbers}\n   {one.why}")
    for left_out in decision.excluded:
        click.echo(f"-  {left_out.engine}\n   {left_out.why}")


@click.command(
    help=words(
        "Rate the last answer of a model, or the message given, with 1 to 5 stars; routing learns from it.",
        "Valorar la última respuesta de un modelo, o el mensaje dado, con 1 a 5 estrellas; la derivación aprende de "
        "ello.",
    )
)
@click.argument("stars", type=click.IntRange(1, 5))
@click.option("--message", metavar="ID", help=words("Which answer.", "Qué respuesta."))
@click.option("--reason", default="", help=words("Why.", "Por qué."))
@click.pass_obj
def rate(services: Services, stars: int, message: str | None, reason: str) -> None:
    """Say which model was rated."""
    with plain_failures(services.language):
        model = services.routing().rate(message, stars, reason)
        click.echo(words(f"{model}: {stars} of 5, kept.", f"{model}: {stars} de 5, guardado."))


@click.group(help=words("What routing decided and learned.", "Lo que la derivación decidió y aprendió."))
def routing() -> None:
    """Group of routing commands."""


@routing.command(
    "learned",
    help=words(
        "Show how well each model did in each domain for you, and what was expected.",
        "Mostrar cómo te fue con cada modelo en cada dominio, y qué se esperaba.",
    ),
)
@_JSON
@click.pass_obj
def learned(services: Services, as_json: bool) -> None:
    """Print one row per model and domain."""
    with plain_failures(services.language):
        rows = services.routing().effectiveness()
        if as_json:
            print_json({"learned": [asdict(row) for row in rows]})
            return
        if not rows:
            click.echo(
                words(
                    "Nothing learned yet: rate answers with `jarvis rate`.",
                    "Aún no se aprendió nada: valora respuestas con `jarvis rate`.",
                )
            )
        for row in rows:
            click.echo(
                f"{row.model}  {row.domain}  n={row.outcomes}  "
                + words("promised", "prometido")
                + f" {row.before:.0%}  "
                + words("now", "ahora")
                + f" {row.after:.0%} ({row.low:.0%}–{row.high:.0%})"
            )


@routing.command(
    "forget",
    help=words(
        "Forget what was learned; published scores remain.", "Olvidar lo aprendido; quedan las notas publicadas."
    ),
)
@click.pass_obj
def forget(services: Services) -> None:
    """Say how many outcomes were forgotten."""
    with plain_failures(services.language):
        count = services.routing().forget_learned()
        click.echo(
            words("Forgot one outcome.", "Se olvidó un resultado.")
            if count == 1
            else words(f"Forgot {count} outcomes.", f"Se olvidaron {count} resultados.")
        )


@routing.command("log", help=words("Show the last decisions.", "Mostrar las últimas decisiones."))
@_JSON
@click.option("-n", "limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.pass_obj
def log(services: Services, as_json: bool, limit: int) -> None:
    """Print the newest first."""
    with plain_failures(services.language):
        rows = services.routing().log(limit)
        if as_json:
            print_json({"decisions": [{**asdict(row), "at": row.at.isoformat()} for row in rows]})
            return
        if not rows:
            click.echo(words("No question was routed yet.", "Aún no se derivó ninguna pregunta."))
        for row in rows:
            hops = f"  ({', '.join(row.hops)})" if row.hops else ""
            hard = "" if row.difficulty is None else f"{row.difficulty:.2f} {row.domain}  "
            click.echo(f"{row.at:%Y-%m-%d %H:%M:%S}  {hard}{row.chosen or '—'}{hops}\n   {row.reason}")


@routing.command(
    "calibrate",
    help=words(
        "From your own questions, find the weights that give the wanted share of cloud answers, cost or large models.",
        "Con tus propias preguntas, hallar los pesos que dan la proporción de nube, el gasto o los modelos grandes que "
        "quieres.",
    ),
)
@click.option("--cloud-share", type=click.FloatRange(0, 1), metavar="0..1")
@click.option("--month-usd", type=click.FloatRange(0), metavar="USD")
@click.option("--large-share", type=click.FloatRange(0, 1), metavar="0..1")
@click.option("--apply", is_flag=True, help=words("Set them at once.", "Ajustarlos ya."))
@_JSON
@click.pass_obj
def calibrate(services: Services, /, apply: bool, as_json: bool, **wanted: float | None) -> None:
    """Print the weights; `--apply` sets them."""
    with plain_failures(services.language):
        given = {name: value for name, value in wanted.items() if value is not None}
        if len(given) != 1:
            raise click.UsageError(
                words(
                    "Give one of --cloud-share, --month-usd and --large-share.",
                    "Da uno de --cloud-share, --month-usd y --large-share.",
                )
            )
        ((target, value),) = given.items()
        found = services.routing().calibrate(cast("CalibrationTarget", target), value, services.language)
        if apply:
            for name, weight in (found.weights or {}).items():
                services.settings.set(f"routing.{name}", weight)
        if as_json:
            print_json(asdict(found))
        else:
            click.echo(found.sentence)
        if apply and found.weights is None:
            raise SystemExit(1)
