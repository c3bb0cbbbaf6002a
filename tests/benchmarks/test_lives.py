"""The made-up lives: always the same ones, whole, and with evidence that is there."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.memory.lives import CASTS, KINDS, Life, lives, script
from benchmarks.memory.lives.making import MONTHS, make

LIVES = lives()
each_life = pytest.mark.parametrize("life", LIVES, ids=[life.name for life in LIVES])
PRINT_DIGEST = "from tests.benchmarks.test_lives import digest; print(digest())"
NAMES_OF_PUBLIC_BENCHMARKS = (
    "Caroline Melanie Gina Joanna Nate Audrey Deborah Jolene Calvin Andrew LoCoMo LongMemEval".split()
)


def digest() -> str:
    return hashlib.sha256(repr(lives()).encode()).hexdigest()


def test_another_process_makes_the_same_lives() -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-c", PRINT_DIGEST], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == digest()


def test_making_one_twice_gives_it_twice_and_another_seed_gives_another() -> None:
    assert make(CASTS[0]) == LIVES[0]
    assert LIVES[0].turns[0].text != LIVES[1].turns[0].text or LIVES[0].turns[5].text != LIVES[1].turns[5].text


def test_both_languages_have_two_lives_to_tune_on_and_two_held_out() -> None:
    assert Counter((life.language, life.held_out) for life in LIVES) == {
        ("en", False): 2,
        ("en", True): 2,
        ("es", False): 2,
        ("es", True): 2,
    }


def test_what_is_held_out_is_told_in_no_life_to_tune_on() -> None:
    told = {
        held: {_said(life, at) for life in LIVES if life.held_out is held for at in _evidence(life)}
        for held in (True, False)
    }
    assert not told[True] & told[False]


@each_life
def test_a_life_is_long_and_in_order(life: Life) -> None:
    assert 500 <= len(life.turns) <= 700
    assert {turn.session for turn in life.turns} == set(range(1, 27))
    assert all(before.when < after.when for before, after in pairwise(life.turns))
    assert timedelta(days=280) < life.turns[-1].when - life.turns[0].when < timedelta(days=430)
    assert {turn.speaker for turn in life.turns} == set(life.speakers)
    assert len({turn.id for turn in life.turns}) == len(life.turns)


@each_life
def test_every_evidence_is_a_turn_and_the_unanswerable_have_none(life: Life) -> None:
    known = {turn.id for turn in life.turns}
    for question in life.questions:
        assert set(question.evidence) <= known
        assert len(set(question.evidence)) == len(question.evidence) <= 4
        assert bool(question.evidence) is (question.kind != "none")
        assert question.kind == "dated" or (len(question.evidence) > 1) is (question.kind == "multi")
        assert question.language == life.language


@each_life
def test_a_life_is_asked_in_every_way(life: Life) -> None:
    kinds = Counter(question.kind for question in life.questions)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) >= 10
    assert 150 <= len(life.questions) <= 260
    assert len({question.id for question in life.questions}) == len(life.questions)


@each_life
def test_nothing_is_left_unfilled(life: Life) -> None:
    for text in [*(turn.text for turn in life.turns), *(question.text for question in life.questions)]:
        assert not re.search(r"[{}<>|#]", text), text
        assert life.language == "en" or not re.search(r"\b([Dd]e|[Aa]) el ", text), text


@each_life
def test_nothing_names_the_people_of_public_benchmarks(life: Life) -> None:
    words = {word for turn in life.turns for word in re.findall(r"\w+", turn.text)} | set(life.speakers)
    assert not words & set(NAMES_OF_PUBLIC_BENCHMARKS)


def test_a_question_of_the_wrong_friend_names_the_one_who_did_not_tell_it() -> None:
    for life in LIVES:
        told = {turn.id: turn.speaker for turn in life.turns}
        for question in life.questions:
            if question.kind == "swapped":
                (teller,) = {told[at] for at in question.evidence}
                (other,) = set(life.speakers) - {teller}
                assert other in question.text


def test_a_question_of_a_month_means_turns_of_that_month() -> None:
    for life in LIVES:
        when = {turn.id: turn.when for turn in life.turns}
        for question in life.questions:
            if question.kind == "dated":
                said = {(when[at].month, when[at].year) for at in question.evidence}
                ((month, year),) = said
                assert MONTHS[life.language][month - 1] in question.text
                assert str(year) in question.text


def test_a_line_that_means_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.txt").write_text("== story\n--\na: Hello.\n? sometimes first: Who?\n", encoding="utf-8")
    monkeypatch.setattr(script, "DATA", tmp_path)
    with pytest.raises(ValueError, match="line 4"):
        script.threads("odd")


def _evidence(life: Life) -> set[str]:
    return {at for question in life.questions for at in question.evidence}


def _said(life: Life, at: str) -> str:
    return next(turn.text for turn in life.turns if turn.id == at)
