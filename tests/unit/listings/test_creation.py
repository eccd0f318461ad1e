"""What each look at Amazon makes of a new offer: on sale once Amazon sells it, else told why, and never sent twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mercarich_contracts.creations import CreationState, CreationWay, OfferCondition
from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_listings.creation import (
    SELLS_WITHIN,
    SENDING,
    SENDS,
    Creation,
    Next,
    Shown,
    Step,
    Terms,
    after_deletion,
    after_sending,
    before_first,
    before_sending,
)
from mercarich_listings.listing import FRESH
from mercarich_listings.read_back import SHOWS_WITHIN
from mercarich_listings.waiting import FRESH as FRESH_OF_RESTORES
from mercarich_reasons.creations import (
    NewOfferNotShown,
    NotAtAmazon,
    NotAtAmazonYet,
    NotSoldYet,
    PriceBelowCost,
    SkuTaken,
    SourceNotLookedAt,
)
from mercarich_reasons.push import NotForSale
from mercarich_reasons.stock import SourceSeen

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ISSUE = NotForSale("You need approval to list this product.", "18299")
SOLD = SourceSeen(State.SOLD, StateReason.WON)
WAITING = Creation(
    listing_id=1,
    user_id=1,
    sku="SKU-1",
    way=CreationWay.CREATE,
    terms=Terms("B0EXAMPLE1", OfferCondition.GOOD, "", 2980, 4),
    quantity=1,
    state=CreationState.WAITING,
    asked_at=NOW,
    attempts=0,
    sent_at=None,
    problem=None,
    source_state="available",
    source_why=None,
    source_seen_at=NOW,
)
SENT = replace(WAITING, state=CreationState.SENT, attempts=1, sent_at=NOW)
GONE = {"source_state": "sold", "source_why": "won"}
BUYABLE = Shown(buyable=True, quantity=1, given=1)
THERE = Shown(buyable=False, quantity=0, given=1)


def test_a_price_that_got_too_low_is_refused_by_a_fresh_look_alone() -> None:
    low = PriceBelowCost(2980, 3000)
    creation = replace(WAITING, too_low=low)

    assert before_sending(creation, NOW) == Step(Next.REFUSE, low)
    assert before_sending(replace(creation, **GONE), NOW) == Step(Next.REFUSE, SOLD)
    waits = before_sending(creation, NOW + FRESH + SECOND)
    assert (waits and waits.next, waits and waits.reason) == (Next.WAIT, SourceNotLookedAt())


def test_a_source_is_fresh_for_a_new_offer_as_long_as_for_a_restore() -> None:
    assert FRESH == FRESH_OF_RESTORES


@pytest.mark.parametrize(
    ("state", "age", "sent"),
    [
        ("available", timedelta(), True),
        ("available", FRESH - SENDING, True),
        ("available", FRESH - SENDING + SECOND, False),
        ("available", timedelta(minutes=-5), False),
        ("unknown", timedelta(), False),
    ],
)
def test_nothing_is_sent_before_the_source_was_seen_on_sale_just_now(state: str, age: timedelta, sent: bool) -> None:
    step = before_sending(replace(WAITING, source_state=state, source_seen_at=NOW - age), NOW)

    assert (step is None) == sent
    assert step is None or (step.next, step.reason) == (Next.WAIT, SourceNotLookedAt())


def test_a_source_that_nobody_has_looked_at_is_waited_for() -> None:
    step = before_sending(replace(WAITING, source_seen_at=None, source_state="unknown"), NOW)

    assert step is not None
    assert step.next is Next.WAIT


def test_a_source_that_is_gone_ends_it_however_old_the_look_is() -> None:
    gone = replace(WAITING, **GONE, source_seen_at=NOW - timedelta(days=9))

    assert before_sending(gone, NOW) == Step(Next.REFUSE, SOLD)


def test_an_offer_that_amazon_has_is_never_overwritten() -> None:
    assert before_first(WAITING, BUYABLE, NOW) == Step(Next.REFUSE, SkuTaken())
    assert before_first(WAITING, THERE, NOW) == Step(Next.REFUSE, SkuTaken())
    assert before_first(WAITING, None, NOW) is None


def test_an_offer_is_taken_over_once_amazon_has_it() -> None:
    asked = replace(WAITING, way=CreationWay.TAKE_OVER, terms=None)

    assert before_first(asked, THERE, NOW) == Step(Next.OFFER)
    assert before_first(asked, None, NOW + SHOWS_WITHIN) == Step(Next.REFUSE, NotAtAmazon())


def test_an_offer_that_was_just_listed_in_seller_central_has_its_time_to_be_shown() -> None:
    asked = replace(WAITING, way=CreationWay.TAKE_OVER, terms=None)

    for age in (timedelta(), SHOWS_WITHIN - SECOND):
        step = before_first(asked, None, NOW + age)
        assert step is not None
        assert (step.next, step.reason) == (Next.WAIT, NotAtAmazonYet())
        assert SECOND <= step.wait <= timedelta(minutes=5)
    assert before_first(asked, THERE, NOW) == Step(Next.OFFER)


@pytest.mark.parametrize("age", [timedelta(), SHOWS_WITHIN, SELLS_WITHIN])
def test_what_amazon_sells_is_an_offer(age: timedelta) -> None:
    assert after_sending(SENT, BUYABLE, NOW + age) == Step(Next.OFFER)


def test_what_amazon_sells_is_an_offer_also_where_its_source_is_gone_for_the_checks_take_it_down() -> None:
    assert after_sending(replace(SENT, **GONE), BUYABLE, NOW + SECOND) == Step(Next.OFFER)


@pytest.mark.parametrize("shown", [None, THERE, replace(THERE, problem=ISSUE)])
def test_amazon_has_its_time(shown: Shown | None) -> None:
    for age in (timedelta(), SECOND, SHOWS_WITHIN - SECOND):
        step = after_sending(SENT, shown, NOW + age)
        assert (step.next, step.wait > timedelta()) == (Next.WAIT, True)


def test_what_amazon_does_not_show_is_sent_again_a_few_times_and_then_taken_back() -> None:
    after = [after_sending(replace(SENT, attempts=n), None, NOW + SHOWS_WITHIN).next for n in range(1, SENDS + 1)]

    assert after == [Next.SEND_AGAIN] * (SENDS - 1) + [Next.TAKE_BACK]
    last = after_sending(replace(SENT, attempts=SENDS), None, NOW + SHOWS_WITHIN)
    assert last.reason == NewOfferNotShown()


def test_what_amazon_does_not_sell_is_taken_back_and_told_why() -> None:
    shown = replace(THERE, quantity=1, problem=ISSUE)

    assert after_sending(SENT, shown, NOW + SHOWS_WITHIN) == Step(Next.TAKE_BACK, ISSUE)


def test_what_amazon_does_not_sell_without_a_reason_is_waited_for_a_day() -> None:
    shown = Shown(buyable=False, quantity=1, given=1)

    assert after_sending(SENT, shown, NOW + SELLS_WITHIN - SECOND).next is Next.WAIT
    assert after_sending(SENT, shown, NOW + SELLS_WITHIN) == Step(Next.TAKE_BACK, NotSoldYet())


def test_a_piece_that_a_buyer_took_before_the_first_look_is_an_offer_that_follows_amazon() -> None:
    assert after_sending(SENT, THERE, NOW + SHOWS_WITHIN) == Step(Next.OFFER)
    assert after_sending(SENT, replace(THERE, given=None), NOW + SHOWS_WITHIN).next is Next.WAIT


@pytest.mark.parametrize("shown", [None, THERE])
def test_an_offer_whose_source_goes_meanwhile_is_taken_back(shown: Shown | None) -> None:
    assert after_sending(replace(SENT, **GONE), shown, NOW + SECOND) == Step(Next.TAKE_BACK, SOLD)


def test_an_offer_is_gone_only_once_amazon_has_had_its_time_to_show_what_was_sent() -> None:
    back = replace(SENT, state=CreationState.TAKING_BACK, problem=ISSUE)

    assert after_deletion(back, None, NOW + SHOWS_WITHIN - SECOND).next is Next.WAIT
    assert after_deletion(back, THERE, NOW + SELLS_WITHIN).next is Next.WAIT
    assert after_deletion(back, None, NOW + SHOWS_WITHIN) == Step(Next.REFUSE, ISSUE)
