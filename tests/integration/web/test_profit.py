"""What bought orders have earned by month: on the page, as CSV, in the API and by `mercarich orders profit`."""

import csv
import random
import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import Engine, update
from tests.integration.web.conftest import Mercarich
from tests.integration.web.orders import decide, link, ordered, read_orders
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import signed_in
from tests.integration.web.site import Browser, let_sign_in, served
from tests.integration.web.test_api import ALL, build, key_of
from tests.integration.web.test_earnings import fee, term

from mercarich_contracts.orders import Canceller, OrderDecision, OrderStatus
from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts
from mercarich_platform.clock import utc_now
from mercarich_replacements.fees import Estimate
from mercarich_web.orders.profit import months_until
from mercarich_web.orders.sql.orders import SqlOrders
from mercarich_web.orders.sql.profit import SqlProfits

ANN, BOB = 1, 2
BOUGHT = OrderDecision.BOUGHT


@pytest.fixture
def sellers(rows: Rows) -> None:
    for user_id, name in enumerate(("ann", "bob"), start=ANN):
        assert rows.user(name) == user_id
        link(rows, user_id)
        read_orders(rows, user_id, began_at=ago(days=100))


@pytest.fixture
def ann(database_url: str, engine: Engine, sellers: None) -> Iterator[Browser]:
    with signed_in(database_url, engine, ANN) as browser:
        yield browser


@pytest.fixture
def visitors(database_url: str, engine: Engine, sellers: None) -> Iterator[tuple[Browser, Browser]]:
    """Ann's browser, and a program of hers."""
    let_sign_in(engine, ANN)
    with served(build(database_url)) as site:
        ann, one = site.browser(), site.browser()
        ann.sign_in("ann")
        one.client.headers["Authorization"] = f"Bearer {key_of(ann, *ALL)}"
        yield ann, one


def bought(rows: Rows, order_id: str, at: datetime, paid_jpy: int | None, user_id: int = ANN, **order: Any) -> None:
    ordered(rows, user_id, order_id, **{"ordered_at": at, "status": OrderStatus.SHIPPED} | order)
    decide(rows, user_id, order_id, BOUGHT, paid_jpy=paid_jpy)


def months() -> tuple[str, str, datetime, datetime]:
    """Return the names of this month and of the last one, and a time of each."""
    this, last = months_until(utc_now())[:2]
    return str(this), str(last), this.begins_at, last.begins_at


def shop(rows: Rows) -> None:
    """Of this month two sales, and some that are not in the sums; of the last one a loss."""
    _, _, now, before = months()
    listing = rows.listing(ANN, rows.source("x1"), "A-1", title="Camera")
    fee(rows, listing, Estimate(100, 0, 1_000, ago(days=1)))
    bought(rows, "250-1", now, 1_000, listing_id=listing)  # 3,000 with a fee of 10 per cent
    bought(rows, "250-2", now, 2_500, quantity=2, sku="ELSE", listing_id=None)  # 6,000 with one of 15
    bought(rows, "250-3", now, None)
    bought(rows, "250-4", now, 700, price_jpy=None)
    bought(rows, "250-5", now, 800, cancelled_by=Canceller.BUYER, status=OrderStatus.CANCELLED)
    ordered(rows, ANN, "250-6", ordered_at=now)
    ordered(rows, ANN, "250-7", ordered_at=now, status=OrderStatus.CANCELLED)
    bought(rows, "250-8", before, 2_600, sku="ELSE", listing_id=None)
    bought(rows, "250-9", now, 1, user_id=BOB)
    bought(rows, "250-10", now, 1, seller_id="ANOTHERSTORE")


def rows_of(page: str) -> list[list[str]]:
    body = page.split("<tbody>", 1)[1].partition("</tbody>")[0]
    told = [re.findall(r"<td.*?</td>", row, re.DOTALL) for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in row] for row in told]


def test_the_page_tells_each_month_and_what_is_not_in_its_sums(ann: Browser, rows: Rows) -> None:
    shop(rows)
    this, last, *_ = months()

    page = ann.get("/orders/profit").text
    now, before, *_, total = rows_of(page)

    assert now[:8] == [f"{this} not over", "2", "¥9,000", "¥1,200", "¥0", "¥3,500", "¥4,300", "47.8 %"]
    assert now[8] == (
        "1 bought order without a noted price (sales ¥3,000) 1 bought order of which Amazon tells no price"
        " 1 bought order was cancelled (paid ¥800) 1 order is not marked as bought"
    )
    assert before == [last, "1", "¥3,000", "¥450", "¥0", "¥2,600", "-¥50", "-1.7 %", ""]
    assert total[:2] == ["In all", "3"]
    assert total[6] == "¥4,250"
    assert "Amazon's own estimate where there is one (1 orders), else 15 % of the sales" in unescape(page)
    assert 'href="/orders/profit"' in ann.get("/orders").text


def test_the_csv_the_api_and_the_command_tell_the_same(
    visitors: tuple[Browser, Browser], mercarich: Mercarich, rows: Rows
) -> None:
    ann, program = visitors
    shop(rows)
    term(rows, ANN, "REVIVAL_COSTS", 100)
    this, last, *_ = months()

    file = ann.get("/orders/profit.csv")
    table = list(csv.DictReader(StringIO(file.text.removeprefix("\ufeff"))))
    told = program.get("/api/v1/orders/profit").json()["months"]
    [of_ann] = mercarich.json("orders", "profit", "--username", "ann")["sellers"]
    page = mercarich.page("orders", "profit")

    assert file.headers["content-type"].startswith("text/csv")
    assert [row["month"] for row in table] == [one["month"] for one in told]
    assert of_ann["months"] == told
    assert (told[0]["month"], told[1]["month"]) == (this, last)
    names = ("is_over", "is_whole", "orders", "costs_jpy", "profit_jpy", "margin_percent", "fees_estimated")
    assert [told[0][name] for name in names] == [False, True, 2, 200, 4_100, 45.6, 1]
    assert [table[0][name] for name in names] == ["no", "yes", "2", "200", "4100", "45.6", "1"]
    assert [told[0][name] for name in ("no_paid_price", "no_order_price", "cancelled", "not_bought")] == [1, 1, 1, 1]
    assert (told[0]["no_paid_price_sales_jpy"], told[0]["cancelled_paid_jpy"]) == (3_000, 800)
    assert f"{this}, not over" in page
    assert "no price noted: 1 (¥3,000 of sales)" in page


def test_a_seller_without_orders_gets_an_empty_page_and_file(ann: Browser, rows: Rows, mercarich: Mercarich) -> None:
    assert "bought" not in rows_of(ann.get("/orders/profit").text)[0][-1]
    carol = rows.user("carol")
    assert carol not in (ANN, BOB)
    assert "No orders are read." not in mercarich.page("orders", "profit")
    [of_carol] = mercarich.json("orders", "profit", "--username", "carol")["sellers"]
    assert of_carol == {"username": "carol", "months": []}


def test_the_sums_of_the_database_are_those_of_each_order(engine: Engine, rows: Rows, sellers: None) -> None:
    """By the profit that each order tells for itself."""
    draw, orders, now = random.Random(7), SqlOrders(engine), utc_now()
    term(rows, ANN, "REVIVAL_FEE_PERCENT", 10.4)
    term(rows, ANN, "REVIVAL_COSTS", 37)
    for number in range(120):
        sku, listing_id = f"S-{number}", None
        if draw.random() < 0.6:
            listing_id = rows.listing(ANN, rows.source(f"x{number}"), sku)
            of_price, fixed = draw.choice([999, 3_000, 99_999_989]), draw.choice([0, 80])
            fee(rows, listing_id, Estimate(fixed + draw.choice([0, 15, of_price // 7]), fixed, of_price, ago(days=1)))
        known = {"sku": sku, "listing_id": listing_id, "quantity": draw.choice([1, 1, 2, 3])}
        price = draw.choice([1, 999, 3_001, 99_999_999])
        at = draw.choice([ago(minutes=1), ago(days=40), ago(days=200), ago(days=500)])
        bought(rows, f"250-{number}", at, draw.choice([0, 500, price]), **known, price_jpy=price)

    found, terms = SqlProfits(engine)(ANN, now)

    first = months_until(now)[-1].begins_at
    paged = orders.decided(ANN, None)
    items = [*paged.rows]
    while paged.next is not None:
        paged = orders.decided(ANN, paged.next)
        items += paged.rows
    since = [item for item in items if item.ordered_at >= first]
    assert 0 < len(since) < len(items)
    assert found.total.orders == len(since)
    assert found.total.profit_jpy == sum(item.profit(terms).jpy or 0 for item in since)
    for one in found.months:
        its = [item for item in since if one.month.begins_at <= item.ordered_at < one.month.ends_at]
        assert (one.profit.orders, one.profit.profit_jpy or 0) == (len(its), sum(i.profit(terms).jpy or 0 for i in its))


def test_months_of_another_store_are_not_told_as_known(engine: Engine, rows: Rows, sellers: None) -> None:
    """The seller has linked another store, whose orders feed has not begun to read."""
    before, _ = SqlProfits(engine)(ANN, utc_now())
    run_tx(engine, lambda connection: connection.execute(update(amazon_accounts).values(seller_id="OTHER")))
    after, _ = SqlProfits(engine)(ANN, utc_now())

    assert before.months[0].is_whole
    assert not any(month.is_whole for month in after.months)
