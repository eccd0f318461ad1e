"""What other rules decide on a candidate from the stored results, and nothing when more would have to be fetched."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_reasons.candidates import PriceAboveLimit, RatingTooLow
from mercarich_reasons.pictures import HistogramsDiffer, PartInOtherColour, PictureMissing
from mercarich_reasons.stored import OldSentence
from mercarich_replacements.filters import Filter, Refusal
from mercarich_replacements.matching import DEFAULT, SEED, Likeness
from mercarich_replacements.rules import Rules, Wanted
from mercarich_replacements.trying import NOT_SEEN, Seen, tried

RULES = Rules(
    days=3,
    candidates=60,
    match=DEFAULT,
    least_rating=80,
    price_factor=1.0,
    title_length=255,
    ignored_origins=("海外",),
    ship_days=6,
    lead_days=4,
    quantity_cap=1,
    other_marketplace=False,
    other_conditions={},
    ask_first=False,
)
WANTED = Wanted((1,), 1, Marketplace.YAHOO, 1, "old", "ソニー MX-100", None, 3, 1000, None)
PROOF = Evidence(
    url="https://x", http_status=200, body_sha256=None, parser_version="", extract="", fetched_at=datetime.now(UTC)
)
ITEM = Item(
    marketplace=Marketplace.YAHOO,
    item_id="new",
    state=State.AVAILABLE,
    evidence=PROOF,
    title="ソニー MX-100",
    price_jpy=1200,
    seller_rating_good=90,
    seller_rating_bad=10,
    condition_code=3,
    shipping_payer="seller",
)
SAME = Likeness(0.6, 0.6, 300, 1.0, 0.0, 0.0)
DEAR = Seen(ITEM, True, 0.9, None, Refusal(Filter.PRICE, PriceAboveLimit(1200, 1000)))
TAKEN = Seen(ITEM.model_copy(update={"price_jpy": 900}), True, 0.9, SAME, None)


def test_a_stricter_rule_refuses_what_was_taken_and_says_why() -> None:
    assert tried(RULES, WANTED, TAKEN) is None
    refusal = tried(replace(RULES, least_rating=95), WANTED, TAKEN)
    assert refusal == Refusal(Filter.RATING, RatingTooLow(90, 95))


def test_a_looser_rule_cannot_take_what_was_not_looked_at_further() -> None:
    refusal = tried(RULES, WANTED, DEAR)
    assert refusal is not None
    assert refusal.filter == "price"
    assert tried(replace(RULES, price_factor=1.5), WANTED, DEAR) is NOT_SEEN
    assert tried(replace(RULES, price_factor=1.5), WANTED, replace(DEAR, likeness=SAME)) is None


def test_the_row_of_a_search_is_no_page() -> None:
    row = Seen(
        TAKEN.item, False, 0.7, None, Refusal(Filter.QUICK_PICTURE, HistogramsDiffer(least=0.8, correlation=0.7))
    )
    refusal = tried(replace(RULES, match=SEED), WANTED, row)
    assert refusal is not None
    assert refusal.filter == "quick_picture"
    assert tried(RULES, WANTED, row) is NOT_SEEN


@pytest.mark.parametrize("name", [Filter.UNDONE, Filter.USED, Filter.BUYABLE, Filter.UNKNOWN])
def test_what_no_rule_decides_stays_as_it_was(name: Filter) -> None:
    then = Refusal(name, OldSentence("as it was"))
    assert tried(replace(RULES, price_factor=9.0), WANTED, replace(TAKEN, refusal=then)) == then


def test_a_picture_that_was_not_there_is_not_there_for_other_rules_either() -> None:
    then = Refusal(Filter.PICTURE, PictureMissing())
    assert tried(replace(RULES, price_factor=9.0), WANTED, replace(TAKEN, likeness=None, refusal=then)) == then


def test_pictures_are_judged_again_by_the_other_set_of_rules() -> None:
    changed = replace(
        TAKEN,
        likeness=replace(SAME, changed_share=0.2),
        refusal=Refusal(Filter.PICTURE, PartInOtherColour(most=0.028, share=0.2)),
    )
    assert tried(replace(RULES, match=SEED), WANTED, changed) is None
    refusal = tried(RULES, WANTED, changed)
    assert refusal is not None
    assert refusal.filter == "picture"
