"""How a read of what Amazon shows changes the state of a listing there: after a push, and from time to time. No I/O.

Amazon shows an accepted quantity after seconds, sometimes minutes, and may ignore it (clousale/amazon-sp-api-php#132).
A zero that is not shown is pushed again: doing so twice does no harm. A quantity above 0 is not, as long as Amazon may
still show it, or may have shown and sold it in between: the piece would be sold twice. Where Amazon shows another
quantity than it has shown before, the books follow.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mercarich_contracts.events import EventKind
from mercarich_listings.push import SETTLED, Push, Pushed, Sent, changed, event_of, failures, free, orphaned, refusal
from mercarich_reasons.push import ChangedAtAmazon, ComesBack, NotShown
from mercarich_reasons.reason import Reason

SHOWS_WITHIN = timedelta(minutes=15)
"""Longest time from the acceptance of a quantity until Amazon shows it. Amazon speaks of minutes and of asynchronous
processing (amzn/selling-partner-api-docs#2167, -models#4764) and promises no limit."""
ZERO_SHOWS_WITHIN = timedelta(seconds=5)
"""As `SHOWS_WITHIN`, for zeros: most are shown by then, and to push one again costs no more than a call."""
LATE = timedelta(minutes=5)
"""Delay of a read by which Amazon may have shown and sold the quantity unnoticed."""
ZEROS_EVERY, OFFERS_EVERY = timedelta(hours=1), timedelta(hours=23)
"""Longest time between two reads of a listing that is down, or up: what a buyer takes is known within a day, though a
read may wait for its turn."""
RETURNS_EVERY = timedelta(minutes=5)
"""Time between two reads of a zero that Amazon has not shown, until it `STAYS`."""
STAYS = timedelta(hours=3)
"""Time for which Amazon has shown a zero after which its last difference is forgotten. Whatever puts the offer up again
before, such as another program, does so again and again: that counts as one difference."""
_LONGEST_WAIT = timedelta(minutes=1)
_LONGEST_DOUBT = timedelta(minutes=10)
_NO_FAILURE = {"push_attempts": 0, "push_problem": None, "push_not_before": None, "differs_since": None}


@dataclass(frozen=True, slots=True)
class Seen:
    """What Amazon shows of an offer."""

    quantity: int | None
    """None: it names none."""
    problem: Reason | None = None
    """Why the offer is not for sale, whatever its quantity."""
    given: int | None = None
    """The quantity in the offer's attributes, the last one that Amazon took; None: not read, or none is there."""


def read(push: Push, seen: Seen, at: datetime, now: datetime) -> Pushed:
    """Return the change after a read; `at` is the time of Amazon's response. Call `changed_there` first."""
    if push.quantity == 0:
        return _shown(push, 0, at, now) if seen.quantity == 0 else _zero_missing(push, seen.quantity, at, now)
    if seen.quantity == push.quantity and seen.problem is None:
        return _shown(push, push.quantity, at, now)
    if _awaited(push) and _age(push, now) < SHOWS_WITHIN:
        return _later(push, SHOWS_WITHIN, now)
    if seen.problem is not None and seen.quantity == push.quantity:
        return _not_for_sale(push, seen, at, now)
    if seen.quantity is not None and _awaited(push):
        return _again(push, seen.quantity, at, now)
    return changed(push, None, next_read_at=now + _every(push))


def changed_there(push: Push, seen: Seen, now: datetime) -> ChangedAtAmazon | None:
    """Return the quantity that the books are to follow; None when Amazon shows what was pushed, or may still do so.

    A 0 counts once the quantity was seen before, when the read came so late that it may have been, or when Amazon has
    had its time and has the quantity in the offer's attributes: it took the push, so a buyer has taken the piece.
    """
    found = seen.quantity
    if push.quantity == 0 or found is None or found == push.quantity:
        return None
    if not _awaited(push):
        return ChangedAtAmazon(found)
    late = push.next_read_at is not None and now - push.next_read_at > LATE
    taken = _age(push, now) >= SHOWS_WITHIN and seen.given == push.quantity
    return ChangedAtAmazon(found) if found < push.quantity and (found or late or taken) else None


def followed(push: Push, reason: ChangedAtAmazon, now: datetime) -> Pushed:
    """The books follow Amazon: their next revision is there already."""
    known = {"pushed_revision": push.revision + 1, "pushed_quantity": reason.shown, "verified_at": now}
    every = OFFERS_EVERY if reason.shown else ZEROS_EVERY
    return changed(push, None, **free(), **known, **_NO_FAILURE, next_read_at=now + every)


def lost(push: Push, problem: Reason, at: datetime, now: datetime) -> Pushed:
    """A read found that Amazon does not know the SKU."""
    sent = Sent(push.revision, push.quantity)
    columns = refusal(push, sent, problem, now) | orphaned(push, sent, at) | {"pushed_revision": push.revision - 1}
    return changed(push, event_of(push, EventKind.PUSH_ORPHAN, sent, at, problem), **columns, next_read_at=None)


def doubt_wait(doubts: int) -> timedelta:
    """Return the wait after doubt number `doubts`, from 1: none, 2 s, 4, 8 … 10 min."""
    return min(timedelta(seconds=1 << min(doubts - 1, 10)), _LONGEST_DOUBT) if doubts > 1 else timedelta()


def _awaited(push: Push) -> bool:
    """Return whether the quantity was pushed and not seen at Amazon since."""
    return push.pushed_at is not None and push.verified_at is None


def _shown(push: Push, quantity: int, at: datetime, now: datetime) -> Pushed:
    """The quantity is there. If the response to its push was lost, the acceptance is told now."""
    event = None
    if push.pushed_quantity is None and _awaited(push):
        event = event_of(push, EventKind.PUSH_ACCEPTED, Sent(push.revision, push.quantity), at)
    known = {"pushed_quantity": quantity, "verified_at": now, "next_read_at": now + _every(push)}
    return changed(push, event, **free() | known | _NO_FAILURE | _remembered(push, now))


def _remembered(push: Push, now: datetime) -> dict[str, Any]:
    """Return the columns of a zero that Amazon shows after it did not: whether it stays is to be seen.

    Its first return is no difference any more (`differences`), but one that follows is the same.
    """
    found = failures(push, push.revision)
    if push.quantity or found.since is None or _age(push, now) >= STAYS:
        return {}
    known = {"differs_since": found.since, "next_read_at": now + RETURNS_EVERY}
    return known | ({"push_problem": ComesBack(0)} if isinstance(found.problem, ComesBack) else {})


def _not_shown(push: Push, found: int | None) -> NotShown:
    tried = failures(push, push.revision)
    returned = push.quantity == 0 and push.verified_at is not None and tried.since is not None
    return ComesBack(found) if returned or isinstance(tried.problem, ComesBack) else NotShown(found)


def _zero_missing(push: Push, found: int | None, at: datetime, now: datetime) -> Pushed:
    if found is not None and _awaited(push) and _age(push, now) < ZERO_SHOWS_WITHIN:
        return _later(push, ZERO_SHOWS_WITHIN, now)
    if found is not None:
        return _again(push, found, at, now)
    tried = failures(push, push.revision)
    doubts = tried.doubts + 1
    columns = {"push_failed_revision": push.revision, "push_attempts": doubts, "push_problem": _not_shown(push, None)}
    # Not verified any more: such a zero is read until it is seen, also when nobody watches its source (`reads`).
    found_so = {"verified_at": None, "differs_since": tried.since or at}
    return changed(push, None, **columns, **found_so, next_read_at=now + max(doubt_wait(doubts), SETTLED))


def _later(push: Push, limit: timedelta, now: datetime) -> Pushed:
    """Read again: first after a second, then after as long as Amazon has had so far, at most a minute."""
    age = _age(push, now)
    return changed(push, None, next_read_at=now + min(max(age, SETTLED), _LONGEST_WAIT, limit - age))


def _again(push: Push, found: int, at: datetime, now: datetime) -> Pushed:
    """Amazon shows another quantity and has had its time: the push is repeated after a wait that grows."""
    tried = failures(push, push.revision)
    doubts = tried.doubts + 1
    problem = _not_shown(push, found)
    sent = Sent(push.revision, push.quantity)
    return changed(
        push,
        event_of(push, EventKind.READBACK_MISMATCH, sent, at, problem),
        **free(),
        pushed_revision=push.revision - 1,
        pushed_quantity=found,
        verified_at=None,
        next_read_at=None,
        push_failed_revision=push.revision,
        push_attempts=doubts,
        push_problem=problem,
        push_not_before=now + doubt_wait(doubts),
        differs_since=tried.since or at,
    )


def _not_for_sale(push: Push, seen: Seen, at: datetime, now: datetime) -> Pushed:
    """Amazon has the quantity but does not sell the offer: the seller is told why, once."""
    problem, event = seen.problem, None
    if push.push_problem != problem:
        event = event_of(push, EventKind.NOT_FOR_SALE, Sent(push.revision, push.quantity), at, problem)
    known = {"pushed_quantity": seen.quantity, "verified_at": now, "next_read_at": now + _every(push)}
    since = failures(push, push.revision).since or at
    told = {"push_failed_revision": push.revision, "push_attempts": 0, "push_problem": problem, "differs_since": since}
    return changed(push, event, **free(), **known, **told, push_not_before=None)


def _every(push: Push) -> timedelta:
    """Return the time until the next read: up to a sixth less than the longest, to spread what was read together."""
    longest = OFFERS_EVERY if push.quantity else ZEROS_EVERY
    return longest - longest / 6 * (push.id % 100) / 100


def _age(push: Push, now: datetime) -> timedelta:
    return now - push.pushed_at if push.pushed_at is not None else SHOWS_WITHIN
