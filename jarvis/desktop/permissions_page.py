"""What skills and tools may do: every name with its level, what the person decided, and what happened lately."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import cast

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from jarvis.contracts.errors import JarvisError
from jarvis.contracts.guard import AuditEntry, AuditLog, AuditVerdict, PermissionLevel, Permissions
from jarvis.desktop import permissions_texts as texts
from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation
from jarvis.desktop.models_parts import Sides, button_of, column, muted, scroll_over
from jarvis.desktop.permission_names import name_of
from jarvis.desktop.permissions_rows import PermissionRow, audit_lines
from jarvis.desktop.sidebar import plain
from jarvis.desktop.texts import CANCEL
from jarvis.desktop.theme import styled

ENTRIES = 30
"""How much of the record is shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionPorts:
    """What the page is over: names of skills, who may do what, and the record; each built when first asked for."""

    names: Callable[[], Sequence[str]]
    permissions: Callable[[], Permissions]
    audit: Callable[[], AuditLog]

    def change(self, name: str, level: PermissionLevel | None) -> None:
        """Keep `level` for `name`, the default for None, and record it as the terminal does; what cannot be recorded is
        not changed."""
        permissions = self.permissions()
        facts: dict[str, object] = {"name": name, "before": permissions.level(name), "door": "window"}
        if level is None:
            before = permissions.level(name)
            permissions.reset(name)
            try:
                self.audit().record("permission", {**facts, "after": permissions.level(name)})
            except JarvisError:
                permissions.set(name, before)
                raise
        else:
            self.audit().record("permission", {**facts, "after": level})
            permissions.set(name, level)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    levels: dict[str, PermissionLevel]
    decided: frozenset[str]
    entries: Sequence[AuditEntry]


class PermissionsPage(QWidget):
    """Rows by family, with a filter; the record below."""

    def __init__(self, desk: Desk, ports: PermissionPorts) -> None:
        super().__init__()
        self._desk = desk
        self._ports = ports
        self._found: _Found | None = None
        self.rows: dict[str, PermissionRow] = {}
        self._families: dict[str, tuple[QLabel, QFrame, list[PermissionRow]]] = {}
        self.message, self.decided, self.record = muted(""), muted(), muted("small")
        self.search = QLineEdit()
        self.revoke = button_of(desk, texts.REVOKE_ALL, self._ask_revoke)
        self.verify = button_of(desk, texts.VERIFY, self._verify)
        holder, inside = column()
        self._column = QVBoxLayout()
        self._column.setSpacing(10)
        in_slices(self, [lambda: inside.insertLayout(0, self._above())])
        inside.addLayout(self._column)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(Sides(self._top(), top=0, bottom=8))
        layout.addWidget(scroll_over(holder), 1)
        self.message.hide()
        desk.words.follow(self, self._tell)

    def showEvent(self, event: QShowEvent) -> None:
        """Read what holds when the page comes into view."""
        super().showEvent(event)
        self.read()

    def read(self) -> None:
        """Look again."""
        ports = self._ports

        def look() -> _Found:
            permissions = ports.permissions()
            decided = permissions.explicit()
            names = sorted({*ports.names(), *decided})
            levels = {name: permissions.level(name) for name in names}
            return _Found(levels=levels, decided=frozenset(decided), entries=ports.audit().entries(ENTRIES))

        self._desk.bridge.run(look, self._take, self._failed)

    def revoke_all(self) -> None:
        """Go back to every default."""
        ports = self._ports

        def revoke() -> None:
            for name in list(ports.permissions().explicit()):
                ports.change(name, None)

        self._desk.bridge.run(revoke, lambda _: self.read(), self._failed, keep=True)

    def _above(self) -> QVBoxLayout:
        """Return what stands over the names and scrolls with them."""
        body = muted()
        self._desk.words.bind(body, body.setText, texts.BODY)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.decided, 1)
        line.addWidget(self.revoke)
        above = QVBoxLayout()
        above.setContentsMargins(2, 0, 0, 0)
        above.setSpacing(8)
        above.addWidget(body)
        above.addLayout(line)
        return above

    def _top(self) -> QVBoxLayout:
        words = self._desk.words
        self.search.setClearButtonEnabled(True)
        words.name(self.search, texts.FILTER, tooltip=False)
        words.bind(self.search, self.search.setPlaceholderText, texts.FILTER)
        self.search.textChanged.connect(lambda _: self._filter())
        top = QVBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.search)
        top.addWidget(self.message)
        return top

    def _take(self, found: _Found) -> None:
        self._found = found
        self.message.hide()
        new = [name for name in found.levels if name not in self.rows]
        steps: list[Callable[[], None]] = []
        for family, names in groupby(new, key=lambda name: name.partition(".")[0]):
            steps += [partial(self._add, family, name) for name in names]
        if "" not in self._families:
            steps.append(self._add_record)
        in_slices(self, [*steps, self._tell, self._filter])

    def _add(self, family: str, name: str) -> None:
        if name in self.rows:
            return
        if family not in self._families:
            self._families[family] = (*self._card(len(self._families)), [])
            self._entitle(family)
        _, card, rows = self._families[family]
        row = self.rows[name] = PermissionRow(self._desk, name)
        row.wanted.connect(self._set)
        self._show(row)
        inside = card.layout()
        assert inside is not None
        inside.addWidget(row)
        rows.append(row)

    def _card(self, at: int) -> tuple[QLabel, QFrame]:
        heading = QLabel()
        heading.setProperty("look", "heading")
        heading.setWordWrap(True)
        heading.setContentsMargins(2, 12, 0, 2)
        card = styled(QFrame(), "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(0, 5, 0, 5)
        inside.setSpacing(0)
        self._column.insertWidget(2 * at, heading)
        self._column.insertWidget(2 * at + 1, card)
        return heading, card

    def _add_record(self) -> None:
        heading, card = self._card(len(self._families))
        self._families[""] = heading, card, []
        inside = card.layout()
        assert inside is not None
        inside.setContentsMargins(16, 12, 16, 12)
        inside.setSpacing(10)
        inside.addWidget(self.record)
        inside.addWidget(self.verify)

    def _set(self, name: str, level: PermissionLevel | str) -> None:
        ports, wanted = self._ports, cast("PermissionLevel | None", level or None)
        self._desk.bridge.run(lambda: ports.change(name, wanted), lambda _: self.read(), self._failed, keep=True)

    def _show(self, row: PermissionRow) -> None:
        if self._found is not None and row.name in self._found.levels:
            row.show_level(self._found.levels[row.name], row.name in self._found.decided)

    def _tell(self) -> None:
        words, found = self._desk.words, self._found
        for family in self._families:
            self._entitle(family)
        for row in self.rows.values():
            self._show(row)
        if found is None:
            self.decided.setText(words(texts.READING))
            self.revoke.setEnabled(False)
            return
        decided = ", ".join(sorted((words(name_of(name)) for name in found.decided), key=plain))
        self.decided.setText(f"{words(texts.REMEMBERED)}: {decided}" if decided else words(texts.REMEMBERED_NONE))
        self.revoke.setEnabled(bool(decided))
        self.record.setText(audit_lines(found.entries, words) or words(texts.AUDIT_NONE))

    def _entitle(self, family: str) -> None:
        text = texts.AUDIT if family == "" else texts.FAMILIES.get(family)
        self._families[family][0].setText(self._desk.words(text) if text is not None else family)

    def _filter(self) -> None:
        wanted = plain(self.search.text()).split()
        for family, (heading, card, rows) in self._families.items():
            text = texts.FAMILIES.get(family)
            named = f"{text.en} {text.es}" if text is not None else family
            shown = [all(word in plain(f"{_searched(row.name)} {named}") for word in wanted) for row in rows]
            for row, visible in zip(rows, shown, strict=True):
                row.setVisible(visible)
            for widget in (heading, card):
                widget.setVisible(any(shown) or (family == "" and not wanted))

    def _ask_revoke(self) -> None:
        words = self._desk.words
        count = len(self._found.decided) if self._found is not None else 0
        box = confirmation(
            self,
            words(texts.REVOKE_TITLE),
            words(texts.REVOKE_BODY, count=count),
            words(texts.REVOKE_ALL),
            words(CANCEL),
        )
        box.accepted.connect(self.revoke_all)
        box.open()

    def _verify(self) -> None:
        def told(verdict: AuditVerdict) -> None:
            self._say(verdict.sentence(self._desk.words.language), bad=verdict.broken_at is not None)

        self._desk.bridge.run(lambda: self._ports.audit().verify(), told, self._failed)

    def _failed(self, error: Exception) -> None:
        self._say(self._desk.sentence(error), bad=True)
        self._tell()

    def _say(self, sentence: str, *, bad: bool) -> None:
        self.message.setProperty("look", "bad" if bad else "")
        self.message.style().polish(self.message)
        self.message.setText(sentence)
        self.message.show()


def _searched(name: str) -> str:
    title = name_of(name)
    return f"{name} {title.en} {title.es}"
