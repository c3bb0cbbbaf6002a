"""What a model with sliding windows keeps from turn to turn: never less than its window, or it reads all again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
import pytest
from gguf import GGUFReader

from jarvis.engines.children.chat_answer import Finished
from jarvis.engines.children.llama_model import LlamaModel, LoadOptions, Prompt
from jarvis.engines.children.placed_llama import Sampling
from tests.fakes.shaped_gguf import Dimensions, shaped_gguf

WINDOW, BATCH, CONTEXT, WORDS = 64, 32, 1024, 600
CELLS = 256
"""What sliding layers have room for: the window and a batch, rounded up."""


SAME, OTHER = 0.1, 0.3
"""How far apart the scores of all words may be, by rounding alone, and are at least where something was not seen."""


@dataclass(frozen=True)
class Said:
    """What was read of an answer, how much of its prompt was kept, and the scores of every word for the next place."""

    tokens: tuple[int, ...]
    kept: int
    scores: Any


@pytest.fixture(scope="module", params=["gemma3", "gemma2"])
def sliding(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with sliding windows whose random weights make every answer depend on all that it can see."""
    path = shaped_gguf(
        tmp_path_factory.mktemp("sliding") / f"{request.param}.gguf",
        Dimensions(
            architecture=request.param,
            layers=6,
            width=128,
            feed_forward=256,
            heads=4,
            kv_heads=2,
            head=32,
            vocabulary=WORDS,
            weights="F16",
            output="F16",
            tied=True,
            window=WINDOW,
            context=CONTEXT,
        ),
    )
    chance = np.random.default_rng(7)
    reader: Any = GGUFReader(path, "r+")
    for tensor in reader.tensors:
        size = tensor.data.shape
        # Words weigh little of themselves, so that what is said depends on what was looked back at.
        scale = 0.005 if tensor.name == "token_embd.weight" else 0.2
        tensor.data[:] = 1.0 if len(size) == 1 else (chance.standard_normal(size) * scale).astype(tensor.data.dtype)
    reader.data.flush()
    return path


def loaded(path: Path) -> LlamaModel:
    return LlamaModel(path, LoadOptions(context_tokens=CONTEXT, threads=1, gpu_layers=0, batch_tokens=BATCH))


def asked(model: LlamaModel, tokens: list[int], most: int = 12) -> Said:
    """Answer greedily behind `tokens`."""
    greedy = Sampling(max_tokens=most, temperature=0.0, top_p=1.0)
    *_, end = model.answer(Prompt(tokens=tokens, cells=len(tokens), thinking=False), greedy)
    assert isinstance(end, Finished)
    now = tuple(model._llama._input_ids.tolist())
    scores: Any = llama_cpp.llama_get_logits_ith(model._llama._ctx.ctx, -1)
    return Said(now[len(tokens) :], end.cached_tokens, np.ctypeslib.as_array(scores, shape=(WORDS,)).copy())


def distance(path: Path, tokens: list[int], said: Said) -> float:
    """How far `said` is from what a fresh model has in mind that reads all of it, in shares of the whole."""
    fresh = asked(loaded(path), [*tokens, *said.tokens], most=1)
    assert fresh.kept == 0
    return float(np.linalg.norm(fresh.scores - said.scores) / np.linalg.norm(fresh.scores))


def words(seed: int, count: int) -> list[int]:
    chance = random.Random(seed)
    return [chance.randrange(300, 590) for _ in range(count)]


def turns(answers: list[Said]) -> list[int]:
    """The conversation that grows: a question of 90 tokens after each answer."""
    tokens = words(0, 90)
    for number, said in enumerate(answers, start=1):
        tokens += [*said.tokens, *words(number, 90)]
    return tokens


def test_a_conversation_longer_than_the_window_is_answered_as_a_fresh_model_would(sliding: Path) -> None:
    model = loaded(sliding)
    answers: list[Said] = []
    for number in range(8):
        tokens = turns(answers)
        said = asked(model, tokens)
        assert distance(sliding, tokens, said) < SAME
        assert said.kept == (len(tokens) - 90 if number else 0), "what only grows is never read again"
        answers.append(said)
    assert len(turns(answers)) > 3 * CELLS, "the sliding layers have forgotten long ago how it began"


def test_a_conversation_that_is_changed_further_back_is_read_again_where_its_window_is_gone(sliding: Path) -> None:
    whole, other = words(3, 700), words(4, 30)
    oldest = _oldest_after(loaded(sliding), whole)
    last_safe = oldest + WINDOW - 1
    for place in (699, last_safe + 1, last_safe, last_safe - 1, 300, 100):
        model = loaded(sliding)
        assert _oldest_after(model, whole) == oldest
        changed = [*whole[:place], *other]
        said = asked(model, changed)
        assert said.kept == (place if place >= last_safe else 0)
        assert distance(sliding, changed, said) < SAME


def test_unchecked_a_changed_conversation_would_be_answered_wrong(sliding: Path) -> None:
    model, changed = loaded(sliding), [*words(3, 300), *words(4, 30)]
    asked(model, words(3, 700))
    model._window = 0
    said = asked(model, changed)
    assert said.kept == 300
    assert distance(sliding, changed, said) > OTHER


def test_a_short_conversation_is_kept_whatever_changes_in_it(sliding: Path) -> None:
    model = loaded(sliding)
    asked(model, words(5, 200))
    changed = [*words(5, 20), *words(6, 50)]
    said = asked(model, changed)
    assert said.kept == 20
    assert distance(sliding, changed, said) < SAME


def _oldest_after(model: LlamaModel, tokens: list[int]) -> int:
    """Read `tokens` and return the oldest that the sliding layers still have."""
    asked(model, tokens)
    oldest = llama_cpp.llama_memory_seq_pos_min(model._llama._ctx.memory, 0)
    assert len(tokens) - CELLS <= oldest <= len(tokens) - WINDOW, "they have more than the window, but not all"
    return int(oldest)
