"""Queries on the verdicts on sellers' Amazon tokens."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, Select, false, func, select, true

from mercarich_db.tables import amazon_accounts, listings, token_checks, users
from mercarich_web.database import reading
from mercarich_web.paging import Paged
from mercarich_web.sellers.accounts import TokenCheck, TokenState
from mercarich_web.sellers.sql.accounts import is_waiting


class SqlTokenVerdicts:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def counts(self) -> Mapping[str, int]:
        """Count the accounts of active sellers by verdict."""
        account = amazon_accounts.c
        query = _accounts(account.token_verdict, func.count()).group_by(account.token_verdict)
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def page(self, verdict: str | None, above: int, limit: int) -> Paged[TokenState]:
        """Return the states of sellers with ids above `above`; `next` is the last one's id."""
        account = amazon_accounts.c
        waiting = (
            select(func.count())
            .select_from(listings)
            .where(listings.c.user_id == users.c.id, *is_waiting())
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


def _accounts(*columns: Any) -> Select[Any]:
    joined = select(*columns).select_from(users.join(amazon_accounts, amazon_accounts.c.user_id == users.c.id))
    return joined.where(users.c.active == true(), users.c.is_staff == false())
