"""The mass-withdrawal brake: when withdrawals are held back, and by which hold. No I/O.

A fall is a listing on sale whose source a look found gone. It is withdrawn or held.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_reasons.holds import TooManyFalls
from mercarich_reasons.reason import Reason


class HoldKind(StrEnum):
    """Why withdrawals are held.

    A second look can confirm holds of every kind except `UNREADABLE`. Those wait for another run or a person, because
    the same parser would fail again.
    """

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
    """The seller whose withdrawals are held; None: those of the whole marketplace."""
    kind: HoldKind | None
    """None: the hold was opened by an earlier release of Mercarich, for too many falls."""
    opened_at: datetime
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of listings checked and fallen in a run so far, for one seller or the whole marketplace."""

    checked: int
    """0 after the run's end, when checks are not weighed: then only the absolute limit applies, not the share."""
    fallen: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """The numbers of a run that the brake goes by."""

    sellers: Mapping[int, Tally]
    """By seller's id; only sellers with falls."""
    marketplace: Tally
    since: datetime | None
    """None while the run is under way. Afterwards the run's end: only falls since then count."""


@dataclass(frozen=True, slots=True)
class Brake:
    """The limit from which falls are held until a second look or a person confirms them.

    The larger of `listings` and `share` × listings checked.
    """

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
    """None: for the whole marketplace."""


def standing(holds: Iterable[Hold], since: datetime | None) -> list[Hold]:
    """Return the holds that stop a second one from being opened.

    Without `since`, all holds of the run, released ones too. With it, those still open and those opened after it.
    """
    return [hold for hold in holds if since is None or hold.released_at is None or hold.opened_at > since]


def to_open(standing: Iterable[Hold], weighed: Weighed, settings: BrakeSettings) -> list[NewHold]:
    """Return new holds for the marketplace and for each seller over the limit, unless `standing` has one already."""
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
    """Return, by seller, the id of the hold for new falls: the seller's own hold before the marketplace's."""
    unreleased = {hold.user_id: hold.id for hold in standing if hold.released_at is None}
    of = {user_id: unreleased.get(user_id, unreleased.get(None)) for user_id in sellers}
    return {user_id: hold_id for user_id, hold_id in of.items() if hold_id is not None}


def too_many_unreadable(unparsable: int, looks: int, share: float) -> bool:
    """Return whether so many pages were unreadable that the marketplace's markup has probably changed."""
    return looks >= 40 and unparsable > share * looks
