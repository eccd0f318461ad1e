"""What an order at Amazon does to the listing with its SKU."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tools.life_cycle import EXAMPLES, NOW

from mercarich_contracts.events import EventKind
from mercarich_listings.history import replay
from mercarich_listings.listing import UP
from mercarich_listings.orders import Fallen, is_counted_off, left_at_amazon, ordered
from mercarich_listings.transition import Stage
from mercarich_reasons.push import OrderedAtAmazon

OFFERS = {stage: replace(offer, edited_quantity=None) for stage, offer in EXAMPLES.items()}


def order(quantity: int) -> OrderedAtAmazon:
    return OrderedAtAmazon("503-1234567-1234567", quantity)


@pytest.mark.parametrize("stage", UP)
@pytest.mark.parametrize("more", [0, 1])
def test_with_the_last_piece_the_offer_is_down_and_nothing_is_searched_for(stage: Stage, more: int) -> None:
    before = OFFERS[stage]
    made = ordered(before, order(before.quantity + more), NOW)
    assert (made.after.stage, made.after.quantity, made.after.hold_id) == (Stage.WITHDRAWN, 0, None)
    assert made.after.revision == before.revision + 1
    assert made.event is not None
    assert (made.event.kind, made.event.reason) == (EventKind.ORDERED, order(before.quantity + more))
    assert replay(before, [made.event]) == made.after


@pytest.mark.parametrize("stage", UP)
def test_of_several_pieces_the_books_wait_for_what_amazon_shows(stage: Stage) -> None:
    before = OFFERS[stage]
    made = ordered(before, order(before.quantity - 1), NOW)
    assert made.after == before
    assert made.event is not None
    assert replay(before, [made.event]) == before


@pytest.mark.parametrize("pieces", [2, 5])
def test_a_paused_offer_whose_last_piece_was_ordered_before_it_was_down_does_not_come_back_by_itself(
    pieces: int,
) -> None:
    before = EXAMPLES[Stage.PAUSED]
    made = ordered(before, order(pieces), NOW)
    assert (made.after.stage, made.after.revision) == (Stage.WITHDRAWN, before.revision)
    assert made.event is not None
    assert replay(before, [made.event]) == made.after


def test_a_paused_offer_of_which_some_pieces_were_ordered_stays_paused_with_the_rest() -> None:
    before = replace(EXAMPLES[Stage.PAUSED], listing_quantity=3, hold_id=5)
    made = ordered(before, order(1), NOW)
    assert made.after == replace(before, listing_quantity=2)
    assert made.event is not None
    assert (made.event.kind, made.event.reason) == (EventKind.ORDERED, replace(order(1), left=2))
    assert replay(before, [made.event]) == made.after
    rest = ordered(made.after, order(2), NOW)
    assert rest.after.stage is Stage.WITHDRAWN
    assert replay(before, [event for event in (made.event, rest.event) if event]) == rest.after


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in (*UP, Stage.PAUSED)])
def test_an_order_of_what_is_down_changes_nothing(stage: Stage) -> None:
    before = OFFERS[stage]
    made = ordered(before, order(1), NOW)
    assert made.after == before
    assert made.event is not None
    assert (made.event.kind, made.event.quantity_after) == (EventKind.ORDERED, before.quantity)


@pytest.mark.parametrize(
    ("shown", "pieces", "left"),
    [
        (3, 1, 2),
        (2, 1, 1),
        (2, 2, 0),  # raised to 2 and shown late, or to 4
        (1, 1, 0),  # not raised and shown late, or raised to 2
        (0, 1, 0),
        (None, 1, 0),
        (5, 7, 0),
    ],
)
def test_only_more_than_the_books_have_proves_that_something_is_left(shown: int | None, pieces: int, left: int) -> None:
    one = replace(EXAMPLES[Stage.ON_SALE], quantity=1)
    assert left_at_amazon(one, shown, pieces) == left


@pytest.mark.parametrize("stage", UP)
def test_what_is_left_at_amazon_is_not_taken_down_by_an_order(stage: Stage) -> None:
    before = OFFERS[stage]
    made = ordered(before, order(before.quantity), NOW, left=1)
    assert made.after == before
    assert made.event is not None
    assert made.event.kind is EventKind.ORDERED


@pytest.mark.parametrize(
    ("seconds", "pieces", "revision", "counted"),
    [
        (-1, 1, 0, True),
        (0, 2, 0, True),
        (-1, 3, 0, False),  # more was ordered than is gone: Amazon shows some of it late
        (1, 1, 0, False),  # ordered after it fell
        (-1, 1, 1, False),  # the books have changed since
    ],
)
def test_pieces_that_the_books_have_lost_already_are_not_counted_off_again(
    seconds: int, pieces: int, revision: int, counted: bool
) -> None:
    one = replace(EXAMPLES[Stage.ON_SALE], quantity=1)
    fallen = Fallen(2, NOW, one.revision - revision)
    assert is_counted_off(one, fallen, NOW + timedelta(seconds=seconds), pieces) is counted
    assert not is_counted_off(one, None, NOW, 1)
