"""Prices that follow their source: bounds on the page, in the API and in files, stopped, resumed and taken back."""

import csv
from collections.abc import Sequence
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Engine, select
from tests.integration.web.conftest import Mercarich
from tests.integration.web.operating.test_sellers_and_tokens import link_amazon
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser
from tests.integration.web.test_api import ALL, key_of
from tests.integration.web.test_earnings import offer

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_reasons.push import AmazonRefused
from mercarich_reasons.repricing import PriceBoundsCrossed, PriceChangedElsewhere, PriceFollows, Reached
from mercarich_web.listings.csv_rows import read_row


def row(engine: Engine, listing_id: int) -> Any:
    with reading(engine) as connection:
        return connection.execute(tables.listings.select().where(tables.listings.c.id == listing_id)).one()


def wish(engine: Engine, listing_id: int) -> Any:
    with reading(engine) as connection:
        mine = tables.repricings.c.listing_id == listing_id
        return connection.execute(select(tables.repricings).where(mine)).one_or_none()


def changed(rows: Rows, user_id: int, listing_id: int, **more: Any) -> None:
    """Amazon has had 1,000 yen in place of 900 for an hour."""
    values = {"listing_id": listing_id, "user_id": user_id, "revision": 1, "from_jpy": 900, "to_jpy": 1000}
    values |= {"asked_at": ago(hours=2), "state": "shown", "attempts": 1, "ended_at": ago(hours=1)}
    rows.add(tables.repricings, **values | more)


def kinds(engine: Engine, listing_id: int) -> list[str]:
    event = tables.listing_events.c
    with reading(engine) as connection:
        found = connection.execute(select(event.kind).where(event.listing_id == listing_id).order_by(event.id))
        return [one.kind for one in found]


def test_the_bounds_are_set_and_ended_on_the_page(engine: Engine, rows: Rows, ann: Browser, ann_id: int) -> None:
    listing_id = offer(rows, ann_id, "A", 1000, 700, 0)
    ann.post(f"/listings/{listing_id}/prices", least_price_jpy="900", most_price_jpy="1200")
    assert (row(engine, listing_id).least_price_jpy, row(engine, listing_id).most_price_jpy) == (900, 1200)
    assert 'value="1200"' in ann.get(f"/listings/{listing_id}").text

    ann.post(f"/listings/{listing_id}/prices", least_price_jpy="1300", most_price_jpy="1200")
    assert row(engine, listing_id).least_price_jpy == 900, "the lowest is above the highest"
    ann.post(f"/listings/{listing_id}/prices/end")
    assert row(engine, listing_id).least_price_jpy is None


def test_what_stopped_is_told_and_resumed(engine: Engine, rows: Rows, ann: Browser, ann_id: int) -> None:
    listing_id = offer(rows, ann_id, "A", 1000, 700, 0)
    changed(rows, ann_id, listing_id, stopped_at=ago(hours=1), stop_reason=PriceChangedElsewhere(1000, 950))
    assert "Amazon has 950 yen, and not 1,000 yen" in ann.get(f"/listings/{listing_id}").text

    ann.post(f"/listings/{listing_id}/prices/resume")
    assert (wish(engine, listing_id).stopped_at, kinds(engine, listing_id)) == (None, ["following_resumed"])
    ann.post(f"/listings/{listing_id}/prices/stop")
    assert wish(engine, listing_id).stopped_at is not None
    assert kinds(engine, listing_id)[-1] == "following_stopped"


def test_those_that_stopped_have_a_view(rows: Rows, ann: Browser, ann_id: int) -> None:
    stopped, other = offer(rows, ann_id, "STOPPED-1", 1000, 700, 0), offer(rows, ann_id, "GOES-ON", 1000, 700, 0)
    changed(rows, ann_id, stopped, stopped_at=ago(hours=1), stop_reason=PriceChangedElsewhere(1000, 950))
    changed(rows, ann_id, other)
    page = ann.get("/listings?view=price_stopped").text
    assert ("STOPPED-1" in page, "GOES-ON" in page) == (True, False)


def test_a_file_has_the_bounds_and_gives_them(engine: Engine, rows: Rows, ann: Browser, ann_id: int) -> None:
    listing_id = offer(rows, ann_id, "A", 1000, 700, 0)
    ann.post(f"/listings/{listing_id}/prices", least_price_jpy="900", most_price_jpy="1200")
    text = ann.get("/listings/export.csv").text.lstrip("\ufeff")
    [cells] = csv.DictReader(text.splitlines())
    assert (cells["least_price"], cells["most_price"]) == ("900", "1200")

    columns = ["sku", "marketplace", "source_id", "least_price", "most_price"]
    read, problems = read_row(columns, ["A", "yahoo", "x1234567890", "800", ""], 2)
    assert read is not None
    assert (read.least_price, read.most_price, problems) == (800, None, [])
    crossed = read_row(columns, ["A", "yahoo", "x1234567890", "800", "700"], 2)
    assert (crossed[0], [one.problem for one in crossed[1]]) == (None, [PriceBoundsCrossed(800, 700)])


def test_a_change_is_taken_back_once_and_stops(engine: Engine, rows: Rows, ann: Browser, ann_id: int) -> None:
    link_amazon(rows, ann_id, "valid")
    listing_id = offer(rows, ann_id, "A", 1000, 700, 0)
    changed(rows, ann_id, listing_id)
    assert 'name="revision" value="1"' in ann.get(f"/listings/{listing_id}").text
    ann.post(f"/listings/{listing_id}/prices/take_back", revision="1")
    back = wish(engine, listing_id)
    assert (back.from_jpy, back.to_jpy, back.state, back.revision, back.source_item_id) == (
        1000,
        900,
        "waiting",
        2,
        None,
    )
    assert (back.stopped_at is not None, kinds(engine, listing_id)) == (True, ["price_taken_back"])
    refused = ann.post(f"/listings/{listing_id}/prices/take_back", revision="2")
    assert "the price 900 yen of A is on its way; take it back once Amazon has it" in refused.text
    assert wish(engine, listing_id).revision == 2


@pytest.mark.parametrize(
    ("more", "of_offer", "verdict", "said"),
    [
        pytest.param({"revision": 2}, {}, "valid", "was changed again, from 900 yen to 1,000 yen", id="a newer one"),
        pytest.param(
            {"state": "sent", "ended_at": None}, {}, "valid", "the price 1,000 yen of A is on its way", id="on its way"
        ),
        pytest.param({"state": "ended"}, {}, "valid", "has no changed price to take back", id="never made"),
        pytest.param({"from_jpy": 1000}, {}, "valid", "has no changed price to take back", id="no change"),
        pytest.param(
            {"to_jpy": 1100}, {}, "valid", "another price than 1,100 yen since, 1,000 yen", id="another since"
        ),
        pytest.param({}, {"orphan": True}, "valid", "Amazon has no offer A", id="an offer that Amazon does not know"),
        pytest.param({}, {"listed": False, "quantity": 0}, "valid", "Amazon has no offer A", id="a draft"),
        pytest.param({}, {}, "invalid", "Amazon does not accept your authorisation", id="a refused token"),
        pytest.param({}, {}, None, "Amazon does not accept your authorisation", id="no account"),
    ],
)
def test_what_cannot_be_taken_back_has_no_button_and_is_refused_with_why(
    engine: Engine,
    rows: Rows,
    ann: Browser,
    ann_id: int,
    more: dict[str, Any],
    of_offer: dict[str, Any],
    verdict: str | None,
    said: str,
) -> None:
    if verdict is not None:
        link_amazon(rows, ann_id, verdict)
    listing_id = offer(rows, ann_id, "A", 1000, 700, 0)
    rows.change(tables.listings.update().values(**of_offer) if of_offer else tables.listings.update().values(sku="A"))
    changed(rows, ann_id, listing_id, **more)
    seen_before = {"revision": 1}

    page = ann.get(f"/listings/{listing_id}").text
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    address = f"/api/v1/listings/{listing_id}"
    told = ann.client.get(address, headers=key).json()["price"]
    refused = ann.post(f"/listings/{listing_id}/prices/take_back", revision="1")
    by_api = ann.client.post(f"{address}/prices/take_back", params=seen_before, headers=key)

    assert said in unescape(refused.text)
    assert (by_api.status_code, said in by_api.text) == (409, True)
    assert (wish(engine, listing_id).revision, kinds(engine, listing_id)) == (more.get("revision", 1), [])
    is_seen_late = "revision" in more
    assert ("/prices/take_back" in page, told["not_taken_back"] is None) == (is_seen_late, is_seen_late)


def test_the_api_sets_tells_and_stops(engine: Engine, rows: Rows, ann: Browser, ann_id: int) -> None:
    listing_id = offer(rows, ann_id, "A", 1000, 700, 0)
    changed(rows, ann_id, listing_id)
    reason = PriceFollows(900, 1000, 700, 0, 150, 0, 150, Reached.PROFIT)
    rows.event(listing_id, "price_asked", reason=reason)
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    address = f"/api/v1/listings/{listing_id}"
    bounds = ann.client.post(f"{address}/prices", json={"least_price_jpy": 900, "most_price_jpy": None}, headers=key)
    assert (bounds.status_code, bounds.json()) == (200, {"least_price_jpy": 900, "most_price_jpy": None})
    assert ann.client.post(f"{address}/prices/stop", headers=key).json() == {"sku": "A"}

    told = ann.client.get(address, headers=key).json()
    assert (told["offer_price_jpy"], told["least_price_jpy"], told["most_price_jpy"]) == (1000, 900, None)
    assert (told["price"]["to_jpy"], told["price"]["state"]) == (1000, "shown")
    assert told["price"]["stop_reason"]["reason_code"] == "following_stopped_by_hand"


COMING = {"state": "sent", "ended_at": None, "sent_at": ago(minutes=3)}
WAITS = {"state": "waiting", "attempts": 0, "ended_at": None, "problem": AmazonRefused("no such seller", "403")}
STOPPED = {"stopped_at": ago(hours=1), "stop_reason": PriceChangedElsewhere(1000, 950)}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param({}, [], id="nothing to tell"),
        pytest.param(COMING, ["on its way from 900 yen to 1,000 yen: sent"], id="sent"),
        pytest.param(
            WAITS, ["on its way from 900 yen to 1,000 yen: it is about", "no such seller"], id="waits, with its problem"
        ),
        pytest.param(
            STOPPED, ["it follows its source no more since", "Amazon has 950 yen, and not 1,000 yen"], id="stopped"
        ),
        pytest.param(
            COMING | STOPPED,
            ["on its way from 900 yen", "it follows its source no more since", "Amazon has 950 yen"],
            id="on its way back, and stopped",
        ),
    ],
)
def test_explain_the_page_and_the_api_tell_a_price_on_its_way_and_why_it_follows_no_more(
    mercarich: Mercarich, rows: Rows, ann: Browser, ann_id: int, more: dict[str, Any], said: Sequence[str]
) -> None:
    listing_id = offer(rows, ann_id, "A", 1000, 700, 0)
    changed(rows, ann_id, listing_id, **more)
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}

    explained = [one["text"] for one in mercarich.json("explain", "A")["price"]]
    terminal = " ".join(mercarich.page("explain", "A").split())
    page = unescape(ann.get(f"/listings/{listing_id}").text)
    api = [one["text"] for one in ann.client.get(f"/api/v1/listings/{listing_id}", headers=key).json()["price"]["now"]]

    assert len(explained) == len(api) == len(said)
    for one, command, program in zip(said, explained, api, strict=True):
        assert all(one in told for told in (command, program, terminal, page)), one
