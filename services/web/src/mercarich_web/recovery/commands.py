"""`mercarich db restored`: what comes after a restore of the database from a backup."""

import sys
from collections.abc import Sequence

from mercarich_contracts.schedule import tokyo
from mercarich_listings.restored import Unverified
from mercarich_platform.clock import monotonic
from mercarich_platform.exit_codes import DONE, FAILED
from mercarich_platform.front import TryAgain
from mercarich_web.console.arguments import actor, command_parser, person
from mercarich_web.console.asking import Opened, carry_out
from mercarich_web.recovery.verification import DIFFERENCES, Marked, Verified

_NONE = "mercarich db restored: no restore is open; after each one, `mercarich db restored --only-mark` comes first"


def db_restored(argv: Sequence[str]) -> int:
    """After a restore from a backup: mark all as unverified, have all looked at again, and tell what differed."""
    parser = command_parser("db restored", db_restored.__doc__)
    codes = "0 all looked at, 1 no restore is open, 75 not yet, 78 bad configuration"
    parser.description = f"{parser.description} Exit codes: {codes}."
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument("--only-mark", action="store_true", help="mark, while the services are down, and return")
    parts.add_argument("--only-wait", action="store_true", help="go on with what was marked before")
    parser.add_argument("--by", type=person, help="who does it (your login name)")
    given = parser.parse_args(argv)
    return carry_out(lambda on: recover(on, mark=not given.only_wait, wait=not given.only_mark, by=given.by))


def recover(on: Opened, *, mark: bool, wait: bool, by: str | None = None) -> int:
    """Raises `TryAgain` when something was not looked at, and `DatabaseAway`."""
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.recovery.wiring import recovery_of

    recovery = recovery_of(on.engine, on.now, monotonic, on.sleep)
    if mark:
        print("\n".join(marked_lines(recovery.mark(actor(by)))), flush=True)  # noqa: T201
    if not wait:
        return DONE
    done = recovery.wait(actor(by), _progress)
    if done is None:
        print(_NONE, file=sys.stderr)  # noqa: T201
        return FAILED
    print("\n".join(verified_lines(done)))  # noqa: T201
    if done.left.any:
        raise TryAgain(
            f"{_left(done.left)} were not looked at; `mercarich db restored --only-wait` goes on. Are feed's and the"
            " checkers' workers running, a marketplace paused, a token refused (mercarich status)?"
        )
    return DONE


def marked_lines(marked: Marked) -> list[str]:
    since = "is empty" if marked.backup_at is None else f"ends at {tokyo(marked.backup_at)}"
    return [
        f"The backup {since}; {marked.listings} listings are marked as unverified.",
        f"Given up: {marked.runs} runs, {marked.feeds} feeds, {marked.sessions} sessions."
        f" {marked.approvals} approved replacements wait for a person again.",
        "Lost: what sellers and operators did after the backup. Listings that were added, edited, stopped or deleted,"
        " linked accounts, passwords, settings and revoked keys are as they were before.",
    ]


def verified_lines(done: Verified) -> list[str]:
    """Return the summary, and a line for each kind of difference."""
    first = "Not all was looked at." if done.left.any else "All was looked at: the books are true."
    return [first, *(f"  {count} {DIFFERENCES[kind]}" for kind, count in done.found.items())]


def _progress(left: Unverified) -> None:
    print(f"left: {_left(left)}", file=sys.stderr, flush=True)  # noqa: T201


def _left(left: Unverified) -> str:
    return f"{left.zeros} offers at 0, {left.sources} sources, {left.offers} offers that are up"
