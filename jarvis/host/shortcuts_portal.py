"""Keys that reach Jarvis in every program of a Wayland desktop, through the desktop portal. Knows no window.

Follows org.freedesktop.portal.GlobalShortcuts version 1 and 2: the desktop asks the person, may give other keys than
those wanted, and a session takes shortcuts once only, so that a change makes a new session with all of them.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Any

from jarvis.contracts.errors import DeviceError, JarvisError, Language
from jarvis.host.bus_link import BusLink, BusSignal
from jarvis.host.session_bus import BusUnavailable, CallFailed
from jarvis.host.shortcuts_keys import chord_of

_LOG = logging.getLogger(__name__)

_SERVICE, _PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
_SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
_REQUEST, _SESSION = "org.freedesktop.portal.Request", "org.freedesktop.portal.Session"
_BUS = "org.freedesktop.DBus"
_REGISTRY = "org.freedesktop.host.portal.Registry"

PORTAL_SECONDS = 5.0
"""How long the portal may take to answer; the bus starts it when it is not running yet."""
ASKING_SECONDS = 120.0
"""How long the person may take to answer what the desktop asks about a shortcut."""
_AGREED, _REFUSED = 0, 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Binding:
    keys: str
    trigger: str
    description: str
    pressed: Callable[[str], None]
    released: Callable[[], None] | None


class PortalShortcuts:
    """Global shortcuts of the program that the desktop knows as `app_id`; None as `bus_address` is the session's."""

    def __init__(self, app_id: str = "jarvis", bus_address: str | None = None) -> None:
        self._app_id = app_id
        self._address = bus_address
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._link: BusLink | None = None
        self._session = ""
        self._bindings: dict[str, _Binding] = {}
        self._errors: dict[str, JarvisError] = {}
        self._answers: dict[str, Future[tuple[int, dict[str, Any]]]] = {}
        self._closed = False

    def bind(
        self,
        shortcut_id: str,
        keys: str,
        description: str,
        pressed: Callable[[str], None],
        released: Callable[[], None] | None = None,
    ) -> None:
        """Ask the desktop for `keys`, which may ask the person; raises `DeviceError` or, for odd keys, `InputError`."""
        with self._turn:
            before = self._bindings.pop(shortcut_id, None)
            try:
                binding = _Binding(
                    keys=keys,
                    trigger=chord_of(keys).portal_trigger(),
                    description=description,
                    pressed=pressed,
                    released=released,
                )
                with self._lock:
                    self._bindings[shortcut_id] = binding
                self._errors.pop(shortcut_id, None)
                self._begin_session(shortcut_id, keys)
            except JarvisError as error:
                with self._lock:
                    self._bindings.pop(shortcut_id, None)
                self._errors[shortcut_id] = error
                if before is not None or self._bindings:
                    self._restore()
                raise

    def unbind(self, shortcut_id: str) -> None:
        """Give the keys of `shortcut_id` back."""
        with self._turn:
            self._errors.pop(shortcut_id, None)
            with self._lock:
                gone = self._bindings.pop(shortcut_id, None)
            if gone is not None:
                self._restore()

    def why_not(self, shortcut_id: str) -> JarvisError | None:
        """Return why the keys of `shortcut_id` do not work now."""
        found = self._errors.get(shortcut_id)
        if found is None and shortcut_id in self._bindings and (self._link is None or self._link.lost):
            return _no_portal()
        return found

    def where_set(self, language: Language) -> str:
        """Say that the desktop's own settings have the last word."""
        if language == "es":
            return "Tu escritorio decide la tecla definitiva; puedes cambiarla en sus ajustes de teclado."
        return "Your desktop has the last word on these keys; its keyboard settings can change them."

    def close(self) -> None:
        """Give everything back."""
        self._closed = True
        with self._lock:
            link, self._link = self._link, None
            self._bindings.clear()
            answers = list(self._answers.values())
        for answer in answers:
            answer.set_exception(CallFailed("closed"))
        if link is not None:
            # The portal ends the sessions of a caller that hangs up.
            link.close()

    def _restore(self) -> None:
        """Bring the session in line with what is still wanted."""
        try:
            self._end_session()
            if self._bindings:
                self._begin_session("", "")
        except JarvisError as error:
            _LOG.warning("the desktop's shortcuts could not be restored: %s", error)
            for name in self._bindings:
                self._errors[name] = error

    def _begin_session(self, shortcut_id: str, keys: str) -> None:
        """Make a session with every binding; raises `DeviceError` where `shortcut_id` is not among what was given."""
        try:
            self._open()
            self._end_session()
            token = _token()
            options = {"session_handle_token": ("s", token)}
            code, found = self._request("CreateSession", "a{sv}", (), options, PORTAL_SECONDS)
            if code != _AGREED:
                raise CallFailed(f"CreateSession was answered with {code}")
            self._session = str(found["session_handle"][1])
            wanted = [
                (name, {"description": ("s", one.description), "preferred_trigger": ("s", one.trigger)})
                for name, one in self._bindings.items()
            ]
            body = (self._session, wanted, "")
            code, found = self._request("BindShortcuts", "oa(sa{sv})sa{sv}", body, {}, ASKING_SECONDS)
        except (BusUnavailable, CallFailed, KeyError) as error:
            _LOG.info("the desktop gives no shortcuts: %s", error)
            raise _no_portal() from error
        given = {str(name) for name, _ in found.get("shortcuts", ("", []))[1]}
        if code != _AGREED or (shortcut_id and shortcut_id not in given):
            raise _declined(keys, by_person=code == _REFUSED)

    def _end_session(self) -> None:
        session, self._session = self._session, ""
        link = self._link
        if session and link is not None and not link.lost:
            try:
                link.call(_SERVICE, session, _SESSION, "Close", timeout=PORTAL_SECONDS)
            except CallFailed as error:
                _LOG.info("the session of shortcuts had ended: %s", error)

    def _open(self) -> None:
        if self._link is not None and not self._link.lost:
            return
        if self._link is not None:
            self._link.close()
        link = BusLink(self._address, self._take)
        try:
            try:
                link.call(_SERVICE, _PATH, _REGISTRY, "Register", "sa{sv}", (self._app_id, {}), timeout=PORTAL_SECONDS)
            except CallFailed as error:
                # Portals before 1.20 know programs by other means.
                _LOG.info("the portal takes no name: %s", error)
            link.listen(_REQUEST, "Response")
            link.listen(_SHORTCUTS, "Activated", _PATH)
            link.listen(_SHORTCUTS, "Deactivated", _PATH)
            link.listen(_BUS, "NameOwnerChanged")
        except CallFailed:
            link.close()
            raise
        with self._lock:
            self._link = link

    def _request(
        self, method: str, signature: str, body: tuple[Any, ...], options: dict[str, Any], seconds: float
    ) -> tuple[int, dict[str, Any]]:
        """Make a request and wait for its response: 0 and its results where the desktop and the person agreed."""
        link = self._link
        if link is None or self._closed:
            raise CallFailed("closed")
        token = _token()
        handle = f"{_PATH}/request/{link.name[1:].replace('.', '_')}/{token}"
        answer: Future[tuple[int, dict[str, Any]]] = Future()
        with self._lock:
            self._answers[handle] = answer
        try:
            options = {**options, "handle_token": ("s", token)}
            link.call(_SERVICE, _PATH, _SHORTCUTS, method, signature, (*body, options), timeout=PORTAL_SECONDS)
            return answer.result(seconds)
        except FutureTimeout as error:
            raise CallFailed(f"{method}: no response") from error
        finally:
            with self._lock:
                self._answers.pop(handle, None)

    def _take(self, signal: BusSignal) -> None:
        if signal.member == "Response":
            with self._lock:
                answer = self._answers.pop(signal.path, None)
            if answer is not None:
                answer.set_result((int(signal.body[0]), dict(signal.body[1])))
            return
        if signal.member == "NameOwnerChanged":
            name, _, owner = signal.body
            if name == _SERVICE and self._session:
                self._portal_changed(alive=bool(owner))
            return
        session, name, _, options = signal.body
        with self._lock:
            binding = self._bindings.get(name) if session == self._session else None
        if binding is None:
            return
        if signal.member == "Activated":
            binding.pressed(str(options.get("activation_token", ("s", ""))[1]))
        elif binding.released is not None:
            binding.released()

    def _portal_changed(self, *, alive: bool) -> None:
        """The portal ended, and its sessions with it, or one began: ask that for the shortcuts."""
        if not alive:
            for name in list(self._bindings):
                self._errors[name] = _no_portal()
            return
        # Its responses come on the thread that runs this.
        threading.Thread(target=self._begin_anew, name="shortcuts-anew", daemon=True).start()

    def _begin_anew(self) -> None:
        with self._turn:
            if self._bindings and not self._closed:
                self._errors.clear()
                self._session = ""
                self._restore()


def _token() -> str:
    return "jarvis_" + uuid.uuid4().hex


def _no_portal() -> DeviceError:
    return DeviceError(
        "shortcut.no_portal",
        en="This Wayland desktop gives programs no shortcuts outside their windows. Bind the command “jarvis quick” to "
        "a key in its own keyboard settings.",
        es="Este escritorio Wayland no da a los programas atajos fuera de sus ventanas. Asigna la orden "
        "«jarvis quick» a una tecla en sus propios ajustes de teclado.",
    )


def _declined(keys: str, *, by_person: bool) -> DeviceError:
    if by_person:
        return DeviceError(
            "shortcut.declined",
            en="The shortcut {keys} was declined when the desktop asked, so it works in Jarvis' windows only. Set it "
            "again to be asked once more.",
            es="El atajo {keys} se rechazó cuando el escritorio preguntó, así que solo funciona en las ventanas de "
            "Jarvis. Vuelve a ponerlo para que pregunte otra vez.",
            keys=keys,
        )
    return DeviceError(
        "shortcut.not_given",
        en="The desktop did not give {keys}, so it works in Jarvis' windows only. Choose other keys, or bind the "
        "command “jarvis quick” in its keyboard settings.",
        es="El escritorio no ha dado {keys}, así que solo funciona en las ventanas de Jarvis. Elige otras teclas o "
        "asigna la orden «jarvis quick» en sus ajustes de teclado.",
        keys=keys,
    )
