"""`ports.Sellers`, and the queries of the worker's rounds: which sellers have something waiting."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, and_, case, func, not_, select

from mercarich_contracts.market import Marketplace
from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts, listings, submissions, users
from mercarich_feed.adapters.accounts_sql import account_usable, has_usable_account
from mercarich_feed.ports import Waiting
from mercarich_listings import unverified
from mercarich_listings.restored import Unverified
from mercarich_listings.waiting import (
    not_deferred,
    not_in_feed,
    pending,
    restore,
    unclaimed,
    withdrawal,
    withdrawal_pending,
)
from mercarich_platform.clock import Clock


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of everything pending, deferred or not. `exposed`: withdrawals of sellers without a usable account."""

    withdrawals: int
    restores: int
    exposed: int
    feeds: int


class SqlSellers:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def waiting(self, marketplace: Marketplace, usernames: Sequence[str]) -> list[Waiting]:
        now = self._now()
        # A claimed withdrawal is on its way and counts. One that is deferred or in an open feed is not waited for.
        counts = and_(pending(), not_deferred(now), not_in_feed(), listings.c.marketplace == marketplace)
        usable = and_(
            amazon_accounts.c.user_id.is_not(None),
            account_usable(now, self._retry_seconds),
        )
        query = (
            select(
                users.c.id,
                users.c.username,
                func.sum(case((withdrawal(), 1), else_=0)),
                func.sum(case((restore(), 1), else_=0)),
                case((usable, 1), else_=0),
            )
            .select_from(
                listings.join(users, users.c.id == listings.c.user_id).outerjoin(
                    amazon_accounts, amazon_accounts.c.user_id == users.c.id
                )
            )
            .where(counts)
            .group_by(
                users.c.id,
                users.c.username,
                amazon_accounts.c.user_id,
                amazon_accounts.c.token_verdict,
                amazon_accounts.c.token_checked_at,
            )
            .order_by(users.c.id)
        )
        if usernames:
            query = query.where(users.c.username.in_(usernames))
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [Waiting(row[0], row[1], int(row[2]), int(row[3]), bool(row[4])) for row in rows]

    def unknown(self, usernames: Sequence[str]) -> list[str]:
        with reading(self._engine) as connection:
            found = set(connection.execute(select(users.c.username).where(users.c.username.in_(usernames))).scalars())
        return [name for name in usernames if name not in found]

    def with_withdrawals(self) -> list[int]:
        """Return ids of sellers with a usable account and a withdrawal that could go out now."""
        now = self._now()
        conditions = (withdrawal_pending(), withdrawal(), not_deferred(now), unclaimed(now), not_in_feed())
        query = select(listings.c.user_id).distinct().where(*conditions, has_usable_account(now, self._retry_seconds))
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def unverified(self) -> Unverified | None:
        with reading(self._engine) as connection:
            return unverified.left(connection)

    def totals(self) -> Totals:
        now = self._now()
        unusable = not_(has_usable_account(now, 10**9))
        query = select(
            func.coalesce(func.sum(case((withdrawal(), 1), else_=0)), 0),
            func.coalesce(func.sum(case((restore(), 1), else_=0)), 0),
            func.coalesce(func.sum(case((and_(withdrawal(), unusable), 1), else_=0)), 0),
        ).where(pending())
        feeds = select(func.count()).select_from(submissions).where(submissions.c.ended_at.is_(None))
        with reading(self._engine) as connection:
            row = connection.execute(query).one()
            return Totals(int(row[0]), int(row[1]), int(row[2]), connection.execute(feeds).scalar_one())
