"""The pure scheduler against pretended effects and a clock that only moves when told to."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import EngineError
from jarvis.contracts.hardware import Machine
from jarvis.engines.pool import state as s
from jarvis.engines.pool.eviction import Way, in_order_of_eviction, way_for
from jarvis.engines.pool.schedule import decide
from jarvis.engines.running import ModelToRun
from tests.fakes.model_processes import TWO_GPUS, SizePlacer, model

SIZES = {"a": 14_000, "b": 13_000, "c": 9_000, "d": 4_000, "e": 2_000, "giant": 40_000, "never": 500_000}
LIMITS = s.Limits()


class World:
    """Pretends to carry out what the scheduler decides, and checks every decision against the rules."""

    def __init__(self) -> None:
        self.state = s.PoolState()
        self.now = 0.0
        self.placer = SizePlacer(SIZES)
        self.tickets = 0
        self.wanted: dict[int, ModelToRun] = {}
        self.granted: dict[int, int] = {}
        self.refused: dict[int, EngineError] = {}
        self.told: list[tuple[int, str]] = []
        self.alive: dict[int, s.Start] = {}
        self.stopping: set[int] = set()
        self.ready: set[int] = set()
        self.looks = 0
        self.starts: list[str] = []
        self.kills = 0
        self.lost_mib = 0

    def feed(self, event: s.Event) -> None:
        self.state, acts = decide(self.state, event, self.now, self.placer, LIMITS)
        for act in acts:
            self.do(act)
        assert len({waiter.ticket for waiter in self.state.waiters}) == len(self.state.waiters)

    def do(self, act: s.Act) -> None:
        match act:
            case s.Start():
                assert not self.stopping, "memory is not known while something ends"
                same = [one for one in self.alive.values() if one.model.id == act.model.id]
                assert not same, f"{act.model.id} is loaded twice"
                assert any(waiter.model == act.model for waiter in self.state.waiters), "nobody waits for it"
                self.alive[act.serial] = act
                self.starts.append(act.model.id)
                for gpu in TWO_GPUS.gpus:
                    held = sum(one.placement.mib_on(gpu.index) for one in self.alive.values())
                    assert held <= gpu.total_mib, f"GPU {gpu.index} is overcommitted"
            case s.Stop():
                resident = self.state.resident(act.serial)
                if resident is not None and resident.ending in ("evicted", "idle"):
                    assert act.serial not in self.granted.values(), "a busy child is evicted"
                self.kills += act.kill
                self.stopping.add(act.serial)
            case s.Grant():
                assert act.serial in self.ready and act.serial not in self.stopping
                assert self.alive[act.serial].model == self.wanted[act.ticket], "the wrong model"
                assert act.ticket not in self.granted and act.ticket not in self.refused
                self.granted[act.ticket] = act.serial
            case s.Refuse():
                assert act.ticket not in self.granted
                self.refused[act.ticket] = act.error
            case s.Tell():
                self.told.append((act.ticket, act.notice.code))
            case s.Break():
                self.granted.pop(act.ticket, None)
                self.wanted.pop(act.ticket, None)
            case s.Look():
                self.looks += 1

    def machine(self) -> Machine:
        gpus = tuple(
            replace(
                gpu,
                free_mib=int(gpu.total_mib - sum(one.placement.mib_on(gpu.index) for one in self.alive.values()))
                - self.lost_mib,
            )
            for gpu in TWO_GPUS.gpus
        )
        return replace(TWO_GPUS, gpus=gpus)

    def acquire(self, wanted: ModelToRun) -> int:
        self.tickets += 1
        self.wanted[self.tickets] = wanted
        self.feed(s.Acquire(ticket=self.tickets, model=wanted))
        return self.tickets

    def leave(self, ticket: int) -> None:
        self.wanted.pop(ticket, None)
        self.granted.pop(ticket, None)
        self.feed(s.Leave(ticket=ticket))

    def finish_one(self, fails: str = "") -> bool:
        """Let the first thing under way come to its end; False when nothing is under way."""
        if self.looks:
            self.looks -= 1
            self.feed(s.Looked(machine=self.machine()))
        elif self.stopping:
            serial = min(self.stopping)
            before = self.machine()
            self.stopping.discard(serial)
            self.ready.discard(serial)
            self.alive.pop(serial)
            self.feed(s.Ended(serial=serial, before=before))
        elif loading := [serial for serial in self.alive if serial not in self.ready]:
            if fails:
                self.feed(s.LoadFailed(serial=loading[0], error=EngineError(fails, en="No.", es="No.")))
            else:
                self.ready.add(loading[0])
                self.feed(s.Loaded(serial=loading[0], seconds=1.0))
        else:
            return False
        return True

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.feed(s.Tick())

    def finish_all(self) -> None:
        """Let everything under way end, over a few seconds, with no answer ending."""
        for _ in range(60):
            while self.finish_one():
                pass
            self.pass_time(0.25)

    def resident_ids(self) -> set[str]:
        return {one.model.id for one in self.state.residents}


IDS = st.sampled_from(sorted(SIZES))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("acquire"), IDS),
        st.tuples(st.just("acquire"), IDS),
        st.tuples(st.just("leave"), st.integers(0, 5)),
        st.tuples(st.just("finish"), st.sampled_from(["", "", "", "engine.out_of_memory", "child.exited"])),
        st.tuples(st.just("finish"), st.just("")),
        st.tuples(st.just("time"), st.sampled_from([0.1, 1.0, 9.0, 400.0])),
        st.tuples(st.just("die"), st.integers(0, 3)),
        st.tuples(st.just("hold"), st.booleans()),
        st.tuples(st.just("pause"), IDS),
        st.tuples(st.just("resume"), IDS),
        st.tuples(st.just("unload"), IDS),
    ),
    max_size=40,
)


def disturb(world: World, what: str, value: object) -> None:
    match what, value:
        case "acquire", str(identity):
            world.acquire(model(identity, keep=5.0))
        case "leave", int(which):
            if open_ := sorted(set(world.wanted) - set(world.refused)):
                world.leave(open_[which % len(open_)])
        case "finish", str(fails):
            world.finish_one(fails)
        case "time", float(seconds):
            world.pass_time(seconds)
        case "die", int(which):
            if ready := sorted(world.ready - world.stopping):
                world.feed(s.Died(serial=ready[which % len(ready)], why="SIGKILL"))
        case "hold", bool(held):
            world.feed(s.Hold(held=held))
        case "pause", str(identity):
            world.feed(s.Pause(identity=identity, until=world.now + 10))
        case "resume", str(identity):
            world.feed(s.Resume(identity=identity))
        case "unload", str(identity):
            world.feed(s.Unload(identity=identity, drain=False))


@settings(max_examples=400, deadline=None)
@given(STEPS)
def test_whatever_happens_the_rules_hold_and_every_waiter_ends(steps: list[tuple[str, object]]) -> None:
    world = World()
    for what, value in steps:
        disturb(world, what, value)
    for identity in SIZES:
        world.feed(s.Resume(identity=identity))
    for _ in range(len(world.wanted) + 2):
        while world.finish_one():
            pass
        for ticket in sorted(world.granted):
            world.leave(ticket)
        world.pass_time(10.0)
    assert world.state.waiters == (), "a waiter was forgotten"
    assert set(world.wanted) <= set(world.refused), "neither served, refused nor gone"
    world.feed(s.Close())
    while world.finish_one():
        pass
    assert world.state.residents == () and world.alive == {}


def test_newer_questions_overtake_only_so_long() -> None:
    world = World()
    first = world.acquire(model("a"))
    world.finish_all()
    assert first in world.granted
    older = world.acquire(model("b"))
    while world.finish_one():
        pass
    quick = world.acquire(model("a"))
    assert quick in world.granted and (older, "engine.queue") in world.told
    world.finish_all()
    assert world.now > LIMITS.starve
    late = world.acquire(model("a"))
    assert late not in world.granted and (late, "engine.queue") in world.told
    world.leave(first)
    world.leave(quick)
    world.finish_all()
    assert older in world.granted and late not in world.granted and world.starts == ["a", "b"]
    world.leave(older)
    world.finish_all()
    assert late in world.granted


def test_a_newcomer_passes_where_it_is_in_nobodys_way() -> None:
    world = World()
    world.acquire(model("a"))
    world.finish_all()
    blocked = world.acquire(model("b"))
    world.finish_all()
    beside = world.acquire(model("d"))
    world.finish_all()
    assert beside in world.granted and blocked not in world.granted
    assert world.resident_ids() == {"a", "d"}


def test_a_cancelled_waiter_starts_no_load() -> None:
    world = World()
    ticket = world.acquire(model("a"))
    world.leave(ticket)
    world.finish_all()
    assert world.starts == []


def test_a_load_that_nobody_wants_makes_way() -> None:
    world = World()
    ticket = world.acquire(model("a"))
    world.finish_one()
    assert world.starts == ["a"]
    world.leave(ticket)
    other = world.acquire(model("b"))
    world.finish_all()
    assert other in world.granted and world.resident_ids() == {"b"} and world.kills == 1


def test_the_cheapest_idle_model_leaves_first() -> None:
    world = World()
    for name in ("c", "d", "e"):
        ticket = world.acquire(model(name, keep=None))
        world.finish_all()
        world.leave(ticket)
    residents = {one.model.id: one for one in world.state.residents}
    ordered = [one.model.id for one in in_order_of_eviction(residents.values(), world.now)]
    costs = {name: residents[name].load_seconds for name in residents}
    assert ordered == sorted(costs, key=lambda name: (costs[name], residents[name].idle_since))
    over = replace(residents["c"], model=model("c", keep=1.0), idle_since=world.now - 50)
    assert in_order_of_eviction([residents["e"], over], world.now)[0] is over


def test_no_more_leaves_than_has_to() -> None:
    world = World()
    for name in ("c", "d", "e"):
        world.leave(world.acquire(model(name)))
        world.acquire(model(name))
        world.finish_all()
    for ticket in sorted(world.granted):
        world.leave(ticket)
    way = way_for(model("a"), world.state, world.machine(), world.placer, world.now)
    assert isinstance(way, Way) and way.placement.how == "one_gpu"
    leaving = {one.model.id for one in world.state.residents if one.serial in way.leaving}
    on_big = {one.model.id for one in world.state.residents if one.placement.mib_on(0)}
    assert leaving <= on_big and "c" in leaving


def test_one_big_model_at_a_time_on_a_card() -> None:
    world = World()
    world.leave(world.acquire(model("a")))
    ticket = world.acquire(model("a"))
    world.finish_all()
    world.leave(ticket)
    ticket = world.acquire(model("giant"))
    world.finish_all()
    assert ticket in world.granted and world.resident_ids() == {"giant"}


def test_a_pinned_model_stays() -> None:
    world = World()
    world.leave(world.acquire(model("a", pinned=True)))
    first = world.acquire(model("a", pinned=True))
    world.finish_all()
    world.leave(first)
    ticket = world.acquire(model("b"))
    world.finish_all()
    assert ticket in world.granted and world.resident_ids() == {"a", "b"}


def test_memory_is_waited_for_but_not_for_ever() -> None:
    world = World()
    ticket = world.acquire(model("a"))
    world.finish_all()
    world.leave(ticket)
    other = world.acquire(model("b"))
    while not world.stopping:
        world.finish_one() or world.pass_time(0.25)
    world.finish_one()
    world.lost_mib = 9_000
    begun = world.now
    while world.state.settling is not None:
        world.pass_time(0.25)
        while world.looks:
            world.finish_one()
    assert LIMITS.vram <= world.now - begun <= LIMITS.vram + 1 and (other, "engine.vram") in world.told
    world.finish_all()
    assert other in world.granted


def test_a_wait_for_an_answer_without_end_is_refused() -> None:
    world = World()
    world.acquire(model("a"))
    world.finish_all()
    other = world.acquire(model("b"))
    world.pass_time(LIMITS.patience + 1)
    assert world.refused[other].code == "engine.busy" and "a" in world.refused[other].sentence("es")


def test_two_failures_for_memory_are_enough() -> None:
    world = World()
    ticket = world.acquire(model("a"))
    world.finish_one()
    world.finish_one("engine.out_of_memory")
    assert (ticket, "engine.smaller") in world.told and world.state.smaller_of(model("a")) == 1
    while ticket not in world.refused:
        world.finish_one("engine.out_of_memory") or world.pass_time(0.25)
    assert world.refused[ticket].code == "engine.out_of_memory" and world.starts == ["a", "a"]


def test_the_state_cannot_be_changed_from_outside() -> None:
    assert all(kind.__dataclass_params__.frozen for kind in vars(s).values() if dataclasses.is_dataclass(kind))
