"""The feed lane against the simulated Amazon."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from tests.integration.feed.conftest import Amazon, Eventually, Running, running
from tests.integration.feed.offers import listed, restores, shown
from tests.integration.feed.shop import Shop, now

from mercarich_db.tables import amazon_accounts
from mercarich_feed.adapters.submissions_sql import SqlSubmissions
from mercarich_feed.settings import FeedSettings
from mercarich_feed.use_cases.restores import RestoreWish
from mercarich_reasons.push import (
    AmazonRefused,
    FeedEndedAs,
    FeedNeverArrived,
    FeedNotFollowed,
    FeedStuck,
    NewerQuantity,
    UnknownSku,
)

ALL = RestoreWish(None, None)


@pytest.fixture(autouse=True)
def two_are_many(shop: Shop) -> None:
    """Restore so many that a feed carries them."""
    shop.set("PATCH_LANE_LISTINGS", "1")


def test_restores_go_out_as_one_feed_and_are_done_by_its_report(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    ids = restores(shop, 1)
    assert ids
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: [row.ended_at is not None for row in shop.submissions()] == [True])
    [submission] = shop.submissions()
    assert (submission.state, submission.items, submission.accepted, submission.rejected) == (
        "done",
        len(ids),
        len(ids),
        0,
    )
    assert all(shown(shop, amazon, id_) == shop.row(id_).quantity for id_ in ids)
    assert {shop.events(id_)[0] for id_ in ids} == {"push_accepted"}


def test_a_compressed_report_is_read(
    engine: Engine, start_amazon, shop: Shop, settings: FeedSettings, eventually: Eventually
) -> None:
    other = start_amazon("--sellers", "3", "--listings", "30", "--restores", "6", "--gzip-reports")
    urls = {"lwa_url": f"{other.url}/lwa/auth/o2/token", "spapi_url": f"{other.url}/spapi"}
    with running(engine, settings.model_copy(update=urls)) as run:
        run.lanes.restores.wake(1, ALL)
        eventually(lambda: not restores(shop, 1))


def test_f2_the_report_counts_sku_by_sku(feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually) -> None:
    bad, orphan, good = [*restores(shop, 1), *listed(shop, 1)][:3]
    shop.restore([bad, orphan, good], quantity=2)
    row = shop.row(orphan)
    amazon.alter(row, deleted=True)
    amazon.fault("spapi", "invalid_in_200", only=[shop.row(bad).sku])
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: [row.state for row in shop.submissions()] == ["done"])
    assert shop.row(good).push_pending == 0
    assert shop.row(bad).push_attempts == 1
    refused = shop.row(bad).push_problem
    assert isinstance(refused, AmazonRefused)
    assert refused.issue == "90220"
    assert shop.row(bad).push_not_before > now() + timedelta(minutes=9)
    issues = shop.issues(shop.submissions()[0].id)
    assert issues == {bad: refused} | dict.fromkeys(issues.keys() - {bad})
    results = shop.results(shop.submissions()[0].id)
    assert (results[bad], results[orphan], results[good]) == ("rejected", "accepted", "accepted")
    # A feed accepts a SKU that does not exist without a word. The read after it tells.
    eventually(lambda: shop.row(orphan).orphan)
    assert isinstance(shop.row(orphan).push_problem, UnknownSku)
    assert (shop.reasons(bad), shop.reasons(orphan)) == ([refused], [None, shop.row(orphan).push_problem])


def test_f3_a_seller_has_one_open_feed(feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually) -> None:
    amazon.post("/_sim/feeds", queue_seconds=2, process_seconds=0)
    first = restores(shop, 1)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: len(shop.submissions()) == 1)
    shop.restore(listed(shop, 1)[:2], quantity=3)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: not restores(shop, 1))
    one, two = shop.submissions()
    assert (one.items, two.items) == (len(first), 2)
    assert two.created_at >= one.ended_at


def test_f5_a_withdrawal_during_an_open_feed_goes_by_patch_and_the_late_feed_does_not_win(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    amazon.post("/_sim/feeds", queue_seconds=3, process_seconds=0)
    one, *others = restores(shop, 1)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: [row.state for row in shop.submissions()] == ["in_queue"])
    shop.withdraw([one])
    eventually(lambda: shop.events(one) == ["push_accepted"], seconds=2)
    assert shop.submissions()[0].ended_at is None
    eventually(lambda: shop.submissions()[0].state == "done")
    eventually(lambda: shop.row(one).push_pending == 0 and shop.row(one).verified_at is not None)
    assert shown(shop, amazon, one) == 0
    assert shop.results(shop.submissions()[0].id)[one] == "superseded"
    assert NewerQuantity() in shop.reasons(one)
    assert all(shown(shop, amazon, id_) == 1 for id_ in others)


def test_f3_a_stuck_feed_is_bypassed_and_its_withdrawals_go_by_patch(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    shop.set("FEED_STUCK_SECONDS", "2")
    amazon.fault("spapi", "stuck_feed")
    ids = listed(shop, 1)[:4]
    shop.withdraw(ids)
    eventually(lambda: [row.items for row in shop.submissions()] == [4])
    eventually(lambda: shop.submissions()[0].state == "bypassed")
    assert isinstance(shop.submissions()[0].problem, FeedStuck)
    eventually(lambda: all(shop.row(id_).verified_at is not None for id_ in ids))
    assert shop.submissions()[0].ended_at is None
    assert all(shown(shop, amazon, id_) == 0 for id_ in ids)


@pytest.mark.parametrize(
    ("operation", "kind"),
    [("getFeed", "503_html"), ("getFeedDocument", "403"), ("downloadDocument", "html_instead_of_json")],
)
def test_f3_a_feed_of_which_nothing_can_be_learned_is_bypassed(
    operation: str, kind: str, feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    shop.set("FEED_STUCK_SECONDS", "2")
    amazon.fault("spapi", kind, only=[operation])
    ids = listed(shop, 1)[:4]
    shop.withdraw(ids)
    eventually(lambda: [row.state for row in shop.submissions()] == ["bypassed"], seconds=40)
    assert isinstance(shop.submissions()[0].problem, FeedNotFollowed)
    eventually(lambda: all(shop.row(id_).verified_at is not None for id_ in ids))
    assert all(shown(shop, amazon, id_) == 0 for id_ in ids)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: len(shop.submissions()) == 2)
    amazon.heal()
    eventually(lambda: all(row.ended_at for row in shop.submissions()), seconds=40)


def test_f3_a_beginning_that_cannot_be_looked_up_is_bypassed(
    engine: Engine, settings: FeedSettings, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    ids = listed(shop, 1)[:2]
    shop.withdraw(ids)
    shop.begin_feed(1, ids)
    shop.set("FEED_STUCK_SECONDS", "300")
    amazon.fault("spapi", "403", only=["getFeeds"])
    with running(engine, settings):
        eventually(lambda: all(shop.row(id_).verified_at is not None for id_ in ids))
        assert [row.state for row in shop.submissions()] == ["bypassed"]
        amazon.heal()
        eventually(lambda: shop.submissions()[0].problem == FeedNeverArrived(), seconds=40)


def test_f3_a_bypassed_feed_that_ends_late_is_made_good(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    shop.set("FEED_STUCK_SECONDS", "1")
    amazon.fault("spapi", "stuck_feed", seconds=5)
    one, *_ = restores(shop, 1)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: [row.state for row in shop.submissions()] == ["bypassed"])
    shop.withdraw([one])
    eventually(lambda: shop.row(one).verified_at is not None)
    eventually(lambda: shop.submissions()[0].state == "done")
    eventually(lambda: shop.row(one).push_pending == 0 and shop.row(one).verified_at is not None)
    assert shown(shop, amazon, one) == 0
    assert "push_superseded" in shop.events(one)


def test_f3_a_feed_stuck_in_the_queue_is_cancelled(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    shop.set("FEED_STUCK_SECONDS", "1")
    amazon.fault("spapi", "stuck_feed", state="IN_QUEUE")
    ids = restores(shop, 1)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: [row.state for row in shop.submissions()] == ["cancelled"])
    assert {shop.row(id_).push_problem for id_ in ids} == {FeedEndedAs("cancelled")}
    assert all(shop.row(id_).push_pending == 1 for id_ in ids)
    assert all(shop.row(id_).push_not_before > now() for id_ in ids)


def test_a_fatal_feed_leaves_its_items_waiting(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    amazon.fault("spapi", "fatal_feed")
    ids = restores(shop, 1)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: [row.state for row in shop.submissions()] == ["fatal"])
    assert {shop.row(id_).push_problem for id_ in ids} == {shop.submissions()[0].problem} == {FeedEndedAs("fatal")}
    assert all(shop.row(id_).push_pending == 1 and shop.row(id_).push_attempts == 1 for id_ in ids)


def test_withdrawals_go_by_patch_while_the_quota_of_feeds_is_used_up(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    """Amazon takes five listing feeds in five minutes; PATCH has a quota of its own."""
    ids = listed(shop, 1)[:4]
    amazon.fault("spapi", "429", only=["createFeed"], retry_after=60)
    shop.withdraw(ids)
    feed.lanes.patches.wake(1)
    eventually(lambda: all(shop.row(id_).pushed_quantity == 0 for id_ in ids))
    assert [row.state for row in shop.submissions()] == ["cancelled"]


def test_the_withdrawals_of_a_fatal_feed_go_by_patch_at_once(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    amazon.fault("spapi", "fatal_feed")
    ids = listed(shop, 1)[:4]
    shop.withdraw(ids)
    eventually(lambda: all(shop.row(id_).verified_at is not None for id_ in ids))
    assert [row.state for row in shop.submissions()] == ["fatal"]
    assert {row.pushed_quantity for row in shop.rows(1) if row.id in ids} == {0}


def test_restores_are_limited_to_what_the_sweep_asked_for(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    shop.restore(listed(shop, 1)[:3], quantity=2)
    before = len(restores(shop, 1))
    feed.lanes.restores.wake(1, RestoreWish(None, 2))
    eventually(lambda: len(restores(shop, 1)) == before - 2)


def test_a_seller_whose_token_is_refused_gets_no_restores(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    amazon.fault("lwa", "invalid_grant", only=[shop.account(1).seller_id])
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: shop.account(1).token_verdict == "invalid")
    assert shop.submissions() == []
    assert restores(shop, 1)


def test_a_token_of_another_row_is_not_opened(
    feed: Running, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    shop.alter(amazon_accounts, 1, refresh_token=shop.account(2).refresh_token)
    feed.lanes.restores.wake(1, ALL)
    eventually(lambda: shop.account(1).token_verdict == "invalid")
    assert "another row" in shop.account(1).token_reason


@pytest.mark.parametrize("lost", [True, False])
def test_f28_a_beginning_that_lost_its_process_is_looked_up_at_amazon(
    lost: bool, engine: Engine, settings: FeedSettings, shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    ids = restores(shop, 1)
    with running(engine, settings) as run:
        run.lanes.restores.wake(1, ALL)
        eventually(lambda: [row.ended_at is not None for row in shop.submissions()] == [True])
    [submission] = shop.submissions()
    for id_ in ids:
        shop.restore([id_])
    if lost:  # As if it had died ten minutes ago, between createFeed and storing the feed's id.
        shop.forget_feed(submission.id)
    else:
        shop.begin_feed(1, ids)
    with running(engine, settings) as run:
        eventually(lambda: shop.submissions()[-1].ended_at is not None)
        if lost:
            assert shop.submissions()[-1].feed_id == submission.feed_id
            assert shop.submissions()[-1].state == "done"
        else:
            assert shop.submissions()[-1].problem == FeedNeverArrived()
        run.lanes.restores.wake(1, ALL)
        eventually(lambda: not restores(shop, 1))
    assert all(shop.events(id_).count("push_accepted") == 2 for id_ in ids)


def test_a_feed_without_an_id_is_left_to_its_process_until_that_must_have_died(engine: Engine, shop: Shop) -> None:
    shop.withdraw([shop.rows(1)[0].id])
    clock = [now()]
    submissions = SqlSubmissions(engine, lambda: clock[0])
    assert submissions.begin(1, withdrawals=True, marketplace=None, limit=10)
    clock[0] += timedelta(seconds=119)
    assert submissions.due(1) == []
    clock[0] += timedelta(seconds=1)
    assert [feed.feed_id for feed in submissions.due(1)] == [None]
