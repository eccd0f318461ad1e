"""`ports_prices.Repricings` over `mercarich_listings.repricing_store`."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import repricings
from mercarich_feed.adapters.accounts_sql import has_usable_account
from mercarich_listings import repricing_store
from mercarich_listings.repricing import Repricing, Step
from mercarich_platform.clock import Clock


@dataclass(frozen=True, slots=True)
class Standing:
    """Prices that are on their way to Amazon."""

    by_state: Mapping[str, int]
    """By `RepricingState`."""
    oldest: datetime | None
    """When the oldest of them was asked for."""


class SqlRepricings:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def sellers(self) -> list[int]:
        """Return ids of sellers with a usable account and something to do."""
        now = self._now()
        usable = has_usable_account(now, self._retry_seconds, repricings.c.user_id)
        with reading(self._engine) as connection:
            return repricing_store.sellers(connection, now, usable)

    def standing(self) -> Standing:
        row = repricings.c
        counted = select(row.state, func.count().label("open"), func.min(row.asked_at).label("oldest"))
        with reading(self._engine) as connection:
            states = connection.execute(counted.where(row.ended_at.is_(None)).group_by(row.state)).all()
        oldest = min((state.oldest for state in states if state.oldest is not None), default=None)
        return Standing({state.state: state.open for state in states}, oldest)

    def claim(self, user_id: int, limit: int) -> tuple[str, Sequence[Repricing]]:
        token, now = secrets.token_hex(16), self._now()
        return token, run_tx(
            self._engine, lambda connection: repricing_store.claim(connection, user_id, token, limit, now)
        )

    def sending(self, claim: str, change: Repricing) -> Step | None:
        now = self._now()
        return run_tx(self._engine, lambda connection: repricing_store.sending(connection, change, claim, now))

    def unsent(self, claim: str, change: Repricing) -> None:
        now = self._now()
        run_tx(self._engine, lambda connection: repricing_store.unsent(connection, change, claim, now))

    def settle(self, claim: str, change: Repricing, step: Step) -> None:
        now = self._now()
        run_tx(self._engine, lambda connection: repricing_store.settle(connection, change, claim, step, now))

    def release(self, claim: str) -> None:
        now = self._now()
        run_tx(self._engine, lambda connection: repricing_store.release(connection, claim, now))
