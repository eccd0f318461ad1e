"""The processes: the pool (`mercarich-feed worker`), the callback from Amazon (`… oauth`); `… new-key` makes a key."""

import argparse
import os
import socket
import sys
from collections.abc import Sequence

from mercarich_feed.settings import FeedSettings
from mercarich_platform import front
from mercarich_platform.exit_codes import DONE
from mercarich_platform.front import TryAgain
from mercarich_platform.settings import SharedSettings, load

PORT = 8090


def main() -> None:
    sys.exit(front.run(feed, sys.argv[1:]))


def feed(argv: Sequence[str]) -> int:
    """Run one of feed's processes until it is stopped, or make a key for stored tokens."""
    parser = argparse.ArgumentParser(prog="mercarich-feed", description=feed.__doc__)
    processes = parser.add_subparsers(dest="process", required=True, metavar="PROCESS")
    processes.add_parser("worker", help="push changed quantities to Amazon")
    oauth = processes.add_parser("oauth", help="link the accounts of sellers who come back from Amazon's consent page")
    oauth.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    oauth.add_argument("--port", type=int, default=PORT, help="port; 0 picks one (default %(default)s)")
    processes.add_parser("new-key", help="print a fresh key for stored tokens")
    arguments = parser.parse_args(argv)
    if arguments.process == "oauth":
        return _link(arguments.host, arguments.port)
    return _new_key() if arguments.process == "new-key" else _push()


def _push() -> int:
    from mercarich_db import worker_process  # drivers: not for a help page
    from mercarich_feed.bootstrap import build_worker

    shared, own = load(SharedSettings), load(FeedSettings)
    started = {"pushers": own.pushers, "amazon": own.spapi_url}
    return worker_process.run("feed", shared, lambda stop: build_worker(shared, own, stop).run, **started)


def _link(host: str, port: int) -> int:
    from mercarich_db import worker_process  # drivers: not for a help page
    from mercarich_feed.bootstrap_callback import build_process

    shared, own = load(SharedSettings), load(FeedSettings)
    try:
        listener = socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise TryAgain(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}") from error
    return worker_process.run("oauth", shared, lambda _stop: build_process(shared, own, listener))


def _new_key() -> int:
    from mercarich_feed.adapters.token_cipher import new_key  # a driver: not for a help page

    print(new_key())  # noqa: T201
    return DONE


if __name__ == "__main__":
    main()
