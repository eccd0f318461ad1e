"""Notices: one for each cause, without flapping; on the page, by a real mail server and to a real receiver."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, Update, select, update
from tests.integration.web.clocks import Clock
from tests.integration.web.conftest import Mercarich
from tests.integration.web.orders import decide, ordered, read_orders
from tests.integration.web.receivers import Mailbox, Receiver
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORD, PASSWORDS, Browser, Served, let_sign_in, served
from tests.integration.web.test_second_step import set_up

from mercarich_contracts.orders import Canceller, OrderDecision, OrderStatus
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.settings import SharedSettings
from mercarich_reasons.accounts import MessageUnbuildable, NoMailAddress
from mercarich_reasons.jobs import RowsWrong
from mercarich_reasons.push import CameBack, CameBackAgain, NotForSale, NotShown, UnknownSku
from mercarich_reasons.reason import Reason
from mercarich_reasons.repricing import FollowingStoppedByHand, PriceChangedElsewhere, PriceNotRead, PriceTakenBack
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.wiring import server_key
from mercarich_web.notices.calls_http import Calls
from mercarich_web.notices.chats.secrets import ChatSecrets
from mercarich_web.notices.chats.sending_http import ChatSender
from mercarich_web.notices.chats.vendor import Message
from mercarich_web.notices.chats.vendors import VENDORS
from mercarich_web.notices.choosing import PROOF_FOR
from mercarich_web.notices.keeping import SendNotices
from mercarich_web.notices.mail_smtp import Letter, MailServer, SmtpSender
from mercarich_web.notices.notices import Way
from mercarich_web.notices.sending import Sending
from mercarich_web.notices.sql.outbox import SqlOutbox
from mercarich_web.notices.webhooks_http import WebhookSender, signature
from mercarich_web.notices.worker import NoticeWorker, build_notices
from mercarich_web.settings import PagesSettings

ANYWHERE = PagesSettings(webhooks_anywhere=True, codes_for_operators=False)
ENCODED = "=?utf-8?q?=0d=0aBcc=3ax?=@shop.example"
"""A header's parser takes line breaks out of it."""
KINDS = ["token", "held", "job_failed", "proposed"]


@pytest.fixture
def ann_id(engine: Engine, rows: Rows) -> int:
    ann = rows.user("ann")
    let_sign_in(engine, ann, language="en")
    rows.add(
        tables.amazon_accounts,
        user_id=ann,
        seller_id="A1",
        marketplace_id="A1VC38T7YXB528",
        refresh_token="x",
        token_verdict="valid",
    )
    return ann


@pytest.fixture
def site(shared: SharedSettings, clock: Clock, ann_id: int) -> Iterator[Served]:
    with served(build_pages(shared, ANYWHERE, now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def ann(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ann")
    return one


@pytest.fixture
def worker(shared: SharedSettings, site: Served, mailbox: Mailbox, clock: Clock) -> Iterator[NoticeWorker]:
    own = ANYWHERE.model_copy(update={"public_url": "https://shop.example"})
    one = build_notices(shared, own, mailbox.settings, clock)
    yield one
    one.close()


def token(rows: Rows, verdict: str) -> None:
    rows.change(update(tables.amazon_accounts).values(token_verdict=verdict, token_reason="invalid_grant"))


def all_of(engine: Engine, table: str) -> list[dict[str, object]]:
    with reading(engine) as connection:
        found = connection.execute(select(tables.metadata.tables[table]).order_by(tables.metadata.tables[table].c.id))
        return [dict(row._mapping) for row in found]


def turn(worker: NoticeWorker) -> None:
    worker.keep()
    while worker.send():
        pass


def prove(ann: Browser, worker: NoticeWorker, mailbox: Mailbox) -> None:
    """Choose mail for every kind, and confirm the address."""
    ann.post("/account/notices", mail="ann@shop.example", by_mail=KINDS)
    turn(worker)
    [letter] = mailbox.letters()
    found = re.search(r"https://shop\.example(/account/notices/prove/\w+)", letter.text)
    assert found is not None
    ann.get(found[1])
    assert ann.post(found[1]).status_code == 303


def test_each_cause_has_one_notice_that_closes_with_it(
    worker: NoticeWorker, engine: Engine, rows: Rows, ann_id: int, clock: Clock
) -> None:
    source = rows.source("x1")
    hold = rows.hold(rows.run(1), user_id=ann_id)
    for number in range(3):
        rows.listing(ann_id, source, f"H-{number}", hold_id=hold)
    refused = rows.listing(ann_id, source, "R-1", revision=2, push_problem="8541")
    stuck = {"quantity": 0, "revision": 2, "changed_at": ago(hours=3)}
    rows.listing(ann_id, source, "S-1", **stuck)
    token(rows, "invalid")
    worker.keep()
    first = all_of(engine, "notices")
    worker.keep()
    same = all_of(engine, "notices")
    token(rows, "valid")
    rows.change(update(tables.listings).where(tables.listings.c.id == refused).values(push_problem=None))
    rows.change(update(tables.holds).values(released_at=clock.at, applied_at=clock.at))
    clock.move(minutes=5)
    worker.keep()
    after = all_of(engine, "notices")

    assert {(one["kind"], one["cause"], one["count"]) for one in first} == {
        ("token", "", 1),
        ("held", str(hold), 3),
        ("rejected", "", 1),
        ("stuck", "", 1),
    }
    assert same == first
    assert {one["kind"] for one in after if one["closed_at"] is None} == {"stuck"}


def test_a_difference_at_amazon_that_needs_a_person_is_told_once_for_each_kind(
    worker: NoticeWorker, engine: Engine, ann: Browser, rows: Rows, ann_id: int, clock: Clock
) -> None:
    ann_listing = partial(rows.listing, ann_id, rows.source("x1"), push_failed_revision=1)
    for number in range(2):
        ann_listing(f"U-{number}", orphan=True, push_problem=UnknownSku(), differs_since=ago(minutes=1), revision=2)
    ann_listing("U-STOPPED", orphan=True, push_problem=UnknownSku(), differs_since=ago(days=1), stopped_at=ago(days=1))
    ann_listing("N-1", push_problem=NotForSale("検索対象外", "18320"), differs_since=ago(minutes=1))
    above = {"quantity": 0, "pushed_quantity": 3, "pushed_revision": 0, "push_problem": NotShown(3)}
    ann_listing("A-1", **above, differs_since=ago(minutes=50))
    worker.keep()
    first = all_of(engine, "notices")
    clock.move(minutes=15)
    worker.keep()
    later = all_of(engine, "notices")
    page = ann.get("/notices").text
    shown = {"differs_since": None, "push_problem": None, "pushed_quantity": 0, "pushed_revision": 1}
    rows.change(update(tables.listings).where(tables.listings.c.sku == "A-1").values(shown))
    worker.keep()
    mended = {one["cause"]: one["closed_at"] for one in all_of(engine, "notices")}

    told = {("differs", "unknown", 2), ("differs", "not_for_sale", 1)}
    assert {(one["kind"], one["cause"], one["count"]) for one in first} == told
    assert {(one["kind"], one["cause"], one["count"]) for one in later} == told | {("differs", "above", 1)}
    assert "Listings that are withdrawn, and still for sale at Amazon for an hour: 1" in page
    assert "Listings that Amazon does not know: 2" in page
    assert 'href="/differences?kind=not_for_sale"' in page
    assert {cause for cause, closed_at in mended.items() if closed_at is None} == {"unknown", "not_for_sale"}
    assert mended["above"] is not None


def test_what_amazon_sells_and_nobody_watches_is_told(
    worker: NoticeWorker, engine: Engine, ann: Browser, rows: Rows, ann_id: int
) -> None:
    above = {"quantity": 0, "pushed_quantity": 3, "push_problem": NotShown(3), "push_failed_revision": 1}
    stopped = {"stopped_at": ago(days=3), "differs_since": ago(hours=2), "changed_at": ago(days=3)}
    rows.listing(ann_id, rows.source("x1"), "A-STOPPED", pushed_revision=0, **above, **stopped)
    gone = {"user_id": ann_id, "listing_id": 900, "created_at": ago(days=9), "removed_at": ago(days=2)}
    gone |= {"next_read_at": ago(hours=-1), "read_at": ago(hours=1), "returns": 1, "attempts": 0}
    back = partial(rows.add, tables.removed_offers, **gone)
    back(sku="G-LONG", shown=2, came_back_at=ago(hours=3), reason=CameBack(2))
    back(sku="G-LEFT", shown=2, came_back_at=ago(minutes=3), reason=CameBackAgain(2))
    back(sku="G-NEW", shown=2, came_back_at=ago(minutes=3), reason=CameBack(2))
    back(sku="G-DOWN", shown=0, came_back_at=ago(hours=3), reason=CameBack(2))

    worker.keep()

    told = {(one["kind"], one["cause"], one["count"]) for one in all_of(engine, "notices")}
    assert told == {("differs", "above", 1), ("differs", "came_back", 2)}
    page = ann.get("/notices").text
    assert "Deleted offers that Amazon still sells: 2" in page
    assert 'href="/differences?kind=came_back"' in page


def order(rows: Rows, user_id: int, source: int, number: str, **values: Any) -> int:
    """An order that feed has read a minute ago."""
    told = {"source_item_id": source, "sku": f"SKU {number}&", "seen_at": ago(minutes=1)}
    return ordered(rows, user_id, f"250-{number}", **told | values)


def looked(**since: float) -> dict[str, datetime]:
    """Return the times of a look that saw the source's state."""
    return {"checked_at": ago(**since), "observed_at": ago(**since)}


def test_an_open_order_whose_source_is_gone_is_told_by_every_way_that_is_on(
    worker: NoticeWorker, engine: Engine, ann: Browser, rows: Rows, ann_id: int, mailbox: Mailbox, receiver: Receiver
) -> None:
    """Also to who chose the kinds before there was this one."""
    ways = {"mail_address": "ann@shop.example", "mail_proven_at": ago(days=9), "kinds_by_mail": "held token"}
    rows.add(tables.notice_ways, user_id=ann_id, webhook_url=receiver.url, kinds_by_webhook="", **ways)
    gone = rows.source("x1", state="sold", **looked(seconds=30))
    order(rows, ann_id, gone, "1")
    order(rows, ann_id, rows.source("x2", **looked(seconds=30)), "2")
    turn(worker)
    told = [(one["kind"], one["cause"], one["count"]) for one in all_of(engine, "notices")]
    [letter], [call] = mailbox.letters(), receiver.calls

    assert told == [("order_unsourced", "250-1", 1)]
    assert letter.subject == "The source of order 250-1 is gone: SKU 1&"
    assert "https://shop.example/orders" in letter.text
    assert (call.json["notice"]["kind"], call.json["notice"]["cause"]) == ("order_unsourced", "250-1")
    assert 'href="/orders"' in ann.get("/notices").text


def stopped(rows: Rows, user_id: int, sku: str, why: Reason, **since: float) -> int:
    listing = rows.listing(user_id, rows.source(f"x{sku}"), sku, offer_price_jpy=1000)
    asked = {"listing_id": listing, "user_id": user_id, "revision": 1, "from_jpy": 900, "to_jpy": 1000}
    ended = {"state": "ended", "attempts": 1, "ended_at": ago(**since), "problem": why}
    rows.add(tables.repricings, **asked, **ended, stopped_at=ago(**since), stop_reason=why)
    return listing


def test_a_price_that_stops_following_by_itself_is_told_by_every_way_that_is_on_with_its_reason(
    worker: NoticeWorker, engine: Engine, ann: Browser, rows: Rows, ann_id: int, mailbox: Mailbox, receiver: Receiver
) -> None:
    """Also to who chose the kinds before there was this one; once a day for each reason."""
    ways = {"mail_address": "ann@shop.example", "mail_proven_at": ago(days=9), "kinds_by_mail": "held token"}
    rows.add(tables.notice_ways, user_id=ann_id, webhook_url=receiver.url, kinds_by_webhook="", **ways)
    stopped(rows, ann_id, "LONG-1", PriceNotRead(), days=9)
    stopped(rows, ann_id, "HAND-1", FollowingStoppedByHand("ann"), minutes=3)
    stopped(rows, ann_id, "BACK-1", PriceTakenBack(1000, 900, "ann"), minutes=3)
    turn(worker)
    assert (all_of(engine, "notices"), mailbox.letters(), receiver.calls) == ([], [], []), "she knows of these"

    first = stopped(rows, ann_id, "SKU-1", PriceChangedElsewhere(1000, 950), seconds=2)
    turn(worker)
    stopped(rows, ann_id, "SKU-2", PriceChangedElsewhere(2000, 1950), seconds=1)
    turn(worker)
    [letter], [call] = mailbox.letters(), receiver.calls
    [told] = all_of(engine, "notices")

    assert letter.subject.startswith("Listings whose price follows its source no more: 1. SKU-1: Amazon has 950 yen")
    assert "https://shop.example/listings?view=price_stopped" in letter.text
    assert (call.json["notice"]["kind"], call.json["notice"]["reason_code"]) == (
        "price_stopped",
        "price_changed_elsewhere",
    )
    assert (told["count"], told["about"]) == (2, "SKU-2")
    page = ann.get("/notices").text
    assert 'href="/listings?view=price_stopped"' in page
    assert "no more: 2. SKU-2: Amazon has 1,950 yen" in page

    mine = tables.repricings.c.listing_id
    rows.change(update(tables.repricings).where(mine >= first).values(stopped_at=None, stop_reason=None))
    turn(worker)
    assert all_of(engine, "notices")[0]["closed_at"] is not None


def test_a_rate_of_cancellations_is_told_before_it_reaches_amazons_limit_and_again_when_it_does(
    worker: NoticeWorker, engine: Engine, ann: Browser, rows: Rows, ann_id: int, mailbox: Mailbox
) -> None:
    """150 orders: two cancelled are 1.33 %, three 2 %; a fourth, which only is announced, makes it 2.67 %."""
    off = {"kinds_by_mail": "", "kinds_by_webhook": ""}
    rows.add(tables.notice_ways, user_id=ann_id, mail_address="ann@shop.example", mail_proven_at=ago(days=9), **off)
    for number in range(150):
        is_cancelled = number < 2
        ended = {"status": OrderStatus.CANCELLED, "cancelled_by": Canceller.MERCHANT} if is_cancelled else {}
        ordered(rows, ann_id, f"250-{number}", **ended)
    read_orders(rows, ann_id)
    told = []

    for change in (
        lambda: None,
        lambda: rows.change(_cancelled("250-2")),
        lambda: decide(rows, ann_id, "250-3", OrderDecision.CANNOT_BE_SOURCED),
        lambda: rows.change(update(tables.order_reads).values(read_until=ago(hours=2))),
    ):
        change()
        worker.keep_rates()
        turn(worker)
        told.append({one["cause"]: one["count"] for one in all_of(engine, "notices") if one["closed_at"] is None})

    assert told == [{}, {"near": 3}, {"reached": 4}, {}], "nothing is said of a rate that is not known"
    assert [letter.subject for letter in mailbox.letters()] == [
        "Your cancellation rate nears Amazon's limit of 2.5 %: 3 of 150 orders of 7 days",
        "Your cancellation rate has reached Amazon's limit of 2.5 %: 4 of 150 orders of 7 days",
    ]
    assert 'href="/orders"' in ann.get("/notices").text


def test_a_rate_of_late_shipments_is_told_before_it_reaches_amazons_limit_and_again_when_it_does(
    worker: NoticeWorker, engine: Engine, ann: Browser, rows: Rows, ann_id: int, mailbox: Mailbox
) -> None:
    """100 orders: two late are 2 %, three 3 %; a fourth, which is still open after its time, makes it 4 %."""
    off = {"kinds_by_mail": "", "kinds_by_webhook": ""}
    rows.add(tables.notice_ways, user_id=ann_id, mail_address="ann@shop.example", mail_proven_at=ago(days=9), **off)
    item = tables.order_items
    for number in range(100):
        late = ago(hours=20) if number < 2 else ago(hours=40)
        sent = {"status": OrderStatus.SHIPPED, "shipped_at": late, "ordered_at": ago(days=4)}
        ordered(rows, ann_id, f"250-{number}", ship_by=ago(days=1), **sent)
    read_orders(rows, ann_id)
    told = []

    for change in (
        lambda: None,
        lambda: rows.change(update(item).where(item.c.order_id == "250-2").values(shipped_at=ago(hours=1))),
        lambda: rows.change(update(item).where(item.c.order_id == "250-3").values(shipped_at=None, status="unshipped")),
        lambda: rows.change(update(tables.order_reads).values(read_until=ago(hours=2))),
    ):
        change()
        worker.keep_rates()
        turn(worker)
        told.append({one["cause"]: one["count"] for one in all_of(engine, "notices") if one["closed_at"] is None})

    assert told == [{}, {"near": 3}, {"reached": 4}, {}], "nothing is said of a rate that is not known"
    assert [letter.subject for letter in mailbox.letters()] == [
        "Your rate of late shipments nears Amazon's limit of 4 %: 3 of 100 orders were late",
        "Your rate of late shipments has reached Amazon's limit of 4 %: 4 of 100 orders late",
    ]
    assert 'href="/orders"' in ann.get("/notices").text


def _cancelled(order_id: str) -> Update:
    item = tables.order_items
    ended = {"status": OrderStatus.CANCELLED, "cancelled_by": Canceller.MERCHANT}
    return update(item).where(item.c.order_id == order_id).values(**ended)


def test_a_source_that_a_search_saw_gone_is_told_as_one_that_a_check_saw(
    worker: NoticeWorker, engine: Engine, rows: Rows, ann_id: int
) -> None:
    order(rows, ann_id, rows.source("x1", state="sold", checked_at=ago(hours=1), observed_at=ago(seconds=30)), "1")
    worker.keep()

    assert [one["cause"] for one in all_of(engine, "notices")] == ["250-1"]


def test_the_notice_of_an_order_closes_with_its_decision_and_opens_when_that_is_taken_back(
    worker: NoticeWorker, engine: Engine, rows: Rows, ann_id: int
) -> None:
    order(rows, ann_id, rows.source("x1", state="gone", **looked(seconds=30)), "1")
    told = []
    rows.add(
        tables.order_decisions,
        user_id=ann_id,
        order_item_id="item-250-1",
        revision=0,
        decided_at=ago(),
        decided_by="ann",
    )
    for decision in (None, "ordered", None):
        rows.change(update(tables.order_decisions).values(decision=decision))
        worker.keep()
        told.append(sum(one["closed_at"] is None for one in all_of(engine, "notices")))

    assert told == [1, 0, 1]


def test_what_was_gone_before_the_order_or_is_not_open_is_not_told(
    worker: NoticeWorker, engine: Engine, rows: Rows, ann_id: int
) -> None:
    order(rows, ann_id, rows.source("x1", state="sold", **looked(minutes=2)), "1")
    gone = rows.source("x2", state="sold", **looked(seconds=30))
    for status in (OrderStatus.SHIPPED, OrderStatus.CANCELLED):
        order(rows, ann_id, gone, status, status=status)
    order(rows, ann_id, gone, "3", seller_id="ANOTHERSTORE")
    order(rows, ann_id, gone, "4", cancelled_by="buyer")
    worker.keep()

    assert all_of(engine, "notices") == []


def test_the_notice_of_an_order_closes_when_the_order_is_no_longer_open(
    worker: NoticeWorker, engine: Engine, rows: Rows, ann_id: int
) -> None:
    gone = rows.source("x1", state="gone", **looked(seconds=30))
    of_two = [order(rows, ann_id, gone, "7", order_item_id=number, sku="A") for number in ("1", "2")]
    worker.keep()
    before = [(one["cause"], one["count"], one["closed_at"]) for one in all_of(engine, "notices")]
    rows.change(update(tables.order_items).where(tables.order_items.c.id == of_two[0]).values(status="cancelled"))
    worker.keep()
    between = [(one["cause"], one["count"], one["closed_at"]) for one in all_of(engine, "notices")]
    rows.change(update(tables.order_items).values(status="cancelled"))
    worker.keep()

    assert (before, between) == ([("250-7", 2, None)], [("250-7", 1, None)])
    assert all_of(engine, "notices")[0]["closed_at"] is not None


def test_a_seller_may_switch_the_notice_of_an_order_off_for_each_way(
    worker: NoticeWorker, ann: Browser, rows: Rows, ann_id: int, receiver: Receiver
) -> None:
    box = r'name="by_{}" value="order_unsourced" [^>]*checked'
    first = ann.get("/account/notices").text
    ann.post("/account/notices", webhook=receiver.url, by_mail=["order_unsourced"])
    then = ann.get("/account/notices").text
    order(rows, ann_id, rows.source("x1", state="gone", **looked(seconds=30)), "1")
    turn(worker)

    assert [bool(re.search(box.format(way), first)) for way in ("mail", "webhook")] == [True, True]
    assert [bool(re.search(box.format(way), then)) for way in ("mail", "webhook")] == [True, False]
    assert receiver.calls == []


def test_a_cause_that_comes_and_goes_is_told_once_and_after_hours_again(
    worker: NoticeWorker, ann: Browser, rows: Rows, receiver: Receiver, clock: Clock
) -> None:
    ann.post("/account/notices", webhook=receiver.url, by_webhook=["held", "token"])
    source, user_id = rows.source("x1"), 1
    hold = rows.hold(rows.run(1), user_id=user_id)
    rows.listing(user_id, source, "H-1", hold_id=hold)
    for released in (None, clock.at, None, clock.at, None):
        rows.change(update(tables.holds).values(released_at=released))
        turn(worker)
        clock.move(minutes=10)
    flapping = len(receiver.calls)
    rows.change(update(tables.holds).values(released_at=clock.at))
    turn(worker)
    clock.move(hours=7)
    rows.change(update(tables.holds).values(released_at=None))
    turn(worker)

    assert flapping == 1
    assert len(receiver.calls) == 2


def test_what_was_told_a_month_ago_is_told_to_be_over(
    worker: NoticeWorker, ann: Browser, rows: Rows, receiver: Receiver, clock: Clock
) -> None:
    ann.post("/account/notices", webhook=receiver.url, by_webhook=["token"])
    token(rows, "invalid")
    turn(worker)
    clock.move(days=40)
    worker.send.sweep()
    token(rows, "valid")
    turn(worker)

    assert [call.json["event"] for call in receiver.calls] == ["notice.opened", "notice.closed"]


def test_what_is_over_is_told_by_the_ways_by_which_it_was_told(
    worker: NoticeWorker, ann: Browser, rows: Rows, receiver: Receiver, mailbox: Mailbox
) -> None:
    prove(ann, worker, mailbox)
    token(rows, "invalid")
    turn(worker)
    ann.post("/account/notices", mail="ann@shop.example", by_mail=KINDS, webhook=receiver.url, by_webhook=["token"])
    token(rows, "valid")
    turn(worker)

    assert "Settled: Amazon refuses your token" in mailbox.letters()[-1].subject
    assert receiver.calls == []


def test_two_that_keep_notices_at_once_tell_once(
    worker: NoticeWorker, ann: Browser, rows: Rows, engine: Engine, receiver: Receiver
) -> None:
    ann.post("/account/notices", webhook=receiver.url, by_webhook=["token"])
    token(rows, "invalid")
    threads = [threading.Thread(target=worker.keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    turn(worker)

    assert len(all_of(engine, "notices")) == 1
    assert len(receiver.calls) == 1


def test_the_bell_counts_what_is_open_and_not_read(
    worker: NoticeWorker, ann: Browser, rows: Rows, clock: Clock
) -> None:
    token(rows, "invalid")
    worker.keep()
    page = ann.get("/notices").text
    [notice_id] = re.findall(r"/notices/(\d+)/read", page)
    counted = '<span class="count"' in ann.get("/account").text
    ann.post(f"/notices/{notice_id}/read")
    read = '<span class="count"' in ann.get("/account").text
    token(rows, "valid")
    worker.keep()
    settled = ann.get("/notices").text

    assert "Amazon refuses your token" in page
    assert "invalid_grant" in page
    assert (counted, read) == (True, False)
    assert "Settled in the last 30 days" in settled


def ended_import(rows: Rows, user_id: int, state: str, file: str, minutes: int = 9) -> int:
    numbers = dict.fromkeys(("done", "made", "left_out", "wrong", "turn", "fence", "attempts"), 0)
    words = {"kind": "import", "state": state, "phase": "ended", "cursor": "{}", "created_by": "ann"}
    times = {"created_at": ago(hours=1), "heartbeat_at": ago(hours=1), "ended_at": ago(minutes=minutes)}
    message = RowsWrong(3) if state == "failed" else None
    given = {"arguments": json.dumps({"file": file}), "message": message}
    return rows.add(tables.jobs, user_id=user_id, **given, **numbers, **words, **times)


def test_a_failed_import_leads_to_its_job(worker: NoticeWorker, ann: Browser, rows: Rows, ann_id: int) -> None:
    job = ended_import(rows, ann_id, "failed", "<img src=x>.csv")
    worker.keep()
    page = ann.get("/notices").text

    assert f'href="/jobs/{job}"' in page
    assert "&lt;img src=x&gt;.csv: No row was imported. Problems found: 3." in page


def test_a_failed_import_needs_nobody_once_its_file_went_in(
    worker: NoticeWorker, ann: Browser, rows: Rows, ann_id: int
) -> None:
    ended_import(rows, ann_id, "finished", "stock.csv", minutes=30)
    failed = ended_import(rows, ann_id, "failed", "stock.csv")
    other = ended_import(rows, ann_id, "failed", "other.csv")
    ended_import(rows, rows.user("ben"), "finished", "stock.csv", minutes=5)
    worker.keep()
    before = ann.get("/notices").text

    ended_import(rows, ann_id, "finished", "stock.csv", minutes=4)
    worker.keep()
    after = ann.get("/notices").text.partition("Settled in the last 30 days")[0]

    assert f'href="/jobs/{failed}"' in before
    assert f'href="/jobs/{failed}"' not in after
    assert f'href="/jobs/{other}"' in after


def test_mail_goes_to_an_address_only_once_its_owner_said_so(
    worker: NoticeWorker, ann: Browser, rows: Rows, mailbox: Mailbox, engine: Engine
) -> None:
    ann.post("/account/notices", mail="ann@shop.example", by_mail=KINDS)
    turn(worker)
    [proof] = mailbox.letters()
    token(rows, "invalid")
    turn(worker)
    before = len(mailbox.letters())
    wrong = ann.post("/account/notices/prove/" + "0" * 40).status_code
    found = re.search(r"https://shop\.example(/account/notices/prove/\w+)", proof.text)
    assert found is not None
    ann.get(found[1])
    after_look = ann.get("/account/notices").text
    ann.post(found[1])
    ann.post(found[1])

    assert (before, wrong) == (1, 404)
    assert "not proven yet" in after_look
    assert "not proven yet" not in ann.get("/account/notices").text
    log = tables.audit_log.c
    with reading(engine) as connection:
        told = connection.execute(select(log.action, log.actor, log.address, log.agent, log.detail).order_by(log.id))
        deeds = [tuple(row) for row in told]
    of = ("notice_ways_changed", "ann", "127.0.0.1", ann.client.headers["User-Agent"])
    proven = (*of, "mail ann@shop.example proven")
    assert deeds[-2:] == [(*of, "mail ann@shop.example, webhook None"), proven], "proven once"


def proof_link(letter: Any) -> str:
    found = re.search(r"https://shop\.example(/account/notices/prove/\w+)", letter.text)
    assert found is not None
    return found[1]


def test_the_proof_of_an_address_is_good_for_days_and_for_the_choice_that_it_was_sent_for(
    worker: NoticeWorker, ann: Browser, mailbox: Mailbox, clock: Clock
) -> None:
    links = []
    for address in ("ann@shop.example", "other@shop.example", "ann@shop.example"):
        ann.post("/account/notices", mail=address, by_mail=KINDS)
        turn(worker)
        links.append(proof_link(mailbox.letters()[-1]))
    of_before = ann.post(links[0]).status_code
    clock.move(days=PROOF_FOR.days, minutes=1)
    ann.sign_in("ann")
    late = ann.post(links[2]).status_code
    ann.post("/account/notices", mail="ann@shop.example", by_mail=KINDS)
    turn(worker)
    new = proof_link(mailbox.letters()[-1])

    assert (of_before, late) == (404, 404)
    assert "not proven yet" in ann.get("/account/notices").text
    assert [ann.post(new).status_code for _ in range(2)] == [303, 303]
    ann.post("/account/notices", mail="ann@shop.example", by_mail=KINDS)
    turn(worker)
    assert len(mailbox.letters()) == 4, "nothing more is to be confirmed"
    assert "not proven yet" not in ann.get("/account/notices").text


def test_a_mail_tells_in_the_sellers_language_and_when_it_is_over(
    worker: NoticeWorker, ann: Browser, rows: Rows, mailbox: Mailbox, engine: Engine
) -> None:
    prove(ann, worker, mailbox)
    token(rows, "invalid")
    turn(worker)
    rows.change(update(tables.logins).values(language="ja"))
    token(rows, "valid")
    turn(worker)
    _, opened, closed = mailbox.letters()

    assert (opened.to, opened.sender) == ("ann@shop.example", "Mercarich <mercarich@shop.example>")
    assert opened.subject.startswith("Amazon refuses your token")
    assert "https://shop.example/account" in opened.text
    assert closed.subject.startswith("解決")


def test_a_mail_server_that_is_away_is_tried_again_and_then_left(
    worker: NoticeWorker, ann: Browser, rows: Rows, mailbox: Mailbox, engine: Engine, clock: Clock
) -> None:
    prove(ann, worker, mailbox)
    mailbox.stop()
    token(rows, "invalid")
    worker.keep()
    tries = 0
    for _ in range(40):
        tries += worker.send()
        clock.move(minutes=61)
    line = all_of(engine, "notice_sendings")[-1]
    ann.sign_in("ann")

    assert (tries, line["state"], line["attempts"]) == (8, "failed", 8)
    assert "the mail server cannot be used" in ann.get("/account/notices").text


def test_a_webhook_is_signed_by_the_secret_that_its_seller_sees(
    worker: NoticeWorker, ann: Browser, rows: Rows, receiver: Receiver, clock: Clock
) -> None:
    ann.post("/account/notices", webhook=receiver.url, by_webhook=["token"])
    shown = re.search(r"whsec_[0-9a-f]{64}", ann.get("/account/notices").text)
    token(rows, "invalid")
    turn(worker)
    [call] = receiver.calls
    assert shown is not None
    stamp = int(clock.at.timestamp())

    assert call.headers["mercarich-signature"] == signature(shown[0], stamp, call.body)
    assert signature("whsec_" + "0" * 64, stamp, call.body) != call.headers["mercarich-signature"]
    assert call.json["event"] == "notice.opened"
    assert call.json["notice"]["link"] == "https://shop.example/amazon"
    assert call.json["notice"]["kind"] == "token"


def test_a_receiver_that_does_not_take_it_is_tried_again_and_no_redirect_is_followed(
    worker: NoticeWorker, ann: Browser, rows: Rows, receiver: Receiver, clock: Clock, engine: Engine
) -> None:
    ann.post("/account/notices", webhook=receiver.url, by_webhook=["token"])
    token(rows, "invalid")
    told = []
    for status in (500, 404, 302, 204):
        receiver.status = status
        turn(worker)
        told.append(all_of(engine, "notice_sendings")[-1]["problem"])
        clock.move(minutes=10)

    assert told == ["it answered 500", "it answered 404", "it answered 302", None]
    assert all_of(engine, "notice_sendings")[-1]["state"] == "sent"
    assert {call.path for call in receiver.calls} == {"/hook"}


def test_a_trial_shows_that_the_way_works_and_is_not_for_flooding(
    worker: NoticeWorker, ann: Browser, receiver: Receiver
) -> None:
    nothing = ann.post("/account/notices/trial", way="mail").status_code
    ann.post("/account/notices", webhook=receiver.url)
    tried = [ann.post("/account/notices/trial", way="webhook").status_code for _ in range(12)]
    turn(worker)

    assert nothing == 422
    assert tried == [303] * 10 + [422] * 2
    assert [call.json["event"] for call in receiver.calls] == ["notice.trial"] * 10


def test_a_sending_that_ends_its_sender_each_time_is_left(
    worker: NoticeWorker, ann: Browser, receiver: Receiver, rows: Rows, engine: Engine
) -> None:
    ann.post("/account/notices", webhook=receiver.url)
    ann.post("/account/notices/trial", way="webhook")
    rows.change(update(tables.notice_sendings).values(attempts=8))
    turn(worker)

    assert receiver.calls == []
    assert all_of(engine, "notice_sendings")[-1]["state"] == "failed"


def test_the_first_sending_of_each_seller_goes_before_the_second_of_anyone(
    worker: NoticeWorker, ann: Browser, receiver: Receiver, rows: Rows, ann_id: int, clock: Clock
) -> None:
    bob = rows.user("bob")
    waiting = {"way": "webhook", "what": "trial", "state": "waiting", "attempts": 0, "not_before": ago(minutes=1)}
    rows.add(tables.notice_ways, user_id=bob, webhook_url=receiver.url, kinds_by_mail="", kinds_by_webhook="")
    ann.post("/account/notices", webhook=receiver.url)
    for user_id in (ann_id, ann_id, ann_id, bob):
        rows.add(tables.notice_sendings, user_id=user_id, created_at=ago(minutes=1), **waiting)
    rounds = [worker.send() for _ in range(4)]

    assert rounds == [2, 1, 1, 0]
    assert [call.json["user"] for call in receiver.calls] == ["ann", "bob", "ann", "ann"]


def test_what_is_no_webhook_is_refused(ann: Browser) -> None:
    for url in ("https://shop..example/", f"https://{'a' * 64}.example/", "https:///x", "file:///etc/passwd"):
        assert ann.post("/account/notices", webhook=url).status_code == 422, url


def test_what_is_no_mail_address_is_refused(ann: Browser) -> None:
    for mail in ("ann", "a@b", "a@shop.example\nBcc: x@y.example", "<a@b.example>", "a b@shop.example", "店@b.example"):
        assert ann.post("/account/notices", mail=mail).status_code == 422, mail
    for mail in (ENCODED, "a@b.example,c@d.example", "ann@店.example", "ann\x00@b.example", f"{'a' * 65}@b.example"):
        assert ann.post("/account/notices", mail=mail).status_code == 422, mail


def wait_for(rows: Rows, user_id: int, way: str, what: str = "trial") -> None:
    """Queue a sending."""
    waiting = {"way": way, "what": what, "state": "waiting", "attempts": 0, "not_before": ago(minutes=1)}
    rows.add(tables.notice_sendings, user_id=user_id, created_at=ago(minutes=1), **waiting)


def reached_by_mail(rows: Rows, user_id: int, address: str) -> None:
    proven = {"mail_address": address, "mail_proven_at": ago(days=1), "kinds_by_mail": "", "kinds_by_webhook": ""}
    rows.add(tables.notice_ways, user_id=user_id, **proven)


@pytest.mark.parametrize(
    "address",
    [
        ENCODED,
        "a@shop.example\r\nBcc: x@y.example",
        "a@shop.example, x@y.example",
        "店@shop.example",
        "ann\x00@b.example",
    ],
)
def test_an_address_that_no_mail_can_have_fails_alone_with_a_code(
    address: str, worker: NoticeWorker, mailbox: Mailbox, rows: Rows, ann_id: int, engine: Engine
) -> None:
    bob = rows.user("bob")
    reached_by_mail(rows, ann_id, address)
    reached_by_mail(rows, bob, "bob@shop.example")
    wait_for(rows, ann_id, "mail")
    wait_for(rows, bob, "mail")
    turn(worker)

    assert [letter.to for letter in mailbox.letters()] == ["bob@shop.example"]
    hers, his = all_of(engine, "notice_sendings")
    assert (hers["state"], hers["refusal"], his["state"]) == ("failed", NoMailAddress(), "sent")
    assert address not in str(hers["problem"])


@pytest.mark.parametrize("way", ["mail", "webhook", "slack"])
def test_a_message_that_cannot_be_built_fails_alone_with_a_code(
    way: str, shared: SharedSettings, mailbox: Mailbox, receiver: Receiver, rows: Rows, ann_id: int, engine: Engine
) -> None:
    """Whatever it is: here, each that is ann's."""

    def compose(sending: Sending) -> Letter:
        if sending.user_id == ann_id:
            raise ValueError("secret of ann")
        return Letter("A trial", "of mails")

    def body(sending: Sending) -> dict[str, object]:
        return {"of": compose(sending).subject}

    def message(sending: Sending) -> Message:
        return Message("Mercarich", compose(sending).text, None)

    key = server_key(engine, shared, SecretStr(""), SecretStr(""), Clock())
    server = MailServer("127.0.0.1", mailbox.port, "none", "", "", "mercarich@shop.example")
    senders = {
        Way.MAIL: SmtpSender(server, compose),
        Way.WEBHOOK: WebhookSender(lambda one: "whsec", body, Clock(), anywhere=True),
        Way.SLACK: ChatSender(VENDORS[Way.SLACK], Calls(), ChatSecrets(key), message, Clock()),
    }
    bob = rows.user("bob")
    for user_id in (ann_id, bob):
        to = {"mail_address": f"{user_id}@shop.example", "webhook_url": receiver.url, "webhook_salt": "x"}
        rows.add(tables.notice_ways, user_id=user_id, kinds_by_mail="", kinds_by_webhook="", **to)
        sealed = ChatSecrets(key).seal(user_id, Way.SLACK, "T0/B0/x")
        rows.add(tables.notice_chats, user_id=user_id, way="slack", place="T0/B0", sealed=sealed, kinds="")
        wait_for(rows, user_id, way if user_id == ann_id else "mail")
    send = SendNotices(SqlOutbox(engine), senders, Clock(), lambda way, outcome: None)
    while send():
        pass

    hers, his = all_of(engine, "notice_sendings")
    assert (hers["state"], hers["refusal"], his["state"]) == ("failed", MessageUnbuildable(), "sent")
    assert "secret" not in str(hers["problem"])


@pytest.mark.parametrize("later", [{"way": "pigeon"}, {"way": "mail", "what": "feather"}])
def test_what_a_later_release_has_queued_waits_for_it_and_ends_no_sender(
    later: dict[str, str], worker: NoticeWorker, mailbox: Mailbox, rows: Rows, ann_id: int, engine: Engine
) -> None:
    bob = rows.user("bob")
    reached_by_mail(rows, bob, "bob@shop.example")
    wait_for(rows, ann_id, **later)
    wait_for(rows, bob, "mail")
    turn(worker)

    assert [letter.to for letter in mailbox.letters()] == ["bob@shop.example"]
    assert [(row["state"], row["attempts"]) for row in all_of(engine, "notice_sendings")] == [
        ("waiting", 0),
        ("sent", 1),
    ]


def test_a_new_address_asks_for_the_password_again(ann: Browser, clock: Clock, engine: Engine) -> None:
    [of] = set(re.findall(r'name="form_of" value="(\d+)"', ann.get("/account").text))
    clock.move(minutes=16)
    asked = ann.post("/account/notices", mail="ann@shop.example", form_of=of)

    assert (asked.status_code, 'action="/confirm"' in asked.text) == (403, True)
    with reading(engine) as connection:
        assert connection.execute(select(tables.notice_ways)).all() == []


def test_the_owner_hears_by_mail_of_whatever_opens_the_account(
    site: Served, ann: Browser, worker: NoticeWorker, mailbox: Mailbox, mercarich: Mercarich, clock: Clock
) -> None:
    prove(ann, worker, mailbox)
    before = len(mailbox.letters())
    ann.get("/account")
    ann.post("/account/keys", name="a program", scope="listings:read")
    set_up(ann, clock)
    ann.post("/account/second-step/recovery-codes")
    ann.post("/account/second-step/end")
    ann.post("/account/password", old=PASSWORD, new="a better one, longer")
    ann.get("/account")
    again = ann.post("/sign-in", username="ann", password="a better one, longer").status_code
    stranger = site.browser()
    stranger.client.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0) Firefox/130.0"
    stranger.sign_in("ann", "a better one, longer")
    mercarich.json("user", "reset-password", "ann")
    mercarich.json("user", "stolen", "ann")
    clock.move(minutes=30)  # The commands have the real clock.
    turn(worker)
    letters = mailbox.letters()[before:]

    assert again == 303, "and a browser that is known is no news"
    assert [letter.text.splitlines()[0] for letter in letters] == [
        "An API key was created from the address 127.0.0.1: a program",
        "Two-step sign-in was switched on from the address 127.0.0.1.",
        "New recovery codes were created from the address 127.0.0.1.",
        "Two-step sign-in was switched off from the address 127.0.0.1.",
        "The password was changed from the address 127.0.0.1. Other browsers show no notices until they are switched on"
        " there again.",
        "Somebody signed in with a browser that we do not know (Firefox, Windows) from the address 127.0.0.1.",
        "An operator reset the password, and made a link to choose another one.",
        "An operator shut the account: somebody else is said to act with it.",
    ]
    assert {letter.to for letter in letters} == {"ann@shop.example"}
    assert all("https://shop.example/account" in letter.text for letter in letters)


def test_the_address_of_before_hears_of_the_new_one(
    ann: Browser, worker: NoticeWorker, mailbox: Mailbox, clock: Clock
) -> None:
    prove(ann, worker, mailbox)
    before = len(mailbox.letters())
    ann.get("/account/notices")
    ann.post("/account/notices", mail="thief@evil.example")
    ann.post("/account/keys", name="a thief's", scope="listings:read")
    turn(worker)
    told = {(letter.to, letter.text.splitlines()[0].partition(":")[0]) for letter in mailbox.letters()[before:]}

    assert ("ann@shop.example", "Notices go to another mail address or webhook") in told
    assert [to for to, line in told if "API key" in line] == [], "the new address is not proven"


@pytest.fixture
def olga(site: Served, engine: Engine, rows: Rows) -> Browser:
    """An operator's browser, signed in."""
    olga_id = rows.user("olga")
    rows.change(update(tables.users).where(tables.users.c.id == olga_id).values(is_staff=True))
    let_sign_in(engine, olga_id, language="en")
    one = site.browser()
    one.sign_in("olga")
    return one


def test_an_operator_hears_of_her_account_too(
    site: Served, olga: Browser, worker: NoticeWorker, mailbox: Mailbox, mercarich: Mercarich, clock: Clock
) -> None:
    prove(olga, worker, mailbox)
    before = len(mailbox.letters())
    set_up(olga, clock)
    olga.post("/account/password", old=PASSWORD, new="a better one, longer")
    mercarich.json("user", "reset-second-step", "olga")
    stranger = site.browser()
    stranger.sign_in("olga", "a better one, longer")
    stranger.post("/account/notices", mail="thief@evil.example")
    clock.move(minutes=30)  # The command has the real clock.
    turn(worker)
    told = [letter.text.splitlines()[0] for letter in mailbox.letters()[before:] if letter.to == "ann@shop.example"]

    assert sorted(told) == [
        "An operator switched two-step sign-in off.",
        "Notices go to another mail address or webhook: changed from the address 127.0.0.1.",
        "Somebody signed in with a browser that we do not know (unknown) from the address 127.0.0.1.",
        "The password was changed from the address 127.0.0.1. Other browsers show no notices until they are switched on"
        " there again.",
        "Two-step sign-in was switched on from the address 127.0.0.1.",
    ]


def test_an_operator_has_a_mail_address_and_a_webhook_and_no_kinds(olga: Browser, ann: Browser, engine: Engine) -> None:
    shown = olga.get("/account/notices").text
    olga.post("/account/notices", mail="olga@shop.example", webhook="https://shop.example/take", by_webhook=KINDS)
    with reading(engine) as connection:
        stored = connection.execute(select(tables.notice_ways)).one()

    assert 'name="mail"' in shown
    assert 'name="webhook"' in shown
    assert 'name="by_mail"' not in shown
    assert 'name="by_mail"' in ann.get("/account/notices").text
    assert (stored.mail_address, stored.webhook_url) == ("olga@shop.example", "https://shop.example/take")
    assert (stored.kinds_by_mail, stored.kinds_by_webhook) == ("", "")
    assert 'href="/account/notices"' in olga.get("/account").text
