"""`mercarich exclude list|add|remove`."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from mercarich_contracts.market import Marketplace
from mercarich_web.console.arguments import command_parser, person, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.console.output import cell, table
from mercarich_web.replacements.exclusions import Exclusion, ExclusionChange, ExclusionList

if TYPE_CHECKING:
    from mercarich_web.replacements.exclusion_changes import ExclusionDesk


def exclude(argv: Sequence[str]) -> int:
    """List, add and remove source sellers and words that a seller, or all sellers, do not want (`exclude list`)."""
    given = _parser().parse_args(argv)
    if given.action == "list":
        return answer(lambda on: _exclusions(on).list(given.username), _list, as_json=given.json)
    marketplace = Marketplace(given.marketplace) if given.what == "seller" else None
    username = None if given.everyone else given.username
    if given.action == "add":
        return answer(lambda on: _exclusions(on).add(username, marketplace, given.value), _added, as_json=given.json)
    return answer(lambda on: _exclusions(on).remove(username, marketplace, given.value), _removed, as_json=given.json)


def _parser() -> argparse.ArgumentParser:
    parser = command_parser("exclude", exclude.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    listing = with_json(actions.add_parser("list", help="every exclusion"))
    listing.add_argument(
        "--username", type=person, help="exclusions that apply to this seller, including those for all sellers"
    )
    for action, says in (
        ("add", "exclude a seller or a word; searches follow within seconds"),
        ("remove", "remove an exclusion"),
    ):
        kinds = actions.add_parser(action, help=says).add_subparsers(dest="what", required=True)
        seller = _one(kinds.add_parser("seller", help="a seller at a marketplace, by the marketplace's id"))
        seller.add_argument("marketplace", choices=[marketplace.value for marketplace in Marketplace])
        seller.add_argument("value", metavar="SELLER_ID")
        word = _one(kinds.add_parser("word", help="a word in a title, in capitals or not"))
        word.add_argument("value", metavar="WORD")
    return parser


def _one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--username", type=person, help="for this seller")
    whose.add_argument("--everyone", action="store_true", help="for all sellers, including future ones")
    return with_json(parser)


def _list(found: ExclusionList) -> RenderableType:
    if not found.exclusions:
        return Text("nothing is excluded")
    rows = [[each.username or "all sellers", *_what(each)] for each in found.exclusions]
    return table(["for", "what", "excluded"], rows)


def _what(exclusion: Exclusion) -> tuple[str, str]:
    return ("word" if exclusion.marketplace is None else f"seller at {exclusion.marketplace}"), exclusion.value


def _added(change: ExclusionChange) -> RenderableType:
    return cell(f"{_sentence(change.exclusion)} is excluded{'' if change.changed else ' already'}")


def _removed(change: ExclusionChange) -> RenderableType:
    return cell(f"{_sentence(change.exclusion)} is excluded no more")


def _sentence(exclusion: Exclusion) -> str:
    what, value = _what(exclusion)
    return f"{exclusion.username or 'all sellers'}: {what} {value}"


def _exclusions(on: Opened) -> "ExclusionDesk":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.replacements.exclusion_changes import ExclusionDesk
    from mercarich_web.replacements.sql.exclusions import SqlExclusions

    return ExclusionDesk(SqlExclusions(on.engine))
