"""All skills behind the `Skills` port: match a sentence, run the skill, read it back.

A skill named `timers.start` is intent `start` of `timers.yaml`, carried out by `HANDLERS["start"]` of the module
`jarvis.skills.timers`, which is imported when first run. Knows nothing about what any skill does.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.messages import Request
from jarvis.contracts.skills import SkillCall, SkillMatch, SkillReply
from jarvis.skills.act_slots import ProgramParser, ToldParser
from jarvis.skills.matcher import Matcher
from jarvis.skills.questions import OpenQuestion
from jarvis.skills.slots import SLOT_PARSERS, slot_words
from jarvis.skills.templates import COMMON, LanguagePack, sentences_folder
from jarvis.skills.turn import Handler, SkillPorts, Turn
from jarvis.skills.wording import duration_words, number_words

__all__ = ["SkillBook", "SkillPorts"]


class SkillBook:
    """The skills in English and Spanish; loads sentences and modules when first needed. Any thread may call it."""

    def __init__(self, ports: SkillPorts, *, matcher: Matcher | None = None) -> None:
        self._ports = ports
        program = ProgramParser(ports.launcher, ports.clock)
        told = ToldParser(ports.facts)
        self._matcher = matcher or Matcher(sentences_folder(), {**SLOT_PARSERS, "program": program, "told": told})
        self._open_question: OpenQuestion | None = None

    def warm(self, language: Language) -> None:
        """Load now what the first command in `language` would wait for: sentences, number words, locale data."""
        self.match("1 + 1", language)
        duration_words(60, language)
        number_words(1.5, language)

    def names(self, language: Language = "en") -> tuple[str, ...]:
        """Return every skill's name."""
        return self._matcher.pack(language).skills

    def sentences(self, language: Language) -> LanguagePack:
        """Return everything that the skills understand in `language`."""
        return self._matcher.pack(language)

    def match(self, text: str, language: Language | None = None) -> SkillMatch | None:
        """Return the skill that surely was meant, or None; `language` None tries both.

        When a skill has just asked for a value, a sentence that means nothing else may be that value.
        """
        now = self._ports.clock.now()
        found = self._matcher.match(text, language, now=now, prefer=self._ports.preferences.language())
        question = self._open_question
        if found is None and question is not None:
            if question.free and language is not None:
                found = self._matcher.match(text, None, now=now, prefer=language)
                if found is not None:
                    return found
            return question.answered_by(text, now, self._ports.clock.monotonic())
        return found

    def run(self, match: SkillMatch, request: Request, previous_answer: str | None = None) -> SkillReply:
        """Carry out `match`; raises `JarvisError` when it cannot or no such skill exists."""
        stem, _, intent = match.skill.partition(".")
        handler = self._handlers(match).get(intent)
        texts = self._matcher.pack(match.language).texts.get(stem)
        if handler is None or texts is None:
            raise _unknown(match)
        call = SkillCall(match=match, request=request, now=self._ports.clock.now(), previous_answer=previous_answer)
        self._open_question = None
        reply = handler(Turn(call=call, ports=self._ports, texts=texts))
        if reply.awaits is not None:
            asked_at = self._ports.clock.monotonic()
            self._open_question = OpenQuestion(match=match, awaits=reply.awaits, asked_at=asked_at)
        return reply

    def read_back(self, match: SkillMatch) -> str:
        """Return the question that repeats what will be done; skills without one repeat the words heard."""
        stem, _, intent = match.skill.partition(".")
        pack = self._matcher.pack(match.language)
        if stem not in pack.texts:
            raise _unknown(match)
        specs = pack.slot_specs[stem]
        now = self._ports.clock.now()
        words = {
            name: slot_words(specs[name].kind if name in specs else name, value, match.language, now)
            for name, value in match.slots.items()
        }
        questions = pack.texts[stem].read_back
        question = questions.get(_read_back_key(intent, match.slots, questions))
        if question is None:
            return pack.texts[COMMON].read_back["heard"].format(words=match.text.strip(" .,;:!?¡¿"))
        return question.format(**words)

    def _handlers(self, match: SkillMatch) -> Mapping[str, Handler]:
        stem = match.skill.partition(".")[0]
        if match.skill not in self._matcher.pack(match.language).risks:
            raise _unknown(match)
        handlers: Mapping[str, Handler] = importlib.import_module(f"jarvis.skills.{stem}").HANDLERS
        return handlers


def _read_back_key(intent: str, slots: Mapping[str, object], questions: Mapping[str, str]) -> str:
    """Return the most telling question: `start+label` when the slot is there, else `start`."""
    for key in sorted((key for key in questions if key.startswith(f"{intent}+")), key=len, reverse=True):
        if all(name in slots for name in key.split("+")[1:]):
            return key
    return intent


def _unknown(match: SkillMatch) -> InputError:
    return InputError(
        "skills.unknown",
        en="Jarvis has no skill called “{skill}”, so nothing was done. Say “what can you do” to hear what there is.",
        es="Jarvis no tiene la habilidad «{skill}» y no se hizo nada. Di «qué puedes hacer» para saber cuáles hay.",
        skill=match.skill,
    )
