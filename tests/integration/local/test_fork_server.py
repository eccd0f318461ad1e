"""Processes from the fork server are as if they had been started by themselves."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil
import pytest

from mercarich_local.child import Running, spawn
from mercarich_local.fork_server import PRELOADED, Forked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only, by decision 0015")
Start = Callable[[Sequence[str], Mapping[str, str]], Running]
starts = pytest.mark.parametrize("start", [Forked, spawn])
ENVIRONMENT = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "MERCARICH_LOG_LEVEL": "warning"}


@starts
def test_one_of_our_commands(start: Start) -> None:
    text, code = to_its_end(start(["mercarich-feed", "new-key"], ENVIRONMENT))
    assert (len(text.strip()), code) == (44, 0)


@starts
def test_a_usage_error_is_written_and_its_code_told(start: Start) -> None:
    text, code = to_its_end(start(["mercarich-feed", "no-such-process"], ENVIRONMENT))
    assert code == 2
    assert "usage: mercarich-feed" in text


@starts
def test_any_other_command_has_its_environment_nothing_to_read_and_inherits_nothing(start: Start) -> None:
    asks = (
        "import json, os, sys; descriptors = os.listdir('/dev/fd');"
        "print(json.dumps([sorted(os.environ), sys.stdin.read(), len(descriptors), os.getpgrp() == os.getpid()]))"
    )
    text, code = to_its_end(start([sys.executable, "-c", asks], {**ENVIRONMENT, "LC_ALL": "C.UTF-8"}))
    listed_and_its_listing = 4
    assert json.loads(text) == [["LC_ALL", "MERCARICH_LOG_LEVEL", "PATH"], "", listed_and_its_listing, True]
    assert code == 0


@starts
def test_it_ends_by_what_its_group_is_told(start: Start) -> None:
    process = start(["sleep", "600"], ENVIRONMENT)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGTERM)
    assert to_its_end(process) == ("", -signal.SIGTERM)


@starts
def test_a_pipe_that_nobody_reads_ends_it(start: Start) -> None:
    text, code = to_its_end(start(["sh", "-c", "yes | head -n 1; kill -PIPE $$"], ENVIRONMENT))
    assert (text, code) == ("y\n", -signal.SIGPIPE)


@starts
def test_it_is_listed_by_its_command(start: Start, port: int) -> None:
    process = start(["mercarich-simulator", "serve", "--port", str(port), "--listings", "1"], ENVIRONMENT)
    assert process.stdout is not None
    process.stdout.readline()
    assert f"mercarich-simulator serve --port {port}" in " ".join(psutil.Process(process.pid).cmdline())
    os.killpg(process.pid, signal.SIGTERM)
    assert to_its_end(process)[1] == 0


def test_what_all_have_in_common_is_there_and_has_no_metrics() -> None:
    """Python's fork server does without what cannot be imported, and says nothing."""
    asks = f"import {PRELOADED}; from prometheus_client import REGISTRY; print(*(f.name for f in REGISTRY.collect()))"
    shown = subprocess.run([sys.executable, "-c", asks], check=True, capture_output=True, text=True).stdout.split()
    assert shown
    assert [name for name in shown if name.startswith("mercarich")] == []


def to_its_end(process: Running) -> tuple[str, int | None]:
    """What it wrote, and its exit code."""
    assert process.stdout is not None
    with process.stdout as output:
        text = output.read()
    process.wait()
    return text, process.poll()
