"""Who holds a GPU's memory, from what drivers tell and do not tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.hardware import GpuProcess, GpuSample
from jarvis.contracts.placement import DeviceShare
from jarvis.hardware.holdings import Holder, holdings

BIG = Holder(
    kind="text",
    name="big",
    pids=frozenset({10, 11}),
    placed=(DeviceShare(gpu=0, layers=30, mib=9000), DeviceShare(gpu=1, layers=8, mib=3000)),
)
EARS = Holder(kind="recognition", name="turbo", pids=frozenset({20}), placed=(DeviceShare(gpu=1, layers=0, mib=1500),))


def sample(used: int, *processes: tuple[int, str, int | None], index: int = 0) -> GpuSample:
    return GpuSample(
        index=index,
        name="card",
        vendor="nvidia",
        used_mib=used,
        total_mib=16000,
        processes=tuple(GpuProcess(pid=pid, name=name, used_mib=mib) for pid, name, mib in processes),
    )


@pytest.mark.parametrize(
    ("seen", "parts"),
    [
        (sample(0), []),
        (sample(9500, (10, "python", 9000), (99, "Xorg", 300)), ["text big 9000 30", "others Xorg 300", "others  200"]),
        # Two processes of one model, and two of one program.
        (
            sample(5000, (10, "p", 1000), (11, "p", 2000), (7, "game", 500), (8, "game", 500)),
            ["text big 3000 30", "others game 1000", "others  1000"],
        ),
        # The driver lists processes without telling what they hold.
        (sample(9500, (10, "python", None)), ["text big ~9000 30", "others  500"]),
        # It lists nothing at all: what was placed there counts, the first that was placed first.
        (sample(4000, index=1), ["text big ~3000 8", "recognition turbo ~1000"]),
        # More told than used: mapped pages count twice.
        (sample(3000, (10, "p", 4000), (7, "game", 2000)), ["text big 2000 30", "others game 1000"]),
        (sample(700), ["text big ~700 30"]),
    ],
)
def test_used_memory_is_split(seen: GpuSample, parts: list[str]) -> None:
    found = [
        f"{one.kind} {one.name} {'' if one.measured else '~'}{one.mib:.0f}{f' {one.layers}' if one.layers else ''}"
        for one in holdings(seen, [BIG, EARS])
    ]
    assert found == parts


@given(
    st.integers(0, 16000),
    st.lists(st.tuples(st.sampled_from([10, 11, 20, 7, 8]), st.none() | st.integers(0, 9000)), max_size=6),
    st.integers(0, 1),
)
def test_the_parts_add_up_to_what_is_used(used: int, told: list[tuple[int, int | None]], index: int) -> None:
    seen = sample(used, *((pid, f"program {pid}", mib) for pid, mib in told), index=index)
    parts = holdings(seen, [BIG, EARS])
    assert sum(one.mib for one in parts) == pytest.approx(used, abs=2.5)
    assert [one.mib for one in parts] == sorted((one.mib for one in parts), reverse=True)
    assert all(one.mib >= 0 for one in parts)


def test_which_layers_lie_there_is_told_where_it_is_known() -> None:
    shares = (DeviceShare(gpu=0, layers=30, mib=9000, first_layer=4), DeviceShare(gpu=1, layers=8, mib=3000))
    big = Holder(kind="text", name="big", pids=frozenset({10}), placed=shares)
    (first,) = holdings(sample(9000, (10, "python", 9000)), [big])
    assert (first.layers, first.first_layer) == (30, 4)
    (placed,) = holdings(sample(3000, index=1), [big])
    assert (placed.layers, placed.first_layer, placed.measured) == (8, None, False)
