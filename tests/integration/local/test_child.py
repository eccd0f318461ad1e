"""How the runner starts a process: its environment, its group, what it inherits, how it ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from mercarich_local.child import spawn

ENVIRONMENT = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "MERCARICH_LOG_LEVEL": "warning"}


def test_one_of_our_commands() -> None:
    text, code = to_its_end(spawn(["mercarich-feed", "new-key"], ENVIRONMENT))
    assert (len(text.strip()), code) == (44, 0)


def test_a_usage_error_is_written_and_its_code_told() -> None:
    text, code = to_its_end(spawn(["mercarich-feed", "no-such-process"], ENVIRONMENT))
    assert code == 2
    assert "usage: mercarich-feed" in text


def test_any_other_command_has_its_environment_nothing_to_read_and_inherits_nothing() -> None:
    asks = (
        "import json, os, sys; descriptors = os.listdir('/dev/fd');"
        "print(json.dumps([sorted(os.environ), sys.stdin.read(), len(descriptors), os.getpgrp() == os.getpid()]))"
    )
    text, code = to_its_end(spawn([sys.executable, "-c", asks], {**ENVIRONMENT, "LC_ALL": "C.UTF-8"}))
    listed_and_its_listing = 4
    assert json.loads(text) == [["LC_ALL", "MERCARICH_LOG_LEVEL", "PATH"], "", listed_and_its_listing, True]
    assert code == 0


def test_it_ends_by_what_its_group_is_told() -> None:
    process = spawn(["sleep", "600"], ENVIRONMENT)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGTERM)
    assert to_its_end(process) == ("", -signal.SIGTERM)


def test_a_pipe_that_nobody_reads_ends_it() -> None:
    text, code = to_its_end(spawn(["sh", "-c", "yes | head -n 1; kill -PIPE $$"], ENVIRONMENT))
    assert (text, code) == ("y\n", -signal.SIGPIPE)


def test_it_is_listed_by_its_command(port: int) -> None:
    process = spawn(["mercarich-simulator", "serve", "--port", str(port), "--listings", "1"], ENVIRONMENT)
    assert process.stdout is not None
    process.stdout.readline()
    assert f"mercarich-simulator serve --port {port}" in " ".join(psutil.Process(process.pid).cmdline())
    os.killpg(process.pid, signal.SIGTERM)
    assert to_its_end(process)[1] == 0


def to_its_end(process: subprocess.Popen[str]) -> tuple[str, int | None]:
    """Return its output and its exit code."""
    assert process.stdout is not None
    with process.stdout as output:
        text = output.read()
    process.wait()
    return text, process.poll()
