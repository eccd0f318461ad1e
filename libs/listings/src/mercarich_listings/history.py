"""Replay a listing's events: the result must equal its row. No I/O.

This is written independently of the transitions on purpose. A test compares both, and fails for a transition whose
event does not contain everything that it changes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from mercarich_contracts.events import EventKind
from mercarich_listings.event import Event
from mercarich_listings.listing import Listing
from mercarich_reasons.creations import SoldByAmazon
from mercarich_reasons.earnings import BY_PRICE, EarnsEnoughAgain, LossRuleEnded
from mercarich_reasons.edits import ListingEdited
from mercarich_reasons.push import OrderedAtAmazon
from mercarich_reasons.reason import Reason
from mercarich_reasons.sources import SourceChosen
from mercarich_reasons.stock import ByHand, PutBack, ReplacedBy, ReplacementTakenBack


def replay(listing: Listing, events: Iterable[Event]) -> Listing:
    """Return the listing after these events. Events about pushes and proposals do not change it."""
    kind: type[Reason] | None = None
    for event in events:
        if event.kind == EventKind.HELD:
            before, kind = kind, _kind(event.reason)
            if before not in (None, kind):
                listing = replace(listing, held_at=None)
        columns = _TOLD.get(event.kind, _nothing)
        listing = replace(listing, **columns(listing, event))
    return listing


def _kind(reason: Reason | None) -> type[Reason] | None:
    """Return what tells a hold's kind: a loss rule that has ended puts an offer up, as enough profit does."""
    if reason is None:
        return None
    return EarnsEnoughAgain if isinstance(reason, LossRuleEnded) else type(reason)


_FREE = {"hold_id": None, "held_at": None}
_SAID = {"edited_quantity": None}


def _nothing(_listing: Listing, _event: Event) -> dict[str, Any]:
    return {}


def _quantity(event: Event) -> dict[str, Any]:
    return {"quantity": event.quantity_after, "revision": event.revision, "changed_at": event.at}


def _down(event: Event) -> dict[str, Any]:
    times = {"withdrawn_at": event.at, "restored_at": None, "paused_at": None}
    return {**_quantity(event), **times, **_FREE}


def _withdrawn(_listing: Listing, event: Event) -> dict[str, Any]:
    return {**_down(event), "searching": not isinstance(event.reason, ByHand)}


def _given(_listing: Listing, event: Event) -> dict[str, Any]:
    """Apply an event that puts the listing up (or keeps it up): with another source, or by hand with the same."""
    up = {"searching": False, "withdrawn_at": None, "paused_at": None, **_SAID}
    if not isinstance(event.reason, ReplacedBy):
        restored_at = None if isinstance(event.reason, PutBack) else event.at
        pieces = {"listing_quantity": event.quantity_after}
        return {**_quantity(event), **up, **pieces, **_FREE, "stopped_at": None, "restored_at": restored_at}
    found = event.reason
    columns = {
        "searched_at": event.at,
        "restored_at": event.at if found.pushed else None,
        "lead_time_days": found.lead_time_days,
    }
    return {**_quantity(event), **up, **columns, **_source(found)}


def _undone(listing: Listing, event: Event) -> dict[str, Any]:
    if not isinstance(event.reason, ReplacementTakenBack):
        return {}  # a proposal was refused
    return {**_down(event), **_SAID, **_source(event.reason), "searching": listing.stopped_at is None}


def _resumed(listing: Listing, event: Event) -> dict[str, Any]:
    if event.quantity_after:
        return _given(listing, event)
    return {"searching": True, "withdrawn_at": event.at, "stopped_at": None, "changed_at": event.at}


def _stopped(_listing: Listing, event: Event) -> dict[str, Any]:
    was_up = _down(event) if event.quantity_before else {"changed_at": event.at, "paused_at": None, **_FREE}
    return {**was_up, "searching": False, "stopped_at": event.at}


def _changed_at_amazon(_listing: Listing, event: Event) -> dict[str, Any]:
    if not event.quantity_after:
        return {**_down(event), "searching": False}
    return {**_quantity(event), **(_SAID if event.quantity_after > (event.quantity_before or 0) else {})}


def _ordered(listing: Listing, event: Event) -> dict[str, Any]:
    """An order of some pieces, or of an offer that is down already, changes only what was typed while it was up, but
    for one that is paused."""
    assert isinstance(event.reason, OrderedAtAmazon)
    if event.reason.left is not None:
        return {"listing_quantity": event.reason.left}
    left = (listing.edited_quantity or 0) - event.reason.quantity
    rest = {"edited_quantity": left if left > 0 else None}
    took_the_last = listing.paused_at is not None or (event.quantity_before and not event.quantity_after)
    return {**_down(event), **rest, "searching": False} if took_the_last else rest


def _held(listing: Listing, event: Event) -> dict[str, Any]:
    by_price = isinstance(event.reason, BY_PRICE)
    return {"hold_id": event.hold_id, "held_at": (listing.held_at or event.at) if by_price else None}


def _paused(listing: Listing, event: Event) -> dict[str, Any]:
    """Of an offer that was up the pieces that were left come back, or those that were typed meanwhile."""
    left = min(listing.listing_quantity, event.quantity_before or listing.listing_quantity)
    pieces = {"listing_quantity": listing.edited_quantity or left, **_SAID}
    return {**_down(event), "paused_at": event.at, "stopped_at": None, **pieces}


def _recovered(_listing: Listing, event: Event) -> dict[str, Any]:
    up = {"withdrawn_at": None, "paused_at": None, "restored_at": event.at}
    return {**_quantity(event), **_FREE, **_SAID, **up}


def _not_registered(listing: Listing, event: Event) -> dict[str, Any]:
    """Of a draft that could not even be sent nothing changes."""
    return {"registering": False, "changed_at": event.at} if listing.registering else {}


def _listed(_listing: Listing, event: Event) -> dict[str, Any]:
    """What was created has the handling days that it was created with."""
    columns = {"listed": True, "registering": False, "changed_at": event.at}
    days = event.reason.handling_days if isinstance(event.reason, SoldByAmazon) else None
    return columns if days is None else {**columns, "handling_days": days}


def _chosen(listing: Listing, event: Event) -> dict[str, Any]:
    """Of an offer that stays up with as many pieces only the source changes."""
    chosen = event.reason
    assert isinstance(chosen, SourceChosen)
    columns = {**_source(chosen), **_FREE, **_SAID, "searching": False}
    if chosen.pieces is not None:
        columns["listing_quantity"] = min(listing.listing_quantity, chosen.pieces)
    is_kept = event.quantity_after and event.quantity_after == event.quantity_before
    return columns if is_kept else {**columns, **_quantity(event)}


def _edited(listing: Listing, event: Event) -> dict[str, Any]:
    """Of an offer, the quantity that it shows stays, also where another lead time is pushed with it; a draft has no
    other one than that of its listing."""
    change = event.reason
    assert isinstance(change, ListingEdited)
    columns: dict[str, Any] = {}
    if change.listing_quantity is not None:
        is_up = listing.listed and listing.quantity > 0
        columns = {"listing_quantity": change.listing_quantity}
        columns |= {"edited_quantity": change.listing_quantity if is_up else None}
    if change.source_item_id is not None:
        columns |= {"source_item_id": change.source_item_id, "marketplace": change.marketplace}
    if change.handling_days is not None:
        columns["handling_days"] = change.handling_days or None
    if event.revision != listing.revision:
        columns |= {"revision": event.revision, "changed_at": event.at}
    return columns if listing.listed else {**columns, "quantity": event.quantity_after, "changed_at": event.at}


def _source(reason: ReplacedBy | ReplacementTakenBack | SourceChosen) -> dict[str, Any]:
    return {"source_item_id": reason.source_item_id, "marketplace": reason.marketplace}


_TOLD: Mapping[EventKind, Callable[[Listing, Event], dict[str, Any]]] = {
    EventKind.REGISTERING: lambda _, event: {"registering": True, "changed_at": event.at},
    EventKind.TAKING_OVER: lambda _, event: {"registering": True, "changed_at": event.at},
    EventKind.NOT_REGISTERED: _not_registered,
    EventKind.LISTED: _listed,
    EventKind.WITHDRAWN: _withdrawn,
    EventKind.SEARCHING: lambda _, event: {"searching": True, **_FREE},
    EventKind.PAUSED: _paused,
    EventKind.RECOVERED: _recovered,
    EventKind.PRICE_ASKED: lambda _, event: dict(_FREE),
    EventKind.HELD: _held,
    EventKind.HOLD_CLEARED: lambda _, event: dict(_FREE),
    EventKind.SWAPPED: _given,
    EventKind.RESTORED: _given,
    EventKind.UNDONE: _undone,
    EventKind.SOURCE_CHOSEN: _chosen,
    EventKind.EDITED: _edited,
    EventKind.RESUMED: _resumed,
    EventKind.STOPPED: _stopped,
    EventKind.LEAVING: lambda _, event: {"listed": False, "leaving": True, "paused_at": None, **_FREE},
    EventKind.CHANGED_AT_AMAZON: _changed_at_amazon,
    EventKind.ORDERED: _ordered,
}
NO_CHANGE = frozenset(
    {
        EventKind.LOOK_WANTED,
        EventKind.CREATION_SENT,
        EventKind.GIVEN_UP,
        EventKind.PROPOSED,
        EventKind.APPROVED,
        EventKind.LAPSED,
        EventKind.PUSH_ACCEPTED,
        EventKind.PUSH_REJECTED,
        EventKind.PUSH_ORPHAN,
        EventKind.PUSH_SUPERSEDED,
        EventKind.READBACK_MISMATCH,
        EventKind.NOT_FOR_SALE,
        EventKind.LEFT_AMAZON,
        EventKind.PRICE_CHANGED,
        EventKind.PRICE_OVERTAKEN,
        EventKind.PRICE_TAKEN_BACK,
        EventKind.FOLLOWING_STOPPED,
        EventKind.FOLLOWING_RESUMED,
        EventKind.DELETED,
    }
)
"""Events that change no column of a listing that stays: they are about a push, a proposal or a look, or end the row."""
TOLD = _TOLD.keys() | NO_CHANGE
