"""A listing as its seller exports it."""

from dataclasses import dataclass
from datetime import datetime

from mercarich_replacements.earnings import Earnings


@dataclass(frozen=True, slots=True)
class ExportedListing:
    """A row of an export; its columns are those of `csv_rows.COLUMNS`."""

    sku: str
    marketplace: str
    source_id: str
    asin: str | None
    title: str | None
    quantity: int
    listed: bool
    price: int | None
    """Price in yen that Amazon's buyer pays."""
    least_price: int | None
    """Between this and the next, in yen, it may follow its source; None: it does not."""
    most_price: int | None
    note: str | None
    """For the seller's eyes alone."""
    handling_days: int | None
    """The listing's own."""
    amazon_quantity: int | None
    withdrawn_at: datetime | None
    paused_at: datetime | None
    """Since when it is down by the loss rule."""
    least_profit: int | None
    """Its own limit of the profit in yen; None: the loss rule decides."""
    earned: Earnings

    @property
    def profit(self) -> int | None:
        """Yen that a sale earns; at most, where the postage is among `not_known`."""
        return self.earned.profit_jpy

    @property
    def margin(self) -> float | None:
        """The profit in percent of the price."""
        return self.earned.margin_percent

    @property
    def fee(self) -> int | None:
        """Yen that Amazon keeps of a sale."""
        return self.earned.fee_jpy

    @property
    def fee_by(self) -> str | None:
        """Code of what `fee` is by: Amazon's estimate, or the percentage of the rules."""
        return None if self.earned.fee_why is None else self.earned.fee_why.code

    @property
    def not_known(self) -> str:
        """Codes of what is not known of the profit."""
        return " ".join(reason.code for reason in self.earned.unknown)
