"""Queries on a seller's Amazon account and feeds. No refresh token is read here."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, and_, func, insert, select

from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts, amazon_links, notices, submissions
from mercarich_web.amazon.account import Feed, Linked
from mercarich_web.database import reading
from mercarich_web.notices.notices import Kind


class SqlAmazonBook:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def account(self, user_id: int) -> Linked | None:
        account, notice = amazon_accounts.c, notices.c
        since = (
            select(func.max(notice.opened_at))
            .where(notice.user_id == user_id, notice.kind == Kind.TOKEN, notice.closed_at.is_(None))
            .scalar_subquery()
        )
        told = (account.seller_id, account.token_verdict, account.token_reason, account.token_checked_at, since)
        with reading(self._engine) as connection:
            row = connection.execute(select(*told).where(account.user_id == user_id)).one_or_none()
        return None if row is None else Linked(*row)

    def feeds(self, user_id: int, limit: int) -> Sequence[Feed]:
        """Return feeds, open ones first, then newest first."""
        feed = submissions.c
        # `feed.c.items` would be a method of the column collection.
        counts = (feed["items"], feed.accepted, feed.rejected)
        told = (feed.id, feed.state, feed.created_at, feed.ended_at, *counts)
        mine = and_(feed.user_id == user_id, feed.lane == "feed")
        query = select(*told, feed.problem).where(mine)
        query = query.order_by(feed.ended_at.is_not(None), feed.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [Feed(*row) for row in connection.execute(query)]

    def sent(self, user_id: int, state_hash: str, session_hash: str, now: datetime, until: datetime) -> None:
        """Store that the seller's browser, with this session, was sent to the consent page."""
        row = {"state_hash": state_hash, "user_id": user_id, "session_hash": session_hash}
        sent = insert(amazon_links).values(**row, created_at=now, expires_at=until)
        run_tx(self._engine, lambda connection: connection.execute(sent))
