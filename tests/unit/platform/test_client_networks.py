"""What counts as one client's network, and which addresses are a trusted proxy's."""

import pytest

from mercarich_platform.client_networks import Trusted, network


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("::ffff:c000:207", "192.0.2.0/24"),
        ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ("no address", "no address"),
    ],
)
def test_the_network_of_a_client(address: str, expected: str) -> None:
    assert network(address) == expected


@pytest.mark.parametrize(
    ("given", "address", "is_trusted"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("10.0.0.0/8, 192.0.2.1", "::ffff:192.0.2.2", False),
        ("2001:db8::/32", "2001:db8::1", True),
        ("a-name", "a-name", False),
        ("*", "a-name", True),
        ("", "192.0.2.1", False),
    ],
)
def test_who_is_trusted(given: str, address: str, is_trusted: bool) -> None:
    assert (address in Trusted(given)) is is_trusted
