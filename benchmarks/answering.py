"""Seconds from a sentence to its answer by a skill, in the core that every door shares.

Compared in the same run with hassil's own recognition over the same sentences (what Jarvis adds is checking every slot,
running the skill and four writes to the database), and with the 5 ms that the design allows.
Run as `python -m benchmarks.answering [--rounds 30]`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SENTENCES = (
    ("en", "what time is it"),
    ("en", "set a timer for ten minutes"),
    ("en", "what is fifteen percent of eighty"),
    ("en", "convert five miles to kilometers"),
    ("en", "add milk to the shopping list"),
    ("en", "remind me to call Ana tomorrow at five"),
    ("es", "qué hora es en Tokio"),
    ("es", "pon un temporizador de diez minutos"),
    ("es", "cuánto es doce por siete"),
    ("es", "añade leche a la lista de la compra"),
)
LIMIT_MS = 5.0


def main() -> None:
    """Print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), rounds), indent=2, ensure_ascii=False))


def measure(home: Path, rounds: int) -> dict[str, object]:
    """Return milliseconds per sentence: median of the whole ask, of matching alone, and of hassil alone."""
    from jarvis.app.build import Jarvis
    from jarvis.contracts.cancel import CancelToken
    from jarvis.contracts.events import AskFinished
    from jarvis.contracts.messages import Request
    from jarvis.settings.folders import Folders

    jarvis = Jarvis(Folders(home=home))
    rows = []
    try:
        for language, sentence in SENTENCES:

            def ask(sentence: str = sentence) -> None:
                final = list(jarvis.assistant().ask(Request(text=sentence, door="cli"), CancelToken()))[-1]
                assert isinstance(final, AskFinished) and final.source == "skill", final

            whole = timed(ask, rounds)
            matching = timed(lambda s=sentence, lang=language: jarvis.skills().match(s, lang), rounds)  # type: ignore[misc]
            plain = timed(naive_match(language, sentence), max(3, rounds // 10))
            rows.append(
                {
                    "sentence": sentence,
                    "ask_ms": round(statistics.median(whole), 2),
                    "ask_p95_ms": round(sorted(whole)[int(len(whole) * 0.95) - 1], 2),
                    "match_ms": round(statistics.median(matching), 2),
                    "hassil_alone_ms": round(statistics.median(plain), 2),
                    "ask_over_hassil": round(statistics.median(whole) / statistics.median(plain), 2),
                }
            )
    finally:
        jarvis.close()
    worst = max(float(row["ask_ms"]) for row in rows)
    return {"rows": rows, "worst_median_ms": worst, "limit_ms": LIMIT_MS, "within_limit": worst <= LIMIT_MS}


def naive_match(language: str, sentence: str) -> Callable[[], object]:
    """Return a run of hassil's `recognize_best` over all of Jarvis' sentences, as a plain use of it would be."""
    from hassil import recognize_best

    from jarvis.skills.matcher import Matcher
    from jarvis.skills.slots import SLOT_PARSERS
    from jarvis.skills.templates import sentences_folder

    pack = Matcher(sentences_folder(), SLOT_PARSERS).pack(language)  # type: ignore[arg-type]
    return lambda: recognize_best(sentence, pack.intents)


def timed(act: Callable[[], object], rounds: int) -> list[float]:
    """Return milliseconds of each of `rounds` runs after two to warm up."""
    act()
    act()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return times


if __name__ == "__main__":
    main()
