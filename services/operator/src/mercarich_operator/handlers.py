"""The loop of rounds, and what wakes it early: kopf's watch of Deployments and autoscalers, a changed setting.

kopf only watches. Its handlers are `on.event`: they leave neither a finalizer nor an annotation on objects that
belong to Helm, and a watch that went blind costs no more than the interval.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import kopf

from mercarich_operator.domain.pools import NAME, POOL_LABEL
from mercarich_operator.ports import DatabaseAway
from mercarich_platform.shutdown import Watchdog

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""Between two looks whether a setting was changed."""
CALM_SECONDS = 1.0
"""Between two rounds, whatever happens."""
_RESTART_SECONDS = 5.0
_TLS_GOODBYE_SECONDS = 0.25
"""What aiohttp's connections over TLS need to close after their session has; its documentation names it."""


@dataclass(kw_only=True)
class Loop:
    """Rounds until told to end."""

    reconcile: Callable[[], object]
    revision: Callable[[], int]
    """Of the settings. Raises `DatabaseAway`."""
    wake: threading.Event
    interval_seconds: float
    watchdog: Watchdog
    rounds: int = 0
    _seen: int | None = field(default=None, init=False)

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.watchdog.beat()
            self.wake.clear()
            self._seen = self._revision()
            self.reconcile()
            self.rounds += 1
            self.watchdog.beat()
            stop.wait(CALM_SECONDS)
            self._wait(stop)

    def _wait(self, stop: threading.Event) -> None:
        left = self.interval_seconds - CALM_SECONDS
        while left > 0 and not stop.is_set() and not self.wake.wait(min(LOOK_SECONDS, left)):
            left -= LOOK_SECONDS
            self.watchdog.beat()
            if self._revision() not in (None, self._seen):
                return

    def _revision(self) -> int | None:
        try:
            return self.revision()
        except DatabaseAway:
            return None


class Watch:
    """kopf in a thread of its own, started again when it ends, whatever it ended with."""

    def __init__(self, namespace: str, connect: Callable[[], kopf.ConnectionInfo], wake: Callable[[], None]) -> None:
        self._namespace = namespace
        self._registry = _registry(connect, Wakes(wake))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        with ThreadPoolExecutor(1, thread_name_prefix="kopf") as pool:
            while not self._stop.is_set():
                error = pool.submit(asyncio.run, self._watch()).exception()
                if error is not None:
                    log.warning("the watch ended and starts again", extra={"why": f"{type(error).__name__} {error}"})
                self._stop.wait(_RESTART_SECONDS)

    async def _watch(self) -> None:
        await kopf.operator(
            registry=self._registry,
            settings=_settings(),
            standalone=True,
            namespaces=[self._namespace],
            stop_flag=self._stop,
        )
        await asyncio.sleep(_TLS_GOODBYE_SECONDS)


class Wakes:
    """Wakes the loop when what it decides on has changed; statuses change all the time and are not it."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._seen: dict[str, object] = {}

    def __call__(self, event: Mapping[str, Any]) -> None:
        found = event["object"]
        metadata = found["metadata"]
        uid, seen = metadata["uid"], (found.get("spec"), metadata.get("annotations"), metadata.get("labels"))
        if event["type"] == "DELETED":
            self._seen.pop(uid, None)
        elif self._seen.get(uid) == seen:
            return
        else:
            self._seen[uid] = seen
        self._wake()


def _registry(connect: Callable[[], kopf.ConnectionInfo], wakes: Wakes) -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    def login(**_: Any) -> kopf.ConnectionInfo:
        return connect()

    @kopf.on.event("apps", "v1", "deployments", labels={POOL_LABEL: kopf.PRESENT}, registry=registry)
    @kopf.on.event(
        "autoscaling",
        "v2",
        "horizontalpodautoscalers",
        labels={"app.kubernetes.io/managed-by": NAME},
        registry=registry,
    )
    def changed(event: Any, **_: Any) -> None:
        wakes(event)

    return registry


def _settings() -> kopf.OperatorSettings:
    settings = kopf.OperatorSettings()
    settings.scanning.disabled = True
    settings.posting.enabled = False
    settings.peering.standalone = True
    settings.watching.server_timeout = 300
    settings.watching.client_timeout = 310
    return settings
