"""Orders in the API and by `mercarich orders`."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine
from tests.integration.web.conftest import Deeds, Mercarich
from tests.integration.web.orders import decide, found, link, ordered, read_orders
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser, let_sign_in, served
from tests.integration.web.test_api import ALL, build, key_of

from mercarich_contracts.orders import OrderDecision, OrderStatus
from mercarich_reasons.pictures import PartInOtherColour

ANN, BOB = 1, 2
API = "/api/v1/orders"


@pytest.fixture
def sellers(rows: Rows) -> None:
    for user_id, name in enumerate(("ann", "bob"), start=ANN):
        assert rows.user(name) == user_id
        link(rows, user_id)
        read_orders(rows, user_id)


@pytest.fixture
def program(database_url: str, engine: Engine, rows: Rows, sellers: None) -> Iterator[Browser]:
    """A program of Ann's."""
    let_sign_in(engine, ANN)
    with served(build(database_url)) as site:
        ann, one = site.browser(), site.browser()
        ann.sign_in("ann")
        one.client.headers["Authorization"] = f"Bearer {key_of(ann, *ALL)}"
        yield one


def bought_at(rows: Rows, item_id: str, **source: object) -> dict[str, object]:
    its_source = rows.source(item_id, **{"price_jpy": 1_000, "checked_at": ago(minutes=5)} | source)
    listing = rows.listing(ANN, its_source, "A-1", title="Camera")
    return {"listing_id": listing, "source_item_id": its_source}


def send(program: Browser, item: int, **wish: object) -> httpx.Response:
    return program.client.post(f"{API}/{item}/decision", json=wish)


def test_a_program_reads_what_is_to_be_bought(program: Browser, rows: Rows) -> None:
    known = bought_at(rows, "x1")
    item = ordered(rows, ANN, "250-1", **known)
    ordered(rows, ANN, "250-2", status=OrderStatus.SHIPPED)
    ordered(rows, BOB, "250-3")

    told = program.get(API).json()

    [order] = told["orders"]
    names = ("item", "order_id", "order_item_id", "sku", "listing", "title", "quantity", "price_jpy", "status")
    assert [order[name] for name in names] == [
        *(item, "250-1", "item-250-1", "A-1", known["listing_id"], "Camera", 1, 3_000, "unshipped")
    ]
    assert (order["standing"], order["decision"], order["revision"]) == ("there", None, 0)
    source = order["source"]
    assert (source["marketplace"], source["item_id"], source["price_jpy"]) == ("yahoo", "x1", 1_000)
    assert source["url"] == "https://auctions.yahoo.co.jp/jp/auction/x1"
    assert order["profit_jpy"] == 1_550
    assert order["unknown"] == [
        {
            "text": "the source's postage is not known",
            "reason_code": "source_postage_not_known",
            "reason_values": {},
        }
    ]
    assert told["rate"] == {
        "orders": 2,
        "cancelled": 0,
        "announced": 0,
        "share": 0.0,
        "with_announced": 0.0,
        "with_one_more": 0.5,
    }


def test_a_program_and_the_command_read_the_rates_of_late_shipments(
    program: Browser, mercarich: Mercarich, rows: Rows
) -> None:
    ordered(rows, ANN, "250-1", ship_by=ago(hours=1))
    for number in range(2, 5):
        sent = {"status": OrderStatus.SHIPPED, "shipped_at": ago(days=12)}
        ordered(rows, ANN, f"250-{number}", **sent, ship_by=ago(days=11))

    ten, thirty = program.get(API).json()["late_shipments"]
    page, told = mercarich.page("orders"), mercarich.json("orders", "--username", "ann")

    names = ("days", "orders", "late", "overdue", "due_soon", "unclear", "share", "with_due")
    assert [ten[name] for name in names] == [10, 1, 1, 1, 0, 0, 1.0, 1.0]
    assert [thirty[name] for name in names] == [30, 4, 1, 1, 0, 0, 0.25, 0.25]
    assert "late shipments of 30 days 25.00%: 1 of 4 orders, 1 still open" in page
    assert [one["share"] for one in told["sellers"][0]["late_shipments"]] == [1.0, 0.25]


def test_a_program_decides_and_reads_what_was_decided(program: Browser, rows: Rows, deeds: Deeds) -> None:
    item = ordered(rows, ANN, "250-1")

    answer = send(program, item, decision="bought", shown=0, note="n", paid_jpy=900)
    assert (answer.status_code, answer.content) == (204, b"")
    [order] = program.get(f"{API}?decided=true").json()["orders"]

    told = [order[name] for name in ("decision", "note", "paid_jpy", "decided_by", "revision", "profit_jpy")]
    assert told == ["bought", "n", 900, "ann (API)", 1, 3_000 - 450 - 900]
    assert program.get(API).json()["orders"] == []
    assert ("order_decided", "ann (API)", "250-1", "nothing → bought") in deeds()
    assert send(program, item, decision=None, shown=1).status_code == 204
    assert [one["item"] for one in program.get(API).json()["orders"]] == [item]


def test_a_program_is_told_what_was_decided_in_between(program: Browser, rows: Rows) -> None:
    item = ordered(rows, ANN, "250-1")
    decide(rows, ANN, "250-1", OrderDecision.BOUGHT)

    answer = send(program, item, decision="cannot_be_sourced", shown=0)

    assert answer.status_code == 409
    assert answer.json()["reason_code"] == "decided_meanwhile"
    assert answer.json()["reason_values"]["decision"] == "bought"
    assert rows.read("order_decisions", "decision") == [("bought",)]


def test_decided_orders_are_read_in_pages(program: Browser, rows: Rows) -> None:
    for number in range(60):
        ordered(rows, ANN, f"250-{number:02}", status=OrderStatus.SHIPPED)
        decide(rows, ANN, f"250-{number:02}", OrderDecision.BOUGHT)

    first = program.get(f"{API}?decided=true").json()
    second = program.get(f"{API}?decided=true&below={first['next']}").json()

    shown = [one["order_id"] for one in [*first["orders"], *second["orders"]]]
    assert shown == [f"250-{number:02}" for number in reversed(range(60))]
    assert second["next"] is None


def test_the_command_tells_what_each_seller_has_to_buy(mercarich: Mercarich, rows: Rows, sellers: None) -> None:
    ordered(rows, ANN, "250-1", **bought_at(rows, "x1", state="sold"))
    ordered(rows, BOB, "250-2", sku="B-1")

    page, told = mercarich.page("orders"), mercarich.json("orders", "--username", "ann")

    assert "ann: 1 to buy" in page
    assert "bob: 1 to buy" in page
    assert "250-2" in page
    assert [one["username"] for one in told["sellers"]] == ["ann"]
    [order] = told["sellers"][0]["to_buy"]
    assert (order["order_id"], order["sku"], order["standing"]) == ("250-1", "A-1", "gone")
    assert order["url"] == "https://auctions.yahoo.co.jp/jp/auction/x1"
    assert (order["profit_jpy"], [one["reason_code"] for one in order["unknown"]]) == (None, ["no_source_known"])
    assert told["sellers"][0]["share"] == 0.0


def test_the_command_tells_a_loss(mercarich: Mercarich, rows: Rows, sellers: None) -> None:
    ordered(rows, ANN, "250-1", **bought_at(rows, "x1", price_jpy=3_050))

    page = mercarich.page("orders")

    assert "-¥500" in page
    assert "the source's postage is not known" in page


def test_the_command_says_when_there_is_nothing_or_nobody(mercarich: Mercarich, rows: Rows, sellers: None) -> None:
    assert "Nothing is to be bought." in mercarich.page("orders")
    assert mercarich.json("orders", "--username", "ann")["sellers"][0]["to_buy"] == []
    assert mercarich("orders", "--username", "eve").returncode == 1


def test_what_the_pictures_alone_refused_is_told_apart_from_what_fits(
    program: Browser, mercarich: Mercarich, rows: Rows
) -> None:
    order = ordered(rows, ANN, "250-1", **bought_at(rows, "x1", state="sold"))
    found(rows, order, "y1", 1_100, 300, "Camera y1")
    found(rows, order, "y2", 900, 300, "Camera y2", PartInOtherColour(most=0.028, share=0.12))

    [told] = program.get(API).json()["orders"]
    [listed] = mercarich.json("orders", "--username", "ann")["sellers"][0]["to_buy"]

    assert [(one["item_id"], one["doubt"]) for one in told["found"]] == [("y1", None)]
    assert [(one["item_id"], one["doubt"]["reason_code"]) for one in told["doubtful"]] == [
        ("y2", "part_in_other_colour")
    ]
    assert [one[-2:] for one in (*listed["found"], *listed["doubtful"])] == ["y1", "y2"]
    assert "perhaps" in mercarich.page("orders")
