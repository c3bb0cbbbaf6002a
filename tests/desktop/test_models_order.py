"""Which models stand on which page and in what order, and sizes, times and places in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jarvis.contracts.model_desk import TransferProgress
from jarvis.contracts.placement import Placement
from jarvis.desktop import models_texts as texts
from jarvis.desktop.fact_lines import BETWEEN
from jarvis.desktop.models_card_acts import CardMenu, MainAct, main_act
from jarvis.desktop.models_card_lines import fact_line, fit_lines, loaded_line, state_of, use_line
from jarvis.desktop.models_figures import fits_line, mebibytes, permille, progress_line, size, span, speed
from jarvis.desktop.models_order import KINDS, ModelGroup, groups, passes
from jarvis.desktop.models_transfers import Fetch
from jarvis.desktop.run import Desktop
from jarvis.desktop.words import Words
from jarvis.placement.planning import plan
from jarvis.placement.wishes import Wish
from tests.fakes.desk_models_rig import placed, rig_fits, rig_views
from tests.placement.known_shapes import RIG

VIEWS = {view.id: view for view in rig_views()}
CHOSEN = frozenset(view.id for view in rig_views() if "q8" not in view.id)


def keys(shelf: str) -> list[str]:
    return [group.key for group in groups(shelf, list(VIEWS.values()), CHOSEN)]  # type: ignore[arg-type]


def test_what_is_here_stands_with_what_needs_a_person_first() -> None:
    here = keys("here")
    assert here[:3] == ["qwen2.5-14b:q4_k_m", "broken", "qwen2.5-7b:q4_k_m"]
    assert here[-1] == "old-friend" and "openai/gpt-4o-mini" not in here and "whisper-base:f16" not in here
    assert {"ollama/llama3.2:3b", "wake-hey-jarvis:int8"} < set(here)


def test_a_download_is_one_card_with_its_quantizations_the_small_first_and_what_is_here_last() -> None:
    found = groups("download", list(VIEWS.values()), CHOSEN)
    by_key = {group.key: group for group in found}
    assert [view.quantization for view in by_key["qwen3-32b"].views] == ["Q4_K_M", "Q8_0"]
    assert by_key["qwen2.5-14b"].first.state == "downloading"
    assert found[-1].key == "qwen2.5-7b" and found[-1].here == ("Q4_K_M",)
    assert [view.quantization for view in found[-1].views] == ["Q8_0"]
    fresh = [group for group in found if not group.here]
    order = [(KINDS.index(group.first.kind), group.first.bytes) for group in fresh]
    assert order == sorted(order)


def test_the_cloud_has_a_page_of_its_own() -> None:
    assert keys("cloud") == ["openai/gpt-4o-mini"] and "openai/gpt-4o-mini" not in keys("download")


@pytest.mark.parametrize(
    ("words", "kind", "lets"),
    [
        ("", "", True),
        ("QWEN3 32b", "", True),
        ("q8_0", "", True),
        ("razonamiento", "", True),
        ("reasoning step", "text", True),
        ("qwen3", "voice", False),
        ("qwen3 poetry", "", False),
    ],
)
def test_a_search_wants_every_word_in_either_language(words: str, kind: str, lets: bool) -> None:
    group = ModelGroup(key="qwen3-32b", views=(VIEWS["qwen3-32b:q4_k_m"], VIEWS["qwen3-32b:q8_0"]))
    assert passes(group, words, kind) is lets


def test_sizes_and_times_are_said_as_people_say_them(qapp: object) -> None:
    english, spanish = Words("en"), Words("es")
    assert [size(count, "en") for count in (0, 999, 63_206_111, 999_960_000, 4_683_074_240)] == [
        "0\u00a0B", "999\u00a0B", "63\u00a0MB", "1.0\u00a0GB", "4.7\u00a0GB",
    ]  # fmt: skip
    assert size(4_683_074_240, "es") == "4,7\u00a0GB" and mebibytes(5532, "es") == "5,4\u00a0GiB"
    assert mebibytes(300, "en") == "300\u00a0MiB" and (speed(84.2, "en"), speed(2.1, "es")) == ("84", "2,1")
    assert [span(each, english) for each in (0.2, 40, 200, 4800)] == [
        "1\u00a0s",
        "40\u00a0s",
        "3\u00a0min",
        "1\u00a0h 20\u00a0min",
    ]
    half = TransferProgress(
        model="m", file="f", done_bytes=2_000_000_000, total_bytes=4_000_000_000, bytes_per_second=25e6, seconds_left=80
    )
    assert progress_line(half, english) == BETWEEN.join(
        ("2.0\u00a0GB of 4.0\u00a0GB", "25\u00a0MB/s", "80\u00a0s left")
    )
    assert progress_line(half, spanish) == BETWEEN.join(
        ("2,0\u00a0GB de 4,0\u00a0GB", "25\u00a0MB/s", "faltan 80\u00a0s")
    )
    assert permille(half) == 500 and permille(None) == 0
    unknown = TransferProgress(model="m", file="f", done_bytes=7, total_bytes=0)
    assert (
        permille(unknown) == 0 and permille(TransferProgress(model="m", file="f", done_bytes=9, total_bytes=5)) == 1000
    )


def test_a_place_names_its_devices(qapp: object) -> None:
    english, spanish = Words("en"), Words("es")
    fits = rig_fits()
    part, split = fits["llama-3.3-70b:q4_k_m"], fits["qwen3-32b:q4_k_m"]
    assert isinstance(part, Placement) and isinstance(split, Placement)
    assert fits_line(split, english) == "Fits here: GPU 0 + GPU 1, about 18\u00a0tokens/s"
    assert fits_line(part, english) == "Fits, but slowly: GPU 0 + GPU 1 and the processor, about 2.1\u00a0tokens/s"
    assert fits_line(part, spanish).startswith("Cabe, pero lento: GPU 0 + GPU 1 y el procesador")
    assert fits_line(placed("bge", "cpu", {}, 0.0, ("", "")), english) == "Fits here: processor"


def test_the_lines_of_a_card_leave_out_what_is_not_known(qapp: object) -> None:
    english = Words("en")
    facts = fact_line(VIEWS["llama-3.1-8b:q4_k_m"], (), english)
    assert "4.9\u00a0GB to download" in facts and "Llama 3.1 Community" in facts and "licence to be accepted" in facts
    assert fact_line(VIEWS["broken"], (), english) == f"Answers{BETWEEN}2.0\u00a0GB on disk"
    assert texts.GATED_BODY.en in use_line(VIEWS["llama-3.1-8b:q4_k_m"], english)
    assert use_line(VIEWS["broken"], english) == ""
    loaded = loaded_line(VIEWS["qwen2.5-7b:q4_k_m"], english)
    assert loaded == BETWEEN.join(("In memory: GPU 0, 5.4\u00a0GiB", "kept in memory", "measured: 84\u00a0tokens/s"))


def act_of(identity: str, fetch: Fetch | None = None) -> tuple[str, set[str]]:
    view = VIEWS[identity]
    return main_act(view, fetch).method, {method for method, _ in CardMenu.acts(view, fetch)}


def test_the_card_of_a_recogniser_tells_where_and_how_it_computes(desktop: Desktop) -> None:
    fit = plan(RIG, [Wish(model="turbo", role="recognition", half_mib=1543)]).of("turbo")
    lines = fit_lines(fit, desktop.desk)
    assert lines.first == "Fits here: GPU 1"
    assert lines.second.startswith("On GPU 1 (needs 1.7\u00a0GiB), computing in int8_float16, beam 5.\nLoads in about ")


def test_a_pause_that_is_not_there_yet_is_shown(desktop: Desktop) -> None:
    running = Fetch(model="x", name="x", act="download", state="running", pausing=True)
    view = VIEWS["qwen3-32b:q4_k_m"]
    assert state_of(view, running, desktop.desk).text == texts.PAUSING
    left_over = state_of(VIEWS["qwen2.5-14b:q4_k_m"], None, desktop.desk)
    cancelled = state_of(view, replace(running, state="cancelled", pausing=False), desktop.desk)
    assert {left_over.text, cancelled.text} == {texts.PAUSED}
    assert {one.icon for one in (left_over, cancelled, state_of(view, running, desktop.desk))} == {"pause"}
    pause, download = (desktop.theme.icon(name).pixmap(16, 16).toImage() for name in ("pause", "download"))
    assert pause != download and not pause.isNull()
    assert main_act(view, running) is MainAct.PAUSE


def test_what_can_be_done_follows_the_state() -> None:
    assert act_of("qwen3-32b:q4_k_m") == ("download", set())
    assert act_of("qwen2.5-7b:q4_k_m") == ("deactivate", {"pin", "update", "remove"})
    assert act_of("phi-4:q4_k_m") == ("activate", {"deactivate", "pin", "update", "remove"})
    assert act_of("old-friend") == ("activate", {"pin", "remove"})
    assert act_of("broken") == ("remove", set()), "what failed always has a way on"
    assert act_of("qwen2.5-14b:q4_k_m") == ("resume", {"remove"}), "left over from before"
    assert act_of("ollama/llama3.2:3b") == ("activate", {"deactivate", "update", "remove"})
    assert act_of("wake-hey-jarvis:int8") == ("", set())
    assert act_of("openai/gpt-4o-mini") == ("activate", set())
    running = Fetch(model="x", name="x", act="download", state="running")
    assert act_of("qwen3-32b:q4_k_m", running) == ("pause", set())
    failed = Fetch(model="x", name="x", act="download", state="failed", failure=RuntimeError())
    assert main_act(VIEWS["qwen3-32b:q4_k_m"], failed) is MainAct.AGAIN
    assert CardMenu.can_try(VIEWS["phi-4:q4_k_m"]) and not CardMenu.can_try(VIEWS["old-friend"])
    assert not CardMenu.can_try(VIEWS["openai/gpt-4o-mini"]) and not CardMenu.can_try(VIEWS["bge-m3:q8_0"])
