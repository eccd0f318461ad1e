"""kopf's watch of Deployments and autoscalers, which wakes the loop.

kopf only watches. Its handlers are `on.event`, which leave neither finalizers nor annotations on objects that belong
to Helm. If the watch misses a change, the next round at the interval finds it.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import kopf

from mercarich_operator.domain.pools import NAME, POOL_LABEL, labels_of

log = logging.getLogger(__name__)

_RESTART_SECONDS = 5.0
_TLS_GOODBYE_SECONDS = 0.25
"""Time that aiohttp's TLS connections need to close after their session, according to its documentation."""


class Watch:
    """Runs kopf in its own thread, and starts it again whenever it ends."""

    def __init__(
        self, namespace: str, release: str, connect: Callable[[], kopf.ConnectionInfo], wake: Callable[[], None]
    ) -> None:
        self._namespace = namespace
        self._registry = _registry(connect, Wakes(wake), labels_of(release))
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
    """Wakes the loop when something that it decides by has changed; the ever-changing statuses are ignored."""

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


def _registry(
    connect: Callable[[], kopf.ConnectionInfo], wakes: Wakes, release: Mapping[str, str]
) -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    def login(**_: Any) -> kopf.ConnectionInfo:
        return connect()

    @kopf.on.event("apps", "v1", "deployments", labels={POOL_LABEL: kopf.PRESENT, **release}, registry=registry)
    @kopf.on.event(
        "autoscaling",
        "v2",
        "horizontalpodautoscalers",
        labels={"app.kubernetes.io/managed-by": NAME, **release},
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
