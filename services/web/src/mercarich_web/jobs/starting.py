"""Start an import: store its file, find its layout, ask its seller which column is which, take its right rows."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from typing import Any

from mercarich_platform.clock import Clock
from mercarich_reasons.imports import AmazonsReport
from mercarich_reasons.jobs import FileEncoding, FilesTakeTooMuch, FileTooLarge
from mercarich_web.jobs import csv_records
from mercarich_web.jobs.file_formats import as_text
from mercarich_web.jobs.found import found_job, seller_of
from mercarich_web.jobs.jobs import ANSWER_WITHIN, FILE, NEW_ONLY, READ_SOON, RIGHT_ONES, Hints, Job, Kind, Phase
from mercarich_web.jobs.layouts import Layout, ShownRow, layout_of, shown_rows
from mercarich_web.jobs.room import MOST_KEPT, FilesAnHour, making_room
from mercarich_web.jobs.sql.book import SqlJobBook
from mercarich_web.jobs.sql.files import PIECE, SqlJobFiles
from mercarich_web.refusals import NotFound, Refused

MOST_BYTES = 50_000_000
LOOKED_AT_EVERY = 20 * PIECE
"""Bytes of a file after which it is asked again whether the seller's files take too much."""
ENCODING = "encoding"
_YEN = re.compile(r"^\\(?=\d)")


@dataclass(frozen=True, slots=True)
class ImportWish:
    """How a file is to be imported."""

    asks: bool = False
    """Whether the seller is asked about the columns of a file that has not our own names for them."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Fields by the file's names of its columns; `LEFT_OUT` for none. Others are found by their names."""
    leave_out_others: bool = False
    """Whether columns that are none of ours are left out; else they refuse the file."""
    right_ones: bool = False
    """Whether rows with problems are left out; else one refuses them all."""
    new_only: bool = False
    """Whether a row is refused whose SKU is that of a listing which is there; else it changes the listing."""
    read_soon: bool = False
    """Whether the offers are read at Amazon once they are imported."""


AS_IT_IS = ImportWish()


def named_columns(given: Iterable[str]) -> Mapping[str, str]:
    """Return fields by the file's names of its columns, of texts `NAME=FIELD`; `NAME=` leaves the column out."""
    parts = (one.rpartition("=") for one in given)
    return {name.strip(): field.strip().lower() for name, _, field in parts}


@dataclass(frozen=True, slots=True)
class StartImport:
    """Start an import. The file is stored as text, as it arrives, in bounded memory; of a workbook, its sheet.

    A seller's oldest files to mend go when all files take more than `MOST_KEPT`, once the new one is known to be good.
    Raises `NotFound` and `Refused`.
    """

    jobs: SqlJobBook
    files: SqlJobFiles
    sent: FilesAnHour
    hints: Hints
    now: Clock

    def __call__(
        self, username: str, file_name: str, data: Iterable[bytes], by: str, wish: ImportWish = AS_IT_IS
    ) -> Job:
        user_id = seller_of(self.jobs, username)
        self.sent.count(user_id)
        named: dict[str, Any] = {FILE: file_name[-200:].encode(errors="replace").decode()}
        named |= {READ_SOON: True} if wish.read_soon else {}
        named |= {NEW_ONLY: True} if wish.new_only else {}
        job_id = self.jobs.start(user_id, Kind.IMPORT, named, by, self.now())
        with ExitStack() as unless_kept:
            unless_kept.callback(self.jobs.abandon, job_id)
            with closing(as_text(data, user_id)) as text:
                size = self._keep(user_id, job_id, text)
            encoding = csv_records.encoding_of(self.jobs.stored(job_id))
            if encoding is None:
                raise Refused(FileEncoding())
            found = layout_of(self.jobs.stored(job_id), encoding)
            if found.of_amazon and found.missing:
                raise Refused(AmazonsReport())
            layout = self._columns(found, wish)
            self._make_room(user_id)
            unless_kept.pop_all()
        arguments = {**named, "size": size, ENCODING: encoding, **layout.as_arguments()}
        waits = wish.asks and bool(found.names) and not found.is_own
        self._ready(job_id, arguments | ({RIGHT_ONES: True} if wish.right_ones else {}), waits=waits)
        return found_job(self.jobs, job_id, None)

    def again(self, job: Job, arguments: Mapping[str, Any], by: str) -> Job:
        """Start an import of the stored file of another one, with its layout."""
        user_id = seller_of(self.jobs, job.username)
        self.sent.count(user_id)
        job_id = self.jobs.start(user_id, Kind.IMPORT, arguments, by, self.now())
        with ExitStack() as unless_kept:
            unless_kept.callback(self.jobs.abandon, job_id)
            self._keep(user_id, job_id, self.jobs.stored(job.id))
            self._make_room(user_id)
            unless_kept.pop_all()
        self._ready(job_id, arguments, waits=False)
        return found_job(self.jobs, job_id, None)

    def _columns(self, found: Layout, wish: ImportWish) -> Layout:
        """Return the layout with the columns as wished. A header that does not fit is told by the import itself."""
        if not found.names or wish.asks:
            return found
        return found.with_names(wish.columns, leave_out_others=wish.leave_out_others)

    def _ready(self, job_id: int, arguments: Mapping[str, Any], *, waits: bool) -> None:
        cursor = {"offset": 0, "line": 1, "staged": 0, "records": 0, "bad_lines": 0, "size": arguments["size"]}
        if waits:
            self.jobs.ready(job_id, arguments, cursor, None, waits_until=self.now() + ANSWER_WITHIN)
            return
        self.jobs.ready(job_id, arguments, cursor, None)
        self.hints.waiting(Kind.IMPORT, job_id)

    def _keep(self, user_id: int, job_id: int, data: Iterable[bytes]) -> int:
        place = 0
        for chunk in _even(data):
            if place + len(chunk) > MOST_BYTES:
                raise Refused(FileTooLarge(MOST_BYTES // 1_000_000))
            if place == 0 and csv_records.encoding_of([chunk], whole=False) is None:
                raise Refused(FileEncoding())
            if place % LOOKED_AT_EVERY == 0:
                self._in_the_way(user_id, len(chunk))
            self.jobs.add_chunk(job_id, place, chunk)
            place += len(chunk)
        return place

    def _make_room(self, user_id: int) -> None:
        """Drop files to mend for a file that was stored. Not before: for one that is refused in the end none goes."""
        for job_id in self._in_the_way(user_id, 0):
            self.files.drop(job_id, self.now())

    def _in_the_way(self, user_id: int, more: int) -> Sequence[int]:
        """Return the jobs whose files to mend must go before `more` bytes fit."""
        going = making_room(self.files.kept(user_id, self.now()), more)
        if going is None:
            raise Refused(FilesTakeTooMuch(MOST_KEPT // 1_000_000))
        return going


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The columns of a file that waits for its seller, and its first rows as they will be."""

    layout: Layout
    rows: Sequence[ShownRow]

    @property
    def samples(self) -> Sequence[str]:
        """Of each column its first cell with a text. The yen sign of Shift_JIS is a backslash elsewhere."""
        columns = (
            next((row.cells[place] for row in self.rows if place < len(row.cells) and row.cells[place].strip()), "")
            for place in range(len(self.layout.names))
        )
        return [_YEN.sub("¥", cell) for cell in columns]


@dataclass(frozen=True, slots=True)
class ShowMapping:
    """Return what the file of an import that waits for its columns has."""

    jobs: SqlJobBook

    def __call__(self, job: Job, columns: Sequence[str] = ()) -> ColumnMapping:
        """`columns`: as they are to be shown, in the file's order; those that do not fit it are as they were found."""
        layout = layout_of(self.jobs.stored(job.id), str(job.arguments[ENCODING])).asked
        if len(columns) == len(layout.names):
            layout = replace(layout, columns=tuple(columns)).asked
        return ColumnMapping(layout, shown_rows(self.jobs.stored(job.id), layout))


@dataclass(frozen=True, slots=True)
class MapColumns:
    """Go on with an import by the columns that its seller gives. Raises `NotFound` and `Refused`."""

    jobs: SqlJobBook
    hints: Hints
    now: Clock

    def __call__(self, job_id: int, columns: Sequence[str], username: str, *, right_ones: bool = False) -> bool:
        """Return False when it did not wait for that."""
        job = found_job(self.jobs, job_id, username)
        if job.phase != Phase.MAPPING:
            return False
        layout = layout_of(self.jobs.stored(job_id), str(job.arguments[ENCODING])).with_columns(columns)
        changed = self.jobs.map_columns(
            job_id, {**layout.as_arguments(), **({RIGHT_ONES: True} if right_ones else {})}, self.now()
        )
        if changed:
            self.hints.waiting(Kind.IMPORT, job_id)
        return changed


@dataclass(frozen=True, slots=True)
class TakeRightOnes:
    """Import the rows without problems of a failed import's file, as a new import. Raises `NotFound` and `Refused`."""

    jobs: SqlJobBook
    start: StartImport
    now: Clock

    def __call__(self, job_id: int, username: str, by: str) -> Job:
        job = found_job(self.jobs, job_id, username)
        if not job.has_right_ones(self.now()) or not any(self.jobs.stored(job_id)):
            raise NotFound(f"job {job_id} has no file with right rows")
        return self.start.again(job, {**job.arguments, RIGHT_ONES: True}, by)


def _even(data: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of `PIECE` bytes."""
    held = bytearray()
    for piece in data:
        held += piece
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)
