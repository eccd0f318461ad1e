"""What becomes of the listings behind sources that were looked at: let go, withdrawn, marked or held. No I/O."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from mercarich_checker.domain.brake import Hold, HoldKind
from mercarich_contracts.market import OUT_OF_STOCK, Reason, State
from mercarich_listings import listing as life
from mercarich_listings.event import Trigger
from mercarich_listings.listing import Listing, Lived
from mercarich_reasons.stock import SourceNotGone, SourceOnSaleAgain, SourceSeen


class Offer(NamedTuple):
    """What a look needs to know of a listing that is on sale: columns of its row."""

    id: int
    user_id: int
    source_item_id: int
    hold_id: int | None


class Seen(NamedTuple):
    """A source's state, and the evidence of it."""

    state: State
    why: Reason | None
    evidence_id: int | None


class Gone(NamedTuple):
    """A look that found a source gone."""

    seen: Seen
    at: datetime
    suspected_at: datetime | None
    """When an earlier look found it gone; None: this is the first."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a bunch of answers said, by source items."""

    gone: Mapping[int, Gone]
    available: frozenset[int]


@dataclass(frozen=True, slots=True)
class Falls:
    """Of the listings behind them: what this look says of each that changes."""

    cleared: Sequence[Offer] = ()
    """Held, and their source is on sale."""
    confirmed: Sequence[Offer] = ()
    """Held, and their source is gone at a second look, too."""
    new: Sequence[Offer] = ()
    """Their source is gone, and their run has not held them yet."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of which listings, by their ids. `only_mark`: of a run that withdraws nothing."""

    let_go: frozenset[int] = frozenset()
    going: Mapping[int, int] = field(default_factory=dict)
    """Listing -> its seller."""
    held: Mapping[int, int] = field(default_factory=dict)
    """Listing -> the hold that keeps it."""
    only_mark: bool = False

    @property
    def ids(self) -> list[int]:
        return [*self.let_go, *self.going, *self.held]

    @property
    def withdrawn(self) -> Mapping[int, Sequence[int]]:
        """Listings by seller; who is only marked is for the next update run."""
        return {} if self.only_mark else by_seller(self.going)

    @property
    def counts(self) -> Counter[str]:
        withdrawn = 0 if self.only_mark else len(self.going)
        return Counter(withdrawn=withdrawn, held=len(self.held))


def sort_out(
    offers: Iterable[Offer], found: Found, holds: Mapping[int, Hold], run_id: int, confirm_after: timedelta
) -> Falls:
    """`holds` are those that offers of sources which are gone have, as far as they are still there."""
    falls: tuple[list[Offer], list[Offer], list[Offer]] = ([], [], [])
    cleared, confirmed, new = falls
    for offer in offers:
        gone, hold = found.gone.get(offer.source_item_id), holds.get(offer.hold_id or 0)
        if gone is None:
            if offer.hold_id:
                cleared.append(offer)
        elif not offer.hold_id:
            new.append(offer)
        elif _is_confirmed(gone, hold, confirm_after):
            confirmed.append(offer)
        elif hold is None or hold.run_id != run_id:
            new.append(offer)
    return Falls(*falls)


def _is_confirmed(gone: Gone, hold: Hold | None, confirm_after: timedelta) -> bool:
    """By a look long enough after the first, and not by a reader that this very run cannot trust."""
    if hold is not None and hold.kind is HoldKind.UNREADABLE:
        return False
    return gone.suspected_at is not None and gone.at - gone.suspected_at >= confirm_after


def decide(falls: Falls, keeping: Mapping[int, int], *, only_mark: bool) -> Decided:
    """`keeping`: seller -> the hold that keeps what falls now (`brake.keeping`)."""
    free = (offer for offer in falls.new if offer.user_id not in keeping)
    return Decided(
        let_go=frozenset(offer.id for offer in falls.cleared),
        going={offer.id: offer.user_id for offer in (*falls.confirmed, *free)},
        held={offer.id: keeping[offer.user_id] for offer in falls.new if offer.user_id in keeping},
        only_mark=only_mark,
    )


def changes(decided: Decided, listings: Iterable[Listing], found: Found, now: datetime, run_id: int) -> list[Lived]:
    """Of the listings that something was decided of."""
    return [_change(decided, listing, found, now, run_id) for listing in listings]


def _change(decided: Decided, listing: Listing, found: Found, now: datetime, run_id: int) -> Lived:
    if listing.id in decided.let_go:
        return life.let_go(listing, now, SourceOnSaleAgain())
    seen = found.gone[listing.source_item_id].seen
    trigger = Trigger(run_id, decided.held.get(listing.id), seen.evidence_id)
    if listing.id in decided.held:
        return life.hold(listing, now, SourceSeen(seen.state, seen.why), trigger)
    return _fall(listing, seen, now, trigger, only_mark=decided.only_mark)


def _fall(listing: Listing, seen: Seen, now: datetime, trigger: Trigger, *, only_mark: bool) -> Lived:
    fall = life.mark if only_mark else life.withdraw
    return fall(listing, now, SourceSeen(seen.state, seen.why), trigger)


def release(listing: Listing, seen: Seen, now: datetime, *, only_mark: bool) -> Lived:
    """What becomes of a held listing whose hold a person released; `seen` is its source as it stands now."""
    trigger = Trigger(evidence_id=seen.evidence_id)
    if seen.state not in OUT_OF_STOCK:
        return life.let_go(listing, now, SourceNotGone(seen.state, seen.why), trigger)
    return _fall(listing, seen, now, trigger, only_mark=only_mark)


def by_seller(sellers: Mapping[int, int]) -> dict[int, list[int]]:
    """Listing -> seller, turned round."""
    listings: dict[int, list[int]] = defaultdict(list)
    for listing_id, user_id in sellers.items():
        listings[user_id].append(listing_id)
    return listings
