"""Decisions of people on replacements, for `mercarich revival`, the pages and the API.

All functions run in the caller's transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_contracts.revivals import RevivalState
from mercarich_db.conditions import among
from mercarich_db.tables import listings, revival_pictures, revivals, source_items
from mercarich_db.types import AnyRow
from mercarich_listings import store
from mercarich_listings.event import Told
from mercarich_listings.listing import Listing, take_back, tell
from mercarich_listings.transition import TRANSITIONS
from mercarich_reasons.reason import Reason
from mercarich_reasons.refusal import Refusal
from mercarich_reasons.replacements import (
    ApprovedAlready,
    ApprovedByRuleAlready,
    InUseAlready,
    NothingToTakeBack,
    NothingWaits,
    OtherReplacement,
    OtherSource,
    RefusedAlready,
    WentUpByItself,
)
from mercarich_reasons.stock import ReplacementApproved, ReplacementRefused, ReplacementTakenBack


class Undecidable(Refusal):
    """The decision is not possible in the current state."""


AWAITED = and_(
    revivals.c.state == RevivalState.PROPOSED,
    listings.c.id == revivals.c.listing_id,
    listings.c.source_item_id == revivals.c.old_source_item_id,
    listings.c.searching,
    listings.c.listed,
)
"""SQL condition: a proposal that waits for a person, whose listing still needs a replacement."""

_UNDECIDED = frozenset({RevivalState.PROPOSED, RevivalState.APPROVED})
_REVERSIBLE = frozenset(TRANSITIONS[take_back.__name__].start)


def approve(connection: Connection, listing_id: int, by: str, now: datetime, *, shown: str | None = None) -> int:
    """Approve the proposal for this listing; return the revival's id. A worker applies it after one more look.

    `shown` is the marketplace and item that the person saw ("yahoo x1234567"); None: the newest one.
    Raises `Undecidable` when nothing waits for approval, or another item does.
    """
    listing, proposed = _locked(connection, listing_id)
    if proposed is None or proposed.state != RevivalState.PROPOSED or not (listing.searching and listing.listed):
        raise Undecidable(_why_not(connection, listing.id, listing.sku, proposed))
    _require_shown(listing, proposed, shown)
    _decide(connection, [proposed.id], RevivalState.APPROVED, by, now)
    approved = ReplacementApproved(proposed.item_id, by)
    store.tell(connection, [tell(listing, Told(EventKind.APPROVED, now, approved))])
    number: int = proposed.id
    return number


def refuse(connection: Connection, listing_id: int, by: str, now: datetime, *, shown: str | None = None) -> int:
    """Refuse the proposal for this listing; return the revival's id. `shown` and errors as in `approve`."""
    listing, proposed = _locked(connection, listing_id)
    if proposed is None or proposed.state != RevivalState.PROPOSED:
        raise Undecidable(_why_not(connection, listing.id, listing.sku, proposed))
    return undo(connection, listing_id, by, now, shown=shown)


def approve_many(connection: Connection, revival_ids: Sequence[int], by: str, now: datetime) -> Sequence[int]:
    """Approve those of these proposals that still wait, as `approve` does each; return their ids."""
    waiting = lock_waiting(connection, revival_ids)
    _decide(connection, [its.id for _, its in waiting], RevivalState.APPROVED, by, now)
    approved = [(one, ReplacementApproved(its.item_id, by)) for one, its in waiting]
    store.tell(connection, [tell(one, Told(EventKind.APPROVED, now, reason)) for one, reason in approved])
    return [its.id for _, its in waiting]


def refuse_many(connection: Connection, revival_ids: Sequence[int], by: str, now: datetime) -> Sequence[int]:
    """Refuse those of these proposals that still wait, as `refuse` does each; return their ids."""
    waiting = lock_waiting(connection, revival_ids)
    _decide(connection, [its.id for _, its in waiting], RevivalState.UNDONE, by, now)
    forget_pictures(connection, [one.id for one, _ in waiting])
    refused = [(one, ReplacementRefused(its.item_id, by)) for one, its in waiting]
    store.tell(connection, [tell(one, Told(EventKind.UNDONE, now, reason)) for one, reason in refused])
    return [its.id for _, its in waiting]


def lock_newest(connection: Connection, listing_id: int) -> int | None:
    """Lock the listing with its newest replacement, so that what is read of them next is what is decided on. Return the
    replacement's id; None: it has none."""
    _, last = _locked(connection, listing_id)
    return None if last is None else int(last.id)


def became(connection: Connection, listing_id: int, sku: str, revival_id: int) -> Reason:
    """Return what became of a replacement that does not wait any more, or instead of which another one does. Nothing is
    locked."""
    newest = select(revivals).where(revivals.c.listing_id == listing_id).order_by(revivals.c.id.desc()).limit(1)
    last = connection.execute(newest).one_or_none()
    if last is not None and last.id != revival_id and last.state == RevivalState.PROPOSED:
        return OtherReplacement(sku, Marketplace(last.marketplace), last.item_id)
    return _why_not(connection, listing_id, sku, last)


def undo(connection: Connection, listing_id: int, by: str, now: datetime, *, shown: str | None = None) -> int:
    """Refuse a proposal, or take a replacement back, for all listings that were given it; return the revival's id.

    `shown` as in `approve`. Raises `Undecidable` when there is nothing to undo, or it is another item.
    """
    listing, last = _locked(connection, listing_id)
    if last is None or last.state not in _UNDECIDED | {RevivalState.APPLIED}:
        raise Undecidable(NothingToTakeBack(listing.sku))
    _require_shown(listing, last, shown)
    if last.state in _UNDECIDED:
        refused = ReplacementRefused(last.item_id, by)
        _decide(connection, [last.id], RevivalState.UNDONE, by, now)
        forget_pictures(connection, [listing.id])
        store.tell(connection, [tell(listing, Told(EventKind.UNDONE, now, refused))])
    else:
        _take_back(connection, listing, last, by, now)
    number: int = last.id
    return number


def forget_pictures(connection: Connection, listing_ids: Sequence[int], *which: ColumnElement[bool]) -> None:
    """Delete the pictures of these listings' replacements, which nobody decides on any more."""
    connection.execute(delete(revival_pictures).where(revival_pictures.c.listing_id.in_(listing_ids), *which))


def _locked(connection: Connection, listing_id: int) -> tuple[Listing, AnyRow | None]:
    """Lock and return the listing and its newest replacement, in the same order as workers that apply one."""
    last = _newest(connection, [listing_id]).get(listing_id)
    [listing] = store.lock(connection, [listing_id])
    return listing, last


def lock_waiting(connection: Connection, revival_ids: Collection[int]) -> Sequence[tuple[Listing, AnyRow]]:
    """Lock and return the listings whose newest replacement is one of these and still waits, each with it."""
    of = select(revivals.c.listing_id).where(among(revivals.c.id, revival_ids))
    newest, wanted = _newest(connection, connection.execute(of).scalars().all()), set(revival_ids)
    asked = {
        listing_id: its for listing_id, its in newest.items() if its.id in wanted and its.state == RevivalState.PROPOSED
    }
    locked = store.lock(connection, asked, listings.c.searching, listings.c.listed)
    found = [(one, asked[one.id]) for one in locked]
    return [(one, its) for one, its in found if one.source_item_id == its.old_source_item_id]


def _why_not(connection: Connection, listing_id: int, sku: str, last: AnyRow | None) -> Reason:
    """Return what happened to the listing's newest replacement, which does not wait."""
    if last is None:
        return NothingWaits(sku)
    if last.state == RevivalState.APPROVED and last.decided_by is None and last.rule_approved_at is not None:
        return ApprovedByRuleAlready(sku, last.item_id, last.rule_approved_at)
    its = revivals.c
    same = and_(its.listing_id == listing_id, its.marketplace == last.marketplace, its.item_id == last.item_id)
    # What is in use has a row of its own beside the one that was decided.
    decided = select(its.decided_by, its.decided_at).where(
        same, its.decided_by.is_not(None), its.decided_at.is_not(None)
    )
    by = connection.execute(decided.order_by(its.id.desc()).limit(1)).first()
    if last.state == RevivalState.APPLIED and by is None:
        return WentUpByItself(sku, last.item_id, last.at)
    said = {
        RevivalState.APPLIED: InUseAlready,
        RevivalState.APPROVED: ApprovedAlready,
        RevivalState.UNDONE: RefusedAlready,
    }
    if by is None or last.state not in said:
        return NothingWaits(sku)
    return said[last.state](sku, last.item_id, by.decided_by, by.decided_at)


def _newest(connection: Connection, listing_ids: Sequence[int]) -> Mapping[int, AnyRow]:
    """Lock and return the newest replacement by listing id."""
    found = select(revivals).where(revivals.c.listing_id.in_(listing_ids)).order_by(revivals.c.id)
    return {row.listing_id: row for row in connection.execute(found.with_for_update())}


def _require_shown(listing: Listing, last: AnyRow, shown: str | None) -> None:
    if shown is not None and shown != f"{last.marketplace} {last.item_id}":
        raise Undecidable(OtherReplacement(listing.sku, Marketplace(last.marketplace), last.item_id))


def _decide(connection: Connection, revival_ids: Sequence[int], state: RevivalState, by: str, now: datetime) -> None:
    decided = update(revivals).where(revivals.c.id.in_(revival_ids))
    connection.execute(decided.values(state=state, decided_by=by[:64], decided_at=now))


def _take_back(connection: Connection, listing: Listing, last: AnyRow, by: str, now: datetime) -> None:
    """Give the listings their old source, which is still gone: they are withdrawn, and the search continues."""
    given = _given(connection, listing, last)
    old = select(source_items.c.marketplace).where(source_items.c.id == last.old_source_item_id)
    marketplace = Marketplace(connection.execute(old).scalar_one())
    taken_back = ReplacementTakenBack(last.item_id, by, marketplace, last.old_source_item_id)
    _decide(connection, [its.id for _, its in given], RevivalState.UNDONE, by, now)
    store.save(connection, [take_back(one, now, taken_back) for one, _ in given])


def _given(connection: Connection, listing: Listing, last: AnyRow) -> Sequence[tuple[Listing, AnyRow]]:
    """Lock and return the listings that were given the item together with this one, each with its revival."""
    taken = select(source_items.c.id).where(
        source_items.c.marketplace == last.marketplace, source_items.c.item_id == last.item_id
    )
    same_source = listings.c.source_item_id == taken.scalar_subquery()
    using = store.lock_where(connection, listings.c.user_id == listing.user_id, same_source)
    found = _newest(connection, [one.id for one in using])
    given = [(one, found[one.id]) for one in using if one.stage in _REVERSIBLE and _same(found.get(one.id), last)]
    if listing.id not in [one.id for one, _ in given]:
        raise Undecidable(OtherSource(listing.sku, last.item_id))
    return given


def _same(its: AnyRow | None, last: AnyRow) -> bool:
    """Return whether both revivals come from the same search."""
    names = ("state", "marketplace", "item_id", "old_source_item_id")
    return its is not None and all(getattr(its, name) == getattr(last, name) for name in names)
