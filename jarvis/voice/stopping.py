"""Decides whether what was said into an answer ends it, from all that is known of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jarvis.contracts.speech import SpottedWord
from jarvis.voice.barge_in import Verdict, has_asked, judge_words
from jarvis.voice.recognising import Heard

LONE_WORD_SECONDS = 1.2
"""Speech shorter than this, with the sound before its onset, is a word said alone."""

SENTENCE_WORDS = 4
"""So many words that the basic recogniser trusts are no stop word that was spotted: of 168 it took none for more than
three."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What is known of words into an answer: what they are as text, whether their recogniser trusts them, and whether
    it is the `basic` one, which reads an order into every other short sound.

    `words` counts those of the text, `asked` tells that Jarvis had asked something, `ringing` that they were said to
    what rings.
    `spotted` tells that a stop word was spotted at their beginning, `maybe_reply` what `may_be_reply` says of it,
    `spots` that somebody looks for them at all.
    """

    verdict: Verdict
    accepted: bool
    basic: bool
    spotted: bool
    spots: bool
    speech_seconds: float
    words: int
    maybe_reply: bool = False
    asked: bool = False
    ringing: bool = False

    @property
    def alone(self) -> bool:
        """Whether it was about one word."""
        return self.speech_seconds < LONE_WORD_SECONDS


def said_into(
    heard: Heard, own: Sequence[str], *, spotted: bool, spots: bool, ringing: bool, maybe_reply: bool = False
) -> Said:
    """Return what is known of words that were `heard`, where `own` are Jarvis' own last sentences, oldest first."""
    transcript = heard.transcript
    return Said(
        verdict=judge_words(transcript.text, transcript.language, own),
        accepted=transcript.accepted,
        basic=transcript.quality == "basic",
        spotted=spotted,
        maybe_reply=maybe_reply,
        spots=spots,
        speech_seconds=heard.ended.speech_seconds,
        words=len(transcript.text.split()),
        asked=has_asked(own),
        ringing=ringing,
    )


def may_be_reply(word: SpottedWord | None, begun: Sequence[str], *, ringing: bool) -> bool:
    """Return whether a stop word that was spotted may as well be a short reply: the spotter is not sure of it, and what
    sounded last of the clauses that had `begun` is a question."""
    return word is not None and not word.sure and has_asked(begun) and not ringing


def ends_answer(said: Said) -> bool:
    """Return whether the answer is over: two of spotter and recogniser agree, or one knows and the other has no idea.

    A word that was spotted in longer talk is not an order, nor is one that a good recogniser understood as something
    else, unless that is one word too and said to what rings. What only the basic recogniser took for an order counts
    where nobody spots words, or in more than one.
    """
    if said.verdict == "stop":
        trusted = said.accepted and (not said.basic or not said.spots or not said.alone)
        return said.spotted or trusted
    if not said.spotted or not said.alone or said.maybe_reply:
        return False
    unclear = (said.basic and said.words < SENTENCE_WORDS) or (said.ringing and said.words == 1)
    return unclear or not said.accepted or said.verdict in ("nothing", "echo")


def is_turn(said: Said) -> bool:
    """Return whether the words are a turn of their own, which takes the answer's place.

    Where nobody asked, one word that the basic recogniser took for a command was more likely a sign of listening.
    """
    doubtful = said.basic and said.words == 1 and not said.asked
    return said.verdict == "go" and said.accepted and not doubtful and not ends_answer(said)
