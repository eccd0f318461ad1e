"""The state of a listing at Amazon, and how results of pushes and feeds change it. No I/O.

A push sends an absolute quantity at a revision. Each function returns a `Change` of the push columns. What a later read
finds at Amazon is the subject of `read_back`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mercarich_contracts.events import EventKind
from mercarich_listings.event import Change, Event
from mercarich_reasons.push import NewerQuantity, NotForSale, NotShown, UnknownSku
from mercarich_reasons.reason import Reason

LEASE = timedelta(seconds=30)
"""Lease of a claim, renewed while its responses are pending. After a crash, its listings wait for this time."""
_AWAY = timedelta(seconds=5)
"""Wait after a push without a response."""
SETTLED = timedelta(seconds=1)
"""Wait before the first read: Amazon's read path lags behind an accepted PATCH."""
_FIRST_BACK_OFF, _LONGEST_BACK_OFF = timedelta(minutes=10), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Push:
    """The push columns of `listings`. `revision` and `quantity` are the desired state."""

    id: int
    user_id: int
    sku: str
    revision: int
    quantity: int
    pushed_revision: int
    """The newest revision that Amazon accepted."""
    pushed_quantity: int | None
    """The quantity that Amazon shows, as far as known."""
    pushed_at: datetime | None
    verified_at: datetime | None
    """When the accepted quantity was read back."""
    next_read_at: datetime | None
    """When Amazon is to be read; None: nothing is to be read back."""
    push_claim: str | None
    """Name of the claim whose PATCH is under way."""
    push_claim_until: datetime | None
    push_attempts: int
    """Refusals of `push_failed_revision` in a row; if the problem is `NotShown`, doubts in a row (`read_back`)."""
    push_not_before: datetime | None
    push_problem: Reason | None
    push_failed_revision: int | None
    orphan: bool
    """Whether Amazon does not know the SKU."""
    differs_since: datetime | None = None
    """Since when Amazon was seen to differ from `push_failed_revision` (`differences`); None: it was not."""

    @property
    def under_way(self) -> bool:
        """Whether it is uncertain what Amazon shows: a push is under way, or its response was lost."""
        failed = self.push_attempts > 0 or self.push_problem is not None or self.push_not_before is not None
        return self.push_claim is not None or failed


Pushed = Change[Push]
"""The result of a function of this module."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The quantity that was sent, and its revision."""

    revision: int
    quantity: int
    submission_id: int | None = None
    """The feed, if it was sent by one."""


@dataclass(frozen=True, slots=True)
class Failures:
    """The stored failures of pushes of one revision; those of an older one do not count."""

    attempts: int = 0
    problem: Reason | None = None
    since: datetime | None = None
    """`Push.differs_since`."""

    @property
    def refusals(self) -> int:
        """Return how often Amazon has refused the quantity since it last accepted it."""
        return 0 if isinstance(self.problem, NotShown) else self.attempts

    @property
    def of_reads(self) -> "Failures":
        """Return these if reads have found them, which no acceptance of a push refutes; else none.

        A refusal in between does not end a difference; only an offer that is not for sale may be so by this push.
        """
        if isinstance(self.problem, NotShown | UnknownSku):
            return self
        return Failures(since=None if isinstance(self.problem, NotForSale) else self.since)

    @property
    def doubts(self) -> int:
        """Return how often reads have not shown the accepted quantity; counted apart from refusals."""
        return self.attempts if isinstance(self.problem, NotShown) else 0


def failures(push: Push, revision: int) -> Failures:
    if push.push_failed_revision not in (None, revision):
        return Failures()
    # That Amazon does not know the SKU is no failure of a revision (`_differs_since`).
    since = push.differs_since if not push.orphan or isinstance(push.push_problem, UnknownSku) else None
    return Failures(push.push_attempts, push.push_problem, since)


def accepted(push: Push, sent: Sent, at: datetime) -> Pushed:
    """Amazon accepted it. That proves neither that Amazon shows it nor that it knows the SKU: what was found before of
    this revision stays until Amazon is read.
    """
    left = failures(push, sent.revision).of_reads
    columns = _accepted(sent, at) | _left(left)
    return changed(push, event_of(push, EventKind.PUSH_ACCEPTED, sent, at), **free(), **columns)


def refused(push: Push, sent: Sent, problem: Reason | None, at: datetime, now: datetime) -> Pushed:
    """Amazon refused the content; it is tried again after a growing wait."""
    columns = refusal(push, sent, problem, now)
    return changed(push, event_of(push, EventKind.PUSH_REJECTED, sent, at, problem), **free(), **columns)


def unknown_sku(push: Push, sent: Sent, problem: Reason | None, at: datetime, now: datetime) -> Pushed:
    """Amazon does not know the SKU. It leaves the queue, but a withdrawal is tried again after a growing wait."""
    columns = refusal(push, sent, problem, now) | orphaned(push, sent, at)
    return changed(push, event_of(push, EventKind.PUSH_ORPHAN, sent, at, problem), **free(), **columns)


def deferred(push: Push, sent: Sent, problem: Reason | None, now: datetime) -> Pushed:
    """Return the change after a push without a response; it counts as no attempt.

    A zero is sent again within seconds. A quantity above 0 is not: Amazon may show it, and sell it. It is read back
    first, as an accepted one. It may also be under way still, so the claim stays for the whole lease, as after a crash,
    and even the zero of a source that has sold meanwhile waits for its end.
    """
    tried = failures(push, sent.revision)
    columns: dict[str, Any] = {
        "push_failed_revision": sent.revision,
        "push_attempts": tried.attempts,
        "push_problem": tried.problem if tried.doubts else problem,
        "differs_since": tried.since if sent.quantity else _differs_since(push, sent),
    }
    if sent.quantity:
        lease = {"push_claim_until": now + LEASE, "push_not_before": now + LEASE}
        columns |= _accepted(sent, now) | {"pushed_quantity": None, **lease}
    else:
        columns |= {**free(), "push_not_before": now + _AWAY}
    return changed(push, None, **columns)


def released(push: Push) -> Pushed:
    """It never reached Amazon, or was throttled; it is tried again at once."""
    return changed(push, None, **free())


def overtaken(push: Push, sent: Sent | None = None, at: datetime | None = None) -> Pushed:
    """A late push may have overwritten a newer quantity: what Amazon shows is unknown, and it is pushed again.

    A PATCH under way loses its claim, so that its response cannot mark the listing as pushed. `sent` and `at` are those
    of a late feed whose end is to be recorded in the history.
    """
    behind = min(push.pushed_revision, push.revision - 1)
    event = None
    if sent is not None and at is not None:
        event = event_of(push, EventKind.PUSH_SUPERSEDED, sent, at, NewerQuantity())
    unknown = {"pushed_revision": behind, "pushed_quantity": None, "verified_at": None, "next_read_at": None}
    return changed(push, event, **free(), **unknown)


def accepted_by_feed(push: Push, sent: Sent, at: datetime) -> Pushed:
    """As `accepted`, for a feed. No event is recorded if a PATCH has recorded the same before."""
    left = failures(push, sent.revision).of_reads
    columns = _accepted(sent, at) | _left(left)
    event = event_of(push, EventKind.PUSH_ACCEPTED, sent, at) if push.pushed_revision < push.revision else None
    return changed(push, event, **columns)


def refused_by_feed(push: Push, sent: Sent, problem: Reason, at: datetime) -> Pushed:
    """As `refused` or `unknown_sku`, by a feed's report. Nothing changes if a PATCH was accepted meanwhile."""
    orphan = isinstance(problem, UnknownSku)
    kind = EventKind.PUSH_ORPHAN if orphan else EventKind.PUSH_REJECTED
    columns: dict[str, Any] = {}
    if push.pushed_revision < push.revision:
        columns = refusal(push, sent, problem, at)
        if orphan:
            columns |= orphaned(push, sent, at)
        elif push.orphan:
            columns |= {"orphan": False, "differs_since": None}
    return changed(push, event_of(push, kind, sent, at, problem), **columns)


def feed_failed(push: Push, sent: Sent, problem: Reason | None, now: datetime) -> Pushed:
    """The feed failed as a whole, with an unknown effect: withdrawals go by PATCH at once, restores by a later feed.

    Until then, what Amazon shows counts as unknown.
    """
    if push.pushed_revision >= push.revision:
        return changed(push, None)
    if sent.quantity == 0:
        return changed(push, None, pushed_quantity=None)
    tried = failures(push, sent.revision)
    attempts = tried.attempts + 1
    later = {"push_attempts": attempts, "push_not_before": now + back_off(attempts), "push_problem": problem}
    later["differs_since"] = _differs_since(push, sent)
    return changed(push, None, **later, push_failed_revision=sent.revision)


def never_left(push: Push, revision: int) -> Pushed:
    """Amazon already shows the newest revision, because the withdrawal before it was never sent."""
    return changed(push, None, pushed_revision=revision)


def back_off(attempts: int) -> timedelta:
    """Return the wait after the refusal number `attempts`, from 1: 10 min, 20, 40 … 24 h."""
    doublings = max(0, min(attempts - 1, 10))
    return min(_FIRST_BACK_OFF * (1 << doublings), _LONGEST_BACK_OFF)


def _accepted(sent: Sent, at: datetime) -> dict[str, Any]:
    pushed = {"pushed_revision": sent.revision, "pushed_quantity": sent.quantity, "pushed_at": at}
    read = {"verified_at": None, "next_read_at": at + SETTLED}
    return {**pushed, **read, "push_not_before": None, "orphan": False}


def _left(left: Failures) -> dict[str, Any]:
    return {"push_attempts": left.attempts, "push_problem": left.problem, "differs_since": left.since}


def refusal(push: Push, sent: Sent, problem: Reason | None, now: datetime) -> dict[str, Any]:
    tried = failures(push, sent.revision)
    attempts = tried.refusals + 1
    failed = {"push_failed_revision": sent.revision, "push_attempts": attempts, "push_problem": problem}
    return {**failed, "push_not_before": now + back_off(attempts), "differs_since": _differs_since(push, sent)}


def orphaned(push: Push, sent: Sent, at: datetime) -> dict[str, Any]:
    return {"orphan": True, "differs_since": _differs_since(push, sent) or at}


def _differs_since(push: Push, sent: Sent) -> datetime | None:
    """Return since when Amazon differs from what was sent, or since when it has not known the SKU, at any revision."""
    return push.differs_since if push.orphan else failures(push, sent.revision).since


def free() -> dict[str, Any]:
    return {"push_claim": None, "push_claim_until": None}


def changed(push: Push, event: Event | None, **columns: Any) -> Pushed:
    return Change(push, replace(push, **columns), event)


def event_of(push: Push, kind: EventKind, sent: Sent, at: datetime, reason: Reason | None = None) -> Event:
    return Event(
        listing_id=push.id,
        user_id=push.user_id,
        at=at,
        kind=kind,
        reason=reason,
        quantity_after=sent.quantity,
        revision=sent.revision,
        submission_id=sent.submission_id,
    )
