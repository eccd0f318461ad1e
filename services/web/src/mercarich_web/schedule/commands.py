"""`mercarich schedule list|pause|resume|run` and `mercarich pause|resume MARKETPLACE`."""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import RenderableType

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import SCHEDULE, ScheduleRow, tokyo
from mercarich_platform.front import installed
from mercarich_platform.settings import BadConfiguration
from mercarich_web.console.arguments import actor, command_parser, person, with_json
from mercarich_web.console.asking import Opened, answer, carry_out
from mercarich_web.console.output import cell, table
from mercarich_web.schedule.slots import ScheduleList, ScheduleStatus
from mercarich_web.system_settings.settings import Setting

if TYPE_CHECKING:
    from mercarich_web.schedule.timetable import Timetable
    from mercarich_web.system_settings.sql import SqlSettings

log = logging.getLogger(__name__)


def schedule(argv: Sequence[str]) -> int:
    """List the schedule (`schedule list`), pause and resume a row, or start it now (`schedule run NAME`)."""
    parser = command_parser("schedule", schedule.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    with_json(actions.add_parser("list", help="every row: last start, missed starts, next start"))
    for action, says in (
        ("pause", "stop its starts until it is resumed"),
        ("resume", "let it start on schedule again"),
    ):
        one = with_json(actions.add_parser(action, help=says))
        one.add_argument("name")
        one.add_argument("--by", type=person, help="who does it (your login name)")
    actions.add_parser("run", help="start it here and now, and wait for its end").add_argument("name")
    given = parser.parse_args(argv)
    if given.action == "list":
        return answer(lambda on: _timetable(on).list(), _list, as_json=given.json)
    if given.action == "run":
        return carry_out(lambda on: _run(_timetable(on), given.name))
    by = actor(given.by)
    if given.action == "pause":
        return answer(lambda on: _timetable(on).pause(given.name, by), _changed, as_json=given.json)
    return answer(lambda on: _timetable(on).resume(given.name, by), _changed, as_json=given.json)


def pause(argv: Sequence[str]) -> int:
    """Let a marketplace rest: its runs wait and its workers take nothing until `mercarich resume`."""
    return _switch("pause", pause.__doc__, "paused", argv)


def resume(argv: Sequence[str]) -> int:
    """Let a paused marketplace go on: the run that waits catches up."""
    return _switch("resume", resume.__doc__, "on", argv)


def _switch(name: str, doc: str | None, value: str, argv: Sequence[str]) -> int:
    parser = with_json(command_parser(name, doc))
    parser.add_argument("marketplace", choices=[marketplace.value for marketplace in Marketplace])
    parser.add_argument("--by", type=person, help="who does it (your login name)")
    given = parser.parse_args(argv)
    by = actor(given.by)
    key = f"MARKETPLACE_{given.marketplace.upper()}"

    def page(setting: Setting) -> RenderableType:
        if setting.value == "on":
            return cell(f"{given.marketplace} goes on within seconds: a run that waits catches up")
        return cell(f"{given.marketplace} is paused: runs wait and workers rest within seconds")

    return answer(lambda on: _settings(on).change(key, value, by, on.now()), page, as_json=given.json)


def _run(timetable: "Timetable", name: str) -> int:
    row = timetable.row(name)
    if row.command[0] not in installed():
        raise BadConfiguration(
            f"{row.command[0]} is not installed here. On Kubernetes: kubectl create job --from=cronjob/"
            f"<release>-{row.name} {row.name}-by-hand"
        )
    return timetable.run(name, _start)


def _start(row: ScheduleRow, at: datetime) -> int:
    """Run the row's command in a process of its own, with a request key of its own. Return its exit code."""
    key = f"{row.name}-by-hand-{int(at.timestamp())}"
    command = [str(Path(sys.executable).with_name("mercarich")), *row.by_hand]
    return subprocess.run(command, env={**os.environ, "MERCARICH_REQUEST_KEY": key}, check=False).returncode


def _list(found: ScheduleList) -> RenderableType:
    rows = [[s.name, s.command, s.started_at, _ended(s), _state(s), s.next_slot] for s in found.schedules]
    return table(["name", "command", "last start", "ended", "state", "next"], rows)


def _changed(status: ScheduleStatus) -> RenderableType:
    if status.paused_by:
        return cell(f"{status.name} is paused by {status.paused_by}")
    return cell(f"{status.name} starts again, next at {tokyo(status.next_slot)}")


def _ended(status: ScheduleStatus) -> RenderableType:
    if status.started_at is None:
        return cell(None)
    if status.exit_code is None:
        return cell("not yet")
    return cell(f"exit {status.exit_code}", "bold red" if status.exit_code else "")


def _state(status: ScheduleStatus) -> RenderableType:
    if status.paused_by:
        return cell(f"paused by {status.paused_by}", "yellow")
    if status.overdue:
        return cell(f"overdue, {status.missed} missed", "bold red")
    return cell(f"{status.missed} missed" if status.missed else "on time" if status.started_at else None)


def _timetable(on: Opened) -> "Timetable":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.schedule.sql import SqlSchedules
    from mercarich_web.schedule.timetable import Timetable

    return Timetable(SqlSchedules(on.engine), SCHEDULE, on.now)


def _settings(on: Opened) -> "SqlSettings":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.system_settings.sql import SqlSettings

    return SqlSettings(on.engine)
