"""The planted defects of `make mutants` still fit the code, so that they do not rot."""

from pathlib import Path

import pytest
from tests.mutants.patches import SECURITY, Mutant, apply, every

ROOT = Path(__file__).parents[3]


def test_there_are_fifty_planted_defects() -> None:
    assert len(every()) >= 50


def test_there_are_forty_security_holes() -> None:
    assert len(every(SECURITY)) >= 40


@pytest.mark.parametrize("mutant", [*every(), *every(SECURITY)], ids=lambda mutant: mutant.name)
def test_a_planted_defect_can_be_planted(mutant: Mutant) -> None:
    apply(ROOT, mutant, "--check")
    assert mutant.wrong.endswith(".")
    assert mutant.tests
    assert all((ROOT / test).exists() for test in mutant.tests)
