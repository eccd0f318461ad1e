"""The seed of a week that CI plays."""

import subprocess
from pathlib import Path

import pytest
from tests.soak.seeds import WITHOUT_COMMIT, read_seed


def _git(tree: Path, *arguments: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@b.example")
    asked = ["git", "-C", str(tree), *who, *arguments]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout


def test_a_commit_has_a_seed_of_its_own(tmp_path: Path) -> None:
    _git(tmp_path, "init", "--quiet")
    _git(tmp_path, "commit", "--quiet", "--allow-empty", "-m", "one")
    first = read_seed("commit", tmp_path)
    assert f"{first:07x}" == _git(tmp_path, "rev-parse", "HEAD")[:7]
    _git(tmp_path, "commit", "--quiet", "--allow-empty", "-m", "two")
    assert read_seed("commit", tmp_path) != first


def test_a_tree_without_git_has_a_fixed_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert read_seed("commit", tmp_path) == WITHOUT_COMMIT


def test_a_number_is_the_seed() -> None:
    assert read_seed("7") == 7
    with pytest.raises(ValueError, match="seven"):
        read_seed("seven")
