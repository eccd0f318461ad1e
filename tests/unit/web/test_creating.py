"""What a new offer is sent with: by the seller's rules or as chosen, or why it cannot be."""

from dataclasses import replace

import pytest

from mercarich_contracts.creations import OfferCondition
from mercarich_listings.creation import Terms as OfferTerms
from mercarich_reasons.creations import (
    AsinMalformed,
    AsinMissing,
    ExcludedWordInOffer,
    NoPriceByFormula,
    PriceBelowCost,
    SoldAsNothing,
)
from mercarich_reasons.earnings import EarnsTooLittle
from mercarich_reasons.reason import Reason
from mercarich_replacements.asking_price import Formula
from mercarich_replacements.earnings import Sale, Terms
from mercarich_replacements.loss_stop import LossRule
from mercarich_web.creations.wishes import asin_of, is_jan
from mercarich_web.listings.creating import Draft, Given, Rules, offer_terms
from mercarich_web.refusals import Refused

SALE = Sale(None, "available", None, 1_000, 700)
DRAFT = Draft("ソニー ヘッドホン MX-00001", "B0EXAMPLE1", 3, SALE)
RULES = Rules(Terms(fee_percent=15.0), Formula(profit_percent=10.0), "箱なし", 4, ("ニセモノ", "gucci"))


def test_by_the_rules() -> None:
    assert offer_terms(DRAFT, RULES) == OfferTerms("B0EXAMPLE1", OfferCondition.VERY_GOOD, "箱なし", 2_270, 4)


def test_what_a_person_chose_wins() -> None:
    chosen = Given("B0EXAMPLE2", OfferCondition.NEW, "", 3_000, 7)

    assert offer_terms(DRAFT, RULES, chosen) == OfferTerms("B0EXAMPLE2", OfferCondition.NEW, "", 3_000, 7)


def test_the_drafts_own_price_wins_over_the_formula() -> None:
    made = offer_terms(replace(DRAFT, sale=replace(SALE, offer_price_jpy=5_000)), RULES)

    assert isinstance(made, OfferTerms)
    assert made.price_jpy == 5_000


@pytest.mark.parametrize(("own", "chosen", "days"), [(None, None, 4), (9, None, 9), (9, 2, 2), (None, 2, 2)])
def test_handling_days_are_those_that_are_chosen_or_the_drafts_or_by_the_rules(
    own: int | None, chosen: int | None, days: int
) -> None:
    made = offer_terms(replace(DRAFT, handling_days=own), RULES, Given(handling_days=chosen))

    assert isinstance(made, OfferTerms)
    assert made.handling_days == days


@pytest.mark.parametrize(
    ("draft", "given", "why"),
    [
        (replace(DRAFT, asin=None), Given(), AsinMissing()),
        (replace(DRAFT, condition_code=6), Given(), SoldAsNothing()),
        (replace(DRAFT, condition_code=None), Given(), SoldAsNothing()),
        (replace(DRAFT, title="GUCCI 財布"), Given(), ExcludedWordInOffer("gucci")),
        (DRAFT, Given(note="ニセモノではありません"), ExcludedWordInOffer("ニセモノ")),
        (replace(DRAFT, sale=replace(SALE, postage_jpy=None)), Given(), NoPriceByFormula()),
        (replace(DRAFT, sale=replace(SALE, state="unbuyable")), Given(), NoPriceByFormula()),
        (DRAFT, Given(price_jpy=1_990), PriceBelowCost(1_990, 2_000)),
        (replace(DRAFT, sale=replace(SALE, offer_price_jpy=10)), Given(), PriceBelowCost(10, 2_000)),
    ],
)
def test_it_is_told_why_an_offer_cannot_be_created(draft: Draft, given: Given, why: Reason) -> None:
    assert offer_terms(draft, RULES, given) == why


def test_what_the_loss_rule_would_take_down_is_not_created() -> None:
    stop = replace(RULES, loss_rule=LossRule(takes_down=True, least_jpy=500))
    earns_229 = EarnsTooLittle(2_270, 1_000, 341, 0, 229, 500, 700)

    assert offer_terms(DRAFT, stop) == earns_229
    assert offer_terms(DRAFT, stop, Given(price_jpy=2_270)) == earns_229
    assert isinstance(offer_terms(DRAFT, stop, Given(price_jpy=2_600)), OfferTerms)
    assert isinstance(offer_terms(replace(DRAFT, least_profit_jpy=200), stop), OfferTerms)
    assert isinstance(offer_terms(DRAFT, replace(stop, loss_rule=LossRule(least_jpy=500))), OfferTerms)


def test_a_price_by_hand_needs_no_known_cost() -> None:
    made = offer_terms(replace(DRAFT, sale=replace(SALE, postage_jpy=None)), RULES, Given(price_jpy=2_980))

    assert isinstance(made, OfferTerms)
    assert made.price_jpy == 2_980


@pytest.mark.parametrize(
    ("typed", "asin"),
    [
        ("", None),
        (" b0example1 ", "B0EXAMPLE1"),
        ("https://www.amazon.co.jp/dp/B0EXAMPLE1?th=1", "B0EXAMPLE1"),
        ("https://www.amazon.co.jp/x/gp/product/4101010013/", "4101010013"),
        ("410101001X", "410101001X"),
    ],
)
def test_an_asin_is_read_as_typed_or_out_of_an_address(typed: str, asin: str | None) -> None:
    assert asin_of(typed) == asin


@pytest.mark.parametrize("typed", ["B0", "4901234567894", "https://www.amazon.co.jp/s?k=x", "A0EXAMPLE1"])
def test_any_other_text_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        asin_of(typed)
    assert refused.value.reason == AsinMalformed(typed)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("4901234567894", True), ("4901234567895", False), ("49012345", False), ("49123456", True), ("MX-1", False)],
)
def test_a_jan_has_its_check_digit(text: str, is_one: bool) -> None:
    assert is_jan(text) == is_one
