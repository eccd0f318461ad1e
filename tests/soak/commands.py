"""The commands that the schedule starts: the rows' own command lines, each a process of this world with an exit
code."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.soak.kernel import Process, VirtualEvent
from tests.soak.plant import Plant
from tests.soak.wiring import checker_dependencies, feed_dependencies, feed_settings, updater_dependencies

from mercarich_checker import bootstrap as checker
from mercarich_checker.commands import CHECK_ITEM
from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import ScheduleRow
from mercarich_feed.bootstrap_commands import build_reconcile, build_sweep, build_token_check
from mercarich_feed.commands import parser_for
from mercarich_platform.exit_codes import DONE, FAILED, TRY_AGAIN
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import Away
from mercarich_runs.commands import exit_code
from mercarich_runs.ports import Counts
from mercarich_updater import bootstrap as updater
from mercarich_updater.commands import UPDATE_ITEM
from mercarich_web.housekeeping.commands import keep_house, parse
from mercarich_web.jobs.wiring import jobs_of
from mercarich_web.workers.wiring import worker_environment

KILLED = -9
STRETCHED = 30.0
"""Factor of a planner's polling intervals: three seconds instead of a tenth while batches return, and fifteen instead
of half a second while it waits."""


class Command:
    """`mercarich_local.scheduler.Running`: one start of a row."""

    def __init__(self, plant: Plant, row: ScheduleRow, request_key: str) -> None:
        self.row = row
        self.process = Process(row.name)
        self._plant = plant
        self._key = request_key
        self._code: int | None = None
        self._stop = VirtualEvent(plant.kernel, STRETCHED)
        plant.kernel.spawn(request_key, self._run, self.process)

    def poll(self) -> int | None:
        return KILLED if self.process.killed else self._code

    def terminate(self) -> None:
        self._stop.set()

    def kill(self) -> None:
        self._plant.kernel.kill(self.process)

    def _run(self) -> None:
        code = FAILED  # By an unexpected error, which the kernel records.
        try:
            code = self._work()
        except (TryAgain, Away):
            code = TRY_AGAIN
        finally:
            self._code = code

    def _work(self) -> int:
        name, *argv = self.row.command
        command, _, last = name.rpartition("_")
        of_a_marketplace = {"check_item": self._check, "update_item": self._update, "update_feed": self._sweep}
        if command in of_a_marketplace:
            return of_a_marketplace[command](Marketplace(last), argv)
        others: dict[str, Callable[[Sequence[str]], int]] = {
            "delete_old_items": self._delete,
            "validate_mws_tokens": self._tokens,
            "check_background_jobs": self._jobs,
            "update_env": self._environment,
        }
        return others[name](argv)

    def _check(self, marketplace: Marketplace, argv: Sequence[str]) -> int:
        request, _ = CHECK_ITEM.parse(marketplace, argv)
        given = checker_dependencies(self._plant, marketplace)
        return exit_code(
            lambda: checker.build_planner(marketplace, self._plant.shared, _silent, given)(
                request, self._key, self._stop
            ),
            request,
            self._key,
        )

    def _update(self, marketplace: Marketplace, argv: Sequence[str]) -> int:
        request, _ = UPDATE_ITEM.parse(marketplace, argv)
        given = updater_dependencies(self._plant)
        return exit_code(
            lambda: updater.build_planner(marketplace, self._plant.shared, _silent, given)(
                request, self._key, self._stop
            ),
            request,
            self._key,
        )

    def _sweep(self, marketplace: Marketplace, argv: Sequence[str]) -> int:
        asked = parser_for(marketplace).parse_args(argv)
        given = replace(feed_dependencies(self._plant), sleep=self._rest)
        sweep, _ = build_sweep(self._plant.shared, feed_settings(self._plant), given)
        return TRY_AGAIN if sweep(marketplace, asked.usernames, asked.max_item_count).nobody_works else DONE

    def _rest(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def _tokens(self, _argv: Sequence[str]) -> int:
        check, *_ = build_token_check(self._plant.shared, feed_settings(self._plant), feed_dependencies(self._plant))
        return FAILED if check().problem else DONE

    def _delete(self, argv: Sequence[str]) -> int:
        keep_house(self._plant.opened(self._plant.database.engine), parse(argv))
        return DONE

    def _jobs(self, _argv: Sequence[str]) -> int:
        """There are no frozen jobs in this world; the test is that the command ends well."""
        plant = self._plant
        with jobs_of(plant.database.engine, plant.shared, plant.kernel.utc, publisher=plant.publisher) as jobs:
            jobs.watch()
        return DONE

    def _environment(self, _argv: Sequence[str]) -> int:
        return (
            FAILED
            if worker_environment(self._plant.database.engine, self._plant.kernel.utc).resync().problems
            else DONE
        )


class Commands:
    """The running commands."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self.under_way: list[Command] = []
        self.killed = 0

    def launch(self, row: ScheduleRow, request_key: str) -> Command:
        """As `mercarich_local.scheduler` defines it."""
        command = Command(self._plant, row, request_key)
        self.under_way = [one for one in self.under_way if one.poll() is None]
        self.under_way.append(command)
        return command

    def reconcile(self) -> None:
        """Have every offer read at Amazon, as a person does, and wait until that is done."""
        given = feed_dependencies(self._plant)
        reconcile, _ = build_reconcile(self._plant.shared, feed_settings(self._plant), given)
        reconcile([], [], lambda _left, _asked: None)

    def kill(self) -> None:
        for command in self.under_way:
            if command.poll() is None:
                command.kill()
                self.killed += 1

    def kill_one(self, process: Process) -> bool:
        """Kill the command with this process; return whether there is one."""
        for command in self.under_way:
            if command.process is process:
                command.kill()
                self.killed += 1
                return True
        return False

    def freeze(self, seconds: float) -> None:
        for command in self.under_way:
            command.process.frozen_until = self._plant.kernel.now + seconds


def _silent(_phase: str, _counts: Counts) -> None:
    return
