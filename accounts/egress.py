"""The only way out: which addresses this installation may connect to.

`check(host, port)` resolves a name once and answers the addresses to connect to; whoever connects
uses those and never the name, so that a name which changes its address between check and use gains
nothing. Private addresses are for the administrator's list alone (`ALMANAC_EGRESS_ALLOW`).
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

from accounts.problems import Problem

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
SCHEMES: Final = {"http": 80, "https": 443}
# What web servers listen on. Others would make Almanac a tool to knock at mail and data servers.
WEB_PORTS: Final = frozenset({80, 443, 8080, 8443})
MAX_URL: Final = 2000
# IPv6 networks whose last 32 bits are an IPv4 address: NAT64, and the old "compatible" form.
_WRAPPED: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))


class AddressRefused(Problem):
    """Almanac does not connect to this address."""

    default_code = "address_refused"


class NameUnknown(Problem):
    """The name has no address now; it may have one later."""

    default_code = "name_unknown"


@dataclass(frozen=True)
class Target:
    """A checked place: connect to one of `addresses`, in this order."""

    host: str
    port: int
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """What an address on the web says: scheme, host and port, not yet resolved."""

    scheme: str
    host: str
    port: int


def check(host: str, port: int) -> Target:
    """Resolve `host` once and answer where to connect.

    Raises NameUnknown when it has no address, AddressRefused when any of its addresses is private,
    loopback, link-local, multicast or otherwise not of the public internet, unless host, address or
    network are on the administrator's list.
    """
    found = tuple(dict.fromkeys(_resolve(host, port)))
    if not _is_listed(host, port):
        for text in found:
            if not (is_public(ipaddress.ip_address(text)) or _is_listed(text, port)):
                raise AddressRefused(_refusal(host))
    return Target(host, port, found)


def check_url(url: str) -> Target:
    """The same for an address on the web: scheme, port and form are checked as well."""
    place = read_url(url)
    return check(place.host, place.port)


def read_url(url: str) -> Place:
    """Take an address on the web apart; raises AddressRefused saying what is wrong with it.

    Plain http and unusual ports are for places on the administrator's list.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused(_no_address()) from None
    if len(url) > MAX_URL or not url.isprintable() or " " in url or "\\" in url:
        raise AddressRefused(_no_address())
    if parts.scheme not in SCHEMES or not host:
        raise AddressRefused(_no_address())
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(
            gettext("The address holds a user name or password. Leave out what stands before @.")
        )
    place = Place(parts.scheme, host, SCHEMES[parts.scheme] if port is None else port)
    _check_manners(place)
    return place


def is_public(address: Address) -> bool:
    """Is this an address of the public internet, whatever it is dressed as?"""
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast


def _check_manners(place: Place) -> None:
    if _is_listed(place.host, place.port):
        return
    if place.scheme == "http":
        raise AddressRefused(gettext("The address begins with http://. Use https://."))
    if place.port not in WEB_PORTS:
        raise AddressRefused(
            gettext(
                "Almanac does not connect to port %(port)s. Use one of %(ports)s, or let an "
                "administrator add %(host)s:%(port)s to ALMANAC_EGRESS_ALLOW."
            )
            % {
                "port": place.port,
                "ports": ", ".join(map(str, sorted(WEB_PORTS))),
                "host": place.host,
            }
        )


def _inside(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one carries to its gate."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if any(address in network for network in _WRAPPED):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError):
        raise NameUnknown(
            gettext("%(host)s has no address. Check the name.") % {"host": host[:100]}
        ) from None
    # A scope id (`%eth0`) belongs to link-local addresses, which are refused anyway.
    return [str(entry[4][0]).partition("%")[0] for entry in found]


def _is_listed(host: str, port: int) -> bool:
    return any(_fits(entry, host, port) for entry in settings.EGRESS_ALLOW)


def _fits(entry: str, host: str, port: int) -> bool:
    """An entry is `name`, `name:port`, `address`, `address:port` or `network/bits`."""
    if "/" in entry:
        try:
            return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    name, found_port = _split(entry)
    return name.casefold() == host.strip("[]").casefold() and found_port in (None, port)


def _split(entry: str) -> tuple[str, int | None]:
    name, colon, port = entry.rpartition(":")
    # More than one colon without brackets is a whole IPv6 address.
    if colon and port.isdecimal() and (":" not in name or name.endswith("]")):
        return name.strip("[]"), int(port)
    return entry.strip("[]"), None


def _no_address() -> str:
    return gettext("This is no address on the web. It must begin with https:// and name a host.")


def _refusal(host: str) -> str:
    return gettext(
        "Almanac does not connect to %(host)s: it lies inside a private network. Use a public "
        "address, or let an administrator add it to ALMANAC_EGRESS_ALLOW."
    ) % {"host": host[:100]}
