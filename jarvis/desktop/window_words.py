"""What a sentence says to somebody in front of the window: where it names a command for the terminal, the window's own
way to the same stands instead. Knows no widget.

Sentences are made where things go wrong, for every door at once; the command line shows them as they are.
"""

from __future__ import annotations

import re

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
    (r"in the settings or with “jarvis keys set[^”]*”", "in the settings under “Keys”"),
    (r"give it with “jarvis keys set [^”]*” or as HF_TOKEN", "enter it in the settings under “Keys”"),
    (r"store it with “jarvis keys set [^”]*”", "enter it in the settings under “Tools (MCP)”"),
    (r"remove the key with “jarvis keys delete [^”]*”", "remove the key under “Keys”"),
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
    (r"en los ajustes o con «jarvis keys set[^»]*»", "en los ajustes, en «Claves»"),
    (r"y dalo con «jarvis keys set [^»]*» o como HF_TOKEN", "e introdúcelo en los ajustes, en «Claves»"),
    (r"guárdala con «jarvis keys set [^»]*»", "introdúcela en los ajustes, en «Herramientas (MCP)»"),
    (r"quita la clave con «jarvis keys delete [^»]*»", "quita la clave en «Claves»"),
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


def in_window(sentence: str) -> str:
    """Return `sentence`, in either language, with the window's ways in the place of commands; any other as it is."""
    if _COMMAND.search(sentence) is None:
        return sentence
    for command, words in _WAYS:
        sentence = command.sub(words, sentence)
    return sentence
