"""The seed of a week: a number, or the one that belongs to the commit under test."""

import subprocess
from pathlib import Path

COMMIT = "commit"
WITHOUT_COMMIT = 20_260_104
"""The seed in a tree without git: that of nobody's choice."""
_DIGITS = 7
"""Hexadecimal digits of the commit's name that make its seed."""


def read_seed(text: str, tree: Path = Path()) -> int:
    """Return the number, or for `commit` the seed of the tree's commit. Raises `ValueError`."""
    return of_commit(tree) if text == COMMIT else int(text)


def of_commit(tree: Path) -> int:
    """Return the seed of the commit that is checked out in `tree`, or `WITHOUT_COMMIT`."""
    asked = ("git", "-C", str(tree), "rev-parse", "HEAD")
    try:
        name = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return WITHOUT_COMMIT
    return int(name[:_DIGITS], 16)
