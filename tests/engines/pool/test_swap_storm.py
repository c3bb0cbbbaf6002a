"""Two hundred random sequences of asking, swapping, cancelling and killing, over real naughty children."""

from __future__ import annotations

import random
import threading
from collections import Counter
from pathlib import Path

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineText, GenerationOptions
from jarvis.engines.completions import Completions
from jarvis.engines.local_model import LocalModelEngine
from jarvis.engines.pool.pool import EnginePool
from jarvis.engines.pool.state import Limits
from tests.fakes.model_processes import Rig, SizePlacer, model
from tests.fakes.processes import gone

SEQUENCES = 200
WATCHDOG_SECONDS = 120.0
SIZES = {"a": 14_000, "b": 13_000, "c": 9_000, "d": 4_000, "e": 2_000}
WAYS = (
    (), (), (), ("garbage",), ("slow",), ("stubborn",), ("dies",), ("closes",), ("leaks",), ("no_memory",),
    ("dies_loading",), ("hangs",), ("long",),
)  # fmt: skip
ASK = [ChatMessage(role="user", text="hi")]


class Storm:
    """One pool for all sequences, and the count of how every question ended."""

    def __init__(self, folder: Path) -> None:
        self.rig = Rig(folder, grace_seconds=0.05)
        self.random = random.Random(20261121)
        self.completions = Completions()
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.pids: set[int] = set()
        limits = Limits(vram=0.5, look=0.01, patience=5.0, stuck=0.3, starve=0.1, stop=1.0, grace=0.2)
        self.pool = EnginePool(
            placer=SizePlacer(SIZES), launcher=self.rig.launch, probe=self.rig, limits=limits, tick_seconds=0.02
        )

    def question(self, name: str, cancel: CancelToken) -> None:
        engine = LocalModelEngine(
            model=lambda: model(name), name=name, pool=self.pool, completions=self.completions, exit_seconds=0.1
        )
        try:
            for item in engine.stream(ASK, GenerationOptions(), cancel):
                if isinstance(item, EngineText) and item.text.strip() not in ("", name):
                    self.wrong.append(f"{name} got {item.text!r}")
            self.counts["answered"] += 1
        except Cancelled:
            self.counts["cancelled"] += 1
        except EngineError as error:
            self.counts[error.code] += 1

    def sequence(self) -> list[threading.Thread]:
        """Ask a few models at once, and disturb them; return the questions."""
        roll = self.random
        threads, tokens = [], []
        for _ in range(roll.randint(1, 3)):
            name = roll.choice(sorted(SIZES))
            self.rig.ways[name] = roll.choice(WAYS)
            token = CancelToken()
            tokens.append(token)
            threads.append(threading.Thread(target=self.question, args=(name, token), daemon=True))
        for thread in threads:
            thread.start()
        disturbed = roll.random()
        pause = roll.random() * 0.08
        if disturbed < 0.35:
            tokens[0].wait(pause)
            roll.choice(tokens).cancel()
        elif disturbed < 0.5:
            tokens[0].wait(pause)
            for child in self.rig.living()[:1]:
                child.kill()
        elif disturbed < 0.6:
            self.pool.unload(roll.choice(sorted(SIZES)), drain=roll.random() < 0.5)
        elif disturbed < 0.65:
            self.pool.free()
            self.pool.hold(False)
        self.pids.update(self.rig.pids())
        return threads


def test_the_storm_leaves_nothing_behind(tmp_path: Path) -> None:
    storm = Storm(tmp_path)
    asked = 0
    try:
        for _ in range(SEQUENCES):
            threads = storm.sequence()
            asked += len(threads)
            if storm.random.random() < 0.5:
                for thread in threads:
                    thread.join(WATCHDOG_SECONDS)
                    assert not thread.is_alive(), f"a question never ended: {storm.counts} {storm.pool.view()}"
            else:
                threads[0].join(WATCHDOG_SECONDS)
        for thread in threading.enumerate():
            if thread.name.endswith("(question)"):
                thread.join(WATCHDOG_SECONDS)
                assert not thread.is_alive(), f"a question never ended: {storm.counts} {storm.pool.view()}"
    finally:
        storm.pool.close()
        storm.completions.close()
    summary = f"{asked} questions: {dict(storm.counts)}, {len(storm.rig.launched)} loads"
    assert storm.wrong == [], summary
    assert storm.rig.over == [], summary
    assert sum(storm.counts.values()) == asked, summary
    assert storm.pool.now_loaded() == () and storm.rig.living() == [], summary
    assert [pid for pid in storm.pids if not gone(pid)] == [], summary
    assert storm.counts["answered"] > asked / 5 and len(storm.rig.launched) > SEQUENCES / 4, summary
