"""The process of the watch: `mercarich-checker watch`, with /metrics, /healthz and /readyz."""

import threading
from dataclasses import dataclass

from mercarich_checker.use_cases.watch import Watch
from mercarich_platform.build_info import tell_build
from mercarich_platform.health import HealthServer
from mercarich_platform.settings import SharedSettings


@dataclass(frozen=True, slots=True)
class WatchProcess:
    """Call `run` once."""

    watch: Watch
    shared: SharedSettings

    def run(self, stop: threading.Event) -> int:
        tell_build(f"watch-{self.watch.marketplace}")
        server = None
        if self.shared.metrics_port:
            host, port = self.shared.metrics_host, self.shared.metrics_port
            server = HealthServer(host, port, healthy=self.watch.beat.healthy, ready=self.watch.beat.ready)
            server.start()
        try:
            return self.watch(stop)
        finally:
            if server is not None:
                server.stop()
