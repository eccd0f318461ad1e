"""Amazon is asked what it would keep of a sale of each offer, and the estimates are kept in `listing_fees`."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Row, insert, select, update
from tests.integration.feed.conftest import Amazon, Eventually, Running, running
from tests.integration.feed.shop import Shop, now

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listing_fees, listings, users
from mercarich_feed import metrics
from mercarich_feed.adapters.fees_sql import CLAIMED, SqlFees
from mercarich_feed.adapters.meter import FeeGauges
from mercarich_feed.domain.fees import EVERY, FeeResult, all_of
from mercarich_feed.settings import FeedSettings
from mercarich_reasons.earnings import FeeNotTold, FeeRefused, FeesForbidden
from mercarich_replacements.fees import Estimate


@pytest.fixture
def amazon(start_amazon: Callable[..., Amazon]) -> Amazon:
    """One seller with more offers than a request takes, and a quota that keeps nothing waiting."""
    return start_amazon("--sellers", "1", "--listings", "30", "--restores", "4", "--quota-factor", "100")


@pytest.fixture
def priced(engine: Engine, amazon: Amazon, shop: Shop) -> Shop:
    """The offers have the prices that Amazon shows."""
    for number, row in enumerate(amazon.rows(), 1):
        shop.alter(listings, number, offer_price_jpy=row["price"])
    return shop


def fees(engine: Engine) -> dict[int, Row[Any]]:
    with reading(engine) as connection:
        return {row.listing_id: row for row in connection.execute(select(listing_fees))}


def estimated(engine: Engine) -> set[int]:
    return {id for id, row in fees(engine).items() if row.estimated_at is not None}


def on_sale(shop: Shop) -> list[int]:
    return [row.id for row in shop.rows(1) if row.quantity > 0]


def change(engine: Engine, listing_ids: Sequence[int], **values: Any) -> None:
    these = update(listing_fees).where(listing_fees.c.listing_id.in_(listing_ids)).values(**values)
    run_tx(engine, lambda connection: connection.execute(these))


def round_of(feed: Running) -> None:
    """Run the tick that wakes sellers with offers to be asked for."""
    next(tick for tick in feed.lanes.ticks if tick.name == "fees").run()


def gauges_of(feed: Running) -> None:
    """Run the tick that tells how far the estimates are."""
    next(tick for tick in feed.lanes.ticks if tick.name == "fee gauges").run()


def book(engine: Engine, at: Callable[[], datetime] = now) -> SqlFees:
    return SqlFees(engine, 60, at)


def test_each_offer_that_is_up_or_paused_gets_amazons_estimate_of_its_price(
    feed: Running, priced: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    up = set(on_sale(priced))
    priced.alter(listings, min(up), offer_price_jpy=None)
    priced.alter(listings, max(up), quantity=0, paused_at=now(), withdrawn_at=now())

    round_of(feed)
    eventually(lambda: estimated(engine) == up - {min(up)})

    things = {number: row["title"] for number, row in enumerate(amazon.rows(), 1)}
    percents = {"カメラ": 8, "フィギュア": 10, "リール": 10, "腕時計": 15}
    for thing, percent in percents.items():
        for id, row in fees(engine).items():
            if thing in things[id]:
                price = priced.row(id).offer_price_jpy
                assert (row.of_price_jpy, row.fixed_jpy) == (price, 0)
                assert row.fee_jpy == (price * percent + 50) // 100
    books = [row for id, row in fees(engine).items() if "写真集" in things[id]]
    assert {row.fixed_jpy for row in books} == {80}
    assert {(row.claim, row.failures, row.problem) for row in fees(engine).values()} == {(None, 0, None)}
    gauges_of(feed)
    assert metrics.FEES_WAITING.collect()[0].samples[0].value == 0


def test_every_worker_tells_how_far_the_estimates_are_and_one_asks_for_them(feed: Running) -> None:
    """A worker that led once and leads no more would tell an old number."""
    ticks = {tick.name: tick.alone for tick in feed.lanes.ticks}
    assert (ticks["fees"], ticks["fee gauges"]) == (True, False)


def test_a_price_that_has_moved_by_more_than_a_tenth_is_estimated_anew(
    feed: Running, priced: Shop, engine: Engine, eventually: Eventually
) -> None:
    up = on_sale(priced)
    round_of(feed)
    eventually(lambda: estimated(engine) == set(up))
    before = fees(engine)
    near, far, old = up[:3]
    priced.alter(listings, near, offer_price_jpy=before[near].of_price_jpy * 11 // 10)
    priced.alter(listings, far, offer_price_jpy=before[far].of_price_jpy * 2)
    change(engine, [old], next_at=now() - timedelta(seconds=1))

    round_of(feed)
    eventually(lambda: fees(engine)[far].of_price_jpy == before[far].of_price_jpy * 2)
    eventually(lambda: fees(engine)[old].estimated_at > before[old].estimated_at)

    assert fees(engine)[near].estimated_at == before[near].estimated_at
    assert fees(engine)[old].next_at > now() + EVERY - timedelta(hours=1)


def test_an_offer_that_amazon_refuses_or_forgets_tells_why_and_the_others_have_their_estimate(
    feed: Running, priced: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    up = on_sale(priced)
    refused, failed, left_out = (priced.row(id) for id in up[:3])
    for kind, row in (("invalid_in_200", refused), ("failed_in_200", failed), ("ignored_200", left_out)):
        amazon.fault("spapi", kind, only=[row.sku])

    round_of(feed)
    eventually(lambda: estimated(engine) == set(up[3:]))

    found = fees(engine)
    assert isinstance(found[refused.id].problem, FeeRefused)
    assert isinstance(found[failed.id].problem, FeeNotTold)
    assert found[left_out.id].problem == FeeNotTold("the response leaves it out")
    assert {found[id].failures for id in up[:3]} == {1}
    gauges_of(feed)
    assert metrics.FEES_REFUSED.collect()[0].samples[0].value == 3
    amazon.heal()
    change(engine, up[:3], next_at=now())
    round_of(feed)
    eventually(lambda: estimated(engine) == set(up))
    assert {(row.failures, row.problem) for row in fees(engine).values()} == {(0, None)}


def test_a_request_that_amazon_refuses_as_a_whole_is_made_again_for_each_offer_alone(
    feed: Running, priced: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    up = on_sale(priced)
    claim, offers = book(engine).claim(1, 3)
    refused = FeeRefused("bad", "InvalidInput")
    book(engine).settle(claim, all_of(offers, refused), again_after=timedelta(0), alone=True)
    ids = [offer.listing_id for offer in offers]
    assert {fees(engine)[id].alone for id in ids} == {True}

    while len(book(engine).claim(1, 20)[1]) > 1:  # all that are not asked for alone come first
        continue
    assert sum(row.claim is None for row in fees(engine).values()) == 2, "and then one at a time"
    change(engine, up, claim=None, next_at=now())
    round_of(feed)
    eventually(lambda: estimated(engine) == set(up))
    assert {row.alone for row in fees(engine).values()} == {False}


def test_where_amazon_forbids_it_the_rows_tell_so_and_the_earlier_estimates_stay(
    feed: Running, priced: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    up = on_sale(priced)
    round_of(feed)
    eventually(lambda: estimated(engine) == set(up))
    before = {id: row.fee_jpy for id, row in fees(engine).items()}
    amazon.fault("spapi", "403", only=["getMyFeesEstimates"])
    change(engine, up, next_at=now())

    round_of(feed)
    eventually(lambda: any(isinstance(row.problem, FeesForbidden) for row in fees(engine).values()))

    assert {id: row.fee_jpy for id, row in fees(engine).items()} == before


def test_a_server_error_or_a_used_up_quota_is_no_failure_of_an_offer(
    feed: Running, priced: Shop, amazon: Amazon, engine: Engine, eventually: Eventually
) -> None:
    up = on_sale(priced)
    amazon.fault("spapi", "500", only=["getMyFeesEstimates"], for_seconds=2)
    amazon.fault("spapi", "429", only=["getMyFeesEstimates"], from_seconds=2, for_seconds=1, retry_after=1)

    round_of(feed)
    eventually(lambda: estimated(engine) == set(up))

    assert {row.failures for row in fees(engine).values()} == {0}


def test_what_a_worker_leaves_that_has_ended_is_asked_for_again_and_its_late_result_changes_nothing(
    priced: Shop, settings: FeedSettings, engine: Engine, eventually: Eventually
) -> None:
    up = on_sale(priced)
    dead, offers = book(engine).claim(1, 20)
    assert len(offers) == 20
    later = book(engine, lambda: now() + CLAIMED)
    assert set(later.book().waiting) == {1}
    assert later.book().waiting[1] == len(up), "the lease ends"
    assert book(engine).book().waiting[1] == len(up) - 20
    change(engine, [offer.listing_id for offer in offers], next_at=now())

    with running(engine, settings) as feed:
        round_of(feed)
        eventually(lambda: estimated(engine) == set(up))
        after = fees(engine)
        late = [FeeResult(offer.listing_id, Estimate(1, 0, 1, now())) for offer in offers]
        book(engine).settle(dead, late)
        book(engine).release(dead, offers)
        assert fees(engine) == after


def test_two_processes_never_claim_the_same_offer(priced: Shop, engine: Engine) -> None:
    claims = [book(engine).claim(1, 20)[1] for _ in range(2)]
    first, second = ({offer.listing_id for offer in offers} for offers in claims)
    assert first | second == set(on_sale(priced))
    assert not first & second


def test_a_seller_who_is_stopped_or_has_no_usable_account_waits_for_nothing(priced: Shop, engine: Engine) -> None:
    assert set(book(engine).book().waiting) == {1}
    priced.alter(users, 1, active=False)
    assert book(engine).book().waiting == {}


def test_the_age_of_the_oldest_estimate_is_told(priced: Shop, engine: Engine) -> None:
    at = now()
    one, other = on_sale(priced)[:2]
    turn = {"fee_jpy": 1, "fixed_jpy": 0, "of_price_jpy": priced.row(one).offer_price_jpy, "next_at": at + EVERY}
    more = {"failures": 0, "alone": False}
    for id, days in ((one, 3), (other, 1)):
        row = {"listing_id": id, "estimated_at": at - timedelta(days=days), **turn, **more}
        run_tx(engine, lambda connection, row=row: connection.execute(insert(listing_fees).values(row)))

    FeeGauges(book(engine).book)()

    assert metrics.FEES_AGE.collect()[0].samples[0].value == pytest.approx(3 * 86_400, abs=60)
