"""The effect of Amazon's response on a listing: by the claim with which it was sent, and whether the listing has
changed since."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.listings.pushes import AT_REST

from mercarich_contracts.events import EventKind
from mercarich_feed.domain.answers import (
    Answer,
    ContentRefused,
    Missing,
    NotLookedAt,
    PerhapsSold,
    RateLimited,
    Said,
    Transient,
    pushed,
)
from mercarich_feed.domain.effects import Result, ended, looked_up, settled, to_follow
from mercarich_feed.domain.feeds import FeedEnd, FeedState
from mercarich_feed.domain.pushes import Offer
from mercarich_listings import push as pushes
from mercarich_listings import read_back
from mercarich_listings.push import Push, Sent
from mercarich_listings.read_back import Seen
from mercarich_reasons.push import (
    AmazonRefused,
    AmazonUnreachable,
    ChangedAtAmazon,
    FeedEndedAs,
    NewerQuantity,
    UnknownSku,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
AT = NOW - timedelta(seconds=1)
RESTORE = replace(AT_REST, quantity=3, pushed_revision=4, push_claim="mine", push_claim_until=NOW)
ZERO = replace(RESTORE, quantity=0, pushed_quantity=3)
DONE = FeedEnd(FeedState.DONE, {"OTHER": AmazonRefused("bad")})
REFUSED = ContentRefused("90220 no", Said("no", "90220"))
UNKNOWN = Missing("NOT_FOUND what?", Said("what?", "NOT_FOUND"))
AWAY = Transient("HTTP 503", Said("HTTP 503"))
QUOTA = RateLimited("used up")
UNSEEN = NotLookedAt("HTTP 503")
SOLD = PerhapsSold("shows 0")
NO, WHAT, GONE = AmazonRefused("no", "90220"), UnknownSku("what?", "NOT_FOUND"), AmazonUnreachable("HTTP 503")


def offer(push: Push) -> Offer:
    return Offer(push.id, push.sku, push.revision, push.quantity, NOW)


def answer(push: Push, trouble: Exception | None = None, seen: Seen | None = None) -> Answer:
    return Answer(offer(push), trouble, AT, seen)  # type: ignore[arg-type]


@pytest.mark.parametrize("push", [ZERO, RESTORE])
def test_an_answer_under_its_claim_does_what_its_kind_does(push: Push) -> None:
    sent = Sent(push.revision, push.quantity)
    done = {
        None: pushes.accepted(push, sent, AT),
        REFUSED: pushes.refused(push, sent, NO, AT, NOW),
        UNKNOWN: pushes.unknown_sku(push, sent, WHAT, AT, NOW),
        AWAY: pushes.deferred(push, sent, GONE, NOW),
        QUOTA: pushes.released(push),
        UNSEEN: pushes.released(push),
        SOLD: read_back.followed(push, ChangedAtAmazon(0), NOW),
    }

    assert {each: settled(push, pushed(answer(push, each)), "mine", NOW) for each in done} == done


@pytest.mark.parametrize("trouble", [None, REFUSED, UNKNOWN, AWAY, QUOTA])
@pytest.mark.parametrize("claim", [None, "another's"])
@pytest.mark.parametrize("push", [ZERO, RESTORE])
@pytest.mark.parametrize("moved", [0, 1])
def test_an_answer_whose_claim_is_lost_counts_for_nothing_but_that_a_restore_may_have_come_late(
    moved: int, push: Push, claim: str | None, trouble: Exception | None
) -> None:
    now_there = replace(push, push_claim=claim, revision=push.revision + moved, pushed_revision=push.revision + moved)

    change = settled(now_there, pushed(answer(push, trouble)), "mine", NOW)

    maybe_over_a_newer_one = moved == 1 and push.quantity > 0 and trouble in (None, AWAY)
    assert change == (pushes.overtaken(now_there) if maybe_over_a_newer_one else pushes.Change(now_there, now_there))


def test_a_read_verifies_doubts_or_loses_the_listing() -> None:
    taken = replace(ZERO, pushed_revision=5, pushed_quantity=0, pushed_at=AT)
    up = replace(RESTORE, pushed_revision=5, pushed_quantity=3, verified_at=AT)

    for seen in (Seen(0), Seen(3), Seen(None)):
        assert looked_up(taken, answer(taken, seen=seen), NOW) == read_back.read(taken, seen, AT, NOW)
    assert looked_up(taken, answer(taken, REFUSED), NOW) == read_back.read(taken, Seen(None), AT, NOW)
    assert looked_up(taken, answer(taken, UNKNOWN), NOW) == read_back.lost(taken, WHAT, AT, NOW)
    assert looked_up(up, answer(up, seen=Seen(1)), NOW) == read_back.followed(up, ChangedAtAmazon(1), NOW)


def test_a_listing_follows_amazon_after_a_read_that_found_less_and_after_no_other_change() -> None:
    up = replace(RESTORE, pushed_revision=5, pushed_quantity=3, verified_at=AT)

    assert to_follow(looked_up(up, answer(up, seen=Seen(1)), NOW)) == ChangedAtAmazon(1)
    assert to_follow(looked_up(up, answer(up, seen=Seen(3)), NOW)) is None
    assert to_follow(settled(RESTORE, pushed(answer(RESTORE, SOLD)), "mine", NOW)) == ChangedAtAmazon(0)
    assert to_follow(settled(RESTORE, pushed(answer(RESTORE)), "mine", NOW)) is None


def test_what_a_look_found_before_the_listing_changed_is_not_followed() -> None:
    moved = replace(RESTORE, revision=6, quantity=0)

    assert settled(moved, pushed(answer(RESTORE, SOLD)), "mine", NOW) == pushes.released(moved)


def test_a_look_says_nothing_of_a_listing_that_has_changed_since() -> None:
    change = looked_up(replace(ZERO, revision=6), answer(ZERO, seen=Seen(3)), NOW)

    assert (change.before, change.event) == (change.after, None)


def test_the_end_of_a_feed_by_its_report() -> None:
    sent = Sent(5, 3, 11)
    refusing = FeedEnd(FeedState.DONE, {"S-1": UnknownSku("what?", "13013")})

    accepted, refused = ended(RESTORE, sent, DONE, NOW), ended(RESTORE, sent, refusing, NOW)

    assert (accepted.result, accepted.change) == (Result.ACCEPTED, pushes.accepted_by_feed(RESTORE, sent, NOW))
    assert refused.result is Result.REJECTED
    assert refused.change == pushes.refused_by_feed(RESTORE, sent, UnknownSku("what?", "13013"), NOW)
    assert refused.change.event is not None
    assert refused.change.event.kind is EventKind.PUSH_ORPHAN


@pytest.mark.parametrize("end", [DONE, FeedEnd(FeedState.FATAL, {}, FeedEndedAs("fatal"))])
def test_a_feed_behind_a_newer_quantity_has_that_sent_again(end: FeedEnd) -> None:
    moved = replace(ZERO, revision=6, pushed_revision=6)

    done = ended(moved, Sent(5, 3, 11), end, NOW)

    assert (done.result, done.change) == (Result.SUPERSEDED, pushes.overtaken(moved, Sent(5, 3, 11), NOW))
    assert done.change.event is not None
    assert done.change.event.reason == NewerQuantity()


def test_a_feed_of_which_nothing_is_known_leaves_its_listings_waiting() -> None:
    note = FeedEndedAs("cancelled")

    done = ended(RESTORE, Sent(5, 3, 11), FeedEnd(FeedState.CANCELLED, {}, note), NOW)

    assert (done.result, done.change) == (Result.SUPERSEDED, pushes.feed_failed(RESTORE, Sent(5, 3, 11), note, NOW))
