"""What a sale of a listing earns: the offer's price less Amazon's fee, what the source costs, and the seller's costs.

All amounts are whole yen. What is not known is never counted as free: it is told, and the profit is then not known, or
known as the most that the sale can earn.
"""

from dataclasses import dataclass
from enum import StrEnum

from mercarich_contracts.market import OUT_OF_STOCK, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_reasons.earnings import (
    FeeBySetting,
    FeeEstimated,
    OfferPriceNotTold,
    SourceNotBuyable,
    SourceNotSeen,
    SourcePostageNotKnown,
)
from mercarich_reasons.reason import Reason
from mercarich_replacements.fees import Estimate


class Verdict(StrEnum):
    """What a sale earns, compared with what its seller wants."""

    LOSS = "loss"
    """Less than nothing, also where the postage is not known."""
    THIN = "thin"
    """Less than the seller wants at least."""
    ENOUGH = "enough"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Terms:
    """A seller's fee and costs, and what a sale is to earn at least."""

    fee_percent: float = 0.0
    """Amazon's fee in percent of the offer's price, where Amazon has not estimated it."""
    costs_jpy: int = 0
    """Other costs per sale."""
    unknown_postage_jpy: int = 0
    """Counted as the postage where it is not known; 0 leaves it unknown."""
    least_jpy: int = 0
    least_percent: float = 0.0
    """Of the offer's price."""

    @property
    def kept_per_mille(self) -> int:
        """Return what the percentage leaves of the offer's price, in thousandths."""
        return 1000 - round(self.fee_percent * 10)

    @property
    def least_per_mille(self) -> int:
        return round(self.least_percent * 10)

    def knows_fee(self, estimate: Estimate | None) -> bool:
        """Return whether Amazon has estimated the fee or the seller told one: Amazon takes one, so 0 tells nothing."""
        return estimate is not None or self.fee_percent > 0

    def fee(self, price_jpy: int, estimate: Estimate | None = None) -> int:
        """Return Amazon's fee at this price: by its own estimate for the offer, else by the percentage."""
        if estimate is not None:
            return estimate.fee(price_jpy)
        return price_jpy - price_jpy * self.kept_per_mille // 1000

    def fee_why(self, estimate: Estimate | None) -> Reason:
        """Return which of both the fee is by."""
        if estimate is not None:
            return FeeEstimated(estimate.of_price_jpy, estimate.at)
        return FeeBySetting(self.fee_percent)

    def kept(self, price_jpy: int, estimate: Estimate | None = None, quantity: int = 1) -> int:
        """Return what fee and costs leave of the price of a sale of that many pieces; `price_jpy`: of one."""
        whole = price_jpy * quantity
        fee = self.fee(whole) if estimate is None else estimate.fee(price_jpy) * quantity
        return whole - fee - self.costs_jpy

    def landed(self, price_jpy: int, postage_jpy: int | None) -> int:
        """Return what a source costs with its postage, or with what is counted for an unknown one."""
        return price_jpy + (self.unknown_postage_jpy if postage_jpy is None else postage_jpy)

    def leaves_out(self, postage_jpy: int | None) -> bool:
        """Return whether `landed` is the least that the source costs: nothing is counted for an unknown postage."""
        return postage_jpy is None and self.unknown_postage_jpy == 0


@dataclass(frozen=True, slots=True)
class Sale:
    """A listing's offer and its source, as last seen."""

    offer_price_jpy: int | None
    state: str
    """A `State`, of the source."""
    why: str | None
    """The reason of the state."""
    price_jpy: int | None
    """Of the source, tax included and postage excluded."""
    postage_jpy: int | None
    estimate: Estimate | None = None
    """Of Amazon's fee; None: Amazon has given none."""
    fee_problem: Reason | None = None
    """Why the last request for an estimate gave none."""


@dataclass(frozen=True, slots=True)
class Earnings:
    """What a sale earns. An amount is None when it is not known."""

    verdict: Verdict
    fee_jpy: int | None
    landed_jpy: int | None
    """What the source costs with its postage, as far as that is known or counted."""
    profit_jpy: int | None
    margin_percent: float | None
    """Profit in percent of the offer's price, rounded to a tenth."""
    at_most: bool
    """Whether a postage that is not known is missing in the cost, so that the sale earns this at most."""
    unknown: tuple[Reason, ...] = ()
    """What is not known."""
    fee_why: Reason | None = None
    """Whether the fee is Amazon's estimate, or by the seller's percentage; None without a fee."""
    not_estimated: tuple[Reason, ...] = ()
    """Why the last request for an estimate gave none, if it did not."""


def earnings(sale: Sale, terms: Terms) -> Earnings:
    """Return what a sale earns. A price counts while its source can be bought: any other is a bid, or over."""
    price, offered = price_of(sale), sale.offer_price_jpy
    missing: list[Reason] = [] if offered is not None else [OfferPriceNotTold()]
    if isinstance(price, Reason):
        missing.append(price)
    at_most = not isinstance(price, Reason) and terms.leaves_out(sale.postage_jpy)
    if at_most:
        missing.append(SourcePostageNotKnown())
    fee = None if offered is None else terms.fee(offered, sale.estimate)
    not_estimated = () if sale.fee_problem is None else (sale.fee_problem,)
    told = (None if offered is None else terms.fee_why(sale.estimate), not_estimated)
    landed = None if isinstance(price, Reason) else terms.landed(price, sale.postage_jpy)
    if offered is None or landed is None:
        return Earnings(Verdict.UNKNOWN, fee, landed, None, None, at_most, tuple(missing), *told)
    profit = terms.kept(offered, sale.estimate) - landed
    margin = None if offered == 0 else round(profit * 100 / offered, 1)
    verdict = _verdict(profit, offered, at_most, terms)
    return Earnings(verdict, fee, landed, profit, margin, at_most, tuple(missing), *told)


def price_of(sale: Sale) -> int | Reason:
    """Return what the source costs in yen without postage, or why that is not known."""
    if sale.state in OUT_OF_STOCK:
        return SourceNotBuyable(State(sale.state), StateReason(sale.why) if sale.why in set(StateReason) else None)
    return sale.price_jpy if sale.state == State.AVAILABLE and sale.price_jpy is not None else SourceNotSeen()


def _verdict(profit: int, offered: int, at_most: bool, terms: Terms) -> Verdict:
    if profit < 0:
        return Verdict.LOSS
    if profit < terms.least_jpy or profit * 1000 < terms.least_per_mille * offered:
        return Verdict.THIN
    return Verdict.UNKNOWN if at_most else Verdict.ENOUGH
