"""Fetching models through the hub's real client from a local stand-in."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jarvis.catalog.disk_claims import DiskClaims
from jarvis.catalog.download import Fetched, Progress, download
from jarvis.catalog.download_queue import DownloadQueue
from jarvis.catalog.entries import CatalogModel
from jarvis.catalog.model_folder import changing, is_changing, places
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import AlreadyRunning, Cancelled, InputError, JarvisError, StorageError
from tests.fakes.clock import FakeClock
from tests.fakes.hub import Hub
from tests.fakes.library import BIG, FILES, entry


def fetch(folder: Path, model: CatalogModel | None = None, token: str | None = None, **more: object) -> Fetched:
    model = model or entry()
    options = {"clock": FakeClock(), "cancel": CancelToken(), "on_progress": lambda _: None, **more}
    return download(model, model.variants[0], folder, token=lambda: token, **options)  # type: ignore[arg-type]


def test_files_arrive_whole_with_version_and_checksum(hub: Hub, tmp_path: Path) -> None:
    seen: list[Progress] = []
    fetched = fetch(tmp_path, on_progress=seen.append)
    assert (tmp_path / "whisper-x" / "model.bin").read_bytes() == FILES[BIG]
    assert fetched.version == hub.commit and len(fetched.sha256) == 64 and fetched.bytes == len(FILES[BIG]) + 2
    assert seen[-1].done_bytes == seen[-1].total_bytes == fetched.bytes
    assert not (tmp_path / ".partial" / "whisper-x~f16").exists()


class QuickClock(FakeClock):
    """Goes on by so many seconds with each look."""

    def __init__(self, step: float) -> None:
        super().__init__()
        self._step = step

    def monotonic(self) -> float:
        self.advance(self._step)
        return super().monotonic()


@pytest.mark.parametrize(("step", "told"), [(1e-6, False), (0.1, True)])
def test_a_download_that_took_no_time_tells_no_rate(hub: Hub, tmp_path: Path, step: float, told: bool) -> None:
    seen: list[Progress] = []
    fetch(tmp_path, clock=QuickClock(step), on_progress=seen.append)
    assert seen and any(each.bytes_per_second > 0 for each in seen) is told


def test_what_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "whisper-x").mkdir()
    (tmp_path / "whisper-x" / "config.json").write_bytes(b"{}")
    fetch(tmp_path)
    assert hub.gets == [BIG]


def test_a_dropped_connection_is_taken_up_where_it_stopped(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after[BIG] = 600_000
    fetch(tmp_path)
    assert (tmp_path / "whisper-x" / "model.bin").read_bytes() == FILES[BIG]
    assert any(wish.startswith("bytes=") and wish != "bytes=0-" for wish in hub.ranges)


def test_a_killed_process_is_gone_on_from_and_shows_nothing_before(hub: Hub, tmp_path: Path) -> None:
    hub.gate = threading.Event()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.programs.fetch_model", str(tmp_path), entry().model_dump_json()],
        env={**os.environ, "HF_ENDPOINT": hub.url},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None and int(child.stdout.readline()) > 0
    assert is_changing(tmp_path, "whisper-x:f16")
    with pytest.raises(AlreadyRunning):
        fetch(tmp_path)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert not is_changing(tmp_path, "whisper-x:f16")
    assert not (tmp_path / "whisper-x").exists()
    hub.gate.set()
    hub.gate = None
    fetch(tmp_path)
    assert any(wish for wish in hub.ranges)
    assert (tmp_path / "whisper-x" / "model.bin").read_bytes() == FILES[BIG]


def test_a_server_without_ranges_starts_over(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after[BIG], hub.ignore_range = 600_000, True
    fetch(tmp_path)
    assert (tmp_path / "whisper-x" / "model.bin").read_bytes() == FILES[BIG]


def test_wrong_content_is_removed(hub: Hub, tmp_path: Path) -> None:
    hub.wrong_etag.add(BIG)
    with pytest.raises(InputError) as caught:
        fetch(tmp_path)
    assert caught.value.code == "download.checksum"
    assert not (tmp_path / "whisper-x").exists() and not list(tmp_path.glob(".partial/*/0.*"))


def test_another_file_than_the_catalogue_promises(hub: Hub, tmp_path: Path) -> None:
    """The hub's own checksum is enough to refuse it; where the hub tells none, what arrived is checked."""
    pinned = entry(sha256="0" * 64)
    with pytest.raises(InputError) as caught:
        fetch(tmp_path, pinned)
    assert caught.value.code == "download.changed" and hub.gets == []
    hub.no_etag.add(BIG)
    with pytest.raises(InputError) as caught:
        fetch(tmp_path, pinned)
    assert caught.value.code == "download.checksum" and hub.gets
    assert not (tmp_path / "whisper-x").exists() and not list(tmp_path.glob(".partial/*/0.*"))
    assert fetch(tmp_path, pinned, newer=True).version == hub.commit


def test_busy_once_is_repeated_busy_for_long_is_said(hub: Hub, tmp_path: Path) -> None:
    hub.statuses = [(429, {"Retry-After": "0"}), (503, {"Retry-After": "0"})]
    fetch(tmp_path)
    shutil.rmtree(tmp_path / "whisper-x")
    hub.statuses = [(429, {"Retry-After": "3600"})]
    with pytest.raises(InputError) as caught:
        fetch(tmp_path)
    assert caught.value.code == "download.hub_busy" and "429" in caught.value.sentence("es")


def test_a_page_is_not_a_model(hub: Hub, tmp_path: Path) -> None:
    hub.pages.add(BIG)
    with pytest.raises(InputError) as caught:
        fetch(tmp_path)
    assert caught.value.code == "download.not_a_hub"


def test_a_gated_model_names_the_page_and_takes_a_token(hub: Hub, tmp_path: Path) -> None:
    hub.gated.add("owner/whisper-x")
    for wrong in (None, "hf_wrong"):
        with pytest.raises(InputError) as caught:
            fetch(tmp_path, token=wrong)
        assert caught.value.code == "download.gated" and "owner/whisper-x" in caught.value.sentence("es")
    assert fetch(tmp_path, token="hf_right").paths


def test_cancel_keeps_what_arrived(hub: Hub, tmp_path: Path) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        fetch(tmp_path, cancel=cancel, on_progress=lambda _: cancel.cancel())
    assert not (tmp_path / "whisper-x").exists() and list(tmp_path.glob(".partial/*/0.*"))


def test_a_file_that_is_not_there(hub: Hub, tmp_path: Path) -> None:
    hub.files.clear()
    with pytest.raises(InputError) as caught:
        fetch(tmp_path)
    assert caught.value.code == "download.not_found"


def test_no_network(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", "http://127.0.0.1:9/{repo_id}/{revision}/{filename}")
    with pytest.raises(InputError) as caught:
        fetch(tmp_path)
    assert caught.value.code == "download.failed"


def test_a_disk_that_is_too_small(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jarvis.catalog.disk_claims.SPARE_BYTES", 1 << 60)
    with pytest.raises(StorageError) as caught:
        fetch(tmp_path)
    assert caught.value.code == "download.space" and hub.gets == []


def fetched_by_child(folder: Path, **environment: str) -> str:
    """Run the download in a process with exactly these settings of the hub and the proxies; returns its last line."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    told = subprocess.run(
        [sys.executable, "-m", "tests.programs.fetch_model", str(folder), entry().model_dump_json()],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return told.stdout.split()[-1]


def test_a_mirror_is_asked_instead_of_the_hub(hub: Hub, tmp_path: Path) -> None:
    assert fetched_by_child(tmp_path, HF_ENDPOINT=f"{hub.url}/") == str(len(FILES[BIG]) + 2)
    assert (tmp_path / "whisper-x" / "model.bin").read_bytes() == FILES[BIG] and hub.proxied == []


def test_proxies_of_the_environment_are_used(hub: Hub, tmp_path: Path) -> None:
    hub.cdn = "http://cdn.invalid"
    plain = fetched_by_child(tmp_path, HF_ENDPOINT="http://hub.invalid", HTTP_PROXY=hub.url)
    assert plain == str(len(FILES[BIG]) + 2) and set(hub.proxied) == {"hub.invalid", "cdn.invalid"}
    shutil.rmtree(tmp_path / "whisper-x")
    hub.proxied.clear()
    tunnel = fetched_by_child(tmp_path, HF_ENDPOINT="https://hub.invalid", HTTPS_PROXY=hub.url)
    assert tunnel == "download.failed" and set(hub.proxied) == {"hub.invalid:443"}


@pytest.mark.parametrize(
    ("said", "token", "code"),
    [
        ("RepoNotFound", None, "download.hidden"),
        ("RepoNotFound", "hf_old", "download.gated"),
        ("GatedRepo", None, "download.gated"),
        ("", None, "download.hidden"),
        ("", "hf_old", "download.gated"),
    ],
)
def test_401_is_told_from_what_it_may_mean(hub: Hub, tmp_path: Path, said: str, token: str | None, code: str) -> None:
    hub.unauthorized = said
    with pytest.raises(InputError) as caught:
        fetch(tmp_path, token=token)
    assert caught.value.code == code and "https://huggingface.co/owner/whisper-x" in caught.value.sentence("en")


def test_a_range_that_is_refused_starts_over(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after[BIG], hub.refuse_ranges = 600_000, 1
    fetch(tmp_path)
    assert (tmp_path / "whisper-x" / "model.bin").read_bytes() == FILES[BIG]
    assert hub.refuse_ranges == 0 and [each for each in hub.ranges if each] == []


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "C:evil", "a\\b", ".partial/x"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    model = entry(name=name)
    with pytest.raises(InputError) as caught:
        places(model, model.variants[0], tmp_path)
    assert caught.value.code == "catalog.bad_file_name"


def test_two_run_and_the_third_waits_and_can_be_cancelled() -> None:
    queue, release, begun = DownloadQueue(running=2), threading.Event(), threading.Semaphore(0)

    def work(cancel: CancelToken, on_progress: object) -> None:
        begun.release()
        release.wait(60)

    first, second, third = (queue.start(name, work) for name in "abc")
    assert begun.acquire(timeout=60) and begun.acquire(timeout=60)
    assert third.state == "queued" and queue.start("a", work) is first
    assert queue.cancel("c") and {job.identity: job.state for job in queue.jobs()}["c"] == "cancelled"
    release.set()
    assert first.wait(60) and second.wait(60)
    queue.close()


def test_a_download_that_crashes_ends_and_lets_the_next_one_begin(caplog: pytest.LogCaptureFixture) -> None:
    told: list[tuple[str, str]] = []
    queue = DownloadQueue(running=1, on_change=lambda job: told.append((job.identity, job.state)))

    def crashes(cancel: CancelToken, on_progress: object) -> None:
        raise ZeroDivisionError

    first, second = queue.start("a", crashes), queue.start("b", lambda cancel, on_progress: None)
    assert first.wait(60) and second.wait(60)
    assert isinstance(first.crash, ZeroDivisionError) and (first.state, second.state) == ("failed", "finished")
    assert "fetching a failed" in caplog.text
    assert told == [("a", "running"), ("a", "failed"), ("b", "running"), ("b", "finished")]


def test_downloads_at_the_same_time_do_not_count_on_the_same_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = 1_000_000_000
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(2 * free, free, free))  # type: ignore[attr-defined]
    claims = DiskClaims()
    with claims.claim(tmp_path, "a", 500_000_000):
        with pytest.raises(StorageError) as caught, claims.claim(tmp_path, "b", 400_000_000):
            pytest.fail("claimed twice")
        assert caught.value.code == "download.space"
        claims.written(tmp_path, "a", 100_000_000)
        with claims.claim(tmp_path, "b", 400_000_000), claims.claim(tmp_path, "c", 0):
            pass
    with claims.claim(tmp_path, "b", 800_000_000), claims.claim(tmp_path / "elsewhere", "d", 800_000_000):
        pass


def test_a_held_model_says_so(tmp_path: Path) -> None:
    with changing(tmp_path, "x:y"), pytest.raises(JarvisError) as caught, changing(tmp_path, "x:y"):
        pass
    assert caught.value.code == "models.busy"
