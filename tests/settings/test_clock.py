"""The real clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import tzlocal

from jarvis.settings.clock import SystemClock


def test_now_is_in_the_named_local_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Madrid")
    tzlocal.reload_localzone()
    try:
        now = SystemClock().now()
    finally:
        monkeypatch.delenv("TZ")
        tzlocal.reload_localzone()
    assert now.tzinfo == ZoneInfo("Europe/Madrid")
    assert abs((now - datetime.now(UTC)).total_seconds()) < 60


def test_the_counter_never_goes_back() -> None:
    clock = SystemClock()
    times = [clock.monotonic() for _ in range(100)]
    assert times == sorted(times)
