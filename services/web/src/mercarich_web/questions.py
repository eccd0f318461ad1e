"""The composition root: environment in, the questions that can be asked out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db import engine as engines
from mercarich_platform.clock import Clock, Sleep, sleep, utc_now
from mercarich_platform.settings import BadConfiguration, SharedSettings, load
from mercarich_web.database import SqlSchema
from mercarich_web.housekeeping.delete_old_items import DeleteOldItems
from mercarich_web.housekeeping.prune import Prune
from mercarich_web.housekeeping.sql.expired import SqlExpiredOffers
from mercarich_web.housekeeping.sql.records import SqlRecords
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.listings.explain import Explain
from mercarich_web.listings.sql.offers import SqlOffers
from mercarich_web.migration.sql.new_home import SqlNewHome
from mercarich_web.migration.sql.original import SqlOriginal, open_original
from mercarich_web.migration.take_over import MigrateFromSeed
from mercarich_web.overview.sql import SqlStock
from mercarich_web.overview.status import ShowStatus
from mercarich_web.pictures.files import PictureFiles
from mercarich_web.replacements.excluding import ExclusionDesk
from mercarich_web.replacements.sql.exclusions import SqlExclusions
from mercarich_web.runs.holding import ListHolds, ReleaseHold
from mercarich_web.runs.showing import ListRuns, ShowRun
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.runs.sql.runs import SqlRuns
from mercarich_web.schedule.sql import SqlSchedules
from mercarich_web.schedule.timetable import Timetable
from mercarich_web.system_settings.changing import GetSetting, ListSettings, SetSetting, ShowSettingHistory
from mercarich_web.system_settings.sql import SqlSettings
from mercarich_web.workers.dead_letters import DeadLetterDesk
from mercarich_web.workers.dead_letters_kafka import KafkaDeadLetters
from mercarich_web.workers.environment import WorkerEnvironment
from mercarich_web.workers.pools_kafka import KafkaPools
from mercarich_web.workers.sql import SqlPools
from mercarich_web.workers.steering import ShowPools
from mercarich_web.workers.waiting import ShowQueues


@dataclass(frozen=True, slots=True)
class Questions:
    """Every use case, ready to be called; nothing is connected before the first call."""

    schema: SqlSchema
    status: ShowStatus
    queues: ShowQueues
    list_runs: ListRuns
    show_run: ShowRun
    explain: Explain
    list_holds: ListHolds
    release_hold: ReleaseHold
    show_pools: ShowPools
    list_settings: ListSettings
    get_setting: GetSetting
    set_setting: SetSetting
    setting_history: ShowSettingHistory
    delete_old_items: DeleteOldItems
    prune: Prune
    timetable: Timetable
    environment: WorkerEnvironment
    dead_letters: DeadLetterDesk
    exclusions: ExclusionDesk


@contextmanager
def questions(
    settings: SharedSettings, now: Clock = utc_now, *, engine: Engine | None = None, sleep: Sleep = sleep
) -> Iterator[Questions]:
    """An `engine` that is passed stays open. Raises `BadConfiguration` when the database's address cannot be read."""
    used = engine or engines.create(settings.database)
    try:
        yield _questions(used, settings, now, sleep)
    finally:
        if used is not engine:
            used.dispose()


def _questions(engine: Engine, shared: SharedSettings, now: Clock, sleep: Sleep) -> Questions:
    schema = SqlSchema(engine)
    runs, holds, offers, schedules = SqlRuns(engine), SqlHolds(engine), SqlOffers(engine), SqlSchedules(engine)
    pools, settings = KafkaPools(shared.kafka_bootstrap), SqlSettings(engine)
    return Questions(
        schema=schema,
        status=ShowStatus(schema, runs, SqlStock(engine), holds, schedules, SCHEDULE, pools, now),
        queues=ShowQueues(pools, runs),
        list_runs=ListRuns(runs),
        show_run=ShowRun(runs, holds),
        explain=Explain(offers, holds, now),
        list_holds=ListHolds(holds),
        release_hold=ReleaseHold(holds, now),
        show_pools=ShowPools(SqlPools(engine), settings, now),
        list_settings=ListSettings(settings),
        get_setting=GetSetting(settings),
        set_setting=SetSetting(settings, now),
        setting_history=ShowSettingHistory(settings),
        delete_old_items=DeleteOldItems(SqlExpiredOffers(engine), PictureFiles(shared.pictures_folder), now, sleep),
        prune=Prune(SqlRecords(engine), now),
        timetable=Timetable(schedules, SCHEDULE, now),
        environment=WorkerEnvironment(settings, SqlPools(engine)),
        dead_letters=DeadLetterDesk(KafkaDeadLetters(shared.kafka_bootstrap), SqlAudit(engine), now),
        exclusions=ExclusionDesk(SqlExclusions(engine)),
    )


@contextmanager
def migration(url: str, now: Clock = utc_now) -> Iterator[MigrateFromSeed]:
    """From the original at this address into the environment's database. Raises `BadConfiguration`."""
    original = SqlOriginal(open_original(url))
    engine = engines.create(load(SharedSettings).database)
    try:
        problem = SqlSchema(engine).problem()
        if problem is not None:
            raise BadConfiguration(problem)
        yield MigrateFromSeed(original, SqlNewHome(engine), now)
    finally:
        engine.dispose()
        original.close()
