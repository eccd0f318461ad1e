"""The page of a seller's orders: what is to be bought, and the seller's decisions."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import Engine, update
from tests.integration.web.conftest import Deeds
from tests.integration.web.orders import decide, found, link, ordered, read_orders
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import signed_in
from tests.integration.web.site import Browser

from mercarich_contracts.orders import Canceller, OrderDecision, OrderStatus
from mercarich_db import tables
from mercarich_reasons.order_searches import FoundForOrder, NoneForOrder
from mercarich_reasons.pictures import PartInOtherColour
from mercarich_reasons.push import AmazonRefused
from mercarich_reasons.reason import Reason
from mercarich_web.orders.sql.orders import MOST, SqlOrders

ANN, BOB = 1, 2
DECIDED = ("user_id", "order_item_id", "revision", "decision", "note", "paid_jpy", "decided_by")


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows) -> Iterator[Browser]:
    """Ann's browser, in English; Bob is another seller. Orders of both are read."""
    for user_id, name in enumerate(("ann", "bob"), start=ANN):
        assert rows.user(name) == user_id
        link(rows, user_id)
        read_orders(rows, user_id)
    with signed_in(database_url, engine, ANN) as browser:
        yield browser


def listed(rows: Rows, sku: str, item_id: str, **source: object) -> dict[str, object]:
    """Add a listing with its source; return what an order of it names."""
    its_source = rows.source(item_id, **{"price_jpy": 1_000} | source)
    listing = rows.listing(ANN, its_source, sku, title=f"Camera {sku}")
    return {"sku": sku, "listing_id": listing, "source_item_id": its_source}


def cards(page: str) -> list[str]:
    """Return the text of each order on the page."""
    articles = re.findall(r"<article.*?</article>", page, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in articles]


def figures(page: str, of: str = "Cancellation rate") -> list[str]:
    section = page.split(f'aria-label="{of}"', 1)[1].partition("</section>")[0]
    return re.findall(r'<span class="value[^"]*">([^<]*)</span>', section)


def test_each_order_tells_its_source_as_it_is_now(ann: Browser, rows: Rows) -> None:
    there = listed(rows, "A-THERE", "x1", checked_at=ago(minutes=5), postage_jpy=500)
    ordered(rows, ANN, "250-1", **there, ship_by=ago(days=-1))
    ordered(rows, ANN, "250-2", **listed(rows, "A-GONE", "x2", state="sold", reason="won"), ship_by=ago(days=-2))
    ordered(rows, ANN, "250-3", **listed(rows, "A-OLD", "x3", checked_at=ago(hours=3)), ship_by=ago(days=-3))
    unsure = listed(rows, "A-BLOCKED", "x4", check_problem="blocked")
    ordered(rows, ANN, "250-4", **unsure, ship_by=ago(days=-4))
    ordered(rows, ANN, "250-5", sku="A-ELSE", ship_by=None)
    ordered(rows, ANN, "250-6", sku="A-LATER", status=OrderStatus.PENDING, price_jpy=None, ship_by=None)

    page = ann.get("/orders").text
    told = cards(page)

    assert [re.findall(r"250-\d", one)[0] for one in told] == [f"250-{number}" for number in range(1, 7)]
    assert "On sale: buy it now" in told[0]
    assert "¥1,500 with ¥500 postage" in told[0]
    assert "Expected profit ¥1,050" in told[0]
    assert "Cannot be bought" in told[1]
    assert "Not seen since the order" in told[2]
    assert "at most ¥1,550 the source's postage is not known" in told[2]
    assert "State not known" in told[3]
    assert "No source known" in told[4]
    assert "Source – Expected profit – no source is known to be on sale" in told[4]
    assert "Not paid yet" in told[5]
    assert "Amazon tells no price yet" in told[5]
    assert 'href="https://auctions.yahoo.co.jp/jp/auction/x1"' in page


def test_the_present_source_of_the_listing_is_shown_where_the_old_one_is_gone(ann: Browser, rows: Rows) -> None:
    gone = rows.source("x1", state="sold", reason="won")
    listing = rows.listing(ANN, rows.source("x2", price_jpy=1_200), "A-1")
    ordered(rows, ANN, "250-1", listing_id=listing, source_item_id=gone)

    page = ann.get("/orders").text

    assert "the listing's source now: ¥1,200" in cards(page)[0]
    assert 'href="https://auctions.yahoo.co.jp/jp/auction/x2"' in page


def test_what_was_found_for_an_order_is_shown_with_the_known_costs_first(ann: Browser, rows: Rows) -> None:
    orders = [
        ordered(rows, ANN, f"250-{n}", **listed(rows, f"A-{n}", f"x{n}", state="sold"), ship_by=ago(days=-n))
        for n in (1, 2, 3)
    ]
    for item_id, price, postage in (("y1", 1_300, None), ("y2", 1_100, 300)):
        found(rows, orders[0], item_id, price, postage, f"Camera {item_id}")
    for order, result in zip(orders[:2], (FoundForOrder(2, 9), NoneForOrder(4, 3)), strict=True):
        ended = {"searches": 1, "searched_at": ago(minutes=1), "not_before": ago(minutes=-9), "result": result}
        rows.add(tables.order_searches, order_item_id=order, gone_at=ago(minutes=3), unfinished=0, unsure=0, **ended)

    page = ann.get("/orders").text
    told = cards(page)

    assert re.search(
        r"Found instead, within what this order bears .*y2 Camera y2 ¥1,400 .*y1 Camera y1 ¥1,300 and postage "
        r"\(no loss up to ¥1,250 of postage\)",
        told[0],
    )
    assert "Expected profit ¥1,150" in told[0]
    assert 'href="https://auctions.yahoo.co.jp/jp/auction/y2"' in page
    assert "none of 4 items fits; 3 were too expensive" in told[1]
    assert "Another source is being searched for" in told[2]


def test_what_only_the_pictures_refused_is_shown_to_be_looked_at_and_counts_for_nothing(
    ann: Browser, rows: Rows
) -> None:
    order = ordered(rows, ANN, "250-1", **listed(rows, "A-1", "x1", state="sold"))
    found(rows, order, "y1", 1_100, 300, "Camera y1", PartInOtherColour(most=0.028, share=0.12))

    [told] = cards(ann.get("/orders").text)

    assert re.search(r"Perhaps the same, by all but the pictures: look before you buy .*y1 Camera y1 ¥1,400", told)
    assert "a share of 0.12 of it has another colour" in told
    assert "Expected profit –" in told


def test_what_needs_buying_comes_first_by_the_time_to_ship(engine: Engine, ann: Browser, rows: Rows) -> None:
    soon, later = {"ship_by": ago(days=-1)}, {"ship_by": ago(days=-2)}
    ordered(rows, ANN, "not-paid", status=OrderStatus.PENDING, ship_by=ago(hours=-1))
    ordered(rows, ANN, "whenever", ship_by=None)
    ordered(rows, ANN, "later", **later)
    ordered(rows, ANN, "soon", **soon, ordered_at=ago(hours=1))
    ordered(rows, ANN, "soon-and-before", **soon, ordered_at=ago(hours=5))
    ordered(rows, ANN, "bought", **soon)
    decide(rows, ANN, "bought", OrderDecision.BOUGHT)

    to_buy = [item.order_id for item in SqlOrders(engine).to_buy(ANN)]

    assert to_buy == ["soon-and-before", "soon", "later", "whenever", "not-paid"]


def test_what_is_for_sale_in_an_auction_needs_buying_before_it_ends(engine: Engine, ann: Browser, rows: Rows) -> None:
    first = listed(rows, "A-1", "x1", end_at=ago(hours=-3))
    ordered(rows, ANN, "ships-tomorrow", sku=None, ship_by=ago(hours=-20))
    ordered(rows, ANN, "ends-tonight", **first, ship_by=ago(days=-3))
    ordered(rows, ANN, "ends-later", **listed(rows, "A-2", "x2", end_at=ago(days=-4)), ship_by=ago(days=-2))
    ordered(rows, ANN, "gone", **listed(rows, "A-3", "x3", state="ended", end_at=ago(hours=1)), ship_by=ago(days=-2.5))

    to_buy = SqlOrders(engine).to_buy(ANN)
    told = cards(ann.get("/orders").text)

    assert [item.order_id for item in to_buy] == ["ends-tonight", "ships-tomorrow", "ends-later", "gone"]
    assert [item.buy_by for item in to_buy] == sorted(item.buy_by for item in to_buy if item.buy_by)
    assert "Buy before the auction ends: " in told[0]
    assert "in 3.0 h" in told[0]
    assert ["auction ends" in one for one in told] == [True, False, True, False]


def test_a_source_is_told_with_the_postage_that_the_seller_has_counted(ann: Browser, rows: Rows) -> None:
    unknown_postage = listed(rows, "A-1", "x1", checked_at=ago(minutes=5))
    ordered(rows, ANN, "250-1", **unknown_postage)
    before = cards(ann.get("/orders").text)
    own = {"user_id": ANN, "updated_at": ago(days=1), "updated_by": "ann"}
    rows.add(tables.seller_settings, **own, key="REVIVAL_UNKNOWN_POSTAGE_JPY", value="700")

    after = cards(ann.get("/orders").text)

    assert "¥1,000 and postage" in before[0]
    assert "at most ¥1,550" in before[0]
    assert "Source ¥1,700 Expected profit ¥850" in after[0]
    assert "and postage" not in after[0]


def test_the_last_price_of_a_source_whose_state_is_not_known_is_no_cost(ann: Browser, rows: Rows) -> None:
    ordered(rows, ANN, "250-1", **listed(rows, "A-1", "x1", state="unknown", checked_at=ago(minutes=5)))

    told = cards(ann.get("/orders").text)

    assert "Source – Expected profit – no look has told the source's price yet" in told[0]


def test_the_page_counts_what_it_does_not_show(ann: Browser, rows: Rows) -> None:
    for number in range(MOST + 2):
        ordered(rows, ANN, f"250-{number}")
    ordered(rows, ANN, "251-1")
    decide(rows, ANN, "251-1", OrderDecision.CANNOT_BE_SOURCED)

    page = ann.get("/orders").text

    assert re.findall(r'<span class="count">([^<]*)</span>', page) == ["202", "1"]
    assert len(cards(page)) == MOST + 1


def test_what_is_sent_cancelled_or_somebody_elses_is_not_to_be_bought(ann: Browser, rows: Rows) -> None:
    ordered(rows, ANN, "250-1", status=OrderStatus.SHIPPED)
    ordered(rows, ANN, "250-2", status=OrderStatus.CANCELLED, cancelled_by=Canceller.BUYER)
    ordered(rows, BOB, "250-3")
    ordered(rows, ANN, "250-4", cancelled_by=Canceller.BUYER)  # the order's other items are still to be sent
    ordered(rows, ANN, "250-5", status=OrderStatus.PARTIALLY_SHIPPED, unfulfilled=0)
    ordered(rows, ANN, "250-6", seller_id="ANOTHERSTORE")

    page = ann.get("/orders").text

    assert cards(page) == []
    assert "Nothing is to be bought" in page


def test_a_decision_is_one_click_and_stands_with_its_note_and_price(ann: Browser, rows: Rows, deeds: Deeds) -> None:
    item = ordered(rows, ANN, "250-1", **listed(rows, "A-1", "x1"))
    ann.get("/orders")

    answer = ann.post(f"/orders/{item}/decision", decision="bought", shown=0, note=" from  the shop ", paid_jpy="1200")
    page = ann.get("/orders").text

    assert (answer.status_code, answer.headers["location"]) == (303, "/orders")
    assert "Order 250-1: saved." in page
    assert rows.read("order_decisions", *DECIDED) == [(ANN, "item-250-1", 1, "bought", "from the shop", 1_200, "ann")]
    [told] = cards(page)
    assert "Bought" in told
    assert "from the shop" in told
    assert "Profit ¥1,350" in told
    assert "Nothing is to be bought" in page
    assert deeds() == [("order_decided", "ann", "250-1", "nothing → bought")]


def test_what_is_bought_is_looked_at_again_since_other_offers_may_stand_on_it(ann: Browser, rows: Rows) -> None:
    in_an_hour, since = ago(hours=-1), ago(minutes=1)
    bought = ordered(rows, ANN, "250-1", **listed(rows, "A-1", "x1", due_at=in_an_hour))
    not_there = ordered(rows, ANN, "250-2", **listed(rows, "A-2", "x2", due_at=in_an_hour))
    without_source = ordered(rows, ANN, "250-3")
    ann.get("/orders")

    for item, decision in ((bought, "bought"), (not_there, "cannot_be_sourced"), (without_source, "bought")):
        assert ann.post(f"/orders/{item}/decision", decision=decision, shown=0).status_code == 303

    due = dict(rows.read("source_items", "item_id", "due_at"))
    rows.change(update(tables.source_items).values(due_at=in_an_hour))
    ann.post(f"/orders/{bought}/decision", decision="bought", shown=1, note="by express")
    assert dict(rows.read("source_items", "item_id", "due_at"))["x1"] == in_an_hour, "a note is no purchase"
    assert since < due["x1"] < ago(minutes=-5)
    assert due["x2"] == in_an_hour


def test_a_decision_can_be_changed_and_taken_back(ann: Browser, rows: Rows, deeds: Deeds) -> None:
    item = ordered(rows, ANN, "250-1")
    ann.get("/orders")
    for shown, decision in enumerate(("ordered", "bought", "take_back", "shipped_by_others")):
        assert ann.post(f"/orders/{item}/decision", decision=decision, shown=shown, note="n").status_code == 303

    assert rows.read("order_decisions", *DECIDED) == [(ANN, "item-250-1", 4, "shipped_by_others", "n", None, "ann")]
    assert [detail for _, _, _, detail in deeds()] == [
        "nothing → ordered",
        "ordered → bought",
        "bought → nothing",
        "nothing → shipped_by_others",
    ]


def test_a_second_tab_is_told_what_was_decided_in_between(ann: Browser, rows: Rows, deeds: Deeds) -> None:
    item = ordered(rows, ANN, "250-1")
    ann.get("/orders")
    ann.post(f"/orders/{item}/decision", decision="bought", shown=0)

    late = ann.post(f"/orders/{item}/decision", decision="cannot_be_sourced", shown=0)
    again = ann.post(f"/orders/{item}/decision", decision="bought", shown=0)

    assert late.status_code == 409
    assert "Nothing was changed: order 250-1 was changed meanwhile, by ann at" in late.text
    assert ": bought" in late.text
    assert again.status_code == 303
    assert rows.read("order_decisions", "revision", "decision") == [(1, "bought")]
    assert len(deeds()) == 1


def test_an_order_of_somebody_else_is_not_there(ann: Browser, rows: Rows) -> None:
    item = ordered(rows, BOB, "250-1")
    decide(rows, BOB, "250-1", OrderDecision.CANNOT_BE_SOURCED)
    ann.get("/orders")

    assert ann.post(f"/orders/{item}/decision", decision="bought", shown=1).status_code == 404
    assert ann.get(f"/orders/{item}/cancellation.txt").status_code == 404
    assert rows.read("order_decisions", "decision") == [("cannot_be_sourced",)]


@pytest.mark.parametrize(
    "wrong", [{"decision": "x"}, {"shown": -1}, {"paid_jpy": -1}, {"paid_jpy": "x"}, {"note": "x" * 256}]
)
def test_what_no_form_sends_is_refused(ann: Browser, rows: Rows, wrong: dict[str, object]) -> None:
    item = ordered(rows, ANN, "250-1")
    ann.get("/orders")

    assert ann.post(f"/orders/{item}/decision", **{"decision": "bought", "shown": 0} | wrong).status_code == 422
    assert rows.read("order_decisions", "decision") == []


def test_what_cannot_be_sourced_is_prepared_and_never_sent(ann: Browser, rows: Rows) -> None:
    item = ordered(rows, ANN, "250-1")
    for number in range(2, 51):
        ordered(rows, ANN, f"250-{number}", status=OrderStatus.SHIPPED)
    ann.get("/orders")
    assert ann.get(f"/orders/{item}/cancellation.txt").status_code == 404

    answer = ann.post(f"/orders/{item}/decision", decision="cannot_be_sourced", shown=0)
    page = ann.get("/orders").text
    file = ann.get(f"/orders/{item}/cancellation.txt")

    assert answer.headers["location"] == f"/orders#order-{item}"
    [told] = cards(page)
    assert "your rate becomes 2 %; Amazon's limit is 2.5 %" in told
    assert "ご注文番号250-1の商品" in told
    assert file.headers["content-type"] == "text/plain; charset=utf-8"
    assert file.headers["content-disposition"] == f'attachment; filename="cancel-{item}.txt"'
    assert file.text == (
        "TemplateType=OrderCancellation\tVersion=1.0/1.0.3\t"
        "This row for Amazon.com use only.  Do not modify or delete.\r\n"
        "order-id\tcancellation-reason-code\tamazon-order-item-code\r\n250-1\tNoInventory\titem-250-1\r\n"
    )


def test_what_cannot_be_sourced_is_shown_until_it_is_cancelled_however_much_was_decided_since(
    ann: Browser, rows: Rows
) -> None:
    ordered(rows, ANN, "250-1", ship_by=ago(days=-1))
    decide(rows, ANN, "250-1", OrderDecision.CANNOT_BE_SOURCED)
    for number in range(60):
        ordered(rows, ANN, f"251-{number:02}", status=OrderStatus.SHIPPED)
        decide(rows, ANN, f"251-{number:02}", OrderDecision.BOUGHT)

    before, home = ann.get("/orders").text, ann.get("/").text
    rows.change(update(tables.order_items).values(status=OrderStatus.CANCELLED, cancelled_by=Canceller.MERCHANT))
    after = ann.get("/orders").text

    assert "To cancel" in before
    assert "250-1" in cards(before)[0]
    assert "Copy the text" in cards(before)[0]
    assert "1 open order cannot be sourced" in home
    assert "To cancel" not in after


def test_an_announced_cancellation_counts_once_with_one_of_the_same_order(ann: Browser, rows: Rows) -> None:
    for number in range(10, 109):
        ordered(rows, ANN, f"250-{number}", status=OrderStatus.SHIPPED)
    ordered(rows, ANN, "250-1", cancelled_by=Canceller.MERCHANT)
    for number, status in ((1, OrderStatus.UNSHIPPED), (2, OrderStatus.PENDING)):
        ordered(rows, ANN, f"250-{number}", order_item_id=f"other-{number}", status=status)
        decide(rows, ANN, f"250-{number}", OrderDecision.CANNOT_BE_SOURCED, order_item_id=f"other-{number}")

    assert figures(ann.get("/orders").text) == ["1 %", "1 %", "2 %"]


def test_the_rate_is_that_of_the_orders_of_seven_days(ann: Browser, rows: Rows) -> None:
    cancelled = {"status": OrderStatus.CANCELLED, "cancelled_by": Canceller.MERCHANT}
    ordered(rows, ANN, "250-1", **cancelled)
    ordered(rows, ANN, "250-1", **cancelled, order_item_id="another-1")  # of the same order
    ordered(rows, ANN, "250-2", **cancelled, ordered_at=ago(days=8))
    ordered(rows, ANN, "250-3", **cancelled | {"cancelled_by": Canceller.BUYER})
    ordered(rows, ANN, "250-4", **cancelled | {"cancelled_by": None})
    ordered(rows, ANN, "250-5", status=OrderStatus.PENDING)
    ordered(rows, BOB, "250-6", **cancelled)
    for number in range(10, 108):
        ordered(rows, ANN, f"250-{number}", status=OrderStatus.SHIPPED)
    ordered(rows, ANN, "250-7")
    decide(rows, ANN, "250-7", OrderDecision.CANNOT_BE_SOURCED)

    page = ann.get("/orders").text

    assert figures(page) == ["1 %", "2 %", "3 %"]
    assert "1 of 100 orders; limit 2.5 %" in page
    assert "Of 1 cancelled order Amazon does not tell who cancelled it" in page


@pytest.mark.parametrize(
    ("hours", "problem", "told"),
    [
        (None, None, "Orders were not read yet."),
        (2, None, "Orders were last read 2."),
        (2, AmazonRefused("no role", "403"), "Orders cannot be read: Amazon refused it: no role (code 403)"),
    ],
)
def test_a_rate_that_is_not_read_is_not_known(
    ann: Browser, rows: Rows, hours: int | None, problem: Reason | None, told: str
) -> None:
    ordered(rows, ANN, "250-1", status=OrderStatus.SHIPPED)
    at = None if hours is None else ago(hours=hours)
    read = update(tables.order_reads).where(tables.order_reads.c.user_id == ANN)
    rows.change(read.values(read_until=at, read_at=at, problem=problem))

    page = ann.get("/orders").text

    assert figures(page) == ["–", "–", "–"]
    assert told in page
    assert "The rate is not known before the orders of the last seven days are read." in page


def test_decided_orders_are_paged_newest_first(ann: Browser, rows: Rows) -> None:
    for number in range(60):
        ordered(rows, ANN, f"250-{number:02}", status=OrderStatus.SHIPPED)
        decide(rows, ANN, f"250-{number:02}", OrderDecision.BOUGHT)

    first = ann.get("/orders").text
    following = re.findall(r'href="(/orders\?below=\d+)"', first)
    second = ann.get(following[0]).text

    shown = [re.findall(r"250-\d\d", one)[0] for one in [*cards(first), *cards(second)]]
    assert shown == [f"250-{number:02}" for number in reversed(range(60))]
    assert "To buy" not in second


def test_home_asks_to_buy_what_was_ordered(ann: Browser, rows: Rows) -> None:
    assert "to be bought" not in ann.get("/").text
    for number in range(2):
        ordered(rows, ANN, f"250-{number}")
    ordered(rows, BOB, "250-9")
    ordered(rows, ANN, "250-3", status=OrderStatus.SHIPPED)

    page = ann.get("/").text

    assert "2 orders are to be bought" in page
    assert '<a class="todo" href="/orders">' in page


def test_home_tells_the_rate_of_real_orders_beside_the_expected_one(ann: Browser, rows: Rows) -> None:
    figure = '<span class="value {}">{}</span>\n<span class="under">of {} orders of 7 days</span>'
    assert figure.format("", "–", 0) in ann.get("/fortnight").text
    ordered(rows, ANN, "250-0", status=OrderStatus.CANCELLED, cancelled_by=Canceller.MERCHANT)
    for number in range(1, 20):
        item = ordered(rows, ANN, f"250-{number}", status=OrderStatus.SHIPPED)
    ann.post(f"/orders/{item}/decision", decision="bought", shown=0)  # what is cached is forgotten

    page = ann.get("/fortnight").text

    assert figure.format("bad", "5 %", 20) in page


def due(rows: Rows, order_id: str, ship_by: datetime, late: timedelta | None, **values: object) -> None:
    """Add an order that was shipped this long after its time; None: not yet."""
    sent = {} if late is None else {"status": OrderStatus.SHIPPED, "shipped_at": ship_by + late}
    ordered(rows, ANN, order_id, ordered_at=ship_by - timedelta(days=3), ship_by=ship_by, **sent | values)


def test_late_shipments_are_those_of_ten_and_of_thirty_days_and_what_is_due_next(ann: Browser, rows: Rows) -> None:
    early, hour = timedelta(days=-1), timedelta(hours=1)
    for number in range(96):
        due(rows, f"250-{number}", ago(days=2), early)
    due(rows, "251-1", ago(days=3), hour)
    due(rows, "251-2", ago(hours=1), None)  # overdue
    due(rows, "251-3", ago(days=4), early)
    due(rows, "251-3", ago(days=4), hour, order_item_id="another-3")  # of the same order
    due(rows, "251-4", ago(days=9), early)
    for number in range(99):
        due(rows, f"252-{number}", ago(days=20), early)
    due(rows, "253-1", ago(days=20), hour)
    due(rows, "253-2", ago(days=31), hour)
    due(rows, "254-1", ago(hours=-5), None)
    due(rows, "254-2", ago(hours=-30), None)
    due(rows, "255-1", ago(days=2), hour, cancelled_by=Canceller.MERCHANT, status=OrderStatus.CANCELLED)
    due(rows, "255-2", ago(days=2), None, status=OrderStatus.PENDING)
    due(rows, "256-1", ago(days=2), early, shipped_at=None, changed_at=ago(days=1))  # shipped at an unknown time

    page = ann.get("/orders").text

    assert figures(page, "Late shipments") == ["3 %", "2 %", "3.96 %"]
    assert "3 of 100 orders; limit 4 %" in page
    assert "4 of 200 orders; limit 4 %" in page
    assert "1 order to ship within a day" in page
    assert "1 order is still to be shipped after its time." in page
    assert "Of 1 shipped order it is not known whether it was in time" in page
    assert "Only orders that were to be shipped after" not in page


def test_of_late_shipments_it_is_said_from_when_on_they_are_known(ann: Browser, rows: Rows) -> None:
    rows.change(update(tables.order_reads).values(began_at=ago(days=5)))
    due(rows, "250-1", ago(days=6), timedelta(hours=1))
    due(rows, "250-2", ago(days=1), timedelta(hours=-1))

    known = ann.get("/orders").text
    rows.change(update(tables.order_reads).values(read_until=ago(hours=2)))
    unknown = ann.get("/orders").text

    assert figures(known, "Late shipments")[:2] == ["0 %", "0 %"]
    assert "Only orders that were to be shipped after" in known
    assert figures(unknown, "Late shipments") == ["–", "–", "–"]
    assert "Late shipments are not known before the orders of the last days are read." in unknown
