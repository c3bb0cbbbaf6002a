"""The trained head: judges a question by its vector, its visible features and its words.

Everything in it is a sum of weighted numbers, fitted by `benchmarks.router.train`: for questions of the kinds of the
training rows (exam questions with choices, word problems) the chances of a weak and a strong reference model, whose
difference is what the strong one is good for; for all others a difficulty learned from labelled questions. A gate
tells how much a question is of the first kind. Without a vector (another language than the encoder's) the features
decide alone. Needs numpy once loaded; knows neither the encoder nor the lexicon.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zipfile import BadZipFile
from zlib import crc32

from jarvis.contracts.errors import InputError
from jarvis.contracts.routing import DOMAINS, Domain

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]

FORMAT = 1
"""Counts up when what the file holds is read in another way."""

PLACES = 1 << 17
"""Runs of words share this many places; which, their checksum tells."""

FEATURE_LIMIT = 4.0
"""Standard deviations beyond which a feature counts no more: a text unlike all others moves nothing out of bounds."""

GAP_AT_EASY, GAP_RISE = 0.015, 0.265
"""The strong model's lead at difficulty 0 and how much it grows until 1; the scale that the rules use too."""

_WORD = re.compile(r"\w+|[^\w\s]")
_LONGEST_RUN = 3
Sight = Literal["full", "features"]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadJudgement:
    """What the head makes of a question. Every number lies within 0..1.

    `p_weak <= p_strong` are the chances that the reference models answer well. `difficulty` orders the questions of
    the trained kinds by how much the strong model helps, `open_difficulty` all others; both on the rules' scale.
    `in_domain` is how far the question is of the trained kinds. `domains` sums to 1.
    """

    p_weak: float
    p_strong: float
    difficulty: float
    open_difficulty: float
    domains: Mapping[Domain, float]
    in_domain: float


def word_runs(text: str) -> list[int]:
    """Return the places, each once and below `PLACES`, of the runs of one to three words in `text`.

    Every number counts as 0, so that runs tell the wording and not the figures.
    """
    words = ["0" if word.isdigit() else word for word in _WORD.findall(text.lower())]
    found = set()
    for length in range(1, _LONGEST_RUN + 1):
        for run in zip(*(words[start:] for start in range(length)), strict=False):
            found.add(crc32(" ".join(run).encode("utf-8", "replace")) % PLACES)
    return sorted(found)


def difficulty_of_gain(gain: float) -> float:
    """Return the difficulty 0..1 of an expected lead of the strong model; rises with it everywhere.

    A logistic curve that has the value and the slope of `(gain - GAP_AT_EASY) / GAP_RISE` in the middle.
    """
    middle = (gain - GAP_AT_EASY) / GAP_RISE - 0.5
    return _sigmoid(4.0 * middle)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Weights:
    """One sight's numbers: inputs x outputs. `exam` gives weak and strong; `kind` gate and open difficulty."""

    mean: Array
    scale: Array
    exam: Array
    exam_bias: Array
    kind: Array
    kind_bias: Array
    domains: Array
    domain_bias: Array
    lines: Array
    """Slope and intercept of the logits: those of weak, those of strong."""


class RouterHead:
    """The head as loaded from its file; `judge` may be called from any thread."""

    def __init__(
        self,
        *,
        encoder: str,
        feature_names: Sequence[str],
        sights: Mapping[Sight, _Weights],
        runs: Array,
        rarity: Array,
    ) -> None:
        self.encoder = encoder
        self.feature_names = tuple(feature_names)
        self._sights = sights
        self._runs = runs
        self._rarity = rarity

    @classmethod
    def load(cls, path: Path, *, encoder: str | None = None, feature_names: Sequence[str] | None = None) -> RouterHead:
        """Read `path`. `encoder` and `feature_names` are what it must have been trained with; None accepts any.

        Raises `InputError`: "router.head_missing", "router.head_damaged", "router.head_other".
        """
        import numpy as np

        try:
            # From memory: numpy leaves a damaged file open.
            with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as file:
                stored = {name: file[name] for name in file.files}
            if int(stored["format"]) != FORMAT:
                raise _other(path, f"format {int(stored['format'])}")
            head = cls(
                encoder=str(stored["encoder"]),
                feature_names=[str(name) for name in stored["feature_names"]],
                sights={"full": _sight(stored, "full"), "features": _sight(stored, "features")},
                runs=stored["runs"].astype(np.float32),
                rarity=stored["rarity"].astype(np.float32),
            )
        except FileNotFoundError as error:
            raise _missing(path) from error
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise _damaged(path) from error
        if encoder is not None and head.encoder != encoder:
            raise _other(path, f"encoder {head.encoder}")
        if feature_names is not None and head.feature_names != tuple(feature_names):
            raise _other(path, f"{len(head.feature_names)} features")
        return head

    def judge(self, features: Sequence[float], embedding: Sequence[float] | None, text: str) -> HeadJudgement:
        """Judge the question `text`, given its features in the trained order and the encoder's vector of it.

        `embedding` None judges by the features alone. Raises `ValueError` for another number of features.
        """
        import numpy as np

        if len(features) != len(self.feature_names):
            raise ValueError(f"{len(features)} features, but {len(self.feature_names)} were trained")
        full = embedding is not None
        weights = self._sights["full" if full else "features"]
        given = np.asarray([*(embedding or ()), *features], dtype=np.float32)
        seen = np.clip((given - weights.mean) / weights.scale, -FEATURE_LIMIT, FEATURE_LIMIT)
        exam = seen @ weights.exam + weights.exam_bias
        if full:
            exam = exam + self._told_by_words(text)
        weak, strong = (weights.lines[:, 0] * exam + weights.lines[:, 1]).tolist()
        gate, open_difficulty = (seen @ weights.kind + weights.kind_bias).tolist()
        p_weak, p_strong = _sigmoid(weak), _sigmoid(strong)
        return HeadJudgement(
            p_weak=p_weak,
            p_strong=max(p_weak, p_strong),
            difficulty=difficulty_of_gain(p_strong - p_weak),
            open_difficulty=min(max(open_difficulty, 0.0), 1.0),
            domains=_shares(seen @ weights.domains + weights.domain_bias),
            in_domain=_sigmoid(gate),
        )

    def _told_by_words(self, text: str) -> Array:
        import numpy as np

        places = word_runs(text)
        length = float(np.sqrt((self._rarity[places] ** 2).sum()))
        total: Array = self._runs[places].sum(axis=0)
        return total / length if length > 0 else total


def _sight(stored: Mapping[str, Any], name: str) -> _Weights:
    import numpy as np

    parts = {part: stored[f"{name}_{part}"].astype(np.float32) for part in _Weights.__slots__}
    inputs = len(parts["mean"])
    shapes = {"scale": (inputs,), "exam": (inputs, 2), "kind": (inputs, 2), "domains": (inputs, len(DOMAINS))}
    if any(parts[part].shape != shape for part, shape in shapes.items()) or parts["lines"].shape != (2, 2):
        raise ValueError(f"the weights of {name} have other shapes")
    return _Weights(**parts)


def _shares(scores: Array) -> dict[Domain, float]:
    import numpy as np

    powers = np.exp(scores - scores.max())
    return dict(zip(DOMAINS, (powers / powers.sum()).tolist(), strict=True))


def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + exp(-min(max(value, -60.0), 60.0)))


def _missing(path: Path) -> InputError:
    return InputError(
        "router.head_missing",
        en="The file {path} that judges questions is missing; rules judge alone. Installing Jarvis again brings it.",
        es="Falta el fichero {path} que valora las preguntas; se valoran solo con reglas. Reinstala Jarvis.",
        path=path,
    )


def _damaged(path: Path) -> InputError:
    return InputError(
        "router.head_damaged",
        en="The file {path} that judges questions is damaged; rules judge alone. Installing Jarvis again mends it.",
        es="El fichero {path} que valora las preguntas está dañado; se valoran solo con reglas. Reinstala Jarvis.",
        path=path,
    )


def _other(path: Path, what: str) -> InputError:
    return InputError(
        "router.head_other",
        en="The file {path} was trained for something else ({what}); rules judge questions alone. "
        "Installing Jarvis again brings the right one.",
        es="El fichero {path} se entrenó para otra cosa ({what}); las preguntas se valoran solo con reglas. "
        "Reinstala Jarvis.",
        path=path,
        what=what,
    )
