"""The start of a long-lived process: a database that goes away meanwhile is waited for."""

import threading

from mercarich_db.worker_process import Work, built
from mercarich_platform.outages import DatabaseAway


def test_a_database_that_goes_away_while_the_worker_is_built_is_waited_for() -> None:
    tries = []

    def build(_stop: threading.Event) -> Work:
        tries.append(1)
        if len(tries) == 1:
            raise DatabaseAway("away (2003)")
        return lambda _: 7

    work = built(build, threading.Event())

    assert work is not None
    assert work(threading.Event()) == 7


def test_a_process_that_is_to_end_builds_nothing_more() -> None:
    stop = threading.Event()

    def build(_stop: threading.Event) -> Work:
        stop.set()
        raise DatabaseAway("away (2003)")

    assert built(build, stop) is None
