"""`server_key.Roots` over the tables."""

from datetime import datetime

from sqlalchemy import Engine, exists, or_, select, update

from mercarich_db.bulk import insert_missing
from mercarich_db.engine import run_tx
from mercarich_db.tables import logins, notice_ways, server_secrets
from mercarich_platform.clock import Clock
from mercarich_web.database import reading

NAME = "pages"


class SqlRoots:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def sealed(self) -> str | None:
        with reading(self._engine) as connection:
            found: str | None = connection.execute(
                select(server_secrets.c.sealed).where(server_secrets.c.name == NAME)
            ).scalar_one_or_none()
        return found

    def keep(self, sealed: str) -> None:
        row: dict[str, str | datetime] = {"name": NAME, "sealed": sealed, "sealed_at": self._now()}
        run_tx(self._engine, lambda connection: insert_missing(connection, server_secrets, [row]))

    def replace(self, sealed: str, by: str) -> None:
        this = (server_secrets.c.name == NAME, server_secrets.c.sealed == sealed)
        change = update(server_secrets).where(*this).values(sealed=by, sealed_at=self._now())
        run_tx(self._engine, lambda connection: connection.execute(change))

    def rests_on_the_key(self) -> bool:
        salts = or_(
            exists().where(logins.c.codes_salt.is_not(None)), exists().where(notice_ways.c.webhook_salt.is_not(None))
        )
        with reading(self._engine) as connection:
            return bool(connection.execute(select(salts)).scalar_one())
