"""Run one command to its end, and measure what it used."""

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
    """Wall-clock seconds from the start of the process, including interpreter start and imports."""
    peak_mb: float
    """Peak resident memory: the last `VmHWM` that was read. `ru_maxrss` would be at least what this process had when it
    forked."""


def see_through(arguments: Sequence[str], environment: Mapping[str, str], log: Path, seconds: float) -> Used:
    """Run the command. Raises `Failed` when it does not end with 0 in time."""
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
    # `os.wait4` above has reaped the process already, so `Popen` must not wait for it.
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(
            f"{' '.join(arguments)} ended with {process.returncode}\n{log.read_text(errors='replace')[-2000:]}"
        )
    return Used(time.monotonic() - began, used.ru_utime + used.ru_stime, peak_mb)


def _peak_mb(pid: int) -> float:
    """Return 0 for a process that has ended and is not reaped yet."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
