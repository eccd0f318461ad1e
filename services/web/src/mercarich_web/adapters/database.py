"""Reading and writing for the adapters here, and the schema's state; the database's failures become the ports'."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine

from mercarich_db import engine as engines
from mercarich_db import schema
from mercarich_platform.settings import BadConfiguration
from mercarich_web.ports import DatabaseAway

Result = TypeVar("Result")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read with. Raises `ports.DatabaseAway`."""
    with _translated(), engines.reading(engine) as connection:
        yield connection


def writing(engine: Engine, fn: Callable[[Connection], Result]) -> Result:
    """One transaction, started over on a conflict. Raises `ports.DatabaseAway`."""
    with _translated():
        return engines.run_tx(engine, fn)


class SqlSchema:
    """`ports.Schema`. Does not make a SQLite file that is not there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.where = engines.name(engine)

    def problem(self) -> str | None:
        path = self._engine.url.database
        if self._engine.url.get_backend_name() == "sqlite" and path and not Path(path).exists():
            return f"there is no database {self.where}: run `mercarich db upgrade`"
        try:
            with _translated():
                schema.require(self._engine)
        except BadConfiguration as error:
            return str(error)
        return None


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except engines.DatabaseAway as error:
        raise DatabaseAway(str(error)) from error
