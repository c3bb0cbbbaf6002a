"""Addresses, paths and identifiers as they are said: by their name, never letter by letter. Pure."""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language

_DOT: dict[Language, str] = {"en": " dot ", "es": " punto "}
_AT: dict[Language, str] = {"en": " at ", "es": " arroba "}
_LINK: dict[Language, str] = {"en": "link to {name}", "es": "enlace a {name}"}
_BARE_LINK: dict[Language, str] = {"en": "a link", "es": "un enlace"}
_IDENTIFIER: dict[Language, str] = {"en": "identifier ending in {end}", "es": "identificador terminado en {end}"}
_FILE: dict[Language, str] = {"en": "file {name}", "es": "fichero {name}"}
_FOLDER: dict[Language, str] = {"en": "folder {name}", "es": "carpeta {name}"}

_URL = re.compile(
    r"(?<![\w@])(?:(?:https?|ftp|file|wss?|ssh|git)://|www\.|mailto:)[^\s<>\[\]\"«»“”]*[^\s<>()\[\]\".,;:!?'«»“”*_]",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:[a-z]+://)?(?:[^/@\s]*@)?(?:www\.)?([^/:?#\s]+)", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+\-])(\w[\w.+\-]{0,63})@(\w[\w\-]{0,62}(?:\.\w[\w\-]{0,62})+)")
_TOP = "com|org|net|edu|gov|es|io|ai|dev|app|co|uk|de|fr|eu|mx|ar|info|me|tv|gob|us|cat"
_DOMAIN = re.compile(
    rf"(?<![\w@./\-])((?:[a-z0-9][a-z0-9\-]{{0,62}}\.){{1,4}}(?:{_TOP}))(?:/[^\s<>()\[\]\"]*[\w/])?(?![\w@])",
    re.IGNORECASE,
)
_PATH = re.compile(
    r"(?<![\w/\\:.~<])(?:~|\.{1,2})?(?:/[\w.\-+@]+){2,}/?|(?<![\w/\\])(?:~|\.{1,2})/[\w.\-+@/]+|(?<!\w)[A-Za-z]:\\[^\s\"<>|]+"
)
_FILE_NAME = re.compile(
    r"(?<![\w/\\.\-])([\w\-]{1,60}(?:\.[\w\-]{1,30}){0,3})\.(py|js|ts|md|txt|pdf|json|yaml|yml|toml|csv|html|css|sh|exe|zip|png|jpg|jpeg|mp3|mp4|wav|gguf"
    r"|onnx|docx?|xlsx?|pptx?|cpp|rs|go|java|sql|log|ini|cfg|xml|svg)(?!\w)",
    re.IGNORECASE,
)  # fmt: skip
_UUID = re.compile(r"(?<![\w\-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w\-])", re.IGNORECASE)
_HASH = re.compile(r"(?<![\w\-])(?:0x)?(?=[0-9a-f]*\d)(?=[0-9]*[a-f])[0-9a-f]{7,128}(?![\w\-])", re.IGNORECASE)
_EXTENSIONS_AS_WORDS = frozenset(("gif", "json", "yaml", "toml", "zip", "log", "doc", "docx"))


def say_links(text: str, language: Language) -> str:
    """Return `text` with addresses, mail addresses, paths, file names and long identifiers said by name."""
    text = _URL.sub(lambda match: _url(match[0], language), text)
    text = _MAIL.sub(lambda match: f"{_dotted(match[1], language)}{_AT[language]}{_dotted(match[2], language)}", text)
    text = _DOMAIN.sub(lambda match: _dotted(match[1], language), text)
    text = _PATH.sub(lambda match: _path(match[0], language), text)
    text = _FILE_NAME.sub(lambda match: _file(match[1], match[2], language), text)
    text = _UUID.sub(lambda match: _identifier(match[0], language), text)
    return _HASH.sub(lambda match: _identifier(match[0], language), text)


def _url(address: str, language: Language) -> str:
    if address.casefold().startswith("mailto:"):
        return address[7:].partition("?")[0]
    found = _HOST.match(address)
    host = found[1] if found else ""
    if not re.search(r"[^\W\d_]", host) or len(host) > 60 or "." not in host:
        return _BARE_LINK[language]
    return _LINK[language].format(name=_dotted(host, language))


def _dotted(name: str, language: Language) -> str:
    words = name.replace(".", _DOT[language])
    return re.sub(r"[_\-+]+", " ", words).strip()


def _path(path: str, language: Language) -> str:
    # "and/or" has no leading slash, so what comes here is a path; its last part tells most.
    name = re.split(r"[\\/]", path.rstrip("\\/."))[-1]
    if not name.strip("~."):
        return path
    stem, dot, extension = name.rpartition(".")
    if dot and stem and extension.isalnum():
        return _FILE[language].format(name=_file(stem, extension, language))
    return _FOLDER[language].format(name=_worded(name))


def _file(stem: str, extension: str, language: Language) -> str:
    known = extension.casefold()
    said = known if known in _EXTENSIONS_AS_WORDS or len(known) > 4 else " ".join(extension.upper())
    return f"{_worded(stem.replace('.', _DOT[language]))}{_DOT[language]}{said}"


def _worded(name: str) -> str:
    return re.sub(r"[_\-+.@]+", " ", name).strip()


def _identifier(code: str, language: Language) -> str:
    return _IDENTIFIER[language].format(end=" ".join(code[-4:].upper()))
