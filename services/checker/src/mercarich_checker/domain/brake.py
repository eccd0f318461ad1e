"""The mass-withdrawal brake: when withdrawals are held back, and by which hold. No I/O.

A fall is a listing on sale whose source a look found gone. It is withdrawn or held.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product

from mercarich_reasons.holds import TooManyAbsent, TooManyFalls
from mercarich_reasons.reason import Reason


class HoldKind(StrEnum):
    """Why withdrawals are held.

    A second look can confirm holds of every kind except `UNREADABLE`, which wait for another run or a person because
    the same parser would fail again, and `ABSENCES`, which wait for a person because a faulty route gives the same
    response again.
    """

    FALLS = "falls"
    ABSENCES = "absences"
    """Too many sources at once of which the marketplace says that there is no such item. Keeps no other falls."""
    CANARIES = "canaries"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class BrakeSettings:
    listings: int
    share: float
    marketplace_listings: int
    marketplace_share: float
    absent_share: float
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
    absent: int = 0
    """Those fallen by absence."""


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
    """The limit from which falls are held: the larger of `listings` and `share` × listings checked."""

    listings: int
    share: float

    def holds(self, fallen: int, checked: int) -> bool:
        return fallen >= max(self.listings, self.share * checked)


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
    """Return new holds for the marketplace and for each seller over a limit, unless `standing` has them already."""
    had = {(hold.user_id, hold.kind is HoldKind.ABSENCES) for hold in standing}
    limits: list[tuple[int | None, Tally, int, float]] = [
        (None, weighed.marketplace, settings.marketplace_listings, settings.marketplace_share),
        *((user_id, tally, settings.listings, settings.share) for user_id, tally in sorted(weighed.sellers.items())),
    ]
    new: list[NewHold] = []
    for user_id, tally, listings, share in limits:
        checked = tally.checked or None
        held_absent = (user_id, True) in had
        if not held_absent and Brake(listings, settings.absent_share).holds(tally.absent, tally.checked):
            new.append(NewHold(HoldKind.ABSENCES, TooManyAbsent(tally.absent, checked), user_id))
            held_absent = True
        read = tally.fallen - tally.absent if held_absent else tally.fallen
        if (user_id, False) not in had and Brake(listings, share).holds(read, tally.checked):
            new.append(NewHold(HoldKind.FALLS, TooManyFalls(read, checked), user_id))
    return new


def keeping(standing: Sequence[Hold], sellers: Collection[int], *, absent: bool) -> dict[int, int]:
    """Return, by seller, the id of the hold for new falls: the seller's own hold before the marketplace's.

    `absent`: for falls by absence, which holds for absences keep before any others.
    """
    unreleased = {(hold.kind is HoldKind.ABSENCES, hold.user_id): hold.id for hold in standing if not hold.released_at}
    kept: dict[int, int] = {}
    for user_id in sellers:
        for key in product((True, False) if absent else (False,), (user_id, None)):
            if key in unreleased:
                kept[user_id] = unreleased[key]
                break
    return kept


def too_many_unreadable(unparsable: int, looks: int, share: float) -> bool:
    """Return whether so many pages were unreadable that the marketplace's markup has probably changed."""
    return looks >= 40 and unparsable > share * looks
