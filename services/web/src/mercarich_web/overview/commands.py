"""`mercarich status`."""

from collections.abc import Sequence

from mercarich_platform.exit_codes import BAD_CONFIGURATION, DONE, TRY_AGAIN
from mercarich_web.console.arguments import command_parser, with_json
from mercarich_web.console.asking import questions
from mercarich_web.console.output import show
from mercarich_web.overview import terminal as status_page


def status(argv: Sequence[str]) -> int:
    """Show the system at a glance: database, broker, runs, backlog, pushes, holds, schedules, pools."""
    parser = command_parser("status", status.__doc__)
    with_json(parser)
    given = parser.parse_args(argv)
    with questions(schema=False) as asked:
        answer = asked.status()
    show(answer, status_page.page, as_json=given.json)
    if answer.database.ok:
        return DONE
    return TRY_AGAIN if answer.database.away else BAD_CONFIGURATION
