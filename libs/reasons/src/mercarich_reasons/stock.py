"""Reasons for changes of a listing: its source, a person, its age."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class SourceSeen(Reason):
    """The state of the source at a look; `why` is None if the marketplace gives no reason."""

    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class SourceOnSaleAgain(Reason):
    """A second look found the source on sale: the held withdrawal was a false alarm."""


@dataclass(frozen=True, slots=True)
class SourceNotGone(Reason):
    """A person released the held withdrawal, but the source was no longer gone: the offer stays up."""

    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class NoReplacementYet(Reason):
    """A marked listing is withdrawn: its search ended without a replacement. `state` and `why` are its source's."""

    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class ReplacedBy(Reason):
    """The listing has another source now."""

    marketplace: Marketplace
    item_id: str
    source_item_id: int
    """0 if an earlier release did not store it."""
    price_jpy: int | None = None
    lead_time_days: int | None = None
    pushed: bool = True
    """False: Amazon already shows the quantity, so nothing was pushed."""
    shipping_jpy: int | None = None
    """The postage that the buyer pays besides the price; None if there is none, or if it is not known."""


@dataclass(frozen=True, slots=True)
class ReplacementWaits(Reason):
    """A replacement was found and waits for the seller's approval."""

    marketplace: Marketplace
    item_id: str


@dataclass(frozen=True, slots=True)
class ReplacementApproved(Reason):
    item_id: str
    person: str


@dataclass(frozen=True, slots=True)
class ReplacementRefused(Reason):
    """A person refused a replacement that waited for approval."""

    item_id: str
    person: str


@dataclass(frozen=True, slots=True)
class ReplacementTakenBack(Reason):
    """A person took a replacement back: the listing has its former source again."""

    item_id: str
    person: str
    marketplace: Marketplace
    source_item_id: int
    """Id and `marketplace` are those of the former source."""


@dataclass(frozen=True, slots=True)
class ReplacementUndone(Reason):
    """A replacement was refused or taken back. Earlier releases did not store which, nor the former source."""

    item_id: str
    person: str


@dataclass(frozen=True, slots=True)
class ApprovedItemSeen(Reason):
    """The approved replacement was gone when it was looked at once more."""

    item_id: str
    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class ApprovedItemUsed(Reason):
    """Another of the seller's listings now uses the approved replacement."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ApprovedItemGone(Reason):
    item_id: str


@dataclass(frozen=True, slots=True)
class ApprovedItemDearer(Reason):
    """The approved replacement costs more than it did when it was proposed. Both costs include postage."""

    item_id: str
    approved_jpy: int
    cost_jpy: int | None = None
    """None: no price is told any more."""


@dataclass(frozen=True, slots=True)
class ByHand(Reason):
    """A person did it."""

    person: str


@dataclass(frozen=True, slots=True)
class PutBack(Reason):
    """A person undid what was done to the offer by hand a moment ago: it is up again, as it was."""

    person: str


@dataclass(frozen=True, slots=True)
class ByImport(Reason):
    """A CSV import of the seller did it."""

    job_id: int


@dataclass(frozen=True, slots=True)
class Expired(Reason):
    """The offer was down for longer than the days allowed."""

    sku: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class DeletedByHand(Reason):
    sku: str
    person: str
