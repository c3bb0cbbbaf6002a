"""A desk of models that only knows whether the GPUs are kept free, and global shortcuts that are pressed by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable

from jarvis.contracts.errors import DeviceError, JarvisError, Language
from jarvis.contracts.model_desk import FreedMemory


class GpuDesk:
    """The part of a `ModelDesk` that the tray uses; `gate` holds `free` until it is set, `trouble` is raised by it."""

    def __init__(self) -> None:
        self.kept_free = False
        self.freed = FreedMemory(freed_mib=7168, seconds=1.26, models=("qwen",))
        self.trouble: JarvisError | None = None
        self.gate = threading.Event()
        self.gate.set()

    def free(self) -> FreedMemory:
        self.gate.wait(60)
        if self.trouble is not None:
            raise self.trouble
        self.kept_free = True
        return self.freed

    def use_gpus_again(self) -> None:
        self.kept_free = False

    def held(self) -> bool:
        return self.kept_free


class HandShortcuts:
    """`GlobalShortcuts` without a desktop; keys in `taken` belong to another program."""

    def __init__(self) -> None:
        self.bound: dict[str, str] = {}
        self.taken: set[str] = set()
        self.closed = False
        self._calls: dict[str, tuple[Callable[[str], None], Callable[[], None] | None]] = {}
        self._errors: dict[str, JarvisError] = {}

    def bind(
        self,
        shortcut_id: str,
        keys: str,
        description: str,
        pressed: Callable[[str], None],
        released: Callable[[], None] | None = None,
    ) -> None:
        assert description
        self.unbind(shortcut_id)
        if keys in self.taken:
            error = DeviceError("shortcut.taken", en="Another has {keys}.", es="Otro tiene {keys}.", keys=keys)
            self._errors[shortcut_id] = error
            raise error
        self.bound[shortcut_id] = keys
        self._calls[shortcut_id] = (pressed, released)

    def unbind(self, shortcut_id: str) -> None:
        self.bound.pop(shortcut_id, None)
        self._calls.pop(shortcut_id, None)
        self._errors.pop(shortcut_id, None)

    def why_not(self, shortcut_id: str) -> JarvisError | None:
        return self._errors.get(shortcut_id)

    def where_set(self, language: Language) -> str:
        return "En el escritorio." if language == "es" else "In the desktop."

    def close(self) -> None:
        self.closed = True

    def press(self, shortcut_id: str, token: str = "") -> None:
        """Press and release on a thread of its own, as desktops tell it."""
        pressed, released = self._calls[shortcut_id]

        def both() -> None:
            pressed(token)
            if released is not None:
                released()

        thread = threading.Thread(target=both)
        thread.start()
        thread.join()
