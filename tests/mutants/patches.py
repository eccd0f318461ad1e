"""The planted defects: each patch of this folder makes one. Its first line says what is wrong."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
SECURITY = FOLDER / "security"
"""Holes: each lets somebody do, see or take what is not theirs."""
_TESTS = "Tests: "


@dataclass(frozen=True, slots=True)
class Mutant:
    path: Path
    wrong: str
    """What is wrong, as a sentence."""
    tests: Sequence[str]
    """The files and folders of tests that should find it, the cheapest first."""

    @property
    def name(self) -> str:
        return self.path.stem


def every(folder: Path = FOLDER) -> list[Mutant]:
    return [_read(path) for path in sorted(folder.glob("*.patch"))]


def apply(tree: Path, mutant: Mutant, *options: str) -> None:
    """Apply the patch. Raises `CalledProcessError` when it does not fit the tree."""
    given = ("git", "-C", str(tree), "apply", *options, str(mutant.path))
    subprocess.run(given, check=True, capture_output=True, text=True)


def _read(path: Path) -> Mutant:
    wrong, tests, *_ = path.read_text(encoding="utf-8").split("\n")
    if not tests.startswith(_TESTS):
        raise ValueError(f"{path.name}: the second line names the tests: `{_TESTS}…`")
    return Mutant(path, wrong, tests.removeprefix(_TESTS).split())
