"""Queries on sellers, and changes of their plan."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, false, func, select, true, update

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_db.audit import Deed, note_down
from mercarich_db.coverage import coverages_of_seller
from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts, audit_log, listings, logins, users
from mercarich_db.types import AnyRow
from mercarich_web.database import reading
from mercarich_web.identity.links import End
from mercarich_web.identity.sql.trust import end_trust
from mercarich_web.paging import Paged
from mercarich_web.sellers.accounts import AuditEntry, SellerDetails, SellerRow


class SqlSellerAccounts:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, words: str, above: int, limit: int) -> Paged[SellerRow]:
        """Return sellers with ids above `above` whose name begins with these words; `next` is the last one's id."""
        query = _sellers().where(users.c.id > above).order_by(users.c.id).limit(limit + 1)
        if words:
            query = query.where(users.c.username.startswith(words, autoescape=True))
        with reading(self._engine) as connection:
            found = [_seller(row) for row in connection.execute(query)]
        return Paged(found[:limit], found[limit - 1].user_id if len(found) > limit else None)

    def one(self, user_id: int, deeds: int) -> SellerDetails | None:
        """Return a seller, with this number of the newest audit entries."""
        log = audit_log.c
        entry = (log.id, log.at, log.actor, log.action, log.subject, log.detail, log.address, log.agent)
        about = select(*entry).where(log.user_id == user_id).order_by(log.id.desc()).limit(deeds)
        mine = select(func.count()).select_from(listings).where(listings.c.user_id == user_id)
        with reading(self._engine) as connection:
            row = connection.execute(_sellers().where(users.c.id == user_id)).one_or_none()
            if row is None:
                return None
            count = connection.execute(mine).scalar_one()
            waiting = connection.execute(mine.where(*is_waiting())).scalar_one()
            done = [AuditEntry(*entry) for entry in connection.execute(about)]
            coverages = coverages_of_seller(connection, user_id)
        return SellerDetails(_seller(row), count, waiting, done, coverages)

    def set_plan(self, user_id: int, plan: int, by: Actor, at: datetime) -> bool:
        """Return whether the plan changed; then the audit log has an entry."""

        def write(connection: Connection) -> bool:
            before = _locked(connection, user_id)
            if before.plan == plan:
                return False
            connection.execute(update(users).where(users.c.id == user_id).values(plan=plan))
            detail = f"{before.plan} → {plan}"
            note_down(connection, Deed(AuditAction.PLAN_CHANGED, by, before.username, at, detail, user_id))
            return True

        return run_tx(self._engine, write)

    def set_active(self, user_id: int, active: bool, by: Actor, at: datetime) -> bool:
        """Return whether the state changed; then the audit log has an entry. Stopping a seller ends all of the seller's
        sessions, the links that decide, and the notices that the seller's browsers show."""

        def write(connection: Connection) -> bool:
            before = _locked(connection, user_id)
            if before.active == active:
                return False
            connection.execute(update(users).where(users.c.id == user_id).values(active=active))
            if not active:
                end_trust(connection, user_id, End.STOPPED, at)
            action = AuditAction.SELLER_STARTED if active else AuditAction.SELLER_STOPPED
            note_down(connection, Deed(action, by, before.username, at, of=user_id))
            return True

        return run_tx(self._engine, write)


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


def is_waiting() -> tuple[ColumnElement[bool], ...]:
    """Condition: a withdrawal that Amazon has not accepted yet, which exposes its seller."""
    listing = listings.c
    return listing.push_pending == 1, listing.quantity == 0, listing.listed == true(), listing.orphan == false()
