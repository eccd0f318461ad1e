"""The operator's pages of worker pools: shown, previewed, changed with a note, audited."""

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import Table
from tests.integration.web.conftest import Deeds, Mercarich
from tests.integration.web.operating.conftest import Clock
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORD, Browser

from mercarich_db import tables
from mercarich_db.setting_definitions import WORKERS
from mercarich_db.types import AnyRow

POOL = "/pools/INVCHK_YAHOO_WORKER"
ReadTable = Callable[[Table], list[AnyRow]]


def state(rows: Rows, **values: object) -> None:
    """The cluster operator's last report on Yahoo's checkers."""
    defaults: dict[str, object] = {
        "pool": "checker-yahoo",
        "settings_key": "INVCHK_YAHOO_WORKER",
        "mode": "auto",
        "wanted_min": 1,
        "wanted_max": 5,
        "min": 1,
        "max": 5,
        "reasons": "",
        "current": 3,
        "desired": 3,
        "ready": 2,
        "backlog": 1234,
        "lag": 4,
        "lowest": 1,
        "highest": 24,
        "partitions": 12,
        "affordable": 8,
        "per_replica": 2000,
        "revision": 0,
        "seen_at": ago(seconds=5),
    }
    rows.add(tables.pool_status, **defaults | values)


def test_pools_are_shown_with_what_the_cluster_made_of_them(operator: Browser, rows: Rows) -> None:
    state(rows)
    page = operator.get("/pools").text

    assert page.count("row-link") == len(WORKERS)
    assert "1,234" in page
    assert "checker-yahoo" in page


def test_a_preview_says_what_the_budget_of_calls_keeps_busy(operator: Browser, rows: Rows) -> None:
    state(rows, useful=1, max=1, reasons="max 5 lowered to 1: the marketplace's budget of calls")

    assert "The budget of calls to the marketplace keeps 1 busy" in operator.get("/pools").text
    preview = operator.get(f"{POOL}/preview?mode=auto&low=1&high=7").text
    assert "keeps 1 busy: more would not look sooner." in preview


def test_without_a_broker_the_page_is_there_and_says_so(operator: Browser) -> None:
    assert operator.get("/pools").status_code == 200
    assert "does not answer" in operator.get("/pools/queues").text


def test_a_part_that_is_asked_for_meanwhile_takes_no_message_from_the_page_that_follows(operator: Browser) -> None:
    """What is typed just before *Change the pool* asks for a preview after the redirect and before its page."""
    operator.get(POOL)
    operator.post(POOL, mode="auto", low="1", high="9")
    operator.get(f"{POOL}/preview?mode=auto&low=1&high=9", HX_Request="true")
    page, again = (operator.get(POOL).text for _ in range(2))

    assert [one.count('class="toast"') for one in (page, again)] == [1, 0]


def test_what_a_boosted_form_leads_to_shows_its_message(operator: Browser) -> None:
    operator.get(POOL)
    operator.post(POOL, mode="auto", low="1", high="9")

    assert 'class="toast"' in operator.get(POOL, HX_Request="true", HX_Boosted="true").text


def test_a_change_is_stored_with_its_note_and_audited(operator: Browser, deeds: Deeds, table: ReadTable) -> None:
    operator.get(POOL)
    answer = operator.post(POOL, mode="auto", low="7", high="9", note="sale weekend")

    assert (answer.status_code, answer.headers["location"]) == (303, POOL)
    assert {row.key: row.value for row in table(tables.settings)} == {
        "INVCHK_YAHOO_WORKER": "9",
        "INVCHK_YAHOO_WORKER_MIN": "7",
    }
    assert {row.note for row in table(tables.settings_history)} == {"sale weekend"}
    assert deeds() == [
        ("setting_changed", "ohta", "INVCHK_YAHOO_WORKER_MIN", "1 → 7: sale weekend"),
        ("setting_changed", "ohta", "INVCHK_YAHOO_WORKER", "5 → 9: sale weekend"),
    ]
    assert "sale weekend" in operator.get(POOL).text


@pytest.mark.parametrize(
    ("mode", "low", "high"), [("auto", "6", "5"), ("auto", "1", "501"), ("auto", "", "5"), ("wild", "1", "5")]
)
def test_what_is_out_of_bounds_is_refused_whole(
    operator: Browser, deeds: Deeds, table: ReadTable, mode: str, low: str, high: str
) -> None:
    operator.get(POOL)
    answer = operator.post(POOL, mode=mode, low=low, high=high, note="no")

    assert answer.status_code == 422
    assert "was not taken over" in answer.text
    assert (table(tables.settings), deeds()) == ([], [])


def test_a_preview_says_what_the_cluster_would_make_of_it_and_why(operator: Browser, rows: Rows) -> None:
    state(rows)
    page = operator.get(f"{POOL}/preview?mode=auto&low=2&high=30").text

    assert ">2–8</b>" in page
    assert "1 to 24 is allowed here." in page
    assert "partitions" in page
    assert "The connections to the database allow 8." in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("mode=auto&low=6&high=5", "At least is more"),
        ("mode=auto&low=&high=5", "whole number"),
        ("mode=paused&low=1&high=5", ">0</b>"),
    ],
)
def test_a_preview_of_what_cannot_be_says_so(operator: Browser, rows: Rows, query: str, says: str) -> None:
    state(rows)
    assert says in operator.get(f"{POOL}/preview?{query}").text


def test_a_change_needs_a_fresh_login_and_leads_back_to_the_page(
    operator: Browser, clock: Clock, table: ReadTable
) -> None:
    clock.move(minutes=16)
    page = operator.get(POOL).text
    [of] = set(re.findall(r'name="form_of" value="(\d+)"', page))
    form = {"form_token": operator.token, "form_of": of, "mode": "auto", "low": "2", "high": "5"}
    headers = {"Origin": operator.origin, "Referer": operator.origin + POOL}
    sent = operator.client.post(POOL, data=form, headers=headers)
    unsent = html.unescape(re.search(r'name="unsent" value="([^"]*)"', sent.text)[1])
    strange = operator.post("/confirm", password="wrong", next=POOL, unsent=unsent)
    again = operator.post("/confirm", password=PASSWORD, next=POOL, unsent=unsent)

    assert "Asks for your password first" in page
    assert (sent.status_code, strange.status_code, again.status_code) == (403, 401, 200)
    assert table(tables.settings) == []
    assert f'href="{POOL}"' in again.text
    assert f'action="{POOL}"' in again.text
    assert '<input type="hidden" name="high" value="5">' in again.text
    operator.get(POOL)
    assert operator.post(POOL, mode="auto", low="2", high="5").status_code == 303
    assert len(table(tables.settings)) == 1


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"wanted_max": 2, "max": 1, "highest": 2, "backlog": 0, "lag": 0}, "The load is not measured here"),
        ({"wanted_max": 2, "max": 2, "highest": 2, "backlog": 0, "lag": 0}, None),
    ],
)
def test_bounds_that_only_an_unmeasured_load_explains_are_told_in_words(
    operator: Browser, rows: Rows, mercarich: Mercarich, values: dict[str, object], says: str | None
) -> None:
    mercarich("settings", "set", "INVCHK_YAHOO_WORKER", "2")
    state(rows, **values, revision=99, reasons="max 2 lowered to 1: no load metric" if says else "")
    pages = [operator.get("/pools").text, operator.get(f"{POOL}/preview?mode=auto&low=1&high=2").text]

    assert ["The load is not measured here" in page for page in pages] == [says is not None] * 2
    assert "no load metric" not in pages[0]


def test_a_pool_that_is_not_there_is_not_found(operator: Browser) -> None:
    assert operator.get("/pools/INVCHK_YAHOO_WORKER_MIN").status_code == 404
    assert operator.get("/pools/nothing").status_code == 404
