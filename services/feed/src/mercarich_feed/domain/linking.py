"""A seller who comes back from Amazon's consent page: with what, and whether it is the one who was sent there."""

from dataclasses import dataclass, field
from datetime import datetime

from mercarich_contracts.linking import Outcome


@dataclass(frozen=True, slots=True)
class Callback:
    """What the browser brings; empty texts for what it does not."""

    state: str = field(repr=False)
    session: str = field(repr=False)
    """The token of the pages' session."""
    code: str = field(repr=False)
    seller_id: str
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A seller who was sent to Amazon."""

    user_id: int
    session_hash: str
    expires_at: datetime
    used_at: datetime | None


def refusal(sent: Sent | None, session_hash: str, now: datetime) -> Outcome | None:
    """Why nothing is done for who comes with this session; None when all is well.

    Another session than the one that was sent is somebody who was lured to the consent page by it: his Amazon account
    would be linked to a stranger's.
    """
    if sent is None or sent.session_hash != session_hash:
        return Outcome.STRANGE
    if sent.used_at is not None:
        return Outcome.USED
    return Outcome.EXPIRED if sent.expires_at <= now else None
