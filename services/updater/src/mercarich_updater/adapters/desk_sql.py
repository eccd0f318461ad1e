"""`use_cases.desk.Desk` over the tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, insert, select, update

from mercarich_contracts.events import EventKind
from mercarich_db import settings_store
from mercarich_db.setting_definitions import DEFINITIONS, SELLERS_OWN, BadSetting
from mercarich_db.tables import (
    listing_events,
    listings,
    revival_candidates,
    revivals,
    seller_settings,
    source_items,
    users,
)
from mercarich_db.types import AnyRow
from mercarich_runs.adapters.fence import read, write
from mercarich_updater.adapters.listings_sql import wanted_of
from mercarich_updater.adapters.updates import APPLIED, APPROVED, PROPOSED, UNDONE
from mercarich_updater.domain.reports import Candidate, Explanation, NotFound, OwnSetting, Refused, Revival
from mercarich_updater.domain.rules import Wanted


class SqlDesk:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def explain(self, sku: str, username: str | None) -> Explanation:
        with read(self._engine) as connection:
            row = _listing(connection, sku, username)
            found = select(revival_candidates).where(revival_candidates.c.listing_id == row.id)
            candidates = connection.execute(found.order_by(revival_candidates.c.id)).all()
            known = connection.execute(_revivals().where(revivals.c.listing_id == row.id)).all()
        return Explanation(
            sku=row.sku,
            username=row.username,
            quantity=row.quantity,
            searching=row.searching,
            withdrawn_at=row.withdrawn_at,
            searched_at=row.searched_at,
            problem=row.update_problem,
            source=f"{row.marketplace} {row.item_id}",
            candidates=[_candidate(one) for one in candidates],
            revivals=[_revival(one) for one in known],
        )

    def waiting(self) -> Sequence[Revival]:
        of_now = listings.c.source_item_id == revivals.c.old_source_item_id
        with read(self._engine) as connection:
            waiting = _revivals().where(revivals.c.state == PROPOSED, of_now)
            return [_revival(row) for row in connection.execute(waiting)]

    def wanted(self, sku: str, username: str | None) -> Wanted:
        with read(self._engine) as connection:
            return wanted_of(connection, _listing(connection, sku, username).id)

    def approve(self, sku: str, username: str | None, by: str, now: datetime) -> Revival:
        def approve(connection: Connection) -> Revival:
            row = _listing(connection, sku, username)
            proposed = _last(connection, row.id, PROPOSED)
            if proposed is None:
                raise Refused(f"nothing waits for approval at {sku}; `mercarich revival list` shows what does")
            _decide(connection, proposed.id, APPROVED, by, now)
            _tell(connection, row, EventKind.APPROVED, f"{proposed.item_id}, by {by}", now, row.quantity)
            return _again(connection, proposed.id)

        return write(self._engine, approve)

    def undo(self, sku: str, username: str | None, by: str, now: datetime) -> Revival:
        def undo(connection: Connection) -> Revival:
            row = _listing(connection, sku, username)
            last = _last(connection, row.id, PROPOSED, APPROVED, APPLIED)
            if last is None:
                raise Refused(f"{sku} has no replacement that could be taken back")
            group = _given(connection, row, last) if last.state == APPLIED else [(row, last)]
            for one, its in group:
                if last.state == APPLIED:
                    _put_back(connection, one, its, now)
                _decide(connection, its.id, UNDONE, by, now)
                quantity = 0 if last.state == APPLIED else one.quantity
                _tell(connection, one, EventKind.UNDONE, f"{its.item_id}, by {by}", now, quantity)
            return _again(connection, last.id)

        return write(self._engine, undo)

    def settings(self, username: str) -> Sequence[OwnSetting]:
        with read(self._engine) as connection:
            return _settings(connection, _user(connection, username))

    def set(self, username: str, key: str, value: str | None, by: str, now: datetime) -> Sequence[OwnSetting]:
        if key not in SELLERS_OWN:
            raise Refused(f"{key} is no setting of a seller; known: {', '.join(sorted(SELLERS_OWN))}")
        try:
            text = None if value is None else str(DEFINITIONS[key].parse(value))
        except BadSetting as error:
            raise Refused(str(error)) from error

        def change(connection: Connection) -> Sequence[OwnSetting]:
            user_id = _user(connection, username)
            mine = (seller_settings.c.user_id == user_id) & (seller_settings.c.key == key)
            connection.execute(delete(seller_settings).where(mine))
            if text is not None:
                row = {"user_id": user_id, "key": key, "value": text, "updated_at": now, "updated_by": by}
                connection.execute(insert(seller_settings).values(row))
            return _settings(connection, user_id)

        return write(self._engine, change)


def _listing(connection: Connection, sku: str, username: str | None) -> AnyRow:
    rows = (
        select(listings, users.c.username, source_items.c.item_id)
        .join(users, users.c.id == listings.c.user_id)
        .join(source_items, source_items.c.id == listings.c.source_item_id)
        .where(listings.c.sku == sku)
    )
    if username is not None:
        rows = rows.where(users.c.username == username)
    found = connection.execute(rows.order_by(users.c.username).limit(20)).all()
    if not found:
        raise NotFound(f"there is no listing {sku}" + (f" of {username}" if username else ""))
    if len(found) > 1:
        names = ", ".join(row.username for row in found)
        raise Refused(f"several sellers have the SKU {sku}: {names}; add --username NAME")
    return found[0]


def _user(connection: Connection, username: str) -> int:
    user_id: int | None = connection.execute(select(users.c.id).where(users.c.username == username)).scalar()
    if user_id is None:
        raise NotFound(f"there is no seller {username}")
    return user_id


def _revivals() -> Select[Any]:
    return (
        select(revivals, listings.c.sku, users.c.username)
        .join(listings, listings.c.id == revivals.c.listing_id)
        .join(users, users.c.id == revivals.c.user_id)
        .order_by(revivals.c.id)
    )


def _last(connection: Connection, listing_id: int, *states: str) -> AnyRow | None:
    newest = select(revivals).where(revivals.c.listing_id == listing_id).order_by(revivals.c.id.desc()).limit(1)
    row = connection.execute(newest.with_for_update()).one_or_none()
    return row if row is not None and row.state in states else None


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
        raise Refused(f"{row.sku} has another source than {last.item_id} by now")
    return given


def _same(its: AnyRow, last: AnyRow) -> bool:
    names = ("marketplace", "item_id", "old_source_item_id")
    return all(getattr(its, name) == getattr(last, name) for name in names)


def _put_back(connection: Connection, row: AnyRow, last: AnyRow, now: datetime) -> None:
    """The old source is there again, as gone as it was: the offer comes down, and the search goes on."""
    old = select(source_items.c.marketplace).where(source_items.c.id == last.old_source_item_id)
    lowered = {
        "source_item_id": last.old_source_item_id,
        "marketplace": connection.execute(old).scalar_one(),
        "quantity": 0,
        "revision": row.revision + (row.quantity > 0),  # the row is locked
        "searching": True,
        "withdrawn_at": now,
        "changed_at": now,
        "restored_at": None,
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


def _again(connection: Connection, revival_id: int) -> Revival:
    return _revival(connection.execute(_revivals().where(revivals.c.id == revival_id)).one())


def _settings(connection: Connection, user_id: int) -> Sequence[OwnSetting]:
    general = settings_store.read(connection).by_key
    mine = select(seller_settings.c.key, seller_settings.c.value).where(seller_settings.c.user_id == user_id)
    own = {row.key: row.value for row in connection.execute(mine)}
    return [
        OwnSetting(key, own.get(key, str(general[key])), str(general[key]), key in own, DEFINITIONS[key].meaning)
        for key in sorted(SELLERS_OWN)
    ]


def _candidate(row: AnyRow) -> Candidate:
    return Candidate(row.marketplace, row.item_id, row.url, row.title, row.price_jpy, row.refused_by, row.reason)


def _revival(row: AnyRow) -> Revival:
    return Revival(
        id=row.id,
        sku=row.sku,
        username=row.username,
        state=row.state,
        marketplace=row.marketplace,
        item_id=row.item_id,
        url=row.url,
        title=row.title,
        price_jpy=row.price_jpy,
        at=row.at,
        decided_by=row.decided_by,
    )
