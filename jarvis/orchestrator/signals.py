"""Turns features into named signals that the rules weigh: groups of words, damped, and what several tell together.

A signal that is absent is left out, so that the rules do only as much work as the question has in it. Pure.
"""

from __future__ import annotations

from math import log2

from jarvis.orchestrator.features import Features
from jarvis.orchestrator.lexicon import ACTS, GROUPS, SUBJECTS, USUAL

_MOST_HITS = 7
_GROUPS = tuple((place, group) for place, group in enumerate(GROUPS) if group not in USUAL)
_ACTS = frozenset(ACTS)
_DAMPED = tuple(log2(1 + hits) for hits in range(_MOST_HITS + 1))
_SHAPES = (
    "operators latex fences code_marks trace numbers distinct_numbers choices blanks statements list_items percents "
    "amounts roman_items quotes links names"
).split()
_FACTUAL = {"define", "list", "question", "explain"}
_SCIENCES = ("physics", "chemistry", "biology", "medicine", "economics")
_HUMANITIES = ("history", "geography", "philosophy", "psychology", "arts")
_NOT_CHAT = (
    *(subject for subject in SUBJECTS if subject != "leisure"),
    *(act for act in ACTS if act not in {"recommend", "plan"}),
    *"puzzle form tongue document picture store fresh choice money units relation".split(),
)
_FEW_WORDS = 4
_SHORT_WORDS = 14
_USUAL_LOG_WORDS = 4.0
_LONG_WORDS = 120
_LITTLE = (9, 80)
"""Words of a request for a summary that brings its short text along."""
_VERY_LONG_CHARACTERS = 6000


def signals_of(features: Features) -> dict[str, float]:
    """Return the signals that are there: groups by name (1 for one hit, 3 for seven and more), `opens:<act>`,
    `shape:<name>` and the named combinations below."""
    found: dict[str, float] = {}
    for place, group in _GROUPS:
        hits = features.counts[place]
        if hits:
            found[group] = _DAMPED[min(hits, _MOST_HITS)]
            if features.edges[place] and group in _ACTS:
                found[f"opens:{group}"] = 1.0
    shape = features.shape
    for name in _SHAPES:
        value = getattr(shape, name)
        if value:
            found[f"shape:{name}"] = value
    found.update(_lengths(features))
    found.update(_meetings(features, found))
    return found


def _lengths(features: Features) -> dict[str, float]:
    words = features.word_count
    found = {"always": 1.0}
    if words == 0 and not features.shape.numbers:
        found["no_words"] = 1.0
    elif words <= _FEW_WORDS:
        found["few_words"] = 1.0
    if words <= _SHORT_WORDS:
        found["short"] = 1.0
    found["words"] = max(min(log2(1 + words) - _USUAL_LOG_WORDS, 3.0), -3.0)
    if words > _LONG_WORDS:
        found["long"] = min((words - _LONG_WORDS) / 400, 1.0)
    if features.characters > _VERY_LONG_CHARACTERS:
        found["very_long"] = 1.0
    if features.shape.sentences > 1.0:
        found["many_sentences"] = features.shape.sentences - 1.0
    if features.mixed > 0.3:
        found["two_languages"] = 1.0
    if features.shape.ends_in_question:
        found["ends_in_question"] = 1.0
    return found


def _meetings(features: Features, found: dict[str, float]) -> dict[str, float]:
    """What is told only by several groups together."""
    checks = _subject_checks(features, found) | _task_checks(features, found) | _own_checks(features, found)
    return {name: 1.0 for name, true in checks.items() if true}


def _subject_checks(features: Features, found: dict[str, float]) -> dict[str, bool]:
    shape = features.shape
    number = shape.numbers > 0 or features.count("number_word") > 0
    several = shape.numbers > 1.0 or (shape.numbers > 0 and features.count("number_word") > 0)
    told = sum(features.count(group) for group in ("relation", "transaction", "units", "money"))
    science = sum(features.count(subject) for subject in _SCIENCES)
    humanities = sum(features.count(subject) for subject in _HUMANITIES)
    device = "computing" in found or "engineering" in found
    code = _is_code(found)
    asks = "opens:solve" in found
    puzzle = "puzzle" in found
    problem = number and asks and told >= 2 and several
    elsewhere = bool({"puzzle", "law", "picture", "roleplay", "document"} & found.keys())
    return {
        "word_problem": problem,
        "quantity_asked": number and asks and not puzzle,
        "figures": shape.distinct_numbers > 1.0 and features.word_count > _FEW_WORDS and not (code or device or puzzle),
        "sums": shape.operators > 0 and shape.numbers > 0 and not code,
        "everyday_sum": features.everyday_sum,
        "series": puzzle and shape.distinct_numbers > 1.2 and not told,
        "bare_sums": shape.numbers > 0.9
        and not puzzle
        and features.word_count <= _SHORT_WORDS
        and not told
        and not science + humanities,
        "code_asked": code and any(f"opens:{act}" in found for act in ("write", "design", "fix", "explain", "solve")),
        "program_error": "fix" in found and (code or "shape:trace" in found),
        "device_trouble": "fix" in found and device and not code,
        "device_asked": device and ("self" in found or "question" in found or "fix" in found) and not (code or problem),
        "fact_asked": bool(_FACTUAL & found.keys()) and science + humanities > 0 and not (several or elsewhere),
        "humanities_asked": humanities > science and not asks,
        "science_with_numbers": science > 0 and several,
        "science_explained": science > 0 and not several and ("explain" in found or "define" in found),
        "theory": "programming_hard" in found and "programming" not in found and bool(_FACTUAL & found.keys()),
        "story_then_question": features.shape.sentences > 1.3
        and found.get("ends_in_question", 0.0) > 0
        and not ({"self", "law", "picture", "document"} & found.keys() or code or device),
        "syllogism": features.count("quantifier") >= 2 and features.word_count < 40 and not number,
        "logic_told": puzzle and ("conditional" in found or "quantifier" in found or number),
        "open_question": not science + humanities
        and not number
        and "question" in found
        and not {"self", "puzzle", "shape:quotes"} & found.keys(),
    }


def _task_checks(features: Features, found: dict[str, float]) -> dict[str, bool]:
    plays = (
        features.starts_with("roleplay")
        and "puzzle" not in found
        and not ("short" in found and "ends_in_question" in found)
    )
    writes = plays or features.starts_with("write") or features.starts_with("rewrite")
    code = _is_code(found)
    return {
        "form_asked": writes and "form" in found and not code,
        "form_wanted": "form" in found and bool({"recommend", "self", "list"} & found.keys()) and not code,
        "prose_asked": writes and not code and not ("tongue" in found and not features.starts_with("write")),
        "document_named": "document" in found
        and bool({"summarise", "extract", "compare", "question", "list"} & found.keys()),
        "law_text": writes and "law" in found,
        "form_first": features.starts_with("form") and not code,
        "summary_asked": features.starts_with("summarise"),
        "little_summary": features.starts_with("summarise")
        and not {"document", "picture"} & found.keys()
        and _LITTLE[0] <= features.word_count <= _LITTLE[1],
        "tongue_put": "tongue" in found and features.starts_with("rewrite") and "short" in found,
        "translation_asked": features.starts_with("translate") and "picture" not in found,
        "tongue_asked": "tongue" in found and bool({"define", "question", "few_words", "list"} & found.keys()),
        "tongue_short": "tongue" in found
        and "short" in found
        and not {"picture", "history", "arts", "plan"} & found.keys()
        and not code,
        "tongue_and_quotes": "tongue" in found and "shape:quotes" in found,
        "quoted_meaning": "shape:quotes" in found and "define" in found and "short" in found and not code,
        "extraction_asked": features.starts_with("extract")
        or ("extract" in found and bool({"format", "document", "shape:list_items", "shape:quotes"} & found.keys())),
        "case_with_choices": "shape:choices" in found and "self" in found and features.shape.choices > 1.0,
        "many_constraints": features.count("constraint") >= 2,
        "many_steps": features.count("sequence") >= 3,
        "several_parts": features.shape.list_items > 1.0 or features.shape.question_marks > 0.8,
        "opens_roleplay": plays,
        "opens_command": features.starts_with("command") and "short" in found,
    }


def _own_checks(features: Features, found: dict[str, float]) -> dict[str, bool]:
    asked = bool({"recall", "define", "question", "now", "extract", "fresh", "opens:command"} & found.keys())
    serious = bool({"law", "fix", "puzzle"} & found.keys()) or "shape:fences" in found
    writes = any(features.starts_with(act) for act in ("write", "rewrite"))
    own = ("self" in found or "store" in found) and features.shape.choices < 1.0
    plain = not any(found.get(group) for group in _NOT_CHAT) and features.shape.numbers == 0
    return {
        "own_things": own and "store" in found and asked and not serious and not writes,
        "own_memory": features.starts_with("recall") and not serious and "picture" not in found,
        "own_troubles": own and "store" in found and serious,
        "plain_talk": plain and "question" not in found,
        "plain_question": plain
        and "question" in found
        and ("you" in found or "greeting" in found or "feeling" in found),
        "opinion_asked": "you" in found and "recommend" in found and "short" in found and "law" not in found,
        "asks_own": _asks_own(features, found) and not serious,
        "only_feeling": plain and ("feeling" in found or "greeting" in found),
    }


def _asks_own(features: Features, found: dict[str, float]) -> bool:
    """A short question about oneself that asks for neither an explanation nor advice: "when does my visa end?"."""
    asks = features.starts_with("define") or features.starts_with("question")
    other = {"you", "explain", "recommend", "maths", "programming", "computing", "engineering", "picture", "document"}
    return asks and "self" in found and "short" in found and not other & found.keys()


def _is_code(found: dict[str, float]) -> bool:
    return bool({"programming", "programming_hard", "shape:fences"} & found.keys())
