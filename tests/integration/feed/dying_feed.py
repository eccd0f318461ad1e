"""The lanes of feed in a process that kills itself (SIGKILL) at a named point: python dying_feed.py URL POINT USER."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from mercarich_db import engine as engines
from mercarich_feed.adapters import feed_ends_sql, submissions_sql
from mercarich_feed.adapters.listings_sql import SqlListings
from mercarich_feed.adapters.sp_api import SpApi
from mercarich_feed.adapters.submissions_sql import SqlSubmissions
from mercarich_feed.bootstrap import build_lanes
from mercarich_feed.settings import FeedSettings
from mercarich_feed.use_cases.restores import RestoreWish


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str) -> None:
    setattr(owner, name, die)


def after(owner: Any, name: str, times: int = 1) -> None:
    call: Callable[..., Any] = getattr(owner, name)
    called: list[Any] = []

    def then_die(*given: Any, **named: Any) -> Any:
        called.append(call(*given, **named))
        if len(called) == times:
            die()
        return called[-1]

    setattr(owner, name, then_die)


POINTS: dict[str, Callable[[], None]] = {
    "the row is written": lambda: before(SpApi, "upload"),
    "the document is uploaded": lambda: after(SpApi, "upload"),
    "the feed is created": lambda: after(SpApi, "create_feed"),
    "its id is written": lambda: after(SqlSubmissions, "created"),
    "it is polled": lambda: after(SpApi, "feed"),
    "its report is read": lambda: after(SpApi, "report"),
    "its report is half applied": lambda: after(submissions_sql, "apply_step", times=2),
    "patches are claimed": lambda: before(SpApi, "patch_quantity"),
    "a patch is sent": lambda: after(SpApi, "patch_quantity"),
    "patches are written": lambda: after(SqlListings, "settle"),
    "offers are read back": lambda: after(SpApi, "shown"),
}


def main() -> None:
    url, point, user_id = sys.argv[1], sys.argv[2], int(sys.argv[3])
    feed_ends_sql._ROWS = 1
    POINTS[point]()
    stop = threading.Event()
    lanes = build_lanes(engines.create(url, pool_size=20), FeedSettings(), stop)
    lanes.start()
    lanes.restores.wake(user_id, RestoreWish(None, None))
    while not stop.wait(0.1):
        lanes.ticks[0].run()


if __name__ == "__main__":
    main()
