"""Build what comes after a restore, on its queries."""

from sqlalchemy import Engine

from mercarich_contracts.schedule import SCHEDULE
from mercarich_platform.clock import Clock, Monotonic, Sleep
from mercarich_web.recovery.restored import Recovery
from mercarich_web.recovery.sql import SqlRecovery
from mercarich_web.schedule.sql import SqlSchedules


def recovery_of(engine: Engine, now: Clock, monotonic: Monotonic, sleep: Sleep) -> Recovery:
    return Recovery(SqlRecovery(engine), SqlSchedules(engine), SCHEDULE, now, monotonic, sleep)
