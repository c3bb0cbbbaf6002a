"""Programs and web sites that everybody knows by name, in both languages, and how a name finds an installed program.

What is installed decides what opens; the well-known names only tell "open the browser" from "open your heart".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jarvis.contracts.skills import Application
from jarvis.skills.folding import key

SITES = {
    "google": "https://www.google.com",
    "google maps": "https://maps.google.com",
    "google translate": "https://translate.google.com",
    "google drive": "https://drive.google.com",
    "google docs": "https://docs.google.com",
    "google calendar": "https://calendar.google.com",
    "youtube": "https://www.youtube.com",
    "you tube": "https://www.youtube.com",
    "gmail": "https://mail.google.com",
    "wikipedia": "https://www.wikipedia.org",
    "amazon": "https://www.amazon.com",
    "facebook": "https://www.facebook.com",
    "twitter": "https://x.com",
    "instagram": "https://www.instagram.com",
    "linkedin": "https://www.linkedin.com",
    "reddit": "https://www.reddit.com",
    "netflix": "https://www.netflix.com",
    "twitch": "https://www.twitch.tv",
    "github": "https://github.com",
    "git hub": "https://github.com",
    "gitlab": "https://gitlab.com",
    "stack overflow": "https://stackoverflow.com",
    "ebay": "https://www.ebay.com",
    "pinterest": "https://www.pinterest.com",
    "tiktok": "https://www.tiktok.com",
    "bbc": "https://www.bbc.com",
    "bbc news": "https://www.bbc.com/news",
    "the new york times": "https://www.nytimes.com",
    "hacker news": "https://news.ycombinator.com",
    "outlook": "https://outlook.live.com",
    "whatsapp web": "https://web.whatsapp.com",
    "duckduckgo": "https://duckduckgo.com",
    "bing": "https://www.bing.com",
    "deepl": "https://www.deepl.com",
    "openstreetmap": "https://www.openstreetmap.org",
    "el pais": "https://elpais.com",
    "marca": "https://www.marca.com",
    "rtve": "https://www.rtve.es",
    "rae": "https://www.rae.es",
    "chatgpt": "https://chatgpt.com",
    "hugging face": "https://huggingface.co",
    "archive org": "https://archive.org",
    "imdb": "https://www.imdb.com",
}
"""Addresses by folded name."""

_KINDS = (
    (
        "browser|web browser|internet browser|navegador|navegador web|navegador de internet",
        "web browser|navegador web|browser|firefox|google chrome|chromium|brave|microsoft edge|vivaldi|opera|"
        "chrome|edge|navegador|web|falkon|epiphany|konqueror|brave web browser|firefox web browser",
    ),
    (
        "terminal|console|command line|command prompt|consola|linea de comandos|terminal emulator",
        "terminal|terminal emulator|konsole|gnome terminal|xterm|emulador de terminal|xfce terminal|console|"
        "lxterminal|qterminal|alacritty|kitty|ptyxis|consola",
    ),
    (
        "calculator|calculadora|calc",
        "calculator|calculadora|kcalc|galculator|gnome calculator|mate calculator|qalculate",
    ),
    ("calendar|calendario|agenda", "calendar|calendario|gnome calendar|korganizer"),
    ("camera|camara|webcam", "camera|camara|cheese|kamoso|snapshot|guvcview"),
    (
        "files|file manager|file explorer|file browser|archivos|gestor de archivos|explorador de archivos|finder",
        "files|file manager|archivos|gestor de archivos|dolphin|nautilus|nemo|thunar|caja|pcmanfm|finder|"
        "file explorer|ficheros|administrador de archivos",
    ),
    (
        "settings|system settings|control panel|preferences|ajustes|configuracion|panel de control|preferencias|"
        "ajustes del sistema|configuracion del sistema",
        "settings|system settings|ajustes|configuracion|preferencias del sistema|control center|settings manager|"
        "preferencias|configuracion del sistema|system preferences",
    ),
    (
        "mail|email|e-mail|email client|mail client|my mail|correo|correo electronico|cliente de correo",
        "mail|thunderbird|evolution|geary|kmail|correo|email client|mail client|cliente de correo|thunderbird mail|"
        "outlook",
    ),
    (
        "text editor|notepad|editor|editor de texto|bloc de notas|editor de textos",
        "text editor|editor de texto|gedit|kate|kwrite|mousepad|pluma|xed|notepad|gnome text editor|featherpad|leafpad",
    ),
    (
        "music player|reproductor de musica",
        "music player|rhythmbox|spotify|elisa|lollypop|reproductor de musica|clementine|strawberry|amarok|audacious",
    ),
    (
        "video player|media player|reproductor de video|reproductor de videos",
        "video player|videos|totem|vlc|vlc media player|mpv|celluloid|media player|reproductor de video|haruna|parole",
    ),
    (
        "image viewer|photo viewer|visor de imagenes|visor de fotos",
        "image viewer|visor de imagenes|eye of gnome|gwenview|loupe|eog|ristretto|photos",
    ),
    (
        "task manager|system monitor|monitor del sistema|administrador de tareas",
        "system monitor|task manager|monitor del sistema|administrador de tareas|gnome system monitor|ksysguard|htop",
    ),
    (
        "word processor|procesador de textos|procesador de texto",
        "word processor|libreoffice writer|procesador de textos|abiword|microsoft word",
    ),
    (
        "spreadsheet|spreadsheets|hoja de calculo|hojas de calculo",
        "spreadsheet|libreoffice calc|hoja de calculo|gnumeric|microsoft excel",
    ),
    ("screenshot tool|captura de pantalla", "screenshot|spectacle|captura de pantalla|flameshot|ksnip"),
    (
        "software center|app store|software|tienda de aplicaciones",
        "software|discover|gnome software|app center|app store",
    ),
)
_KNOWN = (
    "firefox|mozilla firefox|chrome|google chrome|chromium|brave|edge|microsoft edge|safari|opera|vivaldi|tor browser|"
    "vlc|mpv|spotify|steam|discord|slack|zoom|teams|microsoft teams|skype|telegram|whatsapp|signal|element|thunderbird|"
    "outlook|evolution|gimp|inkscape|krita|blender|audacity|obs|obs studio|kdenlive|shotcut|darktable|rhythmbox|"
    "libreoffice|libre office|libreoffice writer|writer|libreoffice calc|impress|word|microsoft word|excel|"
    "microsoft excel|powerpoint|onenote|notion|obsidian|joplin|vs code|vscode|visual studio code|code|sublime text|"
    "pycharm|intellij|eclipse|android studio|emacs|vim|gedit|kate|notepad|paint|dolphin|nautilus|konsole|gparted|"
    "virtualbox|docker|postman|filezilla|transmission|qbittorrent|calibre|anki|zotero|lutris|minecraft|itunes|"
    "apple music|photoshop|illustrator|premiere|lightroom|figma|dropbox|nextcloud|keepassxc|bitwarden|1password|"
    "photos|fotos|maps|mapas|clock|reloj|weather|contacts|contactos|app store|finder|xcode|garageband|imovie|kodi|"
    "plex|stremio|cheese|htop|synaptic|wireshark|matlab|octave|rstudio|jupyter|texmaker|okular|evince|"
    "document viewer|visor de documentos|pdf viewer|lector de pdf"
)

_MEANT: dict[str, tuple[str, ...]] = {
    asked: tuple(programs.split("|")) for names, programs in _KINDS for asked in names.split("|")
}
_KNOWN_NAMES = frozenset(_KNOWN.split("|")) | _MEANT.keys()
_SHORT = {
    "chrome": "google chrome",
    "edge": "microsoft edge",
    "vs code": "visual studio code",
    "vscode": "visual studio code",
    "code": "visual studio code",
    "vlc": "vlc media player",
    "word": "libreoffice writer",
    "excel": "libreoffice calc",
    "writer": "libreoffice writer",
    "libre office": "libreoffice",
    "obs": "obs studio",
    "teams": "microsoft teams",
}


def is_known_program(name: str) -> bool:
    """Tell whether `name` is a program that everybody knows, installed here or not."""
    return key(name) in _KNOWN_NAMES


def programs_called(name: str, installed: Sequence[Application]) -> list[Application]:
    """Return the installed programs that `name` means: by full name, else by kind, else by the start of a name.

    Several are returned when several fit equally well; none when none surely fits.
    """
    asked = key(name)
    names = {program.command: {key(one) for one in (program.name, *program.other_names)} for program in installed}
    own = {program.command: key(program.name) for program in installed}
    wanted = {asked, _SHORT.get(asked, asked)}
    kind = _MEANT.get(asked, ())
    ways: tuple[Callable[[Application], bool], ...] = (
        lambda program: own[program.command] in wanted,
        lambda program: bool(names[program.command] & wanted),
        lambda program: bool(names[program.command] & set(kind)),
        lambda program: not kind and any(one.startswith(f"{asked} ") for one in names[program.command]),
        lambda program: (
            not kind and len(asked) > 2 and any(f" {asked} " in f" {one} " for one in names[program.command])
        ),
    )
    for fits in ways:
        if found := [program for program in installed if fits(program)]:
            return list({key(program.name): program for program in reversed(found)}.values())[::-1]
    return []
