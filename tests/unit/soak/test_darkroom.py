"""The soak's picture process: it goes with the process that began it."""

import subprocess
import sys
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[3]
BEGINS_ONE = """
import os, signal
from tests.soak.darkroom import second_process
pool = second_process()
print(pool.submit(os.getpid).result(), flush=True)
signal.pause()
"""


def test_a_killed_soak_leaves_no_picture_process_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", BEGINS_ONE], cwd=ROOT, stdout=subprocess.PIPE, text=True) as soak:
        assert soak.stdout is not None
        pictures = psutil.Process(int(soak.stdout.readline()))
        assert psutil.Process(soak.pid) in pictures.parents()
        soak.kill()
        assert soak.wait(10) != 0
        _, alive = psutil.wait_procs([pictures], timeout=10)
        left = [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
        for one in left:
            one.kill()
        assert left == []
