"""Why a listing's life took a turn: its source, a person, its age."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class SourceSeen(Reason):
    """A look at the source said this; `why` is None where the marketplace gave no reason."""

    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class SourceOnSaleAgain(Reason):
    """A second look found the source on sale, so that the held withdrawal was a false alarm."""


@dataclass(frozen=True, slots=True)
class SourceNotGone(Reason):
    """A person released the held withdrawal, and by then its source was not gone any more: the offer stays up."""

    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class NoReplacementYet(Reason):
    """A marked listing comes down: its search ended without a replacement. `state` and `why` are its source's."""

    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class ReplacedBy(Reason):
    """The listing has another source now."""

    marketplace: Marketplace
    item_id: str
    source_item_id: int
    """0 where an earlier release did not keep it."""
    price_jpy: int | None = None
    lead_time_days: int | None = None
    pushed: bool = True
    """False: Amazon shows the quantity already and was not told of it."""


@dataclass(frozen=True, slots=True)
class ReplacementWaits(Reason):
    """A replacement was found, and its seller is to approve it."""

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
    """A person took a replacement back: the listing has the source before it again."""

    item_id: str
    person: str
    marketplace: Marketplace
    source_item_id: int
    """Of the source that it has again, as `marketplace`."""


@dataclass(frozen=True, slots=True)
class ReplacementUndone(Reason):
    """A replacement was refused or taken back; earlier releases did not keep which, nor the source before it."""

    item_id: str
    person: str


@dataclass(frozen=True, slots=True)
class ApprovedItemSeen(Reason):
    """The approved replacement was looked at once more, and was gone."""

    item_id: str
    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class ApprovedItemUsed(Reason):
    """Another listing of the seller uses the approved replacement by now."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ApprovedItemGone(Reason):
    item_id: str


@dataclass(frozen=True, slots=True)
class ByHand(Reason):
    """A person did it."""

    person: str


@dataclass(frozen=True, slots=True)
class ByImport(Reason):
    """A CSV import of the seller did it."""

    job_id: int


@dataclass(frozen=True, slots=True)
class Expired(Reason):
    """The offer was down for longer than its days."""

    sku: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class DeletedByHand(Reason):
    sku: str
    person: str
