"""One seed gives one week: a failure that CI has seen can be seen again."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(900)  # a minute of the processor each
def test_a_seed_gives_the_same_week_in_every_process() -> None:
    """Sets of strings have another order in each process; nothing may depend on it."""
    with ThreadPoolExecutor(2) as both:
        first, second = both.map(_fingerprint, ("1", "2"))
    assert first == second


def _fingerprint(hash_seed: str) -> str:
    week = (sys.executable, "-m", "tests.soak", "--days", "1", "--sellers", "2", "--listings", "40", "--unkind")
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    told = subprocess.run(week, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout
    [found] = re.findall(r"Fingerprint\s+([0-9a-f]{12})", told)
    return str(found)
