"""`mercarich status`."""

from collections.abc import Sequence

from mercarich_platform.exit_codes import BAD_CONFIGURATION, DONE, TRY_AGAIN
from mercarich_web.console.arguments import command_parser, with_json
from mercarich_web.console.asking import opened
from mercarich_web.console.output import show
from mercarich_web.overview import terminal


def status(argv: Sequence[str]) -> int:
    """Show the system at a glance: database, broker, runs, backlog, pushes, holds, schedules, pools."""
    parser = command_parser("status", status.__doc__)
    with_json(parser)
    given = parser.parse_args(argv)
    with opened(schema=False) as on:
        # Imported here: the drivers are slow to load, and a help page needs none.
        from mercarich_web.overview.wiring import show_status

        found = show_status(on.engine, on.shared, on.now)()
    show(found, terminal.page, as_json=given.json)
    if found.database.ok:
        return DONE
    return TRY_AGAIN if found.database.away else BAD_CONFIGURATION
