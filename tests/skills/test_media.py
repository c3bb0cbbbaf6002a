"""Media: many ways to say each thing, the right player, and answers that tell what plays then."""

import pytest

from jarvis.contracts.messages import Request
from jarvis.contracts.skills import MediaPlayer
from tests.fakes.host import MemoryMedia
from tests.fakes.skills import FakePorts
from tests.skills.phrasings import lines, rows

SAYINGS = {
    ("en", "play"): """
        play
        play music
        play some music
        play the music
        resume the music
        resume playback
        continue playing
        continue the video
        start the music
        put some music on
        please resume the song
        keep playing
        hey Jarvis, play some music please
    """,
    ("es", "play"): """
        reproduce
        pon música
        pon la música
        pon algo de música
        ¿puedes poner música?
        quiero que pongas música
        reproduce la canción
        reanuda la música
        continúa la reproducción
        sigue reproduciendo
        reanuda el vídeo
        toca música
        vuelve a poner la música
    """,
    ("en", "pause"): """
        pause
        pause the music
        pause the song
        pause the video
        pause playback
        pause it
        stop the music
        stop playing
        stop playing music
        stop the video please
        turn off the music
        could you pause this song
    """,
    ("es", "pause"): """
        pausa
        pausa la música
        pausa la canción
        pausa el vídeo
        ¿puedes pausar la música?
        para la música
        quiero que pares la música
        detén la reproducción
        quita la música
        apaga la música
        deja de reproducir
        pon la música en pausa
    """,
    ("en", "next"): """
        next
        next song
        next track
        next song please
        skip this song
        skip
        play the next song
        skip to the next track
        go to the next song
        play another song
        can you skip this track
    """,
    ("es", "next"): """
        siguiente
        siguiente canción
        pasa a la siguiente
        pasa a la siguiente canción
        salta esta canción
        cambia de canción
        pon la siguiente canción
        pon otra canción
        ¿puedes pasar de canción?
        próxima canción
        canción siguiente
    """,
    ("en", "previous"): """
        previous
        previous song
        previous track
        last song
        go back a song
        go back one track
        play the previous song
        play the last track again
        go back to the previous song
        skip back one song
        jump to the previous track
        please play the previous track
    """,
    ("es", "previous"): """
        anterior
        canción anterior
        pista anterior
        vuelve a la canción anterior
        vuelve a la anterior
        pon la canción anterior
        pon la anterior
        ¿puedes volver a la canción anterior?
        regresa a la pista anterior
        una canción atrás
        retrocede una canción
        pon otra vez la anterior
    """,
    ("en", "playing"): """
        what's playing
        what is playing right now?
        what song is this?
        which song is playing
        what track is this
        who sings this song
        who is singing
        what am I listening to
        what's this song called
        name this song
        is anything playing?
        what's the name of this song
    """,
    ("es", "playing"): """
        qué está sonando
        ¿qué suena?
        qué suena ahora
        qué canción es esta
        ¿qué canción es?
        qué canción está sonando
        quién canta esta canción
        ¿quién canta?
        qué estoy escuchando
        cómo se llama esta canción
        dime qué está sonando
        de quién es esta canción
    """,
}

NOT_MEDIA = """
    play chess
    play a game with me
    play the piano
    play despacito
    play devil's advocate
    who plays Batman
    what's playing at the cinema
    next week
    next tuesday
    what comes next
    skip the introduction
    stop
    previous presidents of the United States
    last year
    pause for thought
    what is music
    who sings Yesterday
    pon un temporizador
    pon la mesa
    juega al ajedrez
    siguiente pregunta
    el año anterior
    para
    qué es la música
    quién canta Despacito
    toca madera
"""

SONG = MediaPlayer(name="Music", status="playing", title="Malagueña", artist="Ana")
FILM = MediaPlayer(name="Browser", status="paused", title="A Film")
IDLE = MediaPlayer(name="Idle", status="stopped")


@pytest.fixture
def fakes() -> FakePorts:
    return FakePorts(media=MemoryMedia(SONG, FILM))


@pytest.mark.parametrize(("language", "intent", "sentence"), rows(SAYINGS))
def test_ways_to_say_it(match, language, intent, sentence):
    found = match(sentence)
    assert found is not None
    assert (found.skill, found.language) == (f"media.{intent}", language)
    assert found.risk == ("none" if intent == "playing" else "acts")


@pytest.mark.parametrize("sentence", lines(NOT_MEDIA))
def test_not_media(match, sentence):
    found = match(sentence)
    assert found is None or not found.skill.startswith("media.")


@pytest.mark.parametrize(
    ("players", "sentence", "acts", "answer"),
    [
        ((SONG, FILM), "pause", [("Music", "pause")], "Paused Malagueña by Ana."),
        ((FILM, IDLE), "play some music", [("Browser", "play")], "Playing A Film."),
        ((IDLE,), "play", [("Idle", "play")], "Idle is playing."),
        ((SONG, FILM), "play", [], "Music is already playing Malagueña by Ana."),
        ((FILM,), "pause", [], "Nothing is playing, so there was nothing to pause."),
        ((FILM, SONG), "next song", [("Music", "next")], "Next on Music: next title by Ana."),
        ((SONG,), "canción anterior", [("Music", "previous")], "De vuelta en Music: previous title, de Ana."),
        ((IDLE,), "skip", [("Idle", "next")], "Skipped on Idle."),
        ((SONG,), "what song is this?", [], "Music is playing Malagueña by Ana."),
        ((SONG,), "qué canción es esta", [], "En Music suena Malagueña, de Ana."),
        ((FILM,), "what's playing", [], "Browser is paused at A Film."),
        ((IDLE,), "what's playing", [], "Nothing is playing."),
        ((), "what's playing", [], "Nothing is playing."),
        ((), "pon música", [], "No hay ningún reproductor abierto. Abre uno y vuelve a decirlo."),
        ((), "next", [], "No media player is open. Open one and say that again."),
    ],
)
def test_which_player_does_what(book, fakes, players, sentence, acts, answer):
    media = MemoryMedia(*players)
    fakes.media = media
    fresh = type(book)(fakes.ports(), matcher=book._matcher)
    assert fresh.run(fresh.match(sentence), Request(text=sentence)).text == answer
    assert media.acts == acts


def test_pausing_pauses_everything_that_plays(say, fakes):
    fakes.media.all.append(MediaPlayer(name="Radio", status="playing"))
    say("pausa la música")
    assert {player.status for player in fakes.media.players()} == {"paused"}


def test_a_title_that_has_not_changed_yet_is_not_told(say, fakes):
    fakes.media.act = lambda player, act: None
    assert say("next").text == "Skipped on Music."


def test_every_saying_can_be_read_back_and_run(book):
    for _, _, sentence in rows(SAYINGS):
        found = book.match(sentence)
        assert "{" not in book.read_back(found)
        assert book.run(found, Request(text=sentence)).text
