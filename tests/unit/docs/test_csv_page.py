"""docs/csv.md: its columns and limits are those of the code."""

import re
from pathlib import Path

import pytest

from mercarich_web.jobs import csv_records, room, starting
from mercarich_web.listings import csv_rows

PAGE = (Path(__file__).parents[3] / "docs/csv.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (needed)? ?\| ([^|]+) \|", PAGE, re.MULTILINE)
TAKES = {name: takes for cell, _, takes in ROWS for name in re.findall(r"\w+", cell)}
VALID = {"sku": "S-1", "marketplace": "yahoo", "source_id": "x123456789"}


def wrong(**fields: str) -> set[str | None]:
    """Return the columns that are refused in a row with these fields."""
    cells = {**VALID, **fields}
    _, problems = csv_rows.read_row(list(cells), list(cells.values()), 2)
    return {one.field for one in problems}


def numbers(column: str) -> list[int]:
    return [int(one.replace(",", "")) for one in re.findall(r"\d[\d,]*", TAKES[column])]


def test_it_names_each_column_and_which_are_needed() -> None:
    needed = {name for cell, word, _ in ROWS for name in re.findall(r"\w+", cell) if word}

    assert TAKES.keys() == {*csv_rows.COLUMNS, csv_rows.PROBLEM}
    assert needed == set(csv_rows.REQUIRED)
    assert [name for name in needed if wrong(**{name: ""}) != {name}] == []


@pytest.mark.parametrize("column", ["sku", "title"])
def test_a_text_is_as_long_as_it_says(column: str) -> None:
    [longest] = numbers(column)

    assert (wrong(**{column: "x" * longest}), wrong(**{column: "x" * (longest + 1)})) == (set(), {column})


@pytest.mark.parametrize("column", ["quantity", "price"])
def test_a_number_lies_within_what_it_says(column: str) -> None:
    least, most = numbers(column)
    taken = [one for one in (least - 1, least, most, most + 1) if not wrong(**{column: str(one)})]

    assert taken == [least, most]


@pytest.mark.parametrize("column", ["marketplace", "listed"])
def test_a_word_is_one_of_those_that_it_says(column: str) -> None:
    words = re.findall(r"`(\w+)`", TAKES[column])

    assert len(words) >= 2
    assert [word for word in words if wrong(**{column: word}) == {column}] == []
    assert wrong(**{column: "maybe"}) == {column}


def test_a_file_is_as_large_as_it_says() -> None:
    promised = (
        f"At most {csv_rows.MOST_ROWS:,} rows, {starting.MOST_BYTES // 10**6} MB,"
        f" and {csv_records.LONGEST_RECORD // 1024} KiB a row."
        f" A seller sends at most {room.FILES_AN_HOUR} files an hour."
    )

    assert promised in " ".join(PAGE.split())
