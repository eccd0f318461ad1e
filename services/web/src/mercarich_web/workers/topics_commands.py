"""`mercarich topics`: create every topic of the contracts, so that the first worker need not wait for it, or look."""

import argparse
import logging
from collections.abc import Sequence

from mercarich_contracts.topics import DEAD_LETTERS, TOPICS
from mercarich_platform.exit_codes import DONE, FAILED
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import BrokerAway
from mercarich_platform.settings import SharedSettings, load

LONGEST_SECONDS = 86_400


def topics(argv: Sequence[str]) -> int:
    """Create the topics that are missing (`topics ensure`), or name them (`topics check`); what exists stays."""
    parser = argparse.ArgumentParser(prog="mercarich topics", description=topics.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    for action, does in {
        "ensure": "create missing topics; exit code 75: no broker",
        "check": "name missing topics, and create none; exit codes 1: there are some, 75: no broker",
    }.items():
        one = actions.add_parser(action, help=does)
        one.add_argument("--seconds", type=_seconds, default=30, help="seconds to wait for the broker (30)")
    given = parser.parse_args(argv)
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_platform.kafka import ensure_topics, missing_topics

    # The client's own warnings are silenced: an unavailable broker is reported in one sentence.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    ask = ensure_topics if given.action == "ensure" else missing_topics
    try:
        found = ask(load(SharedSettings).kafka, (*TOPICS, *DEAD_LETTERS), timeout_seconds=given.seconds)
    except BrokerAway as error:
        raise TryAgain(str(error)) from error
    what = "topics created" if given.action == "ensure" else "topics missing"
    print(f"{what}: {', '.join(sorted(found))}" if found else "all topics are there")  # noqa: T201
    return FAILED if found and given.action == "check" else DONE


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= LONGEST_SECONDS):
        raise argparse.ArgumentTypeError(f"expected whole seconds from 0 to {LONGEST_SECONDS}, not {text!r}")
    return int(text)
