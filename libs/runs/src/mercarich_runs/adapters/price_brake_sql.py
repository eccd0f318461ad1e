"""The brake, for what the prices of sources ask for: by looks of a run, and by the looks before restores."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from mercarich_contracts.market import Marketplace
from mercarich_db.tables import run_heads, runs
from mercarich_runs.adapters import holds_sql, tallies_sql
from mercarich_runs.domain import brake
from mercarich_runs.domain.brake import BrakeSettings, HoldKind
from mercarich_runs.ports import Operation, Outcome


def keeping(
    connection: Connection,
    of: tuple[int, Marketplace],
    kind: HoldKind,
    moving: Counter[int],
    by: tuple[BrakeSettings, datetime],
) -> Mapping[int, int]:
    """Return, by seller, the hold that keeps what is `moving` now, by seller; it is in the tallies already.

    `of`: the run's id and marketplace; `by`: the settings, and now.
    """
    if not moving:
        return {}
    (run_id, marketplace), (settings, now) = of, by
    windows = tallies_sql.windows_weighed(connection, run_id)
    weighed = tallies_sql.weighed_by_price(connection, run_id, windows, kind, moving)
    known = holds_sql.of_runs(connection, windows or [run_id], marketplace)
    if windows:
        known = [hold for hold in known if not hold.closed_by_itself]
    standing = brake.standing(known, weighed.since)
    opened = [
        holds_sql.open_one(connection, run_id, marketplace, new, now)
        for new in brake.to_open_by_price(kind, standing, weighed, settings)
    ]
    return brake.keeping_by_price(kind, [*standing, *opened], moving)


def run_weighed_with(connection: Connection, marketplace: Marketplace) -> int | None:
    """Return the run with which looks of others are weighed: the watch's window, else the newest check run. None: the
    marketplace was never checked."""
    of_watch = (runs.c.operation == Operation.WATCH, runs.c.marketplace == marketplace)
    window = select(runs.c.id).where(*of_watch, runs.c.outcome == Outcome.RUNNING).order_by(runs.c.id.desc()).limit(1)
    head = (run_heads.c.operation == Operation.CHECK, run_heads.c.marketplace == marketplace)
    found: int | None = connection.execute(window).scalar()
    return found or connection.execute(select(run_heads.c.run_id).where(*head)).scalar()
