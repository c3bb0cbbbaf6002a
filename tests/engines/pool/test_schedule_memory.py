"""What the scheduler remembers: which answers go on, which sizes fit, and what memory is one."""

from __future__ import annotations

from dataclasses import replace

from jarvis.engines.pool import state as s
from jarvis.engines.pool.eviction import machine_without
from jarvis.engines.pool.memory import shares_of
from jarvis.engines.running import ModelToRun
from tests.engines.pool.test_schedule import LIMITS, World
from tests.fakes.model_processes import TWO_GPUS, model
from tests.fakes.servers import placed


def _loaded(world: World, wanted: ModelToRun) -> int:
    ticket = world.acquire(wanted)
    world.finish_all()
    assert ticket in world.granted
    return ticket


def test_an_answer_that_waits_for_another_is_not_stuck() -> None:
    world = World()
    first = _loaded(world, model("a"))
    world.feed(s.Progress(ticket=first, at=world.now))
    second = world.acquire(model("a"))
    for _ in range(3):
        world.pass_time(LIMITS.stuck - 10)
        world.feed(s.Progress(ticket=first, at=world.now))
    assert {first, second} <= set(world.granted)
    world.pass_time(LIMITS.stuck + 1)
    assert world.granted == {} and world.kills == 1


def test_a_long_prompt_is_not_stuck_before_its_first_word() -> None:
    world = World()
    ticket = _loaded(world, model("a"))
    world.pass_time(LIMITS.stuck * 3)
    assert ticket in world.granted
    world.pass_time(LIMITS.prompt)
    assert ticket not in world.granted


def test_a_size_that_fits_is_remembered_until_more_is_free() -> None:
    world = World()
    ticket = world.acquire(model("a"))
    world.finish_one()
    world.finish_one("engine.out_of_memory")
    world.finish_all()
    assert ticket in world.granted
    for lost, context in ((0, 2048), (-1_000, 4096)):
        world.leave(ticket)
        world.feed(s.Unload(identity="a"))
        world.finish_all()
        world.lost_mib = lost
        ticket = _loaded(world, model("a"))
        assert world.state.residents[0].placement.context_tokens == context


def test_other_settings_are_tried_in_full_size() -> None:
    world = World()
    world.acquire(model("a"))
    world.finish_one()
    world.finish_one("engine.out_of_memory")
    world.finish_all()
    world.leave(1)
    _loaded(world, model("a", context=8192))
    assert world.state.residents[0].placement.context_tokens == 8192 and world.state.smaller == ()


def test_a_size_that_nobody_waited_for_is_forgotten() -> None:
    world = World()
    ticket = world.acquire(model("a"))
    world.finish_one()
    world.leave(ticket)
    world.finish_one("engine.out_of_memory")
    world.finish_all()
    assert world.state.smaller == ()
    _loaded(world, model("a"))
    assert world.state.residents[0].placement.context_tokens == 4096


def test_memory_is_one_on_a_unified_machine() -> None:
    world = World()
    _loaded(world, model("a"))
    gpu = replace(TWO_GPUS.gpus[0], total_mib=18_000, free_mib=3_000)
    machine = replace(TWO_GPUS, ram_mib=24_000, ram_free_mib=4_000, unified=True, gpus=(gpu,))
    after = machine_without(machine, world.state, {1})
    assert (after.gpus[0].free_mib, after.ram_free_mib) == (17_100, 18_100)


def test_layers_follow_each_other_as_llama_cpp_cuts_them() -> None:
    place = placed("m", (2, 8, 3000), (0, 30, 9000), cpu_layers=4)
    told = [(share.gpu, share.layers, share.mib, share.first_layer) for share in shares_of(place, None, in_order=True)]
    assert told == [(0, 30, 9000, 4), (2, 8, 3000, 34)]
    measured = shares_of(place, ((2, 3100.0),), in_order=False)
    assert [(share.mib, share.first_layer) for share in measured] == [(9000, None), (3100.0, None)]
