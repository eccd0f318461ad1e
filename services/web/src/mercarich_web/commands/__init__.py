"""The operator's commands: `mercarich status | run | explain | queue | hold | pools | settings`.

Exit codes: 0 answered, 1 not found, 2 usage, 75 the database is away, 78 configuration or schema.
"""

import argparse
import getpass
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from mercarich_platform.exit_codes import BAD_CONFIGURATION, DONE, FAILED, TRY_AGAIN, USAGE
from mercarich_platform.front import TryAgain
from mercarich_platform.settings import BadConfiguration, SharedSettings, load
from mercarich_web import bootstrap
from mercarich_web.commands import (
    hold_pages,
    offer_page,
    pool_page,
    queue_page,
    run_pages,
    setting_pages,
    status_page,
)
from mercarich_web.commands.output import Page, show
from mercarich_web.ports import DatabaseAway, Refused
from mercarich_web.use_cases import Ambiguous, NotFound

Answer = TypeVar("Answer")


def status(argv: Sequence[str]) -> int:
    """Show the system at a glance: database, broker, runs, backlog, pushes, holds, schedules, pools."""
    parser = _parser("status", status.__doc__)
    _with_json(parser)
    given = parser.parse_args(argv)
    with _questions(schema=False) as asked:
        answer = asked.status()
    show(answer, status_page.page, as_json=given.json)
    if answer.database.ok:
        return DONE
    return TRY_AGAIN if answer.database.away else BAD_CONFIGURATION


def run(argv: Sequence[str]) -> int:
    """List the runs (`run list`) or show one in full (`run show N`)."""
    parser = _parser("run", run.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    listing = _with_json(actions.add_parser("list", help="the last runs, newest first"))
    listing.add_argument("--limit", type=_limit, default=20, help="how many, 1 to 1000 (20)")
    one = _with_json(actions.add_parser("show", help="one run in full"))
    one.add_argument("id", type=_id)
    given = parser.parse_args(argv)
    if given.action == "list":
        return _answer(lambda asked: asked.list_runs(given.limit), run_pages.run_list, as_json=given.json)
    return _answer(lambda asked: asked.show_run(given.id), run_pages.run_details, as_json=given.json)


def explain(argv: Sequence[str]) -> int:
    """Tell why the offer with this SKU is at its quantity, with the evidence, and what happens next."""
    parser = _with_json(_parser("explain", explain.__doc__))
    parser.add_argument("sku")
    parser.add_argument("--username", help="whose, when several sellers have the SKU")
    given = parser.parse_args(argv)
    return _answer(lambda asked: asked.explain(given.sku, given.username), offer_page.page, as_json=given.json)


def queue(argv: Sequence[str]) -> int:
    """Show workers, lag and age of each queue (`queue info`)."""
    parser = _parser("queue", queue.__doc__)
    _with_json(parser.add_subparsers(dest="action", required=True).add_parser("info", help="every queue"))
    given = parser.parse_args(argv)
    return _answer(lambda asked: asked.queues(), queue_page.page, as_json=given.json)


def hold(argv: Sequence[str]) -> int:
    """List the withdrawals that wait for a look (`hold list`) or let them go (`hold release ID`)."""
    parser = _parser("hold", hold.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    listing = _with_json(actions.add_parser("list", help="the open holds"))
    listing.add_argument("--all", action="store_true", help="the last 200, applied ones too")
    release = _with_json(actions.add_parser("release", help="withdraw what the hold keeps up"))
    release.add_argument("id", type=_id)
    release.add_argument("--by", type=_name, help="who releases it (your login name)")
    given = parser.parse_args(argv)
    if given.action == "list":
        return _answer(lambda asked: asked.list_holds(every=given.all), hold_pages.hold_list, as_json=given.json)
    by = given.by or _login()
    return _answer(lambda asked: asked.release_hold(given.id, by), hold_pages.released, as_json=given.json)


def pools(argv: Sequence[str]) -> int:
    """Show the worker pools: what is set, what they got and why, pods, backlog."""
    given = _with_json(_parser("pools", pools.__doc__)).parse_args(argv)
    return _answer(lambda asked: asked.show_pools(), pool_page.page, as_json=given.json)


def settings(argv: Sequence[str]) -> int:
    """List the settings or look one up, change one, or show who changed what (`settings list|get|set|history`)."""
    parser = _parser("settings", settings.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    _with_json(actions.add_parser("list", help="every setting with its value"))
    _with_json(actions.add_parser("get", help="one in full")).add_argument("key")
    change = _with_json(actions.add_parser("set", help="change one; processes follow within seconds"))
    change.add_argument("key")
    change.add_argument("value")
    change.add_argument("--by", type=_name, help="who changes it (your login name)")
    history = _with_json(actions.add_parser("history", help="the last changes, newest first"))
    history.add_argument("key", nargs="?")
    history.add_argument("--limit", type=_limit, default=50, help="how many, 1 to 1000 (50)")
    given = parser.parse_args(argv)
    if given.action == "list":
        return _answer(lambda asked: asked.list_settings(), setting_pages.setting_list, as_json=given.json)
    if given.action == "get":
        return _answer(lambda asked: asked.get_setting(given.key), setting_pages.setting, as_json=given.json)
    if given.action == "history":
        return _answer(
            lambda asked: asked.setting_history(given.key, given.limit), setting_pages.history, as_json=given.json
        )
    by = given.by or _login()
    return _answer(
        lambda asked: asked.set_setting(given.key, given.value, by), setting_pages.written, as_json=given.json
    )


def _answer(ask: Callable[[bootstrap.Questions], Answer], page: Page[Answer], *, as_json: bool) -> int:
    try:
        with _questions() as asked:
            answer = ask(asked)
    except NotFound as error:
        return _refuse(error, FAILED)
    except (Ambiguous, Refused) as error:
        return _refuse(error, USAGE)
    except DatabaseAway as error:
        raise TryAgain(str(error)) from error
    show(answer, page, as_json=as_json)
    return DONE


@contextmanager
def _questions(*, schema: bool = True) -> Iterator[bootstrap.Questions]:
    """The use cases on the environment's database; `schema` refuses one that this code cannot read."""
    logging.basicConfig(level=logging.WARNING, format="mercarich: %(message)s", stream=sys.stderr)
    # The driver would write a page about a broker that is away; the answer says it in one sentence.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    with bootstrap.questions(load(SharedSettings)) as asked:
        problem = asked.schema.problem() if schema else None
        if problem is not None:
            raise BadConfiguration(problem)
        yield asked


def _parser(name: str, doc: str | None) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"mercarich {name}", description=doc)


def _with_json(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--json", action="store_true", help="the same as JSON (docs/commands.md)")
    return parser


def _limit(text: str) -> int:
    return _between(text, 1, 1000)


def _id(text: str) -> int:
    return _between(text, 1, 2**63 - 1)


def _between(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and low <= int(text[:20]) <= high):
        raise argparse.ArgumentTypeError(f"expected a whole number from {low} to {high}, not {text!r}")
    return int(text)


def _name(text: str) -> str:
    if not 1 <= len(text.strip()) <= 64:
        raise argparse.ArgumentTypeError("expected a name of 1 to 64 characters")
    return text.strip()


def _login() -> str:
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):
        return "command line"


def _refuse(error: Exception, code: int) -> int:
    sys.stderr.write(f"mercarich: {error}\n")
    return code
