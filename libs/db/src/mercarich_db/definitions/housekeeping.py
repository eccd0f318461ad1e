"""Settings of the schedule and of what is deleted: how much a day, and how long records are kept."""

from mercarich_db.definitions.definition import Definition


def _kept(key: str, default: int, meaning: str, low: int, why: str) -> Definition:
    return Definition(key, default, meaning, low, 3650, unit="days", why=why)


HOUSEKEEPING = (
    Definition(
        "SCHEDULE_CATCH_UP",
        "on",
        "starts that were missed by more than a tenth are made up for",
        choices=("on", "off"),
        why="In the old system a person ran by hand what a reboot had swallowed.",
    ),
    Definition(
        "DELETE_DAILY_LISTINGS",
        5000,
        "expired listings of a seller that may go in a day",
        1,
        1_000_000,
        unit="listings",
        why="An estimate, and a bound for mistakes: a seller whose listings all look expired is not emptied in a night."
        " The rest goes on the following days.",
    ),
    _kept(
        "KEEP_STARTS_DAYS",
        90,
        "starts of the schedule, token checks, sessions are kept so long",
        7,
        "An estimate: a quarter of a year for looking back. The newest start of each row and the last check stay.",
    ),
    _kept(
        "KEEP_JOBS_DAYS",
        90,
        "sellers' jobs are kept so long after their end",
        1,
        "An estimate: a quarter of a year in which a seller can fetch a failed import's file again.",
    ),
    _kept(
        "KEEP_REVIVALS_DAYS",
        180,
        "replacements and judged candidates are kept so long",
        7,
        "An estimate: half a year in which a seller can see why a source was taken.",
    ),
    _kept(
        "KEEP_HISTORY_DAYS",
        90,
        "events, evidence and feeds that no listing's state rests on",
        15,
        "An estimate: a quarter of a year. What the present state of a listing rests on stays however old.",
    ),
    _kept(
        "KEEP_ORDERS_DAYS",
        400,
        "orders at Amazon and decisions on them are kept so long after the order's last change",
        15,
        "An estimate: more than a year, so that the profit of each of the last twelve months is whole.",
    ),
    _kept(
        "KEEP_RUNS_DAYS",
        30,
        "runs and holds are kept so long after their end",
        15,
        "An estimate: a month. The 20 newest runs of each operation and marketplace stay however old.",
    ),
    _kept(
        "KEEP_AUDIT_DAYS",
        400,
        "audit log, changes of settings and invitations are kept so long",
        30,
        "An estimate: more than a year, so that a yearly look back finds the whole year.",
    ),
)
