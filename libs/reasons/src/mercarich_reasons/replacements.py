"""Reasons why a person's decision on a replacement is refused."""

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
