"""Why a person's word on a replacement cannot be taken."""

from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class NothingWaits(Reason):
    """No replacement of this listing waits for approval."""

    sku: str


@dataclass(frozen=True, slots=True)
class NothingToTakeBack(Reason):
    """The listing has no replacement that could be refused or taken back."""

    sku: str


@dataclass(frozen=True, slots=True)
class OtherReplacement(Reason):
    """Since the person looked, another replacement was found, which is told here."""

    sku: str
    marketplace: Marketplace
    item_id: str


@dataclass(frozen=True, slots=True)
class OtherSource(Reason):
    """Somebody has given the listing another source than `item_id` since."""

    sku: str
    item_id: str
