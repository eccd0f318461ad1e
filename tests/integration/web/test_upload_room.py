"""What one seller's files may take of everybody's database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select
from tests.integration.web.rows import Rows
from tests.integration.web.workshop import Workshop

from mercarich_db.engine import reading
from mercarich_db.tables import job_files, jobs
from mercarich_reasons.jobs import FileEncoding, FilesTakeTooMuch, FileToMendGone, FileTooLarge, RowsWrong, TooManyFiles
from mercarich_web.jobs import room, starting
from mercarich_web.jobs.jobs import Kind
from mercarich_web.jobs.mend_file import FileToMend
from mercarich_web.jobs.room import FILES_AN_HOUR
from mercarich_web.jobs.sql.files import PIECE
from mercarich_web.jobs.starting import ImportWish
from mercarich_web.refusals import NotFound, Refused

MOST = 21 * PIECE
"""Three of the files below, each of seven pieces, and not four."""
WRONG = b"sku,marketplace,source_id,title\r\n" + b"".join(
    b"A-%04d,nowhere,x1,%b\r\n" % (number, b"z" * 180) for number in range(1_500)
)
"""300 kB, of which every row is wrong."""


@pytest.fixture
def shop(engine: Engine, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setattr(room, "MOST_KEPT", MOST)
    rows.user("hanako")
    rows.user("jiro")
    return Workshop(engine)


def stored(engine: Engine, username_id: int = 1) -> int:
    query = select(func.sum(func.length(job_files.c.data))).join(jobs, jobs.c.id == job_files.c.job_id)
    with reading(engine) as connection:
        return connection.execute(query.where(jobs.c.user_id == username_id)).scalar() or 0


def test_files_without_end_take_no_more_than_a_sellers_share(shop: Workshop, engine: Engine) -> None:
    jiros = shop.import_bytes("jiro", WRONG)
    for _ in range(8):
        shop.import_bytes("hanako", WRONG)
        assert stored(engine) <= MOST

    assert stored(engine) >= 2 * len(WRONG), "what fits is kept"
    assert shop.job(jiros.id).can_be_mended(shop.now()), "another seller's file"


def test_the_oldest_file_to_mend_goes_and_its_import_tells_why(shop: Workshop) -> None:
    first, second, third, fourth = (shop.import_bytes("hanako", WRONG) for _ in range(4))
    gone = shop.job(first.id)

    assert isinstance(gone.message, FileToMendGone)
    assert gone.message.problems == gone.wrong > 0
    assert not gone.can_be_mended(shop.now())
    with pytest.raises(NotFound):
        FileToMend(shop.book, shop.now)(first.id, "hanako")
    for kept in (second, third, fourth):
        assert isinstance(shop.job(kept.id).message, RowsWrong)
        assert len("".join(FileToMend(shop.book, shop.now)(kept.id, "hanako"))) > len(WRONG)


def test_the_file_of_the_rows_that_were_left_out_goes_too_and_its_import_is_as_it_was(shop: Workshop) -> None:
    right = b"A-9999,yahoo,x1234567,t\r\n"
    wish = ImportWish(right_ones=True)
    first = shop.start_import("hanako", "first.csv", iter([WRONG + right]), "hanako", wish)
    shop.work(Kind.IMPORT)
    before = shop.job(first.id)
    for _ in range(3):
        shop.import_bytes("hanako", WRONG)
    gone = shop.job(first.id)

    assert (before.state, before.can_be_mended(shop.now())) == ("finished", True)
    assert (gone.state, gone.message, gone.file_is_gone) == ("finished", before.message, True)
    assert not gone.can_be_mended(shop.now())
    with pytest.raises(NotFound):
        FileToMend(shop.book, shop.now)(first.id, "hanako")


def test_a_file_that_finds_no_room_is_refused_and_leaves_nothing(shop: Workshop, engine: Engine) -> None:
    for _ in range(3):
        shop.start_import("hanako", "waits.csv", iter([WRONG]), "hanako")
    before = stored(engine)
    with pytest.raises(Refused) as refused:
        shop.start_import("hanako", "more.csv", iter([WRONG]), "hanako")

    assert isinstance(refused.value.reason, FilesTakeTooMuch)
    assert stored(engine) == before
    assert len(shop.book.list("hanako", 10)) == 3


def test_a_file_that_is_imported_gives_its_room_back(shop: Workshop) -> None:
    for _ in range(3):
        shop.start_import("hanako", "waits.csv", iter([WRONG]), "hanako")
    shop.work(Kind.IMPORT)

    assert shop.import_bytes("hanako", WRONG).state == "failed", "read, and those to mend have made room"


def test_files_an_hour_are_counted_whether_they_are_taken_or_not(shop: Workshop) -> None:
    for _ in range(FILES_AN_HOUR):
        with pytest.raises(Refused):
            shop.start_import("hanako", "odd.csv", iter([b"\xff\xfe\x00\xd8" * 9]), "hanako")
    with pytest.raises(Refused) as refused:
        shop.start_import("hanako", "odd.csv", iter([WRONG]), "hanako")

    assert isinstance(refused.value.reason, TooManyFiles)
    assert 1 <= refused.value.reason.minutes <= 60
    assert shop.import_bytes("jiro", WRONG).state == "failed"


@pytest.mark.parametrize(
    "refused",
    [WRONG.decode().encode("utf-16") + b"\x00\xd8", b"\x81\x20" + WRONG, WRONG + b"\x81\x20"],
    ids=["half a character of UTF-16", "a bad byte at the beginning", "a bad byte at the end"],
)
def test_a_file_that_cannot_be_read_costs_no_other_file(shop: Workshop, engine: Engine, refused: bytes) -> None:
    kept = [shop.import_bytes("hanako", WRONG) for _ in range(3)]
    with pytest.raises(Refused) as error:
        shop.start_import("hanako", "odd.csv", iter([refused]), "hanako")

    assert isinstance(error.value.reason, FileEncoding)
    assert [shop.job(one.id).can_be_mended(shop.now()) for one in kept] == [True] * 3
    assert stored(engine) == 3 * len(WRONG)


def test_a_file_that_is_too_large_costs_no_other_file(
    shop: Workshop, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [shop.import_bytes("hanako", WRONG) for _ in range(3)]
    monkeypatch.setattr(starting, "MOST_BYTES", len(WRONG) - 1)
    with pytest.raises(Refused) as error:
        shop.start_import("hanako", "large.csv", iter([WRONG]), "hanako")

    assert isinstance(error.value.reason, FileTooLarge)
    assert [shop.job(one.id).can_be_mended(shop.now()) for one in kept] == [True] * 3
    assert stored(engine) == 3 * len(WRONG)


def test_a_piece_may_end_within_a_character(shop: Workshop) -> None:
    file = ("sku,marketplace,source_id,title\r\nA-12,nowhere,x1," + "商" * PIECE).encode()
    with pytest.raises(UnicodeDecodeError):
        file[:PIECE].decode()
    job = shop.start_import("hanako", "long.csv", iter([file]), "hanako")

    assert shop.job(job.id).state != "failed"


def test_an_upload_that_breaks_off_leaves_nothing(shop: Workshop, engine: Engine) -> None:
    def breaking() -> Iterator[bytes]:
        yield WRONG
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        shop.start_import("hanako", "half.csv", breaking(), "hanako")

    assert (stored(engine), list(shop.book.list("hanako", 10))) == (0, [])
