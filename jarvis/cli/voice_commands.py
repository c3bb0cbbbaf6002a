"""`jarvis demo`, `listen`, `transcribe`, `wake` and `say`: sound in, sound out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.cli.voice_lines import TurnLines, TurnObjects
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import LANGUAGES, DeviceError, Language
from jarvis.contracts.speech import TurnFinished

_JSON_HELP = words("Print JSON.", "Imprimir JSON.")
_LANGUAGE = click.Choice(LANGUAGES)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    help=words(
        "Do one whole spoken turn without a microphone and show how long each stage took.",
        "Hacer un turno hablado completo sin micrófono y mostrar cuánto tarda cada etapa.",
    )
)
@click.option("--input", "source", type=_FILE, help=words("Sound to hear instead.", "Sonido que oír en su lugar."))
@click.option("--output", type=_FILE, help=words("WAV for the spoken answer.", "WAV para la respuesta hablada."))
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def demo(services: Services, source: Path | None, output: Path | None, as_json: bool) -> None:
    """One turn from an audio file to spoken words."""
    with plain_failures(services.language):
        document = services.demo(source=source, output=output)
        if as_json:
            print_json(document)
        else:
            _show_document(document)


@click.command(
    help=words(
        "Listen for the wake word, answer aloud, and show each turn.",
        "Escuchar la palabra de activación, responder en voz alta y mostrar cada turno.",
    )
)
@click.option(
    "--input", "source", type=_FILE, help=words("Sound instead of the microphone.", "Sonido en vez del micrófono.")
)
@click.option("--output", type=_FILE, help=words("WAV instead of the speaker.", "WAV en vez del altavoz."))
@click.option("--once", is_flag=True, help=words("End after one turn.", "Terminar tras un turno."))
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def listen(services: Services, source: Path | None, output: Path | None, once: bool, as_json: bool) -> None:
    """Print one object per turn: `{wake_at, transcript, text, timings}`."""
    with plain_failures(services.language):
        cancel = CancelToken()
        turns = 0
        shown = TurnObjects() if as_json else TurnLines(tells_start=source is None)
        try:
            for event in services.listen(source=source, output=output, once=once, cancel=cancel):
                turns += isinstance(event, TurnFinished)
                shown.show(event)
        except KeyboardInterrupt:
            cancel.cancel()
        finally:
            shown.end()
        if source and not turns:
            raise DeviceError(
                "listen.nothing",
                en="Nobody said the wake word followed by words in {file}; nothing was answered.",
                es="En {file} nadie dijo la palabra de activación seguida de palabras; no se respondió nada.",
                file=source,
            )


@click.command(
    help=words("Write down what is said in a sound file.", "Escribir lo que se dice en un fichero de sonido.")
)
@click.argument("file", type=_FILE, metavar=words("FILE", "ARCHIVO"))
@click.option("--lang", type=_LANGUAGE, help=words("Language spoken.", "Idioma hablado."))
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def transcribe(services: Services, file: Path, lang: Language | None, as_json: bool) -> None:
    """Print `{text, language, segments, engine, audio_seconds, compute_seconds}`."""
    with plain_failures(services.language):
        transcript = services.transcribe(file, lang)
        if as_json:
            print_json(
                {
                    "text": transcript.text,
                    "language": transcript.language,
                    "segments": [asdict(segment) for segment in transcript.segments],
                    "engine": transcript.engine,
                    "audio_seconds": round(transcript.audio_seconds, 3),
                    "compute_seconds": round(transcript.compute_seconds, 4),
                    "quality": transcript.quality,
                    "accepted": transcript.accepted,
                    "confidence": round(transcript.confidence, 3),
                }
            )
            return
        click.echo(transcript.text)
        if not transcript.accepted:
            click.echo(
                words(
                    "The basic recogniser does not trust these words: it knows commands, not free speech.",
                    "El reconocedor básico no se fía de estas palabras: conoce órdenes, no habla libre.",
                ),
                err=True,
            )


@click.command(
    help=words("Find the wake words in a sound file.", "Buscar las palabras de activación en un fichero de sonido.")
)
@click.argument("file", type=_FILE, metavar=words("FILE", "ARCHIVO"))
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def wake(services: Services, file: Path, as_json: bool) -> None:
    """Print `{detections: [{at_seconds, score, word}]}`."""
    with plain_failures(services.language):
        hits = [
            {"at_seconds": round(hit.at_seconds, 3), "score": round(hit.score, 3), "word": hit.word}
            for hit in services.wake_hits(file)
        ]
        if as_json:
            print_json({"detections": hits})
        for hit in hits if not as_json else ():
            click.echo(f"{hit['at_seconds']:8.2f} s   {hit['score']:.3f}   {hit['word']}")
        if not hits and not as_json:
            click.echo(words("The wake word is not in it.", "La palabra de activación no está."))


@click.command(help=words("Say something aloud, or into a WAV.", "Decir algo en voz alta, o en un WAV."))
@click.argument("text", nargs=-1, required=True, metavar=words("TEXT...", "TEXTO..."))
@click.option("--output", type=_FILE, help=words("WAV to write.", "WAV que escribir."))
@click.option("--lang", type=_LANGUAGE, help=words("Language of the words.", "Idioma de las palabras."))
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def say(services: Services, text: tuple[str, ...], output: Path | None, lang: Language | None, as_json: bool) -> None:
    """Print `{engine, voice, audio_seconds, first_audio_seconds}`."""
    with plain_failures(services.language):
        document = services.say(" ".join(text), lang, output)
        if as_json:
            print_json(document)
        elif output:
            click.echo(f"{output}  {document['audio_seconds']:.2f} s")


def _show_document(document: Mapping[str, Any], indent: str = "") -> None:
    width = max((len(str(key)) for key in document), default=0)
    for key, value in document.items():
        if isinstance(value, Mapping):
            click.echo(f"{indent}{key}")
            _show_document(value, indent + "  ")
        else:
            shown = f"{value:.4f}" if isinstance(value, float) else value
            click.echo(f"{indent}{key:<{width}}  {shown}")
