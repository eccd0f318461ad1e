"""Apply the staged rows of an import to the listings of its seller, in the transaction that ends the job."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, select

from mercarich_contracts.market import Marketplace
from mercarich_db.conditions import Filter
from mercarich_db.tables import job_rows, listing_removals, listings, source_items
from mercarich_db.types import AnyRow
from mercarich_listings import reads, store
from mercarich_listings.details import Details, OfImport, columns, edited, kept, with_lead_time
from mercarich_listings.listing import Listing, Lived, make_offer
from mercarich_listings.stages import REGISTERING
from mercarich_listings.transition import Stage
from mercarich_reasons.stock import ByImport
from mercarich_web.jobs.jobs import FILE, NEW_ONLY, READ_SOON, Changed, Claim
from mercarich_web.jobs.sql.new_rows import new_listing, offered
from mercarich_web.listings.price_bounds import crossed
from mercarich_web.pictures.sql import want_pictures

NO_SOURCE: Mapping[str, Any] = {}
"""Its source stays."""


def apply_rows(connection: Connection, claim: Claim, first: int, last: int, now: datetime) -> Counter[str]:
    """Apply some rows, and count them: `made`, `changed` and `unchanged`, which are not written.

    An empty cell leaves the value as it is. A listed offer keeps its source and quantity, which only the checks and the
    replacements change, at any moment.
    """
    locked = _lock(connection, claim, first, last)
    found = connection.execute(_joined(claim, first, last)).all()
    there = {row.listing for row in found if row.listing is not None}
    if there - locked.keys() or (there and claim.arguments.get(NEW_ONLY)):
        raise Changed
    _keep_free(connection, claim.user_id, sorted({row.source for row in found if row.source != row.old_source}))
    by = ByImport(claim.job_id)
    fresh = [_new(row, claim.user_id, now) for row in found if row.listing is None]
    made = store.add(connection, fresh)
    store.tell(connection, offered(zip(made, fresh, strict=True), now, by))
    listed = [_edited(row, locked[row.listing]) for row in found if row.old_listed]
    drafts = [_redrawn(row, locked[row.listing]) for row in found if row.old_listed is False]
    offers = [made.values for made in listed if made.differs]
    redrawn = [{**made.values, "changed_at": now} for made in drafts if made.differs or made.row.listed]
    _tell(connection, _changes(connection, claim, [*listed, *drafts], now))
    changed = store.edit(connection, offers, user_id=claim.user_id, listed=True)
    changed += store.edit(connection, redrawn, user_id=claim.user_id, listed=False)
    _make_offers(connection, [row.listing for row in found if row.old_listed is False and row.listed], now, by)
    if claim.arguments.get(READ_SOON):
        store.read_soon(connection, [*made, *(row.listing for row in found if row.old_listed is False)], now)
    want_pictures(connection, claim.user_id, [row.sku for row in found], after=first)
    unchanged = len(listed) + len(drafts) - len(offers) - len(redrawn)
    return Counter(made=len(made), changed=changed, unchanged=unchanged)


def _lock(connection: Connection, claim: Claim, first: int, last: int) -> Mapping[int, Listing]:
    """Lock the listings that these rows are for, and return them by their ids: what an order, a person or a
    registration changes of them meanwhile is read after it, and not written over by the values of before."""
    mine = and_(listings.c.user_id == claim.user_id, listings.c.sku == job_rows.c.sku)
    these = select(listings.c.id).join(job_rows, mine).where(between(claim, first, last))
    return {one.id: one for one in store.lock(connection, connection.execute(these).scalars())}


@dataclass(frozen=True, slots=True)
class _Made:
    """What an import makes of a listing that is there."""

    row: AnyRow
    listing: Listing
    before: Details
    after: Details
    values: Mapping[str, Any]
    """Columns to write."""

    @property
    def has_other_source(self) -> bool:
        return bool(self.row.source != self.row.old_source)

    @property
    def differs(self) -> bool:
        """Whether anything is another one; a draft's `quantity` is what it is to be listed with."""
        pieces = self.values.get("quantity", self.listing.quantity)
        return self.before != self.after or self.has_other_source or pieces != self.listing.quantity


def _changes(connection: Connection, claim: Claim, made: Sequence[_Made], now: datetime) -> list[Lived]:
    """Return the change of each listing that differs, with its event."""
    file, changes = str(claim.arguments.get(FILE, "")), []
    with_days = [one.listing.id for one in made if one.before.handling_days != one.after.handling_days]
    seen = reads.seen(connection, with_days)
    for one in made:
        if one.differs:
            by = OfImport(claim.job_id, file, _source(one) if one.has_other_source else None)
            change = edited(one.listing, one.before, one.after, claim.by, now, by)
            changes.append(with_lead_time(change, now) if one.listing.id in seen else change)
    return changes


def _tell(connection: Connection, changes: Sequence[Lived]) -> None:
    """Write the events, and the revisions of those offers that have another lead time at Amazon."""
    pushed = [one for one in changes if one.after.revision != one.before.revision]
    store.save(connection, pushed)
    others = [one.event for one in changes if one.after.revision == one.before.revision]
    store.tell(connection, [event for event in others if event is not None])


def _source(made: _Made) -> Mapping[str, Any]:
    row = made.row
    return {"source_item_id": row.source, "marketplace": Marketplace(row.marketplace), "item_id": row.item_id}


def _make_offers(connection: Connection, ids: Sequence[int], now: datetime, by: ByImport) -> None:
    drafts = store.lock(connection, ids)
    if any(draft.stage is not Stage.DRAFT for draft in drafts):
        raise Changed
    store.save(connection, [make_offer(draft, now, by) for draft in drafts])


def _keep_free(connection: Connection, user_id: int, sources: Sequence[int]) -> None:
    """Check that none of the seller's listings has one of these sources, and keep it so until the transaction ends: a
    replacement locks the source that it assigns. Raises `Changed`."""
    if sources:
        these = select(source_items.c.id).where(source_items.c.id.in_(sources)).order_by(source_items.c.id)
        connection.execute(these.with_for_update()).all()
        mine = and_(Filter(listings.c.user_id == user_id), listings.c.source_item_id.in_(sources))
        if connection.execute(select(listings.c.id).where(mine).limit(1)).first() is not None:
            raise Changed


def _joined(claim: Claim, first: int, last: int) -> Select[Any]:
    old = listings.c
    return (
        select(job_rows, source_items.c.id.label("source"), old.id.label("listing"), old.listed.label("old_listed"))
        .add_columns(old.asin.label("old_asin"), old.title.label("old_title"))
        .add_columns(old.listing_quantity.label("old_pieces"), old.source_item_id.label("old_source"))
        .add_columns(old.first_price_jpy.label("old_price"), source_items.c.price_jpy.label("source_price"))
        .add_columns(old.offer_price_jpy.label("old_offer_price"))
        .add_columns(old.least_price_jpy.label("old_least_price"), old.most_price_jpy.label("old_most_price"))
        .add_columns(old.note.label("old_note"), old.handling_days.label("old_handling_days"))
        .add_columns(listing_removals.c.listing_id.label("leaving"), REGISTERING.label("registering"))
        .join(source_items, same_source())
        .outerjoin(listings, and_(old.user_id == claim.user_id, old.sku == job_rows.c.sku))
        .outerjoin(listing_removals, listing_removals.c.listing_id == old.id)
        .where(between(claim, first, last))
        .order_by(job_rows.c.number)
    )


def _new(row: AnyRow, user_id: int, now: datetime) -> dict[str, Any]:
    given = {"sku": row.sku, "asin": row.asin, "title": row.title, "first_price_jpy": row.source_price}
    given |= {"offer_price_jpy": row.price, "least_price_jpy": row.least_price, "most_price_jpy": row.most_price}
    given |= {"note": row.note, "handling_days": row.handling_days or None, "listed": bool(row.listed)}
    return new_listing(user_id, row.source, row.marketplace, row.quantity or 1, now) | given


def _edited(row: AnyRow, listing: Listing) -> _Made:
    if row.source != row.old_source or row.listed is False:
        raise Changed
    return _kept(row, listing)


def _redrawn(row: AnyRow, listing: Listing) -> _Made:
    if row.leaving is not None or row.registering:
        raise Changed
    price = row.old_price if row.source == row.old_source else row.source_price
    source = {"source_item_id": row.source, "marketplace": row.marketplace, "first_price_jpy": price}
    return _kept(row, listing, source)


def _kept(row: AnyRow, listing: Listing, source: Mapping[str, Any] = NO_SOURCE) -> _Made:
    """Return the values of a listing that is there; what the file leaves empty stays as it is. Raises `Changed`."""
    prices = (row.price, row.least_price, row.most_price)
    given = Details(row.asin, row.title, row.quantity, *prices, row.note, row.handling_days)
    offered = (row.old_offer_price, row.old_least_price, row.old_most_price)
    present = Details(row.old_asin, row.old_title, row.old_pieces, *offered, row.old_note, row.old_handling_days)
    after = kept(given, present)
    if crossed(after.least_price_jpy, after.most_price_jpy) is not None:
        raise Changed
    return _Made(row, listing, present, after, {"id": row.listing, **columns(listing, present, after), **source})


def same_source() -> ColumnElement[bool]:
    """SQL condition on `job_rows` and `source_items`: the row's source."""
    rows = job_rows.c
    return and_(source_items.c.marketplace == rows.marketplace, source_items.c.item_id == rows.item_id)


def between(claim: Claim, first: int, last: int) -> ColumnElement[bool]:
    """SQL condition on `job_rows`: those of the job numbered above `first` up to `last`."""
    return and_(job_rows.c.job_id == claim.job_id, job_rows.c.number > first, job_rows.c.number <= last)
