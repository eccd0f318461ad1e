"""An empty migrated database, the shop that fills it, and a market with items for sale."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from tests.integration.updater.shop import Market, RevivalShop

from mercarich_db import engine as engines


@pytest.fixture
def engine(database_url: str, to_head: Callable[[Engine], None]) -> Iterator[Engine]:
    engine = engines.create(database_url, pool_size=10)
    to_head(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def shop(engine: Engine, market: Market) -> RevivalShop:
    return RevivalShop(engine, market)
