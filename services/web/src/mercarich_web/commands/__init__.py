"""The operator's commands: `mercarich status | run | explain | queue | hold | pools | settings`.

Exit codes: 0 answered, 1 not found, 2 usage, 75 the database is away, 78 configuration or schema.
"""

from collections.abc import Sequence

from mercarich_platform.exit_codes import BAD_CONFIGURATION, DONE, TRY_AGAIN
from mercarich_web.commands import (
    hold_pages,
    offer_page,
    pool_page,
    queue_page,
    run_pages,
    setting_pages,
    status_page,
)
from mercarich_web.commands.arguments import actor, command_parser, limit, note, person, row_id, with_json
from mercarich_web.commands.asking import answer, questions
from mercarich_web.commands.output import show


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
        return answer(lambda asked: asked.list_runs(given.limit), run_pages.run_list, as_json=given.json)
    return answer(lambda asked: asked.show_run(given.id), run_pages.run_details, as_json=given.json)


def explain(argv: Sequence[str]) -> int:
    """Tell why the offer with this SKU is at its quantity, with the evidence, and what happens next."""
    parser = with_json(command_parser("explain", explain.__doc__))
    parser.add_argument("sku")
    parser.add_argument("--username", help="whose, when several sellers have the SKU")
    given = parser.parse_args(argv)
    return answer(lambda asked: asked.explain(given.sku, given.username), offer_page.page, as_json=given.json)


def queue(argv: Sequence[str]) -> int:
    """Show workers, lag and age of each queue (`queue info`)."""
    parser = command_parser("queue", queue.__doc__)
    with_json(parser.add_subparsers(dest="action", required=True).add_parser("info", help="every queue"))
    given = parser.parse_args(argv)
    return answer(lambda asked: asked.queues(), queue_page.page, as_json=given.json)


def hold(argv: Sequence[str]) -> int:
    """List the withdrawals that wait for a look (`hold list`) or let them go (`hold release ID`)."""
    parser = command_parser("hold", hold.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    listing = with_json(actions.add_parser("list", help="the open holds"))
    listing.add_argument("--all", action="store_true", help="the last 200, applied ones too")
    release = with_json(actions.add_parser("release", help="withdraw what the hold keeps up"))
    release.add_argument("id", type=row_id)
    release.add_argument("--by", type=person, help="who releases it (your login name)")
    given = parser.parse_args(argv)
    if given.action == "list":
        return answer(lambda asked: asked.list_holds(every=given.all), hold_pages.hold_list, as_json=given.json)
    by = actor(given.by)
    return answer(lambda asked: asked.release_hold(given.id, by), hold_pages.released, as_json=given.json)


def pools(argv: Sequence[str]) -> int:
    """Show the worker pools: what is set, what they got and why, pods, backlog."""
    given = with_json(command_parser("pools", pools.__doc__)).parse_args(argv)
    return answer(lambda asked: asked.show_pools(), pool_page.page, as_json=given.json)


def settings(argv: Sequence[str]) -> int:
    """List the settings or look one up, change one, or show who changed what (`settings list|get|set|history`)."""
    parser = command_parser("settings", settings.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    with_json(actions.add_parser("list", help="every setting with its value"))
    with_json(actions.add_parser("get", help="one in full")).add_argument("key")
    change = with_json(actions.add_parser("set", help="change one; processes follow within seconds"))
    change.add_argument("key")
    change.add_argument("value")
    change.add_argument("--by", type=person, help="who changes it (your login name)")
    change.add_argument("--note", type=note, help="why; kept in the history")
    history = with_json(actions.add_parser("history", help="the last changes, newest first"))
    history.add_argument("key", nargs="?")
    history.add_argument("--limit", type=limit, default=50, help="how many, 1 to 1000 (50)")
    given = parser.parse_args(argv)
    if given.action == "list":
        return answer(lambda asked: asked.list_settings(), setting_pages.setting_list, as_json=given.json)
    if given.action == "get":
        return answer(lambda asked: asked.get_setting(given.key), setting_pages.setting, as_json=given.json)
    if given.action == "history":
        return answer(
            lambda asked: asked.setting_history(given.key, given.limit), setting_pages.history, as_json=given.json
        )
    by = actor(given.by)
    return answer(
        lambda asked: asked.set_setting(given.key, given.value, by, given.note),
        setting_pages.written,
        as_json=given.json,
    )
