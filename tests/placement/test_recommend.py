"""What to fetch for a machine: the best that is quick enough, nothing where nothing is, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jarvis.catalog.entries import CatalogModel
from jarvis.catalog.models import catalog_file, load_catalog
from jarvis.contracts.hardware import Machine
from jarvis.placement.entry_shape import shape_of_entry
from jarvis.placement.recommend import DISK_RESERVE_MIB, Recommendation, quality, recommend
from jarvis.placement.wishes import REFERENCE_SET, preferred_variant, reference_wishes
from tests.placement.known_shapes import FLOOR, LAPTOP, LARGE, NO_GPU, RIG

PLENTY = 500_000
KNOWN: dict[tuple[Machine, int], Recommendation] = {}


@pytest.fixture(scope="module")
def catalog() -> tuple[CatalogModel, ...]:
    return load_catalog(catalog_file())


def for_machine(catalog: tuple[CatalogModel, ...], machine: Machine, disk: int = PLENTY) -> Recommendation:
    if (machine, disk) not in KNOWN:
        KNOWN[machine, disk] = recommend(catalog, machine, ("en", "es"), free_disk_mib=disk, shape_of=shape_of_entry)
    return KNOWN[machine, disk]


@pytest.mark.parametrize("machine", [RIG, LARGE, LAPTOP, NO_GPU, FLOOR])
def test_every_usual_machine_hears_speaks_both_languages_and_answers_in_time(
    catalog: tuple[CatalogModel, ...], machine: Machine
) -> None:
    found = for_machine(catalog, machine)
    assert found.of("recognition") is not None
    assert sum(pick.role == "voice" for pick in found.picks) == 2
    fast = found.of("fast")
    assert fast is not None
    assert fast.placement is not None
    assert fast.placement.tokens_per_second >= 8
    by_id = {model.id: model for model in catalog}
    for pick in found.picks:
        model = by_id[pick.model.split(":")[0]]
        assert not model.gated
        assert not model.in_cloud
        assert pick.why("en") != pick.why("es")
        if pick.role in {"fast", "big", "code", "recognition", "embedding"}:
            assert {"en", "es"} <= set(model.languages)
    assert len({pick.model for pick in found.picks}) == len(found.picks)


def test_a_larger_machine_gets_a_better_fast_model_and_a_big_one(catalog: tuple[CatalogModel, ...]) -> None:
    by_id = {model.id: model for model in catalog}

    def best(machine: Machine, role: str) -> float:
        pick = for_machine(catalog, machine).of(role)
        return 0.0 if pick is None else quality(by_id[pick.model.split(":")[0]])

    assert best(FLOOR, "fast") < best(LAPTOP, "fast") <= best(RIG, "fast")
    assert best(RIG, "big") > best(RIG, "fast")


def test_recognition_grows_with_the_card_and_shrinks_with_the_cores(catalog: tuple[CatalogModel, ...]) -> None:
    sizes = []
    for machine in (FLOOR, NO_GPU, RIG):
        pick = for_machine(catalog, machine).of("recognition")
        assert pick is not None
        sizes.append(pick.bytes)
    assert sizes[0] < sizes[1] < sizes[2]


def test_nothing_for_now_is_an_answer(catalog: tuple[CatalogModel, ...]) -> None:
    tiny = replace(FLOOR, ram_mib=2048, ram_free_mib=200)
    found = for_machine(catalog, tiny)
    assert found.of("fast") is None
    assert found.of("recognition") is None
    assert any("Nothing for now for answering" in english for english, _ in found.notes)
    assert any("Nada por ahora para responder" in spanish for _, spanish in found.notes)


def test_a_machine_too_slow_for_speech_is_told_so(catalog: tuple[CatalogModel, ...]) -> None:
    slow = replace(FLOOR, ram_bandwidth_gbs=4, cores=1)
    fast = for_machine(catalog, slow).of("fast")
    assert fast is not None
    assert fast.placement is not None
    assert 3 <= fast.placement.tokens_per_second < 8
    assert "begins late" in fast.why_en
    assert "empieza tarde" in fast.why_es
    crawling = replace(FLOOR, ram_bandwidth_gbs=0.5, cores=1)
    assert for_machine(catalog, crawling).of("fast") is None


@pytest.mark.parametrize("disk", [0, 2_500, 4_000, 12_000])
def test_the_disk_is_never_overfilled(catalog: tuple[CatalogModel, ...], disk: int) -> None:
    found = for_machine(catalog, RIG, disk)
    assert found.bytes / 2**20 <= max(0, disk - DISK_RESERVE_MIB)
    if not disk:
        assert found.picks == ()
        assert found.notes


def test_the_reference_set_is_all_in_the_catalogue(catalog: tuple[CatalogModel, ...]) -> None:
    wishes = reference_wishes(catalog, shape_of_entry)
    assert [wish.role for wish in wishes] == [role for _, role in REFERENCE_SET]
    sizes = {wish.model.split(":")[0]: wish.size_mib / 1024 for wish in wishes}
    assert sizes["llama-3.3-70b"] == pytest.approx(39.6, rel=0.03)  # not 14
    assert 18 < sizes["qwen2.5-32b"] < 20  # not 10
    assert reference_wishes((), shape_of_entry) == ()


def test_q4_k_m_is_preferred_and_the_smallest_file_where_it_is_not_there(catalog: tuple[CatalogModel, ...]) -> None:
    for model in catalog:
        variant = preferred_variant(model)
        if model.in_cloud:
            assert variant is None
        elif model.variant("q4_k_m") is not None:
            assert variant == model.variant("q4_k_m")
