"""How what Amazon shows, read after a push, changes the state of a listing at Amazon. No I/O.

Amazon shows an accepted quantity after seconds, sometimes minutes, and may ignore it (clousale/amazon-sp-api-php#132).
A zero that is not shown is pushed again: doing so twice does no harm. A quantity above 0 is not, as long as Amazon may
still show it, or may have shown and sold it in between: the piece would be sold twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_contracts.events import EventKind
from mercarich_listings.push import SETTLED, Push, Pushed, Sent, changed, event_of, failures, free, refusal
from mercarich_reasons.push import NotShown
from mercarich_reasons.reason import Reason

SHOWS_WITHIN = timedelta(minutes=15)
"""Longest time from the acceptance of a quantity until Amazon shows it. Amazon speaks of minutes and of asynchronous
processing (amzn/selling-partner-api-docs#2167, -models#4764) and promises no limit."""
ZERO_SHOWS_WITHIN = timedelta(seconds=5)
"""As `SHOWS_WITHIN`, for zeros: most are shown by then, and to push one again costs no more than a call."""
LATE = timedelta(minutes=5)
"""Delay of a read by which Amazon may have shown and sold the quantity unnoticed."""
_LONGEST_WAIT = timedelta(minutes=1)
_LONGEST_DOUBT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Seen:
    """What Amazon shows of an offer."""

    quantity: int | None
    """None: it names none."""
    problem: Reason | None = None
    """Why the offer is not for sale, whatever its quantity."""


def read(push: Push, seen: Seen, at: datetime, now: datetime) -> Pushed:
    """Return the change after a read of an accepted push; `at` is the time of Amazon's response."""
    if push.quantity == 0:
        return _shown(push, 0, at, now) if seen.quantity == 0 else _zero_missing(push, seen.quantity, at, now)
    up = seen.quantity is not None and 0 < seen.quantity <= push.quantity  # lower: some of it was sold already
    if up and seen.problem is None:
        return _shown(push, seen.quantity, at, now)
    if seen.quantity == 0 and push.next_read_at is not None and now - push.next_read_at > LATE:
        return not_repeated(push, at)
    if _age(push, now) < SHOWS_WITHIN:
        return _later(push, SHOWS_WITHIN, now)
    if up and seen.problem is not None:
        return _not_for_sale(push, seen.problem, at, now)
    if seen.quantity is None:
        return changed(push, None, push_attempts=0, push_problem=None, next_read_at=None)
    return _again(push, seen.quantity, at, now)


def lost(push: Push, problem: Reason, at: datetime, now: datetime) -> Pushed:
    """A read found that Amazon does not know the SKU, although it had accepted the quantity."""
    sent = Sent(push.revision, push.quantity)
    columns = refusal(push, sent, problem, now) | {"orphan": True, "pushed_revision": push.revision - 1}
    return changed(push, event_of(push, EventKind.PUSH_ORPHAN, sent, at, problem), **columns, next_read_at=None)


def not_repeated(push: Push, at: datetime) -> Pushed:
    """Amazon shows 0, perhaps because a buyer took the piece: the quantity is not pushed, and its seller is told."""
    problem = NotShown(0)
    event = event_of(push, EventKind.SHOWN_LESS, Sent(push.revision, push.quantity), at, problem)
    told = {"push_failed_revision": push.revision, "push_problem": problem, "push_attempts": 0}
    known = {"pushed_revision": push.revision, "pushed_quantity": 0, "next_read_at": None, "push_not_before": None}
    return changed(push, event, **free(), **told, **known)


def doubt_wait(doubts: int) -> timedelta:
    """Return the wait after doubt number `doubts`, from 1: none, 2 s, 4, 8 … 10 min."""
    return min(timedelta(seconds=1 << min(doubts - 1, 10)), _LONGEST_DOUBT) if doubts > 1 else timedelta()


def _shown(push: Push, quantity: int | None, at: datetime, now: datetime) -> Pushed:
    """The accepted quantity is there. One whose acceptance was not answered was accepted, as is seen now."""
    event = None
    if push.pushed_quantity is None:
        event = event_of(push, EventKind.PUSH_ACCEPTED, Sent(push.revision, push.quantity), at)
    known = {"pushed_quantity": quantity, "verified_at": now, "next_read_at": None}
    no_failure = {"push_attempts": 0, "push_problem": None, "push_not_before": None}
    return changed(push, event, **free(), **known, **no_failure)


def _zero_missing(push: Push, found: int | None, at: datetime, now: datetime) -> Pushed:
    if found is not None and _age(push, now) < ZERO_SHOWS_WITHIN:
        return _later(push, ZERO_SHOWS_WITHIN, now)
    if found is not None:
        return _again(push, found, at, now)
    doubts = failures(push, push.revision).doubts + 1
    columns = {"push_failed_revision": push.revision, "push_attempts": doubts, "push_problem": NotShown(None)}
    return changed(push, None, **columns, next_read_at=now + max(doubt_wait(doubts), SETTLED))


def _later(push: Push, limit: timedelta, now: datetime) -> Pushed:
    """Read again: first after a second, then after as long as Amazon has had so far, at most a minute."""
    age = _age(push, now)
    return changed(push, None, next_read_at=now + min(max(age, SETTLED), _LONGEST_WAIT, limit - age))


def _again(push: Push, found: int, at: datetime, now: datetime) -> Pushed:
    """Amazon shows another quantity and has had its time: the push is repeated after a wait that grows."""
    doubts = failures(push, push.revision).doubts + 1
    problem = NotShown(found)
    sent = Sent(push.revision, push.quantity)
    return changed(
        push,
        event_of(push, EventKind.READBACK_MISMATCH, sent, at, problem),
        **free(),
        pushed_revision=push.revision - 1,
        pushed_quantity=found,
        next_read_at=None,
        push_failed_revision=push.revision,
        push_attempts=doubts,
        push_problem=problem,
        push_not_before=now + doubt_wait(doubts),
    )


def _not_for_sale(push: Push, problem: Reason, at: datetime, now: datetime) -> Pushed:
    """Amazon has the quantity but does not sell the offer: the seller is told why."""
    event = event_of(push, EventKind.NOT_FOR_SALE, Sent(push.revision, push.quantity), at, problem)
    known = {"pushed_quantity": push.quantity, "verified_at": now, "next_read_at": None}
    told = {"push_failed_revision": push.revision, "push_attempts": 0, "push_problem": problem}
    return changed(push, event, **free(), **known, **told, push_not_before=None)


def _age(push: Push, now: datetime) -> timedelta:
    return now - push.pushed_at if push.pushed_at is not None else SHOWS_WITHIN
