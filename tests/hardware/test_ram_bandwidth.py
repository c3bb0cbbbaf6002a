"""Speeds: measured on this very machine, kept, and not taken over from another one."""

import os

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled
from jarvis.hardware import ram_bandwidth
from jarvis.hardware.ram_bandwidth import (
    DEFAULT_DISK_GBS,
    DEFAULT_RAM_GBS,
    NVME_DISK_GBS,
    ROTATING_DISK_GBS,
    KnownSpeeds,
    measure_ram_bandwidth,
)


def test_until_it_is_measured_a_default_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(ram_bandwidth, "MEASURED_BYTES", 8 << 20)
    speeds = KnownSpeeds(tmp_path / "cache")
    assert speeds.ram_gbs() == DEFAULT_RAM_GBS
    measured, disk = speeds.measure(None, CancelToken())
    assert disk is None
    assert 0.1 < measured < 5000
    assert KnownSpeeds(tmp_path / "cache").ram_gbs() == pytest.approx(measured, abs=0.001)
    assert KnownSpeeds(tmp_path / "cache", machine="another").ram_gbs() == DEFAULT_RAM_GBS


def test_reads_and_writes_of_the_best_round_count(monkeypatch):
    monkeypatch.setattr(ram_bandwidth, "MEASURED_BYTES", 4_000_000)
    times = iter([0.0, 0.0, 0.004, 0.0, 0.0, 0.001, 2.0])
    assert measure_ram_bandwidth(2, clock=lambda: next(times)) == pytest.approx(4.0)


def test_a_file_is_read_and_its_disk_remembered(tmp_path, monkeypatch):
    file = tmp_path / "model.gguf"
    file.write_bytes(os.urandom(3 << 20))
    speeds = KnownSpeeds(tmp_path / "cache")
    monkeypatch.setattr(ram_bandwidth, "MEASURED_BYTES", 8 << 20)
    _, measured = speeds.measure(file, CancelToken())
    assert measured > 0
    assert speeds.disk_gbs(tmp_path / "not" / "yet" / "there") == pytest.approx(measured, abs=0.001)
    with pytest.raises(FileNotFoundError):
        speeds.measure(tmp_path / "gone.gguf", CancelToken())


def test_whoever_stops_it_keeps_what_was_known(tmp_path, monkeypatch):
    monkeypatch.setattr(ram_bandwidth, "MEASURED_BYTES", 8 << 20)
    file = tmp_path / "model.gguf"
    file.write_bytes(os.urandom(3 << 20))
    speeds = KnownSpeeds(tmp_path / "cache")
    known = speeds.measure(file, CancelToken())
    for stop_late in (False, True):
        cancel = CancelToken()
        if not stop_late:
            cancel.cancel()
        with pytest.raises(Cancelled):
            speeds.measure(file, cancel, cancel.cancel)
        kept = speeds.ram_gbs(), speeds.disk_gbs(tmp_path)
        assert kept == pytest.approx(known, abs=0.001)


@pytest.mark.parametrize(
    ("name", "rotational", "gbs"),
    [
        ("sda", "1", ROTATING_DISK_GBS),
        ("sda", "0", DEFAULT_DISK_GBS),
        ("nvme0n1", "0", NVME_DISK_GBS),
        ("vda", "1", DEFAULT_DISK_GBS),
    ],
)
@pytest.mark.parametrize("part", ["", "p1"])
def test_an_unmeasured_disk_has_the_speed_of_its_kind(tmp_path, name, rotational, gbs, part):
    device = tmp_path / "devices" / name
    (device / "queue").mkdir(parents=True)
    (device / "queue" / "rotational").write_text(f"{rotational}\n")
    place = device / f"{name}{part}" if part else device
    place.mkdir(exist_ok=True)
    number = tmp_path.stat().st_dev
    (tmp_path / "dev" / "block").mkdir(parents=True)
    (tmp_path / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}").symlink_to(place)
    assert KnownSpeeds(tmp_path / "cache").disk_gbs(tmp_path, sys=tmp_path) == gbs


def test_an_unknown_disk_has_the_default(tmp_path):
    assert KnownSpeeds(tmp_path).disk_gbs(tmp_path, sys=tmp_path / "nothing") == DEFAULT_DISK_GBS


@pytest.mark.parametrize("text", ["{", '{"machine": "m", "gbs": 3}', "[]", '{"machine": "m", "gbs": {"ram": "x"}}'])
def test_a_damaged_note_is_no_measurement_and_the_log_says_so(tmp_path, text, caplog):
    (tmp_path / "speeds.json").write_text(text)
    assert KnownSpeeds(tmp_path, machine="m").ram_gbs() == DEFAULT_RAM_GBS
    assert "cannot be read" in caplog.text
