"""The ten-minute commands `mercarich update_feed_yahoo` and so on, which only ask (the worker pushes), the check of
tokens, `mercarich validate_mws_tokens`, and `mercarich reconcile`."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_feed.domain.tokens import TokensChecked, Verdict
from mercarich_feed.settings import FeedSettings
from mercarich_feed.use_cases.reconcile import Reconciled
from mercarich_feed.use_cases.sweep import Swept
from mercarich_platform import logging
from mercarich_platform.exit_codes import DONE, FAILED
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import BrokerAway, DatabaseAway
from mercarich_platform.settings import SharedSettings, load

if TYPE_CHECKING:
    from mercarich_feed.adapters.sellers_sql import SqlSellers

MAX_WORKERS = 1000
DIFFERENCES: Mapping[EventKind, str] = {
    EventKind.READBACK_MISMATCH: "shown with another quantity, pushed again",
    EventKind.CHANGED_AT_AMAZON: "sold or changed at Amazon, the listing follows",
    EventKind.NOT_FOR_SALE: "not sold by Amazon",
    EventKind.PUSH_ORPHAN: "not known to Amazon",
}
"""What `mercarich reconcile` says of each kind of event."""


def update_feed(marketplace: Marketplace, argv: Sequence[str]) -> int:
    """Push the offers of {marketplace} sources to Amazon: all withdrawals, then restores."""
    return _sweep(marketplace, argv)


def validate_mws_tokens(argv: Sequence[str]) -> int:
    """Ask Amazon whether each seller's token is valid, and count the offers that an invalid one exposes."""
    parser = argparse.ArgumentParser(
        prog="mercarich validate_mws_tokens",
        description=f"{validate_mws_tokens.__doc__} Exit codes: 0 all asked, 1 the application's own credentials are "
        "refused (no seller is judged), 75 try again, 78 bad configuration.",
    )
    parser.add_argument("--usernames", nargs="+", default=[], help="only these sellers")
    given = parser.parse_args(argv)
    from mercarich_feed.bootstrap_commands import build_token_check  # drivers: not for a help page

    shared, own = load(SharedSettings), load(FeedSettings)
    logging.configure("feed-tokens", level=shared.log_level, style=shared.log_format)
    try:
        check, sellers, http = build_token_check(shared, own)
        with closing(http):
            _refuse_unknown(parser, sellers, given.usernames)
            checked = check(given.usernames)
    except DatabaseAway as error:
        raise TryAgain(str(error)) from error
    print("\n".join(token_lines(checked)))  # noqa: T201
    return FAILED if checked.problem else DONE


def token_lines(checked: TokensChecked) -> list[str]:
    """Return one line for each seller without a valid token, then the counts."""
    lines = [
        f"{one.username}: {one.verdict.upper()} ({one.reason})"
        + (f", {one.exposed} offers are exposed until this seller authorises again" if one.exposed else "")
        for one in checked.judged
        if one.verdict is not Verdict.VALID
    ]
    if checked.problem:
        lines.append(
            f"Amazon refuses the application's own credentials ({checked.problem}): FEED_LWA_CLIENT_ID and"
            f" FEED_LWA_CLIENT_SECRET. {len(checked.unreached)} sellers were not judged"
        )
    counts = ", ".join(f"{checked.count(verdict)} {verdict}" for verdict in Verdict)
    return [*lines, f"tokens: {counts}; {checked.exposed} offers exposed"]


def reconcile(argv: Sequence[str]) -> int:
    """Have feed read what Amazon shows of every offer now, zeros first, and tell what differed."""
    parser = argparse.ArgumentParser(
        prog="mercarich reconcile",
        description=f"{reconcile.__doc__} Feed does so by itself, every hour for zeros and every day for the others. "
        "Run this after a backup was restored. Exit codes: 0 all read, 75 try again, 78 bad configuration.",
    )
    parser.add_argument("--usernames", nargs="+", default=[], help="only these sellers")
    parser.add_argument("--skus", nargs="+", default=[], help="only these SKUs")
    given = parser.parse_args(argv)
    from mercarich_feed.bootstrap_commands import build_reconcile  # drivers: not for a help page

    shared, own = load(SharedSettings), load(FeedSettings)
    logging.configure("feed-reconcile", level=shared.log_level, style=shared.log_format)
    try:
        command, sellers = build_reconcile(shared, own)
        _refuse_unknown(parser, sellers, given.usernames)
        done = command(given.usernames, given.skus, _progress)
    except DatabaseAway as error:
        raise TryAgain(str(error)) from error
    if not done.asked:
        parser.error("no offer of a seller with a usable Amazon account fits")
    print("\n".join(difference_lines(done)))  # noqa: T201
    if done.left:
        raise TryAgain(f"{done.left} of {done.asked} offers were not read: is a feed worker running?")
    return 0


def difference_lines(done: Reconciled) -> list[str]:
    """Return the summary: a line for what was read, and one for each kind of difference."""
    differences = [f"  {count} {DIFFERENCES[kind]}" for kind, count in done.found.items()]
    if done.came_back:
        differences.append(f"  {done.came_back} deleted here, and came back at Amazon")
    differed = sum(done.found.values()) + done.came_back
    return [f"{done.asked - done.left} offers read at Amazon; {differed} differed", *differences]


def _progress(left: int, asked: int) -> None:
    print(f"{asked - left} of {asked} offers read", file=sys.stderr, flush=True)  # noqa: T201


def parser_for(marketplace: Marketplace) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"mercarich update_feed_{marketplace}",
        description=f"Ask for all {marketplace} withdrawals, wait until they went out, then ask for restores. "
        "Exit codes: 0 done, 75 try again, 78 bad configuration.",
    )
    parser.add_argument(
        "--max-workers", type=_workers, default=4, help="accepted as before; the worker's FEED_PUSHERS decides"
    )
    parser.add_argument("--usernames", nargs="+", default=[], help="only these sellers")
    parser.add_argument("--max-item-count", type=_positive, help="restores of a seller at most")
    return parser


def _sweep(marketplace: Marketplace, argv: Sequence[str]) -> int:
    parser = parser_for(marketplace)
    given = parser.parse_args(argv)
    from mercarich_feed.bootstrap_commands import build_sweep  # drivers: not for a help page

    shared, own = load(SharedSettings), load(FeedSettings)
    logging.configure(f"feed-sweep-{marketplace}", level=shared.log_level, style=shared.log_format)
    try:
        sweep, sellers = build_sweep(shared, own)
        _refuse_unknown(parser, sellers, given.usernames)
        swept = sweep(marketplace, given.usernames, given.max_item_count)
    except (DatabaseAway, BrokerAway) as error:
        raise TryAgain(str(error)) from error
    print(sentence(marketplace, swept))  # noqa: T201
    if swept.nobody_works:
        raise TryAgain(
            f"none of {swept.left} withdrawals went out while this command waited: is a feed worker running?"
            " Restores were not asked for, since they come after withdrawals"
        )
    return 0


def sentence(marketplace: Marketplace, swept: Swept) -> str:
    """Return a one-line summary of a sweep."""
    text = f"{marketplace}: asked for {swept.withdrawals} withdrawals and {swept.restores} restores"
    if swept.left:
        text += f"; {swept.left} withdrawals are still on their way, their sellers' restores wait for the next run"
    if swept.skipped:
        text += f"; skipped, without a usable Amazon account: {', '.join(swept.skipped)}"
    return text


def _refuse_unknown(parser: argparse.ArgumentParser, sellers: "SqlSellers", usernames: Sequence[str]) -> None:
    unknown = sellers.unknown(usernames) if usernames else []
    if unknown:
        parser.error(f"there is no seller {', '.join(repr(name) for name in unknown)}")


def _workers(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= MAX_WORKERS):
        raise argparse.ArgumentTypeError(f"expected a number of workers from 1 to {MAX_WORKERS}, not {text!r}")
    return int(text)


def _positive(text: str) -> int:
    if not (text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"expected a number from 1, not {text!r}")
    return int(text)
