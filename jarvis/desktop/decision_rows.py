"""How an answer came about as lines and tables to show, from its events or from the books. Pure; knows no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jarvis.contracts.errors import Language
from jarvis.contracts.events import RouteChosen
from jarvis.contracts.spending import Call, LoggedCandidate, LoggedDecision
from jarvis.desktop import decision_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.answer import Answer, seconds_text
from jarvis.desktop.answer_figures import percent, rate_text, whole
from jarvis.desktop.decision_facts import Record, failures_of, rate_of
from jarvis.desktop.resources_figures import dollars
from jarvis.desktop.texts import Text
from jarvis.desktop.window_words import in_window
from jarvis.desktop.words import Words

CANDIDATE_COLUMNS = (
    texts.COLUMN_MODEL,
    texts.COLUMN_PLACE,
    texts.COLUMN_SCORE,
    texts.COLUMN_QUALITY,
    texts.COLUMN_COST,
    texts.COLUMN_FIRST,
    texts.COLUMN_WHOLE,
    texts.COLUMN_NOTE,
)
CALL_COLUMNS = (
    texts.COLUMN_MODEL,
    texts.COLUMN_PART,
    texts.COLUMN_IN,
    texts.COLUMN_CACHED,
    texts.COLUMN_OUT,
    texts.COLUMN_RATE,
    texts.COLUMN_COST,
    texts.COLUMN_TOOK,
    texts.COLUMN_NOTE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionPage:
    """Everything to show: the reason, facts of the question (name and value), tables (rows of cells), and lines."""

    reason: str
    question: tuple[tuple[str, str], ...] = ()
    candidates: tuple[tuple[str, ...], ...] = ()
    left_out: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    calls: tuple[tuple[str, ...], ...] = ()

    @property
    def routed(self) -> bool:
        """True where a choice between models is known."""
        return bool(self.question or self.candidates or self.left_out)


def page_of(answer: Answer, record: Record, words: Words) -> DecisionPage:
    """Return what to show of `answer`: what its events told, and what the books have of it."""
    decision, route = record.decision, answer.route
    return DecisionPage(
        reason=answer.reason or (decision.reason if decision else "") or words(window_texts.NO_REASON),
        question=_question(decision, route, words),
        candidates=_candidates(decision, route, answer, words),
        left_out=_left_out(decision, route, words),
        failures=_failures(decision, answer, words),
        aside=answer.details,
        calls=tuple(_call(call, words) for call in record.calls),
    )


def _question(decision: LoggedDecision | None, route: RouteChosen | None, words: Words) -> tuple[tuple[str, str], ...]:
    difficulty = decision.difficulty if decision else route.difficulty if route else None
    domain = decision.domain if decision else route.domain if route else None
    lines: list[tuple[Text, str]] = []
    if difficulty is not None:
        step = texts.DIFFICULTIES[min(2, int(difficulty * 3))]
        lines.append((texts.DIFFICULTY, words(step, percent=percent(difficulty, words))))
    if decision is not None and decision.p_weak is not None and decision.p_strong is not None:
        chances = {"weak": percent(decision.p_weak, words), "strong": percent(decision.p_strong, words)}
        lines.append((texts.CHANCES, words(texts.CHANCES_OF, **chances)))
    if domain is not None:
        lines.append((texts.SUBJECT, _named(texts.DOMAIN_NAMES, domain, words)))
    if decision is not None:
        if decision.language is not None:
            lines.append((texts.LANGUAGE, _named(texts.LANGUAGES, decision.language, words)))
        if decision.by is not None:
            lines.append((texts.JUDGED_BY, _named(texts.JUDGES, decision.by, words)))
        if decision.needs:
            named = [_named(texts.NEED_NAMES, need, words) for need in decision.needs]
            lines.append((texts.NEEDS, ", ".join(named)))
        if decision.answer_tokens is not None:
            lines.append((texts.LENGTH, words(texts.TOKENS, count=whole(decision.answer_tokens, words))))
    return tuple((words(name), value) for name, value in lines)


def _candidates(
    decision: LoggedDecision | None, route: RouteChosen | None, answer: Answer, words: Words
) -> tuple[tuple[str, ...], ...]:
    told: Mapping[str, str] = {row["engine"]: row["why"] for row in route.details} if route is not None else {}
    if decision is not None:
        found: Sequence[LoggedCandidate] = decision.candidates
    else:
        found = [_told(row) for row in route.details] if route is not None else []
    chosen = decision.chosen if decision is not None else None
    return tuple(
        _candidate(one, one.engine == chosen or (chosen is None and one.model == answer.model), told, words)
        for one in found
    )


def _told(row: Mapping[str, Any]) -> LoggedCandidate:
    names = ("engine", "model", "where", "score", "quality", "cost_usd", "first_seconds", "seconds", "asks", "explored")
    return LoggedCandidate(**{name: row[name] for name in names if name in row})


def _candidate(one: LoggedCandidate, answered: bool, told: Mapping[str, str], words: Words) -> tuple[str, ...]:
    unknown = words(texts.NOT_KNOWN)
    remarks = [
        words(text)
        for holds, text in (
            (answered, texts.ANSWERED),
            (one.explored, texts.EXPLORED),
            (one.asks, texts.ASKS),
        )
        if holds
    ]
    if told.get(one.engine):
        remarks.append(told[one.engine])
    return (
        one.model or one.engine,
        words(texts.CLOUD if one.where == "cloud" else texts.HERE) if one.where else unknown,
        unknown if one.score is None else _decimal(one.score, words),
        unknown if one.quality is None else percent(one.quality, words),
        money(one.cost_usd, words) if one.cost_usd is not None or one.score is not None else unknown,
        _seconds(one.first_seconds, words),
        _seconds(one.seconds, words),
        " · ".join(remarks),
    )


def _left_out(decision: LoggedDecision | None, route: RouteChosen | None, words: Words) -> tuple[str, ...]:
    if route is not None and route.excluded:
        return tuple(
            words(texts.LEFT_OUT_ONE, model=row["model"] or row["engine"], why=in_window(row["why"]))
            for row in route.excluded
        )
    if decision is None:
        return ()
    lines = []
    for engine, code in decision.excluded.items():
        known = texts.CODES.get(code)
        why = words(known) if known is not None else words(texts.CODE_OTHER, code=code)
        lines.append(words(texts.LEFT_OUT_ONE, model=engine, why=why))
    return tuple(lines)


def _failures(decision: LoggedDecision | None, answer: Answer, words: Words) -> tuple[str, ...]:
    if answer.failures:
        told = window_texts.ENGINE_FAILED
        return tuple(words(told, model=one.model, sentence=one.sentence) for one in answer.failures)
    lines = [words(texts.HOP, code=code) for code in failures_of(decision)]
    if decision is not None and "stopped" in decision.hops:
        lines.append(words(texts.STOPPED_HOP))
    return tuple(lines)


def _call(call: Call, words: Words) -> tuple[str, ...]:
    written = rate_of(call)
    remarks = [words(texts.ESTIMATED)] if call.estimated else []
    if call.suspect:
        remarks.append(words(texts.SUSPECT, why=call.suspect))
    return (
        call.model,
        words(texts.PART_ANSWER) if call.stage == "answer" else _named(texts.DOMAIN_NAMES, call.stage, words),
        whole(call.usage.prompt_tokens, words),
        whole(call.usage.cached_tokens, words),
        whole(call.usage.completion_tokens, words),
        words(texts.NOT_KNOWN) if written is None else rate_text(written, words),
        money(call.cost_usd, words),
        _seconds(call.seconds, words),
        " · ".join(remarks),
    )


def money(usd: float | None, words: Words) -> str:
    """Return a cost to read: nothing, an amount, or that it is not known."""
    if usd is None:
        return words(texts.NOT_KNOWN)
    return dollars(usd, words.language) if usd else words(texts.FREE)


def _seconds(seconds: float | None, words: Words) -> str:
    if seconds is None:
        return words(texts.NOT_KNOWN)
    return words(texts.SOME_SECONDS, seconds=seconds_text(seconds, words))


def _decimal(number: float, words: Words) -> str:
    text = f"{number:.2f}"
    return text.replace(".", ",") if words.language == "es" else text


def _named(names: Mapping[str, Text], key: str, words: Words) -> str:
    known = names.get(key)
    return words(known) if known is not None else key.replace("_", " ")


def language_of(record: Record, otherwise: Language) -> Language:
    """Return the language that a question was answered in, as far as the books know."""
    known = record.decision.language if record.decision is not None else None
    return "es" if known == "es" else "en" if known == "en" else otherwise
