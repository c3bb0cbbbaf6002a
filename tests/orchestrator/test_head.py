"""The trained head: what it gives for anything, what it refuses, and that the shipped one judges sensibly."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.router.fitting import fit
from benchmarks.router.rows import Question, Row, Seen, twin_groups
from benchmarks.router.train import write_head
from jarvis.contracts.errors import InputError
from jarvis.contracts.routing import DOMAINS
from jarvis.orchestrator.features import FEATURE_NAMES, features_of
from jarvis.orchestrator.head import PLACES, RouterHead, difficulty_of_gain, word_runs
from jarvis.orchestrator.lexicon import router_folder

WIDTH = 6
ENCODER = "small:1"
SHIPPED = router_folder() / "head.npz"


def world(seed: int = 0, count: int = 800) -> tuple[list[Row], Seen, list[Question], Seen]:
    """Exam questions whose first number tells how likely the weak model is right, and talk that looks different."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, WIDTH)).astype(np.float32)
    features = rng.normal(size=(count, len(FEATURE_NAMES))).astype(np.float32)
    features[:, 0] += 6.0
    hard = 1 / (1 + np.exp(-3 * vectors[:, 0]))
    texts = [f"question about the {'integral' if share > 0.5 else 'harvest'} of {n}" for n, share in enumerate(hard)]
    rows = [
        Row(
            text=text,
            subject="gsm8k" if place % 2 else "mmlu_virology",
            weak=float(rng.random() > share),
            strong=float(rng.random() > 0.8 * share),
        )
        for place, (text, share) in enumerate(zip(texts, hard, strict=True))
    ]
    look = Seen(vectors=vectors, features=features, runs=[np.array(word_runs(text)) for text in texts])
    talk = rng.normal(size=(240, WIDTH)).astype(np.float32)
    seen = rng.normal(size=(240, len(FEATURE_NAMES))).astype(np.float32)
    seen[:, 1] = np.arange(240) % 12
    questions = [
        Question(
            text=f"talk {place}",
            language="en",
            domain=DOMAINS[place % 12],
            difficulty=(place % 12) / 11,
            split="train",
        )
        for place in range(240)
    ]
    asked = Seen(vectors=talk, features=seen, runs=[np.array(word_runs(one.text)) for one in questions])
    return rows, look, questions, asked


@pytest.fixture(scope="module")
def fitted() -> dict[str, Any]:
    return fit(*world())


@pytest.fixture(scope="module")
def head(fitted: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> RouterHead:
    path = tmp_path_factory.mktemp("head") / "head.npz"
    write_head(path, fitted, ENCODER)
    return RouterHead.load(path, encoder=ENCODER, feature_names=FEATURE_NAMES)


def exam(first: float, feature: float = 6.0) -> tuple[list[float], list[float]]:
    """Features and vector of a question like the rows, with `first` as what tells its hardness."""
    return [feature, *[0.0] * (len(FEATURE_NAMES) - 1)], [first, *[0.0] * (WIDTH - 1)]


def test_same_rows_give_the_same_head(fitted: dict[str, Any]) -> None:
    again = fit(*world())
    assert all(np.array_equal(fitted[name], again[name]) for name in fitted)


def test_harder_questions_are_judged_harder(head: RouterHead) -> None:
    easy, hard = (head.judge(*exam(first), "question") for first in (-1.5, 1.5))
    assert hard.difficulty > easy.difficulty + 0.05
    assert hard.p_weak < easy.p_weak - 0.2


def test_words_count_beside_the_vector(head: RouterHead) -> None:
    features, vector = exam(0.0)
    told = [head.judge(features, vector, f"question about the {word}") for word in ("harvest", "integral")]
    assert told[1].p_weak < told[0].p_weak


def test_gate_knows_its_own_kind(head: RouterHead) -> None:
    assert head.judge(*exam(0.0), "question").in_domain > 0.9
    assert head.judge(*exam(0.0, feature=0.0), "question").in_domain < 0.1
    assert head.judge(exam(0.0)[0], None, "question").in_domain > 0.9
    assert head.judge(exam(0.0, feature=0.0)[0], None, "question").in_domain < 0.1


@pytest.mark.parametrize("with_vector", [True, False])
@pytest.mark.parametrize("size", [0.0, 1.0, 1e6, -1e6])
def test_every_number_is_a_share(head: RouterHead, size: float, with_vector: bool) -> None:
    judged = head.judge([size] * len(FEATURE_NAMES), [size] * WIDTH if with_vector else None, "¿? " * 50)
    assert 0.0 <= judged.p_weak <= judged.p_strong <= 1.0
    assert 0.0 <= judged.difficulty <= 1.0
    assert 0.0 <= judged.open_difficulty <= 1.0
    assert 0.0 <= judged.in_domain <= 1.0
    assert tuple(judged.domains) == DOMAINS
    assert sum(judged.domains.values()) == pytest.approx(1.0, abs=1e-5)


def test_difficulty_rises_with_the_gain_everywhere() -> None:
    values = [difficulty_of_gain(gain / 100) for gain in range(-100, 101)]
    assert all(after > before for before, after in pairwise(values))
    assert 0.0 < values[0] < 0.001
    assert 0.999 < values[-1] < 1.0
    assert difficulty_of_gain(0.015 + 0.265 / 2) == pytest.approx(0.5)


def test_calibrated_chances_match_what_happened(fitted: dict[str, Any], head: RouterHead) -> None:
    rows, look, _, _ = world(seed=1, count=1500)
    judged = [
        head.judge(features.tolist(), vector.tolist(), row.text)
        for row, features, vector in zip(rows, look.features, look.vectors, strict=True)
    ]
    weak = np.array([row.weak for row in rows])
    believed = np.array([one.p_weak for one in judged])
    for third in np.array_split(np.argsort(believed), 3):
        assert abs(believed[third].mean() - weak[third].mean()) < 0.1


def test_word_runs_are_bounded_sorted_and_blind_to_figures() -> None:
    assert word_runs("How much is 12 apples?") == word_runs("how much is 99 apples?")
    assert word_runs("one two") != word_runs("two one")
    runs = word_runs("a b c d " * 500)
    assert runs == sorted(set(runs))
    assert len(runs) == 4 + 4 + 4
    assert all(0 <= place < PLACES for place in runs)
    assert word_runs("") == []
    assert len(word_runs("\ud800 x")) == 3


def test_wrong_number_of_features_is_refused(head: RouterHead) -> None:
    with pytest.raises(ValueError, match="features"):
        head.judge([1.0, 2.0], None, "x")


def _other_format(arrays: dict[str, Any]) -> None:
    arrays["format"] = np.array(99)


def _short(arrays: dict[str, Any]) -> None:
    arrays["full_exam"] = arrays["full_exam"][:-1]


def _without(arrays: dict[str, Any]) -> None:
    del arrays["features_kind"]


@pytest.mark.parametrize(
    ("change", "code"),
    [(_other_format, "router.head_other"), (_short, "router.head_damaged"), (_without, "router.head_damaged")],
)
def test_files_of_another_shape_are_refused(
    fitted: dict[str, Any], tmp_path: Path, change: Callable[[dict[str, Any]], None], code: str
) -> None:
    arrays = dict(fitted)
    change(arrays)
    write_head(tmp_path / "head.npz", arrays, ENCODER)
    with pytest.raises(InputError) as caught:
        RouterHead.load(tmp_path / "head.npz")
    assert caught.value.code == code
    assert caught.value.sentence("es") != caught.value.sentence("en")


def test_head_of_another_encoder_or_other_features_is_refused(fitted: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "head.npz"
    write_head(path, fitted, ENCODER)
    assert RouterHead.load(path).encoder == ENCODER
    for wrong in ({"encoder": "small:2"}, {"feature_names": FEATURE_NAMES[::-1]}):
        with pytest.raises(InputError) as caught:
            RouterHead.load(path, **wrong)  # type: ignore[arg-type]
        assert caught.value.code == "router.head_other"


def test_missing_and_damaged_files(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        RouterHead.load(tmp_path / "none.npz")
    assert caught.value.code == "router.head_missing"
    whole = SHIPPED.read_bytes()
    for content in (b"", b"not a zip", whole[:1000], whole[: len(whole) // 2]):
        (tmp_path / "bad.npz").write_bytes(content)
        with pytest.raises(InputError) as caught:
            RouterHead.load(tmp_path / "bad.npz")
        assert caught.value.code == "router.head_damaged"


def test_twins_share_a_group() -> None:
    texts = ["a robe takes two bolts of blue fibre", "a robe takes two bolts of red fibre", "who wrote this symphony"]
    vectors = np.array([[1, 0, 0.1], [1, 0, 0.12], [0, 1, 0.5]], dtype=np.float32)
    runs = [np.array(word_runs(text)) for text in (texts[0], texts[0], texts[2])]
    groups = twin_groups(Seen(vectors=vectors, features=vectors, runs=runs))
    assert groups[0] == groups[1] != groups[2]
    runs = [np.array(word_runs(text)) for text in (texts[0], "x y z", texts[2])]
    assert len(set(twin_groups(Seen(vectors=vectors, features=vectors, runs=runs)))) == 3


EXAM = "Which of these is the powerhouse of the cell?\nA. nucleus\nB. mitochondrion\nC. ribosome\nD. vacuole\nAnswer:"


def test_shipped_head_fits_the_features_of_today() -> None:
    shipped = RouterHead.load(SHIPPED, feature_names=FEATURE_NAMES)
    assert shipped.encoder.startswith("all-MiniLM-L6-v2:")
    assert SHIPPED.stat().st_size < 4_000_000


def test_shipped_head_by_features_alone() -> None:
    shipped = RouterHead.load(SHIPPED, feature_names=FEATURE_NAMES)

    def judged(text: str) -> Any:
        return shipped.judge(features_of(text).vector(), None, text)

    assert judged(EXAM).in_domain > 0.5
    for proof, poem in (
        ("Solve x^2 - 5x + 6 = 0 and add the squares of its roots.", "Write a short poem about autumn leaves."),
        (
            "Resuelve x^2 - 5x + 6 = 0 y suma los cuadrados de sus raíces.",
            "Escribe un poema corto sobre las hojas de otoño.",
        ),
    ):
        hard, easy = judged(proof), judged(poem)
        assert hard.in_domain < 0.5 and easy.in_domain < 0.5
        assert hard.open_difficulty > easy.open_difficulty
        assert max(hard.domains, key=hard.domains.__getitem__) == "maths"
        assert max(easy.domains, key=easy.domains.__getitem__) == "writing"
