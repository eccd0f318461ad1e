"""How Amazon's response changes its listing: picks the transition of `mercarich_listings.push`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mercarich_feed.domain.answers import Answer, Missing
from mercarich_feed.domain.feeds import FeedEnd
from mercarich_feed.domain.pushes import Outcome, Pushed
from mercarich_listings.event import Change
from mercarich_listings.push import (
    Push,
    Sent,
    accepted,
    accepted_by_feed,
    deferred,
    feed_failed,
    overtaken,
    refused,
    refused_by_feed,
    released,
    unknown_sku,
)
from mercarich_listings.read_back import Seen, changed_there, followed, lost, read
from mercarich_reasons.push import ChangedAtAmazon


class Result(StrEnum):
    """The result for one listing of a feed."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    """No result: the listing has changed since, or the feed failed as a whole."""


@dataclass(frozen=True, slots=True)
class Ended:
    result: Result
    change: Change[Push]


def settled(push: Push, answered: Pushed, claim: str, now: datetime) -> Change[Push]:
    """Return the change after the response to a PATCH that was sent under `claim`.

    If the listing is no longer under this claim, the response is ignored. But a restore may have overwritten a newer
    push, which is then pushed again.
    """
    offer = answered.offer
    sent = Sent(offer.revision, offer.quantity)
    if push.push_claim != claim:
        maybe_shown = offer.quantity > 0 and answered.outcome in (Outcome.ACCEPTED, Outcome.DEFERRED)
        return overtaken(push) if maybe_shown and push.revision > offer.revision else Change(push, push)
    match answered.outcome:
        case Outcome.ACCEPTED:
            return accepted(push, sent, answered.at)
        case Outcome.REJECTED:
            return refused(push, sent, answered.problem, answered.at, now)
        case Outcome.ORPHAN:
            return unknown_sku(push, sent, answered.problem, answered.at, now)
        case Outcome.PERHAPS_SOLD:
            return followed(push, ChangedAtAmazon(0), now) if push.revision == offer.revision else released(push)
        case Outcome.DEFERRED:
            return deferred(push, sent, answered.problem, now)
        case Outcome.RELEASED:
            return released(push)


def looked_up(push: Push, answer: Answer, now: datetime) -> Change[Push]:
    """Return the change after an offer was read at Amazon; none if the listing has changed since."""
    if answer.offer.revision != push.revision:
        return Change(push, push)
    if isinstance(answer.trouble, Missing):
        return lost(push, answer.trouble.reason, answer.at, now)
    seen = answer.seen or Seen(None)
    other = changed_there(push, seen, now)
    return read(push, seen, answer.at, now) if other is None else followed(push, other, now)


def to_follow(change: Change[Push]) -> ChangedAtAmazon | None:
    """Return the quantity to which the listing must follow Amazon after this change (`listing.follow_amazon`)."""
    after = change.after
    if after.pushed_quantity is None or after.pushed_revision <= after.revision:
        return None
    return ChangedAtAmazon(after.pushed_quantity)


def ended(push: Push, sent: Sent, end: FeedEnd, now: datetime) -> Ended:
    """Return result and change after the end of the feed that carried the listing as `sent`."""
    if push.revision > sent.revision:  # the feed may have overwritten a newer PATCH
        return Ended(Result.SUPERSEDED, overtaken(push, sent, now))
    if not end.processed:
        return Ended(Result.SUPERSEDED, feed_failed(push, sent, end.note, now))
    problem = end.problems.get(push.sku)
    if problem is None:
        return Ended(Result.ACCEPTED, accepted_by_feed(push, sent, now))
    return Ended(Result.REJECTED, refused_by_feed(push, sent, problem, now))
