"""The colours in which those who share a GPU are told apart."""

from __future__ import annotations

import pytest

from jarvis.contracts.resources import GpuHolding
from jarvis.desktop.desk import Desk
from jarvis.desktop.resources_bar import part_colour, shades_of
from jarvis.desktop.resources_gpu import GpuCard
from jarvis.desktop.run import Desktop
from tests.fakes.desk_resources import RTX_5070_TI


@pytest.fixture
def desk(desktop: Desktop) -> Desk:
    return desktop.desk


def test_other_programs_and_their_rest_are_told_apart() -> None:
    names = ("firefox", "Xorg", "steam", "")
    holdings = [GpuHolding(kind="others", name=name, mib=100.0) for name in names]
    shades = shades_of([*holdings, GpuHolding(kind="text", name="qwen", mib=1.0)])
    assert len(set(shades[:2])) == 2 and shades[2] == shades[0] and shades[4] == 1.0
    assert all(abs(shades[3] - shade) >= 0.3 for shade in shades[:3])


def test_a_card_draws_them_in_different_greys(desk: Desk) -> None:
    card = GpuCard(desk, RTX_5070_TI)
    card.show_view(RTX_5070_TI, ())
    firefox, rest = (card.bar.parts[at] for at in (2, 4))
    drawn = [part_colour(desk.theme, part, faded=False) for part in (firefox, rest)]
    assert firefox.hue == rest.hue and drawn[0].alpha() - drawn[1].alpha() > 100
    faded = [part_colour(desk.theme, part, faded=True) for part in (firefox, rest)]
    assert faded[0] == faded[1], "what no longer holds has one grey"
