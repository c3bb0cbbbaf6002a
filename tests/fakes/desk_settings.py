"""What stands behind the pages of the settings: keys whose servers answer as told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.data_desk import BackupContents, DataPlace, Forgotten, KeptAside
from jarvis.contracts.errors import Cancelled, InputError, JarvisError, StorageError
from jarvis.contracts.guard import AuditEntry, AuditKind, AuditVerdict, PermissionLevel
from jarvis.contracts.key_desk import KeyReport, KeyRow, KeyState
from jarvis.contracts.mcp_desk import McpLeftOut, McpServerRow, McpToolRow, NewMcpServer
from jarvis.desktop.services import DesktopServices
from tests.fakes.desktop import NOON, FakeDesktop


class ListedKeys:
    """A `KeyDesk` in memory; `keyring` False has none, `fail` is what a check raises."""

    def __init__(self) -> None:
        self.keyring = True
        self.kept: dict[str, tuple[KeyState, str]] = {}
        self.checked: list[str] = []
        self.fail: JarvisError | None = None

    def rows(self) -> list[KeyRow]:
        known = (
            ("openai", "OpenAI", 5, "https://platform.openai.com/api-keys", True),
            ("anthropic", "Anthropic", 3, "https://console.anthropic.com/settings/keys", True),
            ("vllm", "vLLM", 0, "", False),
        )
        return [
            KeyRow(
                name=name,
                title=title,
                state=self.kept[name][0] if name in self.kept else "none",
                variable=f"JARVIS_KEY_{name.upper()}",
                models=models,
                page=page,
                checkable=checkable,
            )
            for name, title, models, page, checkable in known
        ]

    def where(self) -> str:
        return "the test's keyring" if self.keyring else ""

    def store(self, name: str, value: str) -> None:
        if not self.keyring:
            raise StorageError("keys.no_keyring", en="There is no keyring.", es="No hay llavero.")
        self.kept[name] = "keyring", value

    def keep_until_quit(self, name: str, value: str) -> None:
        self.kept[name] = "until_quit", value

    def remove(self, name: str) -> bool:
        return self.kept.pop(name, None) is not None

    def check(self, name: str) -> KeyReport:
        self.checked.append(name)
        if self.fail is not None:
            raise self.fail
        return KeyReport(where="api.openai.com", models=41)


class ListedPermissions:
    """`Permissions` in memory: what cancels all is asked about."""

    def __init__(self) -> None:
        self.kept: dict[str, PermissionLevel] = {}
        self.fail: JarvisError | None = None

    def level(self, name: str) -> PermissionLevel:
        return self.kept.get(name, "ask" if name.endswith("_all") else "allow")

    def set(self, name: str, level: PermissionLevel) -> None:
        if self.fail is not None:
            raise self.fail
        self.kept[name] = level

    def reset(self, name: str) -> bool:
        return self.kept.pop(name, None) is not None

    def explicit(self) -> Mapping[str, PermissionLevel]:
        return dict(self.kept)


class ListedAudit:
    """An `AuditLog` in memory."""

    def __init__(self) -> None:
        self.rows: list[AuditEntry] = []
        self.verdict = AuditVerdict(entries=0, broken_at=None, sentence_en="All is whole.", sentence_es="Todo bien.")

    def record(self, kind: AuditKind, facts: Mapping[str, object]) -> AuditEntry:
        entry = AuditEntry(seq=len(self.rows) + 1, at=NOON, kind=kind, facts=facts, digest="0")
        self.rows.insert(0, entry)
        return entry

    def entries(self, limit: int = 100, kind: AuditKind | None = None) -> list[AuditEntry]:
        return self.rows[:limit]

    def verify(self) -> AuditVerdict:
        return self.verdict


class ListedServers:
    """An `McpDesk` in memory; `fail` is what connecting raises. A `silent` server is waited for until it is stopped."""

    def __init__(self) -> None:
        self.rows: dict[str, McpServerRow] = {}
        self.added: list[NewMcpServer] = []
        self.connected: list[str] = []
        self.silent = False
        self.stopped: list[str] = []
        self.fail: JarvisError | None = None

    def servers(self, cancel: CancelToken, *, connect: bool = True) -> list[McpServerRow]:
        assert not connect
        return list(self.rows.values())

    def test(self, name: str, cancel: CancelToken) -> tuple[McpServerRow, float]:
        self.connected.append(name)
        if self.silent:
            assert cancel.wait(30)
            self.stopped.append(name)
            raise Cancelled
        if self.fail is not None:
            raise self.fail
        read = McpToolRow(
            name="read", permission_name=f"mcp.{name}.read", description="Reads\na file", level="allow", destroys=False
        )
        wipe = McpToolRow(
            name="wipe", permission_name=f"mcp.{name}.wipe", description="x" * 900, level="ask", destroys=True
        )
        left = McpLeftOut(name="odd", en="its name is too long", es="su nombre es demasiado largo")
        self.rows[name] = replace(self.rows[name], state="ready", tools=(read, wipe), left_out=(left,))
        return self.rows[name], 0.34

    def add(self, server: NewMcpServer) -> None:
        if server.name in self.rows:
            raise InputError("mcp.there", en="That name is taken.", es="Ese nombre ya está.")
        self.added.append(server)
        target = server.url or " ".join((server.command, *server.args))
        values = (*server.env.values(), *server.headers.values())
        self.rows[server.name] = McpServerRow(
            name=server.name,
            kind="address" if server.url else "program",
            target=target,
            disabled=False,
            state="off",
            keys=tuple(value.partition("keyring:")[2] for value in values),
        )

    def switch(self, name: str, on: bool) -> None:
        if self.fail is not None:
            raise self.fail
        self.rows[name] = replace(self.rows[name], disabled=not on, state="off", tools=(), left_out=())

    def remove(self, name: str) -> None:
        del self.rows[name]


class CountedData:
    """A `DataDesk` that only counts; `fail` is what everything that writes raises. An `endless` check or backup
    goes on until it is stopped."""

    def __init__(self) -> None:
        self.backups: list[Path] = []
        self.wiped = 0
        self.contents = BackupContents(
            path=Path("/tmp/copy.zip"),
            made_at=NOON,
            jarvis="0.4.2",
            older=False,
            conversations=1234,
            messages=20_000,
            memories=57,
            bytes=12_400_000,
            staged=Path("/tmp/staged"),
        )
        self.looked: list[Path] = []
        self.dropped = 0
        self.restored: list[BackupContents] = []
        self.taken_over: list[bool] = []
        self.endless = False
        self.begun: list[Path] = []
        self.kept: list[KeptAside] = []
        self.fail: JarvisError | None = None

    def home(self) -> Path:
        return Path("/home/somebody/.local/share/jarvis")

    def places(self) -> list[DataPlace]:
        return [
            DataPlace(kind="rows", path=self.home() / "jarvis.sqlite3", bytes=0 if self.wiped else 12_400_000),
            DataPlace(kind="models", path=self.home() / "models", bytes=4_680_000_000),
        ]

    def backup(self, path: Path, *, cancel: CancelToken | None = None) -> None:
        if self.fail is not None:
            raise self.fail
        self.begun.append(path)
        if self.endless and cancel is not None:
            assert cancel.wait(30)
            raise Cancelled
        self.backups.append(path)

    def look_into(
        self,
        path: Path,
        *,
        cancel: CancelToken | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> BackupContents:
        self.looked.append(path)
        if self.fail is not None:
            raise self.fail
        if self.endless and cancel is not None:
            assert progress is not None
            progress(3_000_000, 12_000_000)
            assert cancel.wait(30)
            raise Cancelled
        return self.contents

    def drop(self, contents: BackupContents) -> None:
        self.dropped += 1

    def restore(self, contents: BackupContents, *, take_over: bool = False, cancel: CancelToken | None = None) -> Path:
        if self.fail is not None:
            raise self.fail
        self.restored.append(contents)
        self.taken_over.append(take_over)
        return self.home() / "before-restore-x"

    def kept_aside(self) -> list[KeptAside]:
        return list(self.kept)

    def remove_aside(self, folder: Path) -> None:
        if self.fail is not None:
            raise self.fail
        self.kept = [each for each in self.kept if each.folder != folder]

    def forget_everything(self, *, cancel: CancelToken | None = None) -> Forgotten:
        if self.fail is not None:
            raise self.fail
        self.wiped += 1
        return Forgotten(memories=41, notes=2, list_items=3, alerts=1)


@dataclass
class SettingsDesks:
    """What stands behind the pages, for tests to change and to look at."""

    keys: ListedKeys = field(default_factory=ListedKeys)
    permissions: ListedPermissions = field(default_factory=ListedPermissions)
    audit: ListedAudit = field(default_factory=ListedAudit)
    mcp: ListedServers = field(default_factory=ListedServers)
    data: CountedData = field(default_factory=CountedData)
    names: tuple[str, ...] = ("timers.start", "timers.cancel_all", "notes.take", "notes.delete_all", "volume.up")


def furnished(fake: FakeDesktop, desks: SettingsDesks | None = None) -> DesktopServices:
    """Return the services of `fake` with every page of the settings."""
    made = desks or SettingsDesks()
    return replace(
        fake.services,
        keys=lambda: made.keys,
        permissions=lambda: made.permissions,
        audit=lambda: made.audit,
        mcp=lambda: made.mcp,
        data=lambda: made.data,
        skill_names=lambda: made.names,
    )
