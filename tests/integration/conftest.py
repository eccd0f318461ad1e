"""On real services, run only the tests that use one: the others would do the same again.

Elsewhere, leave out those that need what the embedded services lack.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import REAL_SERVICES
from tests.integration.one_writer import guarded
from tests.made_once import make_once

if TYPE_CHECKING:
    from tests.services.secured_kafka import SecuredKafka

make_once()

SECURED = "secured_kafka"
SERVED = {"kafka_bootstrap", "_new_database", SECURED}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    out = [item for item in items if isinstance(item, pytest.Function) and not _is_run(set(item.fixturenames))]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]


def _is_run(fixtures: set[str]) -> bool:
    return bool(SERVED & fixtures) if REAL_SERVICES else SECURED not in fixtures


@pytest.fixture(scope="session")
def secured_kafka(_services_folder: Path) -> Iterator["SecuredKafka"]:
    from tests.services.secured_kafka import SecuredKafka

    folder = _services_folder / "secured"
    folder.mkdir()
    kafka = SecuredKafka(folder)
    yield kafka
    kafka.stop()


@pytest.fixture(autouse=True)
def _one_writer() -> Iterator[None]:
    """The store of listings is the only writer of their rows, whatever a test makes the services do."""
    with guarded() as found:
        yield
    assert found == []
