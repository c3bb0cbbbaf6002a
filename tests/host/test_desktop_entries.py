"""Desktop entries: which file wins, which are shown, in which language, and the command line they stand for."""

from pathlib import Path

import pytest

from jarvis.host.desktop_entries import applications_folders, desktop_entries

FILES = """[Desktop Entry]
Type=Application
Name=Files
Name[es]=Archivos
Name[es_MX]=Ficheros
GenericName=File Manager
GenericName[es]=Gestor de archivos
Exec=nautilus --new-window %U
Icon=folder
# Name=Comment
[Desktop Action new]
Name=New Window
Exec=nautilus --other
"""


def entry(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if text.startswith("[") else f"[Desktop Entry]\nType=Application\n{text}\n")


def read(folder: Path, **environment: str):
    return {one.id: one for one in desktop_entries([folder], {"PATH": "/usr/bin:/bin", **environment})}


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("", "Files"),
        ("C.UTF-8", "Files"),
        ("en_GB.UTF-8", "Files"),
        ("es_ES.UTF-8", "Archivos"),
        ("es", "Archivos"),
        ("es_MX.UTF-8@latin", "Ficheros"),
        ("de_DE", "Files"),
    ],
)
def test_the_name_in_the_system_language_and_the_others_beside_it(tmp_path, locale, name):
    entry(tmp_path, "files.desktop", FILES)
    one = read(tmp_path, LANG=locale)["files.desktop"]
    assert one.name == name
    assert {one.name, *one.other_names} >= {"Files", "Archivos", "File Manager", "Gestor de archivos"}
    assert one.name not in one.other_names


@pytest.mark.parametrize(
    "text",
    [
        "Name=A\nExec=true\nNoDisplay=true",
        "Name=A\nExec=true\nHidden=true",
        "Name=A\nExec=true\nTryExec=/no/such/program",
        "Name=A\nExec=true\nTryExec=no-such-program-here",
        "Name=A\nExec=true\nOnlyShowIn=GNOME;Unity;",
        "Name=A\nExec=true\nNotShowIn=XFCE;",
        "Name=A",
        "Exec=true",
        "[Desktop Entry]\nType=Link\nName=A\nExec=true\nURL=https://x.org",
        "[Something Else]\nType=Application\nName=A\nExec=true",
        "[Desktop Entry",
    ],
)
def test_not_shown(tmp_path, text):
    entry(tmp_path, "a.desktop", text)
    assert read(tmp_path, XDG_CURRENT_DESKTOP="XFCE") == {}


@pytest.mark.parametrize(
    "text", ["TryExec=sh", "TryExec=/bin/sh", "OnlyShowIn=GNOME;", "NotShowIn=KDE;", "NoDisplay=false"]
)
def test_shown(tmp_path, text):
    entry(tmp_path, "a.desktop", f"Name=A\nExec=true\n{text}")
    assert list(read(tmp_path, XDG_CURRENT_DESKTOP="ubuntu:GNOME")) == ["a.desktop"]


def test_a_file_that_is_not_text_is_passed_over(tmp_path):
    (tmp_path / "bad.desktop").write_bytes(b"[Desktop Entry]\nName=\xff\xfe\n")
    entry(tmp_path, "good.desktop", "Name=Good\nExec=true")
    assert list(read(tmp_path)) == ["good.desktop"]


def test_the_persons_own_file_wins_even_to_hide(tmp_path):
    own, system = tmp_path / "own", tmp_path / "system"
    entry(system, "a.desktop", "Name=System A\nExec=true")
    entry(system, "b.desktop", "Name=System B\nExec=true")
    entry(system, "kde/c.desktop", "Name=C\nExec=true")
    entry(own, "a.desktop", "Name=My A\nExec=true")
    entry(own, "b.desktop", "Name=B\nExec=true\nHidden=true")
    found = {one.id: one.name for one in desktop_entries([own, system, tmp_path / "absent"], {})}
    assert found == {"a.desktop": "My A", "kde-c.desktop": "C"}


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("firefox %u", ["firefox"]),
        ("firefox --new %U --x", ["firefox", "--new", "--x"]),
        ('"/opt/My App/run" --a="b" %F', ["/opt/My App/run", '--a="b"']),
        (r'sh -c "echo \\$HOME \\"x\\""', ["sh", "-c", 'echo $HOME "x"']),
        ("app %i --name %c", ["app", "--icon", "pic", "--name", "The App"]),
        ("app 100%% %k", ["app", "100%", "{path}"]),
        ("app %d %D %n %N %v %m", ["app"]),
        ("app --file=%f --url=%u", ["app", "--file=", "--url="]),
        (r"a\sb", ["a", "b"]),
        ("run;rm -rf $HOME `x`", ["run;rm", "-rf", "$HOME", "`x`"]),
    ],
)
def test_command_line(tmp_path, line, arguments):
    entry(tmp_path, "a.desktop", f"Name=The App\nIcon=pic\nExec={line}")
    one = read(tmp_path)["a.desktop"]
    assert one.command_line() == [argument.replace("{path}", str(one.path)) for argument in arguments]


@pytest.mark.parametrize("line", ["%u", '""'])
def test_an_exec_line_without_a_program(tmp_path, line):
    entry(tmp_path, "a.desktop", f"Name=A\nExec={line}")
    with pytest.raises(ValueError, match=r"a\.desktop"):
        read(tmp_path)["a.desktop"].command_line()


def test_folders_follow_the_environment():
    assert applications_folders({"XDG_DATA_HOME": "/h", "XDG_DATA_DIRS": "/a:/b"}) == [
        Path("/h/applications"),
        Path("/a/applications"),
        Path("/b/applications"),
    ]
    assert applications_folders({"HOME": "/home/ana"}) == [
        Path("/home/ana/.local/share/applications"),
        Path("/usr/local/share/applications"),
        Path("/usr/share/applications"),
    ]
