"""The numbers that make one simulated market; the command line fills them."""

from dataclasses import dataclass
from pathlib import Path


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
    """Share of the listed sources of which there is one more piece, as good and cheaper, that nobody lists."""
    churn_per_hour: float = 0.02
    """Share of the listed sources that meet with a market event in an hour of the simulated clock; 0 = still."""
    yahoo_page_bytes: int = 25_000
    """Size that item pages are filled up to. Real shells measure 25 KB, rendered pages up to 250 KB."""
    feed_queue_seconds: float = 5.0
    """Simulated seconds that a feed is IN_QUEUE."""
    feed_process_seconds: float = 10.0
    """Simulated seconds that a feed is IN_PROGRESS after that."""
    gzip_reports: bool = False
    """Whether processing reports are compressed."""
    quota_factor: float = 1.0
    """Amazon's usage plans are multiplied by this."""
    start_at: float | None = None
    """Unix time at which the market begins; None = now."""
    clock_mode: str = "real"
    speed: float = 1.0
    """Simulated seconds in a real one, in mode `real`."""
    state_file: Path | None = None
    """Where truth and Amazon's state survive a restart; None = nowhere."""
