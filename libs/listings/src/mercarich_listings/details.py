"""What a seller says of a listing besides its source: title, ASIN, quantity, prices, note, handling days. No I/O.

An import and the form of one listing change them by these functions alone.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from mercarich_contracts.events import EventKind
from mercarich_listings.event import Change, Told, event_of, with_columns
from mercarich_listings.lead_time import lead_time
from mercarich_listings.listing import UP, Listing, Lived
from mercarich_listings.transition import Stage
from mercarich_listings.up_and_down import typed
from mercarich_reasons.edits import ListingEdited, ListingEditedSince
from mercarich_reasons.imports import BeingDeleted, BeingRegistered
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class Details:
    """Columns of a listing. None: it is not known, or, of what is given, it stays as it is."""

    asin: str | None = None
    title: str | None = None
    listing_quantity: int | None = None
    """Pieces that the offer shows when it goes up."""
    offer_price_jpy: int | None = None
    """What a buyer pays at Amazon, as the seller says."""
    least_price_jpy: int | None = None
    most_price_jpy: int | None = None
    note: str | None = None
    """For the seller's eyes alone. Of what is given, an empty one removes it."""
    handling_days: int | None = None
    """Days until the offer is sent. Of what is given, 0 removes them."""


NAMES = tuple(field.name for field in fields(Details))
_FORM = ("title", "asin", "listing_quantity", "offer_price_jpy", "note", "handling_days")
"""What a form shows. The bounds of the price have a form of their own."""

_REMOVABLE = ("note", "handling_days")


@dataclass(frozen=True, slots=True)
class OfImport:
    """The import that changes a listing."""

    job_id: int
    file: str
    source: Mapping[str, Any] | None = None
    """A draft's other source: `source_item_id`, `marketplace` and `item_id`; None: it stays."""


def kept(given: Details, present: Details) -> Details:
    """Return what the listing has with what is given; the rest stays as it is."""
    values = {name: getattr(given, name) or getattr(present, name) for name in NAMES}
    removed = {name: None for name in _REMOVABLE if getattr(given, name) in ("", 0)}
    return Details(**values | removed)


def columns(listing: Listing, before: Details, after: Details) -> dict[str, Any]:
    """Return the columns to write. The quantity of a draft is what it is to be listed with; an offer keeps the one that
    it shows until it goes up again."""
    values: dict[str, Any] = {name: getattr(after, name) for name in NAMES}
    if not listing.listed:
        return {**values, "quantity": after.listing_quantity}
    return {**values, "edited_quantity": listing.edited_quantity, **_pieces(listing, before, after)}


def why_fixed(listing: Listing) -> Reason | None:
    """Return why nothing of the listing can be changed now; None: it can."""
    if listing.stage is Stage.REGISTERING:
        return BeingRegistered(listing.sku)
    return BeingDeleted(listing.sku) if listing.stage is Stage.LEAVING else None


def differing(before: Details, after: Details) -> dict[str, Any]:
    """Return the values of `after` that `before` does not have, by name."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in NAMES)
    return {name: new for name, old, new in pairs if new != old}


def edited_since(sku: str, given: Details, shown: Details, present: Details) -> ListingEditedSince | None:
    """Return what changed after the form was `shown`; None: nothing, but for what it asks for itself."""
    wanted = differing(present, kept(given, shown))
    changed = {name: new for name, new in differing(shown, present).items() if name in _FORM and name in wanted}
    return ListingEditedSince(sku, **_told(changed)) if changed else None


def version(revision: int, present: Details) -> str:
    """Return a text that is another one after each change of what a seller says of a listing, or of what Amazon should
    show: 32 hexadecimal digits. An edit alone does not raise the revision."""
    told = json.dumps([revision, *(getattr(present, name) for name in NAMES)])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def edited(
    listing: Listing, before: Details, after: Details, person: str, now: datetime, by_import: OfImport | None = None
) -> Lived:
    """Return the change of a listing by a person, with its event. Nothing is pushed by it alone: of an offer, the
    quantity that it shows stays; of a draft, nothing is at Amazon."""
    changed = _pieces(listing, before, after)
    if after.handling_days != before.handling_days:
        changed["handling_days"] = after.handling_days
    if listing.stage is Stage.DRAFT:
        changed |= {"quantity": after.listing_quantity, "changed_at": now}
    new = differing(before, after)
    old = {f"old_{name}": getattr(before, name) for name in new if name != "note"}
    by: dict[str, Any] = {}
    if by_import is not None:
        by = {"job_id": by_import.job_id, "file": by_import.file, **(by_import.source or {})}
        changed |= {name: value for name, value in (by_import.source or {}).items() if name != "item_id"}
    made = with_columns(listing, changed)
    told = Told(EventKind.EDITED, now, ListingEdited(person, **_told(new), **old, **by))
    return Change(listing, made, event_of(listing, made, told))


def with_lead_time(change: Lived, now: datetime) -> Lived:
    """Return the same change, with the next revision if the offer is up and Amazon is to get another lead time with the
    quantity that it shows. It keeps the one that it has where there is none any more.

    To be asked only of an offer that was seen at Amazon as it is in the books (`reads.seen`): a push of any other could
    put up what is sold. The lead time of that one goes with the next quantity.
    """
    before, after = change.before, change.after
    days = lead_time(after.handling_days, after.lead_time_days)
    if after.stage not in UP or days in (None, lead_time(before.handling_days, before.lead_time_days)):
        return change
    made = with_columns(after, {"revision": before.revision + 1, "changed_at": now})
    assert change.event is not None
    return Change(before, made, replace(change.event, revision=made.revision))


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a reason: of a note its length alone, since operators and logs see reasons."""
    told = dict(values)
    if "note" in values:
        told["note_length"] = len(told.pop("note") or "")
    if "handling_days" in values:
        told["handling_days"] = values["handling_days"] or 0
    return told


def _pieces(listing: Listing, before: Details, after: Details) -> dict[str, Any]:
    """Return the columns of the quantity, if another one is given."""
    pieces = after.listing_quantity
    return {} if pieces is None or pieces == before.listing_quantity else typed(listing, pieces)
