"""Makes a life of a script: who tells which story, in which sessions, between which small talk. Seeded; the same cast
gives the same life on every machine and Python. Knows no dates of the real world but the weekdays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from benchmarks.memory.lives.script import Asked, Said, Thread, threads
from benchmarks.memory.lives.values import Kind, Life, Question, Turn
from jarvis.contracts.errors import Language

_GAP = re.compile(r"\{(\w+)\}")
_CHOICE = re.compile(r"<([^<>]+)>")
_CONTRACTED = re.compile(r"\b([dD]e|[aA]) el ")
SWAPPED = 24
LEAD, TAIL, ECHO, AT_ONCE = 0.4, 0.5, 0.4, 0.6
"""How often a turn begins, and a scene ends, with words that say nothing; how often an answer to what counts names the
matter again; how often what counts is told without having been asked for."""

WORDINGS: Mapping[tuple[Language, Kind], tuple[float, float, float]] = {
    ("en", "single"): (0.12, 0.5, 0.38),
    ("en", "multi"): (0.0, 0.55, 0.45),
    ("en", "temporal"): (0.0, 0.4, 0.6),
    ("en", "updated"): (0.0, 0.6, 0.4),
    ("en", "swapped"): (0.0, 0.4, 0.6),
    ("es", "single"): (0.12, 0.58, 0.3),
    ("es", "multi"): (0.0, 0.6, 0.4),
    ("es", "temporal"): (0.0, 0.6, 0.4),
    ("es", "updated"): (0.0, 0.6, 0.4),
    ("es", "swapped"): (0.0, 0.5, 0.5),
}
"""How often a question of each kind takes its first wording (other words than what was said), its second (some of the
words) and its third (most of them): set so that the plain alternatives find about as much as they are known to find in
real long conversations."""
MONTHS: dict[Language, tuple[str, ...]] = {
    "en": tuple("January February March April May June July August September October November December".split()),
    "es": tuple("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()),
}
OF_MONTHS: dict[Language, tuple[str, ...]] = {
    "en": ("What did {a} tell about {topic} in {month}?", "What was new with {topic} in {month} for {a}?"),
    "es": ("¿Qué contó {a} sobre {topic} en {month}?", "¿Qué novedades tuvo {a} con {topic} en {month}?"),
}
OF_ANOTHER: dict[Language, dict[str, str]] = {"en": {"my": "{}'s", "our": "{}'s"}, "es": {"mi": "su", "mis": "sus"}}
_OF: dict[Language, str] = {"en": " ", "es": " de "}
LISTS: dict[tuple[Language, str], str] = {
    ("en", "hobby"): "Which pastimes has {a} taken up?",
    ("en", "animal"): "What animals has {a} had to do with?",
    ("en", "trouble"): "What has gone wrong for {a} lately?",
    ("en", "joy"): "What good news has {a} shared?",
    ("es", "hobby"): "¿Qué aficiones ha empezado {a}?",
    ("es", "animal"): "¿Con qué animales ha tenido que ver {a}?",
    ("es", "trouble"): "¿Qué contratiempos ha tenido {a}?",
    ("es", "joy"): "¿Qué buenas noticias ha dado {a}?",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """Who a life is about. `feminine` tells for each of the two friends which endings Spanish gives them."""

    name: str
    language: Language
    held_out: bool
    speakers: tuple[str, str]
    feminine: tuple[bool, bool]
    script: str
    talk: str
    seed: int
    begin: datetime
    sessions: int = 26


@dataclass(slots=True)
class _Scene:
    thread: Thread
    told: list[Said]
    fill: dict[str, str]
    first: int
    """Which of the two friends is `a`."""


def make(cast: Cast) -> Life:
    """Return the life of `cast`."""
    return _Maker(cast).life()


class _Maker:
    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.random = Random(cast.seed)
        self.turns: list[Turn] = []
        self.marks: dict[tuple[str, str], Turn] = {}
        talk = {part.name: part for part in threads(cast.talk)}
        self.pool = {name: self._endless(part) for name, part in talk.items()}

    def life(self) -> Life:
        stories = self._stories()
        days = self._days()
        plan = self._plan(stories)
        for number, scenes in enumerate(plan, start=1):
            self._session(number, days[number - 1], scenes, stories)
        questions = tuple(self._questions(stories))
        cast = self.cast
        return Life(
            name=cast.name,
            language=cast.language,
            held_out=cast.held_out,
            speakers=cast.speakers,
            turns=tuple(self.turns),
            questions=questions,
        )

    def _stories(self) -> list[tuple[Thread, dict[str, str], int]]:
        chosen = list(threads(self.cast.script))
        self.random.shuffle(chosen)
        stories = []
        for place, thread in enumerate(chosen):
            fill = {gap: self.random.choice(choices) for gap, choices in thread.gaps.items()}
            stories.append((thread, fill, place % 2))
        return stories

    def _days(self) -> list[datetime]:
        """Return when the sessions start: two weeks apart on average, at hours at which friends write."""
        day, found = self.cast.begin, []
        for _ in range(self.cast.sessions):
            found.append(day.replace(hour=self.random.randint(8, 21), minute=self.random.randint(0, 59)))
            day += timedelta(days=self.random.randint(6, 22))
        return found

    def _plan(self, stories: list[tuple[Thread, dict[str, str], int]]) -> list[list[_Scene]]:
        """Spread every story's scenes over the sessions, in order, where there is most room."""
        plan: list[list[_Scene]] = [[] for _ in range(self.cast.sessions)]
        last = self.cast.sessions - 1
        for thread, fill, first in stories:
            count = len(thread.scenes)
            earliest = -1
            for place, told in enumerate(thread.scenes):
                low = max(earliest + 1, round(last * (place + 0.1) / (count + 0.2) - last * 0.12))
                high = max(low, min(last - (count - 1 - place), round(last * (place + 0.9) / count)))
                spots = range(low, high + 1)
                earliest = min(spots, key=lambda spot: (len(plan[spot]), self.random.random()))
                plan[earliest].append(_Scene(thread=thread, told=self._at_once(told), fill=fill, first=first))
        for scenes in plan:
            self.random.shuffle(scenes)
        return plan

    def _at_once(self, told: list[Said]) -> list[Said]:
        """Return the scene, in some places with two turns of one friend told as one, without the question between."""
        found: list[Said] = []
        for said in told:
            free = len(found) > 1 and not (found[-1].mark or found[-2].mark) and found[-2].who == said.who
            if free and said.mark and self.random.random() < AT_ONCE:
                found[-2:] = [Said(who=said.who, mark=said.mark, words=f"{found[-2].words} {said.words}")]
            else:
                found.append(said)
        return found

    def _session(
        self, number: int, start: datetime, scenes: list[_Scene], stories: list[tuple[Thread, dict[str, str], int]]
    ) -> None:
        chat = [self._talk("chat") for _ in range(1 + (number % 2))]
        revisits = [self._revisit(*self.random.choice(stories)) for _ in range(2)]
        middle = [*scenes, *chat, *revisits]
        self.random.shuffle(middle)
        now, place = start, 0
        for scene in [self._talk("open"), *middle, self._talk("close")]:
            for said in scene.told:
                first = scene.first if said.who == "a" else 1 - scene.first
                now += timedelta(seconds=self.random.randint(20, 150))
                place += 1
                turn = Turn(
                    id=f"{self.cast.name}:{number}:{place}",
                    session=number,
                    when=now.replace(microsecond=0),
                    speaker=self.cast.speakers[first],
                    text=self._padded(self._fill(said.words, scene.fill, scene.first), said, scene, first),
                )
                self.turns.append(turn)
                if said.mark:
                    self.marks[scene.thread.name, said.mark] = turn

    def _padded(self, text: str, said: Said, scene: _Scene, first: int) -> str:
        """Return `text` between words that say nothing, as friends write."""
        if scene.thread.name in {"open", "close"}:
            return text
        before = scene.told[scene.told.index(said) - 1] if said is not scene.told[0] else None
        if before is not None and before.mark and not said.mark and self.random.random() < ECHO:
            text = f"{self._fill(next(self.pool['echo'])[1][0].words, self._topics(scene, first), first)} {text}"
        elif before is not None and self.random.random() < LEAD:
            text = f"{self._fill(next(self.pool['lead'])[1][0].words, {}, first)} {text}"
        if said is scene.told[-1] and self.random.random() < TAIL:
            text = f"{text} {self._fill(next(self.pool['tail'])[1][0].words, {}, first)}"
        return text

    def _talk(self, part: str) -> _Scene:
        thread, told = next(self.pool[part])
        return _Scene(thread=thread, told=told, fill={}, first=self.random.randint(0, 1))

    def _revisit(self, thread: Thread, fill: dict[str, str], first: int) -> _Scene:
        _, told = next(self.pool["revisit"])
        scene = _Scene(thread=thread, told=told, fill=fill, first=first)
        return _Scene(thread=thread, told=told, fill=self._topics(scene, first), first=first)

    def _topics(self, scene: _Scene, teller: int) -> dict[str, str]:
        """Return what the story is about in the words of the one who lives it and of the other."""
        if not scene.thread.topics:
            return {"topic_b": "that" if self.cast.language == "en" else "eso"}
        topic = self._fill(self.random.choice(scene.thread.topics), scene.fill, teller)
        yours = {"my ": "your ", "our ": "your ", "mi ": "tu ", "mis ": "tus ", "nuestro ": "vuestro "}
        theirs = topic
        for mine, other in yours.items():
            if topic.startswith(mine):
                theirs = other + topic.removeprefix(mine)
        return {"topic_a": topic, "topic_b": theirs}

    def _endless(self, thread: Thread) -> Iterator[tuple[Thread, list[Said]]]:
        while True:
            for told in self.random.sample(thread.scenes, len(thread.scenes)):
                yield thread, told

    def _fill(self, words: str, fill: Mapping[str, str], first: int) -> str:
        cast = self.cast
        names = {
            "a": cast.speakers[first],
            "b": cast.speakers[1 - first],
            "o": "a" if cast.feminine[first] else "o",
            "ob": "a" if cast.feminine[1 - first] else "o",
        }
        known = {**fill, **names}

        def gap(found: re.Match[str]) -> str:
            if found[1] in known:
                return known[found[1]]
            value = known[found[1].lower()]
            return value[0].upper() + value[1:]

        chosen = _CHOICE.sub(lambda found: self.random.choice(found[1].split("|")), words)
        filled = _GAP.sub(gap, chosen)
        return _CONTRACTED.sub(r"\1l ", filled) if cast.language == "es" else filled

    def _questions(self, stories: list[tuple[Thread, dict[str, str], int]]) -> Iterator[Question]:
        made: list[Question] = []
        singles: list[tuple[Thread, dict[str, str], int, Asked]] = []
        for thread, fill, first in stories:
            for asked in thread.questions:
                made.append(self._question(len(made), thread, fill, first, asked))
                if asked.kind == "single" and "{a}" in asked.words and "{b}" not in asked.words:
                    singles.append((thread, fill, first, asked))
        for thread, fill, first, asked in self.random.sample(singles, SWAPPED):
            named = [words.replace("{a}", "{b}") for words in asked.words.split(" || ") if "{a}" in words]
            wordings = [named[min(place, len(named) - 1)] for place in range(3)]
            other = Asked(kind="swapped", marks=asked.marks, words=" || ".join(wordings))
            made.append(self._question(len(made), thread, fill, first, other))
        made += self._lists(stories, len(made))
        yield from made
        yield from self._of_months(stories, len(made))

    def _of_months(self, stories: list[tuple[Thread, dict[str, str], int]], count: int) -> Iterator[Question]:
        """Yield a question on the month of a scene for every story in which a scene names its matter."""
        cast, chance = self.cast, Random(-self.cast.seed)
        for thread, fill, first in stories:
            named = [
                (told, topic)
                for told in thread.scenes
                for topic in (self._fill(topic, fill, first) for topic in thread.topics)
                if any(said.mark for said in told)
                and any(topic.split()[-1][:5].lower() in self._fill(said.words, fill, first).lower() for said in told)
            ]
            if not named:
                continue
            scene, topic = chance.choice(named)
            turns = [self.marks[thread.name, said.mark] for said in scene if said.mark]
            for mine, theirs in OF_ANOTHER[cast.language].items():
                topic = re.sub(rf"^{mine} ", theirs.format(cast.speakers[first]) + " ", topic)
            words = chance.choice(OF_MONTHS[cast.language])
            month = f"{MONTHS[cast.language][turns[0].when.month - 1]}{_OF[cast.language]}{turns[0].when.year}"
            yield Question(
                id=f"{cast.name}?{count}",
                kind="dated",
                text=words.format(a=cast.speakers[first], topic=topic, month=month),
                evidence=tuple(turn.id for turn in turns),
                language=cast.language,
            )
            count += 1

    def _lists(self, stories: list[tuple[Thread, dict[str, str], int]], count: int) -> Iterator[Question]:
        for (language, tag), words in LISTS.items():
            for first in (0, 1):
                tagged = [t for t, _, teller in stories if teller == first and tag in t.tags]
                evidence = sorted({self.marks[t.name, t.tags[tag]].id for t in tagged})
                if language == self.cast.language and 2 <= len(evidence) <= 4:
                    text = self._fill(words, {}, first)
                    yield Question(
                        id=f"{self.cast.name}?{count}",
                        kind="multi",
                        text=text,
                        evidence=tuple(evidence),
                        language=language,
                    )
                    count += 1

    def _question(self, number: int, thread: Thread, fill: dict[str, str], first: int, asked: Asked) -> Question:
        return Question(
            id=f"{self.cast.name}?{number}",
            kind=asked.kind,
            text=self._fill(self._wording(asked), fill, first),
            evidence=tuple(self.marks[thread.name, mark].id for mark in asked.marks),
            language=self.cast.language,
        )

    def _wording(self, asked: Asked) -> str:
        wordings = asked.words.split(" || ")
        return (
            self.random.choices(wordings, WORDINGS[self.cast.language, asked.kind])[0]
            if len(wordings) > 1
            else wordings[0]
        )


def midnight(year: int, month: int, day: int) -> datetime:
    """Return the beginning of that day, UTC."""
    return datetime(year, month, day, tzinfo=UTC)
