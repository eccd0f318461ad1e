"""Reasons why a person's decision on a replacement is refused, and why a seller's rule approves one, or does not."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class NothingWaits(Reason):
    """No replacement of this listing waits for approval."""

    sku: str


@dataclass(frozen=True, slots=True)
class ApprovedAlready(Reason):
    """Somebody approved the replacement before; it goes up after one more look."""

    sku: str
    item_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RefusedAlready(Reason):
    """Somebody refused the replacement, or took it back, before."""

    sku: str
    item_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InUseAlready(Reason):
    """Somebody approved the replacement at `at`, and it is the listing's source by now."""

    sku: str
    item_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WentUpByItself(Reason):
    """The replacement became the listing's source at `at` by the seller's rules, without anybody's approval."""

    sku: str
    item_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NothingToTakeBack(Reason):
    """The listing has no replacement to refuse or to take back."""

    sku: str


@dataclass(frozen=True, slots=True)
class OtherReplacement(Reason):
    """Another replacement was found since the person looked; the values are those of the new one."""

    sku: str
    marketplace: Marketplace
    item_id: str


@dataclass(frozen=True, slots=True)
class OtherSource(Reason):
    """The listing's source is no longer `item_id`."""

    sku: str
    item_id: str


@dataclass(frozen=True, slots=True)
class ChangedSinceShown(Reason):
    """Something of what the person saw has changed since, such as a price; nothing was decided."""

    sku: str


@dataclass(frozen=True, slots=True)
class LinkExpired(Reason):
    """The link of a message was good until `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class LinkEnded(Reason):
    """The link of a message was ended before it was used."""


@dataclass(frozen=True, slots=True)
class ApprovedByRuleAlready(Reason):
    """The seller's rule approved the replacement at `at`; it goes up after one more look."""

    sku: str
    item_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RuleApproved(Reason):
    """The seller's rule approved a replacement that waited. Percentages are rounded down; costs include the postage.

    Either the cost is at most `most_jpy`, by what the first source cost, or a sale earns `profit_jpy`, which is at
    least `least_profit_jpy`.
    """

    item_id: str
    alike_percent: int
    least_alike_percent: int
    cost_jpy: int
    good_percent: int
    least_good_percent: int
    ratings: int
    least_ratings: int
    condition: int
    first_condition: int
    most_jpy: int | None = None
    profit_jpy: int | None = None
    least_profit_jpy: int | None = None


@dataclass(frozen=True, slots=True)
class FactsNotKept(Reason):
    """It was found by an earlier release, which did not keep what the rule reads."""


@dataclass(frozen=True, slots=True)
class LikenessNotKnown(Reason):
    """How alike the pictures are was not kept."""


@dataclass(frozen=True, slots=True)
class AlikeTooLittle(Reason):
    """Too few features of the pictures are alike, in percent."""

    alike_percent: int
    least_percent: int


@dataclass(frozen=True, slots=True)
class CostNotKnown(Reason):
    """Its price or its postage is not known."""


@dataclass(frozen=True, slots=True)
class FirstCostNotKnown(Reason):
    """What the first source cost is not known, of one of the listings that it is for."""


@dataclass(frozen=True, slots=True)
class TooFarAboveFirst(Reason):
    """It costs more than the rule allows above the first source. `cost_jpy` includes the postage."""

    cost_jpy: int
    most_jpy: int
    first_jpy: int


@dataclass(frozen=True, slots=True)
class ProfitNotKnown(Reason):
    """What a sale would earn with it is not known, of one of the listings that it is for."""


@dataclass(frozen=True, slots=True)
class EarnsLessThanRule(Reason):
    """A sale would earn less with it than the rule wants."""

    profit_jpy: int
    least_jpy: int


@dataclass(frozen=True, slots=True)
class RatingNotKnown(Reason):
    """The ratings of its seller are not known to the rule."""


@dataclass(frozen=True, slots=True)
class RatedTooLow(Reason):
    """Its seller has fewer good ratings than the rule wants, in percent."""

    good_percent: int
    least_percent: int


@dataclass(frozen=True, slots=True)
class RatedTooSeldom(Reason):
    """Its seller has fewer ratings than the rule wants."""

    ratings: int
    least: int


@dataclass(frozen=True, slots=True)
class ConditionNotKnown(Reason):
    """Its condition is not known to the rule."""


@dataclass(frozen=True, slots=True)
class FirstConditionNotKnown(Reason):
    """The condition of the first source is not known, of one of the listings that it is for."""


@dataclass(frozen=True, slots=True)
class WorseThanFirst(Reason):
    """Its condition is worse than the first source's. Conditions are from 1 (new) to 6 (poor)."""

    condition: int
    first_condition: int


@dataclass(frozen=True, slots=True)
class DaysApprovalsUsed(Reason):
    """The rule has approved as many of the seller's replacements within 24 hours as it may."""

    approvals: int
    most: int
