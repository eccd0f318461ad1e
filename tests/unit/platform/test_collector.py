"""The garbage collector of our processes runs rarely from the first import on."""

import gc
import subprocess
import sys

from mercarich_platform.collector import YOUNG

TOLD = """
import gc
import mercarich_platform.front
print(gc.get_threshold()[0], gc.get_freeze_count())
from mercarich_platform import collector
collector.settle()
print(gc.get_threshold()[0], gc.get_freeze_count() > 1_000)
"""


def test_a_process_looks_for_cycles_seldom_and_not_at_what_its_start_made() -> None:
    told = subprocess.run([sys.executable, "-c", TOLD], capture_output=True, text=True, check=True).stdout

    assert gc.isenabled()
    assert told.split() == [str(YOUNG), "0", str(YOUNG), "True"]
