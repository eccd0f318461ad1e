"""The search for another source of an offer: where it stands, what it refused, what it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.revivals import RevivalState
from mercarich_web.housekeeping.expiry import FLOOR_DAYS
from mercarich_web.sentences import Moment, Said


@dataclass(frozen=True, slots=True)
class Refusal:
    """How many candidates of the last search one filter refused."""

    by: str
    candidates: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """One that was found; `state` is a `RevivalState`."""

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
    """Why the last search told nothing, or set_aside."""
    not_before: datetime | None
    """Of the next search, or until when a worker has it."""
    until: datetime | None
    """After which no replacement is searched for any more; None: it is not withdrawn."""
    refusals: Sequence[Refusal]
    """Of the last search, the most frequent first; `mercarich revival explain` has every candidate."""
    found: Sequence[Replacement]
    """Newest first, 20 at most."""


def next_search(search: ReplacementSearch, sku: str, now: datetime) -> Said:
    """What happens by itself to an offer that wants another source, in one sentence."""
    newest = search.found[0].state if search.found else ""
    if newest == RevivalState.PROPOSED:
        return Said("A replacement waits for a person: `mercarich revival approve %(sku)s`.", {"sku": sku})
    if newest == RevivalState.APPROVED:
        return Said("A worker looks once more at the approved replacement and takes it.")
    if search.until is None:
        return Said("The next update run searches for another source.")
    if now > search.until:
        return Said(
            "Nothing is searched for any more, since %(until)s; `delete_old_items` deletes it %(days)s days after its"
            " withdrawal.",
            {"until": Moment(search.until), "days": FLOOR_DAYS},
        )
    return Said("Another source is searched for until %(until)s.", {"until": Moment(search.until)})
