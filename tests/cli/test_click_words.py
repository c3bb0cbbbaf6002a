"""What click says by itself, in both languages: headings, placeholders, usage errors, yes and no."""

from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from jarvis.cli.click_words import SPANISH
from jarvis.cli.main import command_line
from jarvis.cli.output import confirm
from jarvis.contracts.errors import LANGUAGES, Language
from tests.fakes.memory_desk import DeskWorld

WRONG = [
    ("memory add --nosuch", "No such option '--nosuch'.", "No existe la opción '--nosuch'."),
    ("nosuch", "No such command 'nosuch'.", "No existe la orden 'nosuch'."),
    ("memory serch", "Did you mean 'search'?", "¿Querías decir 'search'?"),
    ("memory edit", "Missing argument 'ID'.", "Falta el argumento 'ID'."),
    ("memory edit a b c", "Got unexpected extra argument (c)", "Sobra un argumento (c)"),
    ("memory edit a b c d", "Got unexpected extra arguments (c d)", "Sobran argumentos (c d)"),
    ("memory privacy a b", "'b' is not one of 'local', 'cloud'.", "'b' no es ninguno de 'local', 'cloud'."),
    ("memory search -k x a", "Invalid value for '-k': 'x' is not a valid", "'-k': 'x' no es un número válido."),
    ("memory search -k 0 a", "0 is not in the range 1<=x<=1000.", "0 no está en el intervalo 1<=x<=1000."),
    ("memory search a -k", "Option '-k' requires an argument.", "La opción '-k' necesita un valor."),
    ("memory add --json=1 a", "'--json' does not take a value.", "La opción '--json' no lleva valor."),
    ("memory import /nowhere/at/all", "'/nowhere/at/all' does not exist.", "'/nowhere/at/all' no existe."),
]
ENGLISH_ONLY = ("Usage:", "Options:", "Commands:", "[OPTIONS]", "COMMAND", "Show ", "default:", "INTEGER", " version")


@pytest.fixture
def speaks(monkeypatch: pytest.MonkeyPatch, world: DeskWorld) -> Iterator[dict[Language, int]]:
    yield {"en": 0, "es": 1}
    # The command tree is one for the whole process; it is left as it was found.
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    command_line(lambda: world)  # type: ignore[arg-type,return-value]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld(tmp_path / "home")
    yield made
    made.close()


def run(world: DeskWorld, language: Language, line: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8" if language == "es" else "C.UTF-8")
    jarvis = command_line(lambda: world)  # type: ignore[arg-type,return-value]
    return CliRunner().invoke(jarvis, line.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("line", "en", "es"), WRONG)
def test_a_wrong_command_is_told_in_the_language_of_the_rest(
    line: str,
    en: str,
    es: str,
    language: Language,
    world: DeskWorld,
    speaks: dict[Language, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = run(world, language, line, monkeypatch)
    assert result.exit_code == 2 and (en, es)[speaks[language]] in result.stderr, result.stderr
    # For a missing value click shows no usage.
    words = [word for word in ("Usage: ", "Try '", "Uso: ", "Prueba «") if word in result.stderr]
    assert words in ([], ["Usage: ", "Try '"] if language == "en" else ["Uso: ", "Prueba «"])
    assert words or "requires an argument" in en or "does not take" in en


def shown(language: Language, line: str, home: Path) -> str:
    """Return what a process of its own prints: help texts are made when it begins."""
    environment = {
        **os.environ,
        "LC_ALL": f"{language}_ES.UTF-8",
        "JARVIS_HOME": str(home),
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, "-m", "jarvis", *line.split()]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert done.stderr == "", done.stderr
    return done.stdout


def test_headings_and_placeholders_follow_the_language(tmp_path: Path) -> None:
    for line in ("--help", "memory search -h"):
        english, spanish = shown("en", line, tmp_path), shown("es", line, tmp_path)
        assert "Usage:" in english and "Options:" in english and "Show this message" in english
        assert "Uso:" in spanish and "Opciones:" in spanish and "Mostrar este mensaje" in spanish
        assert not [word for word in ENGLISH_ONLY if word in spanish], spanish
        assert ("Commands:" in english, "Órdenes:" in spanish) == ("search" not in line,) * 2
    assert "-k INTEGER RANGE" in english and "-k ENTERO" in spanish and "[por omisión: 10; " in spanish
    assert "versión" in shown("es", "--version", tmp_path) and "version" in shown("en", "--version", tmp_path)


def test_every_sentence_of_the_table_is_one_of_clicks() -> None:
    said = {"required"}
    for module in (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.termui):
        said |= _sentences(inspect.getsource(module))
    said |= _sentences(inspect.getsource(click.types))
    assert SPANISH.keys() <= said, SPANISH.keys() - said


def _sentences(source: str) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")]
    return {one.value for call in named for one in call.args if isinstance(one, ast.Constant)}


@pytest.mark.parametrize(
    ("language", "replies", "goes_on", "told"),
    [
        ("en", "y", True, "Go on? [y/N]"),
        ("en", "sí", True, "Go on? [y/N]"),
        ("es", "S", True, "¿Seguir? [s/N]"),
        ("es", "quizá\nsi", True, "Responde sí o no."),
        ("en", "maybe\nyes", True, "Answer yes or no."),
        ("es", "n", False, "¿Seguir? [s/N]"),
        ("en", "", False, "Go on? [y/N]"),
    ],
)
def test_yes_is_understood_in_both_languages(language: Language, replies: str, goes_on: bool, told: str) -> None:
    @click.command()
    def asks() -> None:
        confirm("¿Seguir?" if language == "es" else "Go on?", language)
        click.echo("went on")

    result = CliRunner().invoke(asks, input=f"{replies}\n")
    assert ("went on" in result.stdout, result.exit_code) == (goes_on, 0 if goes_on else 1)
    assert told in result.stderr
