"""Media players over a real bus with real small players on it."""

import pytest

from jarvis.contracts.errors import DeviceError
from jarvis.contracts.skills import MediaPlayer
from jarvis.host import session_bus
from jarvis.host.media import MprisMediaControl


@pytest.fixture
def media(bus_address) -> MprisMediaControl:
    return MprisMediaControl(bus_address)


@pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", "tcp:host=localhost,port=1", "nonsense"])
def test_no_bus_is_no_players(address):
    media = MprisMediaControl(address)
    assert list(media.players()) == []
    with pytest.raises(DeviceError):
        media.act("Anything", "play")


def test_no_session_is_no_players(monkeypatch, tmp_path):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert list(MprisMediaControl().players()) == []


def test_a_bus_without_players(media):
    assert list(media.players()) == []


def test_players_with_the_playing_one_first(media, on_bus):
    on_bus("mpris_player", "aaa", "Idle Player", "Stopped", "", "")
    on_bus("mpris_player", "bbb", "Music", "Paused", "Malagueña", "Ana+Bob")
    on_bus("mpris_player", "ccc.instance42", "Browser", "Playing", "A Film", "")
    assert list(media.players()) == [
        MediaPlayer(name="Browser", status="playing", title="A Film"),
        MediaPlayer(name="Music", status="paused", title="Malagueña", artist="Ana, Bob"),
        MediaPlayer(name="Idle Player", status="stopped"),
    ]


def test_every_act_reaches_the_player(media, on_bus):
    player = on_bus("mpris_player", "one", "Music", "Stopped", "First Song", "Ana")
    for act, method, status, title in (
        ("play", "Play", "playing", "First Song"),
        ("pause", "Pause", "paused", "First Song"),
        ("toggle", "PlayPause", "playing", "First Song"),
        ("next", "Next", "playing", "Second Song"),
        ("previous", "Previous", "playing", "First Song"),
        ("stop", "Stop", "stopped", "First Song"),
    ):
        media.act("Music", act)
        assert player.stdout.readline().strip() == method
        (now,) = media.players()
        assert (now.status, now.title) == (status, title)


def test_two_players_of_one_name_are_told_apart(media, on_bus):
    first = on_bus("mpris_player", "aa", "Browser", "Paused", "One", "")
    second = on_bus("mpris_player", "bb", "Browser", "Paused", "Two", "")
    assert [player.name for player in media.players()] == ["Browser", "Browser 2"]
    media.act("Browser 2", "play")
    assert second.stdout.readline().strip() == "Play"
    media.act("Browser", "stop")
    assert first.stdout.readline().strip() == "Stop"


def test_a_player_that_hangs_is_left_out(media, on_bus, monkeypatch):
    call = session_bus.BusConnection.call

    def impatient_with_one(bus, service, *arguments, **options):
        seconds = {"timeout": 0.1} if service.endswith("hanging") else {}
        return call(bus, service, *arguments, **options, **seconds)

    monkeypatch.setattr(session_bus.BusConnection, "call", impatient_with_one)
    on_bus("mpris_player", "hanging", "Hanging", "Playing", "hang", "")
    on_bus("mpris_player", "well", "Music", "Playing", "One", "")
    assert [player.name for player in media.players()] == ["Music"]
    with pytest.raises(DeviceError, match="Hanging"):
        media.act("Hanging", "pause")


def test_a_player_that_cannot_skip_says_so(media, on_bus):
    on_bus("mpris_player", "radio", "Radio", "Playing", "stuck", "")
    with pytest.raises(DeviceError) as caught:
        media.act("Radio", "next")
    assert caught.value.code == "host.player_cannot"
    assert "Radio" in caught.value.sentence("es")


def test_a_player_that_is_gone(media, on_bus):
    player = on_bus("mpris_player", "brief", "Brief", "Playing", "One", "")
    player.kill()
    player.wait()
    with pytest.raises(DeviceError) as caught:
        media.act("Brief", "pause")
    assert caught.value.code == "host.player_gone"


def test_an_unknown_act_is_a_mistake_of_the_caller(media):
    with pytest.raises(ValueError, match="explode"):
        media.act("Music", "explode")
