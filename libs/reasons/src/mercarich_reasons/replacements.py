"""Reasons why a person's decision on a replacement is refused."""

from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class NothingWaits(Reason):
    """No replacement of this listing waits for approval."""

    sku: str


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
