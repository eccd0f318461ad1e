"""A migrated database with nothing in it, and the shop that fills it."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from tests.integration.checker.shop import Market, Shop

from mercarich_db import engine as engines


@pytest.fixture
def engine(database_url: str, to_head: Callable[[Engine], None]) -> Iterator[Engine]:
    engine = engines.create(database_url, pool_size=10)
    to_head(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def shop(engine: Engine) -> Shop:
    return Shop(engine)


@pytest.fixture
def market() -> Market:
    return Market()
