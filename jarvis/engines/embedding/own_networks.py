"""Whether an address is of this computer or of the network at home, told by its name alone; nothing is looked up."""

from __future__ import annotations

from ipaddress import ip_address

from jarvis.engines.reach import host_of, is_this_computer

_HOME_ENDINGS = (".local", ".lan", ".home", ".internal", ".home.arpa")


def is_at_home(url: str) -> bool:
    """True where what is sent to `url` stays on this computer or in its own network.

    A name with dots that does not end like those of home networks may be anybody's, so it is not.
    """
    if is_this_computer(url):
        return True
    host = host_of(url).rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(_HOME_ENDINGS))
    return (address.is_private or address.is_link_local) and not address.is_unspecified
