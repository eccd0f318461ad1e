"""When the source of an offer is looked at next: a time or a bound, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_contracts.coverage import planned_wait
from mercarich_contracts.market import Marketplace
from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.orders import ORDERED
from mercarich_reasons.looks import (
    LookAfterEnd,
    LookByPlan,
    LookForOrder,
    LookGoesOn,
    LookLate,
    LookNotWanted,
    LooksPaused,
    LookWaits,
    SecondLookDue,
    SellerNotServed,
)
from mercarich_reasons.reason import Reason
from mercarich_web.listings.offers import Offer, Source
from mercarich_web.listings.why import Known


@dataclass(frozen=True, slots=True)
class Looking:
    """What is set for looks at a marketplace."""

    is_paused: bool
    is_watched: bool
    """The watch gives signs of life: sources are looked at all day."""


def next_look(known: Known, looking: Looking, now: datetime) -> Reason:
    """Return when the source is looked at next.

    A look that an open run or the watch is to make has a time; any other is only bound by the seller's plan. What the
    watch may do earlier, since it is worth more, is not told: nobody can promise it.
    """
    offer, source = known.offer, known.source
    of_run = source.pending_run if source.run_goes_on else None
    if of_run is None and not offer.is_looked_at:
        return LookForOrder(ordered) if (ordered := _ordered_at(source, looking)) else LookNotWanted()
    if of_run is None and (known.account is None or not offer.looks_a_day):
        return SellerNotServed()
    if looking.is_paused:
        return LooksPaused(Marketplace(offer.marketplace))
    waits = source.not_before is not None and source.not_before > now and source.attempts == 0
    if of_run is not None:
        return _waits(source, of_run) if waits else LookGoesOn(of_run)
    return _between_runs(offer, source, looking, now, waits=waits)


def _between_runs(offer: Offer, source: Source, looking: Looking, now: datetime, *, waits: bool) -> Reason:
    wait = planned_wait(offer.looks_a_day)
    by = (source.checked_at or offer.changed_at) + wait
    if by <= now:
        return LookLate(by, wait // timedelta(hours=1))
    if (ordered := _ordered_at(source, looking)) is not None and ordered < by:
        return LookForOrder(ordered)
    if looking.is_watched and source.due_at is not None and ORDERED < source.due_at < by:
        return (LookAfterEnd if source.suspected_at is None else SecondLookDue)(source.due_at, by)
    if looking.is_watched and waits and source.not_before is not None and source.not_before < by:
        return _waits(source, None)
    return LookByPlan(by, wait // timedelta(hours=1))


def _ordered_at(source: Source, looking: Looking) -> datetime | None:
    """Return when the watch looks again at what a buyer has ordered; None: it waits for no order."""
    at, is_on = source.due_at, looking.is_watched and not looking.is_paused
    return at if source.is_ordered and is_on and at is not None and at > ORDERED else None


def _waits(source: Source, run_id: int | None) -> LookWaits:
    assert source.not_before is not None
    why = next((reason for reason in StateReason if reason == source.problem), None)
    return LookWaits(source.not_before, run_id, why)
