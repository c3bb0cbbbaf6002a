"""Shows how several downloads go: a block of lines that is drawn again on a terminal, now and then a line elsewhere.

Writes to stderr only, and knows nothing of how models are fetched.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from jarvis.cli.output import words
from jarvis.contracts.model_desk import Transfer, TransferProgress

_DRAW_SECONDS = 0.1
_LINE_SECONDS = 30.0
_LINE_PERCENT = 10

_ENDS = {
    "queued": words("waits", "espera"),
    "finished": words("done", "hecho"),
    "failed": words("failed", "falló"),
    "cancelled": words("paused", "en pausa"),
}


@dataclass(kw_only=True, slots=True)
class _Line:
    """One model's line, and when a line of it was last written where nothing can be drawn again."""

    transfer: Transfer
    written_at: float
    written_percent: int = 0


class TransferBoard:
    """The lines of all transfers. `live` draws them again in place; otherwise a line is written every ten percent,
    every half minute, and at an end that no error tells of. Silent, it shows nothing. For one thread at a time.
    """

    def __init__(
        self,
        *,
        live: bool,
        silent: bool = False,
        write: Callable[[str], None] | None = None,
        columns: Callable[[], int] = lambda: shutil.get_terminal_size().columns,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._live = live
        self._silent = silent
        self._write = write or _to_stderr
        self._columns = columns
        self._monotonic = monotonic
        self._lines: dict[str, _Line] = {}
        self._drawn = 0
        self._drawn_at: float | None = None

    def show(self, transfer: Transfer) -> None:
        """Show how one transfer is now."""
        if self._silent:
            return
        line = self._lines.get(transfer.model)
        changed = line is None or line.transfer.state != transfer.state
        if line is None:
            line = self._lines[transfer.model] = _Line(transfer=transfer, written_at=self._monotonic())
        line.transfer = transfer
        if self._live:
            self._draw(at_once=changed)
        else:
            self._write_line(line, changed)

    def progress(self, progress: TransferProgress) -> None:
        """Show how far one transfer is that nothing else is known of."""
        self.show(Transfer(model=progress.model, state="running", progress=progress))

    def close(self) -> None:
        """Leave the lines as they are now."""
        if self._live and self._lines:
            self._draw(at_once=True)
        self._lines.clear()
        self._drawn = 0

    def _draw(self, *, at_once: bool) -> None:
        now = self._monotonic()
        if not at_once and self._drawn_at is not None and now - self._drawn_at < _DRAW_SECONDS:
            return
        self._drawn_at = now
        width = max(map(len, self._lines))
        room = max(20, self._columns() - 1)
        rows = [_row(line.transfer, width)[:room] for line in self._lines.values()]
        up = f"\x1b[{self._drawn}A" if self._drawn else ""
        self._write(up + "".join(f"\r\x1b[K{row}\n" for row in rows))
        self._drawn = len(rows)

    def _write_line(self, line: _Line, changed: bool) -> None:
        now, percent = self._monotonic(), _percent(line.transfer.progress)
        further = percent >= line.written_percent + _LINE_PERCENT or now - line.written_at >= _LINE_SECONDS
        ended = changed and line.transfer.state in ("finished", "cancelled")
        if ended or (line.transfer.state == "running" and further):
            line.written_at, line.written_percent = now, percent - percent % _LINE_PERCENT
            self._write(f"{_row(line.transfer, 0)}\n")


def board_for(as_json: bool) -> TransferBoard:
    """Return the board for this program's stderr; with JSON asked for, one that shows nothing."""
    return TransferBoard(live=sys.stderr.isatty(), silent=as_json)


def size_words(count: int) -> str:
    """Return `count` bytes as people say them."""
    if count < 1_000_000:
        return f"{count / 1e3:.1f} kB"
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _to_stderr(text: str) -> None:
    click.echo(text, nl=False, err=True)


def _row(transfer: Transfer, width: int) -> str:
    """Return what there is to say of one transfer, the most important first."""
    parts: Sequence[str] = (_ENDS[transfer.state],) if transfer.state != "running" else ()
    if transfer.progress is not None and transfer.state != "finished":
        parts = (*parts, *_parts(transfer.progress, moving=transfer.state == "running"))
    elif transfer.state == "running":
        parts = (words("begins", "empieza"),)
    return "  ".join((f"{transfer.model:<{width}}", *parts))


def _parts(progress: TransferProgress, *, moving: bool) -> Sequence[str]:
    done, total = size_words(progress.done_bytes), size_words(progress.total_bytes)
    parts = [f"{_percent(progress):>3} %", words(f"{done} of {total}", f"{done} de {total}")]
    if moving and progress.bytes_per_second:
        parts.append(f"{progress.bytes_per_second / 1e6:.1f} MB/s")
    if moving and progress.seconds_left is not None:
        parts.append(words(f"{_time(progress.seconds_left)} left", f"quedan {_time(progress.seconds_left)}"))
    return parts


def _percent(progress: TransferProgress | None) -> int:
    if progress is None or not progress.total_bytes:
        return 0
    return min(100, progress.done_bytes * 100 // progress.total_bytes)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
