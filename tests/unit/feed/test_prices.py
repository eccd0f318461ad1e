"""What Amazon shows of a price, and what each look makes of one that is on its way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mercarich_contracts.repricing import RepricingState
from mercarich_feed.domain.prices import price_patches, shown_price
from mercarich_listings.read_back import SHOWS_WITHIN
from mercarich_listings.repricing import SENDS, Next, Repricing, ShownPrice, Step, after_sending, before_sending
from mercarich_reasons.repricing import OfferOnSalePrice, PriceChangedElsewhere, PriceNotRead, PriceNotTaken

JAPAN, AT = "A1VC38T7YXB528", datetime(2026, 11, 30, 12, tzinfo=UTC)
CHANGE = Repricing(1, 1, "SKU-1", 1, 3000, 3500, RepricingState.SENT, 1, AT, AT)
LATE = AT + SHOWS_WITHIN


def _entry(**more: Any) -> dict[str, Any]:
    return {"marketplace_id": JAPAN, "currency": "JPY", "our_price": _price(3000), **more}


def _price(amount: Any) -> list[dict[str, Any]]:
    return [{"schedule": [{"value_with_tax": amount}]}]


def _item(*entries: dict[str, Any], amount: str | None = "3000.00", **offer: Any) -> dict[str, Any]:
    money = {"currencyCode": "JPY", "amount": amount}
    offers = [{"marketplaceId": JAPAN, "offerType": "B2C", "price": money, **offer}] if amount else []
    return {"attributes": {"purchasable_offer": list(entries)}, "offers": offers}


def test_a_patch_names_the_selectors_and_the_price_alone() -> None:
    [patch] = price_patches(3500, JAPAN)
    assert (patch["op"], patch["path"]) == ("merge", "/attributes/purchasable_offer")
    selectors = {"marketplace_id": JAPAN, "currency": "JPY", "audience": "ALL"}
    assert patch["value"] == [{**selectors, "our_price": _price(3500)}]


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        pytest.param(_item(_entry()), ShownPrice(3000, 3000), id="an ordinary offer"),
        pytest.param(_item(_entry(audience="ALL"), amount=None), ShownPrice(3000, None), id="one that is down"),
        pytest.param(_item(_entry(our_price=_price(3000.0))), ShownPrice(3000, 3000), id="with a point"),
        pytest.param(_item(_entry(audience="B2B")), ShownPrice(None, 3000), id="of businesses alone"),
        pytest.param(
            _item(_entry(), _entry(audience="B2B", our_price=_price(2800))), ShownPrice(3000, 3000), id="of both"
        ),
        pytest.param(_item(_entry(), offerType="B2B"), ShownPrice(3000, None), id="no offer for everybody"),
        pytest.param(_item(_entry(marketplace_id="X")), ShownPrice(None, 3000), id="of another marketplace"),
        pytest.param(_item(_entry(), _entry()), ShownPrice(None, 3000), id="two of them"),
        pytest.param(
            _item(_entry(our_price=[{"schedule": [{"value_with_tax": 1}, {"value_with_tax": 2}]}])),
            ShownPrice(None, 3000),
            id="by time",
        ),
        pytest.param(_item(_entry(our_price=_price("dear"))), ShownPrice(None, 3000), id="no number"),
        pytest.param(
            _item(_entry(discounted_price=_price(2500)), amount="2500.00"), ShownPrice(3000, 2500, True), id="on sale"
        ),
        pytest.param({}, ShownPrice(None), id="nothing"),
    ],
)
def test_what_is_not_the_one_ordinary_price_is_not_known(item: dict[str, Any], shown: ShownPrice) -> None:
    assert shown_price(item, JAPAN) == shown


@pytest.mark.parametrize(
    ("shown", "step"),
    [
        pytest.param(ShownPrice(3000, 3000), None, id="as known: it is sent"),
        pytest.param(ShownPrice(3500, 3000), None, id="the wanted one, perhaps of before, shown late: it is sent"),
        pytest.param(
            ShownPrice(3100, 3100), Step(Next.STOP, PriceChangedElsewhere(3000, 3100), price_jpy=3100), id="another one"
        ),
        pytest.param(ShownPrice(None, 3000), Step(Next.STOP, PriceNotRead()), id="it tells none"),
        pytest.param(ShownPrice(3000, 2500, True), Step(Next.STOP, OfferOnSalePrice()), id="a sale price"),
    ],
)
def test_a_price_is_sent_only_where_amazon_has_the_known_one(shown: ShownPrice, step: Step | None) -> None:
    waiting = replace(CHANGE, state=RepricingState.WAITING, attempts=0, sent_at=None)
    assert before_sending(waiting, shown) == step
    assert before_sending(replace(waiting, overtaken=True), shown) == Step(Next.OVERTAKEN)
    sent = replace(waiting, overtaken=True, attempts=1)
    theirs = Step(Next.SHOWN if shown.given == CHANGE.to_jpy else Next.OVERTAKEN)
    assert before_sending(sent, shown) == theirs, "what was sent and is shown late is Mercarich's own price"


def test_the_wanted_price_counts_before_it_is_sent_again() -> None:
    again = replace(CHANGE, state=RepricingState.WAITING, attempts=1)
    assert before_sending(again, ShownPrice(3500, 3000)) == Step(Next.SHOWN)


@pytest.mark.parametrize(
    ("shown", "at", "attempts", "step"),
    [
        pytest.param(ShownPrice(3500, 3500), AT, 1, Step(Next.SHOWN), id="buyers see it"),
        pytest.param(ShownPrice(3500, None), AT, 1, Step(Next.SHOWN), id="no buyer sees the offer"),
        pytest.param(ShownPrice(3500, 3000), AT, 1, Step(Next.WAIT, None, timedelta(seconds=2)), id="not yet"),
        pytest.param(ShownPrice(3000, 3000), AT, 1, Step(Next.WAIT, None, timedelta(seconds=2)), id="not taken yet"),
        pytest.param(ShownPrice(None, None), AT, 1, Step(Next.WAIT, None, timedelta(seconds=2)), id="nothing told yet"),
        pytest.param(ShownPrice(3000, 3000), LATE, 1, Step(Next.SEND_AGAIN), id="never taken: once more"),
        pytest.param(
            *(ShownPrice(3000, 3000), LATE, SENDS, Step(Next.STOP, PriceNotTaken(3500), price_jpy=3000)),
            id="never taken, time and again",
        ),
        pytest.param(
            *(ShownPrice(3500, 3000), LATE, 1, Step(Next.STOP, PriceNotTaken(3500), price_jpy=3500)),
            id="taken, and never shown",
        ),
        pytest.param(ShownPrice(None), LATE, 1, Step(Next.STOP, PriceNotRead()), id="nothing is told"),
        pytest.param(
            *(ShownPrice(2900, 2900), AT, 1, Step(Next.STOP, PriceChangedElsewhere(3500, 2900), price_jpy=2900)),
            id="somebody has set another one",
        ),
    ],
)
def test_a_price_counts_once_amazon_has_it(shown: ShownPrice, at: datetime, attempts: int, step: Step) -> None:
    assert after_sending(replace(CHANGE, attempts=attempts), shown, at) == step
