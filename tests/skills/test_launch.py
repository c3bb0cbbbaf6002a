"""Opening things: many ways to say it, programs found among those installed, and nothing opened on a guess."""

from pathlib import Path

import pytest

from jarvis.contracts.messages import Request
from jarvis.contracts.skills import Application
from jarvis.skills.act_slots import web_address
from jarvis.skills.book import SkillBook
from jarvis.skills.names import programs_called
from tests.fakes.host import MemoryLauncher
from tests.fakes.skills import FakePorts
from tests.skills.phrasings import lines, rows

FIREFOX = Application(name="Firefox", command="firefox.desktop", other_names=("Web Browser", "Navegador web"))
CHROMIUM = Application(name="Chromium", command="chromium.desktop", other_names=("Web Browser", "Navegador web"))
FILES = Application(name="Files", command="nautilus.desktop", other_names=("Archivos", "File Manager"))
CALCULATOR = Application(name="Calculator", command="calc.desktop", other_names=("Calculadora",))
WRITER = Application(name="LibreOffice Writer", command="writer.desktop", other_names=("Word Processor",))
CALC = Application(name="LibreOffice Calc", command="localc.desktop", other_names=("Spreadsheet",))
CODE = Application(name="Visual Studio Code", command="code.desktop")
OWN = Application(name="Zarzuela", command="zarzuela.desktop")

SAYINGS = {
    ("en", "application"): """
        open Firefox
        open the browser
        launch Spotify
        start the calculator
        run VLC
        open the terminal
        please open my file manager
        could you open the settings
        hey Jarvis, open Visual Studio Code
        fire up Steam
        open the Zarzuela app
        open the text editor
        bring up the calendar
        open up Discord
    """,
    ("es", "application"): """
        abre Firefox
        abre el navegador
        lanza Spotify
        abre la calculadora
        ejecuta VLC
        abre la terminal
        por favor abre los archivos
        ¿puedes abrir los ajustes?
        oye Jarvis, abre Visual Studio Code
        inicia Steam
        abre la aplicación Zarzuela
        abre el editor de texto
        quiero que abras el correo
        ábreme el calendario
    """,
    ("en", "folder"): """
        open my downloads
        open the downloads folder
        open my documents folder
        show me my pictures
        show my pictures folder
        open the music folder
        open my videos
        go to the desktop folder
        open my home folder
        please open my documents
        open up my downloads folder
        bring up my photos
        can you open the folder documents
    """,
    ("es", "folder"): """
        abre mis descargas
        abre la carpeta de descargas
        abre la carpeta descargas
        abre mi carpeta de documentos
        muéstrame mis fotos
        abre la carpeta de imágenes
        abre mi carpeta de música
        abre mis vídeos
        ve a mis documentos
        abre mi escritorio
        ¿puedes abrir la carpeta de documentos?
        enséñame mis imágenes
        quiero que abras mis descargas
    """,
    ("en", "page"): """
        open wikipedia.org
        open Wikipedia
        go to YouTube
        go to wikipedia dot org
        visit github.com
        open the website example.org
        open www.debian.org
        take me to Google Maps
        open https://example.org/a/b
        navigate to news.ycombinator.com
        please go to Gmail
        open reddit
        open the BBC website
        show me YouTube
    """,
    ("es", "page"): """
        abre wikipedia.org
        abre la Wikipedia
        ve a YouTube
        ve a wikipedia punto org
        visita github.com
        abre la página example.org
        abre www.rae.es
        llévame a Google Maps
        abre https://example.org/a/b
        entra en gmail
        por favor ve a reddit
        abre la web de El País
        ¿puedes abrir YouTube?
        abre la página de la RAE
    """,
    ("en", "search"): """
        search the web for cheap flights to Rome
        search the internet for a paella recipe
        search online for running shoes
        google the weather in Lima
        google cheap flights
        search Google for running shoes
        look up paella recipes on the internet
        search for running shoes online
        search for the best laptop of the year
        do a web search for stoicism
        web search for stoicism
        please search the web for Núñez de Balboa
        look up opening hours of the Prado on Google
        find a recipe for gazpacho on the web
    """,
    ("es", "search"): """
        busca en internet vuelos baratos a Roma
        busca vuelos baratos en internet
        busca en Google una receta de paella
        busca una receta de paella en Google
        googlea el tiempo en Lima
        busca en la web zapatillas de correr
        haz una búsqueda en internet de estoicismo
        ¿puedes buscar en internet el horario del Prado?
        búscame en internet hoteles en Cádiz
        quiero que busques en la red recetas de gazpacho
        búsqueda en Google de estoicismo
        por favor busca en internet Núñez de Balboa
        búscame hoteles en Cádiz en internet
    """,
}

NOT_LAUNCH = """
    open your heart
    open the door
    open sesame
    open the pod bay doors
    open a bank account
    run a marathon
    start a fire
    start the car
    launch a rocket
    go to sleep
    go to hell
    go to the store
    visit Paris
    show me the money
    search your feelings
    search my notes for wine
    search for my keys
    open a new tab
    abre la nevera
    look up
    google is a company that
    what is Firefox
    how do I open a jar
    open report.pdf
    who founded YouTube
    run for president
    start over
    abre la puerta
    abre tu corazón
    abre una cuenta en el banco
    ve a dormir
    visita a tu abuela
    corre
    inicia una conversación
    busca la felicidad
    qué es Firefox
    quién fundó YouTube
    cómo abro un bote
    arranca el coche
"""

CASES = tuple(one for one in rows(SAYINGS))


@pytest.fixture
def fakes() -> FakePorts:
    folders = {name: Path("/home/ana") / name for name in ("downloads", "documents", "pictures", "music", "home")}
    installed = (FIREFOX, FILES, CALCULATOR, WRITER, CALC, CODE, OWN)
    return FakePorts(launcher=MemoryLauncher(*installed, folders=folders))


@pytest.mark.parametrize(("language", "intent", "sentence"), CASES)
def test_ways_to_say_it(match, language, intent, sentence):
    found = match(sentence, language)
    assert found is not None
    assert (found.skill, found.risk) == (f"launch.{intent}", "acts")


@pytest.mark.parametrize("sentence", lines(NOT_LAUNCH))
def test_not_launch(match, sentence):
    found = match(sentence)
    assert found is None or not found.skill.startswith("launch.")


@pytest.mark.parametrize(
    ("sentence", "opened", "answer"),
    [
        ("open Firefox", "firefox.desktop", "Opening Firefox."),
        ("open the browser", "firefox.desktop", "Opening Firefox."),
        ("abre el navegador", "firefox.desktop", "Abro Firefox."),
        ("abre los archivos", "nautilus.desktop", "Abro Files."),
        ("abre la calculadora", "calc.desktop", "Abro Calculator."),
        ("open VS Code", "code.desktop", "Opening Visual Studio Code."),
        ("open Word", "writer.desktop", "Opening LibreOffice Writer."),
        ("open the spreadsheet", "localc.desktop", "Opening LibreOffice Calc."),
        ("open the zarzuela app", "zarzuela.desktop", "Opening Zarzuela."),
        ("open my downloads", "/home/ana/downloads", "Opening your downloads folder."),
        ("abre la carpeta de imágenes", "/home/ana/pictures", "Abro tu carpeta de imágenes."),
        ("abre descargas", "/home/ana/downloads", "Abro tu carpeta de descargas."),
        ("busca en google gatos", "https://search.example/?q=gatos", "Busco «gatos» en search.example."),
        (
            "busca recetas de paella",
            "https://search.example/?q=recetas+de+paella",
            "Busco «recetas de paella» en search.example.",
        ),
        ("open Wikipedia", "https://www.wikipedia.org", "Opening Wikipedia."),
        ("ve a wikipedia punto org", "https://wikipedia.org", "Abro wikipedia.org."),
        (
            "search the web for bread & butter 100%",
            "https://search.example/?q=bread+%26+butter+100%25",
            "Searching for “bread & butter 100%” on search.example.",
        ),
        (
            "busca en internet Núñez de Balboa",
            "https://search.example/?q=N%C3%BA%C3%B1ez+de+Balboa",
            "Busco «Núñez de Balboa» en search.example.",
        ),
    ],
)
def test_what_opens(say, fakes, sentence, opened, answer):
    assert say(sentence).text == answer
    assert fakes.launcher.opened == [opened]


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("open Spotify", "I found no application called Spotify on this computer, so nothing was opened."),
        (
            "abre la aplicación Foobar",
            "No encuentro ninguna aplicación llamada Foobar en este equipo; no he abierto nada.",
        ),
        ("open my videos", "This computer has no videos folder, so nothing was opened."),
        ("abre mi escritorio", "Este equipo no tiene carpeta del escritorio; no he abierto nada."),
    ],
)
def test_what_is_not_there_is_said(say, fakes, sentence, answer):
    assert say(sentence).text == answer
    assert fakes.launcher.opened == []


def test_several_programs_are_asked_about(say, book, fakes):
    fakes.launcher.installed.append(CHROMIUM)
    asked = say("open the browser")
    assert (asked.text, asked.expects_reply) == ("Which one: Firefox and Chromium?", True)
    assert fakes.launcher.opened == []
    book.run(book.match("Chromium"), Request(text="Chromium"))
    assert fakes.launcher.opened == ["chromium.desktop"]


def test_a_program_that_only_this_computer_has(fakes):
    book = SkillBook(fakes.ports())
    assert book.match("open Zarzuela").skill == "launch.application"
    assert book.match("open Zarzuelita") is None
    assert book.match("open your heart") is None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("firefox", [FIREFOX]),
        ("FireFox", [FIREFOX]),
        ("libreoffice", [WRITER, CALC]),
        ("visual studio", [CODE]),
        ("studio", [CODE]),
        ("calculadora", [CALCULATOR]),
        ("fire", []),
        ("co", []),
        ("terminal", []),
    ],
)
def test_programs_called(name, found):
    assert programs_called(name, [FIREFOX, FILES, CALCULATOR, WRITER, CALC, CODE]) == found


@pytest.mark.parametrize(
    ("said", "language", "address"),
    [
        ("example.org", "en", "https://example.org"),
        ("www.example.org", "en", "https://www.example.org"),
        ("triple w example dot org", "en", "https://www.example.org"),
        ("example dot co dot uk", "en", "https://example.co.uk"),
        ("ejemplo punto es barra noticias", "es", "https://ejemplo.es/noticias"),
        ("http://example.org/X", "en", "http://example.org/X"),
        ("youtube", "es", "https://www.youtube.com"),
        ("report.pdf", "en", None),
        ("the store", "en", None),
        ("file:///etc/passwd", "en", None),
        ("javascript:alert(1)", "en", None),
        ("127.0.0.1", "en", None),
        ("a..b", "en", None),
    ],
)
def test_web_address(said, language, address):
    assert web_address(said, language) == address


def test_every_saying_can_be_read_back_and_run(book):
    for language, _, sentence in CASES:
        found = book.match(sentence, language)
        assert "{" not in book.read_back(found)
        assert book.run(found, Request(text=sentence)).text
