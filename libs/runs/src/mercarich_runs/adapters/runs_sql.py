"""`ports.Runs`: the database assigns the generation, in the transaction that inserts the run."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Update, and_, bindparam, insert, select, update

from mercarich_contracts.market import Marketplace
from mercarich_db import settings_store
from mercarich_db.bulk import insert_missing
from mercarich_db.engine import reading, run_tx
from mercarich_db.held_now import held_now
from mercarich_db.tables import run_heads, runs
from mercarich_reasons.reason import Reason
from mercarich_reasons.runs import NewerRunStarted
from mercarich_runs.adapters.fence import guard, is_open
from mercarich_runs.ports import UNCONTROLLED, Counts, Operation, Outcome, Request, Run, Superseded

_COUNTERS = (
    *("planned", "checked", "available", "out_of_stock", "unknown", "unparsable", "unfinished", "set_aside"),
    *("fallen", "withdrawn", "held", "held_seconds", "revived"),
)

BEAT_EVERY = timedelta(seconds=0.5)

_NEWEST = select(run_heads.c.generation).where(
    run_heads.c.operation == bindparam("of_operation"), run_heads.c.marketplace == bindparam("of_marketplace")
)
_STANDING = select(
    _NEWEST.scalar_subquery(),
    runs.c.outcome,
    *(held_now() if name == "held" else runs.c[name] for name in Counts.__dataclass_fields__),
).where(runs.c.id == bindparam("run_id"), runs.c.generation == bindparam("generation"))
"""The newest generation, and a run's outcome and counts; no row after a restore from a backup that lacks the run."""
_REQUESTED = frozenset(Request.__dataclass_fields__)


class SqlRuns:
    """The runs of one operation."""

    def __init__(self, engine: Engine, operation: Operation) -> None:
        self._engine = engine
        self._operation = operation
        self._said_at: datetime | None = None

    def begun(self, marketplace: Marketplace, request_key: str | None) -> Request | None:
        if request_key is None:
            return None
        known = select(runs.c.arguments).where(runs.c.request_key == self._key(marketplace, request_key))
        with reading(self._engine) as connection:
            arguments = connection.execute(known).scalar()
        return None if arguments is None else request_of(marketplace, arguments)

    def start(self, request: Request, request_key: str | None, now: datetime) -> Run:
        return run_tx(self._engine, lambda connection: self._start(connection, request, request_key, now))

    def beat(self, run: Run, now: datetime) -> Counts:
        """Write the sign of life at most twice a second; in between, only check that no run has superseded this one."""
        if self._said_at is None or not timedelta() <= now - self._said_at < BEAT_EVERY:
            run_tx(self._engine, lambda connection: self._say(connection, run, now))
            self._said_at = now
        of = {
            "run_id": run.id,
            "generation": run.generation,
            "of_operation": self._operation,
            "of_marketplace": run.marketplace,
        }
        with reading(self._engine) as connection:
            standing = connection.execute(_STANDING, of).one_or_none()
        if standing is None:
            raise Superseded
        newest, outcome, *counts = standing
        if run.generation not in (newest, UNCONTROLLED) and not is_open(outcome):
            raise Superseded
        return Counts(*counts)

    def _say(self, connection: Connection, run: Run, now: datetime) -> None:
        guard(connection, self._operation, run)
        connection.execute(update(runs).where(runs.c.id == run.id).values(heartbeat_at=now))

    def enter(self, run: Run, phase: str, note: Reason | None = None) -> None:
        values = {"phase": phase, "note": note}
        run_tx(self._engine, lambda connection: connection.execute(_running(run).values(**values)))

    def note(self, run: Run, note: Reason | None) -> None:
        run_tx(self._engine, lambda connection: connection.execute(_running(run).values(note=note)))

    def is_paused(self, marketplace: Marketplace) -> bool:
        with reading(self._engine) as connection:
            return settings_store.is_paused(connection, marketplace)

    def add_held_seconds(self, run: Run, seconds: float) -> None:
        held = runs.c.held_seconds + seconds
        run_tx(self._engine, lambda connection: connection.execute(_running(run).values(held_seconds=held)))

    def end(self, run: Run, outcome: Outcome, now: datetime, note: Reason | None = None) -> None:
        def end(connection: Connection) -> None:
            self.before_end(connection, run, now)
            connection.execute(_running(run).values(outcome=outcome, phase="ended", note=note, ended_at=now))

        run_tx(self._engine, end)

    def before_end(self, connection: Connection, run: Run, now: datetime) -> None:
        """Hook for what an operation writes at a run's end, in the same transaction."""

    def _start(self, connection: Connection, request: Request, request_key: str | None, now: datetime) -> Run:
        marketplace = request.marketplace
        generation = self._locked_generation(connection, marketplace)
        key = self._key(marketplace, request_key)
        if key is not None:
            known = connection.execute(
                select(runs.c.id, runs.c.generation, runs.c.outcome).where(runs.c.request_key == key)
            ).one_or_none()
            if known is not None:
                run = Run(known.id, marketplace, known.generation, Outcome(known.outcome))
                connection.execute(_running(run).values(heartbeat_at=now))  # from here on nobody else takes it over
                return run
        if request.dual_boot:
            generation = UNCONTROLLED
        else:
            generation += 1
            self._supersede(connection, request, now)
        run_id = self._insert(connection, request, generation, key, now)
        if generation != UNCONTROLLED:
            raised = update(run_heads).where(self._is_head(marketplace)).values(generation=generation, run_id=run_id)
            connection.execute(raised)
        return Run(run_id, marketplace, generation)

    def _key(self, marketplace: Marketplace, request_key: str | None) -> str | None:
        return None if request_key is None else f"{self._operation}/{marketplace}/{request_key}"

    def _insert(self, connection: Connection, request: Request, generation: int, key: str | None, now: datetime) -> int:
        values = {
            "operation": self._operation,
            "marketplace": request.marketplace,
            "generation": generation,
            "request_key": key,
            "arguments": orjson.dumps(asdict(request)).decode(),
            "outcome": Outcome.RUNNING,
            "phase": "starting",
            "started_at": now,
            "heartbeat_at": now,
            "skipped": "{}",
            **dict.fromkeys(_COUNTERS, 0),
        }
        run_id: int = connection.execute(insert(runs).values(**values).returning(runs.c.id)).scalar_one()
        return run_id

    def _supersede(self, connection: Connection, request: Request, now: datetime) -> None:
        """End the open runs whose rows the request covers. The others go on with the rows that it leaves them."""
        earlier = select(runs.c.id, runs.c.arguments).where(
            runs.c.operation == self._operation,
            runs.c.marketplace == request.marketplace,
            runs.c.outcome == Outcome.RUNNING,
            runs.c.generation != UNCONTROLLED,
        )
        covered = [
            row.id
            for row in connection.execute(earlier)
            if request.covers(request_of(request.marketplace, row.arguments))
        ]
        ended = {"outcome": Outcome.SUPERSEDED, "phase": "ended", "ended_at": now, "note": NewerRunStarted()}
        still = and_(runs.c.id.in_(covered), runs.c.outcome == Outcome.RUNNING)
        connection.execute(update(runs).where(still).values(ended))

    def _locked_generation(self, connection: Connection, marketplace: Marketplace) -> int:
        """Lock the head and return its generation. The lock orders the starts: the last to get it is the newest."""
        head = select(run_heads.c.generation).where(self._is_head(marketplace)).with_for_update()
        generation: int | None = connection.execute(head).scalar()
        if generation is None:  # the first start ever: the marketplace was added after the schema
            first = {"operation": self._operation, "marketplace": marketplace, "generation": 0}
            insert_missing(connection, run_heads, [first])
            generation = connection.execute(head).scalar_one()
        return generation

    def _is_head(self, marketplace: Marketplace) -> ColumnElement[bool]:
        return and_(run_heads.c.operation == self._operation, run_heads.c.marketplace == marketplace)


def request_of(marketplace: Marketplace, arguments: str) -> Request:
    """Return the request whose arguments a row of `runs` has; what an earlier release wrote may lack some."""
    given: dict[str, Any] = {"plans": (), **orjson.loads(arguments), "marketplace": marketplace}
    known: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in given.items()}
    return Request(**{name: value for name, value in known.items() if name in _REQUESTED})


def _running(run: Run) -> Update:
    """Return an update of the run that does nothing if it has ended or was superseded."""
    this = (runs.c.id == run.id, runs.c.generation == run.generation)
    return update(runs).where(*this, runs.c.outcome == Outcome.RUNNING)
