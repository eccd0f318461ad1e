"""A failed import returns its file: every row, those with problems first, with the problems, ready to be imported
again."""

import csv
import io

import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import Rows
from tests.integration.web.workshop import Workshop

from mercarich_db.engine import reading
from mercarich_db.tables import job_files
from mercarich_web.jobs.mend_file import FileToMend
from mercarich_web.refusals import NotFound

HEADER = "SKU,marketplace,source_id,title,listed\r\n"
RIGHT = 'A-1,yahoo,x1234567,"カメラ, 黒",yes\r\n'
WRONG = "A-2,ebay,x1234568,=1+1,perhaps\r\n"
TOO_LONG = "A-3,yahoo,x1234569,-5度,yes,more\r\n"
UNREADABLE = 'A-4,yahoo,x1234570,"open"quote,yes\r\n'


@pytest.fixture
def shop(engine: Engine, rows: Rows) -> Workshop:
    rows.user("hanako")
    rows.user("jiro")
    return Workshop(engine)


def to_mend(shop: Workshop, job_id: int, username: str = "hanako") -> list[list[str]]:
    text = "".join(FileToMend(shop.book, shop.now)(job_id, username))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_wrong_rows_come_first_with_what_is_wrong_and_no_cell_is_lost(shop: Workshop, encoding: str) -> None:
    job = shop.import_bytes("hanako", (HEADER + RIGHT + WRONG + TOO_LONG + UNREADABLE).encode(encoding))

    assert to_mend(shop, job.id) == [
        ["problem", "SKU", "marketplace", "source_id", "title", "listed"],
        [
            "marketplace: expected one of yahoo, mercari, not 'ebay'; listed: expected yes or no, not 'perhaps'",
            *("A-2", "ebay", "x1234568", "'=1+1", "perhaps"),
        ],
        ["the row has 6 cells, the header 5", "A-3", "yahoo", "x1234569", "'-5度", "yes", "more"],
        [
            "there is text after a closing quote; write a quote within a cell twice",
            'A-4,yahoo,x1234570,"open"quote,yes',
        ],
        ["", "A-1", "yahoo", "x1234567", "カメラ, 黒", "yes"],
    ]


def test_mended_it_goes_in_again_whole_and_a_second_round_has_one_column_of_problems(shop: Workshop) -> None:
    first = shop.import_bytes("hanako", (HEADER + RIGHT + WRONG).encode())
    text = "".join(FileToMend(shop.book, shop.now)(first.id, "hanako"))
    second = shop.import_bytes("hanako", text.replace("ebay", "yahoo").encode())
    again = "".join(FileToMend(shop.book, shop.now)(second.id, "hanako"))
    third = shop.import_bytes("hanako", again.replace("perhaps", "no").encode())

    assert again.count("problem") == 1
    assert "ebay" not in again
    assert (third.state, third.made) == ("finished", 2)
    assert shop.listing("A-2").title == "=1+1"


def test_only_the_seller_of_a_failed_import_gets_it_and_for_a_week(shop: Workshop, engine: Engine) -> None:
    failed = shop.import_bytes("hanako", (HEADER + WRONG).encode())
    fine = shop.import_bytes("hanako", (HEADER + RIGHT).encode())
    bad_header = shop.import_bytes("hanako", b"sku,prize\r\nA-9,1\r\n")
    for job_id, username in ((failed.id, "jiro"), (fine.id, "hanako"), (bad_header.id, "hanako"), (99, "hanako")):
        with pytest.raises(NotFound):
            to_mend(shop, job_id, username)
    shop.now.go(days=6)
    shop.watch()
    assert len(to_mend(shop, failed.id)) == 2
    shop.now.go(days=2)
    shop.watch()

    with pytest.raises(NotFound):
        to_mend(shop, failed.id)
    with reading(engine) as connection:
        assert connection.execute(job_files.select()).all() == []


def test_a_large_file_comes_whole(shop: Workshop) -> None:
    rows = [f"A-{number},yahoo,x{number:09},t,{'yes' if number % 500 else 'bad'}" for number in range(1, 3_001)]
    job = shop.import_bytes("hanako", (HEADER + "\r\n".join(rows)).encode())
    found = to_mend(shop, job.id)

    assert len(found) == 3_001
    assert [row[1] for row in found[1:7]] == [f"A-{number}" for number in range(500, 3_001, 500)]
    assert {row[0] for row in found[7:]} == {""}
