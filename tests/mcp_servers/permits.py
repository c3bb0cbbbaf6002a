"""Permissions in memory, with the defaults of the real program."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.contracts.guard import PermissionLevel
from jarvis.guard.permissions import default_level


class Permits:
    """A `Permissions` whose names are those of tools of servers."""

    def __init__(self, **levels: PermissionLevel) -> None:
        self.levels: dict[str, PermissionLevel] = {f"mcp.shop.{name}": level for name, level in levels.items()}

    def level(self, name: str) -> PermissionLevel:
        return self.levels.get(name) or default_level(name, None)

    def set(self, name: str, level: PermissionLevel) -> None:
        self.levels[name] = level

    def reset(self, name: str) -> bool:
        return self.levels.pop(name, None) is not None

    def explicit(self) -> Mapping[str, PermissionLevel]:
        return dict(self.levels)
