"""What stays resident and what is swapped in: the fewest seconds of waiting, nothing promised twice, no chance."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.hardware import Machine
from jarvis.contracts.placement import Measurement, Placement, Plan, placement_signature
from jarvis.placement import planning
from jarvis.placement.fitting import Margin
from jarvis.placement.plan_table import plan_markdown, where
from jarvis.placement.planning import DESKTOP_RESERVE_MIB, PATIENCE_SECONDS, plan, remaining, swapped, weighed
from jarvis.placement.wishes import Wish
from tests.placement.known_shapes import (
    FLOOR,
    LAPTOP,
    LARGE,
    LLAMA_8B,
    LLAMA_70B,
    NO_GPU,
    QWEN_05B,
    QWEN_3B,
    QWEN_14B,
    QWEN_32B,
    RIG,
    gpu,
)

HEARING = Wish(model="whisper", role="recognition", fixed_mib=1950)
MEMORY = Wish(model="bge-m3", role="embedding", fixed_mib=1024)  # Q8_0, with its runtime
REFERENCE_SET = (
    HEARING,
    MEMORY,
    Wish(model="8b", role="fast", shape=LLAMA_8B),
    Wish(model="14b", role="big", shape=QWEN_14B),
    Wish(model="32b", role="big", shape=QWEN_32B),
    Wish(model="70b", role="big", shape=LLAMA_70B),
)


def place_of(found: Plan, model: str) -> Placement:
    placement = found.of(model)
    assert placement is not None, found.refused
    return placement


def test_the_reference_rig_hears_on_the_small_card_and_thinks_on_the_large_one() -> None:
    found = plan(RIG, REFERENCE_SET[:4])
    assert where(place_of(found, "whisper")) == "GPU 1"
    assert where(place_of(found, "8b")) == "GPU 0"
    assert place_of(found, "8b").tokens_per_second > 50
    assert place_of(found, "14b").cpu_layers == 0


def test_on_the_rig_what_is_asked_often_is_on_a_card_and_the_largest_are_swapped_in() -> None:
    found = plan(RIG, REFERENCE_SET)
    assert {name: where(place_of(found, name)) for name in ("whisper", "bge-m3", "8b", "14b")} == {
        "whisper": "GPU 1",
        "bge-m3": "GPU 1",
        "8b": "GPU 0",
        "14b": "GPU 0",
    }
    assert place_of(found, "8b").tokens_per_second > 100
    assert place_of(found, "8b").context_tokens == 8192
    assert place_of(found, "14b").tokens_per_second > 50
    # Beside the others they would answer from RAM: 32B at under 3, 70B at under 1.5 tokens/s.
    assert [refusal.model for refusal in found.refused] == ["32b", "70b"]
    assert all(refusal.missing_mib > 1000 for refusal in found.refused)


def test_a_model_left_out_by_choice_says_what_it_would_do_here_and_what_it_does_when_asked() -> None:
    refusal = plan(RIG, REFERENCE_SET).refused[1]
    beside, alone = 1.5, place_of(swapped(RIG, REFERENCE_SET), "70b")
    assert refusal.why_en.startswith("is not kept in memory: beside the others it would answer with ")
    assert float(refusal.why_en.split("answer with ")[1].split(" ")[0]) < beside
    told = f"({where(alone)}: {alone.tokens_per_second:.1f} tokens/s after {alone.load_seconds:.0f} s)."
    assert refusal.why_en.endswith(f"when asked it takes their place {told}")
    assert refusal.why_es.startswith("no se mantiene en memoria: junto a los demás respondería a ")
    assert where(alone, "es") in refusal.why_es
    nowhere_beside = next(each for each in plan(NO_GPU, REFERENCE_SET).refused if each.model == "14b")
    assert "beside the others it has no place; when asked" in nowhere_beside.why_en
    assert "junto a los demás no cabe; al pedirlo" in nowhere_beside.why_es


def test_a_large_model_never_pushes_hearing_or_the_fast_one_out_of_the_cards() -> None:
    for machine, least in ((RIG, 100), (LARGE, 100), (LAPTOP, 20)):
        found = plan(machine, REFERENCE_SET)
        assert place_of(found, "whisper").devices
        assert place_of(found, "8b").tokens_per_second >= least
    assert {share.gpu for placement in plan(LARGE, REFERENCE_SET).placements for share in placement.devices} == {0, 1}


def test_a_pinned_model_stays_resident_even_if_swapping_it_in_would_wait_less() -> None:
    wishes = [*REFERENCE_SET[:-1], replace(REFERENCE_SET[-1], pinned=True)]
    assert plan(RIG, REFERENCE_SET).of("70b") is None
    assert place_of(plan(RIG, wishes), "70b").model == "70b"
    assert place_of(swapped(RIG, wishes), "70b") == place_of(plan(RIG, wishes), "70b")


def test_what_displaces_nobody_is_kept() -> None:
    found = plan(replace(RIG, gpus=(gpu(0, "A", 80, 900),)), REFERENCE_SET)
    assert found.refused == ()
    assert all(where(placement) == "GPU 0" for placement in found.placements)


@pytest.mark.parametrize("machine", [RIG, LARGE, LAPTOP, NO_GPU])
def test_more_partial_plans_find_nothing_better(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    _, seconds = weighed(machine, REFERENCE_SET)
    monkeypatch.setattr(planning, "BEAM", 60)
    assert seconds == pytest.approx(weighed(machine, REFERENCE_SET)[1], rel=0.01)


def test_loaded_alone_every_model_of_the_set_has_a_place_on_the_rig() -> None:
    found = swapped(RIG, REFERENCE_SET)
    assert [placement.model for placement in found.placements] == ["8b", "14b", "32b", "70b"]
    assert where(place_of(found, "14b")) == "GPU 0"
    assert {share.gpu for share in place_of(found, "32b").devices} == {0, 1}
    assert place_of(found, "70b").how == "partial"


def test_a_larger_rig_holds_32b_on_one_card() -> None:
    assert where(place_of(swapped(LARGE, REFERENCE_SET), "32b")) == "GPU 0"


def test_hearing_and_memory_lose_nothing_on_the_slower_card() -> None:
    found = plan(LARGE, [HEARING, MEMORY, Wish(model="32b", role="big", shape=QWEN_32B)])
    assert where(place_of(found, "whisper")) == "GPU 1"
    assert where(place_of(found, "32b")) == "GPU 0"


def test_small_machines_refuse_with_a_number_instead_of_promising() -> None:
    # The 14B has a place when asked; 32B and 70B have none even alone.
    for machine in (LAPTOP, NO_GPU):
        found = plan(machine, REFERENCE_SET)
        assert {placement.model for placement in found.placements} == {"whisper", "bge-m3", "8b"}
        assert all(refusal.missing_mib > 0 for refusal in found.refused)
        assert ["when asked" in refusal.why_en for refusal in found.refused] == [True, False, False]
        assert all("are missing" in refusal.why_en for refusal in found.refused[1:])
    assert {placement.model for placement in plan(FLOOR, REFERENCE_SET).placements} == {"whisper", "bge-m3"}
    tiny = replace(FLOOR, ram_free_mib=900)
    found = plan(tiny, REFERENCE_SET)
    assert found.placements == ()
    assert found.of("whisper") is None
    assert "GiB of RAM are missing" in found.refused[0].why_en
    assert "GiB de RAM" in found.refused[0].why_es


def test_a_pinned_model_gets_its_place_first() -> None:
    machine = replace(NO_GPU, ram_free_mib=7500)
    wishes = [HEARING, Wish(model="8b", role="fast", shape=LLAMA_8B)]
    assert [refusal.model for refusal in plan(machine, wishes).refused] == ["8b"]
    pinned = [HEARING, replace(wishes[1], pinned=True)]
    assert [refusal.model for refusal in plan(machine, pinned).refused] == ["whisper"]


def test_measured_sizes_replace_the_estimates_of_what_comes_after_too() -> None:
    machine = replace(RIG, gpus=(gpu(0, "A", 14.5, 900, 16),), ram_free_mib=2500)
    fast, big = Wish(model="3b", role="fast", shape=QWEN_3B), Wish(model="14b", role="big", shape=QWEN_14B)
    before = plan(machine, [fast, big])
    assert before.refused == ()

    def larger(model: str) -> list[Measurement]:
        cuts = (
            replace(place_of(before, "3b"), kv_type=kv, context_tokens=8192) for kv in ("f16", "q8_0") if model == "3b"
        )
        return [
            Measurement(model=model, signature=placement_signature(cut), vram_mib=((0, 9000.0),), ram_mib=700,
                        load_seconds=1)
            for cut in cuts
        ]  # fmt: skip

    after = plan(machine, [fast, big], larger)
    assert [refusal.model for refusal in after.refused] == ["14b"]
    assert place_of(after, "3b").measured


def test_on_a_unified_machine_what_the_gpu_takes_is_gone_from_ram() -> None:
    unified = replace(LAPTOP, unified=True, gpus=(replace(gpu(0, "M3", 11, 150), vendor="apple"),))
    placement = place_of(plan(unified, [Wish(model="3b", role="fast", shape=QWEN_3B)]), "3b")
    left = remaining(unified, placement)
    taken = placement.vram_mib + placement.ram_mib
    assert unified.ram_free_mib - left.ram_free_mib == pytest.approx(taken, abs=1)
    assert unified.gpus[0].free_mib - left.gpus[0].free_mib == pytest.approx(taken, abs=1)


def test_the_table_has_a_row_for_each_model_in_both_languages() -> None:
    found = plan(RIG, REFERENCE_SET)
    english, spanish = plan_markdown(found), plan_markdown(found, language="es")
    assert len(english.splitlines()) == 2 + len(REFERENCE_SET)
    assert all(line.count("|") == 9 for line in english.splitlines())
    assert "is not kept in memory" in english
    assert "no se mantiene en memoria" in spanish
    told = [one.reason("es") for one in found.placements] + [one.why("es") for one in found.refused]
    assert any(re.search(r"\d,\d", one) for one in told) and not any(re.search(r"\d\.\d", one) for one in told)
    assert "Tokens/s" in english
    partial = place_of(swapped(RIG, REFERENCE_SET), "70b")
    assert where(partial).endswith("in RAM")
    assert where(partial, "es").endswith("en RAM")


SHAPES = [QWEN_05B, QWEN_3B, LLAMA_8B, QWEN_14B, QWEN_32B]
wishes_of = st.builds(
    lambda hearing, memory, texts: [
        *([Wish(model="whisper", role="recognition", fixed_mib=hearing)] if hearing else []),
        *([Wish(model="bge", role="embedding", fixed_mib=memory)] if memory else []),
        *(
            Wish(model=f"t{n}", role="fast" if n == 0 else "big", shape=SHAPES[index])
            for n, index in enumerate(sorted(texts))
        ),
    ],
    st.sampled_from([0, 300, 900]),
    st.sampled_from([0, 900, 1100]),
    st.lists(st.integers(0, len(SHAPES) - 1), min_size=1, max_size=3, unique=True),
)
machines = st.builds(
    lambda ram, cards: Machine(
        ram_mib=ram, ram_free_mib=ram * 3 // 4, ram_bandwidth_gbs=60, cores=8,
        gpus=tuple(gpu(n, f"G{n}", free, bandwidth) for n, (free, bandwidth) in enumerate(cards)),
    ),
    st.integers(2000, 90000),
    st.lists(st.tuples(st.floats(0.2, 30), st.floats(100, 1800)), max_size=2),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(machine=machines, wishes=wishes_of)
def test_no_plan_promises_more_than_there_is(machine: Machine, wishes: list[Wish]) -> None:
    found = plan(machine, wishes)
    margin = Margin()
    for card in machine.gpus:
        used = sum(placement.mib_on(card.index) for placement in found.placements)
        reserve = margin.one_mib + (DESKTOP_RESERVE_MIB if card.index == 0 else 0)
        assert used == 0 or used <= card.free_mib - reserve + 1e-6
    used_ram = sum(placement.ram_mib for placement in found.placements)
    assert used_ram == 0 or used_ram <= machine.ram_free_mib - margin.ram_mib + 1e-6
    named = [placement.model for placement in found.placements] + [refusal.model for refusal in found.refused]
    assert sorted(named) == sorted(wish.model for wish in wishes)
    assert all(refusal.missing_mib > 0 for refusal in found.refused)
    assert found == plan(machine, list(reversed(wishes)))


@settings(max_examples=60, deadline=None)
@given(machine=machines, wishes=wishes_of, more=st.integers(1, 12000), on=st.integers(0, 2))
def test_more_memory_never_makes_people_wait_longer(machine: Machine, wishes: list[Wish], more: int, on: int) -> None:
    """Within 2 %, and on cards of one speed: on unlike ones a model that comes to fit whole on the slower card is
    placed there before a faster split, since `place` prefers whole to split."""
    cards = tuple(replace(card, bandwidth_gbs=500) for card in machine.gpus)
    before = replace(machine, gpus=cards)
    if on < len(cards):
        added = {on: replace(cards[on], free_mib=cards[on].free_mib + more, total_mib=cards[on].total_mib + more)}
        after = replace(before, gpus=tuple(added.get(card.index, card) for card in cards))
    else:
        after = replace(before, ram_free_mib=machine.ram_free_mib + more, ram_mib=machine.ram_mib + more)
    (less, waited), (larger, waits) = weighed(before, wishes), weighed(after, wishes)
    assert waits <= waited * 1.02
    assert waited <= PATIENCE_SECONDS * 100
    staying = {wish.model for wish in wishes if wish.role in {"recognition", "embedding", "fast"}}
    placed = [{placement.model for placement in found.placements} & staying for found in (less, larger)]
    assert placed[0] <= placed[1]
