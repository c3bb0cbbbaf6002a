"""How fast a model answers at its place: against published figures, and as measured there before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jarvis.catalog.shape import ModelShape
from jarvis.contracts.placement import Measurement, Placement, placement_signature
from jarvis.placement.cuts import Cut
from jarvis.placement.place import place
from jarvis.placement.speeds import tokens_per_second, with_measurements
from tests.placement.known_shapes import LLAMA_8B, LLAMA_70B, RIG, gpu


@pytest.mark.parametrize(
    ("card", "bandwidth", "shape", "published"),
    [
        ("RTX 3080", 760, LLAMA_8B, 111.95),
        ("RTX 4060 Laptop", 256, LLAMA_8B, 47.2),
        ("RTX A6000", 768, LLAMA_70B, 14.0),
    ],
)
def test_predicted_speed_is_within_a_fifth_of_what_was_published(
    card: str, bandwidth: float, shape: ModelShape, published: float
) -> None:
    machine = replace(RIG, gpus=(gpu(0, card, 48, bandwidth),))
    found = tokens_per_second(
        shape, Cut(cpu_layers=0, gpus=(0,), layers=(len(shape.layers),)), machine, context=256, kv_type="f16"
    )
    assert found == pytest.approx(published, rel=0.2)


def test_a_measurement_of_the_same_placement_replaces_the_prediction() -> None:
    found = place("m", LLAMA_8B, RIG, context=8192)
    assert isinstance(found, Placement)
    signature = placement_signature(found)
    other = Measurement(model="m", signature="other", vram_mib=((0, 1.0),), ram_mib=1, load_seconds=1)
    timed = Measurement(
        model="m", signature=signature, vram_mib=((0, 6000.0),), ram_mib=800, load_seconds=2.5, tokens_per_second=99
    )
    assert with_measurements(found, [other]) == found
    now = with_measurements(found, [other, timed])
    assert (now.mib_on(0), now.ram_mib, now.load_seconds, now.tokens_per_second) == (6000.0, 800, 2.5, 99)
    assert now.measured
    untimed = with_measurements(found, [replace(timed, tokens_per_second=None)])
    assert untimed.tokens_per_second == found.tokens_per_second
