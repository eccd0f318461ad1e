"""What the schedule starts: the rows' own command lines, each a process of this world with an exit code."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from tests.soak.broker import QueuePublisher
from tests.soak.kernel import Process, VirtualEvent, unheeded
from tests.soak.plant import Plant
from tests.soak.wiring import accounts, sp_api

from mercarich_checker.adapters import settings_sql
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.bootstrap import RUN_DEADLINE
from mercarich_checker.commands import CHECK_ITEM
from mercarich_checker.use_cases.run_check import RunCheck
from mercarich_checker.use_cases.trust import Trust
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import ListingsChanged
from mercarich_contracts.schedule import ScheduleRow
from mercarich_contracts.topics import CHECK, LISTINGS_CHANGED, UPDATE
from mercarich_db import engine as engines
from mercarich_db import settings_store
from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.adapters.sellers_sql import SqlSellers
from mercarich_feed.adapters.token_book_sql import SqlTokenBook
from mercarich_feed.settings import FeedSettings
from mercarich_feed.use_cases.sweep import Sweep
from mercarich_feed.use_cases.tokens import CheckTokens
from mercarich_platform.exit_codes import DONE, FAILED, TRY_AGAIN
from mercarich_platform.outages import BrokerAway, DatabaseAway
from mercarich_runs.adapters import runs_sql
from mercarich_runs.adapters.messages_kafka import KafkaBatches
from mercarich_runs.ports import Counts, Operation, Outcome, Run
from mercarich_runs.use_cases.publish import PublishSettings
from mercarich_runs.use_cases.see_through import Interrupted
from mercarich_updater.adapters.plan_sql import SqlPlan as UpdatePlan
from mercarich_updater.adapters.rules_sql import SqlRules
from mercarich_updater.commands import UPDATE_ITEM
from mercarich_updater.use_cases.run_update import RunUpdate
from mercarich_web.adapters.expired_sql import SqlExpiredOffers
from mercarich_web.adapters.job_book_sql import SqlJobBook
from mercarich_web.adapters.picture_files import PictureFiles
from mercarich_web.adapters.settings_sql import SqlPools, SqlSettings
from mercarich_web.use_cases.delete_old_items import DeleteOldItems
from mercarich_web.use_cases.environment import WorkerEnvironment
from mercarich_web.use_cases.watch_jobs import WatchJobs

KILLED = -9
STRETCHED = 30.0
"""A planner looks ten times a second while batches come back and twice while it waits: here every three seconds, and
every fifteen."""


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
        code = FAILED  # by an error that nobody expected; the kernel keeps it
        try:
            code = self._work()
        except (DatabaseAway, BrokerAway, Interrupted):
            code = TRY_AGAIN
        finally:
            self._code = code

    def _work(self) -> int:
        name, *argv = self.row.command
        command, _, marketplace = name.rpartition("_")
        if command == "check_item":
            return _code_of(self._check(Marketplace(marketplace), argv))
        if command == "update_item":
            return _code_of(self._update(Marketplace(marketplace), argv))
        if command == "update_feed":
            return self._sweep(Marketplace(marketplace))
        housekeeping: dict[str, Callable[[], int]] = {
            "delete_old_items": lambda: self._delete(int(argv[-1])),
            "validate_mws_tokens": self._tokens,
            "check_background_jobs": self._jobs,
            "update_env": self._environment,
        }
        return housekeeping[name]()

    def _check(self, marketplace: Marketplace, argv: list[str]) -> Run:
        """As `mercarich_checker.bootstrap.build_planner`."""
        plant, engine, kernel = self._plant, self._plant.database.engine, self._plant.kernel
        request, _ = CHECK_ITEM.parse(marketplace, argv)
        with engines.reading(engine) as connection:
            values = settings_store.read(connection)
        plan = SqlPlan(engine)
        canaries = settings_sql.configured_canaries(values, marketplace)
        run = RunCheck(
            runs=SqlRuns(engine),
            plan=plan,
            batches=KafkaBatches(QueuePublisher(plant.broker), CHECK),
            trust=Trust(
                plant.proxies.sources(marketplace),
                lambda: canaries or plan.known_items(marketplace),
                every=timedelta(seconds=values.integer("CANARY_EVERY_SECONDS")),
                retry=timedelta(seconds=values.integer("CANARY_RETRY_SECONDS")),
                monotonic=kernel.monotonic,
            ),
            settings=settings_sql.run_settings(values, RUN_DEADLINE),
            now=kernel.utc,
            monotonic=kernel.monotonic,
            report=_silent,
        )
        return run(request, self._key, self._stop)

    def _update(self, marketplace: Marketplace, argv: list[str]) -> Run:
        """As `mercarich_updater.bootstrap.build_planner`."""
        plant, engine, kernel = self._plant, self._plant.database.engine, self._plant.kernel
        request, _ = UPDATE_ITEM.parse(marketplace, argv)
        with engines.reading(engine) as connection:
            values = settings_store.read(connection)
        run = RunUpdate(
            runs=runs_sql.SqlRuns(engine, Operation.UPDATE),
            plan=UpdatePlan(engine, SqlRules(engine, kernel.monotonic), kernel.utc),
            batches=KafkaBatches(QueuePublisher(plant.broker), UPDATE),
            publish=PublishSettings(
                batch_items=values.integer("REVIVAL_BATCH_ITEMS"),
                unfinished_batches=values.integer("INV_QUEUE_ENOUGH_JOB_COUNT"),
                republish_after=timedelta(seconds=values.integer("REVIVAL_REPUBLISH_SECONDS")),
                attempts=values.integer("CHECK_ATTEMPTS"),
            ),
            deadline=RUN_DEADLINE,
            now=kernel.utc,
            monotonic=kernel.monotonic,
            report=_silent,
        )
        return run(request, self._key, self._stop)

    def _sweep(self, marketplace: Marketplace) -> int:
        """As `mercarich_feed.bootstrap_commands.build_sweep`."""
        plant, kernel = self._plant, self._plant.kernel
        publisher = QueuePublisher(plant.broker)

        def publish(messages: Sequence[ListingsChanged]) -> None:
            for message in messages:
                publisher.publish(LISTINGS_CHANGED.name, message.encode(), key=str(message.user_id).encode())

        sellers = SqlSellers(plant.database.engine, FeedSettings().token_retry_seconds, kernel.utc)
        swept = Sweep(sellers, publish, kernel.monotonic, self._rest)(marketplace, (), None)
        return TRY_AGAIN if swept.nobody_works else DONE

    def _rest(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def _tokens(self) -> int:
        plant, kernel = self._plant, self._plant.kernel
        book = SqlTokenBook(plant.database.engine, accounts(plant), kernel.utc)
        pace = Pace(unheeded(kernel.sleep), kernel.monotonic)
        prove = sp_api(plant, pace).prove
        check = CheckTokens(book, prove, kernel.monotonic, kernel.sleep, FeedSettings().token_gap_seconds)
        return FAILED if check().problem else DONE

    def _delete(self, days: int) -> int:
        plant = self._plant
        files = PictureFiles(plant.pictures)
        DeleteOldItems(SqlExpiredOffers(plant.database.engine), files, plant.kernel.utc)(days, dry_run=False)
        return DONE

    def _jobs(self) -> int:
        """There are none in this world: what is looked at is that the look ends well."""
        book = SqlJobBook(self._plant.database.engine, self._plant.kernel.utc)
        WatchJobs(book, _NoHints(), lambda _job: None, self._plant.kernel.utc)()
        return DONE

    def _environment(self) -> int:
        engine = self._plant.database.engine
        return FAILED if WorkerEnvironment(SqlSettings(engine), SqlPools(engine)).resync().problems else DONE


class _NoHints:
    def waiting(self, kind: object, job_id: int) -> None:
        raise AssertionError(f"job {job_id} of nobody")


def _code_of(run: Run) -> int:
    return DONE if run.outcome in (Outcome.FINISHED, Outcome.SUPERSEDED) else FAILED


def _silent(_phase: str, _counts: Counts) -> None:
    return
