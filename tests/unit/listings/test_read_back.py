"""What a read of Amazon after a push does: when it verifies, when Amazon is read again, when the push is repeated."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.listings.pushes import AT_REST

from mercarich_contracts.events import EventKind
from mercarich_listings.push import LEASE, Push, Pushed, Sent, accepted, refused, unknown_sku
from mercarich_listings.read_back import (
    LATE,
    OFFERS_EVERY,
    RETURNS_EVERY,
    SHOWS_WITHIN,
    STAYS,
    ZERO_SHOWS_WITHIN,
    ZEROS_EVERY,
    Seen,
    changed_there,
    doubt_wait,
    followed,
    lost,
    read,
)
from mercarich_reasons.push import (
    AmazonRefused,
    AmazonUnreachable,
    ChangedAtAmazon,
    ComesBack,
    NotForSale,
    NotShown,
    UnknownSku,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
AT = NOW - timedelta(milliseconds=300)
"""When Amazon responded."""
ZERO = replace(AT_REST, pushed_at=NOW - timedelta(seconds=1), next_read_at=NOW)
RESTORE = replace(ZERO, quantity=3, pushed_quantity=3)
IN_DOUBT = replace(
    RESTORE,
    pushed_quantity=None,
    push_claim="mine",
    push_claim_until=NOW + LEASE,
    push_not_before=NOW + LEASE,
    push_problem=AmazonUnreachable("HTTP 503"),
    push_failed_revision=5,
)
SUPPRESSED = NotForSale("a picture is missing", "18320")
FREE = {"push_claim": None, "push_claim_until": None}
SEEN = replace(RESTORE, pushed_at=NOW - timedelta(days=3), verified_at=NOW - timedelta(days=1))
"""Up, and seen at Amazon a day ago."""
NEVER = replace(SEEN, pushed_revision=0, revision=0, pushed_at=None, pushed_quantity=None, verified_at=None)
"""Up as its seller listed it: neither pushed nor read."""
DOWN = replace(ZERO, pushed_at=NOW - timedelta(days=3), verified_at=NOW - timedelta(hours=1))
OURS = {"push_failed_revision": 5}


def aged(push: Push, age: timedelta) -> Push:
    return replace(push, pushed_at=NOW - age)


def changes(change: Pushed) -> Mapping[str, Any]:
    before, after = change.before, change.after
    names = [field.name for field in fields(Push)]
    return {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}


def event(change: Pushed) -> tuple[EventKind, object] | None:
    return None if change.event is None else (change.event.kind, change.event.reason)


def next_read(push: Push) -> datetime:
    """Return when a listing with this id is read next: a little earlier than the longest time."""
    every = OFFERS_EVERY if push.quantity else ZEROS_EVERY
    return NOW + every * (1 - 0.07 / 6)


@pytest.mark.parametrize(("push", "found"), [(ZERO, 0), (DOWN, 0), (RESTORE, 3), (SEEN, 3), (NEVER, 3)])
def test_the_quantity_of_the_books_is_verified_and_read_again_some_time(push: Push, found: int) -> None:
    before = replace(push, push_attempts=2, push_problem=NotShown(9))
    change = read(before, Seen(found), AT, NOW)

    verified = {"verified_at": NOW, "push_attempts": 0, "push_problem": None, "next_read_at": next_read(push)}
    assert changes(change) == (verified if push is not NEVER else verified | {"pushed_quantity": 3})
    assert (event(change), changed_there(before, Seen(found), NOW)) == (None, None)


def test_a_restore_whose_answer_was_lost_is_told_as_accepted_when_it_is_seen() -> None:
    change = read(IN_DOUBT, Seen(3), AT, NOW)

    told = {"pushed_quantity": 3, "push_problem": None, "push_not_before": None}
    assert changes(change) == {**FREE, **told, "verified_at": NOW, "next_read_at": next_read(RESTORE)}
    assert event(change) == (EventKind.PUSH_ACCEPTED, None)


@pytest.mark.parametrize(
    ("push", "found", "age", "next_read"),
    [
        (ZERO, 3, timedelta(seconds=1), timedelta(seconds=1)),
        (ZERO, 3, timedelta(seconds=2), timedelta(seconds=2)),
        (ZERO, 3, timedelta(seconds=4), timedelta(seconds=1)),
        (RESTORE, 0, timedelta(milliseconds=10), timedelta(seconds=1)),
        (RESTORE, 0, timedelta(seconds=20), timedelta(seconds=20)),
        (RESTORE, 0, SHOWS_WITHIN - timedelta(seconds=90), timedelta(minutes=1)),
        (RESTORE, 0, SHOWS_WITHIN - timedelta(seconds=7), timedelta(seconds=7)),
        (RESTORE, 9, timedelta(minutes=2), timedelta(minutes=1)),
        (RESTORE, None, timedelta(minutes=2), timedelta(minutes=1)),
        (IN_DOUBT, 0, timedelta(seconds=3), timedelta(seconds=3)),
    ],
)
def test_amazon_has_its_time_to_show_a_quantity(
    push: Push, found: int | None, age: timedelta, next_read: timedelta
) -> None:
    change = read(aged(push, age), Seen(found), AT, NOW)

    assert changes(change) == {"next_read_at": NOW + next_read}
    assert (event(change), changed_there(aged(push, age), Seen(found), NOW)) == (None, None)


@pytest.mark.parametrize(
    ("before", "doubts", "wait"), [((0, None), 1, 0), ((2, NotShown(9)), 3, 4), ((2, AmazonRefused("older")), 1, 0)]
)
@pytest.mark.parametrize(
    ("push", "found", "age"),
    [
        (ZERO, 3, ZERO_SHOWS_WITHIN),
        (RESTORE, 0, SHOWS_WITHIN),
        (IN_DOUBT, 0, SHOWS_WITHIN),
        (RESTORE, 9, SHOWS_WITHIN),
        (DOWN, 3, timedelta(days=3)),
    ],
)
def test_what_amazon_never_showed_is_pushed_again(
    push: Push, found: int, age: timedelta, before: tuple[int, Any], doubts: int, wait: int
) -> None:
    attempts, problem = before
    start = replace(aged(push, age), push_attempts=attempts, push_problem=problem, push_failed_revision=5)
    assert changed_there(start, Seen(found), NOW) is None
    change = read(start, Seen(found), AT, NOW)

    after = change.after
    assert (after.pushed_revision, after.pushed_quantity, after.next_read_at) == (4, found, None)
    assert (after.push_attempts, after.push_problem, after.push_failed_revision) == (doubts, NotShown(found), 5)
    assert (after.push_not_before, after.push_claim) == (NOW + timedelta(seconds=wait), None)
    assert event(change) == (EventKind.READBACK_MISMATCH, NotShown(found))


OVERSLEPT = replace(aged(RESTORE, SHOWS_WITHIN), next_read_at=NOW - LATE - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("push", "seen"),
    [
        (SEEN, Seen(0)),
        (SEEN, Seen(2)),
        (SEEN, Seen(9)),
        (NEVER, Seen(0)),
        (OVERSLEPT, Seen(0)),
        (OVERSLEPT, Seen(1)),
        (aged(RESTORE, SHOWS_WITHIN), Seen(2)),
        (aged(RESTORE, SHOWS_WITHIN), Seen(0, given=3)),
    ],
)
def test_where_amazon_shows_another_quantity_than_before_the_books_follow(push: Push, seen: Seen) -> None:
    reason = changed_there(push, seen, NOW)
    assert reason is not None
    assert reason.shown == seen.quantity
    after = followed(push, reason, NOW).after

    assert (after.pushed_revision, after.pushed_quantity, after.verified_at) == (push.revision + 1, seen.quantity, NOW)
    assert after.next_read_at == NOW + (OFFERS_EVERY if seen.quantity else ZEROS_EVERY)
    assert followed(push, reason, NOW).event is None


def test_a_zero_that_was_read_late_is_pushed_again() -> None:
    overslept = replace(aged(ZERO, SHOWS_WITHIN), next_read_at=NOW - LATE * 2)

    assert event(read(overslept, Seen(1), AT, NOW)) == (EventKind.READBACK_MISMATCH, NotShown(1))


def test_an_offer_that_amazon_does_not_sell_is_told_once_amazon_has_had_its_time() -> None:
    young = read(aged(RESTORE, timedelta(minutes=1)), Seen(3, SUPPRESSED), AT, NOW)
    old = read(aged(RESTORE, SHOWS_WITHIN), Seen(3, SUPPRESSED), AT, NOW)
    again = read(old.after, Seen(3, SUPPRESSED), AT, NOW)

    assert (changes(young), event(young)) == ({"next_read_at": NOW + timedelta(minutes=1)}, None)
    read_on = {"verified_at": NOW, "next_read_at": next_read(RESTORE)}
    assert changes(old) == {**read_on, **OURS, "push_problem": SUPPRESSED, "differs_since": AT}
    assert event(old) == (EventKind.NOT_FOR_SALE, SUPPRESSED)
    assert (event(again), again.after.push_problem) == (None, SUPPRESSED)
    assert event(read(SEEN, Seen(3, SUPPRESSED), AT, NOW)) == (EventKind.NOT_FOR_SALE, SUPPRESSED)
    assert read(old.after, Seen(3), AT, NOW).after.push_problem is None
    assert event(read(ZERO, Seen(0, SUPPRESSED), AT, NOW)) is None


def test_another_quantity_is_pushed_again_though_the_offer_is_not_for_sale() -> None:
    change = read(aged(RESTORE, SHOWS_WITHIN), Seen(5, SUPPRESSED), AT, NOW)

    assert event(change) == (EventKind.READBACK_MISMATCH, NotShown(5))
    assert (change.after.pushed_revision, change.after.verified_at) == (4, None)


def test_an_offer_without_a_quantity_is_read_again_at_zero_and_given_up_above() -> None:
    waits = [1, 2, 4]
    push = DOWN
    for number, wait in enumerate(waits, 1):
        push = read(push, Seen(None), AT, NOW).after
        assert (push.push_attempts, push.push_problem, push.verified_at) == (number, NotShown(), None)
        assert push.next_read_at == NOW + timedelta(seconds=wait)

    given_up = changes(read(aged(RESTORE, SHOWS_WITHIN), Seen(None), AT, NOW))
    assert given_up == {"next_read_at": next_read(RESTORE)}


def test_a_sku_that_amazon_does_not_know_after_all_is_an_orphan() -> None:
    unknown = UnknownSku("what?")
    change = lost(ZERO, unknown, AT, NOW)

    failed = {"push_attempts": 1, "push_problem": unknown, "push_not_before": NOW + timedelta(minutes=10)}
    orphan = {"orphan": True, "differs_since": AT}
    assert changes(change) == {"pushed_revision": 4, **orphan, "next_read_at": None, **OURS, **failed}
    assert event(change) == (EventKind.PUSH_ORPHAN, unknown)


LATER = AT + timedelta(hours=2)


@pytest.mark.parametrize(
    ("push", "seen", "shown"),
    [
        (DOWN, Seen(3), 0),
        (DOWN, Seen(None), 0),
        (aged(RESTORE, SHOWS_WITHIN), Seen(0), 3),
        (SEEN, Seen(3, SUPPRESSED), 3),
    ],
)
def test_a_difference_stands_since_it_was_first_seen_until_amazon_shows_the_books(
    push: Push, seen: Seen, shown: int
) -> None:
    first = read(push, seen, AT, NOW).after
    second = read(first, seen, LATER, LATER).after
    again = accepted(second, Sent(5, push.quantity), LATER).after

    assert (push.differs_since, first.differs_since, second.differs_since) == (None, AT, AT)
    assert again.differs_since == (None if seen.problem else AT)
    assert read(second, Seen(shown), LATER, LATER).after.differs_since is None


def zeroed(push: Push, at: datetime) -> Push:
    """Return it after its zero was pushed again then, and was seen a second later."""
    seen_at = at + timedelta(seconds=1)
    return read(accepted(push, Sent(5, 0), at).after, Seen(0), seen_at, seen_at).after


def test_a_zero_that_was_not_shown_is_read_every_few_minutes_until_it_stays() -> None:
    zero = zeroed(read(DOWN, Seen(3), AT, NOW).after, NOW)
    assert (zero.differs_since, zero.push_problem, zero.push_attempts) == (AT, None, 0)
    assert zero.next_read_at == NOW + timedelta(seconds=1) + RETURNS_EVERY

    before, after = NOW + STAYS - timedelta(seconds=1), NOW + STAYS
    assert read(zero, Seen(0), before, before).after.differs_since == AT
    stays = read(zero, Seen(0), after, after).after
    assert (stays.differs_since, stays.next_read_at) == (None, after + (next_read(zero) - NOW))


@pytest.mark.parametrize("found", [3, None])
def test_a_zero_that_comes_back_again_and_again_is_one_difference_until_it_stays(found: int | None) -> None:
    push = read(DOWN, Seen(3), AT, NOW).after
    assert push.push_problem == NotShown(3)
    for hour in (1, 2, 3):
        at = NOW + timedelta(hours=hour)
        push = read(zeroed(push, at - RETURNS_EVERY), Seen(found), at, at).after
        assert (push.differs_since, push.push_problem, push.push_attempts) == (AT, ComesBack(found), 1)

    push = zeroed(push, at)
    assert (push.differs_since, push.push_problem, push.push_attempts) == (AT, ComesBack(0), 0)
    stays = read(push, Seen(0), at + STAYS, at + STAYS).after
    assert (stays.differs_since, stays.push_problem) == (None, None)


def test_no_difference_stands_that_the_books_followed() -> None:
    differed = replace(SEEN, differs_since=AT, push_problem=SUPPRESSED, push_failed_revision=5)

    assert followed(differed, ChangedAtAmazon(0), NOW).after.differs_since is None


def test_a_difference_of_an_older_revision_is_not_continued() -> None:
    older = replace(DOWN, differs_since=AT - timedelta(days=1), push_failed_revision=4, push_problem=NotShown(2))

    assert read(older, Seen(3), AT, NOW).after.differs_since == AT


def test_a_refusal_does_not_end_a_difference() -> None:
    above = read(DOWN, Seen(3), AT, NOW).after
    refusal = refused(above, Sent(5, 0), AmazonRefused("no"), LATER, LATER).after

    assert accepted(refusal, Sent(5, 0), LATER).after.differs_since == AT


def test_a_sku_is_unknown_since_it_was_first_so_whatever_its_quantity_is_since_then() -> None:
    gone = lost(ZERO, UnknownSku("what?"), AT, NOW).after
    newer = replace(gone, revision=6, quantity=3)

    assert unknown_sku(newer, Sent(6, 3), UnknownSku("what?"), LATER, LATER).after.differs_since == AT


def test_waits_grow_to_ten_minutes_after_vain_reads() -> None:
    assert [doubt_wait(n).total_seconds() for n in (1, 2, 3, 4, 10, 11, 100)] == [0, 2, 4, 8, 512, 600, 600]
