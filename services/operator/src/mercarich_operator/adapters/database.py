"""Reading and writing for the adapters here: whatever the database fails by is `DatabaseAway`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from mercarich_db import engine as engines
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration

Result = TypeVar("Result")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    with _translated(), engines.reading(engine) as connection:
        yield connection


def writing(engine: Engine, fn: Callable[[Connection], Result]) -> Result:
    with _translated():
        return engines.run_tx(engine, fn)


@contextmanager
def _translated() -> Iterator[None]:
    """Whatever it is, a table that is missing or a password that was changed: workers go on as they are."""
    try:
        yield
    except BadConfiguration as error:
        raise DatabaseAway(str(error)) from error
    except DBAPIError as error:
        raise DatabaseAway(f"the database refuses: {error.orig}") from error
