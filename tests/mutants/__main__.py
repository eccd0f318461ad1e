"""`make mutants`, `make security-mutants`: plant each defect in a copy of the tree, and tell which tests find it.

The tests that a patch names run first, then the unit tier, then two simulated days. Each stage has a bound of time, and
has found nothing when it runs out of it.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.patches import FOLDER, SECURITY, Mutant, apply, every

ROOT = Path(__file__).parents[2]
ENOUGH = 0.9
"""Share of the defects that must be found."""
_PYTEST = ("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
_UNIT = (*_PYTEST, "-n", "2", "tests/unit", "--ignore", "tests/unit/mutants")
_DAYS = ("-m", "tests.soak", "--days", "2", "--sellers", "2", "--listings", "60")
_NAMED: Sequence[Sequence[str]] = ()
_WIDER: Sequence[Sequence[str]] = (_UNIT, _DAYS)
_STAGE_SECONDS = 400.0
_FAILED = re.compile(r"^(?:FAILED|ERROR) (tests/.+?)(?: - |$)", re.MULTILINE)
_BROKEN = re.compile(r"^BROKEN +(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Run:
    passed: bool
    by: str
    """The test or promise that failed first, or what else ended it."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--sound", action="store_true", help="first run every test that they name, without a defect")
    parser.add_argument("--named", action="store_true", help="run no other tests than those that the patches name")
    parser.add_argument("--security", action="store_true", help="the security holes, all of which must be found")
    given = parser.parse_args()
    found_in = every(SECURITY if given.security else FOLDER)
    chosen = [mutant for mutant in found_in if not given.names or mutant.name in given.names]
    with _copy() as tree:
        if given.sound:
            _must_pass(tree, chosen)
        found = [_found_by(tree, mutant, _NAMED if given.named else _WIDER) for mutant in chosen]
    count = sum(by is not None for by in found)
    _tell(f"{count} of {len(chosen)} planted defects were found.")
    return 0 if count >= (1 if given.security else ENOUGH) * len(chosen) else 1


@contextmanager
def _copy() -> Iterator[Path]:
    """Yield a copy of the commit that is checked out."""
    with TemporaryDirectory(prefix="mercarich-mutants-") as folder:
        tree = Path(folder) / "tree"
        _git("worktree", "add", "--quiet", "--detach", str(tree), "HEAD")
        try:
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _must_pass(tree: Path, mutants: Sequence[Mutant]) -> None:
    named = sorted({test for mutant in mutants for test in mutant.tests})
    run = _run(tree, (*_PYTEST, *named), 3 * _STAGE_SECONDS)
    if not run.passed:
        raise SystemExit(f"without any defect, {run.by} fails")


def _found_by(tree: Path, mutant: Mutant, wider: Sequence[Sequence[str]]) -> str | None:
    """Return what found the defect, and tell it; None when nothing did."""
    began = time.monotonic()
    apply(tree, mutant)
    try:
        by = _first_failure(tree, mutant, wider)
    finally:
        apply(tree, mutant, "--reverse")
    _tell(f"{mutant.name}: {by or 'NOT FOUND'} ({time.monotonic() - began:.0f} s)")
    return by


def _first_failure(tree: Path, mutant: Mutant, wider: Sequence[Sequence[str]]) -> str | None:
    for command in [(*_PYTEST, *mutant.tests), *wider]:
        run = _run(tree, command)
        if not run.passed:
            return run.by
    return None


def _run(tree: Path, command: Sequence[str], seconds: float = _STAGE_SECONDS) -> Run:
    sources = [str(path) for path in sorted(tree.glob("*/*/src")) + sorted(tree.glob("*/src"))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tree), *sources])}
    try:
        ended = subprocess.run(
            [sys.executable, *command],
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Run(True, f"not done within {seconds:.0f} s")
    told = [*_FAILED.findall(ended.stdout), *_BROKEN.findall(ended.stdout)]
    return Run(ended.returncode == 0, told[0] if told else f"exit code {ended.returncode}: {' '.join(command)}")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _git(*arguments: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
