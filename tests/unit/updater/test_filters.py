"""Row M7: each filter in the original's order (behaviour.md 1.3), with the original's value as default."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_db.setting_definitions import DEFINITIONS, SELLERS_OWN
from mercarich_reasons.candidates import (
    ConditionBeyondLimit,
    ConditionDiffers,
    ConditionNotTaken,
    ConditionUnknown,
    ConditionWorse,
    ExcludedSeller,
    ExcludedWord,
    FirstPriceUnknown,
    GoneSourceItself,
    NoRatings,
    NotBuyable,
    OldConditionUnknown,
    PostageUnknown,
    PreOrder,
    PriceAboveBreakEven,
    PriceAboveLimit,
    PriceMissing,
    RatingsUnknown,
    RatingTooLow,
    SeveralVariants,
    ShipsFrom,
    ShipsTooLate,
    TakenBackBefore,
    TitleMissing,
    TitleTooLong,
)
from mercarich_reasons.reason import Reason
from mercarich_reasons.settings import NoConditionPair
from mercarich_replacements.filters import Filter, Refusal, early, late, with_postage
from mercarich_replacements.matching import SEED
from mercarich_replacements.rules import BadConditions, Rules, Wanted, lead_time, read_conditions
from mercarich_updater.domain.keywords import keyword

RULES = Rules(
    days=3,
    candidates=60,
    match=SEED,
    least_rating=80,
    price_factor=1.0,
    title_length=255,
    ignored_origins=("海外",),
    ship_days=6,
    lead_days=4,
    quantity_cap=1,
    other_marketplace=False,
    other_conditions={3: 2},
    ask_first=False,
    banned_sellers=frozenset({(Marketplace.YAHOO, "banned")}),
    banned_words=("ジャンク", "Box"),
)
WANTED = Wanted(
    listing_ids=(1,),
    user_id=1,
    marketplace=Marketplace.YAHOO,
    source_item_id=1,
    item_id="old",
    title="ソニー ヘッドホン",
    picture_url="https://p/old",
    condition=3,
    first_price_jpy=1000,
    withdrawn_at=None,
    undone=frozenset({"taken-back"}),
)
EVIDENCE = Evidence(
    url="http://x", http_status=200, body_sha256=None, parser_version="t", extract="", fetched_at=datetime.now(UTC)
)


def _item(**more: Any) -> Item:
    good = {
        "marketplace": Marketplace.YAHOO,
        "item_id": "new",
        "state": State.AVAILABLE,
        "title": "ソニー ヘッドホン",
        "price_jpy": 1000,
        "seller_id": "s",
        "seller_rating_good": 80,
        "seller_rating_bad": 20,
        "condition_code": 3,
        "shipping_payer": "seller",
        "ships_from": "東京都",
        "ship_days_max": 6,
        "evidence": EVIDENCE,
    }
    return Item(**{**good, **more})


AUCTION = {"state": State.UNBUYABLE, "reason": StateReason.AUCTION_ONLY}
FLEA_MARKET = {"state": State.UNBUYABLE, "reason": StateReason.FLEA_MARKET}
BUYER_PAYS = {"shipping_payer": "buyer", "shipping_cost_jpy": None}


def _late(item: Item, rules: Rules = RULES, wanted: Wanted = WANTED, used: Any = frozenset()) -> str | None:
    refusal = late(rules, wanted, item, used)
    return refusal and refusal.filter


def test_one_that_meets_every_threshold_exactly_passes() -> None:
    assert early(RULES, WANTED, _item()) is None
    assert late(RULES, WANTED, _item(), frozenset()) is None


@pytest.mark.parametrize(
    ("more", "name", "reason"),
    [
        ({"item_id": "old"}, "undone", GoneSourceItself()),
        ({"item_id": "taken-back"}, "undone", TakenBackBefore()),
        ({"seller_id": "banned"}, "banned_seller", ExcludedSeller("banned")),
        ({"title": "ソニー ジャンク品"}, "banned_word", ExcludedWord("ジャンク")),
        ({"title": "sony BOX"}, "banned_word", ExcludedWord("Box")),
        (AUCTION, "buyable", NotBuyable(State.UNBUYABLE, StateReason.AUCTION_ONLY)),
        (FLEA_MARKET, "buyable", NotBuyable(State.UNBUYABLE, StateReason.FLEA_MARKET)),
    ],
)
def test_m7_what_a_search_result_tells(more: dict[str, Any], name: str, reason: Reason) -> None:
    assert early(RULES, WANTED, _item(**more)) == Refusal(Filter(name), reason)


def test_a_row_whose_state_is_not_clear_is_left_to_its_page() -> None:
    assert early(RULES, WANTED, _item(state=State.UNKNOWN, reason=StateReason.UNPARSABLE)) is None


@pytest.mark.parametrize(
    ("more", "name", "reason"),
    [
        ({"seller_id": "banned"}, "banned_seller", ExcludedSeller("banned")),
        ({"state": State.SOLD, "reason": StateReason.WON}, "buyable", NotBuyable(State.SOLD, StateReason.WON)),
        (AUCTION, "buyable", NotBuyable(State.UNBUYABLE, StateReason.AUCTION_ONLY)),
        ({"variants": 3}, "buyable", SeveralVariants(3)),
        ({"pre_order": True}, "buyable", PreOrder()),
        ({"seller_rating_good": 79, "seller_rating_bad": 21}, "rating", RatingTooLow(79, 80)),
        ({"seller_rating_good": 0, "seller_rating_bad": 0}, "rating", NoRatings()),
        ({"seller_rating_good": None}, "rating", RatingsUnknown()),
        ({"condition_code": 4}, "condition", ConditionDiffers(4, 3)),
        ({"condition_code": 2}, "condition", ConditionDiffers(2, 3)),
        ({"condition_code": None}, "condition", ConditionUnknown()),
        ({"price_jpy": 1001}, "price", PriceAboveLimit(1001, 1000)),
        (
            {"price_jpy": 900, "shipping_payer": "buyer", "shipping_cost_jpy": 101},
            "price",
            PriceAboveLimit(1001, 1000, 101),
        ),
        (BUYER_PAYS | {"price_jpy": 900}, "price", PostageUnknown(900, 1000)),
        (BUYER_PAYS | {"price_jpy": 1001}, "price", PriceAboveLimit(1001, 1000)),
        ({"price_jpy": 900, "shipping_payer": None}, "price", PostageUnknown(900, 1000)),
        ({"price_jpy": None}, "price", PriceMissing()),
        ({"title": "長" * 256}, "title_length", TitleTooLong(256, 255)),
        ({"title": None}, "title_length", TitleMissing()),
        ({"ships_from": "海外（中国）"}, "origin", ShipsFrom("海外（中国）")),
        ({"ship_days_max": 7}, "ship_days", ShipsTooLate(7, 6)),
    ],
)
def test_m7_what_an_items_page_tells(more: dict[str, Any], name: str, reason: Reason) -> None:
    assert late(RULES, WANTED, _item(**more), frozenset()) == Refusal(Filter(name), reason)


def test_m7_the_order_is_the_seeds() -> None:
    """An item with every fault is refused by the first filter; correcting that fault leads to the next filter."""
    faults: list[tuple[str, dict[str, Any]]] = [
        ("buyable", {"state": State.SOLD, "reason": StateReason.WON}),
        ("rating", {"seller_rating_good": 1, "seller_rating_bad": 9}),
        ("used", {}),
        ("condition", {"condition_code": 5}),
        ("price", {"price_jpy": 9999}),
        ("title_length", {"title": "長" * 256}),
        ("origin", {"ships_from": "海外"}),
        ("ship_days", {"ship_days_max": 30}),
    ]
    for number, (name, _) in enumerate(faults):
        left = faults[number:]
        bad = {key: value for _, fault in left for key, value in fault.items()}
        used = frozenset({(Marketplace.YAHOO, "new")}) if ("used", {}) in left else frozenset()
        assert _late(_item(**bad), used=used) == name


def test_mercari_takes_the_wanted_condition_or_better() -> None:
    wanted = replace(WANTED, marketplace=Marketplace.MERCARI)
    worse = Refusal(Filter.CONDITION, ConditionWorse(4, 3))
    for condition, verdict in ((1, None), (3, None), (4, worse)):
        item = _item(marketplace=Marketplace.MERCARI, condition_code=condition)
        assert late(RULES, wanted, item, frozenset()) == verdict


def test_the_other_marketplace_has_a_limit_of_its_own() -> None:
    worse = Refusal(Filter.CONDITION, ConditionBeyondLimit(3, 2))
    for condition, verdict in ((2, None), (3, worse)):
        item = _item(marketplace=Marketplace.MERCARI, condition_code=condition)
        assert late(RULES, WANTED, item, frozenset()) == verdict
    there = _item(marketplace=Marketplace.MERCARI, condition_code=1)
    for ours, reason in ((1, ConditionNotTaken(1)), (None, OldConditionUnknown())):
        refusal = late(RULES, replace(WANTED, condition=ours), there, frozenset())
        assert refusal == Refusal(Filter.CONDITION, reason)


@pytest.mark.parametrize(
    ("offer_price", "fee", "costs", "ceiling"),
    [(1500, 15.0, 200, 1075), (999, 8.4, 0, 915), (1000, 15.0, 900, 0), (None, 15.0, 200, 1000)],
)
def test_m7_the_ceiling_may_be_the_break_even(offer_price: int | None, fee: float, costs: int, ceiling: int) -> None:
    """What remains of the offer's price after fee and costs; the first price when the offer's is not known."""
    rules = replace(RULES, break_even=True, fee_percent=fee, costs_jpy=costs)
    wanted = replace(WANTED, offer_price_jpy=offer_price)
    assert wanted.ceiling(rules) == ceiling
    assert wanted.ceiling(RULES) == 1000
    assert _late(_item(price_jpy=ceiling), rules, wanted) is None
    refusal = late(rules, wanted, _item(price_jpy=ceiling + 1), frozenset())
    above = PriceAboveLimit if offer_price is None else PriceAboveBreakEven
    assert refusal == Refusal(Filter.PRICE, above(ceiling + 1, ceiling))


@pytest.mark.parametrize("by", ["first price", "break-even"])
def test_a_postage_that_is_not_known_is_never_free(by: str) -> None:
    """A price that only just meets the limit: by what Yahoo's row prints for such an item, 1,340 yen are lost."""
    rules = replace(RULES, break_even=by == "break-even", fee_percent=0.0)
    wanted = replace(WANTED, first_price_jpy=5000, offer_price_jpy=5000)
    above = PriceAboveBreakEven if by == "break-even" else PriceAboveLimit
    unknown, printed = _item(price_jpy=5000, **BUYER_PAYS), _item(price_jpy=5000, shipping_cost_jpy=1340)

    assert late(rules, wanted, unknown, frozenset()) == Refusal(Filter.PRICE, PostageUnknown(5000, 5000))
    assert _late(_item(price_jpy=5000), rules, wanted) is None, "the seller pays"
    paid = printed.model_copy(update={"shipping_payer": "buyer"})
    assert late(rules, wanted, paid, frozenset()) == Refusal(Filter.PRICE, above(6340, 5000, 1340))


def test_where_a_person_decides_a_postage_may_be_unknown_while_something_is_left_for_it() -> None:
    rules = replace(RULES, break_even=True, fee_percent=0.0, postage_may_be_unknown=True)
    wanted = replace(WANTED, offer_price_jpy=5000)

    assert _late(_item(price_jpy=4999, **BUYER_PAYS), rules, wanted) is None
    refused = late(rules, wanted, _item(price_jpy=5000, **BUYER_PAYS), frozenset())
    assert refused == Refusal(Filter.PRICE, PostageUnknown(5000, 5000))
    counted = replace(rules, unknown_postage_jpy=300)
    above = Refusal(Filter.PRICE, PriceAboveBreakEven(5299, 5000, counted_jpy=300))
    assert late(counted, wanted, _item(price_jpy=4999, **BUYER_PAYS), frozenset()) == above


def test_a_seller_may_count_something_for_a_postage_that_is_not_known() -> None:
    rules = replace(RULES, unknown_postage_jpy=300)

    assert _late(_item(price_jpy=700, **BUYER_PAYS), rules) is None
    refusal = late(rules, WANTED, _item(price_jpy=701, **BUYER_PAYS), frozenset())
    assert refusal == Refusal(Filter.PRICE, PriceAboveLimit(1001, 1000, counted_jpy=300))
    assert _late(_item(price_jpy=701, shipping_payer="buyer", shipping_cost_jpy=299), rules) is None, "it is known"


@pytest.mark.parametrize(
    ("page", "row", "postage"),
    [
        (BUYER_PAYS, ("buyer", 800), 800),
        ({"shipping_payer": None}, ("buyer", 800), 800),
        ({"shipping_payer": None}, ("seller", 0), 0),
        ({"shipping_payer": "buyer", "shipping_cost_jpy": 230}, ("buyer", 800), 230),
        ({"shipping_payer": "seller"}, ("buyer", 800), 0),
        (BUYER_PAYS, ("seller", 0), None),
        (BUYER_PAYS, (None, None), None),
    ],
)
def test_a_postage_that_only_the_row_tells_is_taken_from_it(
    page: dict[str, Any], row: tuple[str | None, int | None], postage: int | None
) -> None:
    in_row = _item(shipping_payer=row[0], shipping_cost_jpy=row[1])

    assert with_postage(_item(**page), in_row).postage_jpy == postage


def test_without_a_first_price_nothing_is_bought() -> None:
    unknown = replace(WANTED, first_price_jpy=None)
    assert late(RULES, unknown, _item(), frozenset()) == Refusal(Filter.PRICE, FirstPriceUnknown())


def test_the_seeds_values_are_the_defaults() -> None:
    seed = {
        "REVIVAL_DAYS": 3,
        "REVIVAL_LEAST_RATING": 80,
        "REVIVAL_SHIP_DAYS": 6,
        "REVIVAL_LEAST_QUICK": 0.80,
        "REVIVAL_LEAST_SHARE_SEED": 0.10,
        "REVIVAL_PRICE_FACTOR": 1.0,
        "REVIVAL_PRICE_RULE": "first",
        "REVIVAL_QUANTITY_CAP": 1,
        "REVIVAL_OTHER_MARKETPLACE": "off",
        "REVIVAL_IGNORED_ORIGINS": "海外",
    }
    assert {key: DEFINITIONS[key].default for key in seed} == seed
    assert set(seed) <= SELLERS_OWN


@pytest.mark.parametrize(("days", "lead"), [(2, 6), (None, 10), (90, 30)])
def test_m8_the_lead_time_is_the_sources_shipping_and_ours(days: int | None, lead: int) -> None:
    assert lead_time(RULES, _item(ship_days_max=days)) == lead


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("【美品】ソニー ヘッドホン MX-00001 箱付き", "ソニー ヘッドホン MX-00001"),
        ("★希少★ソニー ヘッドホン 即購入OK", "ソニー ヘッドホン"),
        ("ソニー　ヘッドホン（送料無料）", "ソニー ヘッドホン"),
        ("【新品】★", ""),
        ("長い" * 100, "長い" * 40),
    ],
)
def test_a_search_has_the_words_without_the_show(title: str, words: str) -> None:
    assert keyword(title) == words


@pytest.mark.parametrize("text", ["1", "1=7", "0=1", "a=b", "1=1 2"])
def test_a_condition_map_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadConditions) as refused:
        read_conditions(text)

    assert refused.value.reason == NoConditionPair(text.split()[-1])
