"""The search for another source of an offer: its state, the candidates it refused and those it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.revivals import RevivalState
from mercarich_web.housekeeping.expiry import FLOOR_DAYS
from mercarich_web.sentences import Moment, Said


@dataclass(frozen=True, slots=True)
class Refusal:
    """The number of candidates that one filter refused in the last search."""

    by: str
    candidates: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """A replacement that was found; `state` is a `RevivalState`."""

    state: str
    marketplace: str
    item_id: str
    title: str | None
    price_jpy: int | None
    at: datetime
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class ReplacementSearch:
    searched_at: datetime | None
    problem: str | None
    """Why the last search had no result, or why it was set aside."""
    not_before: datetime | None
    """Earliest time of the next search, or the end of a worker's claim."""
    until: datetime | None
    """Time at which the search for a replacement ends; None: the offer is not withdrawn."""
    refusals: Sequence[Refusal]
    """Refusals of the last search, most frequent first; `mercarich revival explain` shows every candidate."""
    found: Sequence[Replacement]
    """Newest first, 20 at most."""


def next_search(search: ReplacementSearch, sku: str, now: datetime) -> Said:
    """Return in one sentence what happens automatically to an offer that needs another source."""
    newest = search.found[0].state if search.found else ""
    if newest == RevivalState.PROPOSED:
        return Said("A replacement waits for a person: `mercarich revival approve %(sku)s`.", {"sku": sku})
    if newest == RevivalState.APPROVED:
        return Said("A worker looks once more at the approved replacement and takes it.")
    if search.until is None:
        return Said("The next update run searches for another source.")
    if now > search.until:
        return Said(
            "The search for a replacement ended at %(until)s; `delete_old_items` deletes it %(days)s days after "
            "its withdrawal.",
            {"until": Moment(search.until), "days": FLOOR_DAYS},
        )
    return Said("Another source is searched for until %(until)s.", {"until": Moment(search.until)})
