"""The process of the watch: `mercarich-checker watch`, with /metrics, /healthz and /readyz."""

import threading
from dataclasses import dataclass

from mercarich_checker.use_cases.watch import Watch
from mercarich_platform.build_info import tell_build
from mercarich_platform.clock import Monotonic
from mercarich_platform.health import HealthServer
from mercarich_platform.settings import SharedSettings

FROZEN_AFTER = 300.0
"""Longer than a look at the canaries may take."""


class Heartbeat:
    """When the watch last had a round."""

    def __init__(self, now: Monotonic) -> None:
        self._now = now
        self._last = now()

    def __call__(self) -> None:
        self._last = self._now()

    def problem(self) -> str | None:
        silent = self._now() - self._last
        return f"no round for {silent:.0f} s" if silent > FROZEN_AFTER else None


@dataclass(frozen=True, slots=True)
class WatchProcess:
    """Call `run` once."""

    watch: Watch
    heartbeat: Heartbeat
    shared: SharedSettings

    def run(self, stop: threading.Event) -> int:
        tell_build(f"watch-{self.watch.marketplace}")
        server = None
        if self.shared.metrics_port:
            host, port = self.shared.metrics_host, self.shared.metrics_port
            server = HealthServer(host, port, healthy=self.heartbeat.problem, ready=lambda: None)
            server.start()
        try:
            return self.watch(stop)
        finally:
            if server is not None:
                server.stop()
