"""Which picture addresses a proxy may fetch: the marketplace's picture hosts by https, or its own upstream.

A proxy that fetches any given address would expose the machines of the internal network to outsiders. So the complete
address must match an allowed pattern and is never repaired, and the IP addresses of its host must be public.
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
    """This proxy may not fetch the address; the message says why."""


class ImageSources:
    """The allowed sources. `hosts` are names in lower case; `own` is the base address of a simulated upstream."""

    def __init__(self, hosts: Collection[str], own: str | None = None) -> None:
        self._hosts = frozenset(hosts)
        self._own = own

    def checked(self, url: str) -> str:
        """Return the address to fetch. Raise `NotAllowed` when no pattern matches."""
        if len(url) > LONGEST:
            raise NotAllowed(f"the address is longer than {LONGEST} characters")
        if self._own and url.startswith(self._own) and _OWN.fullmatch(url, len(self._own)):
            return url
        match = _WEB.fullmatch(url)
        if match is None:
            raise NotAllowed("only plain https addresses of the marketplace's pictures are fetched")
        if match[1] not in self._hosts:
            raise NotAllowed(f"{match[1]} is not a host of this marketplace's pictures")
        return f"https://{match[1]}{match[2]}"


class PublicResolver(AbstractResolver):
    """Resolves names to public IP addresses only. The connection goes to the addresses that were checked here.

    `resolve` raises `Fault` when any address of a name is not public. `own_host`, the operator's upstream, is exempt.
    """

    def __init__(self, own_host: str | None = None, inner: AbstractResolver | None = None) -> None:
        self._own_host = own_host
        self._inner = inner or ThreadedResolver(loop=asyncio.get_running_loop())

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if host != self._own_host and not all(is_public(each["host"]) for each in found):
            raise Fault(Reason.BAD_REQUEST, f"{host} resolves to an address that is not public")
        return found

    async def close(self) -> None:
        await self._inner.close()
