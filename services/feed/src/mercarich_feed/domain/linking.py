"""A seller's return from Amazon's consent page: its parameters, and whether it is the seller who was sent there."""

from dataclasses import dataclass, field
from datetime import datetime

from mercarich_contracts.linking import Outcome


@dataclass(frozen=True, slots=True)
class Callback:
    """The parameters of the callback; empty where the browser sent none."""

    state: str = field(repr=False)
    session: str = field(repr=False)
    """Token of the session with the pages."""
    code: str = field(repr=False)
    seller_id: str
    address: str = field(default="", repr=False)
    """From which the browser came."""
    agent: str = field(default="", repr=False)
    """Its User-Agent."""
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A seller who was sent to Amazon."""

    user_id: int
    session_hash: str
    expires_at: datetime
    used_at: datetime | None


def refusal(sent: Sent | None, session_hash: str, now: datetime) -> Outcome | None:
    """Return why the callback is refused, or None when it is valid.

    A session other than the one that was sent there may belong to a victim who was lured to the consent page: their
    Amazon account would be linked to a stranger's user.
    """
    if sent is None or sent.session_hash != session_hash:
        return Outcome.STRANGE
    if sent.used_at is not None:
        return Outcome.USED
    return Outcome.EXPIRED if sent.expires_at <= now else None
