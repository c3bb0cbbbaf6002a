"""One run of a child: the process, the threads that read it, and the moment it ends.

Knows nothing about states; it reports "ready" and "exited" once each through the callbacks it was given.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO, cast

from jarvis.processes.capped_log import CappedLog
from jarvis.processes.child_side import LIFELINE
from jarvis.processes.exits import ChildExit
from jarvis.processes.tree import kill_group, kill_orphans_of, kill_tree
from jarvis.settings.child_environment import safe_folder

_DRAIN_SECONDS = 5.0
"""How long the last output may take to arrive after the end; a grandchild that kept the pipe open is cut off."""

_PROBE_SECONDS = (0.05, 0.5)
"""Pause between two looks at whether a program is ready: the first one, which doubles up to the second."""

_LEASH = 'exec 3<&0 </dev/null; { read -r _ <&3; kill -9 0; } >/dev/null 2>&1 & exec 3<&-; exec "$@"'
"""Starts a foreign program under its own process id, beside a shell of the same group that waits on the pipe which this
process holds open: when this one dies in whatever way, the whole group is ended. A module of Jarvis does so itself."""

_LONGEST_LINE = 65_536
"""Bytes of one line that are looked at for the announced document, and that are kept together in the log."""


class Life:
    """A started process. `document` is what it announced, `failure` what it said went wrong, `exit` how it ended."""

    def __init__(
        self,
        *,
        command: Sequence[str],
        environment: Mapping[str, str],
        pipes: bool,
        log: CappedLog,
        deadline: float,
        probe: Callable[[], dict[str, Any] | None] | None = None,
        on_ready: Callable[[Life], None],
        on_exit: Callable[[Life, ChildExit], None],
    ) -> None:
        self.deadline = deadline
        self.document: dict[str, Any] = {}
        self.failure: dict[str, Any] | None = None
        self.exit: ChildExit | None = None
        self._pipes = pipes
        self._probe = probe
        self._ended = threading.Event()
        self._log = log
        self._on_ready = on_ready
        self._on_exit = on_exit
        self._reaping = threading.Lock()
        self._closing = threading.Lock()
        self._lifeline: int | None = None
        self._started_at = time.time()
        self._process = self._spawn(command, dict(environment))
        self.pid = self._process.pid

    @property
    def stdin(self) -> BinaryIO:
        """The child's standard input, buffered."""
        return cast(BinaryIO, self._process.stdin)

    @property
    def stdout(self) -> BinaryIO:
        """The child's standard output, buffered."""
        return cast(BinaryIO, self._process.stdout)

    @property
    def _stdout(self) -> io.BufferedReader:
        return cast(io.BufferedReader, self._process.stdout)

    @property
    def _stderr(self) -> io.BufferedReader:
        return cast(io.BufferedReader, self._process.stderr)

    def watch(self) -> None:
        """Begin to read it and to wait for its end; call once."""
        readers = [self._thread("stderr", lambda: self._log_lines(self._stderr))]
        if self._pipes:
            self._on_ready(self)
        elif self._probe is not None:
            readers.append(self._thread("stdout", lambda: self._log_lines(self._stdout)))
            self._thread("probe", self._ask_whether_ready)
        else:
            readers.append(self._thread("stdout", self._read_stdout))
        self._thread("exit", lambda: self._await_exit(readers))

    def ask_to_end(self) -> None:
        """Close what it listens to and ask it to terminate; the leash of a foreign program ends it by force, later."""
        if self._probe is None:
            self._close_inputs()
        with self._reaping:
            if self._process.returncode is not None:
                return
            if sys.platform == "win32":
                self._process.terminate()
            else:
                # Not Popen.terminate: it polls first and may reap the child, whose end is awaited elsewhere.
                os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and everything below it by force."""
        with self._reaping:
            if self._process.returncode is None:
                kill_tree(self.pid)
        self._close_inputs()

    def _spawn(self, command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        child_end: int | None = None
        if self._pipes and sys.platform != "win32":
            child_end, self._lifeline = os.pipe()
            environment[LIFELINE] = str(child_end)
        elif self._pipes:
            environment[LIFELINE] = "wire"
        if self._probe is not None and sys.platform != "win32":
            command = ["/bin/sh", "-c", _LEASH, "sh", *command]
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=safe_folder(),
                pass_fds=() if child_end is None else (child_end,),
                start_new_session=sys.platform != "win32",
                creationflags=_creation_flags(),
            )
        except OSError:
            self._close_lifeline()
            raise
        finally:
            if child_end is not None:
                os.close(child_end)

    def _log_lines(self, stream: io.BufferedReader) -> None:
        """Log what it says, line by line: output and errors share the log, and would be mixed within a line."""
        rest = b""
        with stream:
            while data := stream.read1(65_536):
                lines, end, rest = (rest + data).rpartition(b"\n")
                if len(rest) > _LONGEST_LINE:
                    lines, end, rest = lines + end, rest, b""
                if end:
                    self._log.write(lines + end)
            self._log.write(rest)

    def _ask_whether_ready(self) -> None:
        """Ask the probe again and again until it gives a document, the process ends or its time is over."""
        assert self._probe is not None
        pause, longest = _PROBE_SECONDS
        while not self._ended.wait(pause) and time.monotonic() < self.deadline:
            document = self._probe()
            if document and not self._ended.is_set():
                self.document = document
                self._on_ready(self)
                return
            pause = min(2 * pause, longest)

    def _read_stdout(self) -> None:
        """Find the announced document; what is printed around it goes to the log."""
        rest = b""
        with self._stdout as stream:
            while not (self.document or self.failure) and (data := stream.read1(65_536)):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    if not self._take(line):
                        self._log.write(line + b"\n")
                if len(rest) > _LONGEST_LINE:
                    self._log.write(rest)
                    rest = b""
            self._log.write(rest)
            while data := stream.read1(65_536):
                self._log.write(data)

    def _take(self, line: bytes) -> bool:
        if self.document or self.failure:
            return False
        try:
            document = json.loads(line)
        except ValueError:
            return False
        if not isinstance(document, dict) or not document:
            return False
        if isinstance(document.get("error"), dict):
            self.failure = document["error"]
            return True
        self.document = document
        self._on_ready(self)
        return True

    def _await_exit(self, readers: list[threading.Thread]) -> None:
        code = self._reap()
        self._ended.set()
        for reader in readers:
            reader.join(_DRAIN_SECONDS)
        self._close_inputs()
        self._on_exit(self, _exit_of(code, self._log.last_lines()))

    def _reap(self) -> int:
        """Wait for the end, end what the child left behind, and return its exit code."""
        if hasattr(os, "waitid"):
            # Not reaped yet: the group's number still belongs to it, so its orphans can be ended safely.
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
            with self._reaping:
                kill_group(self.pid)
                return self._process.wait()
        code = self._process.wait()
        kill_orphans_of(self.pid, self._started_at)
        return code

    def _close_inputs(self) -> None:
        """Close the lifeline, and standard input unless it is a wire: a wire belongs to whoever speaks over it."""
        with self._closing:
            self._close_lifeline()
            if not self._pipes and not self.stdin.closed:
                self.stdin.close()

    def _close_lifeline(self) -> None:
        lifeline, self._lifeline = self._lifeline, None
        if lifeline is not None:
            os.close(lifeline)

    def _thread(self, what: str, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, name=f"child-{self.pid}-{what}", daemon=True)
        thread.start()
        return thread


def _exit_of(code: int, last_lines: tuple[str, ...]) -> ChildExit:
    if code >= 0:
        return ChildExit(code=code, signal=None, last_lines=last_lines)
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return ChildExit(code=None, signal=name, last_lines=last_lines)


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0
