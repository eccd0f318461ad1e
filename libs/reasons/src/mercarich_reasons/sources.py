"""Another source that a seller chooses for a listing: what is told of it, and why it is refused."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.market import Marketplace, RouteName, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class SourceChosen(Reason):
    """A person gave the listing another source, which a look had just found on sale."""

    person: str
    marketplace: Marketplace
    item_id: str
    source_item_id: int
    """Id, like `marketplace` and `item_id`, of the new source."""
    old_marketplace: Marketplace
    old_item_id: str
    price_jpy: int | None = None
    shipping_jpy: int | None = None
    """The postage that the buyer pays besides the price; None if there is none, or if it is not known."""
    pieces: int | None = None
    """Most that the offer shows from now on, since sources are single pieces; None: it showed no more."""


@dataclass(frozen=True, slots=True)
class OtherItemLookedAt(Reason):
    """A person had an item looked at that may become the listing's source."""

    person: str
    marketplace: Marketplace
    item_id: str


@dataclass(frozen=True, slots=True)
class ChosenNotOnSale(Reason):
    """The last look at the item did not find it on sale."""

    item_id: str
    state: State
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class ChosenNotSeenNow(Reason):
    """No look has found the item on sale in the last minutes; `at` None: none has found out anything yet."""

    item_id: str
    minutes: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChosenDearer(Reason):
    """The item costs more than the page showed when the person decided. Both costs include postage."""

    item_id: str
    shown_jpy: int
    cost_jpy: int


@dataclass(frozen=True, slots=True)
class ChosenAlready(Reason):
    """The listing has this source already."""

    sku: str
    item_id: str


@dataclass(frozen=True, slots=True)
class ChosenForOrder(Reason):
    """The item is to be bought, or is kept, for an open order of the seller's."""

    item_id: str
    order_id: str


@dataclass(frozen=True, slots=True)
class ChosenWithoutPrice(Reason):
    """The item is on sale, and no look has told its price."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ListingChangedSince(Reason):
    """The listing is not as the page showed it when the person decided; the values are those of its source now."""

    sku: str
    marketplace: Marketplace
    item_id: str


@dataclass(frozen=True, slots=True)
class NoLookNow(Reason):
    """No check of the marketplace is trusted at present, so that no item of it is looked at by hand."""

    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class LookWaitsForRoute(Reason):
    """What the route shows is wrong at present, so that none of its items is looked at by hand."""

    route: RouteName


@dataclass(frozen=True, slots=True)
class LooksNeedAccount(Reason):
    """The seller has linked no Amazon account, and takes part in no checks."""


@dataclass(frozen=True, slots=True)
class LooksUsedUp(Reason):
    """The seller has asked for as many looks as a day allows."""

    most: int
