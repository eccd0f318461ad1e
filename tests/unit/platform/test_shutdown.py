"""The watch over the main loop."""

import signal
import subprocess
import sys
import time

from mercarich_platform.exit_codes import DONE, STUCK
from mercarich_platform.shutdown import Watchdog

LIMIT = 1.0
WATCHED = """
import sys, time
from mercarich_platform.shutdown import Watchdog

watchdog = Watchdog(float(sys.argv[1]))
watchdog.start()
print("ready", flush=True)
if sys.argv[2] == "hangs":
    time.sleep(60)
for _ in range(5):
    watchdog.beat()
    time.sleep(0.3)
"""


def _watched(way: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WATCHED, str(LIMIT), way]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def test_a_loop_that_moves_is_healthy_and_one_that_does_not_is_said_so() -> None:
    assert Watchdog(30).wrong() is None
    assert "has not moved" in (Watchdog(-1).wrong() or "")


def test_a_loop_that_hangs_ends_its_process_with_its_stacks() -> None:
    with _watched("hangs") as process:
        _, told = process.communicate(timeout=20)

    assert process.returncode == STUCK
    assert b"File" in told


def test_a_process_ends_in_time_also_where_nobody_reads_its_logs() -> None:
    """Its stderr is a pipe that is full."""
    full = """
import os, time
from mercarich_platform.shutdown import hard_stop_after

os.set_blocking(2, False)
try:
    while True:
        os.write(2, b"x" * 65536)
except BlockingIOError:
    os.set_blocking(2, True)
hard_stop_after(0.1, 75)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", full], stderr=subprocess.PIPE) as process:
        assert process.wait(20) == 75


def test_a_process_that_stood_still_as_a_whole_goes_on() -> None:
    with _watched("moves") as process:
        process.send_signal(signal.SIGSTOP)
        time.sleep(2 * LIMIT)  # This is the case under test: longer than a loop may hang.
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=20)

    assert process.returncode == DONE
