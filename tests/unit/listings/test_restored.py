"""What a listing's push becomes after a restore from a backup, and what the next read makes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.listings.pushes import AT_REST

from mercarich_listings.push import LEASE, Push
from mercarich_listings.read_back import OFFERS_EVERY, SHOWS_WITHIN, ZEROS_EVERY, Seen, changed_there, read
from mercarich_listings.restored import OFFERS_WITHIN, marked
from mercarich_reasons.push import ChangedAtAmazon, NotShown

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=3)
ZERO = replace(AT_REST, pushed_at=LONG_AGO, verified_at=LONG_AGO, next_read_at=NOW + timedelta(minutes=50))
OFFER = replace(ZERO, quantity=1, pushed_quantity=1)
DOUBTFUL = replace(
    OFFER,
    pushed_revision=4,
    pushed_quantity=None,
    verified_at=None,
    push_claim="a worker of the lost time",
    push_claim_until=NOW + LEASE,
    push_attempts=2,
    push_not_before=NOW + LEASE,
    push_problem=NotShown(0),
    push_failed_revision=5,
    differs_since=LONG_AGO,
)


@pytest.mark.parametrize("push", [ZERO, OFFER, DOUBTFUL, replace(OFFER, orphan=True)])
def test_nothing_is_known_of_amazon_and_nothing_is_under_way(push: Push) -> None:
    after = marked(push, NOW).after
    assert (after.pushed_quantity, after.pushed_at, after.verified_at, after.orphan) == (None, None, None, False)
    assert (after.under_way, after.push_claim_until, after.push_failed_revision) == (False, None, None)
    assert after.differs_since is None
    assert marked(after, NOW).after == after


def test_zeros_are_read_first_and_one_that_waits_still_goes_out() -> None:
    assert marked(ZERO, NOW).after.next_read_at == NOW
    assert marked(replace(ZERO, pushed_revision=3), NOW).after.pushed_revision == 3


@pytest.mark.parametrize("push", [OFFER, DOUBTFUL])
def test_a_quantity_above_0_is_not_pushed_before_amazon_was_read(push: Push) -> None:
    after = marked(push, NOW).after
    assert (after.pushed_revision, after.next_read_at) == (after.revision, NOW + OFFERS_WITHIN)


@pytest.mark.parametrize("push", [OFFER, DOUBTFUL])
def test_an_offer_that_amazon_shows_at_0_is_followed_and_never_put_up_again(push: Push) -> None:
    """Also where its push was long ago: nothing tells whether it was sold or withdrawn after the backup."""
    after = marked(push, NOW).after
    assert changed_there(after, Seen(0), NOW) == ChangedAtAmazon(0)
    assert changed_there(after, Seen(1), NOW) is None


def test_a_zero_that_amazon_does_not_show_is_pushed_at_once() -> None:
    after = read(marked(ZERO, NOW).after, Seen(1), NOW, NOW).after
    assert (after.pushed_revision < after.revision, after.push_not_before) == (True, NOW)


def test_every_read_comes_later_than_the_marked_one() -> None:
    """What is left of a restore is counted by that."""
    for push in (ZERO, OFFER):
        for id_ in (0, 99):
            after = read(replace(marked(push, NOW).after, id=id_), Seen(push.quantity), NOW, NOW).after
            assert after.verified_at == NOW
    unknown = read(replace(marked(OFFER, NOW).after, id=99), Seen(None), NOW, NOW).after
    assert unknown.next_read_at is not None
    assert unknown.next_read_at > NOW + OFFERS_WITHIN
    assert timedelta(0) < OFFERS_WITHIN < OFFERS_EVERY * 5 / 6
    assert SHOWS_WITHIN < ZEROS_EVERY < OFFERS_WITHIN
