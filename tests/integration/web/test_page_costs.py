"""The pages' cost in the database: statements, connections, and what figures are counted from."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine, Pool, event
from tests.integration.web.rows import Rows
from tests.integration.web.shops import signed_in
from tests.integration.web.site import Browser

from mercarich_db.engine import reading
from mercarich_platform.clock import utc_now
from mercarich_web.differences.sql.differences import SqlDifferences
from mercarich_web.listings.actions import BulkAction
from mercarich_web.listings.choices import Choice
from mercarich_web.listings.sql.actions import SqlBulk
from mercarich_web.listings.sql.book import SqlListingBook
from mercarich_web.listings.views import View, Wish
from mercarich_web.notices.sql.causes import SqlCauses
from mercarich_web.orders.sql.profit import SqlProfits
from mercarich_web.replacements.sql.waiting import SqlWaiting
from mercarich_web.replacements.views import Place as After
from mercarich_web.replacements.views import ProposalOrder
from mercarich_web.replacements.views import Wish as Wanted

COSTS = {
    "/": (10, 3),
    "/listings": (4, 3),
    "/listings/1": (16, 2),
    "/orders": (10, 2),
    "/orders/profit": (6, 2),
    "/replacements": (4, 2),
    "/replacements?alike=30&sort=rating": (5, 2),
    "/replacements/all": (4, 2),
    "/jobs": (2, 2),
    "/notices": (2, 2),
}
"""By path: the most statements, and the most connections; the session's are included."""


@dataclass
class Costs:
    statements: list[tuple[str, Any]] = field(default_factory=list)
    connections: int = 0


@contextmanager
def counted() -> Iterator[Costs]:
    """Count the statements of all engines in the block."""
    costs = Costs()

    def executed(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement != "BEGIN":
            costs.statements.append((statement, parameters))

    def taken(*_: Any) -> None:
        costs.connections += 1

    event.listen(Engine, "before_cursor_execute", executed)
    event.listen(Pool, "checkout", taken)
    try:
        yield costs
    finally:
        event.remove(Engine, "before_cursor_execute", executed)
        event.remove(Pool, "checkout", taken)


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows) -> Iterator[Browser]:
    user_id = rows.user("ann")
    listing = rows.listing(user_id, rows.source("x1"), "A-1", quantity=0, searching=True, withdrawn_at=None)
    assert listing == 1
    with signed_in(database_url, engine, user_id) as browser:
        yield browser


@pytest.mark.parametrize("path", COSTS)
def test_a_page_asks_no_more_than_it_did(ann: Browser, path: str) -> None:
    ann.get(path)  # The figures are cached.
    with counted() as costs:
        assert ann.get(path).status_code == 200

    statements, connections = COSTS[path]
    assert len(costs.statements) <= statements, [statement for statement, _ in costs.statements]
    assert costs.connections <= connections


@pytest.mark.parametrize(("view", "of_terms"), [(View.ON_SALE, False), (View.AT_A_LOSS, True)])
def test_the_terms_are_read_for_a_view_that_depends_on_them(
    engine: Engine, ann: Browser, view: View, of_terms: bool
) -> None:
    with counted() as costs:
        SqlListingBook(engine).matching(1, Wish(view), 10)
        SqlBulk(engine).preview(1, BulkAction.WITHDRAW, Choice(wish=Wish(view)), utc_now())

    assert any("seller_settings" in statement for statement, _ in costs.statements) is of_terms


def test_a_sellers_figures_are_counted_from_an_index_alone(engine: Engine, ann: Browser) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("MariaDB's optimizer is asked")
    with counted() as costs:
        SqlListingBook(engine).shop(1)

    which, since, counts, earned = [one for one in costs.statements if "FROM listings" in one[0]]
    assert "IN (" in since[0], "of the one that is exposed, by its id"
    for statement, parameters in (which, counts, earned):
        with reading(engine) as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).mappings().all()
        of_offers = next(row for row in plan if row["table"] == "listings")
        assert of_offers["key"] == "ix_listings_shop"
        assert "Using index" in of_offers["Extra"]


def test_the_few_that_amazon_refused_are_found_by_an_index(engine: Engine, ann: Browser) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("MariaDB's optimizer is asked")
    with counted() as costs:
        SqlListingBook(engine).page(1, Wish(View.PROBLEM), None)

    [(statement, parameters)] = [one for one in costs.statements if "FROM listings" in one[0]]
    with reading(engine) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).mappings().all()
    assert next(row for row in plan if row["table"] == "listings")["key"] == "ix_listings_shop"


def test_what_differs_at_amazon_is_found_by_its_index(engine: Engine, ann: Browser) -> None:
    """By `IS NOT NULL`, SQLite read all listings."""
    if engine.dialect.name != "sqlite":
        pytest.skip("MariaDB knows how many rows each index leaves")
    book = SqlDifferences(engine)
    with counted() as costs:
        book.standings(None)
        book.page(None, None, None)
        SqlCauses(engine).now(utc_now())

    of_differences = [one for one in costs.statements if "differs_since BETWEEN" in one[0] and "NOT (" not in one[0]]
    assert len(of_differences) == 3
    for statement, parameters in of_differences:
        with reading(engine) as connection:
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
        assert "SEARCH listings USING INDEX ix_listings_differs" in plan, plan


def test_the_orders_of_the_last_months_are_found_by_their_index(engine: Engine, ann: Browser) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("MariaDB knows how many rows each index leaves")
    with counted() as costs:
        SqlProfits(engine)(1, utc_now())

    [(statement, parameters)] = [one for one in costs.statements if "FROM order_items" in one[0]]
    with reading(engine) as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
    assert "SEARCH order_items USING INDEX ix_order_items_day (user_id=? AND ordered_at>? AND ordered_at<?)" in plan, (
        plan
    )


def of_one_page(waiting: SqlWaiting) -> None:
    waiting.page(1, Wanted(alike_percent=30, order=ProposalOrder.COST), After(1, 1))


def of_the_first_page(waiting: SqlWaiting) -> None:
    waiting.page(1, Wanted())


def of_a_preview(waiting: SqlWaiting) -> None:
    waiting.preview(1, Wanted(good_percent=90))


@pytest.mark.parametrize(("read", "number"), [(of_one_page, 3), (of_the_first_page, 1), (of_a_preview, 2)])
def test_what_waits_for_a_seller_is_found_from_the_sellers_own_listings(
    engine: Engine, ann: Browser, read: Callable[[SqlWaiting], None], number: int
) -> None:
    """By their state, the replacements of all sellers were read."""
    with counted() as costs:
        read(SqlWaiting(engine, utc_now))

    of_proposals = [one for one in costs.statements if "revivals" in one[0]]
    assert len(of_proposals) == number, [statement for statement, _ in of_proposals]
    for statement, parameters in of_proposals:
        with reading(engine) as connection:
            if engine.dialect.name == "sqlite":
                plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
                listings, _, others = plan.partition("SEARCH revivals")
                assert re.search(r"SEARCH listings USING (COVERING )?INDEX ix_listings_shop \(user_id=\? AND", listings)
                assert others.startswith(" USING INDEX ix_revivals_listing (listing_id=?)"), plan
                assert "SCAN" not in plan, plan
            else:
                rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).mappings().all()
                first, second, *_ = ((row["table"], row["key"], row["type"]) for row in rows)
                assert first == ("listings", "ix_listings_shop", "ref"), rows
                assert second == ("revivals", "ix_revivals_listing", "ref"), rows
