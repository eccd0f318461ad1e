"""`mercarich job` and `mercarich check_background_jobs` as people type them; errors are single sentences."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows
from tests.integration.web.workshop import HEADER, Workshop, csv_of, offers

from mercarich_web.jobs.jobs import Kind


@pytest.fixture
def shop(engine: Engine, rows: Rows) -> Workshop:
    rows.user("hanako")
    rows.user("jiro")
    return Workshop(engine)


def test_an_import_from_start_to_end(mercarich: Mercarich, shop: Workshop, tmp_path: Path) -> None:
    file = tmp_path / "offers.csv"
    file.write_bytes(csv_of(offers(3)))

    said = mercarich.page("job", "start", "import", str(file), "--username", "hanako", "--by", "taro")
    waiting = mercarich.json("job", "show", "1")["job"]
    shop.now.at = datetime.now(UTC)
    shop.work(Kind.IMPORT)
    done = mercarich.json("job", "show", "1")["job"]

    assert said == "job 1 is started; `mercarich job show 1` tells how far it is\n"
    assert (waiting["state"], waiting["progress"], waiting["created_by"]) == ("waiting", 0, "taro")
    told = {"file": "offers.csv", "size": file.stat().st_size, "encoding": "utf-8", "separator": ",", "header_line": 1}
    assert waiting["arguments"] == told | {"columns": list(HEADER)}
    assert (done["state"], done["made"], done["progress"]) == ("finished", 3, 100)
    page = mercarich.page("job", "list", "--username", "hanako")
    assert "finished" in page
    assert "100 %" in page
    assert mercarich.page("job", "list", "--username", "jiro") == "no jobs yet\n"


def test_a_file_of_other_names_is_imported_by_what_its_columns_are_said_to_be(
    mercarich: Mercarich, shop: Workshop, tmp_path: Path
) -> None:
    file = tmp_path / "出品.csv"
    file.write_text(
        "番号\tどこ\tメモ\nN-1\thttps://jp.mercari.com/item/m12345678901/\tx\nN-2\tm1\ty\n", encoding="utf-16"
    )
    named = ("--column", "番号=sku", "--column", "どこ=source_id", "--leave-out-others", "--right-ones")

    mercarich.page("job", "start", "import", str(file), "--username", "hanako", *named)
    shop.now.at = datetime.now(UTC)
    shop.work(Kind.IMPORT)

    assert shop.skus(1) == ["N-1"]
    assert "rows left out for their problems: 1" in mercarich.page("job", "show", "1")


def test_all_problems_of_a_file_come_as_csv_and_the_page_shows_the_first(mercarich: Mercarich, shop: Workshop) -> None:
    shop.import_rows("hanako", [row | {"asin": "bad"} for row in offers(150)])

    found = list(csv.reader(io.StringIO(mercarich.page("job", "problems", "1"))))
    page = mercarich.page("job", "show", "1")

    assert found[0] == ["line", "column", "problem"]
    assert found[150] == ["151", "asin", "expected ten capital letters and digits, not 'bad'"]
    assert "`mercarich job problems 1` writes all 150" in page
    assert "Problems found: 150." in page


def test_what_is_exported_is_imported_again_as_it_is(
    mercarich: Mercarich, shop: Workshop, rows: Rows, tmp_path: Path
) -> None:
    odd = ["=1+1", "'=1", "-5", "@x", 'a, "quoted"\r\nline', "＝2", None, "時計"]
    for number, title in enumerate(odd):
        source = rows.source(f"x10000000{number}")
        rows.listing(1, source, f"-SKU-{number}", title=title, listed=number % 2 == 0, asin="B00TEST123")
    file = tmp_path / "out.csv"
    mercarich.page("job", "export", "--username", "hanako", str(file))
    before = [shop.listing(f"-SKU-{number}") for number in range(len(odd))]

    job = shop.import_bytes("hanako", file.read_bytes())
    again = mercarich("job", "export", "--username", "hanako")

    assert (job.state, job.made, job.wrong) == ("finished", 0, 0)
    for listing in before:
        assert dict(shop.listing(listing.sku)._mapping) | {"changed_at": listing.changed_at} == dict(listing._mapping)
    assert not any(line.startswith(("=", "+", "-", "@")) for line in file.read_text(encoding="utf-8-sig").splitlines())
    assert again.returncode == 0


def test_a_search_is_shown_with_its_keywords_and_skipped_and_stopped(mercarich: Mercarich, shop: Workshop) -> None:
    address = "https://jp.mercari.com/search?keyword=cup"
    mercarich.page("job", "start", "search", "--username", "hanako", "pen", address, "--marketplace", "yahoo")

    shown = mercarich.json("job", "show", "1")
    skipped = mercarich.page("job", "skip", "1", "2")
    again = mercarich.page("job", "skip", "1", "2")
    stopped = mercarich.page("job", "stop", "1", "--by", "taro")
    after = mercarich.page("job", "stop", "1")

    assert [(query["marketplace"], query["keyword"]) for query in shown["queries"]] == [
        ("yahoo", "pen"),
        ("mercari", "cup"),
    ]
    assert skipped == f"search 2 of job 1 is skipped: {address}\n"
    assert again == "search 2 of job 1 was skipped before; nothing changed\n"
    assert stopped == "job 1 is stopped: Stopped by taro; the items found so far are kept as drafts.\n"
    assert after == "job 1 had ended before (stopped); nothing changed\n"


def test_check_background_jobs_says_what_it_did(mercarich: Mercarich, shop: Workshop) -> None:
    shop.now.go(days=-400)
    shop.search("hanako", "cup")
    shop.claim(Kind.SEARCH, "frozen")

    assert mercarich.page("check_background_jobs") == (
        "taken from a worker that does not move: none; closed as failed: 1\n"
    )
    assert mercarich.json("check_background_jobs") == {"taken_over": [], "closed": [], "swept": 0}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["job"], 2, "required: action"),
        (["job", "start"], 2, "required: kind"),
        (["job", "start", "import", "no-such.csv", "--username", "hanako"], 2, "no-such.csv: No such file"),
        (["job", "start", "import", ".", "--username", "hanako"], 2, ".: Is a directory"),
        (["job", "start", "import", "no-such.csv", "--username", "nobody"], 1, "there is no seller 'nobody'"),
        (["job", "start", "import", "x.csv"], 2, "required: --username"),
        (["job", "start", "search", "--username", "hanako"], 2, "KEYWORD_OR_URL"),
        (["job", "start", "search", "--username", "hanako", "  "], 2, "give at least one keyword"),
        (["job", "start", "search", "--username", "hanako", "http://evil.example/?p=a"], 2, "expected a result page"),
        (["job", "start", "search", "--username", "hanako", "cup", "--marketplace", "ebay"], 2, "invalid choice"),
        (["job", "start", "search", "--username", "hanako", "cup", "--pages", "0"], 2, "whole number from 1 to 1000"),
        (["job", "start", "search", "--username", "hanako", "cup", "--pages", "101"], 2, "from 1 to 100, not 101"),
        (["job", "start", "search", "--username", "hanako", "cup", "--price-min", "-1"], 2, "expected a price"),
        (
            ["job", "start", "search", "--username", "hanako", "cup", "--price-min", "9", "--price-max", "1"],
            2,
            "the lowest price 9 yen is above the highest, 1 yen",
        ),
        (["job", "start", "import", "x.csv", "--username", "\udcff"], 2, "not valid UTF-8"),
        (["job", "start", "import", "\udcff.csv", "--username", "hanako"], 2, "not valid UTF-8"),
        (["job", "start", "search", "--username", "hanako", "\udcff"], 2, "not valid UTF-8"),
        (["job", "show", "7"], 1, "there is no job 7; `mercarich job list` shows the last ones"),
        (["job", "show", "one"], 2, "expected a whole number"),
        (["job", "stop", "7"], 1, "there is no job 7"),
        (["job", "skip", "7", "1"], 1, "there is no job 7"),
        (["job", "problems", "7"], 1, "there is no job 7"),
        (["job", "list", "--limit", "0"], 2, "whole number from 1 to 1000"),
        (["job", "export"], 2, "required: --username"),
        (["job", "export", "--username", "nobody"], 1, "there is no seller 'nobody'"),
        (["job", "export", "--username", "hanako", "/no/such/folder/out.csv"], 2, "No such file or directory"),
        (["check_background_jobs", "--now"], 2, "unrecognized arguments"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    mercarich: Mercarich, shop: Workshop, arguments: list[str], code: int, says: str
) -> None:
    done = mercarich(*arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert shop.book.list(None, 10) == []


def test_without_a_database_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    done = Mercarich(MERCARICH_DATA_DIR=str(tmp_path))("job", "list")

    assert done.returncode == 78
    assert "run `mercarich db upgrade`" in done.stderr
