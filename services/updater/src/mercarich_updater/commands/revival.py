"""`mercarich revival list | explain | preview | approve | undo | settings | set`.

Exit codes: 0 done, 1 not found, 2 usage or refused, 75 the database or a proxy is away.
"""

import argparse
import getpass
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import orjson

from mercarich_platform.exit_codes import DONE, FAILED, USAGE
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import SharedSettings, load
from mercarich_reasons.reason import Reason
from mercarich_reasons.stored import coded
from mercarich_reasons.telling import Language, tell
from mercarich_runs.ports import ProxyAway
from mercarich_updater.commands import pages
from mercarich_updater.domain.reports import NotFound, Refused
from mercarich_updater.ports import NotSearched
from mercarich_updater.use_cases.desk import RevivalDesk

Ask = Callable[[RevivalDesk], Any]
Page = Callable[[Any], str]


def revival(argv: Sequence[str]) -> int:
    """Show why a listing has or lacks a replacement; approve one, take one back, set a seller's thresholds."""
    given = _parser().parse_args(argv)
    from mercarich_updater.bootstrap import desk  # drivers: not for a help page

    ask, page = _question(given)
    logging.basicConfig(level=logging.WARNING, format="mercarich: %(message)s", stream=sys.stderr)
    try:
        with desk(load(SharedSettings)) as asked:
            answer = ask(asked)
    except NotFound as error:
        return _refuse(error, FAILED)
    except Refused as error:
        return _refuse(error, USAGE)
    except (DatabaseAway, ProxyAway, NotSearched) as error:
        raise TryAgain(str(error)) from error
    sys.stdout.write(_json(answer) if given.json else page(answer))
    return DONE


def _question(given: argparse.Namespace) -> tuple[Ask, Page]:
    match given.action:
        case "list":
            return lambda asked: asked.waiting(), pages.waiting
        case "explain":
            return lambda asked: asked.explain(given.sku, given.username), pages.explanation
        case "preview":
            return lambda asked: asked.preview(given.sku, given.username), pages.preview
        case "approve":
            return lambda asked: asked.approve(given.sku, given.username, given.by), pages.decided
        case "undo":
            return lambda asked: asked.undo(given.sku, given.username, given.by), pages.decided
        case "settings":
            return lambda asked: asked.settings(given.username), pages.settings
        case _:
            return lambda asked: asked.set(given.username, given.key, given.value, given.by), pages.settings


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mercarich revival", description=revival.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    _action(actions, "list", "replacements that wait for approval")
    for name, help_text in (
        ("explain", "the last search: every candidate and why it was refused"),
        ("preview", "search now, but store nothing"),
        ("approve", "accept the proposed replacement; it is looked at once more"),
        ("undo", "refuse a proposal, or take a replacement back"),
    ):
        action = _action(actions, name, help_text)
        action.add_argument("sku")
        action.add_argument("--username", help="the seller, needed when several have the SKU")
        if name in ("approve", "undo"):
            _by(action)
    _action(actions, "settings", "a seller's thresholds").add_argument("username")
    change = _action(actions, "set", "change a seller's own value of a REVIVAL_ setting")
    change.add_argument("username")
    change.add_argument("key")
    change.add_argument("value", nargs="?", help="the new value; without it, the general value applies again")
    _by(change)
    return parser


def _action(actions: Any, name: str, help_text: str) -> argparse.ArgumentParser:
    action: argparse.ArgumentParser = actions.add_parser(name, help=help_text)
    action.add_argument("--json", action="store_true", help="print JSON")
    return action


def _by(action: argparse.ArgumentParser) -> None:
    action.add_argument("--by", default=_login(), help="name of the person who decides (default: your login name)")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _json(answer: Any) -> str:
    return orjson.dumps(answer, _plain, orjson.OPT_INDENT_2 | orjson.OPT_PASSTHROUGH_DATACLASS).decode() + "\n"


def _plain(report: Any) -> dict[str, Any]:
    """Return a report as a JSON object, with a reason as its sentence and its code."""
    columns = {field.name: getattr(report, field.name) for field in fields(report)}
    reason = columns.get("reason")
    if isinstance(reason, Reason) and (stored := coded(reason)) is not None:
        code, values = stored
        columns |= {"reason": tell(reason, Language.EN), "reason_code": code, "reason_values": values}
    return columns


def _refuse(error: Exception, code: int) -> int:
    sys.stderr.write(f"mercarich: {error}\n")
    return code
