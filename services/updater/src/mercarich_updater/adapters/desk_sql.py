"""`use_cases.desk.Desk` over the tables."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Select, select

from mercarich_contracts.audit import Actor
from mercarich_db import seller_thresholds
from mercarich_db.engine import reading, run_tx
from mercarich_db.setting_definitions import BadSetting
from mercarich_db.tables import listings, revival_candidates, revivals, source_items, users
from mercarich_db.types import AnyRow
from mercarich_listings import replacements
from mercarich_listings.replacements import AWAITED, Undecidable
from mercarich_replacements.rules import Wanted
from mercarich_updater.adapters.listings_sql import wanted_of
from mercarich_updater.domain.reports import Candidate, Explanation, NotFound, OwnSetting, Refused, Revival

Result = TypeVar("Result")
Decide = Callable[[Connection, int, str, datetime], int]


class SqlDesk:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def explain(self, sku: str, username: str | None) -> Explanation:
        with reading(self._engine) as connection:
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
        with reading(self._engine) as connection:
            return [_revival(row) for row in connection.execute(_revivals().where(AWAITED))]

    def wanted(self, sku: str, username: str | None) -> Wanted:
        with reading(self._engine) as connection:
            return wanted_of(connection, _listing(connection, sku, username).id)

    def approve(self, sku: str, username: str | None, by: str, now: datetime) -> Revival:
        return self._decide(replacements.approve, sku, username, by, now)

    def undo(self, sku: str, username: str | None, by: str, now: datetime) -> Revival:
        return self._decide(replacements.undo, sku, username, by, now)

    def settings(self, username: str) -> Sequence[OwnSetting]:
        with reading(self._engine) as connection:
            return _settings(connection, _user(connection, username))

    def set(self, username: str, key: str, value: str | None, by: str, now: datetime) -> Sequence[OwnSetting]:
        def change(connection: Connection) -> Sequence[OwnSetting]:
            user_id = _user(connection, username)
            seller_thresholds.set_own(connection, user_id, key, value, Actor(by), now)
            return _settings(connection, user_id)

        return self._write(change)

    def _decide(self, decide: Decide, sku: str, username: str | None, by: str, now: datetime) -> Revival:
        def decided(connection: Connection) -> Revival:
            return _again(connection, decide(connection, _listing(connection, sku, username).id, by, now))

        return self._write(decided)

    def _write(self, change: Callable[[Connection], Result]) -> Result:
        try:
            return run_tx(self._engine, change)
        except (Undecidable, BadSetting) as error:
            raise Refused(str(error), error.reason) from error


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


def _again(connection: Connection, revival_id: int) -> Revival:
    return _revival(connection.execute(_revivals().where(revivals.c.id == revival_id)).one())


def _settings(connection: Connection, user_id: int) -> Sequence[OwnSetting]:
    return [OwnSetting(**asdict(one)) for one in seller_thresholds.own_settings(connection, user_id)]


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
        decided_at=row.decided_at,
    )
