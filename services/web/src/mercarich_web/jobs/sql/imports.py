"""Stage and compare the rows of an import in slices, and apply them in one transaction."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from mercarich_db.bulk import insert_missing
from mercarich_db.engine import run_tx
from mercarich_db.tables import job_files, job_problems, job_rows, source_items
from mercarich_reasons.jobs import RowsImported
from mercarich_reasons.reason import Reason, dumps
from mercarich_web.database import reading
from mercarich_web.jobs.jobs import (
    AMONG_STAGED,
    CAPACITY,
    RIGHT_ONES,
    Changed,
    Claim,
    Phase,
    State,
)
from mercarich_web.jobs.sql.claims import SqlDesk, ended, write_claimed
from mercarich_web.jobs.sql.import_applying import apply_rows, between, same_source
from mercarich_web.jobs.sql.import_capacity import weigh
from mercarich_web.jobs.sql.import_comparison import leave_out_wrong, problems_of
from mercarich_web.jobs.sql.new_rows import new_source, problem_row, staged_row
from mercarich_web.listings.csv_rows import ListingRow, Problem

CHUNKS_READ = 8
APPLIED = 1_000
"""Rows per statement of the last transaction."""


class SqlImports:
    def __init__(self, desk: SqlDesk) -> None:
        self._desk = desk
        self._engine = desk.engine

    def chunks(self, job_id: int, offset: int) -> Iterator[bytes]:
        """Yield the file's bytes from `offset` on, in small pieces."""
        files = job_files.c
        with reading(self._engine) as connection:
            upto = select(func.max(files.place)).where(files.job_id == job_id, files.place <= offset)
            place = connection.execute(upto).scalar()
        while place is not None:
            some = select(files.place, files.data).where(files.job_id == job_id, files.place >= place)
            with reading(self._engine) as connection:
                rows = connection.execute(some.order_by(files.place).limit(CHUNKS_READ)).all()
            for row in rows:
                yield row.data[max(0, offset - row.place) :]
            place = rows[-1].place + len(rows[-1].data) if rows else None

    def stage(
        self, claim: Claim, rows: Sequence[ListingRow], problems: Sequence[Problem], cursor: Mapping[str, Any]
    ) -> Claim:
        first = int(claim.cursor["staged"]) + 1
        staged = [staged_row(claim.job_id, number, row) for number, row in enumerate(rows, start=first)]

        def write(connection: Connection) -> Claim:
            after = self._advance(connection, claim, problems, cursor, done=int(cursor["records"]))
            if staged:
                connection.execute(insert(job_rows), staged)
            return after

        return run_tx(self._engine, write)

    def right_ones(self, claim: Claim) -> int:
        """Return the number of staged rows, without those that were left out."""
        with reading(self._engine) as connection:
            return _staged_rows(connection, claim)

    def weigh(self, claim: Claim) -> Sequence[Reason]:
        """Return for each marketplace of new sources whether its budget is enough with them."""
        with reading(self._engine) as connection:
            return weigh(connection, claim)

    def ask(self, claim: Claim, why: Reason, told: Sequence[Reason]) -> None:
        """Give the job back until its seller accepts it. Raises `Overtaken`."""
        self._desk.ask(claim, why, {**claim.cursor, "number": 0, CAPACITY: [dumps(one) for one in told]})

    def enter(self, claim: Claim, phase: Phase, total: int, told: Sequence[Reason] | None = None) -> Claim:
        cursor = {**claim.cursor, "number": 0}
        if told is not None:
            cursor |= {CAPACITY: [dumps(one) for one in told]}

        def write(connection: Connection) -> Claim:
            return self._desk.advance(connection, claim, cursor, phase=phase, total=total, done=total)

        return run_tx(self._engine, write)

    def compare(self, claim: Claim, last: int) -> Claim:
        """Compare the staged rows after the cursor, up to number `last`, with each other and with the seller's
        listings."""

        def write(connection: Connection) -> Claim:
            problems = problems_of(connection, claim, int(claim.cursor["number"]), last)
            wrong = sorted({problem.line for problem in problems})
            cursor = {**claim.cursor, "number": last, AMONG_STAGED: claim.cursor.get(AMONG_STAGED, 0) + len(wrong)}
            after = self._advance(connection, claim, problems, cursor)
            if claim.arguments.get(RIGHT_ONES) and last >= (claim.total or 0):
                leave_out_wrong(connection, claim.job_id)
            return after

        return run_tx(self._engine, write)

    def make_sources(self, claim: Claim, last: int) -> Claim:
        """Create the source items of these rows that do not exist yet."""
        rows = job_rows.c
        of = (rows.marketplace, rows.item_id)
        wanted = select(*of, func.max(rows.listed).label("listed")).where(
            between(claim, int(claim.cursor["number"]), last)
        )
        missing = wanted.outerjoin(source_items, same_source()).where(source_items.c.id.is_(None)).group_by(*of)

        def write(connection: Connection) -> Claim:
            after = self._desk.advance(connection, claim, {**claim.cursor, "number": last})
            found = connection.execute(missing.order_by(rows.marketplace, rows.item_id)).all()
            new = [new_source(row.marketplace, row.item_id, is_offered=bool(row.listed)) for row in found]
            insert_missing(connection, source_items, new)
            return after

        return run_tx(self._engine, write)

    def apply(self, claim: Claim, now: datetime) -> int:
        """Apply every staged row and end the job, in one transaction. Return the number of rows. Raises `Changed`."""

        def write(connection: Connection) -> int:
            write_claimed(connection, claim, {"heartbeat_at": now})
            counts: Counter[str] = Counter(made=0, changed=0, unchanged=0)
            for start in range(0, claim.total or 0, APPLIED):
                counts.update(apply_rows(connection, claim, start, start + APPLIED, now))
            rows = counts.total()
            if rows != _staged_rows(connection, claim):
                raise Changed
            left_out = _wrong_lines(connection, claim) if claim.wrong else None
            told = RowsImported(rows, **counts, left_out=left_out)
            made = counts["made"] + counts["changed"]
            write_claimed(
                connection, claim, {**ended(State.FINISHED, told, now), "made": made, "left_out": left_out or 0}
            )
            return rows

        try:
            return run_tx(self._engine, write)
        except IntegrityError as error:  # The same SKU was created elsewhere at the same moment.
            raise Changed from error

    def _advance(
        self,
        connection: Connection,
        claim: Claim,
        problems: Sequence[Problem],
        cursor: Mapping[str, Any],
        **values: Any,
    ) -> Claim:
        wrong = claim.wrong + len(problems)
        after = self._desk.advance(connection, claim, cursor, wrong=wrong, **values)
        if problems:
            rows = [problem_row(claim.job_id, number, each) for number, each in enumerate(problems, claim.wrong + 1)]
            connection.execute(insert(job_problems), rows)
        return after


def _staged_rows(connection: Connection, claim: Claim) -> int:
    count = select(func.count()).select_from(job_rows).where(job_rows.c.job_id == claim.job_id)
    return connection.execute(count).scalar_one()


def _wrong_lines(connection: Connection, claim: Claim) -> int:
    count = select(func.count(job_problems.c.line.distinct())).where(job_problems.c.job_id == claim.job_id)
    return connection.execute(count).scalar_one()
