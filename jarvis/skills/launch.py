"""Opens an application, a folder or a web page, and searches the web.

A program is found among those that are installed; when several fit, Jarvis asks, and when none does, it says so.
"""

from __future__ import annotations

from urllib.parse import quote_plus, urlsplit

from jarvis.contracts.skills import AwaitedSlot, SkillReply
from jarvis.skills.act_slots import web_address
from jarvis.skills.folding import key
from jarvis.skills.names import SITES, programs_called
from jarvis.skills.questions import ALL
from jarvis.skills.turn import Handler, Turn
from jarvis.skills.wording import join_words

_MOST_CHOICES = 5


def application(turn: Turn) -> SkillReply:
    """Open the one installed program that was meant."""
    name = turn.text("program")
    installed = turn.ports.launcher.applications()
    chosen = turn.text("choice", ALL)
    found = [one for one in programs_called(name, installed) if chosen in (ALL, one.command)]
    if not found:
        if (site := SITES.get(key(name))) is not None:
            turn.ports.launcher.open_url(site)
            return turn.reply("page", site=name)
        return turn.reply("no_program", name=name)
    if len(found) > 1 and not turn.has("choice"):
        choices = tuple((one.command, one.name) for one in found[:_MOST_CHOICES])
        awaits = AwaitedSlot(slot="choice", kind="said", choices=choices)
        return turn.ask("which", awaits=awaits, names=join_words([name for _, name in choices], turn.language))
    for one in found:
        turn.ports.launcher.open_application(one)
    return turn.reply("opened", name=join_words([one.name for one in found], turn.language))


def folder(turn: Turn) -> SkillReply:
    """Open one of the person's own folders."""
    name = turn.text("folder")
    path = turn.ports.launcher.known_folder(name)
    if path is None:
        return turn.reply("no_folder", folder=turn.words(name))
    turn.ports.launcher.open_path(path)
    return turn.reply("folder", folder=turn.words(name))


def page(turn: Turn) -> SkillReply:
    """Open a web page in the browser."""
    site = turn.text("site")
    address = web_address(site, turn.language)
    if address is None:
        return turn.reply("no_program", name=site)
    turn.ports.launcher.open_url(address)
    return turn.reply("page", site=site if key(site) in SITES else address.removeprefix("https://"))


def search(turn: Turn) -> SkillReply:
    """Search the web in the browser, and say with which site, whichever was named."""
    query = turn.text("query")
    address = turn.ports.preferences.search_url()
    turn.ports.launcher.open_url(address.replace("{query}", quote_plus(query)))
    return turn.reply("searching", query=query, site=urlsplit(address).netloc.removeprefix("www."))


HANDLERS: dict[str, Handler] = {"application": application, "folder": folder, "page": page, "search": search}
