"""The patch lane against the simulated Amazon."""

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from tests.integration.feed.conftest import Amazon, Eventually, Running, running
from tests.integration.feed.shop import Shop, now

from mercarich_db.engine import reading
from mercarich_db.tables import listings
from mercarich_feed.adapters.listings_sql import SqlListings
from mercarich_feed.adapters.sellers_sql import SqlSellers
from mercarich_feed.domain.answers import Answer
from mercarich_feed.settings import FeedSettings
from mercarich_listings.push import LEASE
from mercarich_listings.read_back import Seen
from mercarich_reasons.push import AmazonRefused, AmazonUnreachable, NotShown, UnknownSku


def listed(shop: Shop, user_id: int, count: int) -> list[int]:
    return [row.id for row in shop.rows(user_id) if row.quantity > 0 and row.revision == 0][:count]


def test_a_withdrawal_is_at_amazon_within_two_seconds_and_read_back(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1, 1)
    row = shop.row(one)
    started = time.monotonic()
    shop.withdraw([one])
    feed.lanes.patches.wake(1)
    eventually(lambda: amazon.shown(row.seller_id, row.sku) == 0, seconds=2)
    assert time.monotonic() - started < 2
    eventually(lambda: shop.row(one).verified_at is not None)
    assert shop.row(one).pushed_revision == shop.row(one).revision
    assert shop.events(one) == ["push_accepted"]
    assert shop.account(1).token_verdict == "valid"


def test_a_withdrawal_whose_message_was_lost_is_found_by_the_rounds(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 2, 1)
    shop.withdraw([one])
    eventually(lambda: shop.row(one).push_pending == 0)
    assert amazon.shown(shop.row(one).seller_id, shop.row(one).sku) == 0


def test_f2_a_refused_sku_keeps_its_reason_and_backs_off_while_the_others_go_out(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    bad, good = listed(shop, 1, 2)
    amazon.fault("spapi", "invalid_in_200", only=[shop.row(bad).sku])
    before = now()
    shop.withdraw([bad, good])
    eventually(lambda: shop.row(bad).push_attempts == 1 and shop.row(good).push_pending == 0)
    row = shop.row(bad)
    assert row.push_pending == 1
    assert isinstance(row.push_problem, AmazonRefused)
    assert row.push_problem.issue == "90220"
    assert "condition_type" in row.push_problem.text
    assert timedelta(minutes=10) <= row.push_not_before - before < timedelta(minutes=11)
    assert shop.events(bad) == ["push_rejected"]
    assert shop.reasons(bad) == [row.push_problem]
    amazon.heal()
    shop.alter(listings, bad, push_not_before=before)
    eventually(lambda: shop.row(bad).push_pending == 0)
    assert (shop.row(bad).push_attempts, shop.row(bad).push_problem) == (0, None)


def test_f2_each_refusal_doubles_the_wait(feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually) -> None:
    [bad] = listed(shop, 1, 1)
    amazon.fault("spapi", "invalid_in_200", only=[shop.row(bad).sku])
    shop.alter(listings, bad, push_attempts=2)
    shop.withdraw([bad])
    eventually(lambda: shop.row(bad).push_attempts == 3)
    assert timedelta(minutes=39) < shop.row(bad).push_not_before - now() <= timedelta(minutes=40)


def test_f2_an_unknown_sku_becomes_an_orphan_that_is_tried_again_after_a_growing_wait(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1, 1)
    row = shop.row(one)
    amazon.alter(row, deleted=True)
    shop.withdraw([one])
    eventually(lambda: shop.row(one).orphan)
    assert shop.events(one) == ["push_accepted", "push_orphan"], "Amazon accepts what it does not know"
    unknown = UnknownSku(f"SKU '{row.sku}' not found in marketplace A1VC38T7YXB528", "NOT_FOUND")
    assert (shop.row(one).push_problem, shop.reasons(one)) == (unknown, [None, unknown])
    assert timedelta(minutes=9) < shop.row(one).push_not_before - now() <= timedelta(minutes=10)
    shop.alter(listings, one, push_not_before=now())
    eventually(lambda: shop.row(one).push_attempts == 2)
    assert timedelta(minutes=19) < shop.row(one).push_not_before - now() <= timedelta(minutes=20)
    assert SqlSellers(shop.engine, 1, now).with_withdrawals() == []


def test_f2_an_orphan_that_amazon_knows_by_now_is_withdrawn(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1, 1)
    row = shop.row(one)
    shop.alter(listings, one, orphan=True, push_attempts=3, push_problem=UnknownSku(issue="NOT_FOUND"))
    shop.withdraw([one])
    eventually(lambda: shop.row(one).verified_at is not None)
    assert (shop.row(one).orphan, shop.row(one).push_attempts) == (False, 0)
    assert amazon.shown(row.seller_id, row.sku) == 0


def test_f6_a_zero_that_amazon_accepted_and_does_not_show_is_pushed_again(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1, 1)
    row = shop.row(one)
    amazon.fault("spapi", "ignored_200", only=[row.sku])
    shop.withdraw([one])
    eventually(lambda: "readback_mismatch" in shop.events(one))
    amazon.heal()
    eventually(lambda: shop.row(one).verified_at is not None)
    assert amazon.shown(row.seller_id, row.sku) == 0


def test_f6_a_zero_that_is_never_shown_is_pushed_ever_more_seldom_and_delays_nobody(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    bad, *others = listed(shop, 1, 4)
    amazon.fault("spapi", "ignored_200", only=[shop.row(bad).sku])
    shop.withdraw([bad])
    eventually(lambda: shop.row(bad).push_attempts >= 3, seconds=40)
    started = time.monotonic()
    shop.withdraw(others)
    eventually(lambda: all(shop.row(id_).push_pending == 0 for id_ in others), seconds=3)
    eventually(lambda: time.monotonic() - started > 6)
    row = shop.row(bad)
    assert 3 <= row.push_attempts <= 4  # At 5, 10, 17 and 26 seconds.
    assert shop.events(bad).count("push_accepted") <= 5
    assert isinstance(row.push_problem, NotShown)
    assert row.push_problem.shown
    amazon.heal()
    eventually(lambda: shop.row(bad).verified_at is not None)
    assert (shop.row(bad).push_attempts, shop.row(bad).push_problem) == (0, None)


def test_f6_a_zero_of_which_amazon_names_no_quantity_is_looked_up_again_and_not_pushed(
    shop: Shop, engine: Engine
) -> None:
    [one] = listed(shop, 1, 1)
    shop.withdraw([one])
    accepted = {"pushed_revision": 1, "pushed_quantity": 0, "pushed_at": now() - timedelta(minutes=1)}
    shop.alter(listings, one, **accepted, next_read_at=now())
    ours = SqlListings(engine, now)
    for attempts, wait in ((1, 1), (2, 2), (3, 4)):
        [offer], _ = ours.to_read(1, 5)
        ours.read_back([Answer(offer, None, now(), Seen(None))])
        row = shop.row(one)
        assert (row.push_pending, row.push_attempts, row.push_problem) == (0, attempts, NotShown())
        [], until = ours.to_read(1, 5)
        assert wait - 0.9 < until <= wait
        shop.alter(listings, one, next_read_at=now())
    [offer], _ = ours.to_read(1, 5)
    ours.read_back([Answer(offer, None, now(), Seen(0))])
    assert shop.row(one).verified_at is not None
    assert ours.to_read(1, 5)[0] == []
    assert shop.events(one) == []


def test_a_claim_is_renewed_while_its_answers_are_waited_for(shop: Shop, engine: Engine) -> None:
    ids = listed(shop, 1, 2)
    shop.withdraw(ids)
    at = now()
    early, late = SqlListings(engine, lambda: at), SqlListings(engine, lambda: at + LEASE * 0.9)
    claim, offers = early.claim_withdrawals(1, 10)
    late.renew([claim])
    assert len(offers) == 2
    assert SqlListings(engine, lambda: at + LEASE * 1.5).claim_withdrawals(1, 10)[1] == []
    assert len(SqlListings(engine, lambda: at + LEASE * 2).claim_withdrawals(1, 10)[1]) == 2


def test_f6_every_zero_is_read_back(feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually) -> None:
    ids = [row.id for row in shop.rows() if row.revision == 0]
    shop.withdraw(ids)
    eventually(lambda: shop.pending() == len(shop.rows()) - len(ids) and shop.unverified() == 0)
    assert all(amazon.shown(row.seller_id, row.sku) == 0 for row in shop.rows() if row.id in ids)
    assert amazon.get("/_sim/ledger")["double_pushes"] == 0


def test_f5_a_withdrawal_that_was_taken_back_before_its_turn_is_not_pushed(
    shop: Shop, engine: Engine, settings: FeedSettings, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1, 1)
    shop.withdraw([one])
    shop.restore([one])
    [other] = listed(shop, 1, 1)
    shop.withdraw([other])
    with running(engine, settings):
        eventually(lambda: shop.row(other).push_pending == 0)
    assert shop.events(one) == []
    assert amazon.offer(shop.row(one).seller_id, shop.row(one).sku)["accepted"] == 0


def test_f5_what_changes_while_its_patch_is_under_way_stays_pending(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [one] = listed(shop, 1, 1)
    amazon.fault("spapi", "slow", seconds=1.0)
    shop.withdraw([one])
    eventually(lambda: shop.row(one).push_claim is not None)
    shop.restore([one])
    eventually(lambda: shop.row(one).push_claim is None)
    row = shop.row(one)
    assert (row.pushed_revision, row.revision, row.push_pending) == (1, 2, 1)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("503_html", {"HTTP 503"}),
        ("reset", {"ReadError", "RemoteProtocolError"}),
        ("html_instead_of_json", {"HTTP 200"}),
        ("timeout", {"ReadTimeout"}),
    ],
)
def test_f27_an_amazon_that_is_away_costs_time_only(
    kind: str, texts: set[str], feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    ids = listed(shop, 1, 3)
    amazon.fault("spapi", kind)
    shop.withdraw(ids)
    eventually(lambda: any(shop.row(id_).push_problem for id_ in ids), seconds=40)
    assert all(shop.row(id_).push_attempts == 0 and shop.row(id_).push_pending == 1 for id_ in ids)
    assert {shop.row(id_).push_problem for id_ in ids} <= {None, *map(AmazonUnreachable, texts)}
    amazon.heal()
    eventually(lambda: all(shop.row(id_).push_pending == 0 for id_ in ids), seconds=40)
    assert all(amazon.shown(shop.row(id_).seller_id, shop.row(id_).sku) == 0 for id_ in ids)


def test_f27_a_quota_answer_counts_no_attempt(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    ids = listed(shop, 1, 6)
    amazon.fault("spapi", "429", share=0.5, retry_after=None, for_seconds=3)
    shop.withdraw(ids)
    eventually(lambda: all(shop.row(id_).push_pending == 0 for id_ in ids), seconds=40)
    assert {kind for id_ in ids for kind in shop.events(id_)} == {"push_accepted"}


def test_f27_an_access_token_that_amazon_no_longer_takes_is_refreshed_once(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    first, second = listed(shop, 1, 2)
    shop.withdraw([first])
    eventually(lambda: shop.row(first).verified_at is not None)
    amazon.fault("spapi", "403", for_seconds=0.5)
    shop.withdraw([second])
    eventually(lambda: shop.row(second).push_pending == 0, 90)  # a second 403 in that time puts the seller off
    assert shop.account(1).token_verdict == "valid"


def test_f1_a_seller_whose_token_is_revoked_stops_nobody_else_and_recovers(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    [mine], [other] = listed(shop, 1, 1), listed(shop, 2, 1)
    seller = shop.row(mine).seller_id
    amazon.fault("lwa", "invalid_grant", only=[seller])
    shop.withdraw([mine, other])
    eventually(lambda: shop.account(1).token_verdict == "invalid" and shop.row(other).push_pending == 0)
    assert "invalid_grant" in shop.account(1).token_reason
    assert shop.row(mine).push_pending == 1
    assert SqlSellers(shop.engine, 1, now).totals().exposed == 1
    assert shop.account(2).token_verdict == "valid"
    amazon.heal()
    eventually(lambda: shop.row(mine).push_pending == 0)
    assert shop.account(1).token_verdict == "valid"


def test_f27_refused_application_credentials_mark_no_seller_and_everything_recovers(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [listed(shop, user_id, 1)[0] for user_id in (1, 2, 3)]
    amazon.fault("lwa", "invalid_client")
    shop.withdraw(ids)
    eventually(lambda: any(record.levelname == "CRITICAL" for record in caplog.records))
    time.sleep(2.5)  # The time of two retries, during which nothing may change.
    assert sum(record.levelname == "CRITICAL" for record in caplog.records) == 1
    assert {shop.account(user_id).token_verdict for user_id in (1, 2, 3)} == {"unknown"}
    assert all(shop.row(id_).push_pending == 1 for id_ in ids)
    amazon.heal()
    eventually(lambda: all(shop.row(id_).push_pending == 0 for id_ in ids))


def test_what_is_to_be_read_back_is_found_by_its_index(shop: Shop, engine: Engine) -> None:
    """With an index on the pushed state, SQLite read all of a seller's listings."""
    if engine.dialect.name != "sqlite":
        pytest.skip("MariaDB knows how many rows each index leaves")
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    port = SqlListings(engine, now)
    port.to_read(1, 10)
    port.sellers_to_read()
    questions = [(statement, values) for statement, values in asked if statement.startswith("SELECT")]
    with reading(engine) as connection:
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
            for statement, values in questions
        ]
    assert len(plans) == 3
    assert all("ix_listings_read (user_id=? AND next_read_at" in plan for plan in plans), plans
