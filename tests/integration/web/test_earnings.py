"""What a sale earns: on pages, in the CSV, in the API, in `explain` and in notices, by the seller's own terms."""

import csv
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, update
from tests.integration.web.clocks import Clock
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import by_sku
from tests.integration.web.site import Browser
from tests.integration.web.test_api import ALL, key_of
from tests.integration.web.test_seller_pages import skus

from mercarich_db import tables
from mercarich_db.clock import utc_now
from mercarich_db.earning_terms import terms_of
from mercarich_db.engine import reading
from mercarich_platform.settings import SharedSettings
from mercarich_reasons.earnings import FeeRefused
from mercarich_replacements.earnings import Sale, Terms, Verdict, earnings
from mercarich_replacements.fees import Estimate
from mercarich_web.listings.sql.book import SqlListingBook
from mercarich_web.listings.views import View, Wish
from mercarich_web.notices.notices import Cause
from mercarich_web.notices.sql.earnings import SqlEarnings
from mercarich_web.notices.worker import NoticeWorker, build_notices
from mercarich_web.settings import NoticesSettings, PagesSettings

VIEWS = {Verdict.LOSS: View.AT_A_LOSS, Verdict.THIN: View.THIN_MARGIN, Verdict.UNKNOWN: View.UNKNOWN_COST}


def term(rows: Rows, user_id: int, key: str, value: object) -> None:
    rows.add(tables.seller_settings, user_id=user_id, key=key, value=str(value), updated_at=ago(days=1), updated_by="x")


def offer(rows: Rows, user_id: int, sku: str, offered: int | None, price: int | None, postage: int | None) -> int:
    source = rows.source(f"x{sku}", price_jpy=price, postage_jpy=postage)
    return rows.listing(user_id, source, sku, offer_price_jpy=offered)


def shop(rows: Rows, user_id: int) -> None:
    """By the general fee of 15 per cent: one at a loss, one with a margin of 5 per cent, one at most 35, one of 25."""
    offer(rows, user_id, "LOSS", 1000, 851, 0)
    offer(rows, user_id, "THIN", 1000, 700, 100)
    offer(rows, user_id, "UNKNOWN", 1000, 500, None)
    offer(rows, user_id, "GOOD", 1000, 600, 0)
    gone = rows.source("gone", state="sold", reason="won", price_jpy=9000)
    rows.listing(user_id, gone, "DOWN", offer_price_jpy=1000, quantity=0)


def test_terms_are_the_sellers_own_then_the_general_ones(engine: Engine, rows: Rows, ann_id: int) -> None:
    bob = rows.user("bob")
    general = {"updated_at": ago(days=1), "updated_by": "x"}
    rows.add(tables.settings, key="REVIVAL_FEE_PERCENT", value="10.5", **general)
    rows.add(tables.settings, key="EARNINGS_LEAST_JPY", value="-1", **general)
    term(rows, ann_id, "REVIVAL_FEE_PERCENT", 8)
    term(rows, ann_id, "REVIVAL_COSTS", 200)
    term(rows, ann_id, "EARNINGS_LEAST_PERCENT", 2.5)
    term(rows, bob, "REVIVAL_COSTS", 7)

    with reading(engine) as connection:
        found = [terms_of(connection, user_id) for user_id in (ann_id, bob)]

    assert found == [Terms(8.0, 200, 0, 0, 2.5), Terms(10.5, 7, 0, 0, 0.0)]


def _estimate(draw: random.Random, offered: int | None) -> Estimate | None:
    """Often none, else one of a price near to the offer's, or far from it."""
    of_price = draw.choice([None, offered, (offered or 3000) + 1, 20_011, 99_999_989])
    if of_price is None:
        return None
    fixed, share = draw.choice([0, 80]), draw.choice([0, 15, 30, of_price // 10, of_price // 7 + 1])
    return Estimate(fixed + share, fixed, of_price, ago(days=1))


def fee(rows: Rows, listing_id: int, estimate: Estimate | None, **more: object) -> None:
    """Store an estimate as feed does; None: the last request gave none."""
    told = {"estimated_at": None, "fee_jpy": None, "fixed_jpy": None, "of_price_jpy": None}
    if estimate is not None:
        told = asdict(estimate)
        told["estimated_at"] = told.pop("at")
    turn = {"next_at": ago(days=-1), "failures": 0, "alone": False}
    rows.add(tables.listing_fees, **{"listing_id": listing_id, **turn, **told, **more})


def _cases(draw: random.Random, terms: Terms) -> list[dict[str, Any]]:
    """Offers around each limit, and some of which something is not known."""
    found = []
    for _ in range(150):
        offered = draw.choice([None, 1, 999, 3000, 100_000_000])
        limit = terms.kept(offered or 3000)
        at = limit - draw.choice([terms.least_jpy, 0, (offered or 0) * terms.least_per_mille // 1000])
        postage = draw.choice([None, 0, 300])
        price = draw.choice([None, max(1, at - (postage or 0) + draw.randrange(-2, 3)), 500])
        state, why = draw.choice([("available", None)] * 5 + [("unknown", None), ("sold", "won"), ("gone", None)])
        source = {"price_jpy": price, "postage_jpy": postage, "state": state, "reason": why}
        estimate = _estimate(draw, offered)
        if estimate is not None and offered is not None and price is not None:
            least = draw.choice([terms.least_jpy, 0, offered * terms.least_per_mille // 1000])
            source["price_jpy"] = max(1, terms.kept(offered, estimate) - least - (postage or 0) + draw.randrange(-2, 3))
        found.append(
            {"offered": offered, "source": source, "quantity": draw.choice([1, 1, 1, 0]), "estimate": estimate}
        )
    return found


@pytest.mark.parametrize(
    "terms",
    [
        Terms(),
        Terms(15.0, 0),
        Terms(8.3, 250, 0, 100, 5.0),
        Terms(8.3, 250, 700, 100, 5.0),
        Terms(90.0, 1_000_000, 0, 0, 90.0),
    ],
)
def test_the_database_decides_as_the_rule_does(engine: Engine, rows: Rows, ann_id: int, terms: Terms) -> None:
    for key, value in (
        ("REVIVAL_FEE_PERCENT", terms.fee_percent),
        ("REVIVAL_COSTS", terms.costs_jpy),
        ("REVIVAL_UNKNOWN_POSTAGE_JPY", terms.unknown_postage_jpy),
        ("EARNINGS_LEAST_JPY", terms.least_jpy),
        ("EARNINGS_LEAST_PERCENT", terms.least_percent),
    ):
        term(rows, ann_id, key, value)
    expected: dict[str, View] = {}
    for number, case in enumerate(_cases(random.Random(7), terms)):
        sku, source = f"S-{number:03}", case["source"]
        listing = {"offer_price_jpy": case["offered"], "quantity": case["quantity"]}
        listing_id = rows.listing(ann_id, rows.source(f"x{number}", **source), sku, **listing)
        if case["estimate"] is not None:
            fee(rows, listing_id, case["estimate"])
        seen = (source["state"], source["reason"], source["price_jpy"], source["postage_jpy"])
        sale = Sale(case["offered"], *seen, case["estimate"])
        verdict = earnings(sale, terms).verdict
        gone = source["state"] in ("sold", "gone")
        if case["quantity"] and not gone and verdict is not Verdict.ENOUGH:
            expected[sku] = VIEWS[verdict]
    book = SqlListingBook(engine)

    pieces = {view: list(book.export(ann_id, Wish(view))) for view in VIEWS.values()}
    exported = {view: [row.sku for piece in its for row in piece] for view, its in pieces.items()}

    assert {sku: view for view, found in exported.items() for sku in found} == expected
    assert sum(map(len, exported.values())) == len(expected), "no offer is in two views"
    figures, counted = book.shop(ann_id).figures, Counter(expected.values())
    assert {view: figures.of(view) for view in VIEWS.values()} == {view: counted[view] for view in VIEWS.values()}
    assert {view: book.matching(ann_id, Wish(view), 1000) for view in VIEWS.values()} == {
        view: counted[view] for view in VIEWS.values()
    }
    for view in VIEWS.values():
        page = book.page(ann_id, Wish(view), None)
        assert {VIEWS[row.earned.verdict] for row in page.rows} <= {view}


def test_the_table_shows_each_view_and_the_profit(ann: Browser, rows: Rows, ann_id: int) -> None:
    shop(rows, ann_id)
    term(rows, ann_id, "EARNINGS_LEAST_PERCENT", 10)

    assert skus(ann.get("/listings?view=at_a_loss").text) == ["LOSS"]
    assert skus(ann.get("/listings?view=thin_margin").text) == ["THIN"]
    assert skus(ann.get("/listings?view=unknown_cost").text) == ["UNKNOWN"]
    assert skus(ann.get("/listings?view=at_a_loss&q=THIN").text) == []
    table = ann.get("/listings").text
    for shown in ("-¥1", "¥50", "≤ ¥350", "¥250", "25%"):
        assert shown in table


def test_a_listings_page_tells_what_its_sale_earns_and_what_is_not_known(
    ann: Browser, rows: Rows, engine: Engine, ann_id: int
) -> None:
    shop(rows, ann_id)
    term(rows, ann_id, "REVIVAL_COSTS", 120)
    listings = by_sku(engine)

    loss, unknown, down = (ann.get(f"/listings/{listings[sku].id}").text for sku in ("LOSS", "UNKNOWN", "DOWN"))

    for shown in ("At a loss", "-¥121", "¥851", "¥150", "¥120"):
        assert shown in loss
    assert "≤ ¥230" in unknown
    assert "the source&#39;s postage is not known" in unknown or "the source's postage is not known" in unknown
    assert "the source cannot be bought now: sold (won by a bidder)" in down


def test_the_csv_has_profit_margin_and_what_is_not_known_and_comes_back(
    ann: Browser, rows: Rows, engine: Engine, ann_id: int
) -> None:
    shop(rows, ann_id)
    offer(rows, ann_id, "NO-PRICE", None, 500, None)

    text = ann.get("/listings/export.csv").text
    found = {row["sku"]: row for row in csv.DictReader(StringIO(text.removeprefix("\ufeff")))}

    columns = ("profit", "margin", "not_known")
    assert {sku: tuple(row[name] for name in columns) for sku, row in found.items()} == {
        "LOSS": ("-1", "-0.1", ""),
        "THIN": ("50", "5.0", ""),
        "GOOD": ("250", "25.0", ""),
        "UNKNOWN": ("350", "35.0", "source_postage_not_known"),
        "NO-PRICE": ("", "", "offer_price_not_told source_postage_not_known"),
        "DOWN": ("", "", "source_not_buyable"),
    }


def test_programs_get_what_a_sale_earns(ann: Browser, rows: Rows, engine: Engine, ann_id: int) -> None:
    shop(rows, ann_id)
    ann.client.headers["Authorization"] = f"Bearer {key_of(ann, *ALL)}"

    page = ann.get("/api/v1/listings?view=unknown_cost").json()
    one = ann.get(f"/api/v1/listings/{by_sku(engine)['LOSS'].id}").json()

    assert [row["sku"] for row in page["listings"]] == ["UNKNOWN"]
    assert page["listings"][0]["earned"] == {
        "verdict": "unknown",
        "fee_jpy": 150,
        "fee_by": {
            "text": "15% by the seller's rules, without an estimate of Amazon",
            "reason_code": "fee_by_setting",
            "reason_values": {"percent": 15.0},
        },
        "not_estimated": [],
        "landed_jpy": 500,
        "profit_jpy": 350,
        "margin_percent": 35.0,
        "at_most": True,
        "unknown": [
            {
                "text": "the source's postage is not known",
                "reason_code": "source_postage_not_known",
                "reason_values": {},
            }
        ],
    }
    assert (one["earned"]["verdict"], one["earned"]["profit_jpy"], one["earned"]["unknown"]) == ("loss", -1, [])


def test_amazons_estimate_takes_the_place_of_the_percentage_everywhere(
    ann: Browser, mercarich: Mercarich, rows: Rows, engine: Engine, ann_id: int
) -> None:
    shop(rows, ann_id)
    ids = {sku: row.id for sku, row in by_sku(engine).items()}
    fee(rows, ids["LOSS"], Estimate(100, 0, 1000, ago(days=1)))  # ten per cent: it earns 49
    fee(rows, ids["GOOD"], Estimate(480, 80, 1000, ago(days=1)), problem=FeeRefused("please verify", "Invalid"))

    assert skus(ann.get("/listings?view=at_a_loss").text) == ["GOOD"]
    page = ann.get(f"/listings/{ids['GOOD']}").text
    assert "¥480" in page
    assert "for a price of 1,000 yen" in page
    assert "Amazon refused to estimate the fee: please verify (code Invalid)" in page
    assert "15% by the seller&#39;s rules" in ann.get(f"/listings/{ids['THIN']}").text
    text = ann.get("/listings/export.csv").text.removeprefix("\ufeff")
    exported = {row["sku"]: (row["fee"], row["fee_by"], row["profit"]) for row in csv.DictReader(StringIO(text))}
    assert exported["LOSS"] == ("100", "fee_estimated", "49")
    assert exported["GOOD"] == ("480", "fee_estimated", "-80")
    assert exported["THIN"] == ("150", "fee_by_setting", "50")
    told = mercarich.json("explain", "GOOD")["earned"]
    assert (told["fee_jpy"], told["profit_jpy"]) == (480, -80)
    shown = mercarich.page("explain", "GOOD")
    assert re.search(r"by +Amazon's estimate of .* for a price of 1,000 yen", shown)
    assert re.search(r"no estimate +Amazon refused to estimate the fee", shown)


def test_explain_tells_what_a_sale_earns(mercarich: Mercarich, rows: Rows, ann_id: int) -> None:
    shop(rows, ann_id)
    term(rows, ann_id, "REVIVAL_COSTS", 1000)

    page, told = mercarich.page("explain", "UNKNOWN"), mercarich.json("explain", "GOOD")

    assert re.search(r"profit +at most -¥650", page)
    assert "the source's postage is not known" in page
    assert (told["earned"]["profit_jpy"], told["earned"]["verdict"]) == (-750, "loss")
    [unknown] = mercarich.json("explain", "UNKNOWN")["earned"]["unknown"]
    assert unknown["reason_code"] == "source_postage_not_known"


def test_all_that_match_a_view_of_earnings_are_withdrawn_and_no_others(
    ann: Browser, rows: Rows, engine: Engine, ann_id: int
) -> None:
    shop(rows, ann_id)
    for number in range(3):
        offer(rows, ann_id, f"LOSS-{number}", 1000, 900, None)

    wish = {"view": "at_a_loss", "everything": "true", "action": "withdraw"}
    preview = ann.post("/listings/preview", **wish).text
    ann.post("/listings/apply", **wish)

    assert '<b class="num">4</b> listings change.' in preview
    down = {sku for sku, row in by_sku(engine).items() if row.quantity == 0}
    assert down == {"DOWN", "LOSS", "LOSS-0", "LOSS-1", "LOSS-2"}


def _told(found: Sequence[Cause]) -> dict[tuple[int, str, str], int]:
    return {cause.name: cause.count for cause in found}


def test_a_seller_is_told_of_losses_and_of_what_he_calls_too_little(engine: Engine, rows: Rows, ann_id: int) -> None:
    bob = rows.user("bob")
    shop(rows, ann_id)
    offer(rows, ann_id, "LOSS-2", 1000, 900, None)
    offer(rows, bob, "BOBS", 1000, 600, 0)
    now = utc_now()

    by_default = SqlEarnings(engine).now(now)
    term(rows, ann_id, "EARNINGS_LEAST_JPY", 60)
    by_rule = SqlEarnings(engine).now(now)
    rows.change(delete(tables.seller_settings))
    rows.change(update(tables.users).where(tables.users.c.id == ann_id).values(active=False))
    of_nobody = SqlEarnings(engine).now(now)

    assert _told(by_default) == {(ann_id, "earnings", "loss"): 2}
    assert _told(by_rule) == {(ann_id, "earnings", "loss"): 2, (ann_id, "earnings", "thin"): 1}
    assert _told(of_nobody) == {}


class Turns(threading.Event):
    """Ends a process after `ends` seconds of its clock, which moves while the process waits; `at` then does its deeds,
    by the seconds that have gone."""

    def __init__(self, clock: Clock, ends: int, at: Mapping[int, Callable[[], None]] | None = None) -> None:
        super().__init__()
        self._clock, self._ends, self._at = clock, ends, at or {}
        self._begins = clock.at

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.move(seconds=timeout or 0)
        gone = round((self._clock.at - self._begins).total_seconds())
        self._at.get(gone, lambda: None)()
        if gone >= self._ends:
            self.set()
        return self.is_set()


Process = Callable[[Clock], NoticeWorker]


@pytest.fixture
def process(database_url: str, tmp_path: Path) -> Process:
    """Builds a process of notices whose clocks are this one."""
    shared = SharedSettings.model_validate({"database_url": database_url, "data_dir": tmp_path})

    def build(clock: Clock) -> NoticeWorker:
        worker = build_notices(shared, PagesSettings(), NoticesSettings(), clock)
        return replace(worker, seconds=lambda: clock.at.timestamp())

    return build


def test_losses_are_counted_every_ten_minutes_and_their_notices_stay_meanwhile(
    process: Process, rows: Rows, ann_id: int
) -> None:
    shop(rows, ann_id)
    clock = Clock()
    first, second = (process(clock) for _ in range(2))
    told = []

    def by_another() -> None:
        told.append(_open(rows))
        second.run(Turns(clock, 0))
        told.append(_open(rows))

    def cheaper() -> None:
        rows.change(update(tables.source_items).values(price_jpy=1))

    first.run(Turns(clock, 602, {2: cheaper, 598: by_another}))

    assert (*told, _open(rows)) == (["loss"], [], [])


def test_losses_are_counted_again_after_ten_minutes(process: Process, rows: Rows, ann_id: int) -> None:
    shop(rows, ann_id)
    clock = Clock()
    told = []
    deeds = {
        2: lambda: rows.change(update(tables.source_items).values(price_jpy=1)),
        600: lambda: told.append(_open(rows)),
    }

    process(clock).run(Turns(clock, 602, deeds))

    assert (*told, _open(rows)) == (["loss"], [])


def _open(rows: Rows) -> list[str]:
    return [cause for cause, closed in rows.read("notices", "cause", "closed_at") if closed is None]


def test_the_notice_of_losses_leads_to_them(ann: Browser, rows: Rows, ann_id: int) -> None:
    for cause, count in (("loss", 12), ("thin", 7)):
        told = {"user_id": ann_id, "kind": "earnings", "cause": cause, "count": count, "about": ""}
        rows.add(tables.notices, **told, opened_at=ago(hours=1))

    page = ann.get("/notices").text

    assert "Offers at a loss: 12" in page
    assert "Offers that earn less than you want: 7" in page
    assert "/listings?view=at_a_loss" in page
    assert "/listings?view=thin_margin" in page


def test_the_limits_are_the_sellers_rules(ann: Browser, engine: Engine, ann_id: int) -> None:
    ann.get("/rules")
    ann.post("/rules", EARNINGS_LEAST_JPY="300", EARNINGS_LEAST_PERCENT="4.5")

    with reading(engine) as connection:
        terms = terms_of(connection, ann_id)
    assert (terms.least_jpy, terms.least_percent) == (300, 4.5)
