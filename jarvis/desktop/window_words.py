"""What a sentence says to somebody in front of the window: where it names a command for the terminal, the window's own
way to the same stands instead. Knows no widget.

Sentences are made where things go wrong, for every door at once; the command line shows them as they are.
"""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Source
from jarvis.desktop.permission_names import name_of

_ENGLISH = (
    (r"“jarvis models download [^”]*” goes on\.", "Go on with it in “Models”."),
    (r"“jarvis models download [^”]*” mends it\.", "Download it again in “Models”."),
    (r"“jarvis models download [^”]*” fetches it\.", "Download it in “Models”."),
    (
        r"“jarvis models download [^”]*” fetches one [^“]*“jarvis models recommend” says which would suit, or put",
        "Choose one in “Models”, which downloads it, or put",
    ),
    (r"on the models page or with “jarvis models recommend”", "in “Models”"),
    (r"fetch a faster-whisper model: “jarvis models download [^”]*” \([^)]*\)", "download a recogniser in “Models”"),
    (
        r"add a faster-whisper model to the models folder \(“jarvis models download [^”]*”[^)]*\)",
        "download a recogniser in “Models”",
    ),
    (r"is not installed \(jarvis models download [^)]*\)", "is not installed (“Models” has it)"),
    (r"“jarvis models remove [^”]*” first", "remove it in “Models” first"),
    (r"or “jarvis models remove [^”]*”", "or remove the model in “Models”"),
    (r"“jarvis models deactivate [^”]*” takes it out of service", "It can be switched off in “Models”"),
    (r"an id of “jarvis models list”", "an id from “Models”"),
    (r"“jarvis models list[^”]*”", "“Models”"),
    (
        r"Have it built with “jarvis models build-server”, or set engine\.runner to llama\.",
        "In the settings, under “Local model”, set “Program” to llama.",
    ),
    (r"in the settings or with “jarvis keys set[^”]*”", "in the settings under “API keys”"),
    (r"give it with “jarvis keys set [^”]*” or as HF_TOKEN", "enter it in the settings under “API keys”"),
    (r"store it with “jarvis keys set [^”]*”", "enter it in the settings under “Tools (MCP)”"),
    (r"remove the key with “jarvis keys delete [^”]*”", "remove the key under “API keys”"),
    (r"“jarvis free”", "“Free the GPUs”"),
    (r"“jarvis permissions set [^”]*” changes that", "“Permissions” in the settings changes that"),
    (r"“jarvis config get” lists all of them", "The settings list all of them"),
    (r"“jarvis mcp list” shows those that there are", "“Tools (MCP)” in the settings shows those that there are"),
    (r"“jarvis memory (?:list|folders)”", "“Memory”"),
    (r"as “jarvis memory export” writes them", "as Jarvis exports them"),
    (r"Start it with “ollama serve”", "Start Ollama"),
    (r"Start it \(“ollama serve”\)", "Start it"),
    (r"Fetch it with “ollama pull [^”]*”", "Fetch it in “Models”"),
)
_SPANISH = (
    (r"«jarvis models download [^»]*» continúa\.", "Continúala en «Modelos»."),
    (r"«jarvis models download [^»]*» lo arregla\.", "Descárgalo de nuevo en «Modelos»."),
    (r"«jarvis models download [^»]*» lo descarga\.", "Descárgalo en «Modelos»."),
    (
        r"«jarvis models download [^»]*» descarga uno [^«]*«jarvis models recommend» dice cuáles convienen, o pon",
        "Elige uno en «Modelos», que lo descarga, o pon",
    ),
    (r"en la página de modelos o con «jarvis models recommend»", "en «Modelos»"),
    (
        r"descarga un modelo faster-whisper: «jarvis models download [^»]*» \([^)]*\)",
        "descarga un reconocedor en «Modelos»",
    ),
    (
        r"añade un modelo faster-whisper a la carpeta de modelos \(«jarvis models download [^»]*»[^)]*\)",
        "descarga un reconocedor en «Modelos»",
    ),
    (r"no está instalado \(jarvis models download [^)]*\)", "no está instalado (lo tiene «Modelos»)"),
    (r"primero «jarvis models remove [^»]*»", "quítalo primero en «Modelos»"),
    (r"o «jarvis models remove [^»]*»", "o quita el modelo en «Modelos»"),
    (r"«jarvis models deactivate [^»]*» lo retira del servicio", "Se puede desactivar en «Modelos»"),
    (r"«jarvis models list[^»]*»", "«Modelos»"),
    (
        r"Compílalo con «jarvis models build-server» o pon engine\.runner en llama\.",
        "En los ajustes, en «Modelo local», pon «Programa» en llama.",
    ),
    (r"en los ajustes o con «jarvis keys set[^»]*»", "en los ajustes, en «Claves de API»"),
    (r"y dalo con «jarvis keys set [^»]*» o como HF_TOKEN", "e introdúcelo en los ajustes, en «Claves de API»"),
    (r"guárdala con «jarvis keys set [^»]*»", "introdúcela en los ajustes, en «Herramientas (MCP)»"),
    (r"quita la clave con «jarvis keys delete [^»]*»", "quita la clave en «Claves de API»"),
    (r"«jarvis free»", "«Liberar las GPU»"),
    (r"«jarvis permissions set [^»]*» lo cambia", "Se cambia en los ajustes, en «Permisos»"),
    (r"«jarvis config get» las muestra todas", "Los ajustes las muestran todas"),
    (r"«jarvis mcp list» muestra los que hay", "«Herramientas (MCP)», en los ajustes, muestra los que hay"),
    (r"«jarvis memory (?:list|folders)»", "«Memoria»"),
    (r"como los escribe «jarvis memory export»", "como los exporta Jarvis"),
    (r"Arráncalo con «ollama serve»", "Arranca Ollama"),
    (r"Arráncalo \(«ollama serve»\)", "Arráncalo"),
    (r"Descárgalo con «ollama pull [^»]*»", "Descárgalo en «Modelos»"),
)
_WAYS = tuple((re.compile(command), words) for command, words in (*_ENGLISH, *_SPANISH))
_COMMAND = re.compile(r"[“«(](?:jarvis|ollama) ")
_FORBIDDEN = re.compile(
    r"You do not allow (?P<en>[\w.:-]+), so nothing was done\. “jarvis permissions set [\w.:-]+ allow” changes that\."
    r"|No permites (?P<es>[\w.:-]+), así que no se hizo nada\. «jarvis permissions set [\w.:-]+ allow» lo cambia\."
)
"""All that is answered in the place of a skill that is not allowed."""
_REMEMBERED = (
    (
        "There is no model to answer this, but the memory has something on it:\n- ",
        "\n\nI cannot answer that yet: it needs a language model, and none can run here now.\n\n",
    ),
    (
        "No hay ningún modelo que responda a esto, pero la memoria tiene algo:\n- ",
        "\n\nAún no puedo responder a eso: hace falta un modelo de lenguaje y ahora no hay ninguno disponible.\n\n",
    ),
)
"""What stands before memories and between them and the reasons why no model answers."""


def in_window(sentence: str) -> str:
    """Return `sentence`, in either language, with the window's ways in the place of commands; any other as it is."""
    if _COMMAND.search(sentence) is None:
        return sentence
    for command, words in _WAYS:
        sentence = command.sub(words, sentence)
    return sentence


def answer_in_window(text: str, source: Source | None, *, asks_back: bool = False) -> str:
    """Return an answer with the window's ways in the place of commands that Jarvis itself names.

    What a person said, what is remembered and what a model wrote stays as it is, and so does everything where it is not
    known who wrote it (`source` None) or where Jarvis `asks_back`, which reads back what was said.
    """
    if source == "none" and not asks_back:
        return in_window(text)
    if source == "skill" and (forbidden := _FORBIDDEN.fullmatch(text)):
        return in_window(_in_plain_words(forbidden))
    if source == "memory":
        for before, between in _REMEMBERED:
            memories, found, reasons = text.rpartition(between)
            if found and memories.startswith(before):
                return memories + found + in_window(reasons)
    return text


def _in_plain_words(forbidden: re.Match[str]) -> str:
    """Return what stands in the place of a skill that is not allowed, with its name in words."""
    language: Language = "en" if forbidden["en"] else "es"
    named = name_of(forbidden[language]).to(language)
    start, end = forbidden.span(language)
    quoted = f"“{named}”" if language == "en" else f"«{named}»"
    return f"{forbidden.string[:start]}{quoted}{forbidden.string[end:]}"


def place_in_window(text: str, shown: str, at: int) -> int:
    """Return where the character `at` of `text` is in what is `shown` of it: behind what stands in the place of a
    command where it was in that."""
    if text == shown:
        return at
    before = _common(text, shown)
    if at <= before:
        return at
    after = _common(text[before:][::-1], shown[before:][::-1])
    return len(shown) - min(len(text) - at, after)


def _common(one: str, other: str) -> int:
    """Return with how many of the same characters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
