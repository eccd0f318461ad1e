"""A few restores, by PATCH, against the simulated Amazon."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from tests.integration.feed.conftest import Amazon, Eventually, Running
from tests.integration.feed.offers import listed, restores, shown
from tests.integration.feed.shop import Shop, now

from mercarich_db.tables import listings, source_items, submissions
from mercarich_feed.adapters.listings_sql import SqlListings
from mercarich_feed.domain.answers import Answer
from mercarich_feed.domain.pushes import Outcome, Pushed
from mercarich_feed.use_cases.restores import RestoreWish
from mercarich_listings.read_back import Seen
from mercarich_reasons.push import AmazonRefused, AmazonUnreachable, ChangedAtAmazon, NotShown

ALL = RestoreWish(None, None)


def test_m8_a_few_restores_go_by_patch_with_their_lead_time_and_are_read_back(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    ids = restores(shop, 1)
    shop.alter(listings, ids[0], lead_time_days=7)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: not restores(shop, 1))
    assert shop.submissions() == []
    assert all(shown(shop, amazon, id_) == shop.row(id_).quantity for id_ in ids)
    assert [shop.events(id_) for id_ in ids] == [["push_accepted"] for _ in ids]
    eventually(lambda: all(shop.row(id_).verified_at is not None for id_ in ids))
    row = shop.row(ids[0])
    assert amazon.offer(row.seller_id, row.sku)["lead_time_days"] == 7


def test_f6_a_restore_that_amazon_takes_and_does_not_show_goes_out_again(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    ignored, good = restores(shop, 1)[:2]
    amazon.fault("spapi", "ignored_200", only=[shop.row(ignored).sku])
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: shop.row(good).verified_at is not None)
    assert (shop.events(ignored), shop.row(ignored).push_pending) == (["push_accepted"], 0)
    shop.let_amazon_have_its_time(ignored)
    feed.lanes.follow.wake(1)
    eventually(lambda: shop.events(ignored)[:2] == ["push_accepted", "readback_mismatch"])
    assert shop.row(ignored).push_problem == NotShown(0)
    assert shop.reasons(ignored)[:2] == [None, NotShown(0)]
    amazon.heal()
    eventually(lambda: _granted(feed, shop, ignored) and shop.row(ignored).verified_at is not None)
    assert shown(shop, amazon, ignored) == shop.row(ignored).quantity
    assert (shop.row(ignored).push_attempts, shop.row(ignored).push_problem) == (0, None)


def test_restores_of_a_moment_ago_are_read_by_one_search_and_later_each_singly(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    lately, earlier = listed(shop, 1)[:2]
    amazon.fault("spapi", "503_html", only=["getListingsItem"])
    for id_, seconds in ((lately, 5), (earlier, 90)):
        at = now() - timedelta(seconds=seconds)
        shop.alter(listings, id_, pushed_at=at, verified_at=None, next_read_at=at)

    feed.lanes.follow.wake(1)

    eventually(lambda: shop.row(lately).verified_at is not None)
    assert shop.row(earlier).verified_at is None
    amazon.heal()
    eventually(lambda: shop.row(earlier).verified_at is not None)


def test_a_zero_of_a_moment_ago_is_read_singly(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [down] = listed(shop, 1)[:1]
    amazon.alter(shop.row(down), quantity=0)
    amazon.fault("spapi", "503_html", only=["searchListingsItems"])
    at = now() - timedelta(seconds=5)
    shop.alter(listings, down, quantity=0, pushed_at=at, verified_at=None, next_read_at=at)

    feed.lanes.follow.wake(1)

    eventually(lambda: shop.row(down).verified_at is not None)


def test_a_restore_goes_out_only_after_a_look(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    amazon.fault("spapi", "503_html", only=["getListingsItem"])
    one, *_ = restores(shop, 1)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: any(fault["hit"] for fault in amazon.get("/_sim/faults")["faults"]))
    row = shop.row(one)
    assert (row.push_pending, shop.events(one), amazon.offer(row.seller_id, row.sku)["accepted"]) == (1, [], 0)
    amazon.heal()
    eventually(lambda: _granted(feed, shop, one) and shop.row(one).verified_at is not None)
    assert shown(shop, amazon, one) == shop.row(one).quantity


@pytest.mark.parametrize(("own", "source", "days"), [(12, 7, 12), (3, 7, 7), (12, None, 12)])
def test_the_more_of_its_own_handling_days_and_its_sources_go_to_amazon(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually, own: int, source: int | None, days: int
) -> None:
    """One goes up by PATCH; the other is up, and only its lead time is another one."""
    down, up = restores(shop, 1)[0], listed(shop, 1)[0]
    for one in (down, up):
        shop.alter(listings, one, handling_days=own, lead_time_days=source)
    shop.alter(listings, up, revision=1, restored_at=None, verified_at=now())
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: all(not shop.row(one).push_pending for one in (down, up)))
    for one in (down, up):
        row = shop.row(one)
        assert amazon.offer(row.seller_id, row.sku)["lead_time_days"] == days
        assert shown(shop, amazon, one) == row.quantity


def test_a_piece_that_was_sold_while_its_source_was_swapped_is_not_put_up_again(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    sold, left = listed(shop, 1)[:2]
    for one in (sold, left):
        shop.alter(listings, one, revision=1, lead_time_days=9, restored_at=None, verified_at=now())
    row = shop.row(sold)
    amazon.alter(row, quantity=0)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: shop.row(left).verified_at is not None and shop.row(sold).push_pending == 0)
    assert shown(shop, amazon, sold) == 0
    assert (shop.events(sold), shop.reasons(sold)) == (["changed_at_amazon"], [ChangedAtAmazon(0)])
    assert (shop.row(sold).quantity, shop.row(sold).push_pending, shop.row(sold).push_claim) == (0, 0, None)
    row = shop.row(left)
    assert amazon.offer(row.seller_id, row.sku)["lead_time_days"] == 9
    assert shown(shop, amazon, left) == row.quantity


def test_a_restore_goes_up_where_amazon_shows_the_zero_of_a_withdrawal_without_an_answer(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1)[:1]
    amazon.alter(shop.row(one), quantity=0)
    shop.alter(listings, one, revision=2, pushed_revision=0, pushed_quantity=1, verified_at=now())
    eventually(lambda: _granted(feed, shop, one) and shop.row(one).next_read_at is not None)
    eventually(lambda: shop.events(one) == ["push_accepted"])
    assert shown(shop, amazon, one) == 1


def test_a_restore_whose_process_died_is_read_back_before_it_is_repeated(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    one, *_ = restores(shop, 1)
    book = SqlListings(shop.engine, now)
    book.claim_restores(1, None, 1)
    shop.end_claim(one)
    shop.alter(listings, one, changed_at=now() - timedelta(minutes=1))
    assert one not in [offer.listing_id for offer in book.claim_restores(1, None, 10)[1]]
    row = shop.row(one)
    assert (row.push_pending, row.pushed_quantity, row.push_problem) == (0, None, AmazonUnreachable())
    shop.let_amazon_have_its_time(one)
    feed.lanes.follow.wake(1)
    eventually(lambda: "readback_mismatch" in shop.events(one))
    eventually(lambda: _granted(feed, shop, one) and shop.row(one).verified_at is not None)
    assert shown(shop, amazon, one) == row.quantity


def test_a_zero_behind_a_restore_of_unknown_outcome_waits_until_nobody_can_be_working_on_that(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    one, *_ = restores(shop, 1)
    amazon.fault("spapi", "503_html", only=["patchListingsItem"])
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: shop.row(one).push_not_before is not None)
    amazon.heal()
    shop.withdraw([one])
    row = shop.row(one)
    assert (row.pushed_quantity, row.push_attempts) == (None, 0)
    assert timedelta(seconds=20) < row.push_claim_until - now() <= timedelta(seconds=30)
    # By this the page that explains the listing sees that the response was lost.
    assert row.push_not_before == row.push_claim_until
    shop.end_claim(one)
    eventually(lambda: shop.row(one).verified_at is not None)
    assert shown(shop, amazon, one) == 0


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.DEFERRED])
def test_a_restore_that_lost_its_claim_and_may_have_come_behind_a_zero_has_the_zero_sent_again(
    outcome: Outcome, shop: Shop
) -> None:
    book = SqlListings(shop.engine, now)
    late, offers = book.claim_restores(1, None, 1)
    one = offers[0].listing_id
    shop.end_claim(one)
    shop.withdraw([one])
    zero, [down] = book.claim_withdrawals(1, 1)
    book.settle(zero, [Pushed(down, Outcome.ACCEPTED, None, now())])
    book.read_back([Answer(down, None, now(), Seen(0))])
    assert (shop.row(one).push_pending, shop.row(one).verified_at is None) == (0, False)

    book.settle(late, [Pushed(offers[0], outcome, None, now())])

    row = shop.row(one)
    assert (row.push_pending, row.pushed_quantity, row.verified_at, row.quantity) == (1, None, None, 0)
    assert book.withdrawals_waiting(1) == 1


def test_f2_what_an_older_revision_was_refused_for_counts_for_no_newer_one(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1)[:1]
    shop.alter(listings, one, push_attempts=8, push_problem=AmazonRefused("refused"), push_failed_revision=0)
    amazon.fault("spapi", "503_html", only=["patchListingsItem"])
    shop.withdraw([one])
    eventually(lambda: shop.row(one).push_failed_revision == 1)
    amazon.heal()
    amazon.fault("spapi", "invalid_in_200", only=[shop.row(one).sku])
    eventually(lambda: shop.events(one) == ["push_rejected"])
    assert shop.row(one).push_attempts == 1
    assert shop.row(one).push_not_before <= now() + timedelta(minutes=10)


def test_a_zero_does_not_wait_because_the_quantity_before_it_was_refused(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1)[:1]
    amazon.fault("spapi", "invalid_in_200", only=[shop.row(one).sku])
    shop.restore([one], quantity=3)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: shop.events(one) == ["push_rejected"])
    assert shop.row(one).push_not_before > now() + timedelta(minutes=9)
    shop.withdraw([one])
    eventually(lambda: shop.events(one) == ["push_rejected"] * 2)
    assert shop.row(one).push_attempts == 1
    amazon.heal()
    shop.alter(listings, one, push_not_before=now())
    eventually(lambda: shop.row(one).verified_at is not None)
    assert shown(shop, amazon, one) == 0


def test_a_withdrawal_of_a_restore_that_is_on_its_way_arrives_after_it(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    one, *_ = restores(shop, 1)
    amazon.fault("spapi", "slow", seconds=1.0, only=["patchListingsItem"])
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: shop.row(one).push_claim is not None)
    amazon.sell(shop.row(one).sku)
    shop.withdraw([one])
    eventually(lambda: shop.row(one).push_pending == 0 and shop.row(one).verified_at is not None)
    assert shown(shop, amazon, one) == 0
    assert shop.submissions() == []
    ledger = amazon.get("/_sim/ledger")
    assert (ledger["wrong_restores"], ledger["double_pushes"], ledger["stale_overwrites"]) == (0, 0, 0)


def test_what_an_open_feed_carries_is_not_patched_before_its_end(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    shop.set("PATCH_LANE_LISTINGS", "1")
    amazon.post("/_sim/feeds", queue_seconds=3, process_seconds=0)
    carried, *_ = restores(shop, 1)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: [row.state for row in shop.submissions()] == ["in_queue"])
    other = listed(shop, 1)[0]
    shop.restore([carried, other])
    feed.lanes.restores.wake(1, RestoreWish(None, 1))
    eventually(lambda: shop.row(other).push_pending == 0, seconds=2.5)
    assert shop.submissions()[0].ended_at is None
    assert shop.events(carried) == []
    eventually(lambda: _granted(feed, shop, carried))
    assert [row.state for row in shop.submissions()] == ["done"]
    assert shop.events(carried) == ["push_superseded", "push_accepted"]
    assert shown(shop, amazon, carried) == 1


def test_a_sellers_restores_wait_for_his_withdrawals(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    ids, wanted = listed(shop, 1)[:6], restores(shop, 1)
    amazon.fault("spapi", "slow", seconds=1.0, only=["patchListingsItem"])
    shop.withdraw(ids)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: not restores(shop, 1))
    withdrawn = max(shop.row(id_).pushed_at for id_ in ids)
    assert min(shop.row(id_).pushed_at for id_ in wanted) > withdrawn


@pytest.mark.parametrize("limit", [1, 2])
def test_restores_are_limited_to_what_the_sweep_asked_for(
    limit: int, feed: Running, shop: Shop, eventually: Eventually
) -> None:
    shop.restore(listed(shop, 1)[:3], quantity=2)
    before = len(restores(shop, 1))
    feed.lanes.restores.wake(1, RestoreWish(None, limit))
    eventually(lambda: len(restores(shop, 1)) == before - limit)
    feed.lanes.restores.wake(1, RestoreWish(None, 1))
    eventually(lambda: len(restores(shop, 1)) == before - limit - 1)


def test_a_restore_of_which_nobody_knows_what_amazon_shows_goes_by_no_feed(shop: Shop) -> None:
    unknown, *others = restores(shop, 1)
    shop.alter(listings, unknown, pushed_quantity=None)
    waiting = SqlListings(shop.engine, now).restores_waiting

    assert waiting(1, None, at_most=100, by_feed=False) == 1
    assert waiting(1, None, at_most=100, by_feed=True) == len(others)


def test_what_a_claim_passes_over_still_waits(shop: Shop) -> None:
    """A requested restore must not count as granted while another lane has the row."""
    if shop.engine.dialect.name == "sqlite":
        pytest.skip("a file has no locks of rows")
    port, waits = SqlListings(shop.engine, now), restores(shop, 1)
    with shop.engine.begin() as other:
        other.execute(select(listings.c.id).where(listings.c.id.in_(waits)).with_for_update())
        assert port.claim_restores(1, None, 10)[1] == []
        assert port.restores_waiting(1, None, at_most=10) == len(waits)
    assert [offer.listing_id for offer in port.claim_restores(1, None, 10)[1]] == waits


def test_what_is_undone_while_its_zero_is_under_way_goes_out_without_another_request(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    claimed, carried = listed(shop, 1)[:2]
    shop.withdraw([carried])
    shop.begin_feed(1, [carried])
    submission = shop.submissions()[-1].id
    shop.alter(submissions, submission, state="in_progress", next_poll_at=now() + timedelta(hours=1))
    shop.alter(listings, claimed, push_claim="another", push_claim_until=now() + timedelta(hours=1))
    shop.restore([claimed, carried], quantity=3)

    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: set(restores(shop, 1)) == {claimed, carried})
    shop.end_claim(claimed)
    eventually(lambda: restores(shop, 1) == [carried])
    shop.alter(submissions, submission, state="done", ended_at=now())

    eventually(lambda: restores(shop, 1) == [])
    assert {shown(shop, amazon, id_) for id_ in (claimed, carried)} == {3}


def _granted(feed: Running, shop: Shop, listing_id: int) -> bool:
    """The next sweep requests it again."""
    feed.lanes.restores.wake(1, ALL)
    return shop.row(listing_id).push_pending == 0


@pytest.mark.parametrize(
    ("state", "age", "goes"),
    [
        ("available", 14, True),
        ("available", 16, False),
        ("available", None, False),
        ("sold", 1, False),
        ("available", -0.5, True),
        ("available", -180, False),  # seen by a process whose clock was three hours ahead: it may be as old
    ],
)
def test_a_replacement_goes_only_while_its_source_was_seen_on_sale_within_a_quarter_of_an_hour(
    engine: Engine, shop: Shop, state: str, age: float | None, goes: bool
) -> None:
    restored = restores(shop, 1)[0]
    seen = None if age is None else now() - timedelta(minutes=age)
    shop.alter(listings, restored, restored_at=now())
    shop.alter(source_items, shop.row(restored).source_item_id, state=state, observed_at=seen)
    _, offers = SqlListings(engine, now).claim_restores(1, None, 100)
    assert (restored in [offer.listing_id for offer in offers]) is goes
    assert len(offers) == len(restores(shop, 1)) - (not goes), "the others have no replacement, or were seen"
