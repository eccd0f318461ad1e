"""A listing's own limit of the profit, in place of its seller's loss rule."""

from dataclasses import dataclass

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_web.identity.people import Account
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.listings.sql.limits import SqlLimits

MOST_JPY = 100_000_000
"""Largest amount that is read as a limit; the offer's price bounds it further."""


@dataclass(frozen=True, slots=True)
class LimitLoss:
    """Set the least profit in yen, None for that of the loss rule. The next look at the source decides by it.

    With `put_up`, a paused offer goes up at once, as by hand. Raises `NotFound`, and `Refused` for a limit beyond the
    offer's price, or when it is not paused or would earn less than the limit: who offers at a loss agrees to an
    amount.
    """

    limits: SqlLimits
    audit: SqlAudit
    now: Clock

    def __call__(self, seller: Account, listing_id: int, least_jpy: int | None, by: Actor, *, put_up: bool) -> str:
        """Return the listing's SKU."""
        if put_up and least_jpy is not None:
            sku = self.limits.put_up(seller.user_id, listing_id, least_jpy, by.name, self.now())
        else:
            sku = self.limits.set(seller.user_id, listing_id, least_jpy)
        said = "the loss rule's" if least_jpy is None else f"{least_jpy:,} yen"
        self.audit.write(AuditAction.LISTING_LIMIT, by, sku, said, self.now())
        return sku
