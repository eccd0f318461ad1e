"""Networks of clients: what one client is likely to control, and whose forwarded addresses are believed."""

import ipaddress
from collections.abc import Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network(address: str) -> str:
    """Return the part of an address that one client is likely to control: /24, or /48 of IPv6.

    A text that is no address is returned as it is.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


class Trusted:
    """The proxies whose forwarded headers are believed: addresses or networks, separated by commas; `*` is all."""

    def __init__(self, given: str) -> None:
        names = [name.strip() for name in given.split(",")]
        self._all = names == ["*"]
        self._networks = _networks(names)

    def __contains__(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return self._all
        return self._all or any(ip in one for one in self._networks)


def _networks(names: Sequence[str]) -> Sequence[Network]:
    found = []
    for name in names:
        try:
            found.append(ipaddress.ip_network(name))
        except ValueError:  # uvicorn takes it for a name, and no connection has a name.
            continue
    return found
