"""Keys that reach Jarvis in every program of an X11 desktop. Knows no window.

One thread owns the connection. Each shortcut is taken with and without Caps Lock, Num Lock and Scroll Lock, because to
X11 these are modifiers like any other; after a change of keyboard all are taken anew.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from queue import SimpleQueue

from jarvis.contracts.errors import DeviceError, JarvisError, Language
from jarvis.host.shortcuts_keys import KeyChord, Modifier, chord_of
from jarvis.host.shortcuts_xcb import KEY_PRESS, KEY_RELEASE, MAPPING_CHANGED, TAKEN, KeyEvent, NoDisplay, XConnection

_LOG = logging.getLogger(__name__)

REPEAT_MILLISECONDS = 30
"""How long a release waits for the press that follows it at once when the key is merely held and repeats."""
_SHIFT, _CAPS, _CONTROL, _ALT, _SUPER = 0x01, 0x02, 0x04, 0x08, 0x40
_ALT_KEYS, _SUPER_KEYS = (0xFFE9, 0xFFEA), (0xFFEB, 0xFFEC)
_LOCK_KEYS = (0xFF7F, 0xFF14)
"""Num Lock and Scroll Lock; Caps Lock is always the second modifier."""


@dataclass(kw_only=True, slots=True)
class _Binding:
    keys: str
    chord: KeyChord
    pressed: Callable[[str], None]
    released: Callable[[], None] | None
    grabs: list[tuple[int, int]] = field(default_factory=list)
    held: int = 0
    error: JarvisError | None = None


class X11Shortcuts:
    """Global shortcuts on `display`; the connection is opened by the first `bind`."""

    def __init__(self, display: str) -> None:
        self._display = display
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._errors: dict[str, JarvisError] = {}

    def bind(
        self,
        shortcut_id: str,
        keys: str,
        description: str,
        pressed: Callable[[str], None],
        released: Callable[[], None] | None = None,
    ) -> None:
        """Take `keys` in place of those that `shortcut_id` had; raises `DeviceError` or, for odd keys, `InputError`."""
        del description
        try:
            chord = chord_of(keys)
            binding = _Binding(keys=keys, chord=chord, pressed=pressed, released=released)
            self._running().do(lambda worker: worker.bind(shortcut_id, binding))
        except JarvisError as error:
            self.unbind(shortcut_id)
            self._errors[shortcut_id] = error
            raise
        self._errors.pop(shortcut_id, None)

    def unbind(self, shortcut_id: str) -> None:
        """Give the keys of `shortcut_id` back."""
        self._errors.pop(shortcut_id, None)
        worker = self._worker
        if worker is not None:
            with contextlib.suppress(DeviceError):
                # Where the display is gone there is nothing to give back.
                worker.do(lambda own: own.unbind(shortcut_id))

    def why_not(self, shortcut_id: str) -> JarvisError | None:
        """Return why the keys of `shortcut_id` do not work now."""
        worker = self._worker
        found = self._errors.get(shortcut_id)
        if found is None and worker is not None and shortcut_id in worker.bindings:
            return _display_gone(self._display) if worker.over else worker.bindings[shortcut_id].error
        return found

    def where_set(self, language: Language) -> str:
        """Jarvis alone decides."""
        del language
        return ""

    def close(self) -> None:
        """Give everything back."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def _running(self) -> _Worker:
        with self._lock:
            if self._worker is not None and self._worker.over:
                self._worker.close()
                self._worker = None
            if self._worker is None:
                self._worker = _Worker(self._display)
            return self._worker


class _Worker:
    """The thread that owns the connection; everything but `do` and `close` runs on it."""

    def __init__(self, display: str) -> None:
        self._display = display
        self.bindings: dict[str, _Binding] = {}
        self.over = False
        self._gate = threading.Lock()
        self._orders: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._wake_read, self._wake_write = os.pipe()
        self._stop = False
        started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(started,), name="shortcuts-x11", daemon=True)
        self._teller = threading.Thread(target=self._tell, name="shortcuts-told", daemon=True)
        self._thread.start()
        self._teller.start()
        try:
            started.result()
        except NoDisplay as error:
            self.close()
            raise _display_gone(display) from error

    def do(self, order: Callable[[_Worker], None]) -> None:
        """Carry `order` out on the thread and return after it; raises what it raised."""
        done: Future[None] = Future()

        def carry_out() -> None:
            try:
                order(self)
            except Exception as error:  # noqa: BLE001 - it is raised where the order came from
                done.set_exception(error)
            else:
                done.set_result(None)

        with self._gate:
            if self.over:
                raise _display_gone(self._display)
            self._orders.put(carry_out)
            os.write(self._wake_write, b"o")
        done.result()

    def close(self) -> None:
        """End the thread and close the connection, which gives every key back."""
        with self._gate:
            if self._stop:
                return
            self._stop = True
            os.write(self._wake_write, b"x")
        self._thread.join()
        self._calls.put(None)
        if threading.current_thread() is not self._teller:
            self._teller.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def bind(self, shortcut_id: str, binding: _Binding) -> None:
        """Take the keys in place of those that the shortcut had."""
        self.unbind(shortcut_id)
        self._take(binding)
        self.bindings[shortcut_id] = binding

    def unbind(self, shortcut_id: str) -> None:
        """Give the keys back."""
        binding = self.bindings.pop(shortcut_id, None)
        if binding is not None:
            self._give_back(binding)

    def _run(self, started: Future[None]) -> None:
        try:
            self._connection = XConnection(self._display)
            self._read_keyboard()
        except NoDisplay as error:
            self.over = True
            started.set_exception(error)
            return
        started.set_result(None)
        try:
            while not self._stop and not self._connection.broken():
                # What a request read along with its reply waits here and makes nothing readable.
                self._take_events()
                self._wait()
        except NoDisplay:
            _LOG.info("the display went away")
        finally:
            with self._gate:
                self.over = True
            self._carry_out()
            self._connection.close()

    def _wait(self) -> None:
        """Wait until something comes from the display or an order does, and carry the orders out."""
        waiting = select.poll()
        waiting.register(self._connection.descriptor(), select.POLLIN)
        waiting.register(self._wake_read, select.POLLIN)
        if any(descriptor == self._wake_read for descriptor, _ in waiting.poll()):
            os.read(self._wake_read, 1024)
            self._carry_out()

    def _carry_out(self) -> None:
        while not self._orders.empty():
            self._orders.get()()

    def _take_events(self) -> None:
        event = self._connection.next_event()
        while event is not None:
            following: KeyEvent | None = None
            if event.kind == KEY_PRESS:
                self._pressed(event)
            elif event.kind == KEY_RELEASE:
                following = self._after(event)
                if following is not None and _repeats(event, following):
                    following = None
                else:
                    self._released(event)
            elif event.kind == MAPPING_CHANGED:
                self._take_anew()
            event = following or self._connection.next_event()

    def _after(self, release: KeyEvent) -> KeyEvent | None:
        """Return the event that follows a release at once, if one does."""
        following = self._connection.next_event()
        if following is None and self._holds(release.keycode):
            waiting = select.poll()
            waiting.register(self._connection.descriptor(), select.POLLIN)
            waiting.poll(REPEAT_MILLISECONDS)
            following = self._connection.next_event()
        return following

    def _holds(self, keycode: int) -> bool:
        return any(binding.held == keycode for binding in self.bindings.values())

    def _pressed(self, event: KeyEvent) -> None:
        wanted = (event.keycode, event.state & 0xFF & ~self._locks)
        for binding in self.bindings.values():
            if not binding.held and wanted in {(code, mask & ~self._locks) for code, mask in binding.grabs}:
                binding.held = event.keycode
                self._calls.put(partial(binding.pressed, ""))

    def _released(self, event: KeyEvent) -> None:
        for binding in self.bindings.values():
            if binding.held == event.keycode:
                binding.held = 0
                if binding.released is not None:
                    self._calls.put(binding.released)

    def _tell(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                call()
            except Exception:  # noqa: BLE001 - the next press must be told even if this one led to trouble
                _LOG.exception("a shortcut led to trouble")

    def _read_keyboard(self) -> None:
        self._keysyms = self._connection.keysyms()
        modifiers = [
            {keysym for keycode in keycodes for keysym in self._keysyms.get(keycode, ()) if keysym}
            for keycodes in self._connection.modifier_keycodes()
        ]

        def mask(keys: tuple[int, ...], otherwise: int) -> int:
            return next((1 << at for at, on in enumerate(modifiers) if at > 2 and on.intersection(keys)), otherwise)

        self._masks: dict[Modifier, int] = {
            "Shift": _SHIFT,
            "Ctrl": _CONTROL,
            "Alt": mask(_ALT_KEYS, _ALT),
            "Meta": mask(_SUPER_KEYS, _SUPER),
        }
        self._locks = _CAPS
        for key in _LOCK_KEYS:
            self._locks |= mask((key,), 0)

    def _take_anew(self) -> None:
        """The keyboard changed: what was on one key may be on another."""
        for binding in self.bindings.values():
            self._give_back(binding)
        self._read_keyboard()
        for binding in self.bindings.values():
            try:
                self._take(binding)
                binding.error = None
            except DeviceError as error:
                _LOG.warning("a shortcut was lost with the change of keyboard: %s", error)
                binding.error = error

    def _take(self, binding: _Binding) -> None:
        keycode = self._keycode(binding.chord.keysym)
        if keycode is None:
            raise DeviceError(
                "shortcut.no_such_key",
                en="The keyboard layout in use has no key for “{keys}”, so it does not work now. Choose another "
                "shortcut, or change the layout back.",
                es="La distribución de teclado en uso no tiene tecla para «{keys}», así que ahora no funciona. Elige "
                "otro atajo o vuelve a la distribución anterior.",
                keys=binding.keys,
            )
        modifiers = sum(self._masks[one] for one in binding.chord.modifiers)
        for locks in _all_of(self._locks):
            failed = self._connection.grab(keycode, modifiers | locks)
            if failed:
                self._give_back(binding)
                raise _refused(binding.keys, failed)
            binding.grabs.append((keycode, modifiers | locks))

    def _give_back(self, binding: _Binding) -> None:
        for keycode, modifiers in binding.grabs:
            self._connection.ungrab(keycode, modifiers)
        binding.grabs.clear()
        if binding.held and binding.released is not None:
            self._calls.put(binding.released)
        binding.held = 0

    def _keycode(self, keysym: int) -> int | None:
        """Return the key that has `keysym`, first of all unshifted and in the first layout."""
        found = [(entries.index(keysym), keycode) for keycode, entries in self._keysyms.items() if keysym in entries]
        return min(found)[1] if found else None


def _repeats(release: KeyEvent, following: KeyEvent) -> bool:
    """A key that is held is released and pressed in the same millisecond, again and again."""
    return (following.kind, following.keycode, following.time) == (KEY_PRESS, release.keycode, release.time)


def _all_of(locks: int) -> list[int]:
    """Return every combination of the modifiers in `locks`, none of them first."""
    single = [1 << at for at in range(8) if locks & 1 << at]
    return [sum(some) for count in range(len(single) + 1) for some in combinations(single, count)]


def _refused(keys: str, code: int) -> DeviceError:
    if code == TAKEN:
        return DeviceError(
            "shortcut.taken",
            en="Another program already has {keys}, so it does not open Jarvis from there. Choose another shortcut, or "
            "give {keys} up in that program.",
            es="Otro programa ya tiene {keys}, así que no abre Jarvis desde allí. Elige otro atajo o libera {keys} en "
            "ese programa.",
            keys=keys,
        )
    return DeviceError(
        "shortcut.refused",
        en="The display refused {keys} (X11 error {number}), so nothing was bound. Choose another shortcut.",
        es="La pantalla ha rechazado {keys} (error {number} de X11), así que no se ha asignado nada. Elige otro atajo.",
        keys=keys,
        number=code,
    )


def _display_gone(display: str) -> DeviceError:
    return DeviceError(
        "shortcut.no_display",
        en="The display {display} does not answer, so no shortcut works outside Jarvis' windows. Start Jarvis anew.",
        es="La pantalla {display} no responde, así que ningún atajo funciona fuera de las ventanas de Jarvis. "
        "Vuelve a iniciar Jarvis.",
        display=display,
    )
