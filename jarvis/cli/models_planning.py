"""What fits where: `jarvis models recommend|estimate|plan` and `jarvis free`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import click

from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.placement import KV_TYPES, KvType, MemoryEstimate, Placement, Plan

_JSON = click.option("--json", "as_json", is_flag=True, help=words("Print JSON.", "Imprimir JSON."))


@click.command(
    "recommend",
    help=words("Pick a set of models for this computer.", "Elegir un conjunto de modelos para este equipo."),
)
@_JSON
@click.pass_obj
def recommend(services: Services, as_json: bool) -> None:
    """Says what each is for, where it goes, and why."""
    with plain_failures(services.language):
        chosen = services.models().recommend(services.language)
        if as_json:
            print_json(asdict(chosen))
            return
        click.echo(chosen.summary)
        width = max((len(model.id) for model in chosen.models), default=0)
        for model in chosen.models:
            mark = "✓" if model.installed else " "
            speed = f", {model.tokens_per_second:.0f} tokens/s" if model.tokens_per_second else ""
            click.echo(f"{mark} {model.id:<{width}}  {model.bytes / 1e9:5.1f} GB  {model.device}{speed}")
            click.echo(f"    {model.why}")
        missing = [model.id for model in chosen.models if not model.installed]
        if missing:
            click.echo(words("To fetch what is missing:", "Para descargar lo que falta:"))
            click.echo(f"  jarvis models download {' '.join(missing)}")


@click.command(
    "estimate",
    help=words(
        "Say what a GGUF file, a model folder or a model of the list takes in memory.",
        "Decir cuánta memoria ocupa un fichero GGUF, una carpeta de modelo o un modelo de la lista.",
    ),
)
@click.argument("target", metavar="FILE|ID")
@click.option("--ctx", "context", type=click.IntRange(256, 10_485_760), default=4096, show_default=True, help="tokens")
@click.option("--kv", type=click.Choice(KV_TYPES), default="f16", show_default=True, help="KV cache")
@click.option(
    "--on",
    "device",
    type=click.Choice(("auto", "gpu", "cpu")),
    default="auto",
    show_default=True,
    help=words(
        "Wholly on a GPU or wholly in RAM; auto is what this computer has.",
        "Todo en una GPU o todo en RAM; auto es lo que tenga este equipo.",
    ),
)
@_JSON
@click.pass_obj
def estimate(services: Services, target: str, context: int, kv: str, device: str, as_json: bool) -> None:
    """Weights, KV cache, compute buffers and the rest, in MiB."""
    with plain_failures(services.language):
        desk = services.models()
        on_gpu = device == "gpu" or (device == "auto" and desk.has_gpu())
        found = desk.estimate(target, context_tokens=context, kv_type=cast(KvType, kv), gpu_layers=-1 if on_gpu else 0)
        document = estimate_document(found)
        if as_json:
            print_json(document)
            return
        names = (
            (words("weights", "pesos"), found.weights_mib),
            (words("KV cache", "caché KV"), found.kv_mib),
            (words("compute", "cálculo"), found.compute_mib),
            (words("runtime", "ejecución"), found.overhead_mib),
            (words("together", "en total"), found.total_mib),
        )
        for name, mib in names:
            click.echo(f"{name:<12} {mib:10.1f} MiB")


@click.command(
    "plan",
    help=words(
        "Say which model goes where, on this computer or on the one that a JSON file describes.",
        "Decir qué modelo va dónde, en este equipo o en el que describe un fichero JSON.",
    ),
)
@click.option(
    "--hardware",
    type=click.Path(path_type=Path, dir_okay=False),
    help=words(
        'A file such as {"gpus": [{"name", "total_mib", "free_mib", "bandwidth_gbs"}], "ram_mib", '
        '"ram_bandwidth_gbs", "cores"}.',
        'Un fichero como {"gpus": [{"name", "total_mib", "free_mib", "bandwidth_gbs"}], "ram_mib", '
        '"ram_bandwidth_gbs", "cores"}.',
    ),
)
@click.option("--model", "chosen", multiple=True, metavar="ID", help=words("Plan for these.", "Planificar para estos."))
@_JSON
@click.pass_obj
def plan(services: Services, hardware: Path | None, chosen: tuple[str, ...], as_json: bool) -> None:
    """Placements, and what was refused with the number that is missing."""
    with plain_failures(services.language):
        together, alone = services.models().plan(hardware, chosen)
        if as_json:
            document = plan_document(together, services.language)
            print_json({**document, "alone": plan_document(alone, services.language)})
            return
        click.secho(words("All together in memory", "Todos juntos en memoria"), bold=True)
        _print_plan(together, services.language)
        click.secho(
            words("Each loaded alone, in place of the others", "Cada uno cargado solo, en lugar de los demás"),
            bold=True,
        )
        _print_plan(alone, services.language)


@click.command(
    "free",
    help=words(
        "Empty every GPU and keep it so (“gaming mode”) until --end.",
        "Vaciar todas las GPU y mantenerlas así («modo juego») hasta --end.",
    ),
)
@click.option("--end", is_flag=True, help=words("Use the GPUs again.", "Volver a usar las GPU."))
@_JSON
@click.pass_obj
def free(services: Services, end: bool, as_json: bool) -> None:
    """Reaches every running Jarvis."""
    with plain_failures(services.language):
        desk = services.models()
        if end:
            desk.use_gpus_again()
            if as_json:
                print_json({"held": False})
            else:
                click.echo(words("The GPUs are used again.", "Las GPU se usan de nuevo."))
            return
        freed = desk.free()
        if as_json:
            print_json(
                {"freed_mib": round(freed.freed_mib), "seconds": round(freed.seconds, 3), "models": freed.models}
            )
            return
        what = ", ".join(freed.models)
        done_en, done_es = "No model was on a GPU.", "No había ningún modelo en una GPU."
        if freed.models:
            done_en = f"{freed.freed_mib:.0f} MiB freed in {freed.seconds:.1f} s ({what})."
            done_es = f"{freed.freed_mib:.0f} MiB liberados en {_decimal(freed.seconds, 1)} s ({what})."
        click.echo(
            words(
                f"{done_en} The GPUs stay free until “jarvis free --end”.",
                f"{done_es} Las GPU seguirán libres hasta «jarvis free --end».",
            )
        )


@click.command(
    "measure",
    help=words(
        "Measure how fast memory and disk are, so that predictions fit this computer.",
        "Medir la velocidad de la memoria y el disco, para que las predicciones se ajusten a este equipo.",
    ),
)
@_JSON
@click.pass_obj
def measure(services: Services, as_json: bool) -> None:
    """Takes a few seconds; kept until measured again."""
    with plain_failures(services.language):
        speeds = services.models().measure()
        if as_json:
            print_json(asdict(speeds))
            return
        click.echo(f"RAM {_decimal(speeds.ram_gbs, 1)} GB/s")
        if speeds.disk_gbs is not None:
            click.echo(words(f"disk {speeds.disk_gbs:.2f} GB/s", f"disco {_decimal(speeds.disk_gbs, 2)} GB/s"))
        else:
            click.echo(
                words(
                    "The disk is measured once a model is here to be read.",
                    "El disco se mide cuando haya un modelo que leer.",
                )
            )


@click.command(
    "build-server",
    help=words(
        "Build llama.cpp's own server from the source of the installed version; models then run in it.",
        "Compilar el servidor de llama.cpp desde el código de la versión instalada; los modelos funcionarán en él.",
    ),
)
@click.pass_obj
def build_server(services: Services) -> None:
    """Takes ten minutes or so; may be interrupted and repeated."""
    with plain_failures(services.language):
        shown = -1

        def show(percent: int, line: str) -> None:
            nonlocal shown
            if percent != shown and sys.stderr.isatty():
                click.echo(f"\r\x1b[K{percent:3d} %  {line[:90]}", nl=False, err=True)
                shown = percent

        path = services.models().build_server(CancelToken(), show)
        if shown >= 0:
            click.echo(err=True)
        click.echo(words(f"Built: {path}", f"Compilado: {path}"))


def _decimal(number: float, digits: int) -> str:
    written = f"{number:.{digits}f}"
    return words(written, written.replace(".", ","))


def _print_plan(found: Plan, language: Language) -> None:
    width = max((len(placement.model) for placement in found.placements), default=0)
    places = max((len(where(placement, language)) for placement in found.placements), default=0)
    for placement in found.placements:
        speed = f"{_decimal(placement.tokens_per_second, 1)} tokens/s, " if placement.tokens_per_second else ""
        cache = f"{placement.context_tokens} tokens {placement.kv_type}, " if placement.context_tokens else ""
        if placement.decoding is not None:
            cache = f"{placement.decoding.told(language)}, "
        loads = words("loads in", "carga en")
        click.echo(
            f"✓ {placement.model:<{width}}  {where(placement, language):<{places}}  "
            f"{cache}{speed}{loads} {placement.load_seconds:.0f} s"
        )
        click.echo(f"    {placement.reason(language)}")
    for refusal in found.refused:
        click.echo(f"✗ {refusal.model}")
        click.echo(f"    {refusal.why(language)}")


def estimate_document(found: MemoryEstimate) -> dict[str, float]:
    """Return the contract's document, in MiB with two decimals."""
    return {
        "weights_mib": round(found.weights_mib, 2),
        "kv_mib": round(found.kv_mib, 2),
        "compute_mib": round(found.compute_mib, 2),
        "overhead_mib": round(found.overhead_mib, 2),
        "total_mib": round(found.total_mib, 2),
    }


def plan_document(found: Plan, language: Language) -> dict[str, Any]:
    """Return the contract's document, with reasons in `language`."""
    return {
        "placements": [_placement_document(placement, language) for placement in found.placements],
        "refused": [
            {"model": each.model, "why": each.why(language), "missing_mib": round(each.missing_mib)}
            for each in found.refused
        ],
    }


def where(placement: Placement, language: Language) -> str:
    """Say the place in a few words, such as "GPU 0: 48, GPU 1: 16 layers"."""
    if not placement.gpu_layers and not placement.cpu_layers:
        # Speech and memory models go in one piece.
        return ", ".join(f"GPU {share.gpu}" for share in placement.devices) or "RAM"
    parts = [f"GPU {share.gpu}: {share.layers}" for share in placement.devices]
    if placement.cpu_layers or not parts:
        parts.append(f"RAM: {placement.cpu_layers}")
    return f"{', '.join(parts)} {'capas' if language == 'es' else 'layers'}"


def _placement_document(placement: Placement, language: Language) -> dict[str, Any]:
    return {
        "model": placement.model,
        "devices": [
            {"gpu": share.gpu, "layers": share.layers, "mib": round(share.mib, 1)} for share in placement.devices
        ],
        "cpu_layers": placement.cpu_layers,
        "expert_cpu_layers": placement.expert_cpu_layers,
        "ram_mib": round(placement.ram_mib, 1),
        "context_tokens": placement.context_tokens,
        "kv_type": placement.kv_type,
        # Of a recogniser; null for every other model.
        "compute_type": placement.decoding.compute_type if placement.decoding else None,
        "beam": placement.decoding.beam if placement.decoding else None,
        "tokens_per_second": round(placement.tokens_per_second, 2),
        "load_seconds": round(placement.load_seconds, 2),
        "measured": placement.measured,
        # Whole in one kind of memory; a part on the GPU and a part in RAM is slow, and said to be.
        "fits": placement.how != "partial",
        "how": placement.how,
        "why": placement.reason(language),
    }
