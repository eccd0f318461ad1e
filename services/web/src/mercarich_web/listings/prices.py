"""A listing's price: between which bounds it follows its source, whether it does, and the last change taken back."""

from dataclasses import dataclass
from enum import StrEnum

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_web.identity.people import Account
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.listings.price_bounds import crossed
from mercarich_web.listings.sql.prices import SqlPrices
from mercarich_web.refusals import Refused

MOST_REVISION = 2**31 - 1
"""Most that the column holds."""


class PriceAction(StrEnum):
    """What a seller does about a price that follows."""

    STOP = "stop"
    """It follows no more until it is resumed."""
    RESUME = "resume"
    TAKE_BACK = "take_back"
    """The offer gets its former price back if Amazon still shows the present one, and follows no more."""


@dataclass(frozen=True, slots=True)
class SetPrices:
    """Set the bounds of a listing's price, stop it from following, resume it, or take the last change back.

    The next look at the source goes by it. Raises `NotFound` and `Refused`.
    """

    prices: SqlPrices
    audit: SqlAudit
    now: Clock

    def bound(self, seller: Account, listing_id: int, least_jpy: int | None, most_jpy: int | None, by: Actor) -> str:
        """Return the listing's SKU. None: there is no such bound, and the price does not follow."""
        wrong = crossed(least_jpy, most_jpy)
        if wrong is not None:
            raise Refused(wrong)
        sku = self.prices.bound(seller.user_id, listing_id, least_jpy, most_jpy)
        said = " to ".join("none" if amount is None else f"{amount:,} yen" for amount in (least_jpy, most_jpy))
        self.audit.write(AuditAction.LISTING_PRICE, by, sku, said, self.now())
        return sku

    def act(self, seller: Account, listing_id: int, action: PriceAction, by: Actor, revision: int | None = None) -> str:
        """Return the listing's SKU. `revision`: of the change that is to be taken back; None: the newest."""
        of = (seller.user_id, listing_id, by.name, self.now())
        match action:
            case PriceAction.STOP:
                sku = self.prices.stop(*of)
            case PriceAction.RESUME:
                sku = self.prices.resume(*of)
            case PriceAction.TAKE_BACK:
                sku = self.prices.take_back(*of, revision)
        self.audit.write(AuditAction.LISTING_PRICE, by, sku, action.value, self.now())
        return sku
