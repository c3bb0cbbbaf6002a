"""Fetches a variant's files from the hub: resumed, checked, and put in place only when all of them are whole.

Unfinished files lie in `.partial/<id>/` and survive the process. When everything is checked, a note of the moves is
written there; from then on `finish_moves` can end the work after any crash. Old files stay until that moment.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jarvis.catalog.checksums import matches
from jarvis.catalog.disk_claims import DiskClaims
from jarvis.catalog.entries import CatalogModel, ModelFile, Variant
from jarvis.catalog.hub_failures import changed_at_hub, hub_sentences, wrong_content
from jarvis.catalog.hub_files import RemoteFile, receive, remote_file
from jarvis.catalog.model_folder import (
    PlacedFile,
    changing,
    clear_staging,
    first_weights,
    identity_of,
    noted,
    places,
    save_note,
    staging_folder,
)
from jarvis.catalog.removal import finish_removal
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.ports import Clock

LEAST_SECONDS = 0.05
"""Seconds of a download below which its rate says nothing."""
_MOVES = "moves.json"
_CLAIMS = DiskClaims()


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Bytes so far of all that has to be fetched; `seconds_left` is None until a rate is known."""

    model: str
    file: str
    done_bytes: int
    total_bytes: int
    bytes_per_second: float = 0.0
    seconds_left: float | None = None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What lies in place now. `sha256` is of the first file of weights, empty where the hub does not tell it."""

    paths: tuple[Path, ...]
    version: str
    sha256: str
    bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    place: PlacedFile
    remote: RemoteFile
    part: Path
    missing: bool


def download(
    entry: CatalogModel,
    variant: Variant,
    folder: Path,
    *,
    clock: Clock,
    cancel: CancelToken,
    on_progress: OnProgress,
    token: Callable[[], str | None] = lambda: os.environ.get("HF_TOKEN"),
    newer: bool = False,
    verify: bool = False,
    before_moves: Callable[[], None] = lambda: None,
    on_placed: Callable[[Fetched], None] = lambda _: None,
) -> Fetched:
    """Fetch what is missing of `variant` into `folder` and return what lies there.

    `newer` fetches files whose content on the hub differs from what lies here, and then trusts the hub's checksums
    alone, since the catalogue's are of the older ones. `verify` compares the content of what lies here too, not its
    size alone. `before_moves` is called when all is checked and files are about to change places, `on_placed` when
    they did. Raises `Cancelled`, `AlreadyRunning` when another process is at it, `StorageError` when the disk is too
    small, `InputError` for everything that the hub can answer.
    """
    identity = identity_of(entry, variant)
    placed = places(entry, variant, folder)
    with changing(folder, identity):
        finish_removal(folder, identity)
        finish_moves(folder, identity, placed, on_placed)
        key = token()
        with hub_sentences(identity, variant.repository, folder, with_token=bool(key)):
            wanted = _wanted(placed, variant, staging_folder(folder, identity), key, cancel, newer or verify)
            if not newer:
                _check_promise(identity, wanted)
            progress = _Meter(identity, wanted, clock, on_progress, folder)
            with _CLAIMS.claim(folder, identity, progress.left):
                for each in wanted:
                    if each.missing:
                        receive(each.remote, each.part, key, cancel, progress.of(each))
                        _check(identity, each, cancel, pinned="" if newer else each.place.file.sha256)
            if any(each.missing for each in wanted):
                before_moves()
            fetched = _fetched(placed, wanted, newer=newer)
            _write_moves(folder, identity, placed, wanted, fetched)
            if finish_moves(folder, identity, placed, on_placed) is None:
                on_placed(fetched)
                shutil.rmtree(staging_folder(folder, identity), ignore_errors=True)
    return fetched


def finish_moves(
    folder: Path, identity: str, placed: list[PlacedFile], on_placed: Callable[[Fetched], None]
) -> Fetched | None:
    """Put checked files in place, also those that a dead process left; None if there were none.

    What `on_placed` writes down is written before the note of the moves goes, so that no crash parts the two. The
    caller holds `changing`. Doing it twice is the same as once.
    """
    staging = staging_folder(folder, identity)
    note = noted(staging, _MOVES)
    if note is None:
        return None
    for source, target in note["moves"]:
        if (staging / source).exists():
            (folder / target).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            (staging / source).replace(folder / target)
    targets = tuple(each.target for each in placed)
    here = sum(target.stat().st_size for target in targets if target.is_file())
    fetched = Fetched(paths=targets, version=note["version"], sha256=note["sha256"], bytes=here)
    on_placed(fetched)
    clear_staging(folder, identity, _MOVES)
    return fetched


def partial_bytes(folder: Path, identity: str) -> int:
    """Return how many bytes of `identity` are half-fetched."""
    staging = staging_folder(folder, identity)
    return sum(path.stat().st_size for path in staging.rglob("*") if path.is_file()) if staging.is_dir() else 0


def _wanted(
    placed: list[PlacedFile], variant: Variant, staging: Path, token: str | None, cancel: CancelToken, verify: bool
) -> list[_Wanted]:
    revision, wanted = "main", []
    for number, place in enumerate(placed):
        cancel.raise_if_cancelled()
        remote = remote_file(variant.repository, place.file.name, revision, token, cancel)
        revision = remote.commit
        there = place.target.is_file() and place.target.stat().st_size == remote.size
        if there and verify:
            there = matches(place.target, remote.etag, cancel)
        part = staging / f"{number}.{_letters(remote.etag)}.part"
        wanted.append(_Wanted(place=place, remote=remote, part=part, missing=not there))
    return wanted


def _letters(etag: str) -> str:
    return "".join(letter for letter in etag if letter.isascii() and letter.isalnum())[:64]


def _check(identity: str, each: _Wanted, cancel: CancelToken, *, pinned: str) -> None:
    promised = [each.remote.etag, *([pinned] if pinned else [])]
    if not all(matches(each.part, checksum, cancel) for checksum in promised):
        each.part.unlink()
        raise wrong_content(identity, each.place.file.name)


def _check_promise(identity: str, wanted: list[_Wanted]) -> None:
    """Refuse what the hub itself says is not the catalogue's file, before it is fetched."""
    for each in wanted:
        pinned, told = each.place.file.sha256, each.remote.etag
        if each.missing and pinned and len(told) == len(pinned) and told.lower() != pinned:
            raise changed_at_hub(identity, each.place.file.name)


def _write_moves(
    folder: Path, identity: str, placed: list[PlacedFile], wanted: list[_Wanted], fetched: Fetched
) -> None:
    """Note the moves, the file that makes the model visible last; a folder that is new appears by one rename."""
    missing = [each for each in wanted if each.missing]
    staging = staging_folder(folder, identity)
    if not missing:
        return
    last = first_weights(placed)
    missing.sort(key=lambda each: each.place is last)
    top = {each.place.target.relative_to(folder).parts[0] for each in missing}
    whole = len(top) == 1 and all(len(each.place.target.relative_to(folder).parts) > 1 for each in missing)
    if whole and not (folder / next(iter(top))).exists():
        gathered = staging.relative_to(folder)
        moves = [(each.part.name, (gathered / each.place.target.relative_to(folder)).as_posix()) for each in missing]
        moves.append((next(iter(top)), next(iter(top))))
    else:
        moves = [(each.part.name, each.place.target.relative_to(folder).as_posix()) for each in missing]
    save_note(folder, identity, _MOVES, {"version": fetched.version, "sha256": fetched.sha256, "moves": moves})


def _fetched(placed: list[PlacedFile], wanted: list[_Wanted], *, newer: bool) -> Fetched:
    first = first_weights(placed)
    etag = next(each.remote.etag for each in wanted if each.place is first)
    return Fetched(
        paths=tuple(each.target for each in placed),
        version=wanted[0].remote.commit,
        sha256=etag if len(etag) == 64 else "" if newer else first.file.sha256,
        bytes=sum(each.remote.size for each in wanted),
    )


class _Meter:
    """Turns bytes per file into one progress with a rate over the whole transfer of this run."""

    def __init__(
        self, identity: str, wanted: list[_Wanted], clock: Clock, on_progress: OnProgress, folder: Path
    ) -> None:
        self._identity = identity
        self._folder = folder
        self._clock = clock
        self._on_progress = on_progress
        self._done = {
            each.part: each.part.stat().st_size if each.part.is_file() else 0 for each in wanted if each.missing
        }
        self._total = sum(each.remote.size for each in wanted if each.missing)
        self._began = clock.monotonic()
        self._had = sum(self._done.values())

    @property
    def left(self) -> int:
        """Bytes that are still to be fetched."""
        return max(0, self._total - sum(self._done.values()))

    def of(self, wanted: _Wanted) -> Callable[[int], None]:
        """Return what is to be called with the bytes of that file."""
        file: ModelFile = wanted.place.file

        def heard(done: int) -> None:
            self._done[wanted.part] = done
            together = sum(self._done.values())
            _CLAIMS.written(self._folder, self._identity, self.left)
            seconds = self._clock.monotonic() - self._began
            rate = max(0, together - self._had) / seconds if seconds >= LEAST_SECONDS else 0.0
            self._on_progress(
                Progress(
                    model=self._identity,
                    file=Path(file.name).name,
                    done_bytes=together,
                    total_bytes=self._total,
                    bytes_per_second=rate,
                    seconds_left=(self._total - together) / rate if rate else None,
                )
            )

        return heard
