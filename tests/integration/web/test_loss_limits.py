"""A listing's own limit of the profit: on its page and in the API, and what the loss rule leaves out."""

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, update
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser
from tests.integration.web.test_api import ALL, key_of
from tests.integration.web.test_earnings import fee, offer, term

from mercarich_contracts.hazards import FIRST_LOOK
from mercarich_db import loss_rules, price_rules, tables
from mercarich_db.clock import utc_now
from mercarich_db.engine import reading, run_tx
from mercarich_listings import listing as life
from mercarich_listings import store
from mercarich_listings.transition import Stage
from mercarich_reasons.earnings import EarnsTooLittle
from mercarich_replacements.earnings import Terms
from mercarich_replacements.fees import Estimate
from mercarich_replacements.loss_stop import LossRule
from mercarich_web.listings.actions import BulkAction
from mercarich_web.listings.choices import Choice
from mercarich_web.listings.sql.actions import SqlBulk
from mercarich_web.refusals import Refused


def _set(rows: Rows, listing_id: int, values: dict[str, Any]) -> None:
    rows.change(update(tables.listings).where(tables.listings.c.id == listing_id).values(values))


def paused(rows: Rows, user_id: int, sku: str = "DEAR") -> int:
    """By the general fee of 15 per cent it would earn -100 yen."""
    listing_id = offer(rows, user_id, sku, 1000, 950, 0)
    down = {"quantity": 0, "paused_at": ago(hours=1), "withdrawn_at": ago(hours=1)}
    _set(rows, listing_id, down)
    return listing_id


def row(engine: Engine, listing_id: int) -> Any:
    with reading(engine) as connection:
        query = tables.listings.select().where(tables.listings.c.id == listing_id)
        return connection.execute(query).one()


def stage(engine: Engine, listing_id: int) -> Stage:
    with reading(engine) as connection:
        return store.read(connection, [listing_id])[0].stage


def test_a_rule_is_the_sellers_own_then_the_general_one(engine: Engine, rows: Rows, ann_id: int) -> None:
    bob = rows.user("bob")
    rows.add(tables.settings, key="LOSS_LEAST_JPY", value="300", updated_at=ago(days=1), updated_by="x")
    term(rows, ann_id, "LOSS_RULE", "take_down")
    term(rows, ann_id, "LOSS_LEAST_PERCENT", 5)
    term(rows, ann_id, "REVIVAL_COSTS", 200)

    with reading(engine) as connection:
        every = price_rules.read(connection)
        each = [loss_rules.of(connection, user_id) for user_id in (ann_id, bob)]

    assert each == [(one.terms, one.loss) for one in (every.of(ann_id), every.of(bob))]
    assert each[0] == (Terms(15.0, 200), LossRule(True, 300, 5.0, 2.0))
    assert each[1] == (Terms(15.0), LossRule(False, 300, 0.0, 2.0))


def test_a_paused_listing_says_why_and_goes_up_by_an_amount_that_was_agreed_to(
    engine: Engine, rows: Rows, ann: Browser, ann_id: int
) -> None:
    term(rows, ann_id, "LOSS_RULE", "take_down")
    listing_id = paused(rows, ann_id)

    page = ann.get(f"/listings/{listing_id}").text
    assert "It is paused" in page
    assert 'name="least_profit_jpy" value="-100"' in page
    assert "DEAR" in ann.get("/listings?view=paused").text
    agreed = ann.post(f"/listings/{listing_id}/limit", least_profit_jpy="-100", put_up="true")

    assert agreed.status_code in (200, 303)
    found = row(engine, listing_id)
    assert (stage(engine, listing_id), found.least_profit_jpy) == (Stage.ON_SALE, -100)
    assert found.restored_at is not None, "its source is looked at before it is pushed"


def test_a_loss_that_grew_meanwhile_is_refused(engine: Engine, rows: Rows, ann: Browser, ann_id: int) -> None:
    listing_id = paused(rows, ann_id)

    refused = ann.post(f"/listings/{listing_id}/limit", least_profit_jpy="-99", put_up="true")

    assert refused.status_code == 409
    assert "-100" in refused.text.replace("−", "-")
    assert (stage(engine, listing_id), row(engine, listing_id).least_profit_jpy) == (Stage.PAUSED, None)


def test_what_is_not_paused_is_not_put_up_and_may_have_a_limit(
    engine: Engine, rows: Rows, ann: Browser, ann_id: int
) -> None:
    listing_id = offer(rows, ann_id, "UP", 1000, 500, 0)

    assert ann.post(f"/listings/{listing_id}/limit", least_profit_jpy="0", put_up="true").status_code == 409
    ann.post(f"/listings/{listing_id}/limit", least_profit_jpy="200")
    assert row(engine, listing_id).least_profit_jpy == 200
    ann.post(f"/listings/{listing_id}/limit/end")
    assert row(engine, listing_id).least_profit_jpy is None


def test_the_loss_that_is_agreed_to_is_by_amazons_estimate(
    engine: Engine, rows: Rows, ann: Browser, ann_id: int
) -> None:
    listing_id = paused(rows, ann_id)
    fee(rows, listing_id, Estimate(70, 0, 1000, ago(days=1)))

    assert 'name="least_profit_jpy" value="-20"' in ann.get(f"/listings/{listing_id}").text
    assert ann.post(f"/listings/{listing_id}/limit", least_profit_jpy="-19", put_up="true").status_code == 409
    ann.post(f"/listings/{listing_id}/limit", least_profit_jpy="-20", put_up="true")

    assert stage(engine, listing_id) is Stage.ON_SALE


@pytest.mark.parametrize(("limit", "status"), [(-1001, 409), (-1000, 200), (1000, 200), (1001, 409)])
def test_a_limit_lies_within_the_offers_price(
    engine: Engine, rows: Rows, ann: Browser, ann_id: int, limit: int, status: int
) -> None:
    listing_id = offer(rows, ann_id, "UP", 1000, 500, 0)
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}

    told = ann.client.post(f"/api/v1/listings/{listing_id}/limit", json={"least_profit_jpy": limit}, headers=key)
    page = ann.post(f"/listings/{listing_id}/limit", least_profit_jpy=str(limit))

    assert told.status_code == status
    assert (page.status_code == 409) == (status == 409)
    assert row(engine, listing_id).least_profit_jpy == (limit if status == 200 else None)
    if status == 409:
        assert told.json()["reason_code"] == "limit_beyond_price"
        assert "give -1,000 yen to 1,000 yen" in told.json()["detail"]


def test_without_a_price_there_is_nothing_to_limit(engine: Engine, rows: Rows, ann: Browser, ann_id: int) -> None:
    listing_id = offer(rows, ann_id, "UP", 1000, 500, 0)
    _set(rows, listing_id, {"offer_price_jpy": None})

    assert 'name="least_profit_jpy"' not in ann.get(f"/listings/{listing_id}").text
    assert ann.post(f"/listings/{listing_id}/limit", least_profit_jpy="0").status_code == 409
    assert row(engine, listing_id).least_profit_jpy is None


def test_a_loss_beyond_the_price_is_not_offered_to_be_agreed_to(rows: Rows, ann: Browser, ann_id: int) -> None:
    listing_id = offer(rows, ann_id, "DEAR", 1000, 1851, 0)
    _set(rows, listing_id, {"quantity": 0, "paused_at": ago(hours=1), "withdrawn_at": ago(hours=1)})

    page = ann.get(f"/listings/{listing_id}").text

    assert "Offer it down to" not in page
    assert "Take this listing down below" in page


def test_the_api_sets_a_limit_and_tells_it(engine: Engine, rows: Rows, ann: Browser, ann_id: int) -> None:
    listing_id = paused(rows, ann_id)
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    path = f"/api/v1/listings/{listing_id}"

    refused = ann.client.post(f"{path}/limit", json={"least_profit_jpy": 0, "put_up": True}, headers=key)
    agreed = ann.client.post(f"{path}/limit", json={"least_profit_jpy": -100, "put_up": True}, headers=key)
    told = ann.client.get(path, headers=key).json()

    assert (refused.status_code, refused.json()["reason_code"]) == (409, "profit_below_limit")
    assert (agreed.status_code, agreed.json()) == (200, {"least_profit_jpy": -100})
    assert (told["stage"], told["least_profit_jpy"], told["paused_at"]) == ("on_sale", -100, None)


def _pause(engine: Engine, listing_id: int) -> None:
    def write(connection: Connection) -> None:
        [up] = store.lock(connection, [listing_id])
        store.save(connection, [life.pause(up, ago(hours=1), EarnsTooLittle(1000, 950, 150, 0, -100, 0, 0))])

    run_tx(engine, write)


def test_the_api_puts_nothing_up_without_an_amount(engine: Engine, rows: Rows, ann: Browser, ann_id: int) -> None:
    listing_id = paused(rows, ann_id)
    _set(rows, listing_id, {"least_profit_jpy": 500})
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}
    wish = {"least_profit_jpy": None, "put_up": True}

    refused = ann.client.post(f"/api/v1/listings/{listing_id}/limit", json=wish, headers=key)

    assert refused.status_code == 422
    assert "give least_profit_jpy with put_up" in refused.text
    assert row(engine, listing_id).least_profit_jpy == 500, "the limit stays"


@pytest.mark.parametrize("action", [BulkAction.WITHDRAW, BulkAction.STOP])
def test_undo_puts_nothing_up_that_the_rule_would_take_down(
    engine: Engine, rows: Rows, ann_id: int, action: BulkAction
) -> None:
    """The source got dearer after the action, and a look for another listing has seen it: the push waits for none."""
    term(rows, ann_id, "LOSS_RULE", "take_down")
    dear, cheap = (offer(rows, ann_id, sku, 1000, 500, 0) for sku in ("DEAR", "CHEAP"))
    bulk = SqlBulk(engine)
    done = bulk.apply(ann_id, action, Choice(ids=[dear, cheap]), "ann", utc_now())
    assert done.changed == 2
    source = row(engine, dear).source_item_id
    rows.change(update(tables.source_items).where(tables.source_items.c.id == source).values(price_jpy=950))

    assert bulk.undo(ann_id, done.at, "ann", utc_now()) == 2

    assert [stage(engine, each) for each in (dear, cheap)] == [Stage.PAUSED, Stage.ON_SALE]


@pytest.mark.parametrize("action", [BulkAction.WITHDRAW, BulkAction.STOP])
def test_undo_pauses_what_was_paused(engine: Engine, rows: Rows, ann_id: int, action: BulkAction) -> None:
    """Its source is there: nothing else is searched for, and the next looks may put it up again."""
    term(rows, ann_id, "LOSS_RULE", "take_down")
    listing_id = offer(rows, ann_id, "DEAR", 1000, 950, 0)
    _pause(engine, listing_id)
    bulk = SqlBulk(engine)
    done = bulk.apply(ann_id, action, Choice(ids=[listing_id]), "ann", utc_now())
    assert done.changed == 1

    assert bulk.undo(ann_id, done.at, "ann", utc_now()) == 1

    assert stage(engine, listing_id) is Stage.PAUSED


@pytest.mark.parametrize(
    ("rule", "own", "fee_jpy", "resumed"),
    [
        ("take_down", None, None, Stage.PAUSED),
        ("take_down", -100, None, Stage.ON_SALE),
        ("tell", None, None, Stage.ON_SALE),
        ("take_down", None, 50, Stage.ON_SALE),
        ("take_down", None, 51, Stage.PAUSED),
    ],
)
def test_what_is_watched_again_is_paused_where_the_rule_would_take_it_down(
    engine: Engine, rows: Rows, ann_id: int, rule: str, own: int | None, fee_jpy: int | None, resumed: Stage
) -> None:
    """Nobody looked at its source meanwhile: left out, it would stay so whatever its source costs now."""
    term(rows, ann_id, "LOSS_RULE", rule)
    listing_id = offer(rows, ann_id, "DEAR", 1000, 950, 0)
    down = {"quantity": 0, "withdrawn_at": ago(hours=1), "stopped_at": ago(hours=1), "least_profit_jpy": own}
    _set(rows, listing_id, down)

    if fee_jpy is not None:
        fee(rows, listing_id, Estimate(fee_jpy, 0, 1000, ago(days=1)))
    fee(rows, offer(rows, ann_id, "OTHER", 1000, 950, 0), Estimate(10, 0, 1000, ago(days=1)))

    assert SqlBulk(engine).apply(ann_id, BulkAction.RESUME, Choice(ids=[listing_id]), "ann", utc_now()).changed == 1

    assert (stage(engine, listing_id), row(engine, listing_id).stopped_at) == (resumed, None)
    if resumed is Stage.PAUSED:
        source = tables.source_items
        with reading(engine) as connection:
            its = select(source.c.look_class).where(source.c.id == row(engine, listing_id).source_item_id)
            assert connection.execute(its).scalar_one() == FIRST_LOOK, "nobody would see it recover"


@pytest.mark.parametrize(
    ("rule", "own", "fee_jpy", "fitting"),
    [
        ("take_down", None, None, 0),
        ("take_down", -100, None, 1),
        ("tell", None, None, 1),
        ("take_down", None, 50, 1),
        ("take_down", None, 51, 0),
        ("take_down", -100, 151, 0),
    ],
)
def test_what_the_rule_would_take_down_again_is_left_out(
    engine: Engine, rows: Rows, ann_id: int, rule: str, own: int | None, fee_jpy: int | None, fitting: int
) -> None:
    term(rows, ann_id, "LOSS_RULE", rule)
    listing_id = offer(rows, ann_id, "DEAR", 1000, 950, 0)
    action = BulkAction.PUT_UP
    down = {"quantity": 0, "withdrawn_at": ago(hours=1), "least_profit_jpy": own}
    _set(rows, listing_id, down)
    if fee_jpy is not None:
        fee(rows, listing_id, Estimate(fee_jpy, 0, 1000, ago(days=1)))
    bulk, choice = SqlBulk(engine), Choice(ids=[listing_id])

    seen = bulk.preview(ann_id, action, choice, utc_now())
    assert (seen.fitting, seen.too_little is None) == (fitting, fitting == 1)
    if fitting:
        assert bulk.apply(ann_id, action, choice, "ann", utc_now()).changed == 1
        return
    with pytest.raises(Refused) as refused:
        bulk.apply(ann_id, action, choice, "ann", utc_now())
    assert refused.value.reason == seen.too_little


def test_one_offer_below_its_limit_is_not_put_up_and_says_what_it_earns(
    engine: Engine, rows: Rows, ann: Browser, ann_id: int
) -> None:
    listing_id = offer(rows, ann_id, "DEAR", 1000, 950, 0)
    _set(rows, listing_id, {"quantity": 0, "withdrawn_at": ago(hours=1), "least_profit_jpy": -50})
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}

    told = ann.client.post(f"/api/v1/listings/{listing_id}/put_up", headers=key)
    page = ann.post("/listings/preview", action="put_up", listing=str(listing_id))
    applied = ann.post("/listings/apply", action="put_up", listing=str(listing_id))

    sentence = "would earn -100 yen, less than the limit of -50 yen"
    assert (told.status_code, told.json()["reason_code"], applied.status_code) == (409, "earns_too_little", 409)
    assert all(sentence in text.replace("−", "-") for text in (told.json()["detail"], page.text, applied.text))
    assert stage(engine, listing_id) is Stage.WITHDRAWN


def test_of_many_offers_those_below_their_limit_are_left_out(engine: Engine, rows: Rows, ann_id: int) -> None:
    term(rows, ann_id, "LOSS_RULE", "take_down")
    dear, cheap = (offer(rows, ann_id, sku, 1000, price, 0) for sku, price in (("DEAR", 950), ("CHEAP", 300)))
    for listing_id in (dear, cheap):
        _set(rows, listing_id, {"quantity": 0, "withdrawn_at": ago(hours=1)})

    done = SqlBulk(engine).apply(ann_id, BulkAction.PUT_UP, Choice(ids=[dear, cheap]), "ann", utc_now())

    assert (done.changed, stage(engine, dear), stage(engine, cheap)) == (1, Stage.WITHDRAWN, Stage.ON_SALE)
