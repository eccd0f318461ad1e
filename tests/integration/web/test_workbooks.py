"""Reading a workbook: nothing of its sheet is lost, and it takes a bounded share of the process that serves pages."""

from tests.integration.web.sellers_files import JAPANESE, Cell, offers, workbook

from mercarich_web.jobs.workbook import as_csv
from mercarich_web.listings.csv_rows import MOST_ROWS


def test_rows_below_any_number_of_blank_ones_are_read() -> None:
    blank: list[list[Cell]] = [[] for _ in range(MOST_ROWS + 100)]
    read = as_csv(workbook({"s": [JAPANESE, *offers(1), *blank, *offers(1, first=2)]})).splitlines()

    assert (len(read), read[1][:6], read[-1][:6]) == (MOST_ROWS + 103, b"JP-001", b"JP-002")
