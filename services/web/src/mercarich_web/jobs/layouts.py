"""How a file is laid out: what separates its cells, where its header is, and which of its columns is which."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from mercarich_reasons.imports import ColumnsUnknown, FieldsMissing, FieldTwice
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.csv_records import Line, Place, Record, lines, records
from mercarich_web.listings.column_names import HEADER_WITHIN, LEFT_OUT, Header, field_of, find_header
from mercarich_web.listings.csv_rows import COLUMNS, OPTIONAL, PROBLEM, REQUIRED, ListingRow, Problem, is_no_listing
from mercarich_web.listings.csv_rows import read_row as row_of
from mercarich_web.refusals import Refused

SEPARATORS = (",", "\t", ";")
SAMPLE = HEADER_WITHIN + 30
"""Records at the beginning of a file that tell its layout."""
LINES, MOST_CHUNKS = 200, 64
"""Lines that are looked at, and stored pieces of the file that these may take: whoever asks for a page waits for it."""
SHOWN_ROWS = 10
OWN = (*COLUMNS, PROBLEM)
"""Names of columns that are known by their very name."""
FIELDS = ("sku", "marketplace", "source_id", *OPTIONAL)
"""What a column may be given for."""


@dataclass(frozen=True, slots=True)
class Layout:
    encoding: str
    separator: str = ","
    header_line: int = 1
    names: tuple[str, ...] = ()
    """The header's cells."""
    columns: tuple[str, ...] = ()
    """Of each column its field, or `LEFT_OUT`; none: the header could not be read."""
    of_amazon: bool = False
    """The header is that of a report that Amazon makes."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that an import needs and no column has."""
        return tuple(field for field in REQUIRED if field not in self.columns)

    @property
    def problem(self) -> Reason | None:
        """Why no listing can be made by these columns."""
        twice = [field for field in FIELDS if self.columns.count(field) > 1]
        if twice:
            return FieldTwice(twice[0])
        return FieldsMissing(self.missing) if self.missing else None

    @property
    def asked(self) -> "Layout":
        """With the fields that a person may give alone: what else an export has is left out."""
        return replace(self, columns=tuple(field if field in FIELDS else LEFT_OUT for field in self.columns))

    @property
    def is_own(self) -> bool:
        """Each column has the name that this product gives it, so that there is nothing to ask."""
        named = all(name.strip().lower() in OWN for name in self.names)
        return bool(self.names) and named and all(self.columns) and not self.missing

    def as_arguments(self) -> dict[str, Any]:
        """Return what a job keeps of it."""
        told: dict[str, Any] = {"separator": self.separator, "header_line": self.header_line}
        return told | {"columns": list(self.columns)} if self.columns else told

    def with_columns(self, columns: Sequence[str]) -> "Layout":
        """Return it with columns as a person gave them, in the file's order. Raises `Refused`."""
        given = tuple(columns)
        known = {*FIELDS, *OWN, LEFT_OUT}
        if len(given) != len(self.names) or not known.issuperset(given):
            raise Refused(ColumnsUnknown(len(self.names), FIELDS))
        found = replace(self, columns=given)
        if found.problem is not None:
            raise Refused(found.problem)
        return found

    def with_names(self, given: Mapping[str, str], *, leave_out_others: bool) -> "Layout":
        """Return it with columns given by their names, the others as found. Raises `Refused`.

        Without columns where the file's own names do not do: reading its header tells what is wrong with each.
        """
        names = [name.strip() for name in self.names]
        strange = [name for name in given if name.strip() not in names]
        if strange or not {*FIELDS, LEFT_OUT}.issuperset(given.values()):
            raise Refused(ColumnsUnknown(len(names), FIELDS))
        wanted = {name.strip(): field for name, field in given.items()}
        columns = self._columns(wanted, allow_twice=not given and not leave_out_others)
        unknown = [
            name for name, field in zip(names, columns, strict=True) if name and not field and name not in wanted
        ]
        if unknown and not leave_out_others:
            return replace(self, columns=())
        if not given and replace(self, columns=tuple(columns)).problem is not None:
            return replace(self, columns=())
        return self.with_columns(columns)

    def _columns(self, wanted: Mapping[str, str], *, allow_twice: bool) -> list[str]:
        """Return the columns with those wanted. One that was not taken, since another had its field, has it where that
        one is left out. Raises `Refused` where both are there and nobody has said which, unless `allow_twice`."""
        taken = set(wanted.values())
        names = [name.strip() for name in self.names]
        columns = [
            wanted.get(name, LEFT_OUT if field in taken else field)
            for name, field in zip(names, self.columns, strict=True)
        ]
        for place, name in enumerate(names):
            field = field_of(name, OWN)
            if name in wanted or columns[place] or field not in FIELDS:
                continue
            if field not in columns:
                columns[place] = field
            elif field not in taken and not allow_twice:
                raise Refused(FieldTwice(field))
        return columns


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of a file as an import would take it."""

    line: int
    cells: Sequence[str]
    """As the file has them; none of a line that could not be read."""
    row: ListingRow | None
    problems: Sequence[Problem]


def layout_of(chunks: Iterable[bytes], encoding: str) -> Layout:
    """Return the layout of a file, by its first records: the separator is the one that makes the most known columns."""
    head = _head(chunks)
    found = [_by_separator(head, encoding, separator) for separator in SEPARATORS]
    return max(found, key=lambda layout: (len(set(layout.columns) - {LEFT_OUT}), len(layout.names)))


def shown_rows(chunks: Iterable[bytes], layout: Layout) -> list[ShownRow]:
    """Return the first rows below the header as an import would take them."""
    found = []
    for record in records(iter(_head(chunks)), layout.encoding, Place(), layout.separator):
        if record.line <= layout.header_line or (not record.problem and is_no_listing(layout.columns, record.cells)):
            continue
        if record.problem is not None:
            found.append(ShownRow(record.line, (), None, [Problem(record.line, None, record.problem)]))
        else:
            row, problems = row_of(layout.columns, record.cells, record.line)
            found.append(ShownRow(record.line, record.cells, row, problems))
        if len(found) == SHOWN_ROWS:
            break
    return found


def stored_layout(arguments: Mapping[str, Any]) -> Layout:
    """Return the layout that a job keeps, which has not the names."""
    return Layout(
        encoding=str(arguments["encoding"]),
        separator=str(arguments.get("separator", ",")),
        header_line=int(arguments.get("header_line", 1)),
        columns=tuple(arguments.get("columns", ())),
    )


def _head(chunks: Iterable[bytes]) -> list[Line]:
    """Return the first lines, of however many bytes they are."""
    return list(islice(lines(islice(chunks, MOST_CHUNKS)), LINES))


def _by_separator(head: Sequence[Line], encoding: str, separator: str) -> Layout:
    sample: list[Record] = []
    for record in islice(records(iter(head), encoding, Place(), separator), SAMPLE):
        if record.problem is None:
            sample.append(record)
    header: Header | None = find_header([record.cells for record in sample], OWN)
    if header is None:
        return Layout(encoding, separator)
    return Layout(
        encoding, separator, sample[header.place].line, header.names, header.columns, of_amazon=header.is_amazons
    )
