"""What can go wrong with a server and with its configuration, each as one sentence per language. Knows no server."""

from __future__ import annotations

from jarvis.contracts.errors import InputError, JarvisError

_CONFIGURATION: dict[str, tuple[str, str]] = {
    "unreadable": (
        "{file} cannot be read ({why}); no server was started. Mend or remove the file.",
        "No se puede leer {file} ({why}); no se inició ningún servidor. Corrige o quita el fichero.",
    ),
    "unwritable": (
        "{file} cannot be written ({why}); nothing was changed.",
        "No se puede escribir {file} ({why}); no se cambió nada.",
    ),
    "json": (
        "{file} is not JSON (line {line}, column {column}); no server was started. Mend it there.",
        "{file} no es JSON (línea {line}, columna {column}); no se inició ningún servidor. Corrígelo ahí.",
    ),
    "shape": (
        "{file}: {place} must be {allowed_en}; no server was started. Mend it there.",
        "{file}: {place} debe ser {allowed_es}; no se inició ningún servidor. Corrígelo ahí.",
    ),
    "given": (
        "{name} was not added: {part_en} must be {allowed_en}. Correct it and add the server again.",
        "No se añadió {name}: {part_es} debe ser {allowed_es}. Corrígelo y vuelve a añadir el servidor.",
    ),
    "name": (
        "“{name}” cannot name a server: 1 to 24 letters without accents, digits and hyphens, and no two alike.",
        "«{name}» no puede ser el nombre de un servidor: de 1 a 24 letras sin acento, cifras y guiones, y sin repetir.",
    ),
    "exists": (
        "There is a server {name} already; nothing was changed. Remove it first or choose another name.",
        "Ya hay un servidor {name}; no se cambió nada. Quítalo antes o elige otro nombre.",
    ),
    "unknown": (
        "There is no server {name}. “jarvis mcp list” shows those that there are.",
        "No hay ningún servidor {name}. «jarvis mcp list» muestra los que hay.",
    ),
}

_SERVER: dict[str, tuple[str, str]] = {
    "off": ("The server {name} is switched off in {file}.", "El servidor {name} está desactivado en {file}."),
    "package": (
        "The package “mcp” is missing or damaged, so {name} cannot be used. Install it again: pip install mcp",
        "Falta el paquete «mcp» o está dañado y no se puede usar {name}. Instálalo: pip install mcp",
    ),
    "secret": (
        "The server {name} needs the key “{key}”; store it with “jarvis keys set {key}”.",
        "El servidor {name} necesita la clave «{key}»; guárdala con «jarvis keys set {key}».",
    ),
    "program": (
        "The program {program} of the server {name} was not found. Install it or correct its place in the settings.",
        "No se encontró el programa {program} del servidor {name}. Instálalo o corrige dónde está.",
    ),
    "spawn": (
        "The server {name} could not be started ({why}).",
        "No se pudo iniciar el servidor {name} ({why}).",
    ),
    "ended_early": (
        "The server {name} ended before it was ready.{last_en}",
        "El servidor {name} terminó antes de estar listo.{last_es}",
    ),
    "ended": (
        "The server {name} ended unexpectedly; it is started again when it is next needed.{last_en}",
        "El servidor {name} terminó de repente; se inicia otra vez cuando haga falta.{last_es}",
    ),
    "start_timeout": (
        "The server {name} did not become ready within {seconds} seconds and was ended.{last_en}",
        "El servidor {name} no estuvo listo en {seconds} segundos y se terminó.{last_es}",
    ),
    "call_timeout": (
        "{tool} of the server {name} did not answer within {seconds} seconds; it was told to stop.",
        "{tool} del servidor {name} no respondió en {seconds} segundos; se le pidió que parase.",
    ),
    "unreachable": (
        "The server {name} could not be reached ({why}).",
        "No se pudo contactar con el servidor {name} ({why}).",
    ),
    "refused": (
        "The server {name} refused: {why}",
        "El servidor {name} se negó: {why}",
    ),
    "odd": (
        "The server {name} sent something that cannot be understood ({why}).",
        "El servidor {name} envió algo que no se entiende ({why}).",
    ),
    "too_long": (
        "The server {name} sent a message of more than {mib} MiB and was ended.",
        "El servidor {name} envió un mensaje de más de {mib} MiB y se terminó.",
    ),
    "resting": (
        "The server {name} failed {times} times in a row and rests for {seconds} more seconds. {last_en}",
        "El servidor {name} falló {times} veces seguidas y descansa {seconds} segundos más. {last_es}",
    ),
    "closed": ("The server {name} was closed.", "El servidor {name} se cerró."),
}


class ServerFailure(JarvisError):
    """A server could not be started or reached, or did not answer; the rest of Jarvis goes on without its tools."""


def bad_configuration(kind: str, **values: object) -> InputError:
    """Return the error `mcp.config_KIND`."""
    en, es = _CONFIGURATION[kind]
    return InputError(f"mcp.config_{kind}", en=en, es=es, **values)


def server_failure(kind: str, name: str, **values: object) -> ServerFailure:
    """Return the error `mcp.KIND` of the server `name`."""
    en, es = _SERVER[kind]
    return ServerFailure(f"mcp.{kind}", en=en, es=es, name=name, **values)


def last_words(lines: tuple[str, ...]) -> dict[str, str]:
    """Return the end of what a server said, as the values `last_en` and `last_es` of a sentence."""
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    said = "".join(character for character in said if character.isprintable())[:200]
    return {
        "last_en": f" It said last: “{said}”" if said else "",
        "last_es": f" Lo último que dijo: «{said}»" if said else "",
    }
