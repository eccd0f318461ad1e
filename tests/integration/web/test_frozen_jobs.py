"""`check_background_jobs`: only a job without progress is taken over, and later closed; all others continue."""

import pytest
from sqlalchemy import Engine, insert
from tests.integration.web.rows import Rows
from tests.integration.web.workshop import Workshop, csv_of, offers

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import job_files, settings
from mercarich_reasons.jobs import ImportClosed, SearchClosed
from mercarich_web.jobs.jobs import Kind, Overtaken


@pytest.fixture
def shop(engine: Engine, rows: Rows) -> Workshop:
    for name in ("hanako", "jiro", "saburo"):
        rows.user(name)
    return Workshop(engine)


def test_z1_a_job_without_progress_for_fifteen_minutes_is_taken_over_from_its_cursor(shop: Workshop) -> None:
    shop.shops.pages = {"cup": [["x100000001"], ["x100000002"]]}
    started = shop.search("hanako", "cup")
    claim = shop.claim(Kind.SEARCH, "frozen")
    assert claim is not None
    claim = shop.steps[Kind.SEARCH](claim)
    assert claim is not None
    shop.now.go(minutes=14, seconds=59)
    assert shop.watch().taken_over == []

    shop.now.go(seconds=1)
    shop.hints.told.clear()
    assert shop.watch().taken_over == [started.id]
    assert shop.hints.told == [(Kind.SEARCH, started.id)]
    assert shop.watch().taken_over == [], "it is free already"
    with pytest.raises(Overtaken):
        shop.steps[Kind.SEARCH](claim)
    shop.work(Kind.SEARCH)
    assert (shop.job(started.id).state, shop.job(started.id).made) == ("finished", 2)
    assert [page for *_, page in shop.shops.asked] == [0, 1, 1], "from its cursor on"


def test_t7_z1_both_times_are_settings(shop: Workshop, engine: Engine) -> None:
    (row,) = [each for each in SCHEDULE if each.command == ("check_background_jobs",)]
    assert (row.cron, row.component) == ("*/8 * * * *", "web")
    values = {"JOB_FROZEN_SECONDS": "60", "JOB_CLOSE_SECONDS": "90"}
    rows = [{"key": key, "value": value, "updated_at": shop.now(), "updated_by": "t"} for key, value in values.items()]
    run_tx(engine, lambda connection: connection.execute(insert(settings), rows))
    started = shop.search("hanako", "cup")
    shop.claim(Kind.SEARCH)

    shop.now.go(seconds=60)
    assert shop.watch().taken_over == [started.id]
    shop.now.go(seconds=30)
    assert shop.watch().closed == [started.id]


def test_z2_after_thirty_minutes_a_job_is_failed_with_a_sentence_for_its_seller(shop: Workshop) -> None:
    started = shop.start_import("hanako", "offers.csv", [csv_of(offers(900))], "taro")
    frozen = shop.claim(Kind.IMPORT, "frozen")
    assert frozen is not None
    shop.now.go(minutes=16)
    assert shop.watch().taken_over == [started.id]
    again = shop.claim(Kind.IMPORT, "frozen as well")
    assert again is not None
    shop.now.go(minutes=14)

    watched = shop.watch()

    assert (watched.taken_over, watched.closed) == ([], [started.id])
    job = shop.job(started.id)
    assert (job.state, job.message) == ("failed", ImportClosed(30))
    for claim in (frozen, again):
        with pytest.raises(Overtaken):
            shop.steps[Kind.IMPORT](claim)
    assert (shop.skus(1), shop.staged()) == ([], 0)
    with reading(shop.engine) as connection:
        assert connection.execute(job_files.select()).all() == []


def test_z2_a_job_whose_worker_froze_after_some_progress_is_closed_where_no_other_worker_is(shop: Workshop) -> None:
    shop.shops.pages = {"cup": [["x100000001"], ["x100000002"]]}
    started = shop.search("hanako", "cup")
    claim = shop.claim(Kind.SEARCH, "frozen")
    assert claim is not None
    claim = shop.steps[Kind.SEARCH](claim)
    assert claim is not None
    shop.now.go(minutes=16)
    assert shop.watch().taken_over == [started.id]
    shop.now.go(minutes=13, seconds=59)
    assert shop.watch().closed == []

    shop.now.go(seconds=1)
    assert shop.watch().closed == [started.id]

    job = shop.job(started.id)
    assert (job.state, job.made) == ("failed", 1), "what was found is kept"
    assert job.message == SearchClosed(30)
    with pytest.raises(Overtaken):
        shop.steps[Kind.SEARCH](claim)


def test_z2_a_job_that_another_worker_took_over_in_time_is_not_closed(shop: Workshop) -> None:
    shop.shops.pages = {"cup": [["x100000001"], ["x100000002"], ["x100000003"]]}
    started = shop.search("hanako", "cup")
    frozen = shop.claim(Kind.SEARCH, "frozen")
    assert frozen is not None
    shop.steps[Kind.SEARCH](frozen)
    shop.now.go(minutes=29)
    shop.slice(Kind.SEARCH, worker="another")

    shop.now.go(minutes=1)

    assert (shop.watch().taken_over, shop.watch().closed) == ([], [])
    assert shop.job(started.id).state == "running"


def test_z2_nobody_else_is_disturbed(shop: Workshop) -> None:
    shop.shops.pages = {"cup": [["x100000001"], ["x100000002"], ["x100000003"]]}
    frozen = shop.search("hanako", "cup")
    assert shop.claim(Kind.SEARCH, "frozen") is not None
    shop.now.go(minutes=16)
    working = shop.search("jiro", "cup")
    other = shop.claim(Kind.SEARCH, "other")
    busy = shop.claim(Kind.SEARCH, "busy")
    assert other is not None
    assert busy is not None
    assert (other.job_id, busy.job_id) == (working.id, frozen.id), "its lease is over, so that any worker takes it"
    waiting = shop.search("saburo", "cup")
    before = shop.row(working.id), shop.row(waiting.id)

    shop.now.go(minutes=14)
    assert shop.watch().closed == [frozen.id]

    assert (shop.row(working.id), shop.row(waiting.id)) == before
    assert shop.steps[Kind.SEARCH](other) is not None, "its worker still writes"


def test_z2_a_job_that_waits_for_workers_or_for_its_marketplace_is_not_frozen(shop: Workshop) -> None:
    started = shop.search("hanako", "cup")
    shop.now.go(hours=5)

    assert (shop.watch().taken_over, shop.watch().closed) == ([], [])
    claim = shop.claim(Kind.SEARCH)
    assert claim is not None
    assert (shop.watch().taken_over, shop.watch().closed) == ([], []), (
        "its five hours in the queue are not the worker's"
    )
    shop.desk.release(claim)
    shop.now.go(hours=5)
    assert (shop.watch().taken_over, shop.watch().closed) == ([], [])
    assert shop.job(started.id).state == "running"


def test_z2_a_job_that_ends_its_workers_is_left_after_three_and_the_others_go_on(shop: Workshop) -> None:
    poison = shop.search("hanako", "cup")
    for number in range(3):
        claim = shop.claim(Kind.SEARCH, f"killed-{number}")
        assert claim is not None
        assert claim.job_id == poison.id
        shop.now.go(minutes=3)
    assert shop.claim(Kind.SEARCH) is None
    other = shop.search("jiro", "cup")
    shop.work(Kind.SEARCH)
    assert shop.job(other.id).state == "finished"

    shop.now.go(minutes=6)
    assert shop.watch().taken_over == [poison.id], "it gets another chance"
    assert shop.watch().taken_over == []
    assert shop.claim(Kind.SEARCH, "killed-3") is not None
    shop.now.go(minutes=15)
    assert shop.watch().closed == [poison.id]


def test_what_a_killed_upload_or_a_killed_worker_left_is_swept(shop: Workshop) -> None:
    job_id = shop.book.start(1, Kind.IMPORT, {}, "taro", shop.now())
    shop.book.add_chunk(job_id, 0, b"sku")
    assert shop.claim(Kind.IMPORT) is None, "it never became ready"
    shop.now.go(hours=25)

    assert shop.watch().swept == 1

    assert shop.job(job_id).state == "failed"
    assert shop.watch().swept == 0
