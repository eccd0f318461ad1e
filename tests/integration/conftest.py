"""On real services only what asks one is run: the rest would do the same again as without them."""

import pytest
from tests.conftest import REAL_SERVICES

SERVED = {"kafka_bootstrap", "_new_database"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not REAL_SERVICES:
        return
    asks_none = [item for item in items if isinstance(item, pytest.Function) and not SERVED & set(item.fixturenames)]
    config.hook.pytest_deselected(items=asks_none)
    items[:] = [item for item in items if item not in asks_none]
