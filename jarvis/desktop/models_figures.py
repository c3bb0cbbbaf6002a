"""Sizes, rates, times and places of models in words. Pure: values in, strings out; knows no widget."""

from __future__ import annotations

from jarvis.contracts.errors import Language
from jarvis.contracts.model_desk import TransferProgress
from jarvis.contracts.placement import Placement
from jarvis.desktop import models_texts as texts
from jarvis.desktop.fact_lines import joined
from jarvis.desktop.resources_figures import number
from jarvis.desktop.unbroken import NO_BREAK
from jarvis.desktop.words import Words

SLOW_TOKENS = 5.0
"""Tokens a second below which an answer comes slower than people read aloud (about 250 English words a minute)."""

_UNITS = ((1e12, "TB", 1), (1e9, "GB", 1), (1e6, "MB", 0), (1e3, "kB", 0))


def size(count: float, language: Language) -> str:
    """Return a number of bytes such as "4.7 GB", in powers of ten as shops and the hub count them."""
    for unit, name, digits in _UNITS:
        if count >= unit * 0.9995:
            return f"{number(count / unit, language, digits)}{NO_BREAK}{name}"
    return f"{count:.0f}{NO_BREAK}B"


def mebibytes(count: float, language: Language) -> str:
    """Return memory of a GPU or of the computer, such as "5.1 GiB"."""
    if count < 1000:
        return f"{count:.0f}{NO_BREAK}MiB"
    return f"{number(count / 1024, language, 1)}{NO_BREAK}GiB"


def speed(tokens: float, language: Language) -> str:
    """Return tokens a second, with a decimal below ten."""
    return number(tokens, language, 0 if tokens >= 10 else 1)


def span(seconds: float, words: Words) -> str:
    """Return a time such as "40 s", "3 min" or "1 h 20 min"; never less than a second."""
    whole = max(1, round(seconds))
    if whole < 90:
        return words(texts.SECONDS_LONG, seconds=whole)
    minutes = round(whole / 60)
    if minutes < 60:
        return words(texts.MINUTES_LONG, minutes=minutes)
    return words(texts.HOURS_LONG, hours=minutes // 60, minutes=minutes % 60)


def progress_line(progress: TransferProgress, words: Words) -> str:
    """Return how far a download is, with its rate and the time left where they are known."""
    language = words.language
    done, total = size(progress.done_bytes, language), size(progress.total_bytes, language)
    parts = [words(texts.PROGRESS, done=done, total=total)]
    if progress.bytes_per_second:
        parts.append(words(texts.RATE, rate=size(progress.bytes_per_second, language)))
    if progress.seconds_left is not None:
        parts.append(words(texts.LEFT, time=span(progress.seconds_left, words)))
    return joined(parts)


def permille(progress: TransferProgress | None) -> int:
    """Return 0..1000 for a progress bar; files may turn out larger than the catalogue says."""
    if progress is None or progress.total_bytes <= 0:
        return 0
    return max(0, min(1000, round(1000 * progress.done_bytes / progress.total_bytes)))


def place(placement: Placement, words: Words) -> str:
    """Return where a model goes in a few words, such as "GPU 0 + GPU 1 and the processor"."""
    gpus = " + ".join(f"GPU {share.gpu}" for share in placement.devices)
    if not gpus:
        return words(texts.ON_CPU)
    if placement.how == "partial" or placement.cpu_layers or placement.expert_cpu_layers:
        return words(texts.ON_GPU_AND_CPU, gpus=gpus)
    return gpus


def fits_line(placement: Placement, words: Words) -> str:
    """Return that a model fits, where, and how fast it is expected to answer."""
    where, tokens = place(placement, words), placement.tokens_per_second
    if tokens <= 0:
        return words(texts.FITS, where=where)
    told = texts.FITS_MEASURED if placement.measured else texts.SLOW if is_slow(placement) else texts.FITS_SPEED
    return words(told, where=where, speed=speed(tokens, words.language))


def is_slow(placement: Placement) -> bool:
    """Tell whether answers would come slower than they are read aloud."""
    return 0 < placement.tokens_per_second < SLOW_TOKENS
