"""The rows of the conversation list: groups by day, folders, the archive, and what a search found. Knows no widget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from PySide6.QtCore import QLocale

from jarvis.contracts.conversation_desk import ConversationHit
from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Conversation
from jarvis.desktop import library_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.library_shelves import ARCHIVE, PINNED, REST, Group, Shelves, folder_key
from jarvis.desktop.resources_figures import number
from jarvis.desktop.texts import Text

RowKind = Literal["heading", "folder", "archive", "chat", "hit", "more"]
_BEFORE_MATCH = 16
"""Characters of a snippet that stay before its first match, so that the match stands on the row's first line."""
_TURNERS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), " ")
"""Characters that turn the direction of what follows them; a title may not reorder the row it stands in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row. `key` names it in this list, `group` is the group that a folder, the archive or "show more" acts on.

    `detail` stands at the right or below, `spoken` is what a screen reader says. `matches` are places in `snippet`.
    """

    kind: RowKind
    key: str
    text: str
    spoken: str
    group: str = ""
    detail: str = ""
    opened: bool = False
    inside: bool = False
    conversation: Conversation | None = None
    message_id: str | None = None
    snippet: str = ""
    matches: tuple[tuple[int, int], ...] = ()


class RowMaker:
    """Makes rows in one language at one moment; `now` carries the zone in which days are told."""

    def __init__(self, language: Language, now: datetime) -> None:
        self._language = language
        self._now = now
        spanish = QLocale(QLocale.Language.Spanish, QLocale.Country.Spain)
        self._locale = spanish if language == "es" else QLocale(QLocale.Language.English)

    def shelves(self, shelves: Shelves) -> list[Row]:
        """Return the rows of the whole list: pinned ones, folders, the rest by day, the archive."""
        rows: list[Row] = []
        if shelves.pinned.conversations:
            rows.append(self._heading(PINNED, self._say(texts.PINNED)))
            rows += self._group(PINNED, shelves.pinned)
        for folder in shelves.folders:
            key, opened = folder_key(folder.name), folder.group is not None
            spoken = self._say(
                texts.FOLDER_NAME, name=folder.name, count=self._chats(folder.count), state=self._state(opened)
            )
            rows.append(
                Row(
                    kind="folder",
                    key=key,
                    group=key,
                    text=told(folder.name),
                    detail=str(folder.count),
                    opened=opened,
                    spoken=spoken,
                )
            )
            if folder.group is not None:
                rows += self._group(key, folder.group, inside=True)
        rows += self._days(shelves.rest)
        if shelves.archived:
            opened = shelves.archive is not None
            spoken = self._say(texts.ARCHIVE_NAME, state=self._state(opened))
            text = self._say(texts.ARCHIVE)
            rows.append(Row(kind="archive", key=ARCHIVE, group=ARCHIVE, text=text, opened=opened, spoken=spoken))
            if shelves.archive is not None:
                rows += self._group(ARCHIVE, shelves.archive, inside=True)
        return rows

    def flat(self, conversations: Sequence[Conversation]) -> list[Row]:
        """Return one row for each conversation, as they come."""
        return [self._chat(REST, one) for one in conversations]

    def hits(self, hits: Sequence[ConversationHit], limit: int) -> list[Row]:
        """Return what a search found, below a line that counts it; `limit` is how many it looked for at most."""
        if not hits:
            return []
        cut = len(hits) >= limit
        count = self._say(texts.FIRST_FOUND, count=number(len(hits), self._language)) if cut else self._chats(len(hits))
        return [self._heading("found", count), *(self._hit(hit) for hit in hits)]

    def group_of(self, moment: datetime) -> str:
        """Return the name of the days that `moment` belongs to: today, yesterday, this week, or its month."""
        local = moment.astimezone(self._now.tzinfo)
        days = (self._now.date() - local.date()).days
        if days <= 0:
            return self._say(window_texts.TODAY)
        if days == 1:
            return self._say(window_texts.YESTERDAY)
        if days <= self._now.weekday():
            return self._say(texts.THIS_WEEK)
        month = self._locale.standaloneMonthName(local.month)
        month = month[:1].upper() + month[1:]
        if local.year == self._now.year:
            return month
        return self._say(texts.MONTH_OF_YEAR, month=month, year=local.year)

    def moment(self, moment: datetime) -> str:
        """Return when that was in a few letters: the time, the day of this week, the day of this year, or the month."""
        local = moment.astimezone(self._now.tzinfo)
        days = (self._now.date() - local.date()).days
        if days <= 1:
            return f"{local:%H:%M}" if days <= 0 else self._say(window_texts.YESTERDAY)
        if days <= self._now.weekday():
            return self._locale.standaloneDayName(local.isoweekday(), QLocale.FormatType.ShortFormat)
        month = self._locale.standaloneMonthName(local.month, QLocale.FormatType.ShortFormat)
        return f"{local.day} {month}" if local.year == self._now.year else f"{month} {local.year}"

    def _group(self, key: str, group: Group, *, inside: bool = False) -> Iterator[Row]:
        for one in group.conversations:
            yield self._chat(key, one, inside=inside)
        if group.more:
            yield self._more(key)

    def _days(self, group: Group) -> Iterator[Row]:
        named = ""
        for one in group.conversations:
            name = self.group_of(one.updated_at)
            if name != named:
                yield self._heading(f"day:{name}", name)
                named = name
            yield self._chat(REST, one, among=name)
        if group.more:
            yield self._more(REST)

    def _chat(self, group: str, one: Conversation, *, inside: bool = False, among: str = "") -> Row:
        text, detail = self._title(one), self.moment(one.updated_at)
        if detail == among:
            detail = f"{one.updated_at.astimezone(self._now.tzinfo):%H:%M}"
        marks = [self._say(texts.IS_PINNED)] if one.pinned else []
        return Row(
            kind="chat",
            key=f"{group}:{one.id}",
            group=group,
            text=text,
            detail=detail,
            inside=inside,
            conversation=one,
            spoken=", ".join([text, *marks, detail]),
        )

    def _hit(self, hit: ConversationHit) -> Row:
        one = hit.conversation
        snippet, matches = ("", ()) if hit.message_id is None else nearer(hit.snippet, hit.matches)
        parts = [self._messages(hit.count), self.moment(one.updated_at)]
        if one.folder:
            parts.append(self._say(texts.IN_FOLDER, name=told(one.folder)))
        if one.archived:
            parts.append(self._say(texts.IS_ARCHIVED))
        text, detail = self._title(one), " · ".join(parts)
        return Row(
            kind="hit",
            key=f"hit:{one.id}",
            text=text,
            detail=detail,
            conversation=one,
            message_id=hit.message_id,
            snippet=snippet,
            matches=matches,
            spoken=". ".join(part for part in (text, snippet, detail) if part),
        )

    def _heading(self, key: str, text: str) -> Row:
        return Row(kind="heading", key=f"heading:{key}", text=text, spoken=text)

    def _more(self, group: str) -> Row:
        text = self._say(texts.SHOW_MORE)
        inside = group not in (PINNED, REST)
        return Row(kind="more", key=f"more:{group}", group=group, text=text, spoken=text, inside=inside)

    def _title(self, one: Conversation) -> str:
        return told(one.title) or self._say(window_texts.NEW_CHAT)

    def _chats(self, count: int) -> str:
        return (
            self._say(texts.ONE_CHAT)
            if count == 1
            else self._say(texts.MANY_CHATS, count=number(count, self._language))
        )

    def _messages(self, count: int) -> str:
        if count == 0:
            return self._say(texts.IN_TITLE)
        return (
            self._say(texts.ONE_MESSAGE)
            if count == 1
            else self._say(texts.MANY_MESSAGES, count=number(count, self._language))
        )

    def _state(self, opened: bool) -> str:
        return self._say(texts.STATE_OPEN if opened else texts.STATE_CLOSED)

    def _say(self, text: Text, **values: object) -> str:
        return text.to(self._language, **values)


def told(text: str) -> str:
    """Return `text` on one line, without characters that would turn the direction of the row."""
    return " ".join(text.translate(_TURNERS).split())


def nearer(snippet: str, matches: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return `snippet` begun closer to its first match, at a word, and the places of the matches in it."""
    snippet = snippet.translate(_TURNERS)
    first = matches[0][0] if matches else 0
    if first <= _BEFORE_MATCH + 2:
        return snippet, tuple(matches)
    space = snippet.find(" ", first - _BEFORE_MATCH, first)
    cut = space + 1 if space >= 0 else first - _BEFORE_MATCH
    return "…" + snippet[cut:], tuple((start - cut + 1, end - cut + 1) for start, end in matches)
