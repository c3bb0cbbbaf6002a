"""Trains the network on clips that are bent, mixed and filtered anew each time that they are seen.

Every word has one due time somewhere in a few rows: its highest score there is to be high. Everywhere else, and of
every other word, the highest score is to be low (Shrivastava and others call that max pooling loss).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from benchmarks.wake.training.network import KeywordNetwork
from benchmarks.wake.training.pool import Clips, Pool
from benchmarks.wake.training.scenes import CLIP_ROWS
from jarvis.voice.keyword_features import BANDS, normalized
from jarvis.voice.keyword_model import STEP_ROWS, WORDS

BATCH = 64
HIGHEST_RATE = 3e-3
EVERY_STEPS = 100
MEAN_OF = 0.998
"""What is returned is a mean of the network's weights over some five hundred steps."""

NEVER_WORD = 0
"""The word that no stop word may be taken for; among stop words it does not matter much which was heard."""

_ROWS = CLIP_ROWS // STEP_ROWS * STEP_ROWS
_AFTER_STEPS, _BEFORE_STEPS = 14, 3
_MEAN_SHARE = 2.0


def fit(
    network: KeywordNetwork,
    pool: Pool,
    *,
    seed: int,
    seconds: float,
    highest_rate: float = HIGHEST_RATE,
    now_and_then: Callable[[float], None] = lambda _gone: None,
    tell: Callable[[str], None],
) -> KeywordNetwork:
    """Train `network` for `seconds` of this computer's time; return the mean of how it was towards the end.

    The rate of learning rises and falls within them; `now_and_then` is called with the share of them that is gone, and
    may add to the pool or wait.
    """
    rng = np.random.default_rng([seed, 3])
    optimizer = torch.optim.AdamW(network.parameters(), lr=highest_rate, weight_decay=1e-3)
    mean = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(MEAN_OF), use_buffers=True
    )
    network.train()
    began, step, losses = time.monotonic(), 0, [0.0, 0.0]
    while (gone := (time.monotonic() - began) / seconds) < 1.0:
        if step % EVERY_STEPS == 0:
            now_and_then(gone)
        for group in optimizer.param_groups:
            group["lr"] = highest_rate * min(1.0, (step + 1) / 200) * (0.5 + 0.5 * math.cos(math.pi * gone))
        clips = pool.draw(BATCH, rng)
        rows, first, last = bent(clips, pool, rng)
        logits = network(torch.from_numpy(np.ascontiguousarray(rows.transpose(0, 2, 1))))
        missed, wrong = loss(logits, clips.word, first // STEP_ROWS, last // STEP_ROWS)
        optimizer.zero_grad()
        (missed + wrong).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimizer.step()
        mean.update_parameters(network)
        step += 1
        losses = [0.98 * losses[0] + 0.02 * missed.item(), 0.98 * losses[1] + 0.02 * wrong.item()]
        if step % EVERY_STEPS == 0:
            tell(f"{gone:.0%}, step {step}: missed {losses[0]:.3f}, wrong {losses[1]:.3f}, {pool.count()} clips")
    found = mean.module
    assert isinstance(found, KeywordNetwork)
    return found.eval()


def loss(
    logits: Tensor, word: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]
) -> tuple[Tensor, Tensor]:
    """Return how much words were missed and how much others were heard, each as a mean over clips."""
    count, words, steps = logits.shape
    at = torch.arange(steps)[None, :]
    begin, end = torch.from_numpy(first)[:, None], torch.from_numpy(last)[:, None]
    spoken = torch.from_numpy(word)[:, None]
    due = (at >= begin) & (at <= end) & (spoken >= 0)
    near = (at >= begin - _BEFORE_STEPS) & (at <= end + _AFTER_STEPS) & (spoken >= 0)
    number = torch.arange(words)[None, :]
    own = number == spoken
    # "cancela" begins as "cancel" does: one stop word may pass for another.
    kin = (number > NEVER_WORD) & (spoken > NEVER_WORD)
    excused = (own | kin)[:, :, None] & near[:, None, :]
    highest_due = logits.masked_fill(~(own[:, :, None] & due[:, None, :]), -1e4).amax((1, 2))
    # Of a word that ends after its clip nothing can be asked.
    positive = due.any(1)
    missed = functional.softplus(-highest_due[positive]).sum() / count
    elsewhere = logits.masked_fill(excused, -1e4)
    wrong = functional.softplus(elsewhere.amax(2)).sum() / count
    return missed * 2.0, wrong + _MEAN_SHARE * functional.softplus(elsewhere).mean() * words


def bent(
    clips: Clips, pool: Pool, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Return features of `clips`, changed at random, and their due rows; what `pool` has lies under some of them."""
    logs = clips.power[:, :_ROWS].astype(np.float32)
    first, last = clips.first.copy(), clips.last.copy()
    count = len(logs)
    for at in np.flatnonzero(rng.random(count) < 0.4):
        pace = float(rng.uniform(0.88, 1.12))
        if last[at] / pace + 2 >= _ROWS:
            continue
        logs[at] = _paced(logs[at], pace)
        first[at], last[at] = int(first[at] / pace), math.ceil(last[at] / pace)
    for at in np.flatnonzero(rng.random(count) < 0.5):
        logs[at] = logs[at] @ _WARPS[int(rng.integers(len(_WARPS)))]
    power = np.exp(logs + _colour(rng, count))
    for at in np.flatnonzero(rng.random(count) < 0.3):
        under = np.exp(pool.under(rng)[:_ROWS].astype(np.float32))
        snr_db = float(rng.uniform(2, 30))
        power[at] += under * (power[at].mean() / (under.mean() + 1e-12) / 10 ** (snr_db / 10))
    rows, _ = normalized(power, None)
    for at in np.flatnonzero(rng.random(count) < 0.3):
        low, high = int(rng.integers(0, BANDS - 4)), int(rng.integers(1, 6))
        rows[at][:, low : low + high] = 0.0
    for at in np.flatnonzero(rng.random(count) < 0.2):
        begin = int(rng.integers(0, _ROWS - 8))
        rows[at][begin : begin + int(rng.integers(2, 8))] = 0.0
    return rows, first, last


def _paced(logs: NDArray[np.float32], pace: float) -> NDArray[np.float32]:
    wanted = np.minimum(np.arange(len(logs)) * pace, len(logs) - 1.001)
    low = wanted.astype(np.int64)
    share = (wanted - low)[:, None].astype(np.float32)
    paced: NDArray[np.float32] = logs[low] * (1 - share) + logs[low + 1] * share
    return paced


def _colour(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Return another loudness and another microphone for each of `count` clips, as natural logarithms of power."""
    bands = np.linspace(-1, 1, BANDS)
    tilt = rng.normal(0, 0.7, (count, 1)) * bands
    wave = rng.normal(0, 0.5, (count, 1)) * np.sin(
        np.pi * (rng.uniform(0.5, 2, (count, 1)) * bands + rng.random((count, 1)))
    )
    loud = rng.uniform(-1.5, 1.5, (count, 1))
    colour: NDArray[np.float32] = (tilt + wave + loud)[:, None, :].astype(np.float32)
    return colour


def _warp(by: float) -> NDArray[np.float32]:
    """Return the matrix that moves what is in the bands up or down by a share of their number."""
    matrix = np.zeros((BANDS, BANDS), np.float32)
    for band in range(BANDS):
        source = min(max(band / by, 0.0), BANDS - 1.001)
        low = int(source)
        matrix[low, band] += 1 - (source - low)
        matrix[low + 1, band] += source - low
    return matrix


_WARPS = [_warp(by) for by in np.linspace(0.92, 1.08, 9)]
assert len(WORDS) > NEVER_WORD
