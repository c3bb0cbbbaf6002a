import itertools
import threading
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from jarvis.voice.revisions import Revisions


def test_a_pause_that_lasts_is_committed_once():
    turn = Revisions()
    revision = turn.pause()
    assert turn.is_current(revision)
    assert turn.commit(revision)
    assert not turn.commit(revision)
    assert turn.committed == revision
    assert turn.is_current(revision)


def test_speech_that_goes_on_makes_the_pause_stale_for_good():
    turn = Revisions()
    first = turn.pause()
    turn.resume()
    assert not turn.is_current(first)
    assert not turn.commit(first)
    second = turn.pause()
    assert second != first
    assert not turn.commit(first)
    assert turn.commit(second)


def test_nothing_is_committed_while_the_person_speaks():
    turn = Revisions()
    assert not any(turn.commit(revision) for revision in range(-1, 3))


def test_what_is_left_off_is_the_turn_whether_the_person_speaks_or_not():
    for steps in ((), (Revisions.pause,), (Revisions.pause, Revisions.resume)):
        turn = Revisions()
        opened = [step(turn) for step in steps]
        assert turn.leave_off() and turn.committed is not None
        assert not turn.leave_off()
        if steps[1:]:
            assert turn.committed not in opened, "what was worked ahead at the pause stays void"
    cancelled = Revisions()
    cancelled.cancel()
    assert not cancelled.leave_off() and cancelled.committed is None


def test_a_second_pause_in_a_row_is_the_same_one():
    turn = Revisions()
    assert turn.pause() == turn.pause()


def test_a_cancelled_turn_is_never_committed():
    turn = Revisions()
    revision = turn.pause()
    assert turn.cancel()
    assert turn.cancel()
    assert turn.cancelled
    assert not turn.commit(revision)
    assert not turn.commit(turn.pause())
    assert not turn.is_current(revision)
    assert turn.committed is None


def test_a_committed_turn_stands_whatever_comes_after():
    turn = Revisions()
    revision = turn.pause()
    turn.commit(revision)
    turn.resume()
    assert not turn.cancel()
    assert not turn.cancelled
    assert turn.pause() == revision
    assert not turn.commit(turn.pause())
    assert turn.committed == revision
    assert turn.is_current(revision)


def test_a_turn_whose_words_stand_still_is_closed_only_while_nobody_pauses():
    turn = Revisions()
    opened = turn.opened
    revision = turn.pause()
    assert turn.paused
    assert not turn.close(opened)
    assert not turn.close(turn.opened), "a pause is judged by itself"
    turn.resume()
    assert not turn.paused
    assert not turn.close(opened), "a pause has come in between"
    assert turn.close(revision)
    assert turn.committed == revision + 1
    assert not turn.close(turn.opened)
    assert not turn.commit(turn.pause())


class AnySchedule(RuleBasedStateMachine):
    """Two turns, the second of which challenges the first, and stages of both that finish whenever they like."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = [_Told(), _Told()]

    @rule(which=st.integers(0, 1))
    def falls_silent(self, which: int) -> None:
        turn = self.turns[which]
        revision = turn.revisions.pause()
        turn.stages.append(revision)
        if turn.over:
            return
        if turn.open is None:
            assert revision not in turn.stale
            turn.open = revision
        assert revision == turn.open

    @rule(which=st.integers(0, 1))
    def goes_on(self, which: int) -> None:
        turn = self.turns[which]
        turn.revisions.resume()
        if not turn.over and turn.open is not None:
            turn.stale.add(turn.open)
            turn.open = None

    @rule(which=st.integers(0, 1))
    def is_cancelled(self, which: int) -> None:
        turn = self.turns[which]
        assert turn.revisions.cancel() == (turn.committed is None)
        turn.cancelled = turn.committed is None

    @rule(which=st.integers(0, 1), stage=st.integers(0, 50))
    def a_stage_finishes(self, which: int, stage: int) -> None:
        turn = self.turns[which]
        if turn.stages:
            self._commit(turn, turn.stages.pop(stage % len(turn.stages)))

    @rule(which=st.integers(0, 1), behind=st.integers(0, 2))
    def its_words_stand_still(self, which: int, behind: int) -> None:
        turn = self.turns[which]
        opened = turn.revisions.opened - behind
        right = not turn.over and turn.open is None and behind == 0
        assert turn.revisions.close(opened) == right
        if right:
            assert turn.revisions.committed == opened + 1
            turn.committed = opened + 1
            turn.spoken.append(opened + 1)
            if turn is self.turns[1]:
                self._silence(self.turns[0])

    @rule(which=st.integers(0, 1))
    def the_clock_ends_it(self, which: int) -> None:
        turn = self.turns[which]
        if turn.open is not None:
            self._commit(turn, turn.open)

    def _commit(self, turn: "_Told", revision: int) -> None:
        right = not turn.over and revision == turn.open
        assert turn.revisions.is_current(revision) == (right or revision == turn.committed)
        assert turn.revisions.commit(revision) == right
        if right:
            turn.committed = revision
            turn.spoken.append(revision)
            if turn is self.turns[1]:
                self._silence(self.turns[0])

    def _silence(self, old: "_Told") -> None:
        # The challenger has won: what the first turn had not committed is void, what it had stands.
        assert old.revisions.cancel() == (old.committed is None)
        old.cancelled = old.committed is None

    @invariant()
    def what_came_true_is_what_was_said(self) -> None:
        for turn in self.turns:
            assert turn.revisions.committed == turn.committed
            assert turn.revisions.cancelled == turn.cancelled
            if not turn.over:
                assert turn.revisions.paused == (turn.open is not None)
            assert turn.spoken == ([] if turn.committed is None else [turn.committed])
            assert not turn.stale & set(turn.spoken)


@dataclass
class _Told:
    """A turn, and what a plain ledger without locks says about it."""

    revisions: Revisions = field(default_factory=Revisions)
    stages: list[int] = field(default_factory=list)
    stale: set[int] = field(default_factory=set)
    spoken: list[int] = field(default_factory=list)
    open: int | None = None
    committed: int | None = None
    cancelled: bool = False

    @property
    def over(self) -> bool:
        return self.cancelled or self.committed is not None


TestAnySchedule = AnySchedule.TestCase
TestAnySchedule.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


EARS = st.lists(st.sampled_from(["pause", "resume"]), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(EARS, st.booleans(), st.integers(1, 3))
def test_on_real_threads_one_of_cancel_and_commit_wins_and_what_is_committed_is_the_last_pause(ears, cancels, workers):
    turn = Revisions()
    start = threading.Barrier(workers + 1 + cancels)
    opened: list[int] = []
    won: list[int] = []
    outcome: list[bool] = []

    def listen() -> None:
        start.wait()
        for heard in [*ears, "pause"]:
            if heard == "pause":
                opened.append(turn.pause())
            else:
                turn.resume()

    def work() -> None:
        start.wait()
        for revision in range(1, len(ears) + 2):
            if turn.commit(revision):
                won.append(revision)

    def cancel() -> None:
        start.wait()
        outcome.append(turn.cancel())

    threads = [threading.Thread(target=target) for target in [listen] + [work] * workers + [cancel] * cancels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not outcome or not outcome[0]:
        # Nobody cancelled in time: the pause that lasts is committed now, if it was not before.
        last = turn.pause()
        if turn.commit(last):
            won.append(last)
        assert won == [turn.committed]
        assert won[0] in opened
    else:
        assert won == []
        assert turn.committed is None


def test_of_many_threads_exactly_one_commits():
    for _ in range(50):
        turn = Revisions()
        revision = turn.pause()
        start = threading.Barrier(4)
        won: list[bool] = []

        def work(turn=turn, revision=revision, start=start, won=won) -> None:
            start.wait()
            won.append(turn.commit(revision))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(won) == [False, False, False, True]


def test_every_order_of_two_stages_a_resumption_and_the_clock_speaks_the_right_words():
    """All orders of the stages of two pauses, the speech between them, and the end by time."""
    steps = ("pause", "resume", "pause again", "first stage", "second stage", "clock")
    for order in itertools.permutations(steps):
        if not order.index("pause") < order.index("resume") < order.index("pause again"):
            continue
        turn, revisions, spoken = Revisions(), {}, []
        for step in order:
            if step in ("pause", "pause again"):
                revisions[step] = turn.pause()
            elif step == "resume":
                turn.resume()
            else:
                of = {"first stage": "pause", "second stage": "pause again"}.get(step) or list(revisions)[-1:]
                name = of if isinstance(of, str) else (of[0] if of else "")
                if name in revisions and turn.commit(revisions[name]):
                    spoken.append(name)
        early = {"first stage", "clock"} & set(order[order.index("pause") : order.index("resume")])
        if early:
            assert spoken == ["pause"]
        elif {"second stage", "clock"} & set(order[order.index("pause again") :]):
            assert spoken == ["pause again"]
        else:
            assert spoken == []
