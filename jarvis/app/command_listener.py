"""The listening child of the basic recogniser, with the grammar that the skills' sentences make.

Run as `python -m jarvis.app.command_listener CACHE_FOLDER`. The grammar is made here and not in the parent, and only
when the sentence files have changed, so that neither the window nor a later start pays for it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from jarvis.contracts.errors import EngineError, InputError
from jarvis.contracts.speech import CommandGrammar
from jarvis.engines.children.recogniser import Commands, serve
from jarvis.engines.speech.command_files import command_files, fingerprint
from jarvis.skills.templates import load_language, sentences_folder


def listening_files(cache_folder: Path) -> Path:
    """Return the folder of the English skills' command files below `cache_folder`; raises `EngineError`."""
    try:
        version = fingerprint((sentences_folder() / "en").glob("*.yaml"))
        return command_files(cache_folder, version, _grammar)
    except InputError as error:
        raise EngineError(
            error.code,
            en="{in_english}",
            es="{in_spanish}",
            retryable=False,
            in_english=error.sentence("en"),
            in_spanish=error.sentence("es"),
        ) from error


def _grammar(knows: Callable[[str], bool]) -> CommandGrammar:
    from jarvis.skills.grammar import command_grammar

    return command_grammar(load_language(sentences_folder(), "en"), knows)


def main() -> None:
    """Serve on standard input and output."""
    parser = argparse.ArgumentParser(description="Jarvis' listening child for commands")
    parser.add_argument("cache_folder", type=Path)
    options = parser.parse_args()
    serve(lambda: Commands(listening_files(options.cache_folder)), "commands")


if __name__ == "__main__":
    main()
