"""A shop with some data for every page: listings in every state, replacements, jobs, runs, a hold."""

import struct
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select, update
from tests.integration.web.measures import all_is_well
from tests.integration.web.orders import decide, found, ordered, read_orders
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import let_sign_in

from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.orders import OrderDecision, OrderStatus
from mercarich_db import tables
from mercarich_platform.clock import utc_now
from mercarich_reasons.candidates import PriceAboveLimit, RatingTooLow
from mercarich_reasons.holds import CanariesDiffer, TooManyFalls, TooManyPrices
from mercarich_reasons.jobs import RowsWrong
from mercarich_reasons.push import AmazonRefused, ChangedAtAmazon, NotForSale, NotShown, UnknownSku
from mercarich_reasons.stock import PutBack, ReplacementWaits, SourceSeen
from mercarich_simulator.pictures import photo
from mercarich_simulator.pictures.subject import Subject
from mercarich_web.identity.sign_in import hashed
from mercarich_web.notices.keeping import KeepNotices
from mercarich_web.notices.sql.causes import SqlCauses
from mercarich_web.notices.sql.earnings import SqlEarnings
from mercarich_web.notices.sql.notices import SqlNotices
from mercarich_web.notices.sql.outages import SqlOutages
from mercarich_web.notices.sql.rates import SqlRates
from mercarich_web.troubles.sql import SqlMeasures
from mercarich_web.troubles.troubles import Measure, Part

GOODS = (
    "ソニー ウォークマン NW-A306 ブラック",
    "キヤノン EOS Kiss M ボディ",
    "シマノ ステラ C3000XG",
    "任天堂 Switch 有機EL",
)
PUT_BACK_AT = datetime(2026, 11, 25, 10, tzinfo=UTC)
REFUSED = {"page_seen": True, "seller_id": "tokyo_used", "rating_good": 71, "rating_bad": 29, "condition_code": 3}
_PAGE = "page_seen seller_id rating_good rating_bad condition_code shipping_payer shipping_cost_jpy ships_from"
_REST = "ship_days_max quick_correlation share_forth share_back inliers colour_distance changed_share odd_share"
_NAMES = f"{_PAGE} {_REST}".split()
_GOOD = (True, "shop_4711", 1968, 12, 3, "seller", None, "大阪府", 3, 0.97, 0.62, 0.583, 341, 1.9, 0.004, 0.0)
_WORSE = (True, "camera_ya", 84, 16, 4, "buyer", 880, "東京都", 5, 0.88, 0.21, 0.174, 58, 3.1, 0.012, 0.003)
SEEN: tuple[dict[str, object], ...] = (
    dict(zip(_NAMES, _GOOD, strict=True)),
    dict(zip(_NAMES, _WORSE, strict=True)),
    {},
)
"""What the searches saw of the candidates that wait for approval: everything, everything worse, and nothing, as in
older releases."""
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}\u202e"


def furnish(engine: Engine) -> int:
    """Fill the shop. Return the id of the listing with the longest history, of `seller001`."""
    rows = Rows(engine)
    seller = rows.user("seller001")
    operator = rows.add(tables.users, username="operator", plan=2, active=True, is_staff=True, created_at=ago(days=9))
    for user_id in (seller, operator):
        let_sign_in(engine, user_id)
    rows.add(
        tables.amazon_accounts,
        user_id=seller,
        seller_id="A1",
        marketplace_id="A1VC38T7YXB528",
        refresh_token="-",
        token_verdict="valid",
    )
    invited = {"token_hash": hashed("welcome"), "username": "jiro", "plan": 2, "is_staff": False}
    rows.add(tables.invitations, **invited, created_at=ago(hours=1), created_by="operator", expires_at=ago(days=-1))
    _runs(rows, seller)
    _on_sale(rows, seller)
    _in_other_states(rows, seller)
    _differing(rows, seller)
    _job(
        rows,
        seller,
        "import",
        "failed",
        wrong=3,
        message=RowsWrong(3),
    )
    _job(rows, seller, "search", "running", done=2, total=6)
    _orders(rows, seller)
    kinds = dict.fromkeys(("kinds_by_mail", "kinds_by_webhook"), "")
    rows.add(tables.notice_ways, user_id=seller, deciding_links=True, **kinds)
    story = _withdrawn(rows, seller)
    _outage(engine)
    for causes in (SqlCauses(engine), SqlRates(engine), SqlEarnings(engine), SqlOutages(engine)):
        KeepNotices(causes, SqlNotices(engine), utc_now)()
    return story


def _outage(engine: Engine) -> None:
    """Mercari blocks us, and its run is held."""
    all_is_well(engine)
    why = CanariesDiffer(4, 4, "m12345678901", State.AVAILABLE, State.UNKNOWN, Reason.BLOCKED)
    states = ((Part.BREAKER, "open", None), (Part.RUN, "held", why))
    now = utc_now()
    SqlMeasures(engine).keep(
        [Measure(part, "mercari", state, ago(minutes=12), now, reason=because) for part, state, because in states]
    )


def _orders(rows: Rows, seller: int) -> None:
    """Orders with sources in every state, and each decision."""
    read_orders(rows, seller)
    looks: tuple[dict[str, object], ...] = (
        {"checked_at": ago(minutes=4), "postage_jpy": 880},
        {"state": "sold", "reason": "won", "checked_at": ago(minutes=9)},
        {"checked_at": ago(hours=5)},
        {"checked_at": ago(minutes=50), "check_problem": "blocked"},
    )
    for number, look in enumerate(looks):
        source = rows.source(f"x800000{number}", price_jpy=6_480 + 1_000 * number, **look)
        listing = rows.listing(seller, source, f"YA-ORD-{number}", title=GOODS[number], quantity=0, pushed_quantity=0)
        bought = {"sku": f"YA-ORD-{number}", "listing_id": listing, "source_item_id": source, "price_jpy": 9_800}
        order = ordered(rows, seller, f"250-1234567-000000{number}", **bought, ship_by=ago(hours=-20 * (number + 1)))
        if look.get("state") == "sold":
            _found(rows, order)
    ordered(
        rows, seller, "250-1234567-0000004", sku="SHOP-77", status=OrderStatus.PENDING, price_jpy=None, ship_by=None
    )
    for number, decision in enumerate(OrderDecision, start=5):
        order = f"250-1234567-000000{number}"
        is_open = decision in (OrderDecision.ORDERED, OrderDecision.CANNOT_BE_SOURCED)
        status = OrderStatus.UNSHIPPED if is_open else OrderStatus.SHIPPED
        ordered(rows, seller, order, sku=f"YA-DEC-{number}", status=status, ordered_at=ago(days=2))
        note = "別の出品者から購入" if decision is OrderDecision.BOUGHT else None
        decide(rows, seller, order, decision, note=note, paid_jpy=1_980 if note else None)
    for number in range(100, 180):
        ordered(rows, seller, f"250-1234567-0000{number}", sku="YA-OLD", status=OrderStatus.SHIPPED)


def _found(rows: Rows, order: int) -> None:
    """What a search has found for an order whose source is gone."""
    for number, (price, postage) in enumerate(((6_900, 0), (7_200, None))):
        title = f"キヤノン EOS Kiss M ボディ ブラック{' 元箱付き' * number}"
        found(rows, order, f"m8000000{number}", price, postage, title, jpeg=_photo(number))


def photograph(engine: Engine, folder: Path, listing: int) -> None:
    """Save a picture of this listing where the pages look for it."""
    with engine.begin() as connection:
        seller = connection.execute(select(tables.listings.c.user_id).where(tables.listings.c.id == listing)).scalar()
    path = folder / str(seller) / "1.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(_png(320, 240))
    Rows(engine).add(tables.listing_pictures, listing_id=listing, slot=0, path=f"{seller}/1.png")


def _png(width: int, height: int) -> bytes:
    """A grey picture that gets darker downwards."""
    lines = b"".join(b"\0" + bytes([220 - 120 * line // height]) * width for line in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def _photo(number: int) -> bytes:
    """Return a JPEG of something for sale."""
    return photo.photograph(Subject(1, number, "camera", 2), photo.Shot("a", "b"))


def _runs(rows: Rows, seller: int) -> None:
    run = rows.run(2, outcome="running", phase="checking", ended_at=None, planned=4000, checked=2360, withdrawn=31)
    newest = (tables.run_heads.c.operation == "check", tables.run_heads.c.marketplace == "yahoo")
    rows.change(update(tables.run_heads).where(*newest).values(generation=2, run_id=run))
    rows.add(tables.run_sellers, run_id=run, user_id=seller, planned=60, seen=38, checked=38, fallen=3)
    rows.run(1, marketplace="mercari", started_at=ago(hours=12), ended_at=ago(hours=11), planned=900, checked=900)
    for generation, hours in ((-1, 72), (0, 36)):
        before = rows.run(generation, started_at=ago(hours=hours), ended_at=ago(hours=hours - 1), checked=4000)
        rows.add(
            tables.run_sellers, run_id=before, user_id=seller, planned=60, seen=58, checked=58, fallen=generation + 2
        )
    for user_id in (0, seller):
        rows.coverage(60, 56, user_id=user_id, unseen=2)
        rows.coverage(900, 899, user_id=user_id, marketplace="mercari")
    hold = rows.hold(run, user_id=None, reason=TooManyFalls(30, 60))
    source = rows.source("x6000001", state="sold", reason="won")
    rows.listing(seller, source, "YA-HELD", title="保留中の出品", hold_id=hold)
    _hold_of_prices(rows, seller, run)
    rows.add(
        tables.pool_status,
        pool="checker-yahoo",
        settings_key="INVCHK_YAHOO_WORKER",
        mode="auto",
        wanted_min=1,
        wanted_max=5,
        min=1,
        max=5,
        reasons="",
        current=2,
        desired=2,
        ready=2,
        backlog=1640,
        lag=12,
        lowest=1,
        highest=24,
        partitions=12,
        affordable=8,
        per_replica=2000,
        revision=0,
        seen_at=ago(seconds=4),
    )


def _hold_of_prices(rows: Rows, seller: int, run: int) -> None:
    """A price that would fall by nine tenths, one that would rise, and one that asks for no change any more."""
    for key, value in {"REPRICING": "follow", "CREATE_PROFIT_PERCENT": "20"}.items():
        rows.add(tables.seller_settings, user_id=seller, key=key, value=value, updated_at=ago(days=1), updated_by="x")
    hold = rows.hold(run, user_id=seller, kind="prices", reason=TooManyPrices(30, 60))
    kept = {"hold_id": hold, "held_at": ago(minutes=4), "least_price_jpy": 500, "most_price_jpy": 40_000}
    for number, price in enumerate((748, 14_200, None)):
        source = rows.source(f"x610000{number}", price_jpy=price, postage_jpy=0)
        rows.listing(
            seller, source, f"YA-PRICED-{number}", title=GOODS[number], offer_price_jpy=19_800 - number, **kept
        )


def _on_sale(rows: Rows, seller: int) -> None:
    for number in range(60):
        source = rows.source(f"x10{number:05}", title=GOODS[number % 4], price_jpy=3_000 + 731 * number)
        title = f"{GOODS[number % 4]} MX-{number:03}"
        known = {"title": title, "asin": "B0ABCDEF12", "changed_at": ago(minutes=9 * number)}
        listing = rows.listing(seller, source, f"YA-{number:05}", **known)
        put_back = {"quantity_before": 0, "quantity_after": 1, "reason": PutBack("seller001")}
        if number < 52:  # two of them are on their way again
            revision = 1 if number < 50 else 2
            rows.event(listing, "restored", user_id=seller, at=PUT_BACK_AT, revision=revision, **put_back)
        if number in (50, 51):
            rows.change(update(tables.listings).where(tables.listings.c.id == listing).values(revision=2))


def _in_other_states(rows: Rows, seller: int) -> None:
    sold = rows.source("x2000001", state="sold", reason="won", price_jpy=5_600)
    rows.listing(seller, sold, "YA-EXPOSED", title="在庫切れのまま販売中", quantity=0, revision=2, pushed_quantity=1)
    rows.listing(seller, sold, "YA-EVIL", title=EVIL, quantity=1)
    rows.listing(
        seller, sold, "YA-REFUSED", title="Amazonが拒否した出品", push_problem=AmazonRefused("90244: invalid price")
    )
    rows.listing(
        seller, rows.source("m10000000001", marketplace="mercari"), "ME-DRAFT", marketplace="mercari", listed=False
    )


def _differing(rows: Rows, seller: int) -> None:
    source = rows.source("x7000001")
    known = {"push_failed_revision": 1, "title": GOODS[1]}
    away = {"quantity": 0, "pushed_quantity": 1, "pushed_revision": 0, "push_problem": NotShown(1)}
    rows.listing(seller, source, "YA-ABOVE", **known, **away, differs_since=ago(minutes=12))
    other = {"quantity": 2, "pushed_revision": 0, "pushed_quantity": 0, "push_problem": NotShown(0)}
    rows.listing(seller, source, "YA-OTHER", **known, **other, differs_since=ago(hours=1))
    not_sold = NotForSale("商品の詳細ページに必須の情報が不足しているため、検索対象外です。", "18320")
    rows.listing(seller, source, "YA-NOT-SOLD", **known, push_problem=not_sold, differs_since=ago(hours=30))
    unknown = UnknownSku("SKU 'YA-UNKNOWN' not found in marketplace A1VC38T7YXB528", "NOT_FOUND")
    rows.listing(seller, source, "YA-UNKNOWN", **known, orphan=True, push_problem=unknown, differs_since=ago(days=4))
    sold = rows.listing(seller, source, "YA-BOUGHT", title=GOODS[2], quantity=0, verified_at=ago(hours=2))
    seen = {"user_id": seller, "quantity_before": 1, "quantity_after": 0, "reason": ChangedAtAmazon(0)}
    rows.event(sold, "changed_at_amazon", at=ago(hours=2), **seen)


def _withdrawn(rows: Rows, seller: int) -> int:
    story = 0
    for number in range(3):
        source = rows.source(f"x300000{number}", state="sold", reason="won", price_jpy=8_800, title=GOODS[number])
        proof = rows.evidence(source, extract="auctionId=x3000000 status=closed bids=7 isClosed=1 hasWinner=1")
        listing = rows.listing(
            seller,
            source,
            f"YA-DOWN-{number}",
            title=f"{GOODS[number]} 元箱付き",
            quantity=0,
            searching=True,
            first_price_jpy=8_800,
            withdrawn_at=ago(hours=3),
            searched_at=ago(hours=2),
            revision=2,
            pushed_revision=2,
            pushed_quantity=0,
            verified_at=ago(hours=3),
        )
        mine = {"user_id": seller, "revision": 2, "quantity_before": 1, "quantity_after": 0}
        rows.event(
            listing,
            "withdrawn",
            at=ago(hours=3),
            reason=SourceSeen(State.SOLD, Reason.WON),
            run_id=1,
            evidence_id=proof,
            **mine,
        )
        rows.event(listing, "push_accepted", at=ago(hours=3) + timedelta(minutes=3), **mine)
        rows.event(
            listing, "proposed", at=ago(hours=2), user_id=seller, reason=ReplacementWaits(Marketplace.YAHOO, "x4000000")
        )
        found = {"marketplace": "yahoo", "url": "https://auctions.example/x4", "title": f"{GOODS[number]} 美品"}
        rows.source(f"x400000{number}", seller_id="shop_4711", price_jpy=7_980, condition_code=3)
        replacement = rows.add(
            tables.revivals,
            **found,
            item_id=f"x400000{number}",
            price_jpy=7_980 + 900 * number,
            listing_id=listing,
            user_id=seller,
            state="proposed",
            old_source_item_id=source,
            at=ago(hours=2),
        )
        if number:  # of the first no picture was at hand
            rows.add(tables.revival_pictures, listing_id=listing, revival_id=replacement, jpeg=_photo(number))
            sent = {"way": "slack", "shown": f"yahoo x400000{number}", "created_at": ago(hours=1)}
            whose = {"user_id": seller, "listing_id": listing, "revival_id": replacement}
            rows.add(
                tables.decision_links, **sent, **whose, token_hash=hashed(f"link-{number}"), expires_at=ago(hours=-47)
            )
        for place, (by, reason) in enumerate(
            (
                ("price", PriceAboveLimit(12_800, 8_800)),
                ("rating", RatingTooLow(71, 80)),
                (None, None),
            )
        ):
            item = f"x400000{number}" if by is None else f"x50000{number}{place}"
            rows.add(
                tables.revival_candidates,
                **found,
                item_id=item,
                price_jpy=7_980,
                listing_id=listing,
                searched_at=ago(hours=2),
                refused_by=by,
                reason=reason,
                **SEEN[number] if by is None else REFUSED,
            )
        story = story or listing
    return story


def _job(rows: Rows, seller: int, kind: str, state: str, **values: object) -> None:
    numbers = dict.fromkeys(("done", "made", "left_out", "wrong", "turn", "fence", "attempts"), 0)
    ended = {} if state == "running" else {"ended_at": ago(minutes=50)}
    given = {
        "user_id": seller,
        "kind": kind,
        "state": state,
        "phase": "searching" if state == "running" else "ended",
        "arguments": '{"file": "listings-2026.csv"}' if kind == "import" else '{"pages": 3}',
        "cursor": '{"pages": 3}' if kind == "search" else "{}",
        "created_by": "seller001",
        "created_at": ago(hours=1),
        "heartbeat_at": ago(minutes=1),
    }
    job = rows.add(tables.jobs, **numbers | given | ended | values)
    if kind == "search":
        for number, (keyword, part) in enumerate((("ソニー ヘッドホン", "done"), ("ウォークマン", "waiting")), start=1):
            rows.add(
                tables.job_queries,
                job_id=job,
                number=number,
                given=keyword,
                marketplace="yahoo",
                keyword=keyword,
                conditions="",
                state=part,
                page=number,
                made=12,
                tries=0,
            )
    else:
        for number, (field, problem) in enumerate(
            (("marketplace", "expected yahoo or mercari, not 'ebay'"), ("sku", "is empty")), start=1
        ):
            rows.add(tables.job_problems, job_id=job, number=number, line=number + 2, field=field, problem=problem)
