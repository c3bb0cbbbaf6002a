"""Volume: many ways to say each thing, and answers that tell what was read back."""

import pytest

from jarvis.contracts.errors import DeviceError
from jarvis.contracts.messages import Request
from jarvis.skills.volume import STEP_PERCENT
from tests.fakes.host import MemoryVolume
from tests.fakes.skills import FakePorts
from tests.skills.phrasings import lines, rows

SAYINGS = {
    ("en", "up"): """
        turn up the volume
        turn the volume up
        turn it up
        turn it up a bit
        volume up
        louder
        make it louder
        could you make it louder please
        increase the volume
        raise the volume a little
        turn the sound up
        turn up the music
        increase the volume by 20 percent
        turn the volume up 5 points
        hey Jarvis, turn up the speakers volume
        speak louder
    """,
    ("es", "up"): """
        sube el volumen
        súbele al volumen
        sube un poco el volumen
        ¿puedes subir el volumen?
        quiero que subas el volumen
        súbelo un poco
        más alto
        más fuerte
        un poco más alto
        aumenta el volumen
        sube la música
        sube el sonido
        sube el volumen un 20 por ciento
        habla más alto
        oye Jarvis, sube el volumen por favor
    """,
    ("en", "down"): """
        turn down the volume
        turn the volume down
        turn it down
        turn it down a little
        volume down
        quieter
        make it quieter
        lower the volume
        decrease the volume a bit
        reduce the volume
        it's too loud
        turn the music down
        lower the volume by 15 percent
        can you turn the sound down please
        softer
    """,
    ("es", "down"): """
        baja el volumen
        bájale al volumen
        baja un poco el volumen
        ¿puedes bajar el volumen?
        quiero que bajes el volumen
        bájalo un poco
        más bajo
        más bajito
        un poco más bajo
        disminuye el volumen
        baja la música
        reduce el volumen
        está demasiado alto
        baja el volumen un 15 por ciento
        por favor baja el sonido
    """,
    ("en", "set"): """
        set the volume to 50
        set the volume to 50%
        set volume to fifty percent
        set the volume at 30 percent
        turn the volume to 80
        turn the volume up to 80 percent
        turn down the volume to 20
        change the volume to ten percent
        volume 35
        volume to 35 percent
        put the volume at 60
        lower the volume to 15
        full volume
        set the volume to maximum
        turn it all the way up
        half volume
        set the volume to minimum
    """,
    ("es", "set"): """
        pon el volumen al 50
        pon el volumen al 50%
        pon el volumen al cincuenta por ciento
        ponme el volumen a 30
        ¿puedes poner el volumen al 80 por ciento?
        sube el volumen al 80
        baja el volumen al 20 por ciento
        cambia el volumen a diez
        volumen al 35
        volumen 35
        quiero que pongas el volumen al 60
        ajusta el volumen al 15 por ciento
        pon el volumen al máximo
        volumen máximo
        pon el volumen a la mitad
        pon el volumen al mínimo
    """,
    ("en", "mute"): """
        mute
        mute the sound
        mute the volume
        mute my computer
        mute the speakers
        mute it
        please mute the audio
        turn off the sound
        turn the sound off
        switch off the audio
        silence the computer
        can you mute the system
    """,
    ("es", "mute"): """
        silencia
        silencia el sonido
        silencia el ordenador
        silencia los altavoces
        silencia el audio
        ¿puedes silenciar el sonido?
        quita el sonido
        apaga el sonido
        desactiva el audio
        pon el ordenador en silencio
        ponlo en silencio
        mutea el sonido
        sin sonido
    """,
    ("en", "unmute"): """
        unmute
        unmute the sound
        unmute the volume
        unmute my computer
        unmute the speakers
        unmute it
        turn the sound back on
        turn the sound on
        turn on the sound
        switch the audio back on
        please unmute the audio
        sound back on
    """,
    ("es", "unmute"): """
        activa el sonido
        reactiva el sonido
        ¿puedes activar el sonido?
        quita el silencio
        enciende el sonido
        devuelve el sonido
        pon el sonido otra vez
        vuelve a poner el sonido
        vuelve a activar el sonido
        quita el modo silencio
        restablece el audio
        activa los altavoces
    """,
    ("en", "ask"): """
        what's the volume
        what is the volume?
        what is the current volume level
        how loud is it?
        how loud is the sound
        tell me the volume
        what's the volume set to
        what volume is it at
        what is the volume at
        volume level
        is the sound muted?
        is it muted
    """,
    ("es", "ask"): """
        cuál es el volumen
        ¿cuál es el volumen?
        dime el volumen
        cómo está el volumen
        a cuánto está el volumen
        ¿en qué nivel está el volumen?
        qué volumen hay
        a qué nivel está el volumen
        cuál es el volumen actual
        nivel de volumen
        está silenciado el sonido
        ¿está en silencio el ordenador?
        ¿está en silencio el equipo?
        cuál es el volumen del ordenador
        cuál es el volumen del equipo
        qué volumen tiene el ordenador
        qué volumen tiene el equipo
    """,
}

NOT_VOLUME = """
    volume of a sphere
    what is the volume of a cylinder
    what's the volume of the Pacific Ocean
    calculate the volume of a cube with side 3
    volume two of the encyclopedia
    mute the microphone
    mute swan
    turn up at five
    turn it into a poem
    turn off the lights
    make it shorter
    is it loud in space
    how loud is a whisper
    turn down the invitation politely
    set the table
    volumen de una esfera
    cuál es el volumen de un cilindro
    silencia el micrófono
    sube al tren
    sube la foto
    baja el archivo
    apaga la luz
    más alto que la torre Eiffel
    hazlo más corto
"""


@pytest.fixture
def fakes() -> FakePorts:
    return FakePorts(volume=MemoryVolume())


@pytest.mark.parametrize(("language", "intent", "sentence"), rows(SAYINGS))
def test_ways_to_say_it(match, language, intent, sentence):
    found = match(sentence)
    assert found is not None
    assert (found.skill, found.language) == (f"volume.{intent}", language)
    assert found.risk == ("none" if intent == "ask" else "acts")


@pytest.mark.parametrize("sentence", lines(NOT_VOLUME))
def test_not_volume(match, sentence):
    found = match(sentence)
    assert found is None or not found.skill.startswith("volume.")


@pytest.mark.parametrize(
    ("sentence", "before", "after"),
    [
        ("louder", 40, 40 + STEP_PERCENT),
        ("volume down", 40, 40 - STEP_PERCENT),
        ("volume up", 95, 100),
        ("baja el volumen", 5, 0),
        ("increase the volume by 20 percent", 40, 60),
        ("sube el volumen un 7 por ciento", 40, 47),
        ("turn the volume up to 80 percent", 40, 80),
        ("pon el volumen al veintidós por ciento", 40, 22),
        ("set the volume to fifty percent", 40, 50),
        ("set the volume to 50%", 40, 50),
        ("full volume", 40, 100),
        ("pon el volumen a la mitad", 40, 50),
        ("much quieter", 40, 15),
    ],
)
def test_how_loud_it_is_afterwards(say, fakes, sentence, before, after):
    fakes.volume.percent = before
    assert f"{after} %" in say(sentence).text
    assert fakes.volume.percent == after


@pytest.mark.parametrize("sentence", ["set the volume to 150", "pon el volumen al 101"])
def test_a_number_that_is_no_volume_changes_nothing(say, fakes, sentence):
    assert "100" in say(sentence).text
    assert fakes.volume.percent == 40


def test_the_ends_are_said(say, fakes):
    fakes.volume.percent = 100
    assert say("louder").text == "The volume is already at 100 %."
    fakes.volume.percent = 0
    assert say("más bajo").text == "El volumen ya está al 0 %."


def test_mute(say, fakes):
    assert say("mute").text == "Muted."
    assert fakes.volume.muted
    assert say("how loud is it?").text == "The sound is muted; the volume is 40 %."
    assert "unmute" in say("set the volume to 30").text
    assert say("activa el sonido").text == "Vuelve el sonido, al 30 %."
    assert not fakes.volume.muted
    assert say("what's the volume").text == "Volume 30 %."


def test_no_mixer_is_an_error_with_a_sentence(book, fakes):
    class NoVolume:
        def read(self):
            raise DeviceError("host.no_mixer", en="No sound output.", es="No hay salida de sonido.")

    fakes.volume = NoVolume()
    book = type(book)(fakes.ports(), matcher=book._matcher)
    with pytest.raises(DeviceError):
        book.run(book.match("louder"), Request(text="louder"))


def test_every_saying_can_be_read_back_and_run(book):
    for _, _, sentence in rows(SAYINGS):
        found = book.match(sentence)
        assert "{" not in book.read_back(found)
        assert book.run(found, Request(text=sentence)).text
