"""Which IP addresses a process may connect to when the host name comes from outside (SSRF)."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_NAT64 = ip_network("64:ff9b::/96")
_AZURE = IPv4Address("168.63.129.16")
"""The address of Azure's own services within each of its networks. It is not among the reserved ones."""


def is_public(address: str) -> bool:
    """Return whether an IP address is on the public internet, also if it is an IPv4 address embedded in IPv6."""
    ip = ip_address(address.partition("%")[0])
    inner = _wrapped(ip) if isinstance(ip, IPv6Address) else None
    plain = inner or ip
    return plain != _AZURE and plain.is_global and not plain.is_multicast and not plain.is_reserved


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address embedded in an IPv6 address: mapped, 6to4, NAT64."""
    if ip in _NAT64:
        return IPv4Address(ip.packed[-4:])
    return ip.ipv4_mapped or ip.sixtofour
