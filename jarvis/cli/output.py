"""How the command line speaks: words in the person's language, JSON documents, failures as one sentence."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import click

from jarvis.contracts.errors import InputError, JarvisError, Language

_spoken: ContextVar[Language | None] = ContextVar("language of the command that runs", default=None)


def system_language() -> Language:
    """Return Spanish where the environment's locale is, else English."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG"):
        if value := os.environ.get(variable):
            return "es" if value.lower().startswith("es") else "en"
    return "en"


def words(en: str, es: str) -> str:
    """Return the text in the language of the command that runs, else in that of the environment: help texts are made
    before any settings are read."""
    return es if (_spoken.get() or system_language()) == "es" else en


def print_json(document: object) -> None:
    """Print one JSON document on a line of its own."""
    click.echo(json.dumps(document, ensure_ascii=False))


_NO_TEXT: dict[Language, str] = {
    "en": "What was given holds bytes that are no text; nothing was done with it. Write it as plain text.",
    "es": "Lo que se ha dado tiene bytes que no son texto; no se ha hecho nada con ello. Escríbelo como texto.",
}
_YES = ("y", "yes", "s", "si", "sí")


def aside(sentence: str) -> None:
    """Tell something on stderr beside the result."""
    click.echo(sentence, err=True)


def fail(sentence: str) -> None:
    """End the program with one sentence on stderr and exit code 1."""
    click.echo(sentence, err=True)
    sys.exit(1)


def confirm(question: str, language: Language) -> None:
    """Ask on stderr and go on after a yes in either language; anything else than yes or no is asked again. Raises
    `click.Abort` after a no."""
    while True:
        hint = "[s/N]" if language == "es" else "[y/N]"
        reply = click.prompt(f"{question} {hint}", default="", show_default=False, err=True).strip().lower()
        if reply in _YES:
            return
        if reply in ("", "n", "no"):
            raise click.Abort
        click.echo("Responde sí o no." if language == "es" else "Answer yes or no.", err=True)


@contextmanager
def plain_failures(language: Language) -> Iterator[None]:
    """Turn `JarvisError`, and arguments that are no text, into a sentence and exit code 1, Ctrl-C into code 130.

    Until then `words` speaks `language`.
    """
    before = _spoken.set(language)
    try:
        yield
    except JarvisError as error:
        fail(error.sentence(language))
    except UnicodeEncodeError:
        fail(_NO_TEXT[language])
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away; what is left must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    finally:
        _spoken.reset(before)


def batch_rows(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-lines file; `InputError` names the first bad line."""
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                    raise ValueError
            except ValueError as error:
                raise InputError(
                    "batch.row",
                    en="Line {number} of {file} is not a JSON object with a text; the lines before it were done.",
                    es="La línea {number} de {file} no es un objeto JSON con «text»; las anteriores se hicieron.",
                    number=number,
                    file=file,
                ) from error
            yield row
