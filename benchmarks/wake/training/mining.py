"""Lets a half-trained network listen to clips without a word and keeps what it takes for one: the hardest negatives."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from benchmarks.wake.training.network import KeywordNetwork
from benchmarks.wake.training.pool import Clips
from jarvis.voice.keyword_features import normalized
from jarvis.voice.keyword_model import STEP_ROWS

FROM_SCORE = 0.15
"""Scores from here on are kept as negatives."""

KINDS = ("near_call", "stop_like", "with_stop", "cut_call", "talk", "noise")
"""Kinds of clips without a word."""

_AT_ONCE = 64


def mined(network: KeywordNetwork, chunk: Mapping[str, Clips]) -> Clips | None:
    """Return the clips of `chunk` without a word that `network` hears one in, where there are any."""
    was = network.training
    network.eval()
    found = [
        _some(clips, np.flatnonzero(highest(network, clips) >= FROM_SCORE)) for clips in map(chunk.get, KINDS) if clips
    ]
    network.train(was)
    if not sum(clips.word.size for clips in found):
        return None
    return Clips(
        power=np.concatenate([clips.power for clips in found]),
        word=np.concatenate([clips.word for clips in found]),
        first=np.concatenate([clips.first for clips in found]),
        last=np.concatenate([clips.last for clips in found]),
    )


def highest(network: KeywordNetwork, clips: Clips) -> np.ndarray:
    """Return the highest score of any word in each of `clips`."""
    found = []
    for at in range(0, clips.word.size, _AT_ONCE):
        rows, _ = normalized(np.exp(clips.power[at : at + _AT_ONCE].astype(np.float32)), None)
        whole = rows[:, : rows.shape[1] // STEP_ROWS * STEP_ROWS]
        with torch.no_grad():
            logits = network(torch.from_numpy(np.ascontiguousarray(whole.transpose(0, 2, 1))))
        found.append(torch.sigmoid(logits.amax((1, 2))).numpy())
    return np.concatenate(found)


def _some(clips: Clips, places: np.ndarray) -> Clips:
    return Clips(power=clips.power[places], word=clips.word[places], first=clips.first[places], last=clips.last[places])
