"""What click itself says, in Spanish where the rest of the command line is: headings, placeholders and usage errors.

click hands every sentence to the function that its modules import from gettext, which looks for a compiled catalogue on
the disk. Here that function looks into a table instead, in the language of the environment as it is at that moment. A
sentence that is not in the table stays English.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

import click
from click import core, decorators, exceptions, formatting, parser, termui, types

from jarvis.cli.output import words

_MODULES: Final[tuple[ModuleType, ...]] = (core, decorators, exceptions, formatting, parser, termui, types)

SPANISH: Final[dict[str, str]] = {
    "Usage:": "Uso:",
    "Options": "Opciones",
    "Commands": "Órdenes",
    "Positional arguments": "Argumentos",
    "Show this message and exit.": "Mostrar este mensaje y salir.",
    "default: {default}": "por omisión: {default}",
    "env var: {var}": "variable: {var}",
    "required": "obligatorio",
    "(dynamic)": "(dinámico)",
    "Aborted!": "Cancelado.",
    "Try '{command} {option}' for help.": "Prueba «{command} {option}» para ver la ayuda.",
    "Missing command.": "Falta la orden.",
    "Missing argument": "Falta el argumento",
    "Missing option": "Falta la opción",
    "Missing parameter": "Falta el parámetro",
    "Missing {param_type}": "Falta {param_type}",
    "Missing parameter: {param_name}": "Falta el parámetro: {param_name}",
    "Choose from:\n\t{choices}": "Elige entre:\n\t{choices}",
    "No such option {name!r}.": "No existe la opción {name!r}.",
    "No such command {name!r}.": "No existe la orden {name!r}.",
    "Did you mean {possibility}?": "¿Querías decir {possibility}?",
    "(Did you mean one of: {possibilities}?)": "(¿Querías decir una de estas: {possibilities}?)",
    "Got unexpected extra argument ({args})": "Sobra un argumento ({args})",
    "Got unexpected extra arguments ({args})": "Sobran argumentos ({args})",
    "Option {name!r} does not take a value.": "La opción {name!r} no lleva valor.",
    "Option {name!r} requires an argument.": "La opción {name!r} necesita un valor.",
    "Option {name!r} requires {nargs} arguments.": "La opción {name!r} necesita {nargs} valores.",
    "Argument {name!r} takes {nargs} values.": "El argumento {name!r} lleva {nargs} valores.",
    "Takes {nargs} values but 1 was given.": "Lleva {nargs} valores y se ha dado 1.",
    "Takes {nargs} values but {len} were given.": "Lleva {nargs} valores y se han dado {len}.",
    "Invalid value: {message}": "Valor no válido: {message}",
    "Invalid value for {param_hint}: {message}": "Valor no válido para {param_hint}: {message}",
    "Could not open file {filename!r}: {message}": "No se pudo abrir el fichero {filename!r}: {message}",
    "unknown error": "error desconocido",
    "{value!r} is not {choice}.": "{value!r} no es {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} no es ninguno de {choices}.",
    "{value!r} is not a valid {number_type}.": "{value!r} no es un número válido.",
    "{value} is not in the range {range}.": "{value} no está en el intervalo {range}.",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value!r} no es ni sí ni no. Valen: {states}",
    "{name} {filename!r} does not exist.": "{filename!r} no existe.",
    "{name} {filename!r} is a file.": "{filename!r} es un fichero.",
    "{name} {filename!r} is a directory.": "{filename!r} es una carpeta.",
    "{name} {filename!r} is not readable.": "{filename!r} no se puede leer.",
    "{name} {filename!r} is not writable.": "En {filename!r} no se puede escribir.",
}
"""By click's own sentence; "Error: " is the same word in both languages."""

_PLACEHOLDERS: Final[dict[str, str]] = {
    "[OPTIONS]": "[OPCIONES]",
    "COMMAND [ARGS]...": "ORDEN [ARGUMENTOS]...",
    "TEXT": "TEXTO",
    "INTEGER": "ENTERO",
    "INTEGER RANGE": "ENTERO",
    "FLOAT": "NÚMERO",
    "FLOAT RANGE": "NÚMERO",
    "FILE": "FICHERO",
    "DIRECTORY": "CARPETA",
    "PATH": "RUTA",
}


def speak(command: click.Command) -> None:
    """Have click speak the language of the environment, and `command` with all below it show its placeholders so."""
    for module in _MODULES:
        module.__dict__["_"] = _told
        if "ngettext" in module.__dict__:
            module.__dict__["ngettext"] = _counted
    _name_placeholders(command)


def _name_placeholders(command: click.Command) -> None:
    command.options_metavar = _placeholder("[OPTIONS]")
    for option in command.params:
        name = option.type.name.upper()
        if not isinstance(option, click.Option) or option.is_flag or name not in _PLACEHOLDERS:
            continue
        if option.metavar in (None, name, _PLACEHOLDERS[name]):
            option.metavar = _placeholder(name)
    if isinstance(command, click.Group):
        command.subcommand_metavar = _placeholder("COMMAND [ARGS]...")
        for each in command.commands.values():
            _name_placeholders(each)


def _placeholder(name: str) -> str:
    return words(name, _PLACEHOLDERS[name])


def _told(sentence: str) -> str:
    return words(sentence, SPANISH.get(sentence, sentence))


def _counted(one: str, several: str, number: int) -> str:
    return _told(one if number == 1 else several)
