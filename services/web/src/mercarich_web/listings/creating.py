"""What a new offer is created with at Amazon, or why it cannot be. No I/O."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.creations import CONDITION_OF_SOURCE, OfferCondition
from mercarich_listings.creation import Terms as OfferTerms
from mercarich_reasons.creations import (
    AsinMissing,
    ExcludedWordInOffer,
    NoPriceByFormula,
    SoldAsNothing,
)
from mercarich_reasons.reason import Reason
from mercarich_replacements.asking_price import Formula, asking_price, cost_of, too_low
from mercarich_replacements.earnings import Sale, Terms
from mercarich_replacements.loss_stop import ONLY_TELL, LossRule
from mercarich_replacements.rules import excluded_word

LONGEST_NOTE = 1_000
"""Of a condition note at Amazon."""
MOST_JPY = 99_999_999
MOST_DAYS = 30


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with its source as last seen."""

    title: str | None
    asin: str | None
    condition_code: int | None
    """Of the source: 1 new to 6 poor."""
    sale: Sale
    least_profit_jpy: int | None = None
    """Its own limit, in place of the seller's loss rule."""
    handling_days: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """A seller's rules for new offers."""

    terms: Terms
    formula: Formula
    note: str
    handling_days: int
    excluded_words: tuple[str, ...]
    loss_rule: LossRule = ONLY_TELL


@dataclass(frozen=True, slots=True)
class Given:
    """What a person chose for one offer; None: by the rules."""

    asin: str | None = None
    condition: OfferCondition | None = None
    note: str | None = None
    price_jpy: int | None = None
    handling_days: int | None = None


BY_RULES = Given()


@dataclass(frozen=True, slots=True)
class Creation:
    """The last time that a draft was to become an offer."""

    way: str
    """A `CreationWay`."""
    state: str
    """A `CreationState`."""
    asin: str | None
    condition: str | None
    note: str | None
    price_jpy: int | None
    handling_days: int | None
    attempts: int
    problem: Reason | None
    asked_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


def offer_terms(draft: Draft, rules: Rules, given: Given = BY_RULES) -> OfferTerms | Reason:
    """Return what the offer is sent with, or why it cannot be created.

    The price is the given one, else the one that the draft has, else that of the formula. None may be a loss,
    or earn less than the seller's loss rule allows. Handling days are given, else the draft's, else by the rules. Feed
    asks Amazon's catalogue for title and brand of the product, and refuses blocked words in them.
    """
    asin = given.asin or draft.asin
    if not asin:
        return AsinMissing()
    condition = given.condition or CONDITION_OF_SOURCE.get(draft.condition_code or 0)
    if condition is None:
        return SoldAsNothing()
    note = rules.note if given.note is None else given.note
    word = excluded_word((draft.title or "", note), rules.excluded_words)
    if word is not None:
        return ExcludedWordInOffer(word)
    price = _price(draft, rules, given)
    if isinstance(price, Reason):
        return price
    days = given.handling_days or draft.handling_days or rules.handling_days
    return OfferTerms(asin, condition, note, price, days)


def by_formula(draft: Draft, rules: Rules) -> int | None:
    """Return the price by the seller's formula; None where the cost of the source is not known."""
    cost = cost_of(draft.sale, rules.terms)
    return None if cost is None else asking_price(cost, rules.terms, rules.formula)


def _price(draft: Draft, rules: Rules, given: Given) -> int | Reason:
    price = draft.sale.offer_price_jpy if given.price_jpy is None else given.price_jpy
    if price is None:
        price = by_formula(draft, rules)
    if price is None:
        return NoPriceByFormula()
    return too_low(price, draft.sale, rules.terms, rules.loss_rule, draft.least_profit_jpy) or price
