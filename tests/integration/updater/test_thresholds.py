"""Row M7: every threshold of the filters is a setting of the seller, and its default is the shipped value."""

from dataclasses import replace
from typing import Any

import pytest
from tests.integration.updater.shop import SAME, Market, RevivalShop, item

from mercarich_db.engine import reading
from mercarich_db.replacement_rules import rules_of
from mercarich_replacements.matching import DEFAULT, SEED

OTHER_MODEL = {"title": "ソニー ヘッドホン MX-00002"}
IN_VOLUMES = {"title": "ソニー ヘッドホン MX-00001 DVD"}


@pytest.mark.parametrize("preset", [DEFAULT, SEED], ids=lambda rules: rules.name)
def test_m7_what_nobody_has_set_is_the_named_set_of_rules(shop: RevivalShop, preset: Any) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_MATCH", preset.name)
    with reading(shop.engine) as connection:
        assert rules_of(connection, user).match == preset


@pytest.mark.parametrize(
    ("key", "takes", "refuses", "by", "match", "alike", "more"),
    [
        ("REVIVAL_TITLES_AGREE", "off", "on", "title", "default", {}, OTHER_MODEL),
        ("REVIVAL_LEAST_SHARE", 0.20, 0.21, "picture", "default", {"share_back": 0.20}, {}),
        ("REVIVAL_LEAST_INLIERS", 200, 201, "picture", "default", {}, {}),
        ("REVIVAL_MOST_COLOUR", 7, 6.9, "picture", "default", {"colour_distance": 7.0}, {}),
        ("REVIVAL_MOST_CHANGED", 0.2, 0.19, "picture", "default", {"changed_share": 0.2}, {}),
        ("REVIVAL_MOST_ODD", 0.3, 0.29, "picture", "default", {"odd_share": 0.3}, {}),
        ("REVIVAL_MOST_ODD_IN_VOLUMES", 0.3, 0.29, "picture", "default", {"odd_share": 0.3}, IN_VOLUMES),
        ("REVIVAL_LEAST_QUICK", 0.94, 0.95, "quick_picture", "seed", {}, {}),
        ("REVIVAL_LEAST_SHARE_SEED", 0.05, 0.06, "picture", "seed", {"share_forth": 0.05}, {}),
        ("REVIVAL_LEAST_RATING", 99, 100, "rating", "default", {}, {"seller_rating_bad": 1}),
        ("REVIVAL_PRICE_FACTOR", 1.5, 1.4, "price", "default", {}, {"price_jpy": 1500}),
        ("REVIVAL_TITLE_LENGTH", 18, 17, "title_length", "default", {}, {}),
        ("REVIVAL_IGNORED_ORIGINS", "海外", "海外 東京", "origin", "default", {}, {}),
        ("REVIVAL_SHIP_DAYS", 2, 1, "ship_days", "default", {}, {}),
    ],
)
def test_m7_a_threshold_is_the_sellers_own(
    shop: RevivalShop, market: Market, key: str, takes: Any, refuses: Any, by: str, match: str, alike: Any, more: Any
) -> None:
    market.alike = replace(SAME, **alike)
    verdicts = []
    for number, value in enumerate((takes, refuses)):
        seller = shop.seller(f"seller-{number}")
        shop.own(seller, "REVIVAL_MATCH", match)
        shop.own(seller, key, value)
        listing = shop.gone(seller, f"old{number}")
        market.for_sale = [item(f"new{number}", **more)]
        shop.wake(listing)
        verdicts.append(shop.candidates(listing)[f"new{number}"])
    assert verdicts == [None, by]
