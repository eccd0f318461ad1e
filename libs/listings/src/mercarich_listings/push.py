"""How a listing stands with Amazon, and what each end of a push, a feed or a look does to it. No I/O.

A push carries an absolute quantity at a revision. Every function returns a `Change` of the push columns.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mercarich_contracts.events import EventKind
from mercarich_listings.event import Change, Event
from mercarich_reasons.push import NewerQuantity, NotShown, UnknownSku
from mercarich_reasons.reason import Reason

LEASE = timedelta(seconds=30)
"""Renewed while the answers are waited for; after a crash the claim's listings wait for so long."""
_AWAY = timedelta(seconds=5)
"""The wait after an answer that did not come."""
SETTLED = timedelta(seconds=1)
"""Amazon's own read path lags behind an accepted PATCH."""
_FIRST_BACK_OFF, _LONGEST_BACK_OFF = timedelta(minutes=10), timedelta(hours=24)
_LONGEST_DOUBT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Push:
    """The push columns of `listings` by their names; `revision` and `quantity` are what is wanted."""

    id: int
    user_id: int
    sku: str
    revision: int
    quantity: int
    pushed_revision: int
    """The newest revision that Amazon accepted."""
    pushed_quantity: int | None
    """What Amazon shows as far as is known."""
    pushed_at: datetime | None
    verified_at: datetime | None
    """When the accepted quantity was read back."""
    push_claim: str | None
    """Whose PATCH is under way."""
    push_claim_until: datetime | None
    push_attempts: int
    """Refusals in a row, or vain looks in a row where the problem is `NotShown`: of `push_failed_revision`."""
    push_not_before: datetime | None
    push_problem: Reason | None
    push_failed_revision: int | None
    orphan: bool
    """Amazon does not know the SKU."""

    @property
    def under_way(self) -> bool:
        """A push is on its way, or one may have arrived whose answer was lost: what Amazon shows is not sure."""
        failed = self.push_attempts > 0 or self.push_problem is not None or self.push_not_before is not None
        return self.push_claim is not None or failed


Pushed = Change[Push]
"""What a function of this module returns."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The quantity that was sent, and of which revision it was."""

    revision: int
    quantity: int
    submission_id: int | None = None
    """Of a feed."""


@dataclass(frozen=True, slots=True)
class Failures:
    """What is stored of the failed pushes of one revision; of an older one it says nothing."""

    attempts: int = 0
    problem: Reason | None = None

    @property
    def refusals(self) -> int:
        """How often Amazon refused the quantity since it last took it."""
        return 0 if isinstance(self.problem, NotShown) else self.attempts

    @property
    def doubts(self) -> int:
        """How often a look at the accepted quantity was in vain; refusals are counted apart from these."""
        return self.attempts if isinstance(self.problem, NotShown) else 0


def failures(push: Push, revision: int) -> Failures:
    if push.push_failed_revision not in (None, revision):
        return Failures()
    return Failures(push.push_attempts, push.push_problem)


def accepted(push: Push, sent: Sent, at: datetime) -> Pushed:
    """Amazon took it, which is no proof that it shows it: a doubt of this revision stands until it is read back."""
    tried = failures(push, sent.revision)
    left = tried if tried.doubts else Failures()
    columns = _accepted(sent, at) | {"push_attempts": left.attempts, "push_problem": left.problem}
    return _changed(push, _event(push, EventKind.PUSH_ACCEPTED, sent, at), **_free(), **columns)


def refused(push: Push, sent: Sent, problem: Reason | None, at: datetime, now: datetime) -> Pushed:
    """Amazon refused the content: tried again after a growing wait."""
    columns = _refused(push, sent, problem, now)
    return _changed(push, _event(push, EventKind.PUSH_REJECTED, sent, at, problem), **_free(), **columns)


def unknown_sku(push: Push, sent: Sent, problem: Reason | None, at: datetime, now: datetime) -> Pushed:
    """Amazon does not know the SKU: out of the queue, but a withdrawal is tried again after a growing wait."""
    columns = _refused(push, sent, problem, now) | {"orphan": True}
    return _changed(push, _event(push, EventKind.PUSH_ORPHAN, sent, at, problem), **_free(), **columns)


def deferred(push: Push, sent: Sent, problem: Reason | None, now: datetime) -> Pushed:
    """No answer came: tried again in seconds, and no attempt is counted.

    A quantity above 0 may still be on its way, and Amazon may show it by now. So the claim stays until nobody can be
    working on it any more, as after a crash: the zero of a source that has gone waits for as long.
    """
    tried = failures(push, sent.revision)
    columns: dict[str, Any] = {
        "push_failed_revision": sent.revision,
        "push_attempts": tried.attempts,
        "push_problem": tried.problem if tried.doubts else problem,
    }
    if sent.quantity:
        columns |= {"push_claim_until": now + LEASE, "push_not_before": now + LEASE, "pushed_quantity": None}
    else:
        columns |= {**_free(), "push_not_before": now + _AWAY}
    return _changed(push, None, **columns)


def released(push: Push) -> Pushed:
    """It never reached Amazon, or met the quota: tried again at once."""
    return _changed(push, None, **_free())


def shown(push: Push, now: datetime) -> Pushed:
    """A look found the accepted quantity at Amazon."""
    return _changed(push, None, verified_at=now, push_attempts=0, push_problem=None, push_not_before=None)


def not_shown(push: Push, found: int | None, at: datetime, now: datetime) -> Pushed:
    """A look found another quantity, or none (None). No quantity is no reason to push, but to look again."""
    if found is None and push.quantity:
        return _changed(push, None, push_attempts=0, push_problem=None)
    doubts = failures(push, push.revision).doubts + 1
    wait = doubt_wait(doubts)
    problem = NotShown(found)
    columns: dict[str, Any] = {"push_failed_revision": push.revision, "push_attempts": doubts, "push_problem": problem}
    if found is None:
        return _changed(push, None, **columns, push_not_before=now + max(wait, SETTLED))
    columns |= {"pushed_revision": push.revision - 1, "pushed_quantity": found, "push_not_before": now + wait}
    sent = Sent(push.revision, push.quantity)
    return _changed(push, _event(push, EventKind.READBACK_MISMATCH, sent, at, problem), **columns)


def lost(push: Push, problem: Reason, at: datetime, now: datetime) -> Pushed:
    """A look found that Amazon does not know the SKU although it took the quantity."""
    sent = Sent(push.revision, push.quantity)
    columns = _refused(push, sent, problem, now) | {"orphan": True, "pushed_revision": push.revision - 1}
    return _changed(push, _event(push, EventKind.PUSH_ORPHAN, sent, at, problem), **columns)


def overtaken(push: Push, sent: Sent | None = None, at: datetime | None = None) -> Pushed:
    """A late push may have put an older quantity over the newer one: what Amazon shows is not known, and it goes out
    again. A PATCH under way loses its claim, so that its answer cannot count the listing as pushed.

    `sent` and `at`: of the feed that was late, where its end is to be told.
    """
    behind = min(push.pushed_revision, push.revision - 1)
    event = None
    if sent is not None and at is not None:
        event = _event(push, EventKind.PUSH_SUPERSEDED, sent, at, NewerQuantity())
    return _changed(push, event, **_free(), pushed_revision=behind, pushed_quantity=None, verified_at=None)


def accepted_by_feed(push: Push, sent: Sent, at: datetime) -> Pushed:
    """As `accepted`. Of a feed's listings only the zeros are read back, so that no doubt of others stays; nothing is
    told where a PATCH had told it before."""
    tried = failures(push, sent.revision)
    left = tried if tried.doubts and not sent.quantity else Failures()
    columns = _accepted(sent, at) | {"push_attempts": left.attempts, "push_problem": left.problem}
    event = _event(push, EventKind.PUSH_ACCEPTED, sent, at) if push.pushed_revision < push.revision else None
    return _changed(push, event, **columns)


def refused_by_feed(push: Push, sent: Sent, problem: Reason, at: datetime) -> Pushed:
    """As `refused` or `unknown_sku`, by the feed's report; nothing changes where a PATCH was accepted meanwhile."""
    orphan = isinstance(problem, UnknownSku)
    kind = EventKind.PUSH_ORPHAN if orphan else EventKind.PUSH_REJECTED
    columns = _refused(push, sent, problem, at) | {"orphan": orphan} if push.pushed_revision < push.revision else {}
    return _changed(push, _event(push, kind, sent, at, problem), **columns)


def feed_failed(push: Push, sent: Sent, problem: Reason | None, now: datetime) -> Pushed:
    """The feed as a whole came to nothing that is known: withdrawals go by PATCH at once, and until then nobody may
    take it that Amazon shows what it showed before; restores go with a later feed."""
    if push.pushed_revision >= push.revision:
        return _changed(push, None)
    if sent.quantity == 0:
        return _changed(push, None, pushed_quantity=None)
    attempts = failures(push, sent.revision).attempts + 1
    later = {"push_attempts": attempts, "push_not_before": now + back_off(attempts), "push_problem": problem}
    return _changed(push, None, **later, push_failed_revision=sent.revision)


def never_left(push: Push, revision: int) -> Pushed:
    """The newest revision is what Amazon shows already: the withdrawal before it was never sent."""
    return _changed(push, None, pushed_revision=revision)


def back_off(attempts: int) -> timedelta:
    """The wait after the refusal number `attempts`, counted from 1: 10 min, 20, 40 … 24 h."""
    doublings = max(0, min(attempts - 1, 10))
    return min(_FIRST_BACK_OFF * (1 << doublings), _LONGEST_BACK_OFF)


def doubt_wait(doubts: int) -> timedelta:
    """The wait after the vain look number `doubts`, counted from 1: none, 2 s, 4, 8 … 10 min."""
    return min(timedelta(seconds=1 << min(doubts - 1, 10)), _LONGEST_DOUBT) if doubts > 1 else timedelta()


def _accepted(sent: Sent, at: datetime) -> dict[str, Any]:
    pushed = {"pushed_revision": sent.revision, "pushed_quantity": sent.quantity, "pushed_at": at}
    return {**pushed, "verified_at": None, "push_not_before": None, "orphan": False}


def _refused(push: Push, sent: Sent, problem: Reason | None, now: datetime) -> dict[str, Any]:
    attempts = failures(push, sent.revision).refusals + 1
    failed = {"push_failed_revision": sent.revision, "push_attempts": attempts, "push_problem": problem}
    return {**failed, "push_not_before": now + back_off(attempts)}


def _free() -> dict[str, Any]:
    return {"push_claim": None, "push_claim_until": None}


def _changed(push: Push, event: Event | None, **columns: Any) -> Pushed:
    return Change(push, replace(push, **columns), event)


def _event(push: Push, kind: EventKind, sent: Sent, at: datetime, reason: Reason | None = None) -> Event:
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
