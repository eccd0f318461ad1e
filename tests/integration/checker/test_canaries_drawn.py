"""Canaries that are drawn from earlier runs: of each route, of different sellers, and none that a person named."""

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, insert, update
from tests.integration.checker.shop import Shop, request

from mercarich_checker.adapters.canaries_sql import EACH, LISTS, OF_LIST
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.domain.canaries import Canary, Expected
from mercarich_contracts.market import Marketplace, RouteName
from mercarich_db import engine as engines
from mercarich_db.tables import evidence, source_items
from mercarich_platform.clock import utc_now

ITEM, SHOPS, LIST = RouteName.MERCARI_ITEM, RouteName.MERCARI_SHOPS, RouteName.MERCARI_SELLER
NOW = utc_now()


def _seen(engine: Engine, shop: Shop, item_id: str, *, by: RouteName, state: str = "available", seller: str) -> None:
    """A source that two runs saw in this state, the first of them by this route."""
    source: dict[str, Any] = {"marketplace": "mercari", "seller_id": seller, "state": state, "checked_at": NOW}
    if state != "available":
        source |= {"reason": "sold_out"}
    shop.listing(1, item_id, source=source)
    row = {"source_item_id": shop.source(item_id).id, "state": state, "reason": None, "url": "http://m"}
    row |= {"http_status": 200, "body_sha256": None, "parser_version": f"{by}/2", "extract": "e"}

    def write(connection: Any) -> None:
        new = insert(evidence).values(**row, fetched_at=NOW - timedelta(hours=1)).returning(evidence.c.id)
        evidence_id = connection.execute(new).scalar_one()
        mine = update(source_items).where(source_items.c.item_id == item_id)
        connection.execute(mine.values(evidence_id=evidence_id, checked_run=1))

    engines.run_tx(engine, write)


def _many(engine: Engine, shop: Shop) -> None:
    shop.seller("a")
    SqlRuns(engine).start(request(), None, NOW)
    for n in range(40):
        _seen(engine, shop, f"m1000000{n:04}", by=LIST if n < 16 else ITEM, seller=f"{n // 2}")
    for n in range(3):
        _seen(engine, shop, f"AbCdEfGhIjKlMnOpQrS{n:03}", by=SHOPS, seller=f"shop{n}")
        _seen(engine, shop, f"ZbCdEfGhIjKlMnOpQrS{n:03}", by=SHOPS, seller="one", state="sold")


def _drawn(engine: Engine, *named: RouteName) -> list[Canary]:
    return list(SqlPlan(engine).known_items(Marketplace.MERCARI, named))


def test_enough_of_each_route_are_drawn_however_few_of_the_sources_it_shows(engine: Engine, shop: Shop) -> None:
    _many(engine, shop)

    drawn = _drawn(engine)

    assert Counter((one.route, one.expected) for one in drawn) == {
        (ITEM, Expected.ON_SALE): EACH,
        (SHOPS, Expected.ON_SALE): 3,
        (SHOPS, Expected.GONE): 1,
        (LIST, Expected.ON_SALE): LISTS * OF_LIST,
    }
    assert not any(one.certain for one in drawn)


def test_canaries_of_lists_are_some_items_of_sellers_whose_list_has_shown_them(engine: Engine, shop: Shop) -> None:
    _many(engine, shop)

    listed = [one for one in _drawn(engine) if one.route is LIST]

    assert set(Counter(one.seller_id for one in listed).values()) == {OF_LIST}
    assert {int(one.seller_id or -1) for one in listed} <= set(range(8))
    assert all(one.seller_id is None for one in _drawn(engine) if one.route is not LIST)


def test_a_route_whose_canaries_a_person_named_has_no_others(engine: Engine, shop: Shop) -> None:
    _many(engine, shop)

    assert {one.route for one in _drawn(engine, ITEM)} == {SHOPS, LIST}
