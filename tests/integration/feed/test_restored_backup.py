"""The database went back to an older state, and Amazon did not: `mercarich db restored`."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, insert
from tests.integration.feed.conftest import Amazon, Eventually, Running
from tests.integration.feed.offers import listed, shown
from tests.integration.feed.shop import Shop, now

from mercarich_contracts.audit import Actor
from mercarich_contracts.market import Marketplace
from mercarich_db.engine import run_tx
from mercarich_db.tables import listings, removed_offers, run_sellers, source_items, users
from mercarich_feed.adapters.listings_sql import SqlListings
from mercarich_feed.use_cases.restores import RestoreWish
from mercarich_listings import restored
from mercarich_listings.restored import Unverified
from mercarich_reasons.push import AmazonRefused, NotShown
from mercarich_runs.adapters.fence import guard
from mercarich_runs.adapters.runs_sql import SqlRuns
from mercarich_runs.ports import Operation, Outcome, Request, Superseded
from mercarich_web.recovery.commands import verified_lines
from mercarich_web.recovery.restored import Recovery
from mercarich_web.recovery.wiring import recovery_of

SOMEBODY = Actor("somebody")


@pytest.fixture
def recovery(shop: Shop) -> Recovery:
    return recovery_of(shop.engine, now, time.monotonic, time.sleep)


def see_sources(shop: Shop, *ids: int) -> None:
    """Look at the sources of these listings, as a check does."""
    for id_ in ids:
        shop.alter(source_items, shop.row(id_).source_item_id, checked_at=now(), observed_at=now())


def left(recovery: Recovery) -> Unverified:
    found = recovery.books.left()
    assert found is not None
    return found


def old_zeros(feed: Running, shop: Shop, eventually: Eventually, count: int) -> list[int]:
    """Withdraw some offers, a while before the backup: their zeros were seen, and are read again in an hour."""
    ids = list(listed(shop, 1)[:count])
    shop.withdraw(ids)
    feed.lanes.patches.wake(1)
    eventually(lambda: all(shop.row(id_).verified_at is not None for id_ in ids))
    return ids


def test_offers_that_an_older_backup_has_at_0_do_not_stay_on_sale(
    feed: Running, shop: Shop, amazon: Amazon, recovery: Recovery, eventually: Eventually
) -> None:
    ids = old_zeros(feed, shop, eventually, 5)
    for id_ in ids:
        amazon.alter(shop.row(id_), quantity=1)
    assert shop.row(ids[0]).next_read_at > now() + timedelta(minutes=45)

    recovery.mark(SOMEBODY)
    eventually(lambda: all(shown(shop, amazon, id_) == 0 for id_ in ids))
    eventually(lambda: left(recovery).zeros == 0)
    assert shop.events(ids[0])[-2:] == ["readback_mismatch", "push_accepted"]


def test_a_restore_of_the_backup_is_not_pushed_as_if_it_were_new(
    feed: Running, shop: Shop, amazon: Amazon, recovery: Recovery, eventually: Eventually
) -> None:
    """It was pushed and sold in the lost time: Amazon shows 0."""
    [one] = old_zeros(feed, shop, eventually, 1)
    shop.restore([one])
    accepted = amazon.offer(shop.row(one).seller_id, shop.row(one).sku)["accepted"]

    recovery.mark(SOMEBODY)
    see_sources(shop, one)
    feed.lanes.restores.wake(1, RestoreWish(None, None))
    recovery.books.read_soon(left(recovery).restored_at, now())
    feed.lanes.follow.wake(1)
    eventually(lambda: shop.row(one).quantity == 0)
    row = shop.row(one)
    assert (row.push_pending, row.searching, shop.events(one)[-1]) == (0, False, "changed_at_amazon")
    assert amazon.offer(row.seller_id, row.sku)["accepted"] == accepted


def test_an_open_feed_of_the_backup_is_not_waited_for(shop: Shop, recovery: Recovery) -> None:
    ids = [row.id for row in shop.rows(1)][:2]
    shop.begin_feed(1, ids)
    marked = recovery.mark(SOMEBODY)
    [feed] = shop.submissions()
    assert (marked.feeds, feed.state, feed.ended_at is not None) == (1, "cancelled", True)
    assert set(shop.results(feed.id).values()) == {"superseded"}


def test_amazon_is_read_for_an_offer_that_is_up_once_its_source_was_seen(
    feed: Running, shop: Shop, amazon: Amazon, recovery: Recovery, eventually: Eventually
) -> None:
    ids = [row.id for row in shop.rows(1) if row.quantity and not row.push_pending]
    seen, unseen = ids[:2]
    for id_ in (seen, unseen):
        amazon.alter(shop.row(id_), quantity=0)
    recovery.mark(SOMEBODY)
    since = left(recovery).restored_at
    see_sources(shop, seen)
    recovery.books.read_soon(since, now())
    feed.lanes.follow.wake(1)
    eventually(lambda: shop.row(seen).quantity == 0)
    assert (shop.row(unseen).quantity, shop.row(unseen).next_read_at) == (1, since + restored.OFFERS_WITHIN)


def test_a_source_that_was_looked_at_in_vain_or_found_since_does_not_keep_the_restore_open(
    shop: Shop, recovery: Recovery
) -> None:
    recovery.mark(SOMEBODY)
    before = left(recovery).sources
    replaced = next(row for row in shop.rows(1) if row.quantity and not row.searching)
    shop.alter(source_items, replaced.source_item_id, observed_at=now())  # by the updater: no check has looked at it
    assert left(recovery).sources == before - 1

    runs, whole = SqlRuns(shop.engine, Operation.CHECK), Request(Marketplace.YAHOO, plans=(2, 4))
    for request, seen in ((replace(whole, skus=("A",)), 1), (whole, before)):
        run = runs.start(request, None, now())
        tally = insert(run_sellers).values(run_id=run.id, user_id=1, planned=1, checked=0, fallen=0)
        run_tx(shop.engine, partial(Connection.execute, statement=tally))
        assert left(recovery).sources == before - 1
        runs.end(run, Outcome.FINISHED, now())
        assert left(recovery).sources == before - seen


def test_a_listing_that_was_deleted_meanwhile_is_told_and_does_not_come_back(
    feed: Running, shop: Shop, amazon: Amazon, recovery: Recovery, eventually: Eventually
) -> None:
    [one] = old_zeros(feed, shop, eventually, 1)
    amazon.alter(shop.row(one), deleted=True)
    recovery.mark(SOMEBODY)
    eventually(lambda: shop.row(one).orphan)
    assert shop.events(one)[-1] == "push_orphan"
    shop.restore([one])
    assert SqlListings(shop.engine, now).restores_waiting(1, None, at_most=1) == 0
    assert amazon.offer(shop.row(one).seller_id, shop.row(one).sku)["deleted"]


def test_a_deleted_offer_that_is_watched_is_read_with_the_zeros(shop: Shop, recovery: Recovery) -> None:
    watched = {"user_id": 1, "sku": "GONE-1", "removed_at": now(), "next_read_at": now() + timedelta(hours=1)}
    watched |= {"listing_id": 999, "created_at": now(), "returns": 0, "attempts": 0}
    run_tx(shop.engine, lambda connection: connection.execute(insert(removed_offers).values(watched)))
    zeros = len([row for row in shop.rows() if row.quantity == 0 and row.listed])
    recovery.mark(SOMEBODY)
    assert left(recovery).zeros == zeros + 1


def test_a_sku_of_which_amazon_refuses_to_tell_does_not_keep_the_restore_open(shop: Shop, recovery: Recovery) -> None:
    [one] = listed(shop, 1)[:1]
    shop.withdraw([one])
    shop.alter(listings, one, pushed_revision=shop.row(one).revision)
    recovery.mark(SOMEBODY)
    before = left(recovery).zeros
    shop.alter(listings, one, push_problem=NotShown(None), next_read_at=now() + timedelta(minutes=1))
    assert left(recovery).zeros == before - 1


def test_what_happens_after_the_restore_does_not_keep_it_open(shop: Shop, recovery: Recovery) -> None:
    refused, later = listed(shop, 1)[:2]
    shop.withdraw([refused])
    recovery.mark(SOMEBODY)
    before = left(recovery).zeros
    told = {"push_problem": AmazonRefused("no", "1"), "push_failed_revision": shop.row(refused).revision}
    shop.alter(listings, refused, **told, push_attempts=1, next_read_at=now() + timedelta(minutes=1))
    assert left(recovery).zeros == before - 1
    shop.withdraw([later])
    assert (shop.row(later).push_pending, left(recovery).zeros) == (1, before - 1)


def test_sources_of_staff_are_not_waited_for(shop: Shop, recovery: Recovery) -> None:
    """No check looks at them."""
    recovery.mark(SOMEBODY)
    before = left(recovery).sources
    of_staff = sum(bool(row.quantity) and not row.searching for row in shop.rows(1))
    shop.alter(users, 1, is_staff=True)
    assert (of_staff > 0, left(recovery).sources) == (True, before - of_staff)


def test_only_a_check_of_all_sources_counts_as_one(shop: Shop, recovery: Recovery) -> None:
    recovery.mark(SOMEBODY)
    before = left(recovery).sources
    checks, whole = SqlRuns(shop.engine, Operation.CHECK), Request(Marketplace.YAHOO, plans=(2, 4))
    narrow = replace(whole, usernames=("seller001",)), replace(whole, plans=(4,)), replace(whole, begin_with=5)
    for request, outcome in (*((each, Outcome.FINISHED) for each in narrow), (whole, Outcome.FAILED)):
        run = checks.start(request, None, now())
        if request.begin_with:
            tally = insert(run_sellers).values(run_id=run.id, user_id=1, planned=1, checked=0, fallen=0)
            run_tx(shop.engine, partial(Connection.execute, statement=tally))
        checks.end(run, outcome, now())
    since = left(recovery).restored_at
    assert (recovery.books.checks_since(since), left(recovery).sources) == (frozenset(), before)
    checks.start(whole, None, now())
    assert recovery.books.checks_since(since) == {Marketplace.YAHOO}


def test_a_run_and_a_message_of_the_lost_time_can_write_nothing(shop: Shop, recovery: Recovery) -> None:
    runs = SqlRuns(shop.engine, Operation.CHECK)
    run = runs.start(Request(Marketplace.YAHOO, plans=(2, 4)), None, now())
    lost = replace(run, id=run.id + 1, generation=run.generation + 1)
    marked = recovery.mark(SOMEBODY)
    assert marked.runs == 1
    for old in (run, lost):
        with pytest.raises(Superseded):
            runs.beat(old, now())
    again = runs.start(Request(Marketplace.YAHOO, plans=(2, 4)), None, now())
    assert (again.id, again.generation > lost.generation) == (lost.id, True)
    for old in (run, lost):
        with pytest.raises(Superseded):
            runs.beat(old, now())
        with pytest.raises(Superseded):
            run_tx(shop.engine, partial(guard, operation=Operation.CHECK, run=old))
        runs.end(old, Outcome.FINISHED, now())
    runs.beat(again, now())
    assert runs.start(Request(Marketplace.YAHOO, plans=(2, 4), skus=("A",)), None, now()).id != again.id
    runs.beat(again, now())


def test_the_command_ends_when_all_was_looked_at_and_tells_what_differed(
    feed: Running, shop: Shop, amazon: Amazon, recovery: Recovery, eventually: Eventually
) -> None:
    [zero] = old_zeros(feed, shop, eventually, 1)
    sold = next(row.id for row in shop.rows(1) if row.quantity and not row.push_pending)
    amazon.alter(shop.row(zero), quantity=1)
    amazon.alter(shop.row(sold), quantity=0)
    recovery.mark(SOMEBODY)
    told: list[Unverified] = []

    def progress(one: Unverified) -> None:
        told.append(one)
        see_sources(shop, *(row.id for row in shop.rows()))

    see_sources(shop, sold)
    done = recovery.wait(SOMEBODY, progress)

    assert done is not None
    assert not done.left.any
    assert shop.row(sold).quantity == 0
    lines = verified_lines(done)
    assert lines[:2] == [
        "All was looked at: the books are true.",
        "  1 shown although the books say 0, taken down again",
    ]
    assert (told[-1].any, recovery.books.left()) == (False, None)
    assert recovery.wait(SOMEBODY, progress) is None


def test_the_command_gives_up_when_nothing_is_looked_at_and_can_be_repeated(shop: Shop) -> None:
    minutes: Iterator[int] = itertools.count(0, 60)
    recovery = recovery_of(shop.engine, now, lambda: float(next(minutes)), lambda _seconds: None)
    first = recovery.mark(SOMEBODY)
    done = recovery.wait(SOMEBODY, lambda _left: None)
    assert done is not None
    assert done.left.any
    again = recovery.mark(SOMEBODY)
    assert (again.listings, again.runs, left(recovery).restored_at) == (first.listings, 0, again.restored_at)
