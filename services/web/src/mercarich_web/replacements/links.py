"""Decide on a replacement by the link of a message, without signing in: on exactly what its page has shown."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

import orjson

from mercarich_reasons.reason import Reason
from mercarich_reasons.replacements import LinkEnded, LinkExpired
from mercarich_replacements.earnings import Earnings
from mercarich_web.identity.links import DECIDED
from mercarich_web.replacements.proposals import Proposal


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is stored, and what its owner's account says of it now."""

    token_hash: str
    user_id: int
    username: str
    listing_id: int
    sku: str
    revival_id: int
    way: str
    """How its message went."""
    shown: str
    """Marketplace and item that the message named."""
    expires_at: datetime
    ended_by: str | None
    """An `identity.links.End`; None: nothing has ended it."""
    trusted: bool
    """The account is active and wants links. What ends this ends the link for good; it is asked all the same."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of a replacement that waits."""

    proposal: Proposal
    earned: Earnings
    """What a sale would earn with it."""

    @property
    def fence(self) -> str:
        """Return a word that is another one as soon as the page would show anything else."""
        return hashlib.sha256(orjson.dumps((self.proposal, self.earned))).hexdigest()


@dataclass(frozen=True, slots=True)
class Seen:
    """A link that is opened: `shown`, or `told`, why there is nothing to decide any more."""

    link: Link
    shown: Shown | None
    told: Reason | None = None
    is_over: bool = False
    """The link itself has ended, and not only the question."""


@dataclass(frozen=True, slots=True)
class FormTokens:
    """Tokens of the forms of a page that has no session: each is of one link, and of what its page has shown."""

    secret: bytes

    def made(self, link: Link, fence: str) -> str:
        nonce = secrets.token_hex(16)
        return f"{nonce}.{self._seal(link, fence, nonce)}"

    def holds(self, link: Link, fence: str, token: str) -> bool:
        nonce, _, seal = token.partition(".")
        return hmac.compare_digest(self._seal(link, fence, nonce).encode(), seal.encode())

    def _seal(self, link: Link, fence: str, nonce: str) -> str:
        return hmac.new(self.secret, f"{link.token_hash}|{fence}|{nonce}".encode(), hashlib.sha256).hexdigest()[:32]


def over(link: Link, now: datetime) -> Reason | None:
    """Return why a link is not good any more; None while it is, and of one that has decided: the listing tells that."""
    if link.ended_by in DECIDED:
        return None
    if link.ended_by is not None or not link.trusted:
        return LinkEnded()
    return LinkExpired(link.expires_at) if link.expires_at <= now else None
