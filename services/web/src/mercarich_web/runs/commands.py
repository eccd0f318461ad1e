"""`mercarich run` and `mercarich hold`."""

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mercarich_contracts.audit import Actor
from mercarich_web.console.arguments import (
    actor,
    command_parser,
    limit,
    person,
    row_id,
    skus_of,
    with_json,
)
from mercarich_web.console.asking import Opened, answer
from mercarich_web.runs.holds import HoldList, RowsReleased
from mercarich_web.runs.releasing import ReleaseRows
from mercarich_web.runs.runs import RunList
from mercarich_web.runs.terminal import holds as hold_pages
from mercarich_web.runs.terminal import runs as run_pages

if TYPE_CHECKING:
    from mercarich_web.runs.sql.holds import SqlHolds
    from mercarich_web.runs.sql.releases import SqlReleases
    from mercarich_web.runs.sql.runs import SqlRuns

LATEST_HOLDS = 200


def run(argv: Sequence[str]) -> int:
    """List the runs (`run list`) or show one in full (`run show N`)."""
    parser = command_parser("run", run.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    listing = with_json(actions.add_parser("list", help="the last runs, newest first"))
    listing.add_argument("--limit", type=limit, default=20, help="how many, 1 to 1000 (20)")
    one = with_json(actions.add_parser("show", help="one run in full"))
    one.add_argument("id", type=row_id)
    given = parser.parse_args(argv)
    if given.action == "list":
        return answer(lambda on: RunList(_runs(on).latest(given.limit)), run_pages.run_list, as_json=given.json)
    return answer(lambda on: _runs(on).details(given.id), run_pages.run_details, as_json=given.json)


def hold(argv: Sequence[str]) -> int:
    """List the changes that wait for a look (`hold list`) or let them go, or some of them (`hold release ID`)."""
    parser = command_parser("hold", hold.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    listing = with_json(actions.add_parser("list", help="the open holds"))
    listing.add_argument("--all", action="store_true", help="the last 200 holds, including applied ones")
    release = with_json(actions.add_parser("release", help="let the changes that wait for the hold be made"))
    release.add_argument("id", type=row_id)
    release.add_argument("--by", type=person, help="who releases it (your login name)")
    release.add_argument("--skus", nargs="+", default=[], metavar="SKU", help="only these of its listings: A,B or A B")
    release.add_argument("--file", type=skus_of, default=[], help="only these: a file with a SKU on each line")
    release.add_argument("--username", help="of this seller, where several have such a SKU")
    release.add_argument("--dry-run", action="store_true", help="only show the listings and their new prices")
    given = parser.parse_args(argv)
    if given.action == "list":
        return answer(lambda on: _list(on, every=given.all), hold_pages.hold_list, as_json=given.json)
    by = actor(given.by)
    skus = list(dict.fromkeys([*(sku for text in given.skus for sku in text.split(",") if sku), *given.file]))
    if skus:
        return answer(lambda on: _release_rows(on, given, skus, by), hold_pages.rows_released, as_json=given.json)
    for name in ("skus", "file", "username", "dry_run"):
        if getattr(given, name):
            release.error(f"--{name.replace('_', '-')} belongs to --skus or --file with a SKU")
    return answer(lambda on: _releases(on).release(given.id, by, on.now()), hold_pages.released, as_json=given.json)


def _release_rows(on: Opened, given: Namespace, skus: Sequence[str], by: Actor) -> RowsReleased:
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.runs.sql.held_prices import SqlHeldPrices

    rows = ReleaseRows(_holds(on), SqlHeldPrices(on.engine), _releases(on))
    if given.dry_run:
        return rows.preview(given.id, skus, given.username, on.now())
    return rows(given.id, skus, given.username, by, on.now())


def _list(on: Opened, *, every: bool) -> HoldList:
    return HoldList(_holds(on).latest(LATEST_HOLDS) if every else _holds(on).open())


def _runs(on: Opened) -> "SqlRuns":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.runs.sql.runs import SqlRuns

    return SqlRuns(on.engine)


def _releases(on: Opened) -> "SqlReleases":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.runs.sql.releases import SqlReleases

    return SqlReleases(on.engine)


def _holds(on: Opened) -> "SqlHolds":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.runs.sql.holds import SqlHolds

    return SqlHolds(on.engine)
