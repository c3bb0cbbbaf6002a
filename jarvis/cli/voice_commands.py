"""`jarvis demo`, `listen`, `transcribe`, `wake` and `say`: sound in, sound out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from jarvis.cli.output import plain_failures, print_json, words
from jarvis.cli.services import Services
from jarvis.cli.voice_lines import TurnLines, TurnObjects, demo_lines
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import LANGUAGES, Language

_JSON_HELP = words("Print JSON.", "Imprimir JSON.")
_LANGUAGE = click.Choice(LANGUAGES)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    help=words(
        "Ask one spoken question without a microphone, answer it aloud, and show how long each stage took.",
        "Hacer una pregunta hablada sin micrófono, responderla en voz alta y mostrar cuánto tarda cada etapa.",
    )
)
@click.option(
    "--input",
    "source",
    type=_FILE,
    help=words(
        "Hear this recording instead of a question made on the spot.",
        "Oír esta grabación en vez de una pregunta creada al momento.",
    ),
)
@click.option(
    "--output",
    type=_FILE,
    help=words("Write the spoken answer to this WAV.", "Escribir la respuesta hablada en este WAV."),
)
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def demo(services: Services, source: Path | None, output: Path | None, as_json: bool) -> None:
    """One turn from an audio file to spoken words."""
    with plain_failures(services.language):
        document = services.demo(source=source, output=output)
        if as_json:
            print_json(document)
        else:
            for line in demo_lines(document):
                click.echo(line)


@click.command(
    help=words(
        "Listen for the wake word, answer aloud, and show each turn. Ctrl-C ends it.",
        "Escuchar la palabra de activación, responder en voz alta y mostrar cada turno. Ctrl-C termina.",
    )
)
@click.option(
    "--input",
    "source",
    type=_FILE,
    help=words("Hear this recording instead of the microphone.", "Oír esta grabación en vez del micrófono."),
)
@click.option(
    "--output",
    type=_FILE,
    help=words(
        "Write the answers to this WAV instead of the speaker.",
        "Escribir las respuestas en este WAV en vez de usar el altavoz.",
    ),
)
@click.option(
    "--once",
    is_flag=True,
    help=words("End after one question and its answer.", "Terminar tras una pregunta y su respuesta."),
)
@click.option("--json", "as_json", is_flag=True, help=_JSON_HELP)
@click.pass_obj
def listen(services: Services, source: Path | None, output: Path | None, once: bool, as_json: bool) -> None:
    """Print one object per turn: `{wake_at, transcript, text, timings}`."""
    with plain_failures(services.language):
        cancel = CancelToken()
        shown = TurnObjects() if as_json else TurnLines(tells_start=source is None)
        try:
            for event in services.listen(source=source, output=output, once=once, cancel=cancel):
                shown.show(event)
        except KeyboardInterrupt:
            cancel.cancel()
        finally:
            shown.end()


@click.command(
    help=words("Write down what is said in a sound file.", "Escribir lo que se dice en un fichero de sonido.")
)
@click.argument("file", type=_FILE, metavar=words("FILE", "FICHERO"))
@click.option(
    "--lang",
    type=_LANGUAGE,
    help=words(
        "Language spoken in it; without it, it is told from the sound.",
        "Idioma que se habla; sin esta opción se deduce del sonido.",
    ),
)
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
                    "The basic recogniser does not trust these words: it knows English commands, not free speech. "
                    "“jarvis models download whisper-base” (148 MB) fetches one that does, in both languages.",
                    "El reconocedor básico no se fía de estas palabras: conoce órdenes en inglés, no habla libre. "
                    "«jarvis models download whisper-base» (148 MB) descarga uno que sí, en ambos idiomas.",
                ),
                err=True,
            )


@click.command(
    help=words("Find the wake words in a sound file.", "Buscar las palabras de activación en un fichero de sonido.")
)
@click.argument("file", type=_FILE, metavar=words("FILE", "FICHERO"))
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
            sure = words(f"score {hit['score']:.2f}", f"valor {hit['score']:.2f}")
            click.echo(f"{hit['at_seconds']:8.2f} s   {hit['word']}   ({sure})")
        if not hits and not as_json:
            wanted = services.settings.text("voice.wake_words")
            click.echo(words(f"Nobody says “{wanted}” in {file}.", f"En {file} nadie dice «{wanted}»."))


@click.command(help=words("Say something aloud, or into a WAV.", "Decir algo en voz alta, o en un WAV."))
@click.argument("text", nargs=-1, required=True, metavar=words("TEXT...", "TEXTO..."))
@click.option(
    "--output",
    type=_FILE,
    help=words("Write it to this WAV instead of saying it.", "Escribirlo en este WAV en vez de decirlo."),
)
@click.option(
    "--lang",
    type=_LANGUAGE,
    help=words(
        "Language of the words; without it, it is told from them.",
        "Idioma de las palabras; sin esta opción se deduce de ellas.",
    ),
)
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
