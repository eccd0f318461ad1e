"""What the reports need from outside; every method raises `DatabaseAway`, those of `Pools` raise `BrokerAway`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path

from sqlalchemy import Connection, Engine

from mercarich_db import engine as engines
from mercarich_db import schema
from mercarich_platform.settings import BadConfiguration

Together = Callable[[], AbstractContextManager[None]]
"""What this thread reads in the block is read over one connection. Nothing in it writes, or waits for another thread:
connections are few."""
_shared: ContextVar[Connection | None] = ContextVar("shared", default=None)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read with. Raises `DatabaseAway`."""
    shared = _shared.get()
    if shared is not None and shared.engine is engine:
        yield shared
        return
    with engines.reading(engine) as connection:
        yield connection


class SqlTogether:
    """What this thread reads within the block shares one connection.

    Nothing in it may write, or wait for what another thread reads: it holds one of few connections.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with reading(self._engine) as connection:
            token = _shared.set(connection)
            try:
                yield
            finally:
                _shared.reset(token)


class SqlSchema:
    """The state of the schema. Does not make a SQLite file that is not there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.where = engines.name(engine)

    def problem(self) -> str | None:
        """What is wrong with the schema in one sentence, None when this code can read it."""
        path = self._engine.url.database
        if self._engine.url.get_backend_name() == "sqlite" and path and not Path(path).exists():
            return f"there is no database {self.where}: run `mercarich db upgrade`"
        try:
            schema.require(self._engine)
        except BadConfiguration as error:
            return str(error)
        return None
