"""Writes a command grammar as the files that the basic recogniser reads: grammar, trigram model and dictionary.

The folder is named for the content, so a changed sentence makes a new one and the old one is removed. Knows where
pocketsphinx keeps its dictionary, not how it recognises.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from jarvis.contracts.errors import EngineError, StorageError
from jarvis.contracts.speech import CommandGrammar
from jarvis.engines.speech.trigram import trigram_arpa

GRAMMAR_FILE = "commands.fsg"
TRIGRAM_FILE = "commands.arpa"
DICTIONARY_FILE = "commands.dict"

_FORMAT = 1
"""Raised when the files are written differently from the same grammar."""

EXTRA_PRONUNCIATIONS: dict[str, tuple[str, ...]] = {
    "am": ("AE M", "EY EH M"),
    "gpu": ("JH IY P IY Y UW",),
    "unmute": ("AH N M Y UW T",),
    "vram": ("V IY R AE M",),
}
"""Words of commands that the bundled dictionary lacks or says otherwise, in its ARPAbet phones."""


def known_words() -> Callable[[str], bool]:
    """Return a test for the words that the basic recogniser can hear; `EngineError` when it is not installed."""
    known = _pronunciations().keys()
    return lambda word: word in known


def write_command_files(grammar: CommandGrammar, cache_folder: Path) -> Path:
    """Write `grammar` below `cache_folder` unless it is there already; returns its folder.

    Raises `StorageError` when the disk does not take it.
    """
    content = f"{_FORMAT}\n{grammar.automaton}\n" + "\n".join(grammar.sentences)
    folder = cache_folder / f"commands-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
    if (folder / DICTIONARY_FILE).exists():
        return folder
    part = cache_folder / f".{folder.name}.part"
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        (part / GRAMMAR_FILE).write_text(grammar.automaton, encoding="utf-8")
        (part / TRIGRAM_FILE).write_text(trigram_arpa(grammar.sentences), encoding="utf-8")
        (part / DICTIONARY_FILE).write_text(_dictionary(grammar), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    except OSError as error:
        raise StorageError(
            "speech.command_files",
            en="The command grammar could not be written to {folder} ({why}). Free some space and try again.",
            es="No se pudo escribir la gramática de órdenes en {folder} ({why}). Libera espacio y repite.",
            folder=cache_folder,
            why=error.strerror or error,
        ) from error
    for old in cache_folder.glob("commands-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    return folder


def _dictionary(grammar: CommandGrammar) -> str:
    """Return the pronunciations of the grammar's words only: a small dictionary loads fast."""
    pronunciations = _pronunciations()
    spoken = {word for sentence in grammar.sentences for word in sentence.split()}
    spoken |= {line.split()[4] for line in grammar.automaton.splitlines() if line.count(" ") == 4}
    lines = []
    for word in sorted(spoken):
        for number, phones in enumerate(pronunciations[word], 1):
            lines.append(f"{word} {phones}" if number == 1 else f"{word}({number}) {phones}")
    return "\n".join(lines) + "\n"


@cache
def _pronunciations() -> dict[str, tuple[str, ...]]:
    found = find_spec("pocketsphinx")
    if found is None or found.origin is None:
        raise EngineError(
            "speech.no_recogniser",
            en="The basic speech recogniser (pocketsphinx) is not installed, so Jarvis cannot understand speech. "
            "Run install_upgrade.sh again; typing works meanwhile.",
            es="El reconocedor de voz básico (pocketsphinx) no está instalado y Jarvis no puede entender la voz. "
            "Ejecuta de nuevo install_upgrade.sh; mientras tanto puedes escribir.",
            retryable=False,
        )
    text = (Path(found.origin).parent / "model" / "en-us" / "cmudict-en-us.dict").read_text(encoding="utf-8")
    variants: dict[str, list[str]] = {}
    for line in text.splitlines():
        word, _, phones = line.partition(" ")
        variants.setdefault(word.partition("(")[0] if word.endswith(")") else word, []).append(phones)
    merged = {word: tuple(phones) for word, phones in variants.items()}
    return {**merged, **EXTRA_PRONUNCIATIONS}
