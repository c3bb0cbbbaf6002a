"""Opening things: real small programs on a PATH of our own that write down how they were called."""

import re
from pathlib import Path

import psutil
import pytest

from jarvis.contracts.errors import InputError
from jarvis.contracts.skills import Application
from jarvis.host import launcher
from jarvis.host.launcher import SystemLauncher, is_web_address
from tests.fakes.processes import until


class Desk:
    """A PATH, a data folder and a home with nothing of this machine in them."""

    def __init__(self, root: Path) -> None:
        self.bin, self.data, self.home = root / "bin", root / "data", root / "home"
        for folder in (self.bin, self.data / "applications", self.home):
            folder.mkdir(parents=True)
        self.told = root / "told"

    def program(self, name: str, then: str = "") -> None:
        path = self.bin / name
        new = f"{self.told}.new"
        script = (
            "#!/bin/sh",
            f'for a in "$0" "$@"; do echo "$a"; done > {new}',
            f"/bin/pwd >> {new}",
            f"/bin/mv {new} {self.told}",
            then,
        )
        path.write_text("\n".join(script) + "\n")
        path.chmod(0o755)

    def entry(self, name: str, text: str) -> None:
        (self.data / "applications" / name).write_text(f"[Desktop Entry]\nType=Application\n{text}\n")

    def called(self) -> list[str]:
        """Wait for the program to have written how it was called, and where."""
        until(self.told.exists, "the program was called")
        program, *rest = self.told.read_text().splitlines()
        return [Path(program).name, *rest]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch) -> Desk:
    desk = Desk(tmp_path)
    monkeypatch.setenv("PATH", str(desk.bin))
    monkeypatch.setenv("HOME", str(desk.home))
    monkeypatch.setenv("XDG_DATA_HOME", str(desk.data))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "none"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return desk


def test_applications_by_name(desk):
    desk.entry("z.desktop", "Name=alpha\nName[es]=alfa\nExec=true")
    desk.entry("a.desktop", "Name=Zeta\nExec=true")
    applications = SystemLauncher().applications()
    assert [(one.name, one.command) for one in applications] == [("alpha", "z.desktop"), ("Zeta", "a.desktop")]
    assert applications[0].other_names == ("alfa",)


def test_an_application_starts_in_its_folder_without_a_shell(desk, tmp_path):
    desk.program("player")
    desk.entry("player.desktop", f'Name=Player\nExec=player --volume "a b;$HOME" %U\nPath={tmp_path}')
    (application,) = SystemLauncher().applications()
    SystemLauncher().open_application(application)
    assert desk.called() == ["player", "--volume", "a b;$HOME", str(tmp_path)]


def test_a_terminal_program_gets_a_terminal(desk):
    desk.program("x-terminal-emulator")
    desk.program("top")
    desk.entry("top.desktop", "Name=Top\nExec=top -d 1\nTerminal=true")
    SystemLauncher().open_application(SystemLauncher().applications()[0])
    assert desk.called() == ["x-terminal-emulator", "-e", "top", "-d", "1", str(desk.home)]


@pytest.mark.parametrize(
    ("text", "why", "why_es"),
    [
        ("Exec=absent", "absent is not there", "absent no está"),
        ("Exec=%u", "no command that can be run", "no tiene una orden"),
        ("Exec=top\nTerminal=true", "terminal", "terminal"),
        ("Exec=broken", "ended at once with code 127", "terminó enseguida con el código 127"),
    ],
)
def test_an_application_that_does_not_start_says_why(desk, text, why, why_es):
    desk.program("broken", "exit 127")
    desk.entry("a.desktop", f"Name=Aplicación\n{text}")
    with pytest.raises(InputError, match=why) as caught:
        SystemLauncher().open_application(SystemLauncher().applications()[0])
    assert "Aplicación" in caught.value.sentence("es") and why_es in caught.value.sentence("es")
    assert re.search(r"[Ii]nstall", caught.value.sentence("en"))
    assert re.search(r"[Ii]nstala", caught.value.sentence("es"))


def test_an_application_that_was_removed_meanwhile(desk):
    with pytest.raises(InputError, match="no longer installed"):
        SystemLauncher().open_application(Application(name="Gone", command="gone.desktop"))


@pytest.mark.parametrize(("program", "called"), [("xdg-open", ["xdg-open"]), ("gio", ["gio", "open"])])
def test_a_folder_opens_with_what_there_is(desk, program, called):
    desk.program(program)
    folder = desk.home / "mis cosas; rm -rf"
    folder.mkdir()
    SystemLauncher().open_path(folder)
    assert desk.called()[:-1] == [*called, str(folder)]


def test_a_web_page_opens(desk):
    desk.program("xdg-open")
    SystemLauncher().open_url("https://example.org/?q=a%20b&c=$HOME")
    assert desk.called()[:-1] == ["xdg-open", "https://example.org/?q=a%20b&c=$HOME"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ssh://host",
        "mailto:a@b.org",
        "http://",
        "https:///path",
        "//example.org",
        "example.org",
        "--help",
        "https://exa mple.org",
        "https://example.org/\n--x",
        "https://[::1",
        "https://example.org:port",
        "",
    ],
)
def test_only_web_addresses(desk, url):
    desk.program("xdg-open")
    assert not is_web_address(url)
    with pytest.raises(InputError) as caught:
        SystemLauncher().open_url(url)
    assert caught.value.code == "host.not_web"
    assert not desk.told.exists()


@pytest.mark.parametrize("url", ["http://localhost:8080", "https://ñandú.es/búsqueda?q=1", "HTTPS://EXAMPLE.ORG"])
def test_web_addresses(url):
    assert is_web_address(url)


def test_an_opener_that_fails_says_so(desk):
    desk.program("xdg-open", "exit 3")
    with pytest.raises(InputError, match=r"code 3.*default applications") as caught:
        SystemLauncher().open_url("https://example.org")
    assert "aplicaciones predeterminadas" in caught.value.sentence("es")


def test_the_next_opener_is_tried_when_one_fails(desk):
    desk.program("xdg-open", "exit 3")
    desk.program("gio")
    SystemLauncher().open_url("https://example.org")
    assert desk.called()[:-1] == ["gio", "open", "https://example.org"]


def test_what_is_opened_gets_no_keys(desk, monkeypatch):
    monkeypatch.setenv("JARVIS_KEY_OPENAI", "sk-secret")
    desk.program("xdg-open", f'echo "key: $JARVIS_KEY_OPENAI" >> {desk.told}')
    SystemLauncher().open_url("https://example.org")
    assert desk.called()[-1] == "key: "


def test_no_opener_and_no_file(desk):
    with pytest.raises(InputError, match="xdg-utils"):
        SystemLauncher().open_url("https://example.org")
    with pytest.raises(InputError, match="does not exist"):
        SystemLauncher().open_path(desk.home / "absent")


def test_known_folders(desk, tmp_path):
    (desk.home / "Descargas").mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/Descargas"\n')
    system = SystemLauncher()
    assert system.known_folder("home") == desk.home
    assert system.known_folder("downloads") == desk.home / "Descargas"
    assert system.known_folder("music") is None
    assert system.known_folder("nonsense") is None


def test_what_was_opened_leaves_no_zombie(desk, monkeypatch):
    monkeypatch.setattr(launcher, "APPLICATION_SECONDS", 0.0)
    desk.program("brief")
    before = psutil.Process().children()
    desk.entry("brief.desktop", "Name=Brief\nExec=brief")
    SystemLauncher().open_application(SystemLauncher().applications()[0])
    desk.called()
    until(lambda: set(psutil.Process().children()) <= set(before), "it was collected")
