"""A passkey of an account, and what its authenticator has told of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST = 10
"""Passkeys of one account: a person's devices, and a browser asks for all of them at once."""
GOOD_FOR = timedelta(minutes=5)
"""Time within which a challenge must be signed."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A passkey as its authenticator knows it."""

    id: str
    """Base64url."""
    public_key: str
    """COSE, base64url."""
    transports: tuple[str, ...]
    """Ways to reach the authenticator, such as `usb` or `internal`."""
    sign_count: int
    """Number of signatures that it told of last; 0: it does not count."""


@dataclass(frozen=True, slots=True)
class Passkey:
    id: int
    name: str
    """Given by its owner."""
    created_at: datetime
    used_at: datetime | None
    credential: Credential
