"""The mass-withdrawal brake: when withdrawals are held back, and by which hold. No I/O.

A fall is a listing on sale whose source a look found gone. It is withdrawn or held. What the price of a source asks for
is weighed apart (`to_open_by_price`): neither limits the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from mercarich_contracts.market import RouteName
from mercarich_reasons.holds import (
    NoCanaryVouches,
    TooManyAbsent,
    TooManyFalls,
    TooManyLosses,
    TooManyPrices,
    TooManyRecoveries,
)
from mercarich_reasons.reason import Reason


class Doubt(StrEnum):
    """Why a route is not believed."""

    WRONG = "wrong"
    """Its canaries are not as expected: nothing that it says is believed."""
    UNVOUCHED = "unvouched"
    """No canary on sale shows that it works. States that are read are believed, but not that sources are missing."""


class HoldKind(StrEnum):
    """Why withdrawals are held.

    A second look can confirm holds of every kind except `UNREADABLE`, which wait for another run or a person because
    the same parser would fail again, `ABSENCES`, which wait for a person because a faulty route gives the same response
    again, and `PRICES`, which wait for a person because the same parser would read the same prices. Holds of a route
    wait until it is not in doubt any more.
    """

    FALLS = "falls"
    ABSENCES = "absences"
    """Too many sources at once of which a route says that there is no such item. Keeps no other falls."""
    CANARIES = "canaries"
    """The canaries of a route are not as expected. Keeps what falls by this route, and is confirmed after the doubt."""
    UNVOUCHED = "unvouched"
    """No canary vouches for a route. Keeps what falls by absence by this route, and is confirmed after the doubt."""
    UNREADABLE = "unreadable"
    LOSSES = "losses"
    """Too many offers at once that would earn too little. Keeps what is to be paused, and no falls."""
    RECOVERIES = "recoveries"
    """Too many paused offers at once that would earn enough again. Keeps these down, and no falls."""
    PRICES = "prices"
    """Too many offers at once whose price would follow their source. Keeps their prices, and no falls."""


BY_PRICE = frozenset({HoldKind.LOSSES, HoldKind.RECOVERIES, HoldKind.PRICES})
FOR_A_PERSON = frozenset({HoldKind.ABSENCES, HoldKind.PRICES})
"""No second look confirms them. An open one keeps what later runs would do, too."""
_TOO_MANY = {
    HoldKind.LOSSES: TooManyLosses,
    HoldKind.RECOVERIES: TooManyRecoveries,
    HoldKind.PRICES: TooManyPrices,
}


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
    released_by: str | None = None
    """The person who released it; None if it was closed because it kept nothing any more."""
    route: RouteName | None = None
    """The route whose falls it keeps; None: those of all routes."""

    @property
    def closed_by_itself(self) -> bool:
        """Whether it kept nothing any more; a person's release has a name."""
        return self.released_at is not None and self.released_by is None

    @property
    def is_of_doubt(self) -> bool:
        """Whether it stands as long as its route is in doubt, and limits no number of falls."""
        return self.route is not None and self.kind in _BY_DOUBT.values()


_BY_DOUBT = {Doubt.WRONG: HoldKind.CANARIES, Doubt.UNVOUCHED: HoldKind.UNVOUCHED}


class Fall(NamedTuple):
    """How a listing falls."""

    user_id: int
    route: RouteName
    """The route that showed its source as gone."""
    absent: bool
    """Whether the marketplace said that there is no such item, in place of a state that was read."""

    def is_doubted(self, doubts: Mapping[RouteName, Doubt]) -> bool:
        """Return whether the look is not believed."""
        doubt = doubts.get(self.route)
        return doubt is Doubt.WRONG or (doubt is Doubt.UNVOUCHED and self.absent)


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of listings checked and fallen in a run so far, for one seller or the whole marketplace."""

    checked: int
    """0 after the run's end, when checks are not weighed: then only the absolute limit applies, not the share."""
    fallen: int
    absent: Mapping[RouteName, int] = field(default_factory=dict)
    """Those fallen by absence, by the route that said so."""


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
    route: RouteName | None = None


def standing(holds: Iterable[Hold], since: datetime | None) -> list[Hold]:
    """Return the holds that stop a second one from being opened.

    Without `since`, all holds of the run, released ones too. With it, those still open and those opened after it.
    """
    return [hold for hold in holds if since is None or hold.released_at is None or hold.opened_at > since]


def to_open(standing: Iterable[Hold], weighed: Weighed, settings: BrakeSettings) -> list[NewHold]:
    """Return new holds for the marketplace and for each seller over a limit, unless `standing` has them already."""
    counted = [hold for hold in standing if not hold.is_of_doubt and hold.kind not in BY_PRICE]
    had = {hold.user_id for hold in counted if hold.kind is not HoldKind.ABSENCES}
    had_absent = {(hold.user_id, hold.route) for hold in counted if hold.kind is HoldKind.ABSENCES}
    limits: list[tuple[int | None, Tally, int, float]] = [
        (None, weighed.marketplace, settings.marketplace_listings, settings.marketplace_share),
        *((user_id, tally, settings.listings, settings.share) for user_id, tally in sorted(weighed.sellers.items())),
    ]
    new: list[NewHold] = []
    for user_id, tally, listings, share in limits:
        checked, read = tally.checked or None, tally.fallen
        for route, absent in sorted(tally.absent.items()):
            if not had_absent & {(user_id, route), (user_id, None)}:
                if not Brake(listings, settings.absent_share).holds(absent, tally.checked):
                    continue
                new.append(NewHold(HoldKind.ABSENCES, TooManyAbsent(absent, checked, route), user_id, route))
            read -= absent
        if user_id not in had and Brake(listings, share).holds(read, tally.checked):
            new.append(NewHold(HoldKind.FALLS, TooManyFalls(read, checked), user_id))
    return new


def keeping(standing: Sequence[Hold], falls: Iterable[Fall]) -> dict[Fall, int]:
    """Return the id of the hold for new falls: the seller's own hold before the marketplace's.

    Holds for absences keep falls by absence alone, of their route, and before any others.
    """
    unreleased = {
        (hold.kind is HoldKind.ABSENCES, hold.user_id, hold.route): hold.id
        for hold in standing
        if not hold.released_at and not hold.is_of_doubt and hold.kind not in BY_PRICE
    }
    kept: dict[Fall, int] = {}
    for fall in falls:
        absences = product((True,), (fall.user_id, None), (fall.route, None)) if fall.absent else ()
        for key in (*absences, (False, fall.user_id, None), (False, None, None)):
            if key in unreleased:
                kept[fall] = unreleased[key]
                break
    return kept


def to_open_by_price(
    kind: HoldKind, standing: Iterable[Hold], weighed: Weighed, settings: BrakeSettings
) -> list[NewHold]:
    """As `to_open`, for what the prices of sources ask for: `weighed.fallen` are the listings to be paused, put up, or
    given another price, by the hold's kind."""
    had = {hold.user_id for hold in standing if hold.kind is kind}
    too_many = _TOO_MANY[kind]
    whole = (None, weighed.marketplace, Brake(settings.marketplace_listings, settings.marketplace_share))
    sellers = (
        (user_id, tally, Brake(settings.listings, settings.share)) for user_id, tally in sorted(weighed.sellers.items())
    )
    return [
        NewHold(kind, too_many(tally.fallen, tally.checked or None), user_id)
        for user_id, tally, brake in (whole, *sellers)
        if user_id not in had and brake.holds(tally.fallen, tally.checked)
    ]


def keeping_by_price(kind: HoldKind, standing: Iterable[Hold], user_ids: Iterable[int]) -> dict[int, int]:
    """Return, by seller, the id of the hold for what prices ask for: the seller's own before the marketplace's."""
    unreleased = {hold.user_id: hold.id for hold in standing if hold.kind is kind and not hold.released_at}
    return {
        user_id: unreleased[key]
        for user_id in user_ids
        for key in (user_id if user_id in unreleased else None,)
        if key in unreleased
    }


def of_doubt(
    holds: Iterable[Hold], falls: Iterable[Fall], doubts: Mapping[RouteName, Doubt], run_id: int
) -> list[NewHold]:
    """Return new holds for routes in doubt by which something falls, unless a hold is open or a person released one of
    this run."""
    had = {
        (hold.kind, hold.route)
        for hold in holds
        if hold.released_at is None or (hold.released_by is not None and hold.run_id == run_id)
    }
    kinds = {fall.route: _BY_DOUBT[doubts[fall.route]] for fall in falls if fall.is_doubted(doubts)}
    return [
        NewHold(kind, NoCanaryVouches(route), route=route)
        for route, kind in sorted(kinds.items())
        if (kind, route) not in had
    ]


def kept_by_doubt(holds: Iterable[Hold], falls: Iterable[Fall], doubts: Mapping[RouteName, Doubt]) -> dict[Fall, int]:
    """Return the id of the hold for each fall by a route in doubt. These say nothing of numbers that fall elsewhere."""
    unreleased = {(hold.kind, hold.route): hold.id for hold in holds if not hold.released_at}
    keys = {fall: (_BY_DOUBT[doubts[fall.route]], fall.route) for fall in falls if fall.is_doubted(doubts)}
    return {fall: unreleased[key] for fall, key in keys.items() if key in unreleased}


def too_many_unreadable(unparsable: int, looks: int, share: float) -> bool:
    """Return whether so many pages were unreadable that the marketplace's markup has probably changed."""
    return looks >= 40 and unparsable > share * looks
