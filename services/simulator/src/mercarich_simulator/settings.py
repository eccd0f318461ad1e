"""The settings of one simulated market, from the command line."""

from dataclasses import dataclass
from pathlib import Path

from mercarich_simulator.hazards import SIGMA
from mercarich_simulator.shelf import SOURCE_SELLERS

MARKETS = ("flat", "mixed")


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """One market. Two markets of equal settings and clock are equal to the last byte."""

    seed: int = 1
    sellers: int = 20
    """Amazon sellers; listing N belongs to seller N modulo this."""
    listings: int = 10_000
    """Amazon offers; even ones have a Yahoo source, odd ones a Mercari source."""
    already_sold: float = 0.0
    """Share of the listed sources that have sold before the first check."""
    restores: int = 0
    """Offers that Amazon shows at 0 although their source is available."""
    spare_pieces: float = 0.0
    """Share of the listed sources with a spare piece: an equal, cheaper item without a listing."""
    churn_per_hour: float = 0.02
    """In a flat market, the share of listed sources with an event per hour of the simulated clock; 0 = no events."""
    market: str = "flat"
    """`flat`: all sources are alike, and `churn_per_hour` says how often something happens to one. `mixed`: each item
    goes by a hazard of its own, which depends on what its page shows, and auctions of Yahoo by their ends."""
    listed_a_day: float = 0.25
    """In a mixed market, how many items are newly listed in a day for each that is there at the start: other products,
    and spare pieces for `spare_pieces` of the products."""
    sigma: float = SIGMA
    """In a mixed market, the standard deviation of the logarithm of the hazards; 0 = all alike."""
    source_sellers: str = "shelf"
    """How many items source sellers have: `shelf` (1 to 60) or `long_tail` (a third of the items alone)."""
    yahoo_page_bytes: int = 25_000
    """Size in bytes to which item pages are padded. Real page shells have 25 KB, rendered pages up to 250 KB."""
    feed_queue_seconds: float = 5.0
    """Simulated seconds that a feed is IN_QUEUE."""
    feed_process_seconds: float = 10.0
    """Simulated seconds that a feed is IN_PROGRESS after the queue."""
    report_queue_seconds: float = 10.0
    """Simulated seconds that a report of a seller's offers is IN_QUEUE."""
    report_process_seconds: float = 30.0
    """Simulated seconds that such a report is IN_PROGRESS after the queue."""
    gzip_reports: bool = False
    """Whether processing reports are compressed."""
    lag_seconds: float = 0.0
    """How long an accepted change typically takes until it shows, in simulated seconds: most within twice as much, two
    of a hundred within twenty to a hundred times; 0 = at once."""
    orders_per_hour: float = 0.0
    """Share of the offers for which a buyer comes per hour; 0 = nobody buys at Amazon. In a flat market they come for
    the offers of the start, whether up or not; in a mixed one for what is up, whoever has created it."""
    demand_power: float = 0.0
    """In a mixed market, the power of a source's hazard to which the demand for its offer is in proportion (κ); 0 = all
    offers are alike."""
    eager_orders: float = 0.0
    """Share of the offers put up for which a buyer comes within a minute."""
    order_lag_seconds: float = 120.0
    """How long after a change of an order Amazon tells of it."""
    regretted_orders: float = 0.03
    """Share of the orders that their buyers cancel within half an hour."""
    forbidden: float = 0.0
    """Share of the SKUs of which Amazon refuses each single operation with 403, for good."""
    late_issues: float = 0.0
    """Share of the offers put up that have an ERROR afterwards, and cannot be bought."""
    restricted: float = 0.03
    """Share of the products that a seller may not sell, and half of those that they may not sell as new."""
    ignored_creations: float = 0.0
    """Share of the new offers that Amazon accepts and never shows."""
    quota_factor: float = 1.0
    """Factor of all of Amazon's rates and bursts."""
    start_at: float | None = None
    """Unix time at which the market begins; None = now."""
    clock_mode: str = "real"
    speed: float = 1.0
    """Simulated seconds in a real one, in mode `real`."""
    state_file: Path | None = None
    """File that keeps truth and Amazon's state over a restart; None = not kept."""

    def __post_init__(self) -> None:
        """Raise ValueError for a market or a kind of source sellers that does not exist."""
        for name, known in (("market", MARKETS), ("source_sellers", tuple(SOURCE_SELLERS))):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, not {getattr(self, name)!r}")
