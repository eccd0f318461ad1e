"""What a seller changes of one listing by hand, in the transaction that tells its history."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from mercarich_db.engine import run_tx
from mercarich_db.tables import listings
from mercarich_listings import reads, store
from mercarich_listings.details import (
    NAMES,
    Details,
    columns,
    differing,
    edited,
    edited_since,
    kept,
    version,
    why_fixed,
    with_lead_time,
)
from mercarich_listings.listing import Listing
from mercarich_reasons.edits import ListingReadBefore
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.refusals import NotFound, Outdated, Refused

Shown = Details | Callable[[str], bool]
"""What the listing had, as a form showed it, or whether a version is one that a program has read."""
_DETAILS = select(*(listings.c[name] for name in NAMES))


@dataclass(frozen=True, slots=True)
class Editable:
    """A listing as a form shows it."""

    listing_id: int
    sku: str
    details: Details
    listed: bool
    why_fixed: Reason | None
    """Why nothing of it can be changed now; None: it can."""
    version: str


@dataclass(frozen=True, slots=True)
class Edited:
    sku: str
    details: Details
    """As they are now."""
    changed: Mapping[str, tuple[Any, Any]]
    """The former and the new value of each that is another one, by name."""
    version: str


class SqlEdits:
    """Every method raises `NotFound` for a listing that is not the seller's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, user_id: int, listing_id: int) -> Editable:
        with reading(self._engine) as connection:
            listing = _mine(store.read(connection, [listing_id], listings.c.user_id == user_id), listing_id)
            details = _details(connection, listing_id)
        fixed = why_fixed(listing)
        return Editable(listing_id, listing.sku, details, listing.listed, fixed, version(listing.revision, details))

    def edit(
        self, user_id: int, listing_id: int, given: Details, shown: Shown | None, by: str, now: datetime
    ) -> Edited:
        """Change what is given. Raises `Refused`, and `Outdated` for a version that was not read; `shown`: what was
        known when it was decided."""

        def write(connection: Connection) -> Edited:
            listing = _mine(store.lock(connection, [listing_id], listings.c.user_id == user_id), listing_id)
            present = _details(connection, listing_id)
            if callable(shown) and not shown(version(listing.revision, present)):
                raise Outdated(ListingReadBefore(listing.sku))
            seen = shown if isinstance(shown, Details) else None
            why = why_fixed(listing) or (edited_since(listing.sku, given, seen, present) if seen else None)
            if why is not None:
                raise Refused(why)
            after = kept(given, present)
            changed = {name: (getattr(present, name), new) for name, new in differing(present, after).items()}
            revision = _write(connection, listing, present, after, by, now) if changed else listing.revision
            return Edited(listing.sku, after, changed, version(revision, after))

        return run_tx(self._engine, write)


def _write(connection: Connection, listing: Listing, present: Details, after: Details, by: str, now: datetime) -> int:
    """Return the revision after it."""
    row = {"id": listing.id, **columns(listing, present, after)}
    change = edited(listing, present, after, by, now)
    if reads.seen(connection, [listing.id]):
        change = with_lead_time(change, now)
    store.edit(connection, [row], user_id=listing.user_id, listed=listing.listed)
    store.save(connection, [change])
    return change.after.revision


def _details(connection: Connection, listing_id: int) -> Details:
    row = connection.execute(_DETAILS.where(listings.c.id == listing_id)).one()
    return Details(**row._mapping)


def _mine(found: list[Listing], listing_id: int) -> Listing:
    if not found:
        raise NotFound(f"there is no listing {listing_id}")
    return found[0]
