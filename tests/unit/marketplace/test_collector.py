"""The collector of a process that serves: what is there at the start is left alone, the young are looked at seldom."""

import subprocess
import sys

SCENE = """
import gc
from mercarich_marketplace import collector
kept = [[] for _ in range(50_000)]
collector.settle()
assert gc.get_freeze_count() >= 50_000
looks = []
gc.callbacks.append(lambda phase, _info: looks.append(phase))
young = [[] for _ in range(15_000)]
assert looks == []
young += [[] for _ in range(15_000)]
assert looks
"""


def test_what_is_there_at_the_start_is_left_alone_and_the_young_are_looked_at_seldom() -> None:
    done = subprocess.run([sys.executable, "-c", SCENE], check=False, capture_output=True, text=True)

    assert done.stderr == ""
    assert done.returncode == 0
