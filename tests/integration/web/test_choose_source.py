"""A seller gives a listing another source: it is looked at first, compared, and used as the page has shown both."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update
from tests.integration.web.orders import decide, link, ordered
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import events
from tests.integration.web.site import Browser
from tests.integration.web.test_api import ALL, key_of
from tests.integration.web.test_earnings import term

from mercarich_checker.adapters import doubts_sql
from mercarich_contracts.market import RouteName
from mercarich_contracts.orders import OrderDecision
from mercarich_db import tables
from mercarich_db.engine import reading, run_tx
from mercarich_listings import store
from mercarich_listings.transition import Stage
from mercarich_runs.domain.brake import Doubt
from mercarich_web.listings.feed_kafka import KafkaFeed
from mercarich_web.site.visits import ASKED_BY_PAGES

ADDRESS = "https://jp.mercari.com/item/m22222222222?utm_source=ios&source_location=share"
ITEM = {"market": "mercari", "item": "m22222222222"}
STOPPED: dict[str, Any] = {"quantity": 0, "stopped_at": ago(hours=1), "withdrawn_at": ago(hours=1)}
WITHDRAWN: dict[str, Any] = {"quantity": 0, "withdrawn_at": ago(hours=1)}
PAUSED = WITHDRAWN | {"paused_at": ago(hours=1)}


@pytest.fixture
def ann_id(rows: Rows) -> int:
    user_id = rows.user("ann")
    link(rows, user_id)
    run = rows.run(3, marketplace="mercari")
    head = (tables.run_heads.c.operation == "check", tables.run_heads.c.marketplace == "mercari")
    rows.change(update(tables.run_heads).where(*head).values(generation=3, run_id=run))
    return user_id


def listing(rows: Rows, user_id: int, sku: str = "A-1", **values: Any) -> int:
    source = rows.source("x111111", price_jpy=500, postage_jpy=0)
    return rows.listing(user_id, source, sku, offer_price_jpy=3000, pushed_quantity=values.get("quantity", 1), **values)


def seen(rows: Rows, **values: Any) -> int:
    """An item that a look has just found on sale."""
    just = {"observed_at": datetime.now(UTC), "checked_at": datetime.now(UTC), "price_jpy": 800, "postage_jpy": 0}
    named = {"marketplace": "mercari", "title": "A camera", "seller_id": "shop", "condition_code": 2}
    return rows.source("m22222222222", **just | named | values)


def compared(ann: Browser, listing_id: int) -> str:
    return ann.get(f"/listings/{listing_id}/source?market=mercari&item=m22222222222").text


def use(ann: Browser, listing_id: int, effect: str = "stays_up", **values: str) -> Any:
    shown = {"revision": "1", "source_item_id": "1", "effect": effect, "cost_jpy": "800"}
    return ann.post(f"/listings/{listing_id}/source", **ITEM | shown | values)


def row(engine: Engine, listing_id: int) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(tables.listings).where(tables.listings.c.id == listing_id)).one()


def stage(engine: Engine, listing_id: int) -> Stage:
    with reading(engine) as connection:
        return store.read(connection, [listing_id])[0].stage


def test_a_pasted_address_is_looked_at_before_anything_else(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id)

    sent = ann.post(f"/listings/{listing_id}/source/look", source=ADDRESS)
    page = ann.get(sent.headers["location"]).text

    assert sent.headers["location"] == f"/listings/{listing_id}/source?market=mercari&item=m22222222222"
    assert "It is being looked at" in page
    assert "Use this source" not in page
    assert 'hx-trigger="every 3s"' in page
    with reading(engine) as connection:
        item = tables.source_items.c
        made = connection.execute(select(item.state, item.check_run).where(item.item_id == "m22222222222")).one()
    assert tuple(made) == ("unknown", 1)
    assert [(one.kind, one.reason.item_id) for one in events(engine)] == [("look_wanted", "m22222222222")]
    assert row(engine, listing_id).source_item_id == 1

    assert use(ann, listing_id).status_code == 409, "nothing has seen it on sale"
    assert row(engine, listing_id).source_item_id == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "is no address"),
        ("a camera", "is no address"),
        ("m22222222222", "is no address"),
        ("https://jp.mercari.com/user/profile/1", "is no address"),
    ],
)
def test_what_names_no_item_is_told_beside_the_field(
    ann: Browser, ann_id: int, rows: Rows, given: str, says: str
) -> None:
    listing_id = listing(rows, ann_id)

    refused = ann.post(f"/listings/{listing_id}/source/look", source=given)

    assert refused.status_code == 422
    assert says in refused.text


@pytest.mark.parametrize(
    ("values", "effect", "after"),
    [
        ({}, "stays_up", Stage.ON_SALE),
        ({"searching": True}, "stays_up", Stage.ON_SALE),
        (WITHDRAWN | {"searching": True}, "goes_up", Stage.ON_SALE),
        (WITHDRAWN, "goes_up", Stage.ON_SALE),
        (PAUSED, "goes_up", Stage.ON_SALE),
        (WITHDRAWN | {"orphan": True}, "none", Stage.WITHDRAWN),
        ({"orphan": True}, "none", Stage.ON_SALE),
        (STOPPED, "none", Stage.STOPPED),
        ({"listed": False}, "none", Stage.DRAFT),
    ],
)
def test_each_stage_gets_the_source_and_goes_up_only_if_it_was_watched(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, values: dict[str, Any], effect: str, after: Stage
) -> None:
    listing_id = listing(rows, ann_id, **values)
    new = seen(rows)
    page = compared(ann, listing_id)
    assert f'name="effect" value="{effect}"' in page

    sent = use(ann, listing_id, effect)

    assert (sent.status_code, sent.headers.get("location")) == (303, f"/listings/{listing_id}")
    found = row(engine, listing_id)
    assert (found.source_item_id, found.marketplace, stage(engine, listing_id)) == (new, "mercari", after)
    goes_up = effect == "goes_up"
    assert (found.revision, found.restored_at is not None) == (1 + goes_up, goes_up), "pushed with a fresh look only"
    told = events(engine)
    assert [one.kind for one in told] == ["source_chosen", *(["restored"] if goes_up else [])]
    assert (told[0].reason.person, told[0].reason.old_item_id, told[0].reason.item_id) == (
        "ann",
        "x111111",
        "m22222222222",
    )
    assert (
        "m22222222222 (Mercari), 800 yen in place of x111111 (Yahoo! Auctions)"
        in ann.get(f"/listings/{listing_id}").text
    )
    done = tables.audit_log.c
    with reading(engine) as connection:
        audit = connection.execute(select(done.subject, done.detail).order_by(done.id.desc()).limit(1)).one()
    assert tuple(audit) == ("A-1", "yahoo x111111 to mercari m22222222222")


@pytest.mark.parametrize(
    ("values", "effect", "quantity", "woken"),
    [
        ({}, "stays_up", 1, [True]),
        (WITHDRAWN, "goes_up", 1, [True]),
        (STOPPED, "none", 0, []),
        ({"orphan": True}, "none", 1, [True]),
        ({"listed": False}, "none", 5, []),
    ],
)
def test_one_item_is_not_offered_five_times(
    ann: Browser,
    ann_id: int,
    rows: Rows,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, Any],
    effect: str,
    quantity: int,
    woken: list[bool],
) -> None:
    """As with a replacement; a draft keeps what its seller gave it."""
    heard: list[bool] = []
    monkeypatch.setattr(KafkaFeed, "wake", lambda _, user_id, *, restores=False: heard.append(restores))
    is_draft = values.get("listed") is False
    listing_id = listing(rows, ann_id, **{"quantity": 5} | values | {"listing_quantity": 5})
    seen(rows)
    assert ("the offer shows 1 at most" in compared(ann, listing_id)) is not is_draft

    assert use(ann, listing_id, effect).status_code == 303

    found = row(engine, listing_id)
    assert (found.quantity, found.listing_quantity, heard) == (quantity, 5 if is_draft else 1, woken)
    assert found.revision == 1 + bool(woken)
    assert ("the offer shows 1 at most" in ann.get(f"/listings/{listing_id}").text) is not is_draft


def test_a_seller_may_allow_more_pieces(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    """What stays up as it is keeps the time of its revision: feed would take its claim for another quantity's."""
    term(rows, ann_id, "REVIVAL_QUANTITY_CAP", 5)
    listing_id = listing(rows, ann_id, quantity=5, listing_quantity=5)
    before = row(engine, listing_id)
    seen(rows)

    assert use(ann, listing_id).status_code == 303

    after = row(engine, listing_id)
    assert (after.quantity, after.revision, after.changed_at) == (5, before.revision, before.changed_at)


def test_a_hold_of_the_former_source_ends_and_the_offer_does_not_blink(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    hold = rows.hold(1, kind="losses")
    listing_id = listing(rows, ann_id, hold_id=hold, held_at=ago(minutes=5))
    seen(rows)

    assert use(ann, listing_id).status_code == 303

    found = row(engine, listing_id)
    assert (found.hold_id, found.held_at, found.quantity, found.revision) == (None, None, 1, 1)


@pytest.mark.parametrize(
    ("values", "effect", "kinds"),
    [({}, "stays_up", ["source_chosen", "paused"]), (PAUSED, "goes_up", ["source_chosen"])]
    + [(WITHDRAWN | {"searching": on}, "goes_up", ["source_chosen", "paused"]) for on in (True, False)],
)
def test_the_loss_rule_is_obeyed_and_told_before(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, values: dict[str, Any], effect: str, kinds: list[str]
) -> None:
    term(rows, ann_id, "LOSS_RULE", "take_down")
    listing_id = listing(rows, ann_id, **values)
    seen(rows, price_jpy=2900)

    assert "The offer is paused with it" in compared(ann, listing_id)
    assert use(ann, listing_id, effect, cost_jpy="2900").status_code == 303

    assert (stage(engine, listing_id), row(engine, listing_id).quantity) == (Stage.PAUSED, 0)
    assert [one.kind for one in events(engine)] == kinds


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"state": "sold"}, "is not on sale: sold"),
        ({"state": "gone"}, "is not on sale"),
        ({"observed_at": ago(minutes=16)}, "was not seen on sale in the last 15 minutes"),
        ({"state": "unknown", "observed_at": None, "checked_at": None}, "was not seen on sale"),
        ({"state": "unknown", "observed_at": None, "check_problem": "blocked"}, "was not seen on sale"),
        ({"price_jpy": 801}, "costs 801 yen with postage by now, and not 800 yen"),
    ],
)
def test_what_went_or_got_dearer_between_look_and_use_is_refused(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, values: dict[str, Any], says: str
) -> None:
    listing_id = listing(rows, ann_id)
    seen(rows, **values)

    refused = use(ann, listing_id)

    assert refused.status_code == 409
    assert says in refused.text
    assert (row(engine, listing_id).source_item_id, events(engine)) == (1, [])


@pytest.mark.parametrize(
    "meanwhile", [{"revision": "2"}, {"source_item_id": "7"}, {"effect": "none"}, {"effect": "goes_up"}]
)
def test_a_listing_that_changed_since_the_page_is_refused(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, meanwhile: dict[str, str]
) -> None:
    listing_id = listing(rows, ann_id)
    seen(rows)

    refused = use(ann, listing_id, **{"effect": "stays_up"} | meanwhile)

    assert refused.status_code == 409
    assert "A-1 has changed since you opened the page" in refused.text
    assert row(engine, listing_id).source_item_id == 1


def test_of_two_tabs_the_second_is_told_what_the_first_did(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id)
    other = rows.listing(ann_id, rows.source("x333333"), "B-1")
    seen(rows)
    use(ann, listing_id)

    again, on_other = use(ann, listing_id), use(ann, other, source_item_id="2")

    assert (again.status_code, on_other.status_code) == (409, 409)
    assert "its source is m22222222222" in again.text
    assert "Use this source" not in again.text
    assert "your SKU A-1 already has this source" in on_other.text
    looked = ann.post(f"/listings/{other}/source/look", source=ADDRESS)
    assert (looked.status_code, "your SKU A-1 already has this source" in looked.text) == (422, True)
    assert len(events(engine)) == 1


def test_listings_that_share_the_former_source_and_proposals(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    """Others keep the source; what waited for a person's word on this listing has lapsed."""
    listing_id = listing(rows, ann_id, **WITHDRAWN | {"searching": True})
    other = rows.listing(ann_id, 1, "B-1")
    seen(rows)
    for one in (listing_id, other):
        waits = {"listing_id": one, "user_id": ann_id, "state": "proposed", "marketplace": "yahoo", "item_id": "x9"}
        found = rows.add(tables.revivals, **waits, url="https://x", old_source_item_id=1, at=ago(minutes=5))
        rows.add(tables.revival_pictures, listing_id=one, revival_id=found, jpeg=b"x")

    use(ann, listing_id, "goes_up")

    assert (row(engine, other).source_item_id, row(engine, other).revision) == (1, 1)
    with reading(engine) as connection:
        states = connection.execute(select(tables.revivals.c.state).order_by(tables.revivals.c.id)).scalars().all()
        pictured = connection.execute(select(tables.revival_pictures.c.listing_id)).scalars().all()
    assert (states, pictured) == (["lapsed", "proposed"], [other])


def test_excluded_sellers_and_words_are_told_and_not_refused(ann: Browser, ann_id: int, rows: Rows) -> None:
    listing_id = listing(rows, ann_id)
    seen(rows)
    rows.add(tables.excluded_sellers, user_id=ann_id, marketplace="mercari", seller_id="shop")
    rows.add(tables.excluded_words, user_id=ann_id, word="camera")

    page = compared(ann, listing_id)

    assert "You have excluded this seller" in page
    assert "a word that you have excluded: camera" in page
    assert use(ann, listing_id).status_code == 303


def test_what_is_being_deleted_gets_no_other_source(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    listing_id = listing(rows, ann_id, **WITHDRAWN | {"listed": False})
    removal = {"listing_id": listing_id, "user_id": ann_id, "wanted_at": ago(minutes=1), "attempts": 0}
    rows.add(tables.listing_removals, **removal)
    seen(rows)

    for refused in (use(ann, listing_id, "none"), ann.post(f"/listings/{listing_id}/source/look", source=ADDRESS)):
        assert "A-1 is being deleted" in refused.text
    assert row(engine, listing_id).source_item_id == 1


def test_without_a_trusted_check_nothing_is_looked_at(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    listing_id = listing(rows, ann_id)
    rows.change(update(tables.runs).values(phase="held", outcome="running"))

    refused = ann.post(f"/listings/{listing_id}/source/look", source=ADDRESS)

    assert (refused.status_code, events(engine)) == (422, [])
    assert "nothing is looked at by hand at Mercari now" in refused.text


def test_what_a_wrong_route_shows_is_not_looked_at_and_the_page_tells_why(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id)
    rows.change(update(tables.runs).values(phase="held", outcome="running"))
    run_tx(engine, lambda connection: doubts_sql.write(connection, 1, {RouteName.MERCARI_SHOPS: Doubt.WRONG}))

    product = "https://jp.mercari.com/shops/product/2JHxNpDcYgWvQmRtZkB7sf"
    refused = ann.post(f"/listings/{listing_id}/source/look", source=product)
    told = events(engine)
    taken = ann.post(f"/listings/{listing_id}/source/look", source=ADDRESS)

    assert (refused.status_code, told) == (422, [])
    assert "looks by hand at Mercari Shops wait: what the marketplace shows there is wrong" in refused.text
    assert (taken.status_code, len(events(engine))) == (303, 1)


def test_a_day_has_a_bound(ann: Browser, ann_id: int, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mercarich_web.listings.sql.looks.LOOKS_A_DAY", 1)
    listing_id = listing(rows, ann_id)
    rows.event(listing_id, "look_wanted", user_id=ann_id, at=ago(hours=2))

    refused = ann.post(f"/listings/{listing_id}/source/look", source=ADDRESS)

    assert (refused.status_code, "looks by hand of the last 24 hours are used up" in refused.text) == (422, True)


def test_a_program_has_it_looked_at_and_uses_it_as_it_was_shown(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id, quantity=5, listing_quantity=5)
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    address = f"/api/v1/listings/{listing_id}/source"
    looked = ann.client.post(f"{address}/look", json={"source": ADDRESS}, headers=key).json()
    assert (looked["finding"], looked["effect"]) == ("looking", "stays_up")
    rows.change(
        update(tables.source_items)
        .where(tables.source_items.c.item_id == "m22222222222")
        .values(state="available", observed_at=datetime.now(UTC), price_jpy=800, postage_jpy=100, check_run=None)
    )

    found = ann.client.post(f"{address}/look", json={"source": ADDRESS}, headers=key).json()
    assert (found["finding"], found["cost_jpy"], found["other"]["profit_jpy"]) == ("on_sale", 900, 1650)
    assert found["pieces"] == 1
    wish = {name: found[name] for name in ("revision", "source_item_id", "effect")}
    wish |= {"marketplace": "mercari", "item_id": "m22222222222"}
    dearer = ann.client.post(address, json=wish | {"cost_jpy": 899}, headers=key)
    used = ann.client.post(address, json=wish | {"cost_jpy": 900}, headers=key)

    assert (dearer.status_code, dearer.json()["detail"][:29]) == (409, "m22222222222 costs 900 yen wi")
    assert (used.status_code, used.json()) == (200, {"sku": "A-1", "outcome": "stays_up"})
    assert [(one.kind, one.reason.person) for one in events(engine)] == [
        ("look_wanted", "ann (API)"),
        ("source_chosen", "ann (API)"),
    ]


def test_an_item_that_is_kept_for_an_open_order_is_refused(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    """An offer with it would sell once more what the order's buyer has bought already."""
    listing_id = listing(rows, ann_id)
    gone = rows.source("x999", state="sold", observed_at=ago(minutes=5), checked_at=ago(minutes=5))
    order = ordered(rows, ann_id, "O-1", source_item_id=gone, sku="Z-9")
    kept = {"source_item_id": seen(rows), "title": "A camera", "seen_at": ago(minutes=3), "price_jpy": 800}
    rows.add(tables.order_replacements, order_item_id=order, postage_jpy=0, landed_jpy=800, **kept)

    refused = use(ann, listing_id)

    page = compared(ann, listing_id)
    assert ("for your open order O-1" in page, "Use this source" in page) == (True, False)
    assert (refused.status_code, "for your open order O-1" in refused.text) == (409, True)
    assert (row(engine, listing_id).source_item_id, events(engine)) == (1, [])
    decide(rows, ann_id, "O-1", OrderDecision.CANNOT_BE_SOURCED)
    assert use(ann, listing_id).status_code == 303, "nothing is kept for an order that is decided"


@pytest.mark.parametrize("of_other_seller", [False, True])
def test_an_item_that_an_open_order_is_to_be_bought_with_is_refused(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, of_other_seller: bool
) -> None:
    """A-1's order needs its first source, also after A-1 has another one."""
    listing_id = listing(rows, ann_id)
    item, buyer_of = seen(rows), ann_id
    if of_other_seller:
        buyer_of = rows.user("bob")
        link(rows, buyer_of)
    ordered(rows, buyer_of, "O-1", source_item_id=item, sku="B-1")

    refused = use(ann, listing_id)

    assert refused.status_code == (303 if of_other_seller else 409)
    assert ("for your open order O-1" in refused.text) is not of_other_seller
    assert (row(engine, listing_id).source_item_id == item) is of_other_seller


def test_an_item_that_is_the_sku_of_another_listing_is_refused(ann: Browser, ann_id: int, rows: Rows) -> None:
    """A search takes none such, either: the listing was made for this item, and may go back to it."""
    listing_id = listing(rows, ann_id)
    rows.listing(ann_id, rows.source("x333333"), "m22222222222")
    seen(rows)

    refused = use(ann, listing_id)

    assert (refused.status_code, "your SKU m22222222222 already has this source" in refused.text) == (409, True)


def test_a_listing_goes_back_to_the_item_that_its_sku_names(ann: Browser, ann_id: int, rows: Rows) -> None:
    listing_id = listing(rows, ann_id, "m22222222222")
    seen(rows)

    assert use(ann, listing_id).status_code == 303


def test_undo_leaves_what_got_another_source_since(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    """The undone stop would put up, without a look before the push, a source that nobody watches."""
    listing_id = listing(rows, ann_id)
    assert ann.post("/listings/apply", action="stop_watching", everything="true").status_code == 303
    at = next(one for one in events(engine) if one.kind == "stopped").at
    seen(rows, observed_at=ago(minutes=14), checked_at=ago(minutes=14))
    assert use(ann, listing_id, "none", revision="2").status_code == 303

    ann.post("/listings/undo", at=at.isoformat(), back="/listings")

    assert (stage(engine, listing_id), row(engine, listing_id).quantity) == (Stage.STOPPED, 0)
    assert [one.kind for one in events(engine)] == ["stopped", "source_chosen"]


@pytest.mark.parametrize(
    ("later", "says"),
    [({"check_problem": "blocked"}, "The look found out nothing"), ({"check_run": 1}, "It is being looked at")],
)
def test_a_later_look_that_told_nothing_yet_counts_more_than_an_older_one(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, later: dict[str, Any], says: str
) -> None:
    listing_id = listing(rows, ann_id)
    lately = datetime.now(UTC) - timedelta(minutes=10)
    seen(rows, observed_at=lately, checked_at=lately, **later)

    page = compared(ann, listing_id)

    assert (says in page, "Just seen on sale" in page, "Use this source" in page) == (True, False, False)
    assert use(ann, listing_id).status_code == 409
    assert row(engine, listing_id).source_item_id == 1


def test_an_old_item_that_a_check_has_planned_is_looked_at_first_when_asked_for(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    """Its turn in a large check may be hours away."""
    listing_id = listing(rows, ann_id)
    item = seen(rows, observed_at=ago(hours=2), checked_at=ago(hours=2), check_run=1, check_rank=7)
    planned = compared(ann, listing_id)
    assert ("It was on sale when it was last seen" in planned, "is being looked at" in planned) == (True, False)

    ann.post(f"/listings/{listing_id}/source/look", source=ADDRESS)

    assert "It is being looked at" in compared(ann, listing_id)
    with reading(engine) as connection:
        rank = select(tables.source_items.c.check_rank).where(tables.source_items.c.id == item)
        assert connection.execute(rank).scalar_one() == 0
    assert [one.kind for one in events(engine)] == ["look_wanted"]
    assert "A look at another item was requested" in ann.get(f"/listings/{listing_id}").text


def test_what_a_worker_has_begun_with_is_left_to_it(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    listing_id = listing(rows, ann_id)
    old = {"observed_at": ago(hours=2), "checked_at": ago(hours=2)}
    seen(rows, **old, check_run=1, check_rank=7, check_attempts=1, check_not_before=ago(minutes=-2))

    ann.post(f"/listings/{listing_id}/source/look", source=ADDRESS)

    assert "It is being looked at" in compared(ann, listing_id)
    assert events(engine) == []


@pytest.mark.parametrize("outcome", ["superseded", "failed"])
def test_a_look_of_a_run_that_has_ended_is_not_waited_for(ann: Browser, ann_id: int, rows: Rows, outcome: str) -> None:
    listing_id = listing(rows, ann_id)
    run = rows.run(2, marketplace="mercari", outcome=outcome)
    seen(rows, observed_at=ago(hours=2), checked_at=ago(hours=2), check_run=run)

    page = compared(ann, listing_id)
    assert ("Look at it again" in page, "hx-trigger" in page.split('id="compared"')[1]) == (True, False)

    ann.post(f"/listings/{listing_id}/source/look", source=ADDRESS)
    assert "It is being looked at" in compared(ann, listing_id)


def test_a_planned_look_does_not_overrule_what_was_just_seen(ann: Browser, ann_id: int, rows: Rows) -> None:
    """A large check may come to it in hours; nobody has asked for that look."""
    listing_id = listing(rows, ann_id)
    seen(rows, check_run=1, check_rank=7)

    page = compared(ann, listing_id)

    assert ("Just seen on sale" in page, "hx-trigger" in page.split('id="compared"')[1]) == (True, False)
    assert use(ann, listing_id).status_code == 303


@pytest.mark.parametrize(
    ("values", "effect", "after", "told"),
    [
        (PAUSED, "goes_up", Stage.PAUSED, True),
        (WITHDRAWN, "goes_up", Stage.PAUSED, True),
        ({}, "stays_up", Stage.ON_SALE, False),
    ],
)
def test_what_is_down_does_not_go_up_at_a_loss_by_the_counted_postage(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, values: dict[str, Any], effect: str, after: Stage, told: bool
) -> None:
    """As of replacements; what is up is taken down only by what is certain."""
    term(rows, ann_id, "LOSS_RULE", "take_down")
    term(rows, ann_id, "REVIVAL_UNKNOWN_POSTAGE_JPY", 1500)
    listing_id = listing(rows, ann_id, **values)
    seen(rows, price_jpy=2000, postage_jpy=None)

    assert ("The offer is paused with it" in compared(ann, listing_id)) is told
    assert use(ann, listing_id, effect, cost_jpy="2000").status_code == 303

    assert stage(engine, listing_id) is after


@pytest.mark.parametrize(
    ("price", "values", "effect", "says"),
    [
        (800, {}, "stays_up", "has another source, and stays on sale"),
        (800, WITHDRAWN, "goes_up", "has another source, and goes up: this was seen on sale in the last 15 minutes"),
        (800, STOPPED, "none", "has another source."),
        (2900, {}, "stays_up", "has another source, and is paused"),
        (2900, WITHDRAWN, "goes_up", "has another source, and is paused"),
        (2900, PAUSED, "goes_up", "has another source, and is paused"),
        (2900, STOPPED, "none", "has another source."),
    ],
)
def test_the_page_says_afterwards_what_happened(
    ann: Browser, ann_id: int, rows: Rows, price: int, values: dict[str, Any], effect: str, says: str
) -> None:
    term(rows, ann_id, "LOSS_RULE", "take_down")
    listing_id = listing(rows, ann_id, **values)
    seen(rows, price_jpy=price)

    sent = use(ann, listing_id, effect, cost_jpy=str(price))

    assert f"A-1 {says}" in ann.get(sent.headers["location"]).text


def test_the_page_asks_by_itself_only_while_it_is_looked_at(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine
) -> None:
    listing_id = listing(rows, ann_id)
    part = f"/listings/{listing_id}/source/part?market=mercari&item=m22222222222"
    ann.post(f"/listings/{listing_id}/source/look", source=ADDRESS)

    assert f'hx-get="{part.replace("&", "&amp;")}" hx-trigger="every 3s"' in compared(ann, listing_id)
    waiting = ann.get(part)
    assert (waiting.status_code, "hx-trigger" in waiting.text, "<html" in waiting.text) == (200, True, False)
    of_item = update(tables.source_items).where(tables.source_items.c.item_id == "m22222222222")
    rows.change(of_item.values(check_run=None, check_problem="blocked"))
    assert ("found out nothing" in ann.get(part).text, "hx-trigger" in ann.get(part).text) == (True, False)
    rows.change(of_item.values(state="available", observed_at=datetime.now(UTC), price_jpy=800, check_problem=None))
    assert ("Use this source" in ann.get(part).text, "hx-trigger" in ann.get(part).text) == (True, False)
    assert "/listings/{listing_id}/source/part" in ASKED_BY_PAGES, "an unattended page does not keep the session alive"


def test_without_an_amazon_account_nothing_is_looked_at(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    """As with Check now: who takes no part in runs has nothing looked at."""
    listing_id = listing(rows, ann_id, listed=False)
    rows.change(delete(tables.amazon_accounts))

    refused = ann.post(f"/listings/{listing_id}/source/look", source=ADDRESS)

    assert (refused.status_code, "link your Amazon account first" in refused.text) == (422, True)
    assert events(engine) == []


def test_looks_that_are_asked_for_at_once_stay_in_the_bound_of_a_day(
    ann: Browser, ann_id: int, rows: Rows, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mercarich_web.listings.sql.looks.LOOKS_A_DAY", 2)
    listing_id = listing(rows, ann_id)

    def look(number: int) -> int:
        source = f"https://jp.mercari.com/item/m3333333333{number}"
        return ann.post(f"/listings/{listing_id}/source/look", source=source).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(look, range(6)))

    assert (statuses, len(events(engine))) == ([303, 303, 422, 422, 422, 422], 2)


def test_an_item_whose_price_is_not_known_is_refused(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    listing_id = listing(rows, ann_id)
    seen(rows, price_jpy=None)

    refused = use(ann, listing_id)

    assert (refused.status_code, "no look has told its price" in refused.text) == (409, True)
    assert "Use this source" not in compared(ann, listing_id)
    assert row(engine, listing_id).source_item_id == 1


def test_a_program_must_say_which_cost_it_was_shown(ann: Browser, ann_id: int, rows: Rows, engine: Engine) -> None:
    """Without it, nothing would refuse what became dearer meanwhile."""
    listing_id = listing(rows, ann_id)
    seen(rows, price_jpy=99_999)
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    wish = {"marketplace": "mercari", "item_id": "m22222222222", "revision": 1, "source_item_id": 1}

    refused = ann.client.post(f"/api/v1/listings/{listing_id}/source", json=wish | {"effect": "stays_up"}, headers=key)

    assert (refused.status_code, row(engine, listing_id).source_item_id) == (422, 1)
