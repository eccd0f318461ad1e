"""`ports_steering.SellerShelf` and `TokenShelf` over the tables."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, delete, false, func, select, true, update

from mercarich_db.tables import amazon_accounts, audit_log, listings, logins, sessions, token_checks, users
from mercarich_db.types import AnyRow
from mercarich_web.adapters.audit_sql import Deed, note_down
from mercarich_web.adapters.database import reading, writing
from mercarich_web.domain.steering import AuditEntry, Paged, SellerDetails, SellerRow, TokenCheck, TokenState
from mercarich_web.ports_people import Actor


class SqlSellerShelf:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, words: str, above: int, limit: int) -> Paged[SellerRow]:
        query = _sellers().where(users.c.id > above).order_by(users.c.id).limit(limit + 1)
        if words:
            query = query.where(users.c.username.startswith(words, autoescape=True))
        with reading(self._engine) as connection:
            found = [_seller(row) for row in connection.execute(query)]
        return Paged(found[:limit], found[limit - 1].user_id if len(found) > limit else None)

    def one(self, user_id: int, deeds: int) -> SellerDetails | None:
        log = audit_log.c
        entry = (log.id, log.at, log.actor, log.action, log.subject, log.detail, log.address)
        about = select(*entry).where(log.user_id == user_id).order_by(log.id.desc()).limit(deeds)
        mine = select(func.count()).select_from(listings).where(listings.c.user_id == user_id)
        with reading(self._engine) as connection:
            row = connection.execute(_sellers().where(users.c.id == user_id)).one_or_none()
            if row is None:
                return None
            count = connection.execute(mine).scalar_one()
            waiting = connection.execute(mine.where(*_exposed())).scalar_one()
            done = [AuditEntry(*entry) for entry in connection.execute(about)]
        return SellerDetails(_seller(row), count, waiting, done)

    def set_plan(self, user_id: int, plan: int, by: Actor, at: datetime) -> bool:
        def write(connection: Connection) -> bool:
            before = _locked(connection, user_id)
            if before.plan == plan:
                return False
            connection.execute(update(users).where(users.c.id == user_id).values(plan=plan))
            detail = f"{before.plan} → {plan}"
            note_down(connection, Deed("plan_changed", by, before.username, at, detail, user_id))
            return True

        return writing(self._engine, write)

    def set_active(self, user_id: int, active: bool, by: Actor, at: datetime) -> bool:
        def write(connection: Connection) -> bool:
            before = _locked(connection, user_id)
            if before.active == active:
                return False
            connection.execute(update(users).where(users.c.id == user_id).values(active=active))
            if not active:
                connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
            action = "seller_started" if active else "seller_stopped"
            note_down(connection, Deed(action, by, before.username, at, of=user_id))
            return True

        return writing(self._engine, write)


class SqlTokenShelf:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def counts(self) -> Mapping[str, int]:
        account = amazon_accounts.c
        query = _accounts(account.token_verdict, func.count()).group_by(account.token_verdict)
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def page(self, verdict: str | None, above: int, limit: int) -> Paged[TokenState]:
        account = amazon_accounts.c
        waiting = (
            select(func.count())
            .select_from(listings)
            .where(listings.c.user_id == users.c.id, *_exposed())
            .correlate(users)
            .scalar_subquery()
        )
        told = (account.seller_id, account.token_verdict, account.token_reason, account.token_checked_at)
        query = _accounts(users.c.id, users.c.username, *told, waiting).where(users.c.id > above)
        query = query.order_by(users.c.id).limit(limit + 1)
        if verdict is not None:
            query = query.where(account.token_verdict == verdict)
        with reading(self._engine) as connection:
            found = [TokenState(*row) for row in connection.execute(query)]
        return Paged(found[:limit], found[limit - 1].user_id if len(found) > limit else None)

    def last_check(self) -> TokenCheck | None:
        check = token_checks.c
        columns = (check.ended_at, check.valid, check.invalid, check.unknown, check.exposed, check.problem)
        query = select(*columns).where(check.ended_at.is_not(None)).order_by(check.id.desc()).limit(1)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else TokenCheck(*row)


def _exposed() -> tuple[ColumnElement[bool], ...]:
    """Withdrawals that Amazon has not accepted yet."""
    listing = listings.c
    return listing.push_pending == 1, listing.quantity == 0, listing.listed == true(), listing.orphan == false()


def _accounts(*columns: Any) -> Select[Any]:
    joined = select(*columns).select_from(users.join(amazon_accounts, amazon_accounts.c.user_id == users.c.id))
    return joined.where(users.c.active == true(), users.c.is_staff == false())


def _sellers() -> Select[Any]:
    columns = (users.c.id, users.c.username, users.c.plan, users.c.active, users.c.created_at)
    return (
        select(*columns, logins.c.user_id.label("login"), amazon_accounts.c.token_verdict)
        .outerjoin(logins, logins.c.user_id == users.c.id)
        .outerjoin(amazon_accounts, amazon_accounts.c.user_id == users.c.id)
        .where(users.c.is_staff == false())
    )


def _seller(row: AnyRow) -> SellerRow:
    may_sign_in = row.login is not None
    return SellerRow(row.id, row.username, row.plan, row.active, row.created_at, may_sign_in, row.token_verdict)


def _locked(connection: Connection, user_id: int) -> AnyRow:
    return connection.execute(select(users).where(users.c.id == user_id).with_for_update()).one()
