"""Reading and writing for the adapters here: every failure of the database becomes `DatabaseAway`."""

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
    """Translate every error, even a missing table or a changed password: the workers are left as they are."""
    try:
        yield
    except BadConfiguration as error:
        raise DatabaseAway(str(error)) from error
    except DBAPIError as error:
        raise DatabaseAway(f"the database refuses the statement: {error.orig}") from error
