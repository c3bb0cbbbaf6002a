"""How memories, previews and progress read on the command line, in the person's language."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType

import click

from jarvis.contracts.errors import Language
from jarvis.contracts.memory import (
    ASSISTANT,
    USER,
    ForgetPreview,
    IndexProgress,
    Memory,
    MemorySource,
    MemoryStats,
    SearchResult,
    place_in,
)

CATCH_UP = 3000
"""A search first makes the vectors of at most so many memories that have none; with more, words have to do."""

_SHOWN = 300
_MANY = 200
_DRAW_SECONDS = 0.1
_LINE_SECONDS = 30.0

_SOURCES: dict[MemorySource, tuple[str, str]] = {
    "conversation": ("turns of conversations", "turnos de conversaciones"),
    "told": ("told", "dichos"),
    "fact": ("facts", "datos"),
    "document": ("pieces of documents", "trozos de documentos"),
    "imported": ("brought in", "incorporados"),
}


_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
"""What would move a terminal's cursor, colour it, or turn its text around."""


_PARTS: dict[Language, dict[str, str]] = {
    "en": {"rows": "texts", "vectors": "vectors", "index": "index"},
    "es": {"rows": "textos", "vectors": "vectores", "index": "índice"},
}


def say(language: Language, en: str, es: str) -> str:
    """Return the text in `language`."""
    return es if language == "es" else en


def _figure(number: int, language: Language) -> str:
    """Return a whole number with its thousands marked as the language does."""
    return f"{number:,}" if language == "en" else f"{number:,}".replace(",", ".")


def local_time(moment: datetime) -> str:
    """Return a time as people read it here; in UTC where this zone has no such time."""
    try:
        return f"{moment.astimezone():%Y-%m-%d %H:%M}"
    except (OverflowError, OSError, ValueError):
        return moment.astimezone(UTC).isoformat(timespec="minutes")


def line_of(memory: Memory, language: Language, *, whole: bool = False) -> str:
    """Return a memory as one line: id, time, speaker, text, place."""
    text = " ".join(_CONTROLS.sub(" ", memory.text).split())
    if not whole and len(text) > _SHOWN:
        text = text[: _SHOWN - 1] + "…"
    who = {USER: "", ASSISTANT: "Jarvis: "}.get(memory.speaker, f"{memory.speaker}: ")
    parts = [memory.id, local_time(memory.said_at), f"{'' if memory.source == 'document' else who}{text}"]
    if memory.path:
        parts.append(f"[{' '.join(part for part in (memory.path, place_in(memory.place, language)) if part)}]")
    parts += ["*"] if memory.pinned else []
    parts += [say(language, "(no longer so)", "(ya no vale)")] if memory.valid_until else []
    return "  ".join(parts)


def happened(memory: Memory) -> str:
    """Return when what a memory tells of took place; empty where nobody knows."""
    if memory.happened is None:
        return ""
    return " … ".join(local_time(each) for each in (memory.happened.start, memory.happened.end) if each is not None)


def result_lines(result: SearchResult, language: Language) -> list[str]:
    """Return what a search found, best first."""
    lines = []
    if not result.found:
        lines.append(say(language, "Nothing matched.", "No se encontró nada."))
    elif not result.matched:
        lines.append(say(language, "Nothing matched well. Nearest:", "Nada encajó bien. Lo más cercano:"))
    for found in result.found:
        because = f"  ({found.because})" if found.because else ""
        lines.append(f"{found.score:.2f}  {line_of(found.memory, language)}{because}")
    return lines


def preview_lines(preview: ForgetPreview, language: Language) -> list[str]:
    """Return what would be forgotten."""
    kinds = ", ".join(f"{count} {_SOURCES[source][language == 'es']}" for source, count in _by_source(preview))
    lines = [
        say(language, "These go for good:", "Se irán para siempre:"),
        say(language, f"  memories: {preview.memories}", f"  recuerdos: {preview.memories}")
        + (f" ({kinds})" if kinds else ""),
    ]
    for count, en, es in (
        (preview.conversations, "whole conversations", "conversaciones enteras"),
        (preview.messages, "messages that are blanked or lose a quote", "mensajes que se vacían o pierden una cita"),
        (preview.answers, "answers that drew on them", "respuestas basadas en ellos"),
    ):
        if count:
            lines.append(f"  {say(language, en, es)}: {count}")
    if preview.aside:
        names = ", ".join(preview.aside)
        lines.append(
            say(
                language,
                f"  what a restore put aside, which may hold them: {names}",
                f"  lo que apartó una restauración, que puede contenerlos: {names}",
            )
        )
    lines += [f"    {line_of(each, language)}" for each in preview.examples]
    if preview.memories > len(preview.examples):
        lines.append("    …")
    lines.append(
        say(
            language,
            "Files in your folders, lists, notes and reminders to come stay.",
            "Se quedan los ficheros de tus carpetas, las listas, las notas y los recordatorios pendientes.",
        )
    )
    return lines


def stats_lines(stats: MemoryStats, language: Language) -> list[str]:
    """Return counts, sizes and the state of the index."""
    kinds = "".join(
        f"\n  {_SOURCES[source][language == 'es']}: {_figure(stats.by_source[source], language)}"
        for source in _known(stats)
    )
    languages = ", ".join(f"{name} {_figure(count, language)}" for name, count in sorted(stats.by_language.items()))
    lines = [f"{say(language, 'Memories', 'Recuerdos')}: {_figure(stats.memories, language)}{kinds}"]
    if languages:
        lines.append(say(language, f"Languages: {languages}", f"Idiomas: {languages}"))
    if stats.oldest and stats.newest:
        span = f"{local_time(stats.oldest)} … {local_time(stats.newest)}"
        lines.append(say(language, f"From: {span}", f"De: {span}"))
    lines.append(
        say(
            language,
            f"Pinned: {stats.pinned}; no longer so: {stats.superseded}; folders: {stats.folders}, "
            f"documents: {stats.documents}",
            f"Fijados: {stats.pinned}; ya no valen: {stats.superseded}; carpetas: {stats.folders}, "
            f"documentos: {stats.documents}",
        )
    )
    sizes = [f"{_PARTS[language].get(name, name)} {size / 1e6:.1f} MB" for name, size in stats.bytes.items()]
    lines.append(say(language, f"On disk: {', '.join(sizes)}", f"En disco: {'; '.join(sizes)}".replace(".", ",")))
    index = stats.index
    so_far = f"{index.state}: {_figure(index.done, language)}/{_figure(index.total, language)}"
    lines.append(index.sentence or so_far)
    return lines


def not_compared(state: IndexProgress, language: Language) -> str:
    """Return how many memories only words can find yet, and what to do."""
    missing = _figure(state.total - state.done, language)
    return say(
        language,
        f"{missing} memories are not compared by their meaning yet; “jarvis memory reindex” prepares them.",
        f"{missing} recuerdos aún no se comparan por su significado; «jarvis memory reindex» los prepara.",
    )


class IndexLine:
    """One line on stderr that says how far the vectors are: drawn again on a terminal, now and then elsewhere.

    Says nothing while fewer than 200 are to be made.
    """

    def __init__(self, language: Language, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._language: Language = language
        self._monotonic = monotonic
        self._live = sys.stderr.isatty()
        self._first: int | None = None
        self._told_at: float | None = None

    def __enter__(self) -> IndexLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live and self._told_at is not None:
            click.echo(err=True)

    def show(self, progress: IndexProgress) -> None:
        """Show how far it is."""
        if self._first is None:
            self._first = progress.done
        now = self._monotonic()
        pause = _DRAW_SECONDS if self._live else _LINE_SECONDS
        if progress.total - self._first < _MANY or (self._told_at is not None and now - self._told_at < pause):
            return
        self._told_at = now
        done, total = (_figure(number, self._language) for number in (progress.done, progress.total))
        told = say(
            self._language,
            f"Comparing meanings is being prepared: {done} of {total}",
            f"Preparando la comparación de significados: {done} de {total}",
        )
        click.echo(f"\r\x1b[K{told}" if self._live else told, err=True, nl=not self._live)


def _by_source(preview: ForgetPreview) -> list[tuple[MemorySource, int]]:
    return [(source, preview.by_source[source]) for source in _SOURCES if preview.by_source.get(source)]


def _known(stats: MemoryStats) -> list[MemorySource]:
    return [source for source in _SOURCES if stats.by_source.get(source)]
