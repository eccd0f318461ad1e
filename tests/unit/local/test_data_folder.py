"""The data folder of one instance: for its owner alone, and for one instance at a time."""

import os
import stat
from pathlib import Path

import pytest

from mercarich_local.data_folder import locked
from mercarich_platform.front import TryAgain


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("older", [None, 0o755])
def test_nobody_else_reads_the_folder_or_what_is_made_in_it(tmp_path: Path, older: int | None) -> None:
    data = tmp_path / "var"
    if older is not None:
        data.mkdir()
        data.chmod(older)
    before = os.umask(0o022)
    try:
        with locked(data):
            (data / "mercarich.db").write_text("hashes")
            (data / "log").mkdir()
        (tmp_path / "afterwards").write_text("")
    finally:
        os.umask(before)

    assert permissions(data) == 0o700
    assert [permissions(data / name) for name in ("mercarich.db", "lock", "log")] == [0o600, 0o600, 0o700]
    assert permissions(tmp_path / "afterwards") == 0o644, "the rest of the process is as before"


def test_a_second_instance_is_told_who_has_the_folder(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(TryAgain, match=f"pid {os.getpid()}"), locked(tmp_path):
        pass
