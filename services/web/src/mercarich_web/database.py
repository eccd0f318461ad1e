"""The database as the reports see it. Every method raises `DatabaseAway`; those of `Pools` raise `BrokerAway`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path

from sqlalchemy import Connection, Engine

from mercarich_db import engine as engines
from mercarich_db import schema
from mercarich_platform.settings import BadConfiguration

Together = Callable[[], AbstractContextManager[None]]
"""A context manager within which everything that this thread reads shares one connection. Code in the block must not
write, nor wait for another thread, because connections are few."""
_shared: ContextVar[Connection | None] = ContextVar("shared", default=None)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Return a connection to read with. Raises `DatabaseAway`."""
    shared = _shared.get()
    if shared is not None and shared.engine is engine:
        yield shared
        return
    with engines.reading(engine) as connection:
        yield connection


class SqlTogether:
    """Within the block, everything that this thread reads shares one connection.

    Code in the block must not write, nor wait for what another thread reads: the block holds one of few connections.
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
    """The state of the schema. A missing SQLite file is not created."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.where = engines.name(engine)

    def problem(self) -> str | None:
        """Return in one sentence what is wrong with the schema, None when this code can read it."""
        path = self._engine.url.database
        if self._engine.url.get_backend_name() == "sqlite" and path and not Path(path).exists():
            return f"there is no database {self.where}: run `mercarich db upgrade`"
        try:
            schema.require(self._engine)
        except BadConfiguration as error:
            return str(error)
        return None
