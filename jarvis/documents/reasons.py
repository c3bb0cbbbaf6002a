"""Why a file is not read, or only in part: one code, one sentence in each language.

Knows nothing about how it is found out or where it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.errors import Language

Outcome = Literal["skipped", "failed"]
"""Left alone on purpose; should have been read and could not be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sentence:
    outcome: Outcome
    en: str
    es: str


def _skipped(en: str, es: str) -> _Sentence:
    return _Sentence(outcome="skipped", en=en, es=es)


def _failed(en: str, es: str) -> _Sentence:
    return _Sentence(outcome="failed", en=en, es=es)


_SENTENCES: dict[str, _Sentence] = {
    "kind": _skipped(
        "Jarvis does not read files of this kind ({suffix}).", "Jarvis no lee ficheros de este tipo ({suffix})."
    ),
    "hidden": _skipped(
        "Hidden files and folders are left alone.", "Los ficheros y carpetas ocultos se dejan como están."
    ),
    "generated": _skipped(
        "A folder that programs fill (packages, caches) is left alone.",
        "Una carpeta que llenan los programas (paquetes, cachés) se deja como está.",
    ),
    "own": _skipped("Jarvis does not read its own data folder.", "Jarvis no lee su propia carpeta de datos."),
    "link": _skipped(
        "A link is not followed; add the place that it points to, if it should be read.",
        "No se sigue un enlace; añade el lugar al que apunta si debe leerse.",
    ),
    "special": _skipped(
        "It is not a file but a pipe, socket or device.", "No es un fichero, sino una tubería, un socket o dispositivo."
    ),
    "temporary": _skipped(
        "A temporary file of a program that has the document open.",
        "Un fichero temporal de un programa que tiene el documento abierto.",
    ),
    "empty": _skipped("There is no text in it.", "No contiene texto."),
    "binary": _skipped(
        "Its content is not text, whatever its name says.", "Su contenido no es texto, diga lo que diga su nombre."
    ),
    "same": _skipped("It has the same content as {path}.", "Tiene el mismo contenido que {path}."),
    "apart": _skipped(
        "It is read as a folder of its own, or was forgotten as one; name it to have it read again.",
        "Se lee como carpeta aparte, o se olvidó como tal; indícala por su nombre para que se vuelva a leer.",
    ),
    "encrypted": _skipped(
        "It is protected by a password; save a copy without one to have it read.",
        "Está protegido con contraseña; guarda una copia sin ella para que se lea.",
    ),
    "old_office": _skipped(
        "It is in an old format or protected by a password; save it as .docx or .odt without one.",
        "Está en un formato antiguo o protegido con contraseña; guárdalo como .docx u .odt sin ella.",
    ),
    "drm": _skipped(
        "Its seller's copy protection keeps it from being read.",
        "La protección anticopia de quien lo vendió impide leerlo.",
    ),
    "scanned": _skipped(
        "It is a scan, pictures of pages without text; run text recognition (OCR) on it first.",
        "Es un escaneado, imágenes de páginas sin texto; pásale antes un reconocimiento de texto (OCR).",
    ),
    "too_big": _skipped(
        "It has {size} and files of this kind are read up to {limit}.",
        "Ocupa {size} y los ficheros de este tipo se leen hasta {limit}.",
    ),
    "bomb": _skipped(
        "It unpacks to far more than it should, as files made to do harm do; it was not read further.",
        "Al descomprimirse ocupa mucho más de lo debido, como los ficheros dañinos; no se siguió leyendo.",
    ),
    "entities": _skipped(
        "It declares XML entities, as files made to do harm do; it was not read.",
        "Declara entidades XML, como los ficheros dañinos; no se leyó.",
    ),
    "permission": _failed(
        "Jarvis may not read it; change its permissions and read the folder again.",
        "Jarvis no tiene permiso para leerlo; cambia sus permisos y vuelve a leer la carpeta.",
    ),
    "vanished": _failed("It was gone before it was read.", "Desapareció antes de leerlo."),
    "changed": _failed(
        "It changed while it was read; it is read again at the next reading.",
        "Cambió mientras se leía; se vuelve a leer en la próxima lectura.",
    ),
    "unreadable": _failed(
        "The disk did not give it ({why}); it is tried again at the next reading.",
        "El disco no lo entregó ({why}); se intenta de nuevo en la próxima lectura.",
    ),
    "broken": _failed(
        "It is damaged or not what its name says ({why}).", "Está dañado o no es lo que dice su nombre ({why})."
    ),
    "crashed": _failed(
        "Reading it crashed ({why}); the other files were not affected.",
        "Su lectura falló de golpe ({why}); los demás ficheros no se vieron afectados.",
    ),
    "slow": _failed(
        "Reading it took longer than {seconds} seconds and was stopped.",
        "Leerlo llevó más de {seconds} segundos y se detuvo.",
    ),
    "memory": _failed(
        "Reading it needs more memory than one file may take.",
        "Leerlo necesita más memoria de la que puede tomar un fichero.",
    ),
    "interrupted": _failed(
        "Reading it was interrupted; it is read again at the next reading.",
        "Su lectura se interrumpió; se vuelve a leer en la próxima lectura.",
    ),
    "missing_folder": _failed(
        "The folder is not there now (an unplugged drive?); what was read of it is kept.",
        "La carpeta no está ahora (¿una unidad desconectada?); lo leído de ella se conserva.",
    ),
    "emptied": _failed(
        "The folder is empty now (an unplugged drive?); what was read of it is kept until you forget the folder.",
        "La carpeta está vacía ahora (¿una unidad desconectada?); lo leído se conserva hasta que la olvides.",
    ),
    "gone": _skipped("The file is no longer there.", "El fichero ya no está."),
    "cut": _skipped(
        "Only the first {limit} of its text were taken in.", "Solo se tomaron los primeros {limit} de su texto."
    ),
    "some_scanned": _skipped(
        "{pages} of its pages are pictures without text.", "{pages} de sus páginas son imágenes sin texto."
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """A sentence about one file. `code` is a key of the table above, `values` fill its sentences."""

    code: str
    values: dict[str, str]

    @property
    def outcome(self) -> Outcome:
        """Whether the file was left alone or should have been read."""
        return _SENTENCES[self.code].outcome

    def sentence(self, language: Language) -> str:
        """Return it in `language`."""
        known = _SENTENCES[self.code]
        return (known.es if language == "es" else known.en).format(**self.values)


def reason(code: str, **values: object) -> Reason:
    """Return a reason; `KeyError` for an unknown code or a value that its sentences lack."""
    made = Reason(code=code, values={name: str(value) for name, value in values.items()})
    made.sentence("en")
    return made


class Unreadable(Exception):
    """A file is not read; carries why."""

    def __init__(self, code: str, **values: object) -> None:
        self.reason = reason(code, **values)
        super().__init__(self.reason.sentence("en"))


def amount(count: int) -> str:
    """Return a number of bytes in words that both languages share ("3 KB", "500 MB")."""
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= size:
            return f"{round(count / size, 1):g} {unit}"
    return f"{count} B"
