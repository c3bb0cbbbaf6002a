"""What people read about the state of the index, in both languages."""

from __future__ import annotations

from jarvis.contracts.errors import Language
from jarvis.contracts.memory import IndexState

_SENTENCES: dict[str, dict[Language, str]] = {
    "ready": {
        "en": "The index is complete: {done} memories are compared by their meaning.",
        "es": "El índice está completo: {done} recuerdos se comparan por su significado.",
    },
    "building": {
        "en": "The index is being built: {done} of {total} memories are compared by their meaning, the others are "
        "found by their words.",
        "es": "El índice se está construyendo: {done} de {total} recuerdos se comparan por su significado; los demás "
        "se encuentran por sus palabras.",
    },
    "placing": {
        "en": "All {done} memories are compared by their meaning. ChromaDB is taking them over ({indexed} so far); "
        "until then they are compared one by one.",
        "es": "Los {done} recuerdos se comparan por su significado. ChromaDB los está recibiendo ({indexed} por "
        "ahora); hasta entonces se comparan uno a uno.",
    },
    "damaged": {
        "en": "A part of the index was damaged and is being made anew ({done} of {total}). Nothing of what is "
        "remembered is lost, and all of it can be found meanwhile.",
        "es": "Una parte del índice estaba dañada y se está rehaciendo ({done} de {total}). No se ha perdido nada de "
        "lo recordado y todo se puede encontrar mientras tanto.",
    },
    "elsewhere": {
        "en": "Another Jarvis (process {pid}) keeps the index; this one searches all the same, comparing {done} of "
        "{total} memories one by one.",
        "es": "Otro Jarvis (proceso {pid}) lleva el índice; este busca igualmente, comparando uno a uno {done} de "
        "{total} recuerdos.",
    },
}


def index_sentence(state: IndexState, language: Language, *, done: int, total: int, indexed: int, pid: str) -> str:
    """Return what to say for a state that has no sentence of its own error."""
    which = "placing" if state == "building" and done >= total else state
    return _SENTENCES[which][language].format(done=done, total=total, indexed=indexed, pid=pid or "?")
