"""Notifications over a real bus with a real small notification service."""

import json

import pytest

from jarvis.host.notify import DesktopNotifier


@pytest.fixture
def notifier(bus_address) -> DesktopNotifier:
    return DesktopNotifier(icon="alarm", bus_address=bus_address)


def test_title_and_body_arrive(notifier, on_bus):
    service = on_bus("notification_service", "body")
    assert notifier.notify("Temporizador", "¡Los huevos están listos! <b>5 & 6</b>") is True
    shown = json.loads(service.stdout.readline())
    assert (shown["app"], shown["icon"]) == ("Jarvis", "alarm")
    assert (shown["title"], shown["body"]) == ("Temporizador", "¡Los huevos están listos! <b>5 & 6</b>")
    assert shown["hints"]["urgency"] == ["y", 1]
    assert shown["lasts"] == -1


def test_words_never_become_markup(notifier, on_bus):
    service = on_bus("notification_service", "body", "body-markup")
    assert notifier.notify("a < b", "<b>5 & 6</b>")
    shown = json.loads(service.stdout.readline())
    assert (shown["title"], shown["body"]) == ("a < b", "&lt;b&gt;5 &amp; 6&lt;/b&gt;")


def test_an_urgent_one_stays(notifier, on_bus):
    service = on_bus("notification_service", "body")
    assert notifier.notify("Alarm", "7 am", urgent=True)
    shown = json.loads(service.stdout.readline())
    assert (shown["hints"]["urgency"], shown["lasts"]) == (["y", 2], 0)


def test_false_where_nobody_shows_them(notifier):
    assert notifier.notify("a", "b") is False
    assert DesktopNotifier(bus_address="unix:path=/nonexistent/bus").notify("a", "b") is False


def test_false_when_the_service_refuses(notifier, on_bus):
    on_bus("notification_service", "refuse")
    assert notifier.notify("a", "b") is False
