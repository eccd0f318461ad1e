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
    """Of resident memory: the last `VmHWM` that was seen. `ru_maxrss` would be at least what this process had when it
    forked."""


def see_through(arguments: Sequence[str], environment: Mapping[str, str], log: Path, seconds: float) -> Used:
    """Raises `Failed` when it does not end with 0 in time."""
    with log.open("wb") as output:
        began, peak_mb = time.monotonic(), 0.0
        process = subprocess.Popen(
            arguments, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            peak_mb = max(peak_mb, _peak_mb(process.pid))
            if time.monotonic() - began > seconds:
                os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)  # we waited for it ourselves
    if process.returncode != 0:
        raise Failed(
            f"{' '.join(arguments)} ended with {process.returncode}\n{log.read_text(errors='replace')[-2000:]}"
        )
    return Used(time.monotonic() - began, used.ru_utime + used.ru_stime, peak_mb)


def _peak_mb(pid: int) -> float:
    """0 of a process that has ended, and is to be waited for."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
