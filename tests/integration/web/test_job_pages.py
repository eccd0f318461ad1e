"""Sellers' jobs in the pages: started, watched as a stream, stopped; problems appear in the form."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select, update
from tests.integration.web.rows import Rows
from tests.integration.web.shops import signed_in
from tests.integration.web.site import Browser
from tests.integration.web.workshop import Workshop

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.clock import utc_now

CSV = "sku,marketplace,source_id,title\nA-1,yahoo,x1234567,カメラ\n"


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows) -> Iterator[Browser]:
    """Signed in, without a broker."""
    user_id = rows.user("ann")
    with signed_in(database_url, engine, user_id, language=None) as browser:
        yield browser


def upload(ann: Browser, data: bytes, name: str = "my listings.csv") -> str:
    answer = ann.client.post(
        "/jobs/import",
        data={"form_token": ann.token},
        files={"file": (name, data, "text/csv")},
        headers={"Origin": ann.origin},
    )
    assert answer.status_code == 303
    return answer.headers["location"]


def test_an_uploaded_file_becomes_an_import_that_can_be_watched_and_stopped(ann: Browser, engine: Engine) -> None:
    page = upload(ann, CSV.encode())
    shown = ann.get(page).text
    stopped = ann.post(f"{page}/stop")

    assert "my listings.csv" in shown
    assert f'data-stream="{page}/progress"' in shown
    assert stopped.status_code == 303
    with reading(engine) as connection:
        job = connection.execute(select(tables.jobs)).one()
    assert (job.kind, job.state, job.created_by) == ("import", "stopped", "ann")


def test_a_file_of_two_megabytes_is_taken_without_a_broker(ann: Browser) -> None:
    upload(ann, CSV.encode() + b"A-2,yahoo,x7654321," + b"t" * 2_000_000)


def test_a_file_that_is_no_text_is_refused_in_the_form(ann: Browser) -> None:
    answer = ann.client.post(
        "/jobs/import",
        data={"form_token": ann.token},
        files={"file": ("x.csv", b"\xff\xfe\x00\xd8" * 50, "text/csv")},
        headers={"Origin": ann.origin},
    )

    assert answer.status_code == 422
    assert 'id="w-file"' in answer.text


@pytest.mark.parametrize("given", ["", "https://evil.example/search?q=x"])
def test_a_search_for_nothing_or_elsewhere_is_refused_in_the_form(ann: Browser, given: str) -> None:
    answer = ann.post("/jobs/search", given=given)

    assert answer.status_code == 422
    assert 'id="w-given"' in answer.text


def test_the_stream_tells_what_changed_and_ends_with_the_job(ann: Browser, engine: Engine) -> None:
    page = upload(ann, CSV.encode())
    told: list[str] = []
    with ann.client.stream("GET", f"{page}/progress") as answer:
        for line in answer.iter_lines():
            told.append(line)
            if line.startswith("data: <section") and len(told) < 20:
                _finish(engine)
    text = "\n".join(told)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert text.count("big-progress") == 2
    assert told[-3:-1] == ["event: end", "data:"]


def _finish(engine: Engine) -> None:
    done = update(tables.jobs).values(state="finished", phase="ended", ended_at=utc_now(), made=1)
    with engine.begin() as connection:
        connection.execute(done)


def test_a_failed_import_offers_its_file_to_mend_in_the_page_s_language(
    ann: Browser, engine: Engine, rows: Rows
) -> None:
    shop = Workshop(engine)
    shop.now.at = utc_now()
    failed = shop.import_bytes("ann", CSV.replace("yahoo", "ebay").encode())
    page = ann.get(f"/jobs/{failed.id}").text
    file = ann.get(f"/jobs/{failed.id}/to-mend.csv")

    assert f'href="/jobs/{failed.id}/to-mend.csv"' in page
    assert file.headers["content-disposition"] == f'attachment; filename="to-mend-{failed.id}.csv"'
    assert file.text.startswith('\ufeff"problem","sku","marketplace","source_id","title"\r\n')
    assert '"A-1","ebay","x1234567","カメラ"' in file.text
    assert "expected" not in file.text
