"""The effect of each end of a push, a feed or a look on the push columns: every function, by what had failed before.

A row of `TABLE` has the columns that change, and no others may.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.listings.pushes import AT_REST

from mercarich_contracts.events import EventKind
from mercarich_listings import push as push_module
from mercarich_listings.event import Event
from mercarich_listings.push import (
    LEASE,
    SETTLED,
    Push,
    Pushed,
    Sent,
    accepted,
    accepted_by_feed,
    back_off,
    deferred,
    feed_failed,
    never_left,
    overtaken,
    refused,
    refused_by_feed,
    released,
    unknown_sku,
)
from mercarich_reasons.push import (
    AmazonRefused,
    AmazonUnreachable,
    FeedEndedAs,
    NewerQuantity,
    NotShown,
    UnknownSku,
)
from mercarich_reasons.reason import Reason

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
AT = NOW - timedelta(seconds=1)
"""When Amazon responded."""
BEFORE = NOW - timedelta(hours=1)
REFUSAL, NO, UNKNOWN = AmazonRefused("older"), AmazonRefused("no"), UnknownSku("what?")
AWAY, FATAL = AmazonUnreachable("HTTP 503"), FeedEndedAs("fatal")

ZERO = replace(
    AT_REST,
    pushed_revision=4,
    pushed_quantity=9,
    pushed_at=BEFORE,
    verified_at=BEFORE,
    push_claim="mine",
    push_claim_until=NOW + timedelta(seconds=3),
)
RESTORE = replace(ZERO, quantity=3)
DOUBT = NotShown(9)


def failures(attempts: int, problem: Reason, revision: int) -> Mapping[str, Any]:
    columns = {"push_attempts": attempts, "push_problem": problem, "push_failed_revision": revision}
    return {**columns, "push_not_before": BEFORE}


FAILED: Mapping[str, Mapping[str, Any]] = {
    "nothing": {},
    "refused": failures(3, REFUSAL, 5),
    "in doubt": {**failures(2, DOUBT, 5), "differs_since": BEFORE},
    "older refused": failures(3, REFUSAL, 4),
    "older in doubt": {**failures(2, DOUBT, 4), "differs_since": BEFORE},
}
"""What had failed before, and of which revision; the listing is at 5."""

Columns = Mapping[str, Any]
SENT_ZERO, SENT_RESTORE = Sent(5, 0), Sent(5, 3)
BY_FEED, RESTORE_BY_FEED = Sent(5, 0, 11), Sent(5, 3, 11)
FREE = {"push_claim": None, "push_claim_until": None}
CLEAN = {"push_attempts": 0, "push_problem": None}
DUE = {"push_not_before": None}
OURS = {"push_failed_revision": 5}
ENDED = {"differs_since": None}
"""What differed from an older revision says nothing of this one."""
READ_NEXT = {"verified_at": None, "next_read_at": AT + SETTLED}
ZERO_TAKEN = {"pushed_revision": 5, "pushed_quantity": 0, "pushed_at": AT, **READ_NEXT}
RESTORE_TAKEN = ZERO_TAKEN | {"pushed_quantity": 3}
IN_DOUBT = {
    "pushed_revision": 5,
    "pushed_quantity": None,
    "pushed_at": NOW,
    "verified_at": None,
    "next_read_at": NOW + SETTLED,
    "push_claim_until": NOW + LEASE,
    "push_not_before": NOW + LEASE,
}
"""Not sent again before Amazon was read, and even a newer zero waits for the lease."""


def failed(attempts: int, problem: object) -> Columns:
    return {"push_attempts": attempts, "push_problem": problem}


def waits(**length: float) -> Columns:
    return {"push_not_before": NOW + timedelta(**length)}


def rows(*each: Columns) -> Mapping[str, Columns]:
    return dict(zip(FAILED, each, strict=True))


TABLE: Mapping[str, tuple[Push, Callable[[Push], Pushed], Mapping[str, Columns]]] = {
    "accepted": (
        ZERO,
        lambda push: accepted(push, SENT_ZERO, AT),
        rows(
            {**FREE, **ZERO_TAKEN},
            {**FREE, **ZERO_TAKEN, **CLEAN, **DUE},
            {**FREE, **ZERO_TAKEN, **DUE},
            {**FREE, **ZERO_TAKEN, **CLEAN, **DUE},
            {**FREE, **ZERO_TAKEN, **CLEAN, **DUE, **ENDED},
        ),
    ),
    "accepted, a restore": (
        RESTORE,
        lambda push: accepted(push, SENT_RESTORE, AT),
        rows(
            {**FREE, **RESTORE_TAKEN},
            {**FREE, **RESTORE_TAKEN, **CLEAN, **DUE},
            {**FREE, **RESTORE_TAKEN, **DUE},
            {**FREE, **RESTORE_TAKEN, **CLEAN, **DUE},
            {**FREE, **RESTORE_TAKEN, **CLEAN, **DUE, **ENDED},
        ),
    ),
    "refused": (
        ZERO,
        lambda push: refused(push, SENT_ZERO, NO, AT, NOW),
        rows(
            {**FREE, **OURS, **failed(1, NO), **waits(minutes=10)},
            {**FREE, **failed(4, NO), **waits(minutes=80)},
            {**FREE, **failed(1, NO), **waits(minutes=10)},
            {**FREE, **OURS, **failed(1, NO), **waits(minutes=10)},
            {**FREE, **OURS, **failed(1, NO), **waits(minutes=10), **ENDED},
        ),
    ),
    "unknown_sku": (
        ZERO,
        lambda push: unknown_sku(push, SENT_ZERO, UNKNOWN, AT, NOW),
        rows(
            {**FREE, **OURS, **failed(1, UNKNOWN), **waits(minutes=10), "orphan": True, "differs_since": AT},
            {**FREE, **failed(4, UNKNOWN), **waits(minutes=80), "orphan": True, "differs_since": AT},
            {**FREE, **failed(1, UNKNOWN), **waits(minutes=10), "orphan": True},
            {**FREE, **OURS, **failed(1, UNKNOWN), **waits(minutes=10), "orphan": True, "differs_since": AT},
            {**FREE, **OURS, **failed(1, UNKNOWN), **waits(minutes=10), "orphan": True, "differs_since": AT},
        ),
    ),
    "deferred": (
        ZERO,
        lambda push: deferred(push, SENT_ZERO, AWAY, NOW),
        rows(
            {**FREE, **OURS, "push_problem": AWAY, **waits(seconds=5)},
            {**FREE, "push_problem": AWAY, **waits(seconds=5)},
            {**FREE, **waits(seconds=5)},
            {**FREE, **OURS, **failed(0, AWAY), **waits(seconds=5)},
            {**FREE, **OURS, **failed(0, AWAY), **waits(seconds=5), **ENDED},
        ),
    ),
    "deferred, a restore: its claim stays": (
        RESTORE,
        lambda push: deferred(push, SENT_RESTORE, AWAY, NOW),
        rows(
            {**IN_DOUBT, **OURS, "push_problem": AWAY},
            {**IN_DOUBT, "push_problem": AWAY},
            {**IN_DOUBT},
            {**IN_DOUBT, **OURS, **failed(0, AWAY)},
            {**IN_DOUBT, **OURS, **failed(0, AWAY), **ENDED},
        ),
    ),
    "released": (ZERO, released, rows(FREE, FREE, FREE, FREE, FREE)),
    "overtaken, pushed meanwhile: goes out again": (
        replace(ZERO, pushed_revision=5, pushed_quantity=0),
        overtaken,
        rows(*[{**FREE, "pushed_revision": 4, "pushed_quantity": None, "verified_at": None}] * 5),
    ),
    "overtaken, not pushed yet": (
        replace(ZERO, pushed_revision=2),
        overtaken,
        rows(*[{**FREE, "pushed_quantity": None, "verified_at": None}] * 5),
    ),
    "accepted_by_feed, another's claim stays": (
        ZERO,
        lambda push: accepted_by_feed(push, BY_FEED, AT),
        rows(
            ZERO_TAKEN,
            {**ZERO_TAKEN, **CLEAN, **DUE},
            {**ZERO_TAKEN, **DUE},
            {**ZERO_TAKEN, **CLEAN, **DUE},
            {**ZERO_TAKEN, **CLEAN, **DUE, **ENDED},
        ),
    ),
    "accepted_by_feed, a restore": (
        RESTORE,
        lambda push: accepted_by_feed(push, RESTORE_BY_FEED, AT),
        rows(
            RESTORE_TAKEN,
            {**RESTORE_TAKEN, **CLEAN, **DUE},
            {**RESTORE_TAKEN, **DUE},
            {**RESTORE_TAKEN, **CLEAN, **DUE},
            {**RESTORE_TAKEN, **CLEAN, **DUE, **ENDED},
        ),
    ),
    "refused_by_feed": (
        ZERO,
        lambda push: refused_by_feed(push, BY_FEED, NO, NOW),
        rows(
            {**OURS, **failed(1, NO), **waits(minutes=10)},
            {**failed(4, NO), **waits(minutes=80)},
            {**failed(1, NO), **waits(minutes=10)},
            {**OURS, **failed(1, NO), **waits(minutes=10)},
            {**OURS, **failed(1, NO), **waits(minutes=10), **ENDED},
        ),
    ),
    "refused_by_feed, unknown SKU": (
        ZERO,
        lambda push: refused_by_feed(push, BY_FEED, UNKNOWN, NOW),
        rows(
            {**OURS, **failed(1, UNKNOWN), **waits(minutes=10), "orphan": True, "differs_since": NOW},
            {**failed(4, UNKNOWN), **waits(minutes=80), "orphan": True, "differs_since": NOW},
            {**failed(1, UNKNOWN), **waits(minutes=10), "orphan": True},
            {**OURS, **failed(1, UNKNOWN), **waits(minutes=10), "orphan": True, "differs_since": NOW},
            {**OURS, **failed(1, UNKNOWN), **waits(minutes=10), "orphan": True, "differs_since": NOW},
        ),
    ),
    "refused_by_feed, behind a PATCH that was accepted": (
        replace(ZERO, pushed_revision=5),
        lambda push: refused_by_feed(push, BY_FEED, NO, NOW),
        rows({}, {}, {}, {}, {}),
    ),
    "feed_failed, a withdrawal: goes by PATCH at once": (
        ZERO,
        lambda push: feed_failed(push, BY_FEED, FATAL, NOW),
        rows(*[{"pushed_quantity": None}] * 5),
    ),
    "feed_failed, a restore: a doubt counts as an attempt, too": (
        RESTORE,
        lambda push: feed_failed(push, RESTORE_BY_FEED, FATAL, NOW),
        rows(
            {**OURS, **failed(1, FATAL), **waits(minutes=10)},
            {**failed(4, FATAL), **waits(minutes=80)},
            {**failed(3, FATAL), **waits(minutes=40)},
            {**OURS, **failed(1, FATAL), **waits(minutes=10)},
            {**OURS, **failed(1, FATAL), **waits(minutes=10), **ENDED},
        ),
    ),
    "feed_failed, behind a PATCH that was accepted": (
        replace(RESTORE, pushed_revision=5),
        lambda push: feed_failed(push, RESTORE_BY_FEED, FATAL, NOW),
        rows({}, {}, {}, {}, {}),
    ),
    "never_left": (ZERO, lambda push: never_left(push, 6), rows(*[{"pushed_revision": 6}] * 5)),
}


@pytest.mark.parametrize("before", FAILED)
@pytest.mark.parametrize("case", TABLE)
def test_exactly_these_columns_change(case: str, before: str) -> None:
    start, function, expected = TABLE[case]
    push = replace(start, **FAILED[before])

    after = function(push).after

    changed = {name: new for name in _names() if (new := getattr(after, name)) != getattr(push, name)}
    assert changed == {name: new for name, new in expected[before].items() if new != getattr(push, name)}


def test_the_table_has_every_function() -> None:
    public = {name: each for name, each in vars(push_module).items() if not name.startswith("_")}
    functions = {name for name, each in public.items() if getattr(each, "__annotations__", {}).get("return") == Pushed}

    assert {case.partition(",")[0] for case in TABLE} == functions - {"changed"}, "`changed` makes each of them"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (accepted(ZERO, SENT_ZERO, AT), (EventKind.PUSH_ACCEPTED, None, AT, 0, 5, None)),
        (refused(ZERO, SENT_ZERO, NO, AT, NOW), (EventKind.PUSH_REJECTED, NO, AT, 0, 5, None)),
        (unknown_sku(ZERO, SENT_ZERO, UNKNOWN, AT, NOW), (EventKind.PUSH_ORPHAN, UNKNOWN, AT, 0, 5, None)),
        (deferred(RESTORE, SENT_RESTORE, AWAY, NOW), None),
        (released(ZERO), None),
        (overtaken(ZERO), None),
        (overtaken(ZERO, Sent(4, 3, 11), AT), (EventKind.PUSH_SUPERSEDED, NewerQuantity(), AT, 3, 4, 11)),
        (accepted_by_feed(ZERO, BY_FEED, AT), (EventKind.PUSH_ACCEPTED, None, AT, 0, 5, 11)),
        (accepted_by_feed(replace(ZERO, pushed_revision=5), BY_FEED, AT), None),
        (refused_by_feed(ZERO, BY_FEED, NO, AT), (EventKind.PUSH_REJECTED, NO, AT, 0, 5, 11)),
        (refused_by_feed(ZERO, BY_FEED, UNKNOWN, AT), (EventKind.PUSH_ORPHAN, UNKNOWN, AT, 0, 5, 11)),
        (
            refused_by_feed(replace(ZERO, pushed_revision=5), BY_FEED, NO, AT),
            (EventKind.PUSH_REJECTED, NO, AT, 0, 5, 11),
        ),
        (feed_failed(RESTORE, RESTORE_BY_FEED, FATAL, NOW), None),
        (never_left(ZERO, 6), None),
    ],
)
def test_the_history_tells_what_amazon_said_of_which_quantity(change: Pushed, told: tuple[Any, ...] | None) -> None:
    if told is None:
        assert change.event is None
        return
    kind, reason, at, quantity, revision, submission_id = told
    assert change.event == Event(
        listing_id=7,
        user_id=2,
        at=at,
        kind=kind,
        reason=reason,
        quantity_after=quantity,
        revision=revision,
        submission_id=submission_id,
    )


@pytest.mark.parametrize(
    "failure",
    [
        lambda push: refused(push, Sent(6, push.quantity), NO, AT, NOW),
        lambda push: deferred(push, Sent(6, 0), AWAY, NOW),
        lambda push: feed_failed(push, Sent(6, 3, 11), FATAL, NOW),
    ],
)
def test_amazon_has_not_known_a_sku_since_it_was_first_so_whatever_fails_since_then(failure: Any) -> None:
    for quantity in (0, 3):
        orphan = replace(AT_REST, orphan=True, **failures(1, UNKNOWN, 5), differs_since=BEFORE, revision=6)
        after = failure(replace(orphan, quantity=quantity)).after

        assert (after.orphan, after.differs_since, after.push_failed_revision) == (True, BEFORE, 6)
        assert unknown_sku(after, Sent(6, quantity), UNKNOWN, NOW, NOW).after.differs_since == BEFORE
        known = accepted(after, Sent(6, quantity), NOW).after
        assert (known.orphan, known.differs_since) == (False, None), "of this revision nothing was found"


def test_an_orphan_that_amazon_knows_by_now_is_none_any_more() -> None:
    orphan = replace(ZERO, orphan=True)

    assert not accepted(orphan, SENT_ZERO, AT).after.orphan
    assert not accepted_by_feed(orphan, BY_FEED, AT).after.orphan
    known = refused_by_feed(replace(orphan, differs_since=BEFORE), BY_FEED, NO, AT).after
    assert (known.orphan, known.differs_since) == (False, None)
    assert refused(orphan, SENT_ZERO, NO, AT, NOW).after.orphan


def test_what_changed_while_its_patch_was_under_way_stays_pending() -> None:
    moved = replace(ZERO, revision=6, quantity=3)

    after = accepted(moved, SENT_ZERO, AT).after

    assert (after.pushed_revision, after.pushed_quantity, after.revision) == (5, 0, 6)


@pytest.mark.parametrize(
    ("columns", "under_way"),
    [
        ({"push_claim": None, "push_claim_until": None}, False),
        ({}, True),
        ({"push_claim": None, "push_attempts": 1}, True),
        ({"push_claim": None, "push_problem": AWAY}, True),
        ({"push_claim": None, "push_not_before": BEFORE}, True),
    ],
)
def test_what_may_have_arrived_is_under_way(columns: Mapping[str, Any], under_way: bool) -> None:
    assert replace(ZERO, **columns).under_way is under_way


def test_waits_grow_to_a_day_after_refusals() -> None:
    assert [back_off(n) for n in (1, 2, 3, 8, 9, 100)] == [
        timedelta(minutes=10),
        timedelta(minutes=20),
        timedelta(minutes=40),
        timedelta(minutes=1280),
        timedelta(hours=24),
        timedelta(hours=24),
    ]


def _names() -> list[str]:
    return [field.name for field in fields(Push)]
