"""A week that a test leads by hand."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.soak.week import USUAL, Amazon, Size, Week


@pytest.fixture
def size() -> Size:
    return Size(sellers=2, listings=20)


@pytest.fixture
def amazon() -> Amazon:
    return USUAL


@pytest.fixture
def week(tmp_path: Path, size: Size, amazon: Amazon) -> Iterator[Week]:
    """A week that has begun; none of its processes may crash."""
    week = Week(tmp_path, 1, size, amazon)
    with closing(week.plant.darkroom):
        yield week
        week.kernel.sleep(1.0)  # Only a process that has begun can end, and it closes what it opened.
        crashes = [*week.kernel.crashes]
        week.kernel.end()
    assert crashes == []
