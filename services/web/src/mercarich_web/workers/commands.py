"""`mercarich queue` and `mercarich pools`."""

from collections.abc import Sequence

from mercarich_web.console.arguments import command_parser, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.workers.pools import PoolStates
from mercarich_web.workers.queues import Queues
from mercarich_web.workers.terminal import pools as pool_page
from mercarich_web.workers.terminal import queues as queue_page


def queue(argv: Sequence[str]) -> int:
    """Show workers, lag and age of each queue (`queue info`)."""
    parser = command_parser("queue", queue.__doc__)
    with_json(parser.add_subparsers(dest="action", required=True).add_parser("info", help="every queue"))
    given = parser.parse_args(argv)
    return answer(_queues, queue_page.page, as_json=given.json)


def pools(argv: Sequence[str]) -> int:
    """Show the worker pools: what is set, what they got and why, pods, backlog."""
    given = with_json(command_parser("pools", pools.__doc__)).parse_args(argv)
    return answer(_pools, pool_page.page, as_json=given.json)


def _queues(on: Opened) -> Queues:
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.workers.wiring import show_queues

    return show_queues(on.engine, on.shared)()


def _pools(on: Opened) -> PoolStates:
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.system_settings.sql import SqlSettings
    from mercarich_web.workers.sql import SqlPools

    return PoolStates(on.now(), SqlSettings(on.engine).revision(), SqlPools(on.engine).states())
