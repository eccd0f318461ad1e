"""The mass-withdrawal brake: when falls are held back, and by which hold. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_reasons.holds import TooManyFalls
from mercarich_reasons.reason import Reason


class HoldKind(StrEnum):
    """Why withdrawals are held. A second look confirms the first two; unreadable pages wait for another run or a
    person, since the reader that failed would look again."""

    FALLS = "falls"
    CANARIES = "canaries"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class BrakeSettings:
    listings: int
    share: float
    marketplace_listings: int
    marketplace_share: float
    confirm_after: timedelta
    unknown_limit: int
    retry_seconds: float


@dataclass(frozen=True, slots=True)
class Hold:
    id: int
    run_id: int
    user_id: int | None
    """The seller whose withdrawals it keeps; None: all of the marketplace."""
    kind: HoldKind | None
    """None: of an earlier release, for too many falls."""
    opened_at: datetime
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Of a run so far, for one seller or for the marketplace: listings checked, and those to be withdrawn."""

    checked: int
    """0 where nobody counts them, after the run's end: then no share may fall, only a number."""
    fallen: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the brake weighs of a run."""

    sellers: Mapping[int, Tally]
    """Those of whom something is falling."""
    marketplace: Tally
    since: datetime | None
    """The run's end, where only what came after it is counted."""


@dataclass(frozen=True, slots=True)
class Brake:
    """Too many falls at once are held until a second look or a person confirms."""

    listings: int
    share: float

    def holds(self, tally: Tally) -> bool:
        return tally.fallen >= max(self.listings, self.share * tally.checked)


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold that is to be opened."""

    kind: HoldKind
    reason: Reason
    user_id: int | None = None
    """None: of the whole marketplace."""


def standing(holds: Iterable[Hold], since: datetime | None) -> list[Hold]:
    """Of a run's holds those that count: what was settled before the run's end says nothing of what came later."""
    return [hold for hold in holds if since is None or hold.released_at is None or hold.opened_at > since]


def to_open(standing: Iterable[Hold], weighed: Weighed, settings: BrakeSettings) -> list[NewHold]:
    """One for the marketplace and one for each seller where the brake holds; none where the run has had one."""
    had = {hold.user_id for hold in standing}
    market = Brake(settings.marketplace_listings, settings.marketplace_share)
    seller = Brake(settings.listings, settings.share)
    wanted: dict[int | None, Tally] = {None: weighed.marketplace} if market.holds(weighed.marketplace) else {}
    wanted |= {user_id: tally for user_id, tally in sorted(weighed.sellers.items()) if seller.holds(tally)}
    return [
        NewHold(HoldKind.FALLS, TooManyFalls(tally.fallen, tally.checked or None), user_id)
        for user_id, tally in wanted.items()
        if user_id not in had
    ]


def keeping(standing: Sequence[Hold], sellers: Iterable[int]) -> dict[int, int]:
    """Seller -> the id of the hold that keeps what falls now: the seller's own before the marketplace's."""
    unreleased = {hold.user_id: hold.id for hold in standing if hold.released_at is None}
    of = {user_id: unreleased.get(user_id, unreleased.get(None)) for user_id in sellers}
    return {user_id: hold_id for user_id, hold_id in of.items() if hold_id is not None}


def too_many_unreadable(unparsable: int, looks: int, share: float) -> bool:
    """Whether so many pages could not be read that the marketplace's markup has probably changed."""
    return looks >= 40 and unparsable > share * looks
