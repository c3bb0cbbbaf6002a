"""One file from the model hub, continued where it stopped, by the sign-in, headers and errors of the hub's own client.

The client's whole-file call throws away what arrived when it ends, so the bytes are received here, into a file that
outlives the process. `HF_ENDPOINT` and proxies are honoured by the client. Knows nothing about models.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jarvis.catalog.hub_failures import failed, not_a_hub
from jarvis.contracts.cancel import CancelToken

if TYPE_CHECKING:
    from httpx2 import Response

_Result = TypeVar("_Result")
_TRIES = 4
_LONGEST_WAIT = 60.0
_SILENCE_SECONDS = 30.0
_PIECE = 1 << 18
_FORGIVEN = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteFile:
    """What the hub says of a file: `etag` is its SHA-256 (large files) or git's name of it; `commit` 40 digits."""

    repository: str
    name: str
    commit: str
    etag: str
    size: int


def remote_file(repository: str, name: str, revision: str, token: str | None, cancel: CancelToken) -> RemoteFile:
    """Ask the hub about one file. Raises the client's errors, or `InputError` when a web page answers."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    url = hf_hub_url(repository, name, revision=revision)
    seen = _repeated(lambda: get_hf_file_metadata(url, token=token or False), cancel)
    if not seen.commit_hash or not seen.etag or seen.size is None:
        raise not_a_hub(name, _host(url))
    return RemoteFile(repository=repository, name=name, commit=seen.commit_hash, etag=seen.etag, size=seen.size)


def newest_commit(repository: str, token: str | None, cancel: CancelToken) -> str:
    """Return the commit that the repository is at now."""
    from huggingface_hub import HfApi

    return str(_repeated(lambda: HfApi().model_info(repository, token=token or False, timeout=30.0).sha, cancel))


def receive(
    remote: RemoteFile, target: Path, token: str | None, cancel: CancelToken, on_bytes: Callable[[int], None]
) -> None:
    """Bring `target` up to the whole file, from the byte at which it ends now.

    `on_bytes` is told the bytes that lie in `target`. A stream that breaks off is taken up again at once while each
    attempt brings something; without progress it is given up after four. Raises `Cancelled`, the client's errors,
    `OSError`, or `InputError` when something else than the file arrives.
    """
    from httpx2 import TransportError

    tries = 0
    while (have := target.stat().st_size if target.is_file() else 0) != remote.size or not target.is_file():
        cancel.raise_if_cancelled()
        if have > remote.size:
            target.unlink()
            have = 0
        why: Exception | None = None
        try:
            _repeated(lambda start=have: _stream(remote, target, start, token, cancel, on_bytes), cancel)  # type: ignore[misc]
        except TransportError as error:
            why = error
        now = target.stat().st_size if target.is_file() else 0
        tries = 0 if now > have else tries + 1
        if tries >= _TRIES:
            raise why if why is not None else failed(remote.name, f"{now} of {remote.size} bytes")
        if now != remote.size and tries:
            cancel.wait(min(2.0 ** (tries - 1), _LONGEST_WAIT))


def _stream(
    remote: RemoteFile,
    target: Path,
    start: int,
    token: str | None,
    cancel: CancelToken,
    on_bytes: Callable[[int], None],
) -> None:
    from huggingface_hub import get_session, hf_hub_url
    from huggingface_hub.utils._headers import build_hf_headers
    from huggingface_hub.utils._http import hf_raise_for_status

    url = hf_hub_url(remote.repository, remote.name, revision=remote.commit)
    headers = {**build_hf_headers(token=token or False), "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    with get_session().stream("GET", url, headers=headers, timeout=_SILENCE_SECONDS) as response:
        if response.status_code == 416:
            target.unlink(missing_ok=True)
            return
        hf_raise_for_status(response)
        _refuse_page(response, remote)
        done = start if _continues(response, start) else 0
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with target.open("r+b" if done else "wb") as file:
            file.seek(done)
            for piece in response.iter_bytes(chunk_size=_PIECE):
                cancel.raise_if_cancelled()
                done += len(piece)
                if done > remote.size:
                    raise failed(remote.name, f"more than {remote.size} bytes")
                file.write(piece)
                file.flush()
                on_bytes(done)


def _continues(response: Response, start: int) -> bool:
    if response.status_code != 206:
        return False
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == start


def _refuse_page(response: Response, remote: RemoteFile) -> None:
    kind = response.headers.get("Content-Type", "").lower()
    if kind.startswith("text/html") and not remote.name.lower().endswith((".html", ".htm")):
        raise not_a_hub(remote.name, _host(str(response.url)))


def _repeated(call: Callable[[], _Result], cancel: CancelToken) -> _Result:
    """Make a call that only reads, again after a pause when the hub is busy; the pause ends when cancelled."""
    from huggingface_hub.errors import HfHubHTTPError

    attempt = 0
    while True:
        try:
            return call()
        except HfHubHTTPError as error:
            wait = _pause(error.response, attempt)
            attempt += 1
            if error.response.status_code not in _FORGIVEN or attempt == _TRIES or wait > _LONGEST_WAIT:
                raise
            cancel.wait(wait)
            cancel.raise_if_cancelled()


def _pause(response: Any, attempt: int) -> float:
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isdigit() else 2.0**attempt


def _host(url: str) -> str:
    return url.split("/")[2] if url.count("/") >= 2 else url
