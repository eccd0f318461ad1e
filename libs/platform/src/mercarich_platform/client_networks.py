"""Networks of clients: what one client is likely to control, and whose forwarded addresses are believed."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=4_096)  # each request asks for it, often several times
def network(address: str) -> str:
    """Return the part of an address that one client is likely to control: /24, or /48 of IPv6.

    An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) counts as itself. A text that is no address is returned
    as it is.
    """
    try:
        ip = _plain(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


def is_address(text: str) -> bool:
    """Return whether the text is an IP address without a zone: a zone may be any text."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


class Trusted:
    """The proxies whose forwarded headers are believed: addresses or networks, separated by commas; `*` is all."""

    def __init__(self, given: str) -> None:
        names = [name.strip() for name in given.split(",")]
        self._all = names == ["*"]
        self._networks = _networks(names)

    def __contains__(self, address: str) -> bool:
        try:
            ip = _plain(address)
        except ValueError:
            return self._all
        return self._all or any(ip in one for one in self._networks)


def _plain(address: str) -> Address:
    """Parse an address as IPv4 where a socket of both families wrote it as IPv6. Raises `ValueError`."""
    ip = ipaddress.ip_address(address)
    return (ip.ipv4_mapped or ip) if isinstance(ip, ipaddress.IPv6Address) else ip


def _networks(names: Sequence[str]) -> Sequence[Network]:
    found = []
    for name in names:
        try:
            found.append(ipaddress.ip_network(name))
        except ValueError:  # uvicorn takes it for a name, and no connection has a name.
            continue
    return found
