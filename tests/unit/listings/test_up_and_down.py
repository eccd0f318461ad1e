"""A quantity that is typed while an offer is up counts when it goes up again: once, without what was ordered since."""

from dataclasses import replace

import pytest
from tools.life_cycle import ANN, BACK, CHEAP, CHOSEN, DEAR, EXAMPLES, FOUND, NOW

from mercarich_listings import listing as life
from mercarich_listings.details import Details, edited
from mercarich_listings.event import Change
from mercarich_listings.history import replay
from mercarich_listings.listing import UP, Listing
from mercarich_listings.orders import ordered
from mercarich_listings.transition import Stage
from mercarich_reasons.push import ChangedAtAmazon, OrderedAtAmazon

ON_SALE = replace(EXAMPLES[Stage.ON_SALE], edited_quantity=None)


def typing(listing: Listing, pieces: int) -> Listing:
    now = Details(listing_quantity=listing.listing_quantity)
    return told(edited(listing, now, Details(listing_quantity=pieces), "ann", NOW))


def told(change: Change[Listing]) -> Listing:
    """Return what a change leaves, which its event explains."""
    assert change.event is not None
    assert replay(change.before, [change.event]) == change.after
    return change.after


def order(listing: Listing, pieces: int) -> Listing:
    return told(ordered(listing, OrderedAtAmazon("503-1234567-1234567", pieces), NOW))


def shown(listing: Listing, pieces: int) -> Listing:
    return told(life.follow_amazon(listing, NOW, ChangedAtAmazon(pieces)))


def paused(listing: Listing) -> Listing:
    return told(life.pause(listing, NOW, DEAR))


def after_a_pause(listing: Listing) -> Listing:
    return told(life.recover(paused(listing), NOW, CHEAP))


@pytest.mark.parametrize("pieces", [1, 7])
def test_what_was_typed_comes_back_after_a_pause_once(pieces: int) -> None:
    again = after_a_pause(typing(ON_SALE, pieces))
    assert (again.quantity, again.listing_quantity, again.edited_quantity) == (pieces, pieces, None)

    one_sold = shown(replace(again, quantity=5), 4)
    assert after_a_pause(one_sold).quantity == min(4, pieces)


@pytest.mark.parametrize("follows", [True, False])
def test_an_order_takes_its_pieces_off_what_was_typed(follows: bool) -> None:
    one_sold = order(typing(ON_SALE, 7), 1)
    assert one_sold.quantity == 2
    assert after_a_pause(shown(one_sold, 1) if follows else one_sold).quantity == 6


def test_an_order_that_is_read_after_the_pause_takes_its_pieces_off_too() -> None:
    one_sold = order(paused(shown(typing(ON_SALE, 7), 1)), 1)
    assert told(life.recover(one_sold, NOW, CHEAP)).quantity == 6


def test_of_what_is_ordered_altogether_only_what_is_shown_counts() -> None:
    one_left = shown(order(typing(ON_SALE, 1), 1), 1)
    assert (one_left.edited_quantity, after_a_pause(one_left).quantity) == (None, 1)


def test_a_single_piece_that_was_sold_stays_sold() -> None:
    single = replace(ON_SALE, quantity=1, listing_quantity=1)

    sold = order(typing(typing(single, 3), 1), 1)
    assert (sold.stage, sold.quantity, sold.edited_quantity) == (Stage.WITHDRAWN, 0, None)

    sold = order(paused(typing(typing(single, 3), 1)), 1)
    assert sold.stage is Stage.WITHDRAWN


def test_by_hand_it_goes_up_with_what_is_left_of_what_was_typed_and_that_once() -> None:
    sold = order(typing(replace(ON_SALE, quantity=1), 3), 1)
    assert sold.stage is Stage.WITHDRAWN

    up = told(life.put_up(sold, NOW, ANN))
    assert (up.quantity, up.listing_quantity, up.edited_quantity) == (2, 2, None)
    assert told(life.pause_again(sold, NOW, ANN)).listing_quantity == 2


@pytest.mark.parametrize("stage", UP)
def test_another_source_has_pieces_of_its_own(stage: Stage) -> None:
    three = typing(replace(EXAMPLES[stage], quantity=1, listing_quantity=1), 3)
    marked = replace(three, searching=True, hold_id=None)

    given = told(life.give_source(marked, 1, NOW, FOUND))
    assert (given.quantity, after_a_pause(given).quantity) == (1, 1)
    chosen = told(life.choose_source(three, NOW, replace(CHOSEN, pieces=None)))
    assert (chosen.quantity, chosen.edited_quantity) == (1, None)
    assert told(life.take_back(three, NOW, BACK)).edited_quantity is None


def test_more_at_amazon_is_newer_than_what_was_typed_here() -> None:
    assert after_a_pause(shown(typing(ON_SALE, 7), 5)).quantity == 5


def test_what_an_earlier_release_paused_goes_up_with_what_that_release_left() -> None:
    left_behind = replace(paused(ON_SALE), listing_quantity=1, edited_quantity=7)

    assert told(life.recover(left_behind, NOW, CHEAP)).quantity == 1
    assert life.put_up(left_behind, NOW, ANN).after.quantity == 1
