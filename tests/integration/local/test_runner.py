"""`mercarich up` on small Procfiles of dummy processes: no process is left behind, however it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mercarich_local.system import PORTS, on_free_ports, port_variable

PROCFILE = Path(__file__).parents[3] / "Procfile"
WAIT_SECONDS = 30.0
MACHINERY = 1
"""The guardian."""
SLEEPER = f'{sys.executable} -c "import time; print(1, flush=True); time.sleep(600)"'
STUBBORN = f'{sys.executable} -c "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"'
PARENT = (
    f"{sys.executable} -c \"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c',"
    " 'import time; time.sleep(600)']); time.sleep(600)\""
)


class Up:
    """One `mercarich up` in a folder of its own."""

    def __init__(self, folder: Path, procfile: str, **environment: str) -> None:
        (folder / "Procfile").write_text(procfile)
        ports = {port_variable(name): str(port) for name, port in on_free_ports(folder).ports.items()}
        self.data = folder / "var"
        self.output = folder / "output"
        self._environment = {**os.environ, **ports, "MERCARICH_DATA_DIR": str(self.data), **environment}
        self._folder = folder
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [Path(sys.executable).with_name("mercarich"), "up"],
                cwd=self._folder,
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    def until_it_says(self, words: str, times: int = 1) -> None:
        until(lambda: self.text.count(words) >= times, f"{words!r} in {self.text}")

    def children(self) -> list[psutil.Process]:
        """Return all processes below it: the machinery, the Procfile's processes, and their children."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def pids(self) -> list[int]:
        """Return the Procfile's processes, as they were started."""
        return [int(pid) for pid in re.findall(r"started \(pid (\d+)\)", self.text)]


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"did not come: {what}"
        time.sleep(0.05)


def assert_all_gone(processes: list[psutil.Process]) -> None:
    gone, alive = psutil.wait_procs(processes, timeout=WAIT_SECONDS)
    assert not alive, [process.cmdline() for process in alive]
    assert gone


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start(procfile: str, **environment: str) -> Up:
        started.append(Up(tmp_path, procfile, **environment))
        return started[-1]

    yield start
    for each in started:
        each.process.terminate()
        try:
            each.process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            each.process.kill()
            each.process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_all_processes_and_what_they_started(up: Callable[..., Up], number: signal.Signals) -> None:
    run = up(f"one: {SLEEPER}\ntwo: {PARENT}\n")
    run.until_it_says("processes are ready")
    until(lambda: len(run.children()) == MACHINERY + 3, "both processes, and a child's child")
    family = run.children()
    run.process.send_signal(number)
    assert run.process.wait(WAIT_SECONDS) == 0
    assert_all_gone(family)
    assert "All processes have ended" in run.text


def test_nothing_is_left_when_the_runner_is_killed(up: Callable[..., Up]) -> None:
    run = up(f"one: {SLEEPER}\ntwo: {PARENT}\nthree: {STUBBORN}\n")
    run.until_it_says("processes are ready")
    until(lambda: len(run.children()) == MACHINERY + 4, "three processes, and a child's child")
    family = run.children()
    run.process.kill()
    assert_all_gone(family)


def test_a_crashed_process_is_started_again_and_this_is_said(up: Callable[..., Up]) -> None:
    run = up(f"one: {SLEEPER}\n")
    run.until_it_says("processes are ready")
    [victim] = run.pids()
    os.kill(victim, signal.SIGKILL)
    run.until_it_says("ended by itself (SIGKILL)")
    run.until_it_says("started (pid", times=2)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets the limits of a process that runs")
def test_one_that_cannot_be_started_again_is_tried_later_and_the_others_run_on(up: Callable[..., Up]) -> None:
    run = up(f"one: {SLEEPER}\ntwo: {SLEEPER}\n")
    run.until_it_says("processes are ready")
    victim, other = run.pids()
    runner = psutil.Process(run.process.pid)
    before = runner.rlimit(psutil.RLIMIT_NOFILE)
    runner.rlimit(psutil.RLIMIT_NOFILE, (3, before[1]))
    os.kill(victim, signal.SIGKILL)
    run.until_it_says("could not be started ([Errno 24] Too many open files")
    runner.rlimit(psutil.RLIMIT_NOFILE, before)
    run.until_it_says("started (pid", times=3)
    assert psutil.Process(other).status() != psutil.STATUS_ZOMBIE


def test_a_command_in_another_terminal_finds_the_system_that_runs(up: Callable[..., Up]) -> None:
    run = up(f"one: {SLEEPER}\n")
    run.until_it_says("processes are ready")
    file = run.data / "environment"
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}

    asked = subprocess.run(
        [Path(sys.executable).with_name("mercarich"), "status", "--json"],
        env=bare,
        cwd=run.data.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert file.stat().st_mode & 0o777 == 0o600
    variables = dict(line.split("=", 1) for line in file.read_text().splitlines())
    broker, database = (json.loads(asked.stdout)[name]["where"] for name in ("broker", "database"))
    assert (broker, str(run.data) in database) == (variables["MERCARICH_KAFKA_BOOTSTRAP"], True)
    assert variables["PAGES_PUBLIC_URL"].startswith("http://127.0.0.1:")
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(WAIT_SECONDS) == 0
    assert not file.exists()


def test_tokens_are_judged_from_another_terminal_with_the_credentials_of_the_market(up: Callable[..., Up]) -> None:
    simulator = next(line for line in PROCFILE.read_text().splitlines() if line.startswith("simulator:"))
    run = up(f"{simulator}\n", SIMULATOR_SELLERS="3", SIMULATOR_LISTINGS="30")
    run.until_it_says("processes are ready")
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}

    judged = subprocess.run(
        [Path(sys.executable).with_name("mercarich"), "validate_mws_tokens"],
        env=bare,
        cwd=run.data.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (judged.returncode, "CRITICAL" in judged.stderr + judged.stdout) == (0, False), judged
    assert "3" in judged.stdout
    assert "FEED_LWA_CLIENT_SECRET" in (run.data / "environment").read_text()


def test_ctrl_c_while_processes_start_ends_all_in_order(up: Callable[..., Up]) -> None:
    run = up(f"one: {SLEEPER}\ntwo: {SLEEPER}\n")
    until(lambda: len(run.children()) > MACHINERY, "the first process")
    family = run.children()
    os.killpg(run.process.pid, signal.SIGINT)
    assert run.process.wait(WAIT_SECONDS) == 0
    assert_all_gone(family)
    assert "Traceback" not in run.text
    assert "All processes have ended" in run.text


def test_a_process_that_crashes_at_its_start_ends_the_run_with_its_name_and_log(up: Callable[..., Up]) -> None:
    run = up(f"one: {SLEEPER}\nfeed: {sys.executable} -c \"import sys; sys.exit('no key')\"\n")
    assert run.process.wait(WAIT_SECONDS) == 1
    assert "feed ended at its start (exit code 1)" in run.text
    assert (run.data / "log" / "feed.log").read_text() == "no key\n"


def test_a_second_one_on_the_same_data_says_in_one_sentence_that_one_runs(up: Callable[..., Up]) -> None:
    run = up(f"one: {SLEEPER}\n")
    run.until_it_says("processes are ready")
    first, run.output = run.process, run.output.with_suffix(".second")
    second = run.start()
    assert second.wait(WAIT_SECONDS) == 75
    assert run.text.count("\n") == 1
    assert f"runs on {run.data} already (pid {first.pid})" in run.text
    assert first.poll() is None


def test_a_port_in_use_is_named_with_its_process_and_variable(up: Callable[..., Up]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        run = up(f"yahoo-proxy: {SLEEPER}\n", YAHOO_PROXY_PORT=str(port))
        assert run.process.wait(WAIT_SECONDS) == 78
    assert run.text.count("\n") == 1
    assert f"port {port}, for yahoo-proxy, cannot be used" in run.text
    assert "set YAHOO_PROXY_PORT" in run.text


def test_a_command_that_is_not_installed_is_named(up: Callable[..., Up]) -> None:
    run = up("one: no-such-command --port 1\n")
    assert run.process.wait(WAIT_SECONDS) == 78
    assert "one: the command 'no-such-command' is not installed here" in run.text


def test_the_key_is_made_once_for_its_owner_only(up: Callable[..., Up]) -> None:
    run = up(f"one: {SLEEPER}\n")
    run.until_it_says("processes are ready")
    key = run.data / "encryption.key"
    assert key.stat().st_mode & 0o777 == 0o600
    first = key.read_bytes()
    run.process.terminate()
    run.process.wait(WAIT_SECONDS)
    run.process = run.start()
    run.until_it_says("processes are ready")
    assert key.read_bytes() == first
    assert first.decode().strip() not in run.text


def test_every_port_has_a_variable() -> None:
    assert {port_variable(name) for name in PORTS} >= {"MERCARI_PROXY_PORT", "BROKER_PORT"}


def test_the_embedded_broker_is_not_asked_for_what_it_does_not_have(up: Callable[..., Up]) -> None:
    run = up(f"broker: {SLEEPER}\n", MERCARICH_KAFKA_SECURITY="SSL")
    assert run.process.wait(WAIT_SECONDS) == 78
    assert "MERCARICH_KAFKA_SECURITY: the embedded broker has neither TLS nor users" in run.text
