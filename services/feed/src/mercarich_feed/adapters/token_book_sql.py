"""`ports_tokens.TokenBook` over the tables, and the last check for the gauges."""

from collections.abc import Sequence

from sqlalchemy import Engine, and_, false, func, insert, select, true, update

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listings, token_checks, users
from mercarich_db.types import AnyRow
from mercarich_feed.adapters.accounts_sql import SqlAccounts
from mercarich_feed.domain.pushes import Account
from mercarich_feed.domain.tokens import TokensChecked, Verdict
from mercarich_listings.waiting import pending, withdrawal
from mercarich_platform.clock import Clock


class SqlTokenBook:
    def __init__(self, engine: Engine, accounts: SqlAccounts, now: Clock) -> None:
        self._engine = engine
        self._accounts = accounts
        self._now = now

    def sellers(self, usernames: Sequence[str]) -> Sequence[tuple[int, str]]:
        query = (
            select(users.c.id, users.c.username)
            .join(amazon_accounts, amazon_accounts.c.user_id == users.c.id)
            .where(users.c.active == true(), users.c.is_staff == false())
            .order_by(users.c.id)
        )
        if usernames:
            query = query.where(users.c.username.in_(usernames))
        with reading(self._engine) as connection:
            return [(row.id, row.username) for row in connection.execute(query)]

    def account(self, user_id: int) -> Account:
        return self._accounts.account(user_id)

    def store(self, user_id: int, sealed: str, verdict: Verdict, reason: str | None) -> bool:
        return self._accounts.store(user_id, sealed, verdict, reason)

    def exposed(self, user_id: int) -> int:
        waiting = and_(listings.c.user_id == user_id, pending(), withdrawal())
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).select_from(listings).where(waiting)).scalar_one())

    def begin(self) -> int:
        row = {"started_at": self._now(), "valid": 0, "invalid": 0, "unknown": 0, "exposed": 0}
        done = run_tx(self._engine, lambda connection: connection.execute(insert(token_checks).values(row)))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def end(self, check_id: int, checked: TokensChecked) -> None:
        problem = checked.problem[:255] if checked.problem else None
        values = {verdict.value: checked.count(verdict) for verdict in Verdict}
        done = update(token_checks).where(token_checks.c.id == check_id)
        done = done.values(**values, exposed=checked.exposed, problem=problem, ended_at=self._now())
        run_tx(self._engine, lambda connection: connection.execute(done))


class TokenChecks:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self) -> AnyRow | None:
        """Return the newest check that ended, if there is one."""
        ended = select(token_checks).where(token_checks.c.ended_at.is_not(None)).order_by(token_checks.c.id.desc())
        with reading(self._engine) as connection:
            return connection.execute(ended.limit(1)).one_or_none()
