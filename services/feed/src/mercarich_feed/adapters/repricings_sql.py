"""`ports_prices.Repricings` over `mercarich_listings.repricing_store`."""

import secrets
from collections.abc import Sequence

from sqlalchemy import Engine

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import repricings
from mercarich_feed.adapters.accounts_sql import has_usable_account
from mercarich_listings import repricing_store
from mercarich_listings.repricing import Repricing, Step
from mercarich_platform.clock import Clock


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
