"""How a child ended, and the sentences that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jarvis.contracts.errors import EngineError


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildExit:
    """The end of one life: exit `code`, or the `signal` name that ended it; `wanted` when Jarvis stopped it."""

    code: int | None
    signal: str | None
    last_lines: tuple[str, ...] = ()
    wanted: bool = False

    @property
    def why(self) -> str:
        """A few technical words, the same in every language: `SIGKILL`, `exit code 3: last line`."""
        what = self.signal or f"exit code {self.code}"
        return f"{what}: {self.last_lines[-1][:200]}" if self.last_lines else what


def start_failure(name: str, how: ChildExit, announced: dict[str, Any] | None) -> EngineError:
    """Return the error for a child that ended before it was ready, in its own words where it announced them."""
    if announced is not None:
        return EngineError(
            str(announced.get("code", "child.failed")),
            en=literal(announced.get("en", "")),
            es=literal(announced.get("es", "")),
            retryable=bool(announced.get("retryable", True)),
        )
    return EngineError(
        "child.exited",
        en="{name} ended while starting ({why}). Try again; its log is in the logs folder.",
        es="{name} terminó al arrancar ({why}). Inténtalo de nuevo; su registro está en la carpeta de registros.",
        name=name,
        why=how.why,
    )


def start_timeout(name: str, seconds: float, last_lines: tuple[str, ...]) -> EngineError:
    """Return the error for a child that did not become ready in time and was ended."""
    return EngineError(
        "child.start_timeout",
        en="{name} was not ready after {seconds:.0f} seconds and was stopped{last}. Try again, or use a smaller model.",
        es="{name} no estaba listo tras {seconds:.0f} segundos y se detuvo{last}. "
        "Inténtalo de nuevo o usa un modelo más pequeño.",
        name=name,
        seconds=seconds,
        last=f" ({last_lines[-1][:200]})" if last_lines else "",
    )


def literal(text: object) -> str:
    """Escape `text` so that a `str.format` template gives it back unchanged."""
    return str(text).replace("{", "{{").replace("}", "}}")
