"""An item that a seller may choose as a listing's source, beside the present one. No I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.sites import SITES
from mercarich_listings.listing import FRESH, UP, Listing
from mercarich_listings.transition import Stage
from mercarich_platform.clock import AHEAD
from mercarich_reasons.earnings import EarnsTooLittle
from mercarich_reasons.reason import Reason
from mercarich_reasons.sources import ChosenNotOnSale, ChosenNotSeenNow, ChosenWithoutPrice
from mercarich_replacements.earnings import Earnings
from mercarich_replacements.loss_stop import Decision, Step

Item = tuple[Marketplace, str]
"""Marketplace and id of an item."""
LOOK_REST = timedelta(minutes=1)
"""An item that was looked at within this time is not looked at again for a choice."""
MINUTES = int(FRESH.total_seconds() // 60)


class Effect(StrEnum):
    """What another source does to the offer."""

    STAYS_UP = "stays_up"
    GOES_UP = "goes_up"
    """Once more, unless a sale would earn too little: its source was seen just now, or is looked at once more."""
    NONE = "none"
    """It stays as it is: a draft, what is not watched, and what Amazon does not know."""


def effect(stage: Stage, *, orphan: bool) -> Effect | None:
    """Return what another source does to an offer in this stage; None: it can have none now."""
    if stage in (Stage.REGISTERING, Stage.LEAVING):
        return None
    if orphan or stage in (Stage.DRAFT, Stage.STOPPED):
        return Effect.NONE
    return Effect.STAYS_UP if stage in UP else Effect.GOES_UP


def fewer_pieces(listing: Listing, cap: int) -> int | None:
    """Return the most pieces that the offer shows with another source, if it has more now: a source is one piece.

    None: it has no more. A draft keeps the quantity that its seller gave it.
    """
    has_more = max(listing.quantity, listing.listing_quantity) > cap
    return cap if has_more and listing.stage is not Stage.DRAFT else None


class Outcome(StrEnum):
    """What became of the offer."""

    STAYS_UP = "stays_up"
    GOES_UP = "goes_up"
    PAUSED = "paused"
    """It is down: a sale would earn too little."""
    NONE = "none"


def too_little(why: Decision, of: Effect) -> EarnsTooLittle | None:
    """Return why the offer is paused with the source; None: it is not.

    What is up is taken down only by a loss that is certain. What is down does not go up at a loss by a postage that is
    only counted, either, as with replacements.
    """
    is_down = of is Effect.GOES_UP or (of is Effect.STAYS_UP and why.step is Step.PAUSE)
    return why.reason if is_down and isinstance(why.reason, EarnsTooLittle) else None


class Finding(StrEnum):
    """What is known of the item now."""

    ON_SALE = "on_sale"
    """A look has found it on sale just now."""
    NOT_ON_SALE = "not_on_sale"
    LOOKING = "looking"
    UNKNOWN = "unknown"
    """The last look has found out nothing."""
    OLD = "old"
    """It was on sale at the last look, which is too long ago."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class SeenItem:
    """An item of a marketplace as far as looks have seen it."""

    marketplace: str
    item_id: str
    title: str | None = None
    state: str = State.UNKNOWN
    reason: str | None = None
    price_jpy: int | None = None
    postage_jpy: int | None = None
    seller_id: str | None = None
    condition_code: int | None = None
    observed_at: datetime | None = None
    evidence_id: int | None = None
    check_run: int | None = None
    """The run that is to look at it."""
    check_rank: int = 0
    """Its place in that run; 0: somebody asked for the look."""
    check_problem: str | None = None
    """Why the last look has found out nothing."""
    check_attempts: int = 0
    """How often a worker of that run has begun to look at it."""
    check_goes_on: bool = False
    """Whether that run makes looks still."""

    @property
    def url(self) -> str:
        """Where a person looks at it."""
        return SITES[Marketplace(self.marketplace)].page_url(self.item_id)

    @property
    def cost_jpy(self) -> int | None:
        """Its price with the postage, as far as that is known."""
        return None if self.price_jpy is None else self.price_jpy + (self.postage_jpy or 0)

    def is_fresh(self, now: datetime, within: timedelta = FRESH) -> bool:
        """Return whether it was seen just now. A look that lies ahead has the time of a wrong clock."""
        return self.observed_at is not None and now - within <= self.observed_at <= now + AHEAD

    def finding(self, now: datetime) -> Finding:
        fresh = self.is_fresh(now)
        if self.check_problem is not None:  # of a look after the one that saw its state
            return Finding.UNKNOWN
        # A look that only the plan of a run contains may come in hours: nobody is told to wait for it.
        if self.check_goes_on and (self.check_rank == 0 or (self.check_attempts > 0 and not fresh)):
            return Finding.LOOKING
        if self.observed_at is None:
            return Finding.NEVER
        if self.state != State.AVAILABLE:
            return Finding.NOT_ON_SALE
        return Finding.ON_SALE if fresh else Finding.OLD

    def why_not(self, now: datetime) -> Reason | None:
        """Return why it cannot become a source now; None: it can."""
        match self.finding(now):
            case Finding.ON_SALE:
                return ChosenWithoutPrice(self.item_id) if self.price_jpy is None else None
            case Finding.NOT_ON_SALE:
                why = StateReason(self.reason) if self.reason is not None else None
                return ChosenNotOnSale(self.item_id, State(self.state), why)
            case _:
                return ChosenNotSeenNow(self.item_id, MINUTES, self.observed_at)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the seller saw of a listing and of the item: what is used is that, or nothing."""

    revision: int
    source_item_id: int
    effect: Effect
    cost_jpy: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A listing's source, and the item that may take its place."""

    listing_id: int
    sku: str
    title: str | None
    shown: Shown
    present: SeenItem
    earned: Earnings
    """What a sale earns with the present source."""
    other: SeenItem | None = None
    """None: the address was not looked at yet."""
    earns: Earnings | None = None
    """What a sale would earn with the other one."""
    too_little: EarnsTooLittle | None = None
    """Why the offer would be paused with it."""
    pieces: int | None = None
    """Most that the offer would show with it; None: as many as now."""
    seller_excluded: bool = False
    """The seller buys nothing from its seller."""
    word_excluded: str | None = None
    """An excluded word of its title."""
    taken_by: str | None = None
    """The SKU of another listing of the seller's that has it."""
    order_id: str | None = None
    """The open order of the seller's that it is for."""
