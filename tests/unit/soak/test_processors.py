import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.soak import processors

pytestmark = pytest.mark.skipif(not processors.CAN_CHOOSE, reason="this system pins no threads")


@pytest.fixture(autouse=True)
def _back_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = os.sched_getaffinity(0)
    yield
    os.sched_setaffinity(0, before)


def test_weeks_beside_each_other_take_a_processor_each_as_long_as_there_are_some() -> None:
    able = os.sched_getaffinity(0)
    taken = []
    for _ in able:
        os.sched_setaffinity(0, able)
        processors.stay_on_one()
        taken.append(os.sched_getaffinity(0))
    os.sched_setaffinity(0, able)
    processors.stay_on_one()
    assert sorted(map(max, taken)) == sorted(able)
    assert os.sched_getaffinity(0) == {max(able)}


def test_a_processor_whose_file_belongs_to_another_user_is_left_to_them(tmp_path: Path) -> None:
    able = os.sched_getaffinity(0)
    for processor in able:
        (tmp_path / f"mercarich-week-{processor}.lock").mkdir()
    processors.stay_on_one()
    assert os.sched_getaffinity(0) == {max(able)}
