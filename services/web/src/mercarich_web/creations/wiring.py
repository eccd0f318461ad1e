"""Build the use case of new offers on its queries."""

from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.creations.list_creations import ListCreations
from mercarich_web.creations.sql import SqlCreations


def list_creations(engine: Engine, now: Clock) -> ListCreations:
    return ListCreations(SqlCreations(engine, now))
