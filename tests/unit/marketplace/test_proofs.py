"""The tables of proofs: their page, and that nothing passes the observer without a row."""

import asyncio
from datetime import UTC, datetime

import pytest
from tests.unit.marketplace.test_batch import FakeMarket, item, observer
from tools.proofs_page import PAGE, TABLES, page

from mercarich_contracts.market import OUT_OF_STOCK, Reason, State
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_contracts.sites import Site
from mercarich_marketplace.proofs import Proof, Proofs, Route
from mercarich_marketplace.turns import Flow

AT = datetime(2026, 11, 25, tzinfo=UTC)
ROWS = [(site, row) for site, table in TABLES.items() for row in table.rows]


def seen(site: Site, row: Proof, *, status: int, parser: str) -> Item:
    proof = Evidence(
        url="u", http_status=status, body_sha256="0", parser_version=f"{parser}/7", extract="e", fetched_at=AT
    )
    return Item(marketplace=site.marketplace, item_id="x", state=row.state, reason=row.reason, evidence=proof)


def test_the_page_is_the_tables() -> None:
    assert PAGE.read_text() == page(), "run: python -m tools.proofs_page"


@pytest.mark.parametrize("site", TABLES)
def test_each_route_of_a_site_proves_something_and_nothing_else_does(site: Site) -> None:
    assert {row.route.parser for row in TABLES[site].rows} == set(site.routes)


@pytest.mark.parametrize(("site", "row"), ROWS)
def test_each_row_has_its_source_and_is_the_only_way_to_its_state(site: Site, row: Proof) -> None:
    table = TABLES[site]

    assert row.source
    assert row.state is not State.UNKNOWN
    for status in row.statuses:
        assert table.cover(seen(site, row, status=status, parser=row.route.parser)) is (row.looks == 1)
    assert not table.cover(seen(site, row, status=410, parser=row.route.parser))
    assert not table.cover(seen(site, row, status=row.statuses[0], parser="another"))


def test_nothing_that_is_read_from_a_404_is_on_sale() -> None:
    assert {row.state for _, row in ROWS if 404 in row.statuses} <= OUT_OF_STOCK - {State.UNBUYABLE}


def test_what_no_row_covers_is_unknown_and_not_remembered() -> None:
    async def scene() -> list[tuple[State, Reason | None]]:
        market = FakeMarket()
        market.answer = item("m1").model_copy(update={"state": State.GONE, "reason": Reason.NOT_FOUND})
        watching = observer(market, cache=10)
        looked = [await watching.look("m1", Flow()) for _ in range(2)]
        market.answer = None
        return [(each.state, each.reason) for each in [*looked, await watching.look("m1", Flow())]]

    unproven = (State.UNKNOWN, Reason.UNPARSABLE)
    assert asyncio.run(scene()) == [unproven, unproven, (State.AVAILABLE, None)]


def test_a_row_of_a_list_that_no_row_covers_is_left_to_a_single_look() -> None:
    async def scene() -> dict[str, Item]:
        market = FakeMarket(listed={"77": {"m1", "m2"}})
        market.proofs = Proofs([Proof(Route("k", "r", "other"), (200,), "s", State.AVAILABLE, None, "here")])
        return await observer(market).look_many("77", {"m1", "m2"}, Flow())

    assert asyncio.run(scene()) == {}
