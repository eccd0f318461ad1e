"""`ports_creations.Creations` over `mercarich_listings.creation_store`, and what of them waits."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from mercarich_contracts.creations import CreationState
from mercarich_db.engine import reading, run_tx
from mercarich_db.replacement_rules import banned_words
from mercarich_db.tables import listing_creations
from mercarich_feed.adapters.accounts_sql import has_usable_account
from mercarich_feed.ports import Numbers
from mercarich_listings import creation_store
from mercarich_listings.creation import Creation, Step
from mercarich_platform.clock import Clock

_FIRST_LOOK = timedelta(seconds=1)
"""Wait for the first look at what Amazon accepted: what it shows lags behind."""
_row = listing_creations.c


@dataclass(frozen=True, slots=True)
class Standing:
    """Creations that are open."""

    by_state: dict[str, int]
    oldest: datetime | None
    """When the oldest was sent that Amazon does not sell yet."""


class SqlCreations:
    def __init__(self, engine: Engine, numbers: Numbers, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._numbers = numbers
        self._retry_seconds = retry_seconds
        self._now = now

    def sellers(self) -> list[int]:
        """Return ids of sellers with a usable account and something to do."""
        now = self._now()
        usable = has_usable_account(now, self._retry_seconds, _row.user_id)
        with reading(self._engine) as connection:
            return creation_store.sellers(connection, now, usable)

    def claim(self, user_id: int, limit: int) -> tuple[str, Sequence[Creation]]:
        token, most = secrets.token_hex(16), self._numbers.create_daily_listings()
        return token, run_tx(
            self._engine,
            lambda connection: creation_store.claim(connection, user_id, token, limit, most, self._now()),
        )

    def excluded_words(self, user_id: int) -> Sequence[str]:
        with reading(self._engine) as connection:
            return banned_words(connection, user_id)

    def sending(self, claim: str, creation: Creation) -> Step | None:
        most = self._numbers.create_daily_listings()
        return run_tx(
            self._engine, lambda connection: creation_store.sending(connection, creation, claim, most, self._now())
        )

    def accepted(self, claim: str, creation: Creation) -> None:
        run_tx(
            self._engine,
            lambda connection: creation_store.accepted(connection, creation, claim, _FIRST_LOOK, self._now()),
        )

    def unsent(self, claim: str, creation: Creation) -> None:
        run_tx(self._engine, lambda connection: creation_store.unsent(connection, creation, claim, self._now()))

    def settle(self, claim: str, creation: Creation, step: Step) -> None:
        run_tx(self._engine, lambda connection: creation_store.settle(connection, creation, claim, step, self._now()))

    def release(self, claim: str) -> None:
        run_tx(self._engine, lambda connection: creation_store.release(connection, claim, self._now()))

    def standing(self) -> Standing:
        counted = select(_row.state, func.count().label("open")).where(_row.ended_at.is_(None)).group_by(_row.state)
        sent = select(func.min(_row.sent_at)).where(_row.ended_at.is_(None), _row.state != CreationState.WAITING)
        with reading(self._engine) as connection:
            by_state = {row.state: row.open for row in connection.execute(counted)}
            return Standing(by_state, connection.execute(sent).scalar())
