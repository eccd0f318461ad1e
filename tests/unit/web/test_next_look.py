"""When the source of an offer is looked at next: a time where there is one, else the bound of the seller's plan."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.web.test_why import AVAILABLE, LINKED, NOW, ON_SALE

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
from mercarich_reasons.telling import Language, tell
from mercarich_web.listings.next_look import Looking, next_look
from mercarich_web.listings.why import Known

OFFER = replace(ON_SALE, looks_a_day=2)
BY_RUNS, WATCHED, PAUSED = Looking(False, False), Looking(False, True), Looking(True, True)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BY = NOW + 11 * HOUR
SEEN = replace(AVAILABLE, checked_at=NOW - HOUR)
OF_RUN = replace(SEEN, pending_run=1200, run_goes_on=True)
GONE = replace(SEEN, suspected_at=NOW - HOUR)


@pytest.mark.parametrize(
    ("source", "looking", "reason"),
    [
        (SEEN, BY_RUNS, LookByPlan(BY, 12)),
        (SEEN, WATCHED, LookByPlan(BY, 12)),
        (SEEN, PAUSED, LooksPaused(Marketplace.YAHOO)),
        (OF_RUN, PAUSED, LooksPaused(Marketplace.YAHOO)),
        (replace(SEEN, checked_at=NOW - 13 * HOUR), WATCHED, LookLate(NOW - HOUR, 12)),
        (replace(SEEN, checked_at=NOW - 13 * HOUR, due_at=NOW - 2 * HOUR), WATCHED, LookLate(NOW - HOUR, 12)),
        (replace(SEEN, checked_at=None), BY_RUNS, LookByPlan(NOW + 12 * HOUR, 12)),
        (OF_RUN, BY_RUNS, LookGoesOn(1200)),
        (replace(OF_RUN, not_before=NOW + MINUTE, attempts=1), BY_RUNS, LookGoesOn(1200)),
        (replace(OF_RUN, not_before=NOW - MINUTE, problem="blocked"), BY_RUNS, LookGoesOn(1200)),
        (
            replace(OF_RUN, not_before=NOW + MINUTE, problem="closing"),
            BY_RUNS,
            LookWaits(NOW + MINUTE, 1200, StateReason.CLOSING),
        ),
        (replace(OF_RUN, not_before=NOW + MINUTE, problem="of_tomorrow"), BY_RUNS, LookWaits(NOW + MINUTE, 1200)),
        (replace(OF_RUN, run_goes_on=False), BY_RUNS, LookByPlan(BY, 12)),
        (replace(SEEN, due_at=NOW + MINUTE), WATCHED, LookAfterEnd(NOW + MINUTE, BY)),
        (replace(SEEN, is_ordered=True, due_at=NOW + MINUTE), WATCHED, LookForOrder(NOW + MINUTE)),
        (replace(SEEN, is_ordered=True, due_at=BY + MINUTE), WATCHED, LookByPlan(BY, 12)),
        (replace(SEEN, is_ordered=True, due_at=NOW + MINUTE), PAUSED, LooksPaused(Marketplace.YAHOO)),
        (replace(SEEN, due_at=NOW + MINUTE), BY_RUNS, LookByPlan(BY, 12)),
        (replace(SEEN, due_at=BY + MINUTE), WATCHED, LookByPlan(BY, 12)),
        (replace(SEEN, due_at=ORDERED), WATCHED, LookByPlan(BY, 12)),
        (replace(GONE, due_at=NOW + MINUTE), WATCHED, SecondLookDue(NOW + MINUTE, BY)),
        (
            replace(SEEN, not_before=NOW + HOUR, problem="closing"),
            WATCHED,
            LookWaits(NOW + HOUR, None, StateReason.CLOSING),
        ),
        (replace(SEEN, not_before=NOW + HOUR, problem="closing"), BY_RUNS, LookByPlan(BY, 12)),
    ],
)
def test_what_an_offer_on_sale_waits_for(source: object, looking: Looking, reason: Reason) -> None:
    assert next_look(Known(OFFER, source, account=LINKED), looking, NOW) == reason  # type: ignore[arg-type]


def test_the_larger_plan_wants_a_look_every_six_hours() -> None:
    offer = replace(OFFER, looks_a_day=4)

    assert next_look(Known(offer, SEEN, account=LINKED), BY_RUNS, NOW) == LookByPlan(NOW + 5 * HOUR, 6)


@pytest.mark.parametrize("change", [{"listed": False}, {"quantity": 0}, {"searching": True}])
def test_no_look_is_told_for_what_no_check_looks_at(change: dict[str, object]) -> None:
    offer = replace(OFFER, **change)  # type: ignore[arg-type]

    assert next_look(Known(offer, SEEN, account=LINKED), PAUSED, NOW) == LookNotWanted()
    assert next_look(Known(offer, OF_RUN, account=LINKED), BY_RUNS, NOW) == LookGoesOn(1200)


def test_an_offer_that_an_order_has_taken_down_waits_for_a_look_until_the_piece_is_bought() -> None:
    down, ordered = replace(OFFER, quantity=0), replace(SEEN, is_ordered=True, due_at=NOW + MINUTE)

    assert next_look(Known(down, ordered, account=LINKED), WATCHED, NOW) == LookForOrder(NOW + MINUTE)
    for looking in (BY_RUNS, PAUSED):
        assert next_look(Known(down, ordered, account=LINKED), looking, NOW) == LookNotWanted()
    for other in (replace(ordered, due_at=ORDERED), replace(ordered, is_ordered=False)):
        assert next_look(Known(down, other, account=LINKED), WATCHED, NOW) == LookNotWanted()


def test_no_look_is_told_for_a_seller_whom_no_run_serves() -> None:
    stopped = Known(replace(OFFER, looks_a_day=0), SEEN, account=LINKED)

    assert next_look(stopped, BY_RUNS, NOW) == next_look(Known(OFFER, SEEN), BY_RUNS, NOW) == SellerNotServed()


def test_a_run_is_named_without_separators() -> None:
    assert tell(LookGoesOn(1200), Language.EN) == "run 1200 is to look at it now"
