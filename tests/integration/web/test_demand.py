"""What the demand for a seller's offers is estimated from: sources that fell, and sources on sale, by their hazards."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import NOW, Rows, ago
from tests.integration.web.site import Browser

from mercarich_contracts.hazards import AGES, LIKES, PRICES, Page, cell_of
from mercarich_contracts.market import Reason, State
from mercarich_db import tables
from mercarich_reasons.stock import ByHand, SourceSeen
from mercarich_web.listings.demand import Demand, Group
from mercarich_web.listings.sql.demand import SAMPLE, SqlDemands

WON = SourceSeen(State.SOLD, Reason.WON)
SLOW, FAST = Page(40_000, 0, ago(days=20)), Page(500, 30, ago(hours=20))


def up(rows: Rows, user_id: int, sku: str, page: Page, **values: object) -> int:
    """An offer on sale."""
    return rows.listing(user_id, shown(rows, f"x{sku}", page, **values), sku)


def shown(rows: Rows, item_id: str, page: Page, **values: object) -> int:
    known = {"price_jpy": page.price_jpy, "likes": page.likes, "item_created_at": page.created_at}
    return rows.source(item_id, **known | values)


def fell(rows: Rows, seller: int, sku: str, page: Page, kind: str = "withdrawn", **of_event: object) -> int:
    source = shown(rows, f"x{sku}", page, state="sold", reason="won")
    listing = rows.listing(seller, source, sku, quantity=0, pushed_quantity=0)
    event = {"user_id": seller, "at": ago(hours=5), "reason": WON, "evidence_id": rows.evidence(source)} | of_event
    rows.event(listing, kind, **event)
    return listing


def all_alike(rows: Rows) -> None:
    rows.add(tables.settings, key="DEMAND_EXPONENT", value="0", updated_at=NOW, updated_by="root")


def learnt(rows: Rows, page: Page, per_day: float, marketplace: str = "yahoo") -> float:
    """So much was seen of the page's cell that its hazard is known; return it, per second."""
    seconds = 1e12
    values = {"alive_seconds": seconds, "gone": seconds * per_day / 86_400, "decayed_at": NOW}
    rows.add(tables.hazard_cells, marketplace=marketplace, cell=cell_of(page, NOW), **values)
    return per_day / 86_400


def demand(engine: Engine, user_id: int, on_sale: int = 1) -> Demand:
    return SqlDemands(engine).of(user_id, ago(days=7), NOW, on_sale)


def test_each_offer_on_sale_counts_with_the_hazard_of_the_cell_that_the_checker_learns(
    engine: Engine, rows: Rows, ann_id: int
) -> None:
    prices = [None, 1, *(price + more for price in PRICES for more in (-1, 0))]
    likes = [None, *(number + more for number in LIKES for more in (-1, 0))]
    ages = [None, timedelta(0), *(age + timedelta(seconds=more) for age in AGES for more in (-1, 0, 1))]
    cells: dict[str, int] = {}
    for number, (price, liked, age) in enumerate(product(prices, likes, ages)):
        page = Page(price, liked, None if age is None else NOW - age)
        up(rows, ann_id, f"A-{number}", page)
        cells[cell_of(page, NOW)] = cells.get(cell_of(page, NOW), 0) + 1
    hazard = {cell: (1 + number) / 86_400 / 1_000 for number, cell in enumerate(sorted(cells))}
    for cell, per_second in hazard.items():
        values = {"alive_seconds": 1e12, "gone": 1e12 * per_second, "decayed_at": NOW}
        rows.add(tables.hazard_cells, marketplace="yahoo", cell=cell, **values)

    found = sorted(demand(engine, ann_id).on_sale, key=lambda group: group.hazard)

    assert [group.hazard for group in found] == pytest.approx([hazard[cell] for cell in sorted(cells)], rel=1e-3)
    assert [group.offers for group in found] == [cells[cell] for cell in sorted(cells)]


def test_what_fell_counts_once_as_it_was_when_it_fell(engine: Engine, rows: Rows, ann_id: int) -> None:
    fast = learnt(rows, FAST, 0.2)
    listing = fell(rows, ann_id, "A-1", Page(500, 30, ago(days=3)), kind="searching", at=ago(days=2, hours=12))
    evidence = rows.read("listing_events", "evidence_id")[0].evidence_id
    rows.event(listing, "withdrawn", user_id=ann_id, at=ago(hours=1), reason=WON, evidence_id=evidence)

    found = demand(engine, ann_id).fallen

    assert [group.offers for group in found] == [1]
    assert found[0].hazard == pytest.approx(fast, rel=1e-3), "less than a day old then"


@pytest.mark.parametrize(
    "other",
    [
        {"at": ago(days=8)},
        {"kind": "push_accepted"},
        {"user_id": 99},
        {"reason": ByHand("ann"), "evidence_id": None},
    ],
    ids=["long ago", "no fall", "another seller's", "by hand"],
)
def test_nothing_else_counts_as_fallen(engine: Engine, rows: Rows, ann_id: int, other: dict[str, object]) -> None:
    fell(rows, ann_id, "A-1", FAST, **{"kind": "withdrawn"} | other)

    assert demand(engine, ann_id).fallen == []


def test_a_false_alarm_is_no_fall(engine: Engine, rows: Rows, ann_id: int) -> None:
    listing = up(rows, ann_id, "A-1", FAST)
    evidence = rows.evidence(rows.read("listings", "source_item_id")[0].source_item_id)
    rows.event(listing, "held", user_id=ann_id, at=ago(hours=5), evidence_id=evidence)

    assert demand(engine, ann_id).fallen == []


def test_what_is_down_a_draft_or_another_sellers_is_not_on_sale(engine: Engine, rows: Rows, ann_id: int) -> None:
    bob = rows.user("bob")
    up(rows, bob, "B-1", FAST)
    rows.listing(ann_id, shown(rows, "x2", FAST), "A-2", listed=False)
    rows.listing(ann_id, shown(rows, "x3", FAST), "A-3", quantity=0)

    assert demand(engine, ann_id).on_sale == []
    assert [group.offers for group in demand(engine, bob).on_sale] == [1]


def test_cells_of_one_marketplace_tell_nothing_of_the_other(engine: Engine, rows: Rows, ann_id: int) -> None:
    learnt(rows, FAST, 0.2, marketplace="mercari")
    of_yahoo = learnt(rows, FAST, 0.01)
    up(rows, ann_id, "A-1", FAST)

    found = demand(engine, ann_id).on_sale

    assert [group.offers for group in found] == [1]
    assert found[0].hazard == pytest.approx(of_yahoo, rel=1e-3)


def test_of_a_large_seller_a_sample_stands_for_all_whatever_the_order_of_the_offers(
    engine: Engine, rows: Rows, ann_id: int
) -> None:
    """Every second offer is slow, as when a file names the marketplaces in turn."""
    slow, fast = learnt(rows, SLOW, 0.01), learnt(rows, FAST, 0.2)
    for number in range(400):
        up(rows, ann_id, f"A-{number}", FAST if number % 2 else SLOW)
    fell(rows, ann_id, "A-FELL", FAST)

    found = {round(group.hazard * 86_400, 2): group.offers for group in demand(engine, ann_id, 4 * SAMPLE).on_sale}

    assert (slow, fast) == pytest.approx((0.01 / 86_400, 0.2 / 86_400))
    assert found == pytest.approx({0.01: 50, 0.2: 50}, abs=2)


def test_at_0_nothing_is_read_and_all_offers_count_alike(engine: Engine, rows: Rows, ann_id: int) -> None:
    up(rows, ann_id, "A-1", SLOW)
    fell(rows, ann_id, "A-2", FAST)
    all_alike(rows)

    assert demand(engine, ann_id) == Demand(0, (), ())


def test_home_counts_what_goes_fast_for_more(engine: Engine, ann: Browser, rows: Rows, ann_id: int) -> None:
    learnt(rows, SLOW, 0.01)
    learnt(rows, FAST, 0.05)
    for number in range(18):
        up(rows, ann_id, f"UP-{number}", SLOW)
    up(rows, ann_id, "UP-FAST", FAST)
    fell(rows, ann_id, "A-1", FAST, at=ago(hours=48))
    for generation, (hours, fallen) in enumerate(((60, 0), (48, 1)), start=10):
        run = rows.run(generation, started_at=datetime.now(NOW.tzinfo) - timedelta(hours=hours))
        own = {"planned": 20, "checked": 20, "fallen": fallen, "unseen_seconds": fallen * 6 * 3600}
        rows.add(tables.run_sellers, run_id=run, user_id=ann_id, **own)

    page = ann.get("/fortnight").text

    mean = (18 * 0.01 + 0.05) / 19
    assert Demand(1, [Group(0.05, 1)], [Group(0.01, 18), Group(0.05, 1)]).ratio == pytest.approx(0.05 / mean)
    assert f"{0.05 / mean:.1f} times that of what is on sale" in page
    assert "What sells fast at the source is taken to sell fast at Amazon" in page
    all_alike(rows)
