"""An operator opens the listing of a seller: what explains it, and nothing to press."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Table
from tests.integration.web.conftest import Deeds, Mercarich
from tests.integration.web.orders import decide, link, ordered
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser

from mercarich_contracts.orders import OrderDecision
from mercarich_db import tables
from mercarich_db.types import AnyRow
from mercarich_reasons.holds import TooManyAbsent, TooManyPrices
from mercarich_reasons.push import OrderedAtAmazon
from mercarich_runs.domain.brake import HoldKind

ReadTable = Callable[[Table], list[AnyRow]]
ORDER = "250-7654321-0000001"


@pytest.fixture
def tom(rows: Rows) -> int:
    return rows.user("tom")


@pytest.fixture
def held(rows: Rows, tom: int) -> int:
    """A listing of Tom that a hold keeps up, with evidence, a candidate, a feed, an order and its history."""
    source = rows.source("x1", state="gone", reason="not_found", seller_id="camera_ya", price_jpy=6_480)
    proof = rows.evidence(source, state="gone", reason="not_found", http_status=404, extract="missing-01")
    hold = rows.hold(rows.run(1), user_id=tom, kind=HoldKind.ABSENCES, reason=TooManyAbsent(40, 200))
    listing = rows.listing(tom, source, "TOM-1", title="A camera", asin="B0EXAMPLE1", hold_id=hold)
    rows.event(listing, "ordered", user_id=tom, reason=OrderedAtAmazon(ORDER, 1), quantity_before=2, quantity_after=1)
    rows.event(listing, "held", user_id=tom, hold_id=hold, run_id=1, evidence_id=proof, reason="its source is gone")
    link(rows, tom)
    ordered(rows, tom, ORDER, sku="TOM-1", listing_id=listing, source_item_id=source)
    decide(rows, tom, ORDER, OrderDecision.CANNOT_BE_SOURCED, note="a buyer's own words")
    rows.add(
        tables.revival_candidates,
        listing_id=listing,
        searched_at=ago(hours=1),
        marketplace="yahoo",
        item_id="x777",
        url="https://auctions.example/x777",
        title="Another camera",
        price_jpy=7_000,
        refused_by="price",
    )
    return listing


def opened(browser: Browser, user_id: int, listing_id: int) -> str:
    answer = browser.get(f"/sellers/{user_id}/listings/{listing_id}")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def test_it_tells_what_explain_tells(operator: Browser, mercarich: Mercarich, tom: int, held: int) -> None:
    page, told = opened(operator, tom, held), mercarich.json("explain", "TOM-1")

    assert "hold 1 keeps the offer up" in told["why"]
    assert "hold 1 keeps the offer up" in page
    for value in ("TOM-1", "A camera", "B0EXAMPLE1", "x1", "camera_ya", "¥6,480", "missing-01", "HTTP 404", "ab" * 32):
        assert value in page
    assert f'href="/sellers/{tom}"' in page
    assert 'href="/holds/1"' in page
    assert "40 of 200 checked sources would be missing at once" in page
    assert "Another camera" in page


def test_it_has_nothing_to_press_and_nothing_of_orders(operator: Browser, tom: int, held: int) -> None:
    main = re.search(r"<main.*</main>", opened(operator, tom, held))
    assert main is not None

    assert "<form" not in main[0]
    assert re.findall(r'href="(/(?:listings|replacements|creations|rules|orders|jobs)[^"]*)"', main[0]) == []
    assert "Ordered at Amazon" in main[0]
    assert ORDER not in main[0]
    assert "own words" not in main[0]


def test_a_listing_opens_at_its_seller_alone(operator: Browser, rows: Rows, tom: int, held: int) -> None:
    tim = rows.user("tim")

    for user_id, listing_id in ((tim, held), (tom, held + 1), (tim + 9, held)):
        assert operator.get(f"/sellers/{user_id}/listings/{listing_id}").status_code == 404


def test_a_seller_gets_what_other_pages_of_operators_give_and_sees_nothing(
    seller: Browser, tom: int, held: int
) -> None:
    answer, other = seller.get(f"/sellers/{tom}/listings/{held}"), seller.get(f"/sellers/{tom}")

    assert (answer.status_code, other.status_code) == (404, 404)
    assert "A camera" not in answer.text
    assert "TOM-1" not in answer.text


def test_opening_it_is_in_the_audit_log_as_little_as_opening_its_seller(
    operator: Browser, deeds: Deeds, tom: int, held: int, table: ReadTable
) -> None:
    before = table(tables.listings)
    operator.get(f"/sellers/{tom}")
    opened(operator, tom, held)

    assert deeds() == []
    assert table(tables.listings) == before


def test_rows_and_evidence_of_a_hold_lead_to_it(operator: Browser, rows: Rows, tom: int, held: int) -> None:
    of_prices = rows.hold(rows.run(2), user_id=tom, kind=HoldKind.PRICES, reason=TooManyPrices(1, 9))
    dear = rows.listing(tom, rows.source("x2"), "TOM-2", title="A lens", hold_id=of_prices)
    proof = rows.evidence(rows.read("source_items", "id")[0].id, extract="drawn-01")
    rows.change(tables.source_items.update().where(tables.source_items.c.item_id == "x1").values(evidence_id=proof))

    page, prices = operator.get("/holds/1").text, operator.get(f"/holds/{of_prices}").text

    assert "drawn-01" in page
    assert page.count(f'href="/sellers/{tom}/listings/{held}"') == 2
    assert prices.count(f'href="/sellers/{tom}/listings/{dear}"') == 1


def test_what_differs_at_amazon_leads_to_it(operator: Browser, rows: Rows, tom: int) -> None:
    link(rows, tom)
    source = rows.source("x3")
    above = rows.listing(tom, source, "TOM-3", orphan=True, push_failed_revision=1, differs_since=ago(hours=2))
    taken = rows.listing(tom, source, "TOM-4")
    rows.event(taken, "changed_at_amazon", user_id=tom, at=ago(minutes=5), quantity_before=3, quantity_after=1)

    differing = operator.get("/differences").text
    followed = operator.get(f"/differences?seller={tom}&kind=followed").text

    assert f'href="/sellers/{tom}/listings/{above}"' in differing
    assert f'href="/sellers/{tom}/listings/{taken}"' in followed


def test_it_says_word_for_word_what_its_seller_reads(operator: Browser, seller: Browser, rows: Rows) -> None:
    source = rows.source("x4", state="sold", reason="won")
    proof = rows.evidence(source)
    mine = rows.listing(1, source, "ANN-4", quantity=0, searching=True, withdrawn_at=ago(hours=2))
    rows.event(mine, "withdrawn", reason="won", evidence_id=proof, quantity_before=1, quantity_after=0)
    seller.client.cookies.set("language", "en")
    parts = [r'<section class="answer.*?</section>', r'<ol class="timeline".*?</ol>']

    read, told = " ".join(seller.get(f"/listings/{mine}").text.split()), opened(operator, 1, mine)

    for part in parts:
        assert re.findall(part, told) == re.findall(part, read) != []


@pytest.mark.parametrize("words", ["sold", "draft"])
def test_every_state_of_a_listing_opens(operator: Browser, rows: Rows, tom: int, words: str) -> None:
    source = rows.source("x5", state="sold", reason="won")
    values = {"listed": False} if words == "draft" else {"quantity": 0, "searching": True, "withdrawn_at": ago(hours=2)}
    listing = rows.listing(tom, source, "TOM-5", **values)

    assert "TOM-5" in opened(operator, tom, listing)


def test_a_sku_of_a_seller_leads_to_its_listing(operator: Browser, rows: Rows, tom: int, held: int) -> None:
    rows.listing(rows.user("tim"), rows.source("x9"), "TIM-1")

    found = operator.get(f"/sellers/{tom}/listings?sku=%20TOM-1%20")
    other = operator.get(f"/sellers/{tom}/listings?sku=TIM-1")

    assert (found.status_code, found.headers["location"]) == (303, f"/sellers/{tom}/listings/{held}")
    assert other.status_code == 404
    assert f'action="/sellers/{tom}/listings"' in operator.get(f"/sellers/{tom}").text
