"""A connection that a rule of this machine rejects, as that to a Kubernetes Service without a pod, fails at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REJECTING = Path(__file__).with_name("rejecting_network.py")


def test_a_client_of_kafka_is_told_that_its_connection_is_rejected() -> None:
    if os.geteuid() != 0 or not (shutil.which("nft") and shutil.which("unshare")):
        pytest.skip("a network of its own needs root, unshare and nft (Debian: apt-get install nftables)")
    done = subprocess.run(
        ["unshare", "--net", sys.executable, str(REJECTING)], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stdout) == (0, "unable to connect: [Errno 111] Connection refused"), done.stderr
