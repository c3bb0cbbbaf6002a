"""Thoughts told from answers, whatever the pieces."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.ports import EngineText, EngineThought
from jarvis.engines.thoughts import ThoughtSplitter, thinks_from_the_start


def _split(pieces: list[str], *, inside: bool = False, called: bool = False) -> tuple[str, str]:
    splitter = ThoughtSplitter(inside=inside)
    items = [item for piece in pieces for item in splitter.feed(piece)] + splitter.finish(called=called)
    thought = "".join(item.text for item in items if isinstance(item, EngineThought))
    return thought, "".join(item.text for item in items if isinstance(item, EngineText))


@pytest.mark.parametrize(
    ("text", "inside", "expected"),
    [
        ("Just an answer.", False, ("", "Just an answer.")),
        ("<think>\nHm.</think>\n\nYes.", False, ("Hm.", "Yes.")),
        ("\n<think></think>Yes.", False, ("", "Yes.")),
        ("The tag <think> is text here.", False, ("is text here.", "The tag ")),
        ("<thin ice", False, ("", "<thin ice")),
        ("Hm.</think>Yes.", True, ("Hm.", "Yes.")),
        ("<think>Hm.</think>Yes.", True, ("Hm.", "Yes.")),
        ("An answer without any tag", True, ("An answer without any tag", "An answer without any tag")),
        ("<think>never ends", False, ("never ends", "")),
        ("<think>a < b </thin</think>Yes </think>", False, ("a < b </thin", "Yes ")),
        ("<think>a</think>b <think>c</think>\nd", False, ("ac", "b d")),
        ("thought without a beginning </think>answer", False, ("", "thought without a beginning answer")),
        ("Here: <think>secret</think>done", True, ("Here: secret", "done")),
        ("</think>Yes.", False, ("", "Yes.")),
    ],
)
def test_what_is_thought_and_what_is_said(text: str, inside: bool, expected: tuple[str, str]) -> None:
    assert _split([text], inside=inside) == expected
    assert _split(list(text), inside=inside) == expected


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<", "</th", "ink>", " ", "\n", "a", "answer"]), max_size=12),
    st.lists(st.integers(0, 80), max_size=10),
    st.booleans(),
    st.booleans(),
)
def test_the_pieces_do_not_matter(parts: list[str], cuts: list[int], inside: bool, called: bool) -> None:
    text = "".join(parts)
    places = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    pieces = [text[begin:end] for begin, end in itertools.pairwise(places)]
    assert _split(pieces, inside=inside, called=called) == _split([text], inside=inside, called=called)


def test_an_unclosed_thought_before_a_call_stays_a_thought() -> None:
    assert _split(["I should call it"], inside=True, called=True) == ("I should call it", "")
    assert _split(["<think>I should call it"], called=True) == ("I should call it", "")


@given(st.lists(st.sampled_from(["<think>", "</think>", "<thi", "nk>", "a", " "]), max_size=12), st.booleans())
def test_no_tag_is_ever_shown(parts: list[str], inside: bool) -> None:
    splitter = ThoughtSplitter(inside=inside)
    items = [item for part in parts for item in splitter.feed(part)] + splitter.finish()
    assert not any(tag in item.text for item in items for tag in ("<think>", "</think>"))


def test_a_server_that_sends_thoughts_apart_sends_only_answers_here() -> None:
    splitter = ThoughtSplitter(inside=True)
    splitter.thinks_apart()
    assert splitter.feed("Yes.") == [EngineText(text="Yes.")]


@pytest.mark.parametrize(
    ("model", "expected"),
    [("DeepSeek-R1-Distill-Qwen-7B", True), ("qwq:32b", True), ("Qwen3-4B-Thinking-2507", True), ("qwen3:8b", False)],
)
def test_models_whose_template_opens_the_thought(model: str, expected: bool) -> None:
    assert thinks_from_the_start(model) is expected
