"""`mercarich run` and `mercarich hold`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mercarich_web.console.arguments import actor, command_parser, limit, person, row_id, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.runs.holds import HoldList
from mercarich_web.runs.runs import RunList
from mercarich_web.runs.terminal import holds as hold_pages
from mercarich_web.runs.terminal import runs as run_pages

if TYPE_CHECKING:
    from mercarich_web.runs.sql.holds import SqlHolds
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
    """List the changes that wait for a look (`hold list`) or let them go (`hold release ID`)."""
    parser = command_parser("hold", hold.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    listing = with_json(actions.add_parser("list", help="the open holds"))
    listing.add_argument("--all", action="store_true", help="the last 200 holds, including applied ones")
    release = with_json(actions.add_parser("release", help="let the changes that wait for the hold be made"))
    release.add_argument("id", type=row_id)
    release.add_argument("--by", type=person, help="who releases it (your login name)")
    given = parser.parse_args(argv)
    if given.action == "list":
        return answer(lambda on: _list(on, every=given.all), hold_pages.hold_list, as_json=given.json)
    by = actor(given.by)
    return answer(lambda on: _holds(on).release(given.id, by, on.now()), hold_pages.released, as_json=given.json)


def _list(on: Opened, *, every: bool) -> HoldList:
    return HoldList(_holds(on).latest(LATEST_HOLDS) if every else _holds(on).open())


def _runs(on: Opened) -> "SqlRuns":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.runs.sql.runs import SqlRuns

    return SqlRuns(on.engine)


def _holds(on: Opened) -> "SqlHolds":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.runs.sql.holds import SqlHolds

    return SqlHolds(on.engine)
