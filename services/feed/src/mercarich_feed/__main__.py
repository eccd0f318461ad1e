"""`mercarich-feed worker`: the process of the pool feed; `mercarich-feed new-key` makes a key for stored tokens."""

import argparse
import logging as log_lines
import sys
import threading
from collections.abc import Sequence

from mercarich_feed.settings import FeedSettings
from mercarich_platform import front, logging
from mercarich_platform.settings import SharedSettings, load
from mercarich_platform.shutdown import install_signals

log = log_lines.getLogger(__name__)


def main() -> None:
    sys.exit(front.run(feed, sys.argv[1:]))


def feed(argv: Sequence[str]) -> int:
    """Bring changed quantities to Amazon until told to end."""
    parser = argparse.ArgumentParser(prog="mercarich-feed", description=feed.__doc__)
    parser.add_argument("process", choices=["worker", "new-key"])
    process = parser.parse_args(argv).process
    from mercarich_db.engine import DatabaseAway  # drivers: not for a help page
    from mercarich_db.wait import wait_for_schema
    from mercarich_feed.adapters.token_cipher import new_key
    from mercarich_feed.bootstrap import build_worker

    if process == "new-key":
        print(new_key())  # noqa: T201
        return 0
    shared, own = load(SharedSettings), load(FeedSettings)
    logging.configure("feed", level=shared.log_level, style=shared.log_format)
    stop = threading.Event()
    install_signals(stop)
    if not wait_for_schema(shared.database, stop):
        return 0
    try:
        worker = build_worker(shared, own, stop)
    except DatabaseAway as error:
        raise front.TryAgain(str(error)) from error
    log.info("worker starts", extra={"pushers": own.pushers, "amazon": own.spapi_url})
    return worker.run(stop)


if __name__ == "__main__":
    main()
