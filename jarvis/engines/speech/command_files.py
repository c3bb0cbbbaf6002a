"""Writes a command grammar as the files that the basic recogniser reads: grammar, trigram model and dictionary.

The folder is named for what the grammar is made of, so a changed sentence makes a new one and the old one is removed,
and a start that finds its folder makes no grammar at all. Knows where pocketsphinx keeps its dictionary, not how it
recognises.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import CommandGrammar
from jarvis.engines.speech.trigram import trigram_arpa

GRAMMAR_FILE = "commands.fsg"
TRIGRAM_FILE = "commands.arpa"
DICTIONARY_FILE = "commands.dict"

_FORMAT = 2
"""Raised when the same sentence files make other command files."""

EXTRA_PRONUNCIATIONS: dict[str, tuple[str, ...]] = {
    "am": ("AE M", "EY EH M"),
    "gpu": ("JH IY P IY Y UW",),
    "unmute": ("AH N M Y UW T",),
    "vram": ("V IY R AE M",),
}
"""Words of commands that the bundled dictionary lacks or says otherwise, in its ARPAbet phones."""


def fingerprint(sources: Iterable[Path]) -> str:
    """Return a name for the command files that are made of the files `sources`: 16 hexadecimal digits."""
    made_of = hashlib.sha256(str(_FORMAT).encode())
    for path in sorted(sources):
        made_of.update(f"\n{path.name}\n".encode() + path.read_bytes())
    return made_of.hexdigest()[:16]


def command_files(cache_folder: Path, version: str, grammar: Callable[[Callable[[str], bool]], CommandGrammar]) -> Path:
    """Return the folder of `version`'s command files below `cache_folder`, writing them if they are not there yet.

    `grammar` is called only then, with a test for the words that the recogniser can hear. Raises `EngineError` when
    pocketsphinx is not installed or the disk does not take the files.
    """
    folder = cache_folder / f"commands-{version}"
    if (folder / DICTIONARY_FILE).exists():
        return folder
    pronunciations = _pronunciations()
    made = grammar(pronunciations.__contains__)
    part = cache_folder / f".{folder.name}.{os.getpid()}.part"
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        (part / GRAMMAR_FILE).write_text(made.automaton, encoding="utf-8")
        (part / TRIGRAM_FILE).write_text(trigram_arpa(made.sentences), encoding="utf-8")
        (part / DICTIONARY_FILE).write_text(_dictionary(made, pronunciations), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    except OSError as error:
        raise EngineError(
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


def _dictionary(grammar: CommandGrammar, pronunciations: Mapping[str, tuple[str, ...]]) -> str:
    """Return the pronunciations of the grammar's words only: a small dictionary loads fast."""
    spoken = {word for sentence in grammar.sentences for word in sentence.split()}
    spoken |= {line.split()[4] for line in grammar.automaton.splitlines() if line.count(" ") == 4}
    lines = []
    for word in sorted(spoken):
        for number, phones in enumerate(pronunciations[word], 1):
            lines.append(f"{word} {phones}" if number == 1 else f"{word}({number}) {phones}")
    return "\n".join(lines) + "\n"


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
