"""A person's word on a replacement, and a seller's own thresholds: by `mercarich revival` and by the pages alike.

Each function is part of the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, select, update

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.events import EventKind
from mercarich_db import settings_store
from mercarich_db.audit import Deed, note_down
from mercarich_db.offers import down
from mercarich_db.setting_definitions import DEFINITIONS, SELLERS_OWN, BadSetting
from mercarich_db.tables import listing_events, listings, revivals, seller_settings, source_items, users
from mercarich_db.types import AnyRow

PROPOSED, APPROVED, APPLIED, LAPSED, UNDONE = "proposed", "approved", "applied", "lapsed", "undone"


class Undecidable(Exception):
    """It cannot be done as things stand; the text says why."""


@dataclass(frozen=True, slots=True)
class OwnSetting:
    """A threshold of one seller."""

    key: str
    value: str
    general: str
    own: bool
    meaning: str


AWAITED = and_(
    revivals.c.state == PROPOSED,
    listings.c.id == revivals.c.listing_id,
    listings.c.source_item_id == revivals.c.old_source_item_id,
    listings.c.searching,
    listings.c.listed,
)
"""A proposal whose listing still wants a replacement: a person is asked."""


def approve(connection: Connection, row: AnyRow, by: str, now: datetime, *, shown: str | None = None) -> int:
    """Take what is proposed for this listing, after a worker's one more look; answers the revival's id.

    `shown`: the marketplace and item that the person saw ("yahoo x1234567"); None: whatever is the newest.
    Raises `Undecidable` when nothing waits for approval, or something else does.
    """
    proposed = _last(connection, row.id, PROPOSED)
    if proposed is None or not (row.searching and row.listed):
        raise Undecidable(f"nothing waits for approval at {row.sku}; `mercarich revival list` shows what does")
    _is_shown(row, proposed, shown)
    _decide(connection, proposed.id, APPROVED, by, now)
    _tell(connection, row, EventKind.APPROVED, f"{proposed.item_id}, by {by}", now, row.quantity)
    number: int = proposed.id
    return number


def undo(connection: Connection, row: AnyRow, by: str, now: datetime, *, shown: str | None = None) -> int:
    """Refuse a proposal, or take a replacement back, for all listings that were given it; answers the revival's id.

    `shown` as in `approve`. Raises `Undecidable` when there is nothing to undo, or it is another one.
    """
    last = _last(connection, row.id, PROPOSED, APPROVED, APPLIED)
    if last is None:
        raise Undecidable(f"{row.sku} has no replacement that could be taken back")
    _is_shown(row, last, shown)
    group = _given(connection, row, last) if last.state == APPLIED else [(row, last)]
    for one, its in group:
        if last.state == APPLIED:
            _put_back(connection, one, its, now)
        _decide(connection, its.id, UNDONE, by, now)
        quantity = 0 if last.state == APPLIED else one.quantity
        _tell(connection, one, EventKind.UNDONE, f"{its.item_id}, by {by}", now, quantity)
    number: int = last.id
    return number


def own_settings(connection: Connection, user_id: int) -> Sequence[OwnSetting]:
    general = settings_store.read(connection).by_key
    mine = select(seller_settings.c.key, seller_settings.c.value).where(seller_settings.c.user_id == user_id)
    own = {row.key: row.value for row in connection.execute(mine)}
    return [
        OwnSetting(key, own.get(key, str(general[key])), str(general[key]), key in own, DEFINITIONS[key].meaning)
        for key in sorted(SELLERS_OWN)
    ]


def set_own(connection: Connection, user_id: int, key: str, value: str | None, by: Actor, now: datetime) -> None:
    """None: the general value again; the audit log tells of it. Raises `Undecidable` with what was expected."""
    if key not in SELLERS_OWN:
        raise Undecidable(f"{key} is no setting of a seller; known: {', '.join(sorted(SELLERS_OWN))}")
    try:
        text = None if value is None else str(DEFINITIONS[key].parse(value))
    except BadSetting as error:
        raise Undecidable(str(error)) from error
    mine = (seller_settings.c.user_id == user_id) & (seller_settings.c.key == key)
    name = connection.execute(select(users.c.username).where(users.c.id == user_id).with_for_update()).scalar_one()
    before = connection.execute(select(seller_settings.c.value).where(mine)).scalar()
    if before == text:
        return
    connection.execute(delete(seller_settings).where(mine))
    if text is not None:
        row = {"user_id": user_id, "key": key, "value": text, "updated_at": now, "updated_by": by.name[:64]}
        connection.execute(insert(seller_settings).values(row))
    told = f"{key}: {_said(before)} → {_said(text)}"
    note_down(connection, Deed(AuditAction.RULE_CHANGED, by, name, now, told, user_id))


def _said(value: str | None) -> str:
    return "the general value" if value is None else value


def _last(connection: Connection, listing_id: int, *states: str) -> AnyRow | None:
    newest = select(revivals).where(revivals.c.listing_id == listing_id).order_by(revivals.c.id.desc()).limit(1)
    row = connection.execute(newest.with_for_update()).one_or_none()
    return row if row is not None and row.state in states else None


def _is_shown(row: AnyRow, last: AnyRow, shown: str | None) -> None:
    if shown is not None and shown != f"{last.marketplace} {last.item_id}":
        raise Undecidable(f"{row.sku} has another replacement by now: {last.marketplace} {last.item_id}")


def _decide(connection: Connection, revival_id: int, state: str, by: str, now: datetime) -> None:
    decided = update(revivals).where(revivals.c.id == revival_id)
    connection.execute(decided.values(state=state, decided_by=by[:64], decided_at=now))


def _given(connection: Connection, row: AnyRow, last: AnyRow) -> Sequence[tuple[AnyRow, AnyRow]]:
    """The listings that were given the item together with this one, locked, each with its revival."""
    taken = select(source_items.c.id).where(
        source_items.c.marketplace == last.marketplace, source_items.c.item_id == last.item_id
    )
    using = select(listings).where(
        listings.c.user_id == row.user_id, listings.c.source_item_id == taken.scalar_subquery()
    )
    rows = connection.execute(using.order_by(listings.c.id).with_for_update()).all()
    pairs = [(one, _last(connection, one.id, APPLIED)) for one in rows]
    given = [(one, its) for one, its in pairs if its is not None and _same(its, last)]
    if last.id not in [its.id for _, its in given]:
        raise Undecidable(f"{row.sku} has another source than {last.item_id} by now")
    return given


def _same(its: AnyRow, last: AnyRow) -> bool:
    names = ("marketplace", "item_id", "old_source_item_id")
    return all(getattr(its, name) == getattr(last, name) for name in names)


def _put_back(connection: Connection, row: AnyRow, last: AnyRow, now: datetime) -> None:
    """The old source is there again, as gone as it was: the offer comes down, and the search goes on."""
    old = select(source_items.c.marketplace).where(source_items.c.id == last.old_source_item_id)
    lowered = {
        **down(now),
        "source_item_id": last.old_source_item_id,
        "marketplace": connection.execute(old).scalar_one(),
        "revision": row.revision + (row.quantity > 0),  # the row is locked
        "searching": row.stopped_at is None,
    }
    connection.execute(update(listings).where(listings.c.id == row.id).values(**lowered))


def _tell(connection: Connection, row: AnyRow, kind: EventKind, reason: str, now: datetime, after: int) -> None:
    event = {
        "listing_id": row.id,
        "user_id": row.user_id,
        "at": now,
        "kind": kind,
        "reason": reason[:255],
        "quantity_before": row.quantity,
        "quantity_after": after,
        "revision": row.revision + (after != row.quantity),
    }
    connection.execute(insert(listing_events).values(event))
