"""A machine, a spending log and a desk of models that tests describe, and that note on which thread they are asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import InputError, JarvisError, Language
from jarvis.contracts.hardware import GpuSample
from jarvis.contracts.model_desk import FreedMemory, MeasuredSpeeds, MeasureStep
from jarvis.contracts.resources import Fit, GpuHolding, GpuView, ResidentModel, ResourceView
from jarvis.contracts.spending import BudgetState, LoggedCandidate, LoggedDecision, SpendingReport, SpendingRow

BIG, SMALL, EMBEDDER, WHISPER = "qwen2.5-14b:q4_k_m", "llama-3.1-8b:q4_k_m", "bge-m3:q8_0", "whisper-small"
LAST_DAY = date(2026, 3, 20)
GONE = {"en": "No graphics card answers any more.", "es": "Ya no responde ninguna tarjeta gráfica."}

RTX_5070_TI = GpuView(
    sample=GpuSample(
        index=0,
        name="NVIDIA GeForce RTX 5070 Ti",
        vendor="nvidia",
        used_mib=11500,
        total_mib=16303,
        utilisation_percent=87,
        temperature_celsius=61,
        power_watts=214.6,
        power_limit_watts=300.0,
    ),
    holdings=(
        GpuHolding(kind="text", name=BIG, mib=8700.0, layers=48, first_layer=0),
        GpuHolding(kind="recognition", name=WHISPER, mib=1500.0),
        GpuHolding(kind="others", name="firefox", mib=900.0),
        GpuHolding(kind="jarvis", name="jarvis", mib=100.0),
        GpuHolding(kind="others", name="", mib=300.0),
    ),
)
RTX_2060 = GpuView(
    sample=GpuSample(index=1, name="NVIDIA GeForce RTX 2060", vendor="nvidia", used_mib=4600, total_mib=6144),
    holdings=(
        GpuHolding(kind="text", name=SMALL, mib=3600.0, layers=28, measured=False),
        GpuHolding(kind="embedding", name=EMBEDDER, mib=700.0),
        GpuHolding(kind="others", name="", mib=300.0),
    ),
)
RESIDENT = (
    ResidentModel(
        id=BIG, kind="text", device="GPU 0", vram_mib=8700, ram_mib=350, pinned=True, own=True, tokens_per_second=52.4
    ),
    ResidentModel(id=SMALL, kind="text", device="GPU 1 + CPU", vram_mib=3600, ram_mib=1300, pinned=False, own=True),
    ResidentModel(id=EMBEDDER, kind="embedding", device="GPU 1", vram_mib=700, ram_mib=0, pinned=False, own=False),
)


def machine(*gpus: GpuView, at: float = 1000.0, resident: tuple[ResidentModel, ...] = RESIDENT) -> ResourceView:
    """A machine with these GPUs."""
    return ResourceView(
        at=at,
        cpu_percent=37.0,
        ram_used_mib=18_400,
        ram_total_mib=64_000,
        disk_free_mib=412_000,
        disk_total_mib=953_000,
        gpus=gpus,
        resident=resident,
        cost_today_usd=0.0123,
        tokens_per_second_now=47.6,
    )


REFERENCE_RIG = machine(RTX_5070_TI, RTX_2060)
NO_GPU = machine(resident=())
FOUR_GPUS = machine(
    *(GpuView(sample=replace(RTX_2060.sample, index=at), holdings=RTX_2060.holdings) for at in range(4))
)
GONE_RIG = replace(machine(resident=()), gpu_trouble="gone")


class Threads:
    """Which threads asked, and for what."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.calls: list[str] = []
        self.threads: set[int] = set()

    def note(self, call: str) -> None:
        with self._lock:
            self.calls.append(call)
            self.threads.add(threading.get_ident())

    def count(self, call: str) -> int:
        with self._lock:
            return self.calls.count(call)


class DescribedMachine(Threads):
    """A `ResourceDesk` that shows `now`, one second later with each look; `gate` holds looks, `fail` breaks them."""

    def __init__(self, now: ResourceView) -> None:
        super().__init__()
        self.now = now
        self.past: list[ResourceView] = []
        self.fail: JarvisError | None = None
        self.unload_fails: JarvisError | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.looking = 0
        self.most_looking = 0
        self.fitting = [
            Fit(model=BIG, fits=False, sentence="It would need 3.1 GiB more."),
            Fit(model=SMALL, fits=True, sentence="On GPU 1, all 32 layers."),
        ]

    def watch(self) -> None:
        self.note("watch")

    def rest(self) -> None:
        self.note("rest")

    def view(self, language: Language) -> ResourceView:
        self.note("view")
        with self._lock:
            self.looking += 1
            self.most_looking = max(self.most_looking, self.looking)
        try:
            assert self.gate.wait(60)
            if self.fail is not None:
                raise self.fail
            self.now = replace(self.now, at=self.now.at + 1)
            trouble = GONE[language] if self.now.gpu_trouble else ""
            return replace(self.now, gpu_trouble=trouble)
        finally:
            with self._lock:
                self.looking -= 1

    def history(self) -> Sequence[ResourceView]:
        self.note("history")
        return list(self.past)

    def fits(self, language: Language) -> Sequence[Fit]:
        self.note(f"fits {language}")
        return self.fitting

    def unload(self, model: str) -> None:
        self.note(f"unload {model}")
        if self.unload_fails is not None:
            raise self.unload_fails
        resident = tuple(one for one in self.now.resident if one.id != model)
        self.now = replace(self.now, resident=resident)


STEPS: tuple[MeasureStep, ...] = ("memory", "disk")


class HoldingModels(Threads):
    """The part of a `ModelDesk` that frees the GPUs of a described machine."""

    def __init__(self, machine: DescribedMachine) -> None:
        super().__init__()
        self._machine = machine
        self.fail: JarvisError | None = None
        self.speeds = MeasuredSpeeds(ram_gbs=38.25, disk_gbs=1.87)
        self.measuring = threading.Event()
        self.measuring.set()

    def free(self) -> FreedMemory:
        self.note("free")
        if self.fail is not None:
            raise self.fail
        self._machine.now = replace(self._machine.now, held=True, resident=())
        return FreedMemory(freed_mib=12_800.0, seconds=2.34, models=(BIG, SMALL))

    def use_gpus_again(self) -> None:
        self.note("again")
        self._machine.now = replace(self._machine.now, held=False)

    def measure(
        self, cancel: CancelToken | None = None, on_step: Callable[[MeasureStep], None] | None = None
    ) -> MeasuredSpeeds:
        """Measure as slowly as `measuring` is held."""
        assert cancel is not None and on_step is not None
        self.note("measure")
        for step in STEPS:
            on_step(step)
            while not self.measuring.wait(0.01):
                cancel.raise_if_cancelled()
        if self.fail is not None:
            raise self.fail
        return self.speeds

    def held(self) -> bool:
        return self._machine.now.held


def trouble(name: str) -> InputError:
    """An error whose sentences can be recognised."""
    return InputError(f"test.{name}", en=f"{name} in English.", es=f"{name} en español.")


def row(model: str | None = None, day: date | None = None, **values: object) -> SpendingRow:
    """Calls added up: one answer of 1,200 tokens for a cent."""
    made: dict[str, object] = {
        "model": model,
        "day": day,
        "calls": 1,
        "answers": 1,
        "prompt_tokens": 1000,
        "completion_tokens": 200,
        "cached_tokens": 0,
        "seconds": 2.0,
        "cost_usd": 0.01,
        "unpriced_calls": 0,
        "cloud_usd": 0.03,
        "joules": None,
        "suspect_calls": 0,
        "median_first_seconds": 0.8,
        "slow_first_seconds": 2.1,
    }
    return SpendingRow(**{**made, **values})  # type: ignore[arg-type]


class AddedUp(Threads):
    """A `Spending` over a made-up month; `empty` has nothing in it."""

    def __init__(self) -> None:
        super().__init__()
        self.empty = False
        self.fail: JarvisError | None = None
        self.gates: dict[date, threading.Event] = {}
        self.state = BudgetState(
            day_limit_usd=2.0, month_limit_usd=25.0, spent_day_usd=1.7, spent_month_usd=8.43, open_usd=0.12
        )
        self.models = [
            row("claude-sonnet-4.5", calls=41, answers=38, cost_usd=8.2, cloud_usd=5.1, median_first_seconds=0.92),
            row(
                BIG,
                calls=310,
                answers=296,
                prompt_tokens=1_834_000,
                cost_usd=0.0,
                cloud_usd=25.4,
                joules=1.9e6,
                suspect_calls=3,
            ),
            row(
                "openrouter/new-model",
                calls=2,
                answers=2,
                cost_usd=0.0,
                unpriced_calls=2,
                median_first_seconds=None,
                slow_first_seconds=None,
            ),
        ]
        self.log = [
            LoggedDecision(
                seq=seq,
                message_id=f"m{seq}",
                at=datetime(2026, 3, 20, 9, 0, tzinfo=UTC) + timedelta(minutes=seq),
                candidates=(LoggedCandidate(engine="local", model=BIG),),
                chosen="local" if seq != 3 else None,
                reason=f"It is able enough and free ({seq}).",
            )
            for seq in range(1, 16)
        ]

    def today(self) -> date:
        self.note("today")
        return LAST_DAY

    def report(self, first_day: date, last_day: date) -> SpendingReport:
        self.note(f"report {first_day}")
        gate = self.gates.get(first_day)
        if gate is not None:
            assert gate.wait(60)
        if self.fail is not None:
            raise self.fail
        days = [first_day + timedelta(days=at) for at in range((last_day - first_day).days + 1)]
        rows = [
            row(
                day=one,
                cost_usd=0.05 * (at * 7 % 11),
                cloud_usd=0.05 * (at * 7 % 11) + 0.2 * (at * 5 % 13) - 0.3,
                prompt_tokens=9_000 * (at * 5 % 13),
                median_first_seconds=0.5 + 0.1 * (at * 3 % 7),
                slow_first_seconds=1.4 + 0.2 * (at * 3 % 7),
            )
            for at, one in enumerate(days)
            if at % 6 != 5
        ]
        total = row(
            calls=353,
            answers=336,
            prompt_tokens=2_134_000,
            completion_tokens=401_250,
            cost_usd=8.43,
            cloud_usd=30.78,
            joules=1.9e6,
            unpriced_calls=2,
            suspect_calls=3,
        )
        if self.empty:
            rows, total = [], row(calls=0, answers=0, prompt_tokens=0, completion_tokens=0, cost_usd=0, cloud_usd=0)
        return SpendingReport(
            first_day=first_day,
            last_day=last_day,
            total=total,
            by_model=[] if self.empty else self.models,
            by_day=rows,
            free_answers=0 if self.empty else 1204,
            saved_usd=total.cloud_usd - total.cost_usd,
            reference="" if self.empty else "gpt-5.1 (2026-11-02)",
        )

    def budget(self) -> BudgetState:
        self.note("budget")
        return self.state

    def trust_clock(self) -> float:
        self.note("trust")
        ahead, self.state = self.state.ahead_usd, replace(self.state, ahead_usd=0.0)
        return ahead

    def decisions(self, limit: int = 50, before: int | None = None) -> Sequence[LoggedDecision]:
        self.note(f"decisions {before}")
        if self.empty:
            return []
        found = [one for one in reversed(self.log) if before is None or one.seq < before]
        return found[:limit]

    def decision_of(self, message_id: str) -> LoggedDecision | None:
        return None

    def calls_of(self, message_id: str) -> Sequence[object]:
        return []
