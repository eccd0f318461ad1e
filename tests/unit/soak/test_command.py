"""What a long week is to write is known to be writable before it is played."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("option", ["--json", "--states", "--log"])
def test_a_file_that_cannot_be_written_is_refused_before_the_week(option: str, tmp_path: Path) -> None:
    code, told, error = _soak(option, tmp_path)
    assert (code, told) == (2, "")
    assert f"argument {option}: cannot write {tmp_path}: Is a directory" in error


def test_a_folder_is_made_for_a_file(tmp_path: Path) -> None:
    code, _, error = _soak("--json", tmp_path / "var" / "1.json", "--log", tmp_path)
    assert (code, (tmp_path / "var").is_dir()) == (2, True), error


def _soak(*arguments: str | Path) -> tuple[int, str, str]:
    command = (sys.executable, "-m", "tests.soak", "--days", "1", *map(str, arguments))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr
