"""Which addresses may be asked: every spelling of a host is read as the network would read it.

The ranges follow the IANA special-purpose registries (RFC 6890 and its successors); spellings of IPv4 follow
inet_aton and the WHATWG URL standard (decimal, octal, hexadecimal, short forms); addresses that embed an IPv4
address (mapped, compatible, NAT64, 6to4, Teredo, ISATAP) are judged by that one too.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit

import idna

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Pair = tuple[str, int]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE = "!#$%&'()*+,-./0123456789:;=?@[]_~"
_NUMBER = re.compile(r"^(0x[0-9a-f]*|[0-9]+)$")
_NAME = re.compile(r"^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$")
_UNICAST = ipaddress.ip_network("2000::/3")
_UNIQUE_LOCAL = ipaddress.IPv6Network("fc00::/7")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")
_ISATAP = (0x00005EFE, 0x02005EFE)
# fmt: off
_SPECIAL = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48",
)
# fmt: on
_REFUSED = tuple(ipaddress.ip_network(name) for name in _SPECIAL)


class RefusedAddressError(OSError):
    """An address that newswatch does not ask; the message is one clause for people and names no secret."""


@dataclass(frozen=True, slots=True)
class Target:
    """One address, ready to be asked: ``url`` holds no credentials, no fragment and only ASCII.

    ``host`` is lower-case ASCII without trailing dot; ``address`` is set when it is a literal.
    """

    url: str
    scheme: str
    host: str
    port: int
    address: IPAddress | None
    user: str | None = None
    password: str | None = None

    @property
    def pair(self) -> Pair:
        """Host and port, as written in an allow-list."""
        return self.host, self.port


@lru_cache(maxsize=4096)
def read(url: str) -> Target:
    """Read ``url``; RefusedAddressError says what is wrong with it."""
    text = url.strip(" \t\r\n")
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise RefusedAddressError("the address contains a control character")
    try:
        parts = urlsplit(text.replace("\\", "/"))
        port, hostname = parts.port, parts.hostname
    except ValueError:
        raise RefusedAddressError("the address is not valid") from None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise RefusedAddressError("only http and https addresses are asked")
    if not hostname or port == 0:
        raise RefusedAddressError("the address names no host" if not hostname else "port 0 cannot be asked")
    host, address = _host(hostname, bracketed="[" in parts.netloc.rpartition("@")[2])
    port = port or _DEFAULT_PORTS[scheme]
    shown = f"[{host}]" if isinstance(address, ipaddress.IPv6Address) else host
    netloc = shown if port == _DEFAULT_PORTS[scheme] else f"{shown}:{port}"
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password or "") if user is not None or parts.password else None
    path = quote(parts.path, safe=_SAFE.replace("?", "").replace("#", "")) or "/"
    return Target(f"{scheme}://{netloc}{path}{query}", scheme, host, port, address, user, password)


def follow(base: Target, location: str) -> Target:
    """Where ``Location: location`` of an answer from ``base`` leads; user and password in it are dropped."""
    try:
        joined = urljoin(base.url, location.strip(" \t\r\n"))
    except ValueError:
        raise RefusedAddressError("the address is not valid") from None
    found = read(joined)
    keep = same_party(base, found)
    return Target(
        found.url,
        found.scheme,
        found.host,
        found.port,
        found.address,
        base.user if keep else None,
        base.password if keep else None,
    )


def same_party(one: Target, other: Target) -> bool:
    """Whether ``other`` may be given what ``one`` was given: the same host and port, or its step to https."""
    upgrade = (one.scheme, one.port, other.scheme, other.port) == ("http", 80, "https", 443)
    return one.host == other.host and (upgrade or (one.scheme == other.scheme and one.port == other.port))


def check(target: Target, address: IPAddress, allow: frozenset[Pair]) -> None:
    """RefusedAddressError unless ``address``, to which the host of ``target`` leads, may be asked."""
    if target.pair in allow or (str(address), target.port) in allow:
        return
    reason = refusal(address)
    if reason:
        raise RefusedAddressError(f"the host leads to {reason}")


def refusal(address: IPAddress) -> str | None:
    """Why ``address`` is not asked, or None when it is a public one."""
    reason = _special(address)
    if reason or isinstance(address, ipaddress.IPv4Address):
        return reason
    for inner in _embedded(address):
        reason = _special(inner)
        if reason:
            return f"{reason}, hidden in an IPv6 address"
    if address.ipv4_mapped is not None or address in _NAT64:
        return None
    if address not in _UNICAST or _refused(address):
        return "an address outside the public range"
    return None


def _special(address: IPAddress) -> str | None:
    if address.is_loopback:
        return "a loopback address"
    if address.is_link_local:
        return "a link-local address"
    if address.is_multicast:
        return "a multicast address"
    if isinstance(address, ipaddress.IPv6Address):
        return "a private address" if address.is_site_local or address in _UNIQUE_LOCAL else None
    if address.is_reserved or address.is_unspecified:
        return "a reserved address"
    if _refused(address) or not address.is_global:
        return "a private address" if address.is_private else "a reserved address"
    return None


def _refused(address: IPAddress) -> bool:
    return any(address.version == network.version and address in network for network in _REFUSED)


def _embedded(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for."""
    number = int(address)
    low = ipaddress.IPv4Address(number & 0xFFFFFFFF)
    found = [low] if address.ipv4_mapped is not None or address in _NAT64 or address in _NAT64_LOCAL else []
    if (number >> 32) & 0xFFFFFFFF in _ISATAP:
        found.append(low)
    if address.sixtofour is not None:
        found.append(address.sixtofour)
    if address.teredo is not None:
        found.extend(address.teredo)
    return tuple(found)


def _host(name: str, *, bracketed: bool) -> tuple[str, IPAddress | None]:
    if bracketed:
        return _literal6(name)
    if "%" in name:
        name = unquote(name)
    name = unicodedata.normalize("NFKC", name).replace("\u3002", ".").lower().rstrip(".")
    if not name:
        raise RefusedAddressError("the address names no host")
    if _NUMBER.match(name.rpartition(".")[2]):
        return _literal4(name)
    try:
        ascii_name = name if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise RefusedAddressError("the host name is not valid") from None
    if len(ascii_name) > 253 or not _NAME.match(ascii_name):
        raise RefusedAddressError("the host name is not valid")
    local = ascii_name == "localhost" or ascii_name.endswith(".localhost")
    return ascii_name, ipaddress.IPv4Address("127.0.0.1") if local else None


def _literal4(name: str) -> tuple[str, IPAddress]:
    try:
        if not all(_NUMBER.match(part) for part in name.split(".")):
            raise ValueError(name)
        packed = socket.inet_aton(name)
    except (OSError, ValueError):
        raise RefusedAddressError("the host is not a valid IPv4 address") from None
    address = ipaddress.IPv4Address(packed)
    return str(address), address


def _literal6(name: str) -> tuple[str, IPAddress]:
    if "%" in name:
        raise RefusedAddressError("an IPv6 address with a zone is not asked")
    try:
        address = ipaddress.IPv6Address(name)
    except ValueError:
        raise RefusedAddressError("the host is not a valid IPv6 address") from None
    return str(address), address
