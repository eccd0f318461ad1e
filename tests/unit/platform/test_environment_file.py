"""The file by which commands find the system that runs on this machine."""

import os
from pathlib import Path

import pytest

from mercarich_platform import environment_file
from mercarich_platform.settings import BadConfiguration


def test_what_the_environment_has_already_stays(tmp_path: Path) -> None:
    here = {"MERCARICH_DATA_DIR": str(tmp_path), "FEED_LWA_CLIENT_ID": "mine"}
    with environment_file.written(tmp_path, {"FEED_LWA_CLIENT_ID": "theirs", "FEED_LWA_CLIENT_SECRET": 'a=b "c"'}):
        environment_file.read(here)
    assert (here["FEED_LWA_CLIENT_ID"], here["FEED_LWA_CLIENT_SECRET"]) == ("mine", 'a=b "c"')


def test_without_a_system_that_runs_nothing_is_added(tmp_path: Path) -> None:
    here = {"MERCARICH_DATA_DIR": str(tmp_path / "nowhere")}
    environment_file.read(here)
    assert list(here) == ["MERCARICH_DATA_DIR"]


def test_its_owner_alone_can_read_it_and_at_the_end_it_is_gone(tmp_path: Path) -> None:
    with environment_file.written(tmp_path, {"A": "b"}):
        [file] = tmp_path.iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_others_can_write_is_refused(tmp_path: Path) -> None:
    here = {"MERCARICH_DATA_DIR": str(tmp_path)}
    with environment_file.written(tmp_path, {"A": "b"}):
        os.chmod(tmp_path / environment_file.NAME, 0o666)
        with pytest.raises(BadConfiguration, match="another user"):
            environment_file.read(here)
