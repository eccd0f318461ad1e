"""One command run to its end, with what the system says it used."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.harness.processes import Failed


@dataclass(frozen=True, slots=True)
class Used:
    seconds: float
    cpu: float
    """Seconds, from its very start: interpreter and imports are in it."""
    peak_mb: float
    """Of resident memory (`ru_maxrss`, getrusage(2))."""


def see_through(arguments: Sequence[str], environment: Mapping[str, str], log: Path, seconds: float) -> Used:
    """Raises `Failed` when it does not end with 0 in time."""
    with log.open("wb") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            arguments, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - began > seconds:
                os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)  # we waited for it ourselves
    if process.returncode != 0:
        raise Failed(
            f"{' '.join(arguments)} ended with {process.returncode}\n{log.read_text(errors='replace')[-2000:]}"
        )
    return Used(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
