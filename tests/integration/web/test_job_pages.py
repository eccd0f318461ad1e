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
from mercarich_web.jobs.jobs import Kind
from mercarich_web.jobs.sql.files import SqlJobFiles
from mercarich_web.jobs.starting import ImportWish, MapColumns, ShowMapping

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


def test_a_finished_import_says_when_its_file_to_mend_is_gone_and_links_to_none(ann: Browser, engine: Engine) -> None:
    shop = Workshop(engine)
    shop.now.at = utc_now()
    data = (CSV + "A-2,ebay,x7654321,時計\n").encode()
    job = shop.start_import("ann", "x.csv", [data], "ann", ImportWish(right_ones=True))
    shop.work(Kind.IMPORT)
    ann.client.cookies.set("language", "en")
    before = ann.get(f"/jobs/{job.id}").text
    SqlJobFiles(engine).drop(job.id, shop.now())
    after = ann.get(f"/jobs/{job.id}").text

    assert ("to-mend.csv" in before, "The file to mend was deleted" in before) == (True, False)
    assert ("to-mend.csv" in after, "The file to mend was deleted" in after) == (False, True)


JAPANESE = "管理番号,どこで,商品名,仕入値,売値\nA-1,https://jp.mercari.com/item/m12345678901?x=1,カメラ,¥9000,¥12800\nA-2,x,,,高い\n"


def test_which_column_is_which_is_asked_with_the_rows_as_they_will_be(ann: Browser, engine: Engine) -> None:
    page = upload(ann, JAPANESE.encode())
    found = ann.get(page).text
    other = ann.get(f"{page}?column=sku&column=source_id&column=title&column=price&column=").text

    assert '<option value="source_id" selected>' in found
    assert "¥12,800" in found
    assert 'href="https://jp.mercari.com/item/m12345678901"' in found
    assert found.count('<input type="hidden" name="column" value="') == 5
    assert '<input type="hidden" name="column" value="price">' in found
    assert "¥9,000" not in found
    assert "¥9,000" in other
    with reading(engine) as connection:
        assert connection.execute(select(tables.jobs.c.phase)).scalars().all() == ["mapping"]


def test_the_prices_between_which_a_price_follows_are_shown_before_the_import(ann: Browser) -> None:
    text = (
        "管理番号,仕入れ元URL,販売価格,下限価格,上限価格\n"
        "A-1,https://jp.mercari.com/item/m12345678901,12800,9800,15000\n"
        "A-2,https://jp.mercari.com/item/m12345678902,12800,,16000\n"
    )
    ann.client.cookies.set("language", "en")
    shown = ann.get(upload(ann, text.encode())).text

    assert "follows its source, ¥9,800 to ¥15,000" in shown
    assert "follows its source, – to ¥16,000" in shown


def test_an_import_goes_on_by_the_columns_given_and_takes_the_right_rows(ann: Browser, engine: Engine) -> None:
    page = upload(ann, JAPANESE.encode())
    wrong = ann.post(f"{page}/columns", column=["sku", "", "title", "", "price"])
    twice = ann.post(f"{page}/columns", column=["sku", "source_id", "title", "price", "price"])
    strange = ann.post(f"{page}/columns", column=["sku", "user_id", "title", "", "price"])
    right = ann.post(f"{page}/columns", column=["sku", "source_id", "title", "", "price"], right_ones="true")
    again = ann.post(f"{page}/columns", column=["sku", "source_id", "title", "price", ""])
    shop = Workshop(engine)
    shop.now.at = utc_now()
    shop.work(Kind.IMPORT)

    assert [one.status_code for one in (wrong, twice, strange, right, again)] == [422, 422, 422, 303, 303]
    assert shop.skus(1) == ["A-1"]
    assert shop.listing("A-1").offer_price_jpy == 12_800
    assert f'href="{page}/to-mend.csv"' in ann.get(page).text


def test_the_right_rows_of_a_failed_import_are_taken_by_a_button(ann: Browser, engine: Engine) -> None:
    shop = Workshop(engine)
    shop.now.at = utc_now()
    failed = shop.import_bytes("ann", (CSV + "A-2,ebay,x7654321,時計\n").encode())
    offered = f'action="/jobs/{failed.id}/right-ones"' in ann.get(f"/jobs/{failed.id}").text
    started = ann.post(f"/jobs/{failed.id}/right-ones")
    shop.work(Kind.IMPORT)

    assert offered
    assert started.headers["location"] == f"/jobs/{failed.id + 1}"
    assert shop.skus(1) == ["A-1"]
    assert "right-ones" not in ann.get(f"/jobs/{failed.id + 1}").text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_template_is_imported_as_it_is_without_its_example(ann: Browser, engine: Engine, language: str) -> None:
    ann.client.cookies.set("language", language)
    template = ann.get("/jobs/template.csv")
    filled = template.content + b'"T-1","https://jp.mercari.com/item/m12345678901","","","1000","2",""\r\n'
    page = upload(ann, filled)
    job_id = int(page.rpartition("/")[2])
    shop = Workshop(engine)
    shop.now.at = utc_now()
    job = shop.book.get(job_id)
    assert job is not None
    MapColumns(shop.book, shop.hints, shop.now)(job_id, ShowMapping(shop.book)(job).layout.columns, "ann")
    shop.work(Kind.IMPORT)

    assert template.content.startswith(b"\xef\xbb\xbf")
    assert shop.skus(1) == ["T-1"]
    assert (shop.listing("T-1").offer_price_jpy, shop.listing("T-1").listing_quantity) == (1000, 2)
