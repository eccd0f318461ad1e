"""A proxy fetches pictures of its own marketplace, from public addresses, and nothing else."""

import asyncio
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from mercarich_marketplace.answers import Fault
from mercarich_marketplace.image_sources import ImageSources, NotAllowed, PublicResolver
from mercarich_platform.public_addresses import is_public

WEB = ImageSources({"static.mercdn.net"})
OWN = ImageSources((), "http://127.0.0.1:8100/mercari")
PHOTO = "/item/detail/orig/photos/m1_1.jpg?17"


def test_the_marketplaces_pictures_are_fetched() -> None:
    assert WEB.checked("https://static.mercdn.net" + PHOTO) == "https://static.mercdn.net" + PHOTO
    assert WEB.checked("https://static.mercdn.net:443/c!/w=240/a.jpg") == "https://static.mercdn.net/c!/w=240/a.jpg"


@pytest.mark.parametrize(
    "url",
    [
        "http://static.mercdn.net/a.jpg",
        "https://static.mercdn.net:8443/a.jpg",
        "https://static.mercdn.net.evil.example/a.jpg",
        "https://evilstatic.mercdn.net/a.jpg",
        "https://evil.static.mercdn.net/a.jpg",
        "https://evil.example/static.mercdn.net/a.jpg",
        "https://user@static.mercdn.net/a.jpg",
        "https://static.mercdn.net@evil.example/a.jpg",
        "https://evil.example\\@static.mercdn.net/a.jpg",
        "https://static.mercdn.net\\.evil.example/a.jpg",
        "https://static.mercdn.net#@evil.example/a.jpg",
        "https://static.mercdn.net",
        "https://STATIC.mercdn.net/a.jpg",
        "https://static.mercdn.net/a.jpg\r\nHost: evil.example",
        "https://static.mercdn.net/a b.jpg",
        "https://static.mercdn.net/写真.jpg",
        "https://127.0.0.1/a.jpg",
        "https://[::1]/a.jpg",
        "https://2130706433/a.jpg",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//static.mercdn.net/a.jpg",
        "gopher://static.mercdn.net/a.jpg",
        "http://127.0.0.1:8100/mercari/images/m1_1.jpg",
        "https://static.mercdn.net/" + "a" * 2_000,
    ],
)
def test_every_other_address_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        WEB.checked(url)


def test_the_configured_upstreams_pictures_are_fetched_and_nothing_else_of_it() -> None:
    good = "http://127.0.0.1:8100/mercari/images/m1_1.jpg"
    assert OWN.checked(good) == good
    for url in (
        "http://127.0.0.1:8100/_sim/ledger",
        "http://127.0.0.1:8100/mercari/items/get?id=m1",
        "http://127.0.0.1:8100/mercari/images/../../_sim/ledger",
        "http://127.0.0.1:8100/mercari/images/..",
        "http://127.0.0.1:8100/mercari/images/%2e%2e/%2e%2e/_sim/ledger",
        "http://127.0.0.1:81000/mercari/images/m1_1.jpg",
        "http://127.0.0.1:8100.evil.example/mercari/images/m1_1.jpg",
        "https://static.mercdn.net" + PHOTO,
    ):
        with pytest.raises(NotAllowed):
            OWN.checked(url)


@pytest.mark.parametrize("address", ["23.50.1.7", "2600:1406:3a00::1", "::ffff:23.50.1.7", "64:ff9b::1732:107"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "ff02::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "2001:db8::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_private_addresses_are_not_public_however_they_are_wrapped(address: str) -> None:
    assert not is_public(address)


class Names(AbstractResolver):
    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=each, port=port, family=family, proto=0, flags=0)
            for each in self._addresses
        ]

    async def close(self) -> None:
        pass


def resolved(resolver: PublicResolver, host: str) -> list[str]:
    return [each["host"] for each in asyncio.run(resolver.resolve(host, 443))]


def test_a_name_that_leads_into_the_network_is_refused_even_in_part() -> None:
    assert resolved(PublicResolver(inner=Names("23.50.1.7")), "static.mercdn.net") == ["23.50.1.7"]
    with pytest.raises(Fault, match="not public"):
        resolved(PublicResolver(inner=Names("23.50.1.7", "10.0.0.5")), "static.mercdn.net")
    with pytest.raises(Fault, match="not public"):
        resolved(PublicResolver(inner=Names("::ffff:10.0.0.5")), "static.mercdn.net")


def test_the_operators_own_upstream_may_be_inside_the_network() -> None:
    inside = PublicResolver("mercarich-simulator", Names("10.0.0.5"))
    assert resolved(inside, "mercarich-simulator") == ["10.0.0.5"]
    with pytest.raises(Fault):
        resolved(inside, "static.mercdn.net")
