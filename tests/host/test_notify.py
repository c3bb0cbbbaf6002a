"""Notifications over a real bus with a real small notification service."""

import json
from queue import SimpleQueue

import pytest

from jarvis.host.notify import Buttons, DesktopNotifier
from tests.fakes.processes import PATIENCE_SECONDS, until


@pytest.fixture
def notifier(bus_address):
    made = DesktopNotifier(icon="alarm", bus_address=bus_address)
    yield made
    made.close()


def offered(pressed, tag="tea"):
    return Buttons(tag=tag, words={"stop": "Parar", "snooze": "5 minutos más"}, on_pressed=pressed)


def order(service, line):
    service.stdin.write(line + "\n")
    service.stdin.flush()


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


@pytest.mark.parametrize("ways", [(), ("closes-first",)])
def test_a_pressed_button_is_heard_once(notifier, on_bus, ways):
    service, pressed = on_bus("notification_service", "body", "actions", *ways), SimpleQueue()
    assert notifier.notify("Tea", "It is done", urgent=True, buttons=offered(lambda key: pressed.put(("tea", key))))
    assert notifier.notify("Egg", "Also done", buttons=offered(lambda key: pressed.put(("egg", key)), "egg"))
    tea, egg = (json.loads(service.stdout.readline()) for _ in range(2))
    assert tea["actions"] == ["stop", "Parar", "snooze", "5 minutos más"] and tea["lasts"] == 0
    order(service, f"press {egg['number']} snooze")
    order(service, f"press {egg['number']} snooze")
    order(service, f"press {tea['number']} unknown")
    order(service, "press 99 stop")
    assert notifier.notify("Bread", "Done too", buttons=offered(lambda key: pressed.put(("bread", key)), "bread"))
    order(service, f"press {json.loads(service.stdout.readline())['number']} stop")
    assert [pressed.get(timeout=PATIENCE_SECONDS) for _ in range(2)] == [("egg", "snooze"), ("bread", "stop")]


def test_what_is_pressed_may_withdraw_the_others(notifier, on_bus):
    """The thread that hears a press may speak to the service itself."""
    service = on_bus("notification_service", "actions")
    notifier.notify("Tea", "", buttons=offered(lambda key: None))
    notifier.notify("Egg", "", buttons=offered(lambda key: notifier.withdraw("tea"), "egg"))
    tea, egg = (json.loads(service.stdout.readline()) for _ in range(2))
    order(service, f"press {egg['number']} stop")
    assert json.loads(service.stdout.readline()) == {"closed": tea["number"]}


def test_a_desktop_without_buttons_is_offered_none(notifier, on_bus):
    service = on_bus("notification_service", "body")
    assert notifier.notify("Tea", "It is done", buttons=offered(lambda key: None))
    assert json.loads(service.stdout.readline())["actions"] == []
    notifier.withdraw("tea")
    assert notifier._link is None


def test_closing_takes_away_what_nobody_would_hear(notifier, on_bus):
    service = on_bus("notification_service", "actions")
    notifier.notify("Tea", "", buttons=offered(lambda key: None))
    number = json.loads(service.stdout.readline())["number"]
    notifier.notify("Egg", "", buttons=offered(lambda key: None, "egg"))
    closed_by_hand = json.loads(service.stdout.readline())["number"]
    order(service, f"close {closed_by_hand}")
    until(lambda: len(notifier._shown) == 1, "the closing of one by hand")
    notifier.close()
    assert json.loads(service.stdout.readline()) == {"closed": number}
    notifier.notify("Bread", "", buttons=offered(lambda key: None))
    assert json.loads(service.stdout.readline())["title"] == "Bread"


def test_a_bus_that_goes_away_is_found_again(notifier, on_bus):
    service, pressed = on_bus("notification_service", "actions"), SimpleQueue()
    notifier.notify("Tea", "", buttons=offered(pressed.put))
    service.stdout.readline()
    notifier._link._connection.sock.shutdown(2)
    until(lambda: notifier._link.lost, "the end of the connection")
    notifier.withdraw("tea")
    assert notifier.notify("Egg", "", buttons=offered(pressed.put, "egg"))
    order(service, f"press {json.loads(service.stdout.readline())['number']} stop")
    assert pressed.get(timeout=PATIENCE_SECONDS) == "stop"
