"""The file of a failed import, with a column that says what is wrong with each row, to be mended and uploaded again.

It contains all rows where none was imported, those with problems first; else those that were left out.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell
from mercarich_web.jobs.csv_records import Line, Place, lines, records
from mercarich_web.jobs.jobs import Job, State
from mercarich_web.jobs.layouts import stored_layout
from mercarich_web.jobs.sql.book import SqlJobBook
from mercarich_web.listings.csv_rows import PROBLEM, neutralised, restored
from mercarich_web.refusals import NotFound

BOM = "\ufeff"
ROWS = 500
"""Rows in one piece."""
Tell = Callable[[Reason], str]


def _in_english(reason: Reason) -> str:
    return tell(reason, Language.EN)


@dataclass(frozen=True, slots=True)
class FileToMend:
    """Yield the file as text, in pieces. Raises `NotFound` before the first one: for another seller's job, and when
    nothing can be mended, because the job did not fail by its rows or its file is deleted."""

    jobs: SqlJobBook
    now: Clock

    def __call__(self, job_id: int, username: str, told: Tell = _in_english) -> Iterator[str]:
        job = self.jobs.get(job_id)
        mine = job is not None and job.username == username
        if job is None or not mine or not job.can_be_mended(self.now()) or not any(self.jobs.stored(job_id)):
            raise NotFound(f"job {job_id} has no file to mend")
        return _pieces(self._rows(job, told))

    def _rows(self, job: Job, told: Tell) -> Iterator[Sequence[str]]:
        problems = self._problems(job.id, told)
        read = _Read(job, self.jobs)
        header = read.header()
        names = [cell.strip().lower() for cell in header]
        own = names.index(PROBLEM) if PROBLEM in names else None
        yield [PROBLEM, *_without(header, own)]
        for wrong in (True, False) if job.state == State.FAILED else (True,):
            for cells, line in read.below():
                if (line in problems) is wrong:
                    yield [neutralised(problems.get(line, "")), *map(_safe, _without(cells, own))]

    def _problems(self, job_id: int, told: Tell) -> dict[int, str]:
        found: dict[int, list[str]] = defaultdict(list)
        for one in self.jobs.problems(job_id, None):
            found[one.line].append(f"{one.column}: {told(one.problem)}" if one.column else told(one.problem))
        return {line: "; ".join(texts) for line, texts in found.items()}


class _Read:
    """The records of a stored file, each with its first line. An unreadable record is one cell with its text
    unchanged."""

    def __init__(self, job: Job, jobs: SqlJobBook) -> None:
        self._job = job
        self._jobs = jobs
        self._layout = stored_layout(job.arguments)

    def __iter__(self) -> Iterator[tuple[Sequence[str], int]]:
        layout, seen = self._layout, list[bytes]()
        source = _keeping(lines(self._jobs.stored(self._job.id)), seen)
        for record in records(source, layout.encoding, Place(), layout.separator):
            raw = b"".join(seen).decode(layout.encoding, "replace").strip("\r\n")
            seen.clear()
            if record.line >= layout.header_line:
                yield (record.cells if record.problem is None else (raw,)), record.line

    def header(self) -> Sequence[str]:
        return next(iter(self), ((), 0))[0]

    def below(self) -> Iterator[tuple[Sequence[str], int]]:
        """Return the records below the header."""
        rows = iter(self)
        next(rows, None)
        return rows


def _keeping(source: Iterable[Line], seen: list[bytes]) -> Iterator[Line]:
    for line in source:
        seen.append(line.text)
        yield line


def _without(cells: Sequence[str], index: int | None) -> Sequence[str]:
    return cells if index is None else [cell for number, cell in enumerate(cells) if number != index]


def _safe(cell: str) -> str:
    return neutralised(restored(cell))


def _pieces(rows: Iterator[Sequence[str]]) -> Iterator[str]:
    text = io.StringIO()
    text.write(BOM)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for number, row in enumerate(rows, start=1):
        writer.writerow(row)
        if number % ROWS == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()
