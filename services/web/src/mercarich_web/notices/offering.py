"""Replacements that a message offers to decide on, each with a link of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mercarich_web.notices.notices import Kind, What
from mercarich_web.notices.sending import Sending

MOST_IN_MAIL = 10
"""Of a mail or a webhook. The page has them all."""
MOST_IN_CHAT = 3
"""Fewer, because the shortest message that a chat takes has 2,000 characters."""


@dataclass(frozen=True, slots=True)
class Offered:
    listing_id: int
    sku: str
    title: str | None
    marketplace: str
    item_id: str
    price_jpy: int | None
    token: str = field(repr=False)
    """256 bits at random; the table has its hash alone."""
    expires_at: datetime


Offer = Callable[[Sending, int], Sequence[Offered]]
"""Make links for at most as many of the replacements that wait, the oldest first, and return them. Nothing is offered
to a seller who wants no links, and to a place where messages do not go any more."""


def nothing(sending: Sending, most: int) -> Sequence[Offered]:
    return ()


def offers(sending: Sending) -> bool:
    """Return whether the message is one that may have links."""
    tells = sending.notice is not None and sending.notice.kind == Kind.PROPOSED
    return sending.what is What.OPENED and tells and sending.ways.links
