"""Which picture addresses a proxy may ask: the marketplace's picture hosts by https, or its own upstream.

Seen from outside a proxy is a machine inside the network that fetches what it is told to. So an address is
matched whole against what is allowed, never repaired, and what a name resolves to is looked at, too.
"""

import asyncio
import re
import socket
from collections.abc import Collection

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import Fault
from mercarich_platform.public_addresses import is_public

LONGEST = 2_000
_SAFE = r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]"
_WEB = re.compile(rf"https://([a-z0-9.-]+)(?::443)?(/{_SAFE}*(?:\?(?:{_SAFE}|\?)*)?)")
_OWN = re.compile(r"/images/[A-Za-z0-9_-][A-Za-z0-9._-]*")


class NotAllowed(Exception):
    """The address is not one that this proxy fetches; the sentence says why."""


class ImageSources:
    """`hosts` are names, in lower case; `own` is the upstream's base address when that is no real site."""

    def __init__(self, hosts: Collection[str], own: str | None = None) -> None:
        self._hosts = frozenset(hosts)
        self._own = own

    def checked(self, url: str) -> str:
        """The address to fetch. Raises `NotAllowed`."""
        if len(url) > LONGEST:
            raise NotAllowed(f"the address is longer than {LONGEST}")
        if self._own and url.startswith(self._own) and _OWN.fullmatch(url, len(self._own)):
            return url
        match = _WEB.fullmatch(url)
        if match is None:
            raise NotAllowed("only plain https addresses of the marketplace's pictures are fetched")
        if match[1] not in self._hosts:
            raise NotAllowed(f"{match[1]} is not a host of this marketplace's pictures")
        return f"https://{match[1]}{match[2]}"


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only; the connection is made to what was looked at here.

    Raises `Fault` when a name leads anywhere else, even in part. `own_host` is the operator's own upstream.
    """

    def __init__(self, own_host: str | None = None, inner: AbstractResolver | None = None) -> None:
        self._own_host = own_host
        self._inner = inner or ThreadedResolver(loop=asyncio.get_running_loop())

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if host != self._own_host and not all(is_public(each["host"]) for each in found):
            raise Fault(Reason.BAD_REQUEST, f"{host} leads to an address that is not public")
        return found

    async def close(self) -> None:
        await self._inner.close()
