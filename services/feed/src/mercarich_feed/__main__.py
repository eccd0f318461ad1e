"""`mercarich-feed worker`: the process of the pool feed; `mercarich-feed new-key` makes a key for stored tokens."""

import argparse
import sys
from collections.abc import Sequence

from mercarich_feed.settings import FeedSettings
from mercarich_platform import front
from mercarich_platform.settings import SharedSettings, load


def main() -> None:
    sys.exit(front.run(feed, sys.argv[1:]))


def feed(argv: Sequence[str]) -> int:
    """Bring changed quantities to Amazon until told to end."""
    parser = argparse.ArgumentParser(prog="mercarich-feed", description=feed.__doc__)
    parser.add_argument("process", choices=["worker", "new-key"])
    process = parser.parse_args(argv).process
    from mercarich_db import worker_process  # drivers: not for a help page
    from mercarich_feed.adapters.token_cipher import new_key
    from mercarich_feed.bootstrap import build_worker

    if process == "new-key":
        print(new_key())  # noqa: T201
        return 0
    shared, own = load(SharedSettings), load(FeedSettings)
    told = {"pushers": own.pushers, "amazon": own.spapi_url}
    return worker_process.run("feed", shared, lambda stop: build_worker(shared, own, stop).run, **told)


if __name__ == "__main__":
    main()
