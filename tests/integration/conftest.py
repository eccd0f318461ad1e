"""On real services, run only the tests that use one: the others would do the same again."""

from collections.abc import Iterator

import pytest
from tests.conftest import REAL_SERVICES
from tests.integration.one_writer import guarded

SERVED = {"kafka_bootstrap", "_new_database"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not REAL_SERVICES:
        return
    asks_none = [item for item in items if isinstance(item, pytest.Function) and not SERVED & set(item.fixturenames)]
    config.hook.pytest_deselected(items=asks_none)
    items[:] = [item for item in items if item not in asks_none]


@pytest.fixture(autouse=True)
def _one_writer() -> Iterator[None]:
    """The store of listings is the only writer of their rows, whatever a test makes the services do."""
    with guarded() as found:
        yield
    assert found == []
