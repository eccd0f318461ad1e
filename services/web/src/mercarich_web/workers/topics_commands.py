"""`mercarich topics ensure`: create every topic of the contracts, so that the first worker need not wait for it."""

import argparse
import logging
from collections.abc import Sequence

from mercarich_contracts.topics import DEAD_LETTERS, TOPICS
from mercarich_platform.exit_codes import DONE
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import BrokerAway
from mercarich_platform.settings import SharedSettings, load

LONGEST_SECONDS = 86_400


def topics(argv: Sequence[str]) -> int:
    """Create the topics that are missing (`topics ensure`); what exists stays as it is."""
    parser = argparse.ArgumentParser(prog="mercarich topics", description=topics.__doc__)
    ensure = parser.add_subparsers(dest="action", required=True).add_parser(
        "ensure", help="create missing topics; exit code 75: no broker"
    )
    ensure.add_argument("--seconds", type=_seconds, default=30, help="seconds to wait for the broker (30)")
    given = parser.parse_args(argv)
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_platform.kafka import ensure_topics

    # The client's own warnings are silenced: an unavailable broker is reported in one sentence.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        created = ensure_topics(
            load(SharedSettings).kafka_bootstrap, (*TOPICS, *DEAD_LETTERS), timeout_seconds=given.seconds
        )
    except BrokerAway as error:
        raise TryAgain(str(error)) from error
    print(f"topics created: {', '.join(sorted(created))}" if created else "all topics are there")  # noqa: T201
    return DONE


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= LONGEST_SECONDS):
        raise argparse.ArgumentTypeError(f"expected whole seconds from 0 to {LONGEST_SECONDS}, not {text!r}")
    return int(text)
