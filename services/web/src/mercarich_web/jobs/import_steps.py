"""A CSV import in steps: read and stage the rows, compare them, create sources, then apply all rows in one transaction.

Nothing of the seller's listings changes before the last step, which is atomic. A file with a bad row, a killed worker,
or a stopped or closed job therefore imports nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mercarich_platform.clock import Clock
from mercarich_reasons.capacity import ImportBeyondCapacity
from mercarich_reasons.imports import TooManyRows
from mercarich_reasons.jobs import FileEmpty, FileWithoutRows, RowsWrong
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.csv_records import Place, Record, lines, records
from mercarich_web.jobs.jobs import ACCEPTED, HOPELESS, RIGHT_ONES, Changed, Claim, Phase, State, WaitsForSeller
from mercarich_web.jobs.layouts import stored_layout
from mercarich_web.jobs.sql.claims import SqlDesk
from mercarich_web.jobs.sql.imports import SqlImports
from mercarich_web.listings.csv_rows import MOST_ROWS, ListingRow, Problem, is_no_listing, read_header, read_row

ROWS = 500
"""Records that one step reads, and rows that one step compares."""
MOST_BAD_LINES = 1_000
"""Consecutive unreadable lines after which reading the file is given up: probably an open quote over megabytes."""


@dataclass(frozen=True, slots=True)
class ImportStep:
    """Make one step. Return the job as it is afterwards, None when it has ended."""

    desk: SqlDesk
    imports: SqlImports
    now: Clock

    def __call__(self, claim: Claim) -> Claim | None:
        if claim.phase is Phase.READING:
            return self._read(claim)
        last = min(int(claim.cursor["number"]) + ROWS, claim.total or 0)
        if claim.phase is Phase.COMPARING:
            return self._compared(self.imports.compare(claim, last), last)
        if claim.phase is Phase.SOURCES:
            claim = self.imports.make_sources(claim, last)
            return claim if last < (claim.total or 0) else self.imports.enter(claim, Phase.APPLYING, claim.total or 0)
        return self._apply(claim)

    def _read(self, claim: Claim) -> Claim | None:
        page = _Page(claim)
        place = Place(int(claim.cursor["offset"]), int(claim.cursor["line"]))
        source = lines(self.imports.chunks(claim.job_id, place.offset))
        taken = 0
        layout = stored_layout(claim.arguments)
        for record in islice(records(source, layout.encoding, place, layout.separator), ROWS):
            page.take(record)
            taken += 1
            if page.hopeless:
                break
        claim = self.imports.stage(claim, page.rows, page.problems, page.cursor())
        if page.hopeless or page.columns is None or taken < ROWS:
            return self._all_read(claim, page)
        return claim

    def _all_read(self, claim: Claim, page: "_Page") -> Claim | None:
        staged = page.staged
        if page.columns is None and not claim.wrong:
            return self._fail(claim, FileEmpty())
        if not claim.wrong and not staged:
            return self._fail(claim, FileWithoutRows())
        if claim.wrong and not staged:
            return self._refuse(claim)
        return self.imports.enter(claim, Phase.COMPARING, staged)

    def _compared(self, claim: Claim, last: int) -> Claim | None:
        if last < (claim.total or 0):
            return claim
        if claim.wrong and not self._takes_right_ones(claim):
            return self._refuse(claim)
        return self._weighed(claim)

    def _takes_right_ones(self, claim: Claim) -> bool:
        """Rows with problems are left out; but not where reading was given up, or no row is left."""
        wanted = claim.arguments.get(RIGHT_ONES) and not claim.cursor.get(HOPELESS)
        return bool(wanted) and self.imports.right_ones(claim) > 0

    def _weighed(self, claim: Claim) -> Claim:
        """Go on, or ask the seller first whether looks may come later than the plans promise."""
        if claim.cursor.get(ACCEPTED):
            return self.imports.enter(claim, Phase.SOURCES, claim.total or 0)
        told = self.imports.weigh(claim)
        for one in told:
            if isinstance(one, ImportBeyondCapacity):
                self.imports.ask(claim, one, told)
                raise WaitsForSeller
        return self.imports.enter(claim, Phase.SOURCES, claim.total or 0, told)

    def _apply(self, claim: Claim) -> Claim | None:
        try:
            self.imports.apply(claim, self.now())
        except Changed:  # Somebody edited listings meanwhile, so the rows have to be compared again.
            return self.imports.enter(claim, Phase.COMPARING, claim.total or 0)
        return None

    def _refuse(self, claim: Claim) -> Claim | None:
        return self._fail(claim, RowsWrong(claim.wrong))

    def _fail(self, claim: Claim, message: Reason) -> Claim | None:
        self.desk.end(claim, State.FAILED, message, self.now())
        return None


class _Page:
    """The rows that one step has read, and the position where the next one begins."""

    def __init__(self, claim: Claim) -> None:
        self._cursor = cursor = claim.cursor
        self._layout = stored_layout(claim.arguments)
        self.columns: list[str] | None = cursor.get("columns")
        self.staged = int(cursor["staged"])
        self._bad_lines = int(cursor["bad_lines"])
        self._seen = int(cursor["records"])
        self._place = Place(int(cursor["offset"]), int(cursor["line"]))
        self.rows: list[ListingRow] = []
        self.problems: list[Problem] = []
        self.hopeless = False

    def take(self, record: Record) -> None:
        self._place = record.after
        if self.columns is None and record.line < self._layout.header_line:
            return
        self._bad_lines = self._bad_lines + 1 if record.problem else 0
        if record.problem:
            self.problems.append(Problem(record.line, None, record.problem))
            self.hopeless = self.columns is None or self._bad_lines >= MOST_BAD_LINES
            return
        if self.columns is None and self._layout.columns:
            self.columns = list(self._layout.columns)
            return
        if self.columns is None:
            self.columns, wrong = read_header(record.cells, record.line)
            self.problems += wrong
            self.hopeless = bool(wrong)
            return
        if is_no_listing(self.columns, record.cells):
            return
        self._seen += 1
        if self._seen > MOST_ROWS:
            self.problems.append(Problem(record.line, None, TooManyRows(MOST_ROWS)))
            self.hopeless = True
            return
        row, wrong = read_row(self.columns, record.cells, record.line)
        self.problems += wrong
        if row is not None:
            self.rows.append(row)
            self.staged += 1

    def cursor(self) -> Mapping[str, Any]:
        return {
            **self._cursor,
            "offset": self._place.offset,
            "line": self._place.line,
            "columns": self.columns,
            "staged": self.staged,
            "records": self._seen,
            "bad_lines": self._bad_lines,
            HOPELESS: self.hopeless,
        }
