"""Rows C4, C5, C8, C9 and last-started-wins for update_item_*: which listings a run takes in, and how it ends."""

import threading
from datetime import timedelta
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import event, select
from tests.integration.updater.shop import Inline, Market, RevivalShop, item, planner, run

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import RevivalWanted
from mercarich_db import engine as engines
from mercarich_db.tables import listings, run_heads, runs
from mercarich_platform.clock import utc_now
from mercarich_runs.adapters.runs_sql import SqlRuns
from mercarich_runs.ports import Operation, Outcome, Request
from mercarich_updater.adapters.plan_sql import SqlPlan, wanted_page
from mercarich_updater.ports import Batch
from mercarich_updater.use_cases.revive import BatchOutcome


def _marked(batches: Inline) -> list[int]:
    return [id for batch in batches.batches for id in batch.listing_ids]


def test_a_run_searches_everything_that_wants_a_replacement_once(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    listings = [shop.gone(user, f"old{number}") for number in range(25)]
    shop.listing(user, "on-sale")
    market.for_sale = [item(f"new{number}") for number in range(10)]
    ended, batches = run(shop)
    row = shop.run(ended.id)
    assert (row.outcome, row.operation, row.planned, row.checked, row.revived) == ("finished", "update", 25, 25, 10)
    assert sorted(_marked(batches)) == listings
    assert all(len(batch.listing_ids) <= 10 for batch in batches.batches)


def test_c2_c8_only_sellers_of_the_plans_who_can_be_served(shop: RevivalShop, market: Market) -> None:
    sellers = [
        shop.seller("two", plan=2),
        shop.seller("four", plan=4),
        shop.seller("inactive", active=False),
        shop.seller("staff", staff=True),
        shop.seller("no-account", account=False),
    ]
    listings = [shop.gone(user, f"old{user}") for user in sellers]
    _, batches = run(shop, plans=(4,))
    assert _marked(batches) == [listings[1]]
    ended, batches = run(shop)
    assert sorted(_marked(batches)) == listings[:2]
    assert shop.run(ended.id).skipped == '{"inactive":1,"staff":1,"no_amazon_account":1}'


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"usernames": ("b",)}, {2, 3}),
        ({"skus": ("S-1-a2", "S-2-b1")}, {1, 2}),
        ({"begin_with": 1}, {1, 3}),
    ],
)
def test_c4_options(shop: RevivalShop, market: Market, more: dict[str, Any], expected: set[int]) -> None:
    listings = [shop.gone(shop.seller(name), f"{name}1") for name in ("a",)]
    listings.append(shop.gone(1, "a2"))
    second = shop.seller("b")
    listings += [shop.gone(second, "b1"), shop.gone(second, "b2")]
    _, batches = run(shop, **more)
    assert set(_marked(batches)) == {listings[number] for number in expected}


def test_c4_group_lower_and_max_workers_travel_in_the_message(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    for number in range(5):
        shop.gone(user, f"old{number}")
    _, batches = run(shop, group_lower=2, max_workers=14)
    assert [(len(batch.listing_ids), batch.max_workers) for batch in batches.batches] == [(2, 14), (2, 14), (1, 14)]


def test_c9_never_searched_first_then_the_oldest_in_turns_between_sellers(shop: RevivalShop, market: Market) -> None:
    first, second = shop.seller("a"), shop.seller("b")
    searched = shop.gone(first, "a1", searched_at=utc_now())
    never = shop.gone(first, "a2")
    theirs = shop.gone(second, "b1")
    _, batches = run(shop)
    assert _marked(batches) == [never, theirs, searched]


def test_c9_pages_of_a_run_keep_the_order_and_are_read_one_by_one(
    shop: RevivalShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mercarich_updater.adapters.plan_sql.PAGE", 3)
    user, other = shop.seller("a"), shop.seller("b", active=False)
    same = utc_now() - timedelta(hours=1)
    searched = [shop.gone(user, f"old{number}", searched_at=same) for number in range(4)]
    earlier = shop.gone(user, "earlier", searched_at=same - timedelta(hours=1))
    for number in range(4):
        shop.gone(other, f"theirs{number}")
    never = [shop.gone(user, f"never{number}") for number in range(3)]
    request = Request(marketplace=Marketplace.YAHOO, plans=(2,))
    current = SqlRuns(shop.engine, Operation.UPDATE).start(request, None, utc_now())
    plan = SqlPlan(shop.engine, shop.rules, utc_now)

    marking = plan.mark(current, request, plan.sellers(request))
    first = next(marking)
    late = shop.gone(user, "late", searched_at=same + timedelta(minutes=1))
    list(marking)

    rows = select(listings.c.id).where(listings.c.update_run == current.id)
    with engines.reading(shop.engine) as connection:
        marked = list(connection.execute(rows.order_by(listings.c.update_rank)).scalars())
    assert 0 < first <= 3
    assert marked == [*never, earlier, *searched, late]


@pytest.mark.parametrize("never_searched", [True, False])
def test_a_page_of_a_run_is_read_by_index(shop: RevivalShop, never_searched: bool) -> None:
    """No query sorts, however many listings need a replacement."""
    user = shop.seller("a")
    for number in range(60):
        shop.gone(user, f"old{number}", searched_at=None if number % 2 else utc_now())
    request = Request(marketplace=Marketplace.YAHOO, plans=(2,))
    current = SqlRuns(shop.engine, Operation.UPDATE).start(request, None, utc_now())
    page = wanted_page(current, request, (utc_now() - timedelta(hours=1), 5), never_searched=never_searched)
    text = str(page.compile(shop.engine, compile_kwargs={"literal_binds": True}))
    word = "EXPLAIN QUERY PLAN" if shop.engine.dialect.name == "sqlite" else "EXPLAIN"
    with engines.reading(shop.engine) as connection:
        plan = str(connection.exec_driver_sql(f"{word} {text.replace('%', '%%')}").mappings().all())
    assert "ix_listings_search" in plan
    assert "TEMP B-TREE" not in plan
    assert "filesort" not in plan


def test_an_update_and_a_check_have_their_own_generations(shop: RevivalShop) -> None:
    updates, checks = SqlRuns(shop.engine, Operation.UPDATE), SqlRuns(shop.engine, Operation.CHECK)
    request = Request(marketplace=Marketplace.YAHOO, plans=(2,))
    check = checks.start(request, "job-1", utc_now())
    update = updates.start(request, "job-1", utc_now())
    assert (check.generation, update.generation, check.id == update.id) == (1, 1, False)
    assert shop.run(check.id).outcome == "running"
    assert shop.count(run_heads, run_heads.c.generation == 1) == 2


def test_l5_a_superseded_runs_message_changes_nothing(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("new1")]
    request = Request(marketplace=Marketplace.YAHOO, plans=(2,))
    old = SqlRuns(shop.engine, Operation.UPDATE).start(request, None, utc_now())
    SqlRuns(shop.engine, Operation.UPDATE).start(request, None, utc_now())
    message = RevivalWanted(
        marketplace=Marketplace.YAHOO, run_id=old.id, generation=old.generation, listing_ids=(listing,)
    )
    assert shop.worker()(Batch(message), threading.Event()) is BatchOutcome.SUPERSEDED
    assert shop.offer(listing).searching
    assert market.asked == []
    assert shop.run(old.id).outcome == "superseded"


def test_what_an_ended_run_left_is_asked_for_again_without_the_next_one(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    request = Request(marketplace=Marketplace.YAHOO, plans=(2,))
    store = SqlRuns(shop.engine, Operation.UPDATE)
    mine = store.start(request, None, utc_now())
    shop.change(listing, update_run=mine.id, update_unknowns=1, update_not_before=utc_now())
    assert shop.decisions.put_off(Marketplace.YAHOO, utc_now()) == []
    store.end(mine, Outcome.FAILED, utc_now())
    assert shop.decisions.put_off(Marketplace.YAHOO, utc_now()) == [listing]


def test_c6_a_lost_message_is_published_again(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("new1")]
    batches = Inline(shop, lose=1)
    request = Request(marketplace=Marketplace.YAHOO, plans=(2,))
    ended = planner(shop, batches, republish_after=timedelta(seconds=0.2))(request, None, threading.Event())
    assert ended.outcome is Outcome.FINISHED
    assert (len(batches.batches), shop.source_of(listing)) == (2, "new1")


def test_the_same_request_key_is_the_same_run(shop: RevivalShop, market: Market) -> None:
    shop.gone(shop.seller("a"), "old1")
    request = Request(marketplace=Marketplace.YAHOO, plans=(2,))
    first = planner(shop, Inline(shop))(request, "job-1", threading.Event())
    second = planner(shop, Inline(shop))(request, "job-1", threading.Event())
    assert (first.id, shop.count(runs)) == (second.id, 1)


def test_a_listing_that_no_longer_wants_one_does_not_keep_the_run(shop: RevivalShop, market: Market) -> None:
    """The worker finds it restored, for example by the seller, between its marking and its search."""
    listing = shop.gone(shop.seller("a"), "old1")

    class RestoredMeanwhile(Inline):
        def one(self, batch: RevivalWanted) -> None:
            shop.change(listing, searching=False, quantity=1)
            super().one(batch)

    request = Request(marketplace=Marketplace.YAHOO, plans=(2,))
    ended = planner(shop, RestoredMeanwhile(shop))(request, None, threading.Event())
    assert (ended.outcome, market.asked) == (Outcome.FINISHED, [])


def test_a_search_that_kills_its_worker_is_set_aside(shop: RevivalShop, market: Market) -> None:
    marked = {"quantity": 1, "pushed_quantity": 1, "withdrawn_at": None}
    killer, fine = shop.gone(shop.seller("a"), "old1", **marked), shop.gone(shop.seller("b"), "old2")

    class Killing(Inline):
        def one(self, batch: RevivalWanted) -> None:
            """The worker dies after the claim: nothing is written, and the lease has expired."""
            if killer not in batch.listing_ids:
                super().one(batch)
                return
            self.batches.append(batch)
            self.shop.listings_port.claim(Batch(batch), token_hex(16), utc_now(), utc_now())

    request = Request(marketplace=Marketplace.YAHOO, plans=(2,))
    ended = planner(shop, Killing(shop), batch_items=1)(request, None, threading.Event())
    assert shop.run(ended.id).set_aside == 1
    assert shop.offer(killer).update_problem == "set_aside"
    assert (shop.offer(killer).quantity, shop.events(killer)) == (0, ["withdrawn"])
    assert shop.offer(fine).searched_at is not None


def test_a_planner_finds_the_abandoned_by_an_index_of_their_own(shop: RevivalShop) -> None:
    """Each round reads all pending rows, so those that nobody has claimed yet are skipped."""
    mine = SqlRuns(shop.engine, Operation.UPDATE).start(Request(Marketplace.YAHOO, (2,)), None, utc_now())
    asked: list[tuple[str, Any]] = []
    event.listen(shop.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    SqlPlan(shop.engine, shop.rules, utc_now).abandoned(mine, utc_now())
    statement, values = asked[-1]
    explain = "EXPLAIN QUERY PLAN" if shop.engine.dialect.name == "sqlite" else "EXPLAIN"
    with engines.reading(shop.engine) as connection:
        plan = connection.exec_driver_sql(f"{explain} {statement}", values).mappings().all()
    assert "ix_listings_update_claimed" in str(plan)


def test_whether_a_seller_uses_a_source_is_found_by_the_source(shop: RevivalShop) -> None:
    """With a pair in a list of pairs, SQLite read all of a seller's listings."""
    if shop.engine.dialect.name != "sqlite":
        pytest.skip("MariaDB finds rows by pairs")
    user = shop.seller("a")
    shop.gone(user, "old")
    asked: list[tuple[str, Any]] = []
    event.listen(shop.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    assert shop.listings_port.used(user, [item("old")]) == {(Marketplace.YAHOO, "old")}
    statement, values = next((one, given) for one, given in asked if "JOIN" in one)
    with engines.reading(shop.engine) as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
    assert "source_items USING COVERING INDEX" in plan
