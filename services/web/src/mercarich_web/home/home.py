"""What a seller's home page shows: open decisions, how the shop stands, and the last fortnight."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mercarich_contracts.coverage import Coverage
from mercarich_contracts.schedule import TIME_ZONE, ScheduleRow
from mercarich_web.cancellations.rate import Rate
from mercarich_web.listings.calibration import Calibration
from mercarich_web.listings.demand import Demand
from mercarich_web.listings.exposure import Exposure
from mercarich_web.listings.offers import Account, Event
from mercarich_web.listings.views import Figures
from mercarich_web.schedule import slots as schedules
from mercarich_web.troubles.troubles import Trouble

DAYS = 14


@dataclass(frozen=True, slots=True)
class Waiting:
    """Counts of what needs the seller's attention."""

    held: int
    """Listings whose withdrawal waits for a second look or for a person."""
    proposed: int
    """Replacements that were found and wait for the seller's approval."""
    failed_imports: int
    """Imports that failed in the last week."""
    problems: int
    """Listings whose push Amazon refused."""
    token_invalid: bool
    account_missing: bool
    to_buy: int
    """Ordered items without a decision."""
    to_cancel: int
    """Open ones that cannot be sourced."""
    to_match: int
    """Offers at Amazon without a known source, up to 1,000."""

    @property
    def is_nothing(self) -> bool:
        counts = self.held + self.proposed + self.failed_imports + self.problems + self.to_buy + self.to_cancel
        counts += self.to_match
        return counts == 0 and not self.token_invalid and not self.account_missing


@dataclass(frozen=True, slots=True)
class OwnRun:
    """The newest run of a kind that took this seller in, with the seller's part of it."""

    run_id: int
    operation: str
    marketplace: str
    outcome: str
    phase: str
    started_at: datetime
    ended_at: datetime | None
    planned: int
    """Own sources, an update's own listings; 0: the run is of others, who share sources with the seller."""
    checked: int
    """Own sources that a check has seen, own listings that an update has searched for."""
    fallen: int
    """Own listings."""
    share: int | None
    """Progress of the seller's part in percent; None: nothing was planned."""
    revived: int = 0
    """Own listings that an update restored."""
    left: int | None = None
    """Own listings that an update has still to search for; None for a check."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, with the listing that it belongs to."""

    listing_id: int
    sku: str
    title: str | None
    event: Event


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day in Tokyo."""

    begins: datetime
    checked: int
    withdrawn: int
    restored: int
    exposed: int = 0
    """Minutes, summed over offers."""


@dataclass(frozen=True, slots=True)
class Fortnight:
    days: Sequence[Day]
    """Oldest first, today last."""
    exposure: Exposure
    demand: Demand
    calibration: Calibration
    cancelled: float | None
    """Share of orders that is expected to be cancelled, 0 to 1; None when it is not known."""
    rate: Rate
    """Of real orders."""


@dataclass(frozen=True, slots=True)
class Home:
    figures: Figures
    waiting: Waiting
    account: Account | None
    runs: Sequence[OwnRun]
    next_checks: Sequence[tuple[str, datetime]]
    """Marketplace and time of the next checks, soonest first."""
    happened: Sequence[Happened]
    """Newest events first."""
    coverages: Sequence[Coverage]
    """How fresh the looks at the seller's own sources on sale are, by marketplace."""
    fortnight: Fortnight | None
    """None when it is not computed yet."""
    troubles: Sequence[Trouble]
    """What does not work, or is not known to."""

    @property
    def in_trouble(self) -> Collection[str]:
        """The marketplaces whose checks do not go on."""
        return {one.marketplace for one in self.troubles}


def midnights(now: datetime, days: int = DAYS) -> list[datetime]:
    """Return the midnights in Tokyo at which the last `days` days begin, and the one at which today ends."""
    zone = ZoneInfo(TIME_ZONE)
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return [today - timedelta(days=back) for back in range(days - 1, -2, -1)]


def next_checks(rows: Sequence[ScheduleRow], checks_a_day: int, now: datetime) -> list[tuple[str, datetime]]:
    """Return, by marketplace, when the seller's listings are checked next."""
    found: dict[str, datetime] = {}
    for row in rows:
        name, *words = row.command
        if name.startswith("check_item_") and str(checks_a_day) in words:
            marketplace, slot = name.removeprefix("check_item_"), schedules.status(row, None, now).next_slot
            found[marketplace] = min(slot, found.get(marketplace, slot))
    return sorted(found.items(), key=lambda pair: (pair[1], pair[0]))
